"""Turn an answer into a typed row of values, refusing what cannot be read."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple, NoReturn

from evaluations.rules.structure import Indicator

KEYS: Mapping[str, tuple[str, ...]] = {
    "grade": ("grade",),
    "choice": ("choice",),
    "count": ("count",),
    "ratio": ("num", "den"),
}
WORDS: Mapping[str, str] = {"count": "số lượng", "num": "tử số", "den": "mẫu số"}


class AnswerError(Exception):
    """Input that cannot be scored: the line (None for the sheet) and what to do about it."""

    def __init__(self, line: str | None, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


class Row(NamedTuple):
    """One stored answer; a count stands in `num`. With nothing set the line is absent."""

    code: str
    option: str | None = None
    num: int | None = None
    den: int | None = None
    na: bool = False


def refuse(line: str, problem: str) -> NoReturn:
    raise AnswerError(line, f"Dòng {line}: {problem}.")


def read_answer(indicator: Indicator, answer: object) -> Row | None:
    """Return the row of an answer, None where it is absent."""
    code = indicator.code
    if answer is None or answer == {}:
        return None
    if not isinstance(answer, Mapping):
        refuse(code, "câu trả lời phải là một nhóm giá trị trong dấu { }")
    if "na" not in answer:
        return _read_values(indicator, answer)
    given = dict(answer)
    na = given.pop("na")
    if not isinstance(na, bool):
        refuse(code, "“na” (không áp dụng) chỉ nhận true hoặc false")
    if na and given:
        refuse(code, "đã chọn “không áp dụng” thì không nhập số liệu nữa")
    if na:
        return Row(code, na=True)
    return _read_values(indicator, given) if given else None


def _read_values(indicator: Indicator, given: Mapping[str, object]) -> Row:
    code, keys = indicator.code, KEYS[indicator.input]
    if len(given) != len(keys) or keys[0] not in given or keys[-1] not in given:
        _refuse_keys(code, keys, given)
    if indicator.input in ("grade", "choice"):
        option = given[keys[0]]
        if not isinstance(option, str) or not option:
            refuse(code, f"“{keys[0]}” phải là mã của một lựa chọn")
        return Row(code, option)
    num = _whole(code, keys[0], given[keys[0]])
    den = _whole(code, keys[1], given[keys[1]]) if len(keys) > 1 else None
    return Row(code, None, num, den)


def _refuse_keys(code: str, keys: tuple[str, ...], given: Mapping[str, object]) -> NoReturn:
    if unknown := sorted(str(key) for key in given if key not in keys):
        refuse(code, f"không nhận “{'”, “'.join(unknown)}”; dòng này cần “{'” và “'.join(keys)}”")
    missing = [key for key in keys if key not in given]
    refuse(code, f"còn thiếu “{'”, “'.join(missing)}”")


def _whole(code: str, key: str, value: object) -> int:
    """Return a whole number; 27.0 is one, 27.5, true and "27" are not."""
    if type(value) is int:
        return value
    name = WORDS[key]
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        refuse(code, f"{name} phải là một số nguyên")
    if isinstance(value, int):
        return value
    exact = Decimal(value)
    # The size is checked first: 1e999999999 must not be written out.
    if not exact.is_finite() or exact.adjusted() > 18 or exact != exact.to_integral_value():
        refuse(code, f"{name} phải là số nguyên, không có phần lẻ: {value}")
    return int(exact)

"""Score one line: from an answer to points, and what gave them."""

from dataclasses import dataclass

from evaluations.rules.answers import Row, read_answer, refuse
from evaluations.rules.numbers import HUNDRED, percent_of, whole_number
from evaluations.rules.structure import Band, Indicator, Option


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """The points of one line and what gave them.

    Without points the line is either not applicable or absent. Without option and band but with
    points, the rule for an empty denominator decided, or no band matched. `by_kind` says that
    the line is not for cells of this kind.
    """

    indicator: Indicator
    row: Row | None
    points: int | None
    not_applicable: bool = False
    percent: int | None = None
    option: Option | None = None
    band: Band | None = None
    by_kind: bool = False

    @property
    def absent(self) -> bool:
        return self.points is None and not self.not_applicable

    @property
    def empty(self) -> bool:
        """Tell whether the denominator was 0, so that the rule for it decided."""
        return self.row is not None and self.row.den == 0


def score_line(indicator: Indicator, answer: object, *, kind: str | None = None) -> LineOutcome:
    """Score one answer in the form of scoring cases, such as {"num": 27, "den": 30}."""
    return judge(indicator, read_answer(indicator, answer), kind)


def judge(indicator: Indicator, row: Row | None, kind: str | None) -> LineOutcome:
    """Score one typed row."""
    if not indicator.applies_to(kind):
        if row is not None and not row.na:
            refuse(indicator.code, "dòng này không dành cho loại hình chi bộ này, để trống")
        return LineOutcome(indicator, row, None, not_applicable=True, by_kind=True)
    if row is None:
        return LineOutcome(indicator, None, None)
    if row.na:
        if not indicator.na:
            refuse(indicator.code, "dòng này không được chọn “không áp dụng”")
        return LineOutcome(indicator, row, None, not_applicable=True)
    if indicator.input in ("grade", "choice"):
        return _judge_option(indicator, row)
    if indicator.input == "count":
        return _judge_count(indicator, row)
    return _judge_ratio(indicator, row)


def _judge_option(indicator: Indicator, row: Row) -> LineOutcome:
    option = indicator.option(row.option or "")
    if option is None:
        known = ", ".join(option.code for option in indicator.options)
        refuse(indicator.code, f"không có lựa chọn “{row.option}”; hãy chọn một trong: {known}")
    return LineOutcome(indicator, row, option.points, option=option)


def _judge_count(indicator: Indicator, row: Row) -> LineOutcome:
    if row.num is None:
        refuse(indicator.code, "còn thiếu số lượng")
    if row.num < 0:
        refuse(indicator.code, f"số lượng không được âm ({row.num})")
    band = _band(indicator, row.num * HUNDRED)
    return LineOutcome(indicator, row, band.points if band else 0, band=band)


def _judge_ratio(indicator: Indicator, row: Row) -> LineOutcome:
    """Let an empty denominator decide first; else match the rounded percent to the bands."""
    num, den = row.num, row.den
    if num is None or den is None:
        refuse(indicator.code, "cần cả tử số và mẫu số")
    if num < 0 or den < 0:
        refuse(indicator.code, f"tử số và mẫu số không được âm ({num}/{den})")
    if den == 0:
        if indicator.empty == "na":
            return LineOutcome(indicator, row, None, not_applicable=True)
        return LineOutcome(indicator, row, indicator.max if indicator.empty == "full" else 0)
    if num > den and not indicator.may_exceed_100:
        part = _lowered(indicator.num_label) or "tử số"
        whole = _lowered(indicator.den_label) or "mẫu số"
        refuse(
            indicator.code,
            f"{part} ({whole_number(num)}) không được lớn hơn {whole} ({whole_number(den)})",
        )
    percent = percent_of(num, den)
    band = _band(indicator, percent)
    return LineOutcome(indicator, row, band.points if band else 0, percent=percent, band=band)


def _lowered(label: str) -> str:
    return label[:1].lower() + label[1:]


def _band(indicator: Indicator, value: int) -> Band | None:
    for band in indicator.bands:
        if band.holds(value):
            return band
    return None

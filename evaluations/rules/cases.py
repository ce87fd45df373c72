"""Score the cases of a document, so that authors can try criteria before publishing."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any, NamedTuple, NoReturn

from evaluations.rules.answers import AnswerError
from evaluations.rules.criteria import CriteriaError, load_shipped, parse_criteria
from evaluations.rules.engine import Scorer
from evaluations.rules.explain import LineExplanation, explain
from evaluations.rules.numbers import dotted
from evaluations.rules.structure import Criteria


class Report(NamedTuple):
    """What to print, what to say beside it, and how many cases were refused."""

    document: Any
    messages: tuple[str, ...]

    @property
    def status(self) -> int:
        return 1 if self.messages else 0


def run(text: str, criteria_text: str | None = None) -> Report:
    """Score one case or a list of cases; with `criteria_text` all by that set."""
    try:
        tried = None if criteria_text is None else parse_criteria(criteria_text)
        document = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except CriteriaError as error:
        return refused(str(error))
    except (ValueError, RecursionError) as error:
        return refused(f"Tệp không đúng định dạng JSON: {error}.")
    cases = document if isinstance(document, list) else [document]
    results = [_score(case, tried) for case in cases]
    messages = tuple(
        f"Trường hợp {number}: {result['error']['message']}"
        for number, result in enumerate(results, start=1)
        if "error" in result
    )
    return Report(results if isinstance(document, list) else results[0], messages)


def refused(message: str) -> Report:
    """Report that nothing could be scored at all."""
    return Report(_error(None, message), (message,))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} không phải là số")


def _error(line: str | None, message: str) -> dict[str, Any]:
    return {"error": {"line": line, "message": message}}


def _score(case: object, tried: Criteria | None) -> dict[str, Any]:
    try:
        if not isinstance(case, Mapping):
            raise AnswerError(None, "Mỗi trường hợp phải là một nhóm giá trị trong dấu { }.")
        return _result(case, tried or _named(case.get("criteria")))
    except AnswerError as error:
        return _error(error.line, error.message)


def _named(code: object) -> Criteria:
    shipped = load_shipped()
    if not isinstance(code, str) or code not in shipped:
        known = ", ".join(shipped)
        raise AnswerError(None, f"Không có bộ tiêu chí “{code}”; chỉ có: {known}.")
    return shipped[code]


def _result(case: Mapping[str, Any], criteria: Criteria) -> dict[str, Any]:
    answers, vetoes = case.get("answers"), case.get("vetoes") or []
    annual_class, kind = case.get("annual_class"), case.get("kind")
    if not isinstance(answers, Mapping):
        raise AnswerError(None, "“answers” phải là một nhóm câu trả lời trong dấu { }.")
    if not isinstance(vetoes, list) or not all(isinstance(veto, str) for veto in vetoes):
        raise AnswerError(None, '“vetoes” phải là danh sách mã điểm loại, ví dụ ["V2"].')
    if annual_class is not None and not isinstance(annual_class, str):
        raise AnswerError(None, '“annual_class” phải là mã xếp loại năm, ví dụ "HTTNV".')
    if kind is not None and not isinstance(kind, str):
        raise AnswerError(None, '“kind” phải là mã loại hình chi bộ, ví dụ "thon".')
    outcome = Scorer(criteria).score(answers, vetoes=vetoes, annual_class=annual_class, kind=kind)
    return {
        "criteria": criteria.code,
        "total": dotted(outcome.total),
        "level": outcome.level,
        "groups": {code: dotted(points) for code, points in outcome.groups.items()},
        "lines": {code: dotted(points) for code, points in outcome.lines.items()},
        "eligible": outcome.eligible,
        "reasons": list(outcome.reasons),
        "explain": [_item(line) for line in explain(criteria, answers, outcome, kind=kind)],
    }


def _item(line: LineExplanation) -> dict[str, Any]:
    numbers = {key: dotted(getattr(line, key)) for key in ("percent", "points", "lost")}
    return asdict(line) | numbers

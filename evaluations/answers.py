"""Answers: between the rows of a sheet and the plain values of the rules."""

from collections.abc import Iterable, Mapping
from typing import Any

from evaluations.models import Evaluation, MemberSheet, Score
from evaluations.rules.engine import Outcome, score_sheet
from evaluations.rules.structure import Criteria, Indicator

Answer = Mapping[str, Any]


def answer_of(score: Score | None, indicator: Indicator) -> dict[str, Any]:
    """Return the stored answer as the rules read it; {} where nothing is stored."""
    if score is None:
        return {}
    if score.na:
        return {"na": True}
    if indicator.input in ("choice", "grade"):
        return {indicator.input: score.option} if score.option else {}
    if score.num is None:
        return {}
    if indicator.input == "count":
        return {"count": score.num}
    return {"num": score.num, "den": score.den}


def answers_of(scores: Iterable[Score], criteria: Criteria) -> dict[str, dict[str, Any]]:
    """Return the answered lines of one stage of one sheet."""
    found = {score.line: answer_of(score, criteria.indicators[score.line]) for score in scores}
    return {line: answer for line, answer in found.items() if answer}


def score_of(sheet: Evaluation | MemberSheet, answers: Mapping[str, Answer]) -> Outcome:
    """Score answers as the sheet stands: its set, vetoes, class of the year, kind of cell."""
    return score_sheet(
        sheet.criteria.rules,
        answers,
        vetoes=sheet.vetoes,
        annual_class=sheet.annual_class or None,
        kind=sheet.kind_code,
    )


def fields_of(answer: Answer) -> dict[str, Any]:
    """Return the columns of a score that hold `answer`."""
    return {
        "option": answer.get("choice") or answer.get("grade") or "",
        "num": answer.get("count", answer.get("num")),
        "den": answer.get("den"),
        "na": bool(answer.get("na")),
    }

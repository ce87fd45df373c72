"""Answers for a whole sheet, for tests."""

from evaluations.rules.engine import score_line
from evaluations.rules.structure import Criteria, Indicator


def candidates(indicator: Indicator) -> list[dict]:
    """Return answers that between them reach every option or band of the line."""
    if indicator.input in ("grade", "choice"):
        return [{indicator.input: option.code} for option in indicator.options]
    if indicator.input == "count":
        return [{"count": band.threshold // 100} for band in indicator.bands]
    edges = [band.threshold + band.strict for band in indicator.bands]
    return [{"num": edge, "den": 10_000} for edge in edges]


def best_answer(indicator: Indicator) -> dict:
    return max(candidates(indicator), key=lambda answer: score_line(indicator, answer).points)


def full_answers(criteria: Criteria) -> dict[str, dict]:
    return {code: best_answer(line) for code, line in criteria.indicators.items()}

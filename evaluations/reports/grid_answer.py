"""What saving cells of a grid answers: the fate of each line, and what each sheet comes to."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from cells.vietnamese import points_text
from evaluations.answers import answer_of
from evaluations.models import Evaluation
from evaluations.reports.grid import shown_cells
from evaluations.rules.engine import Outcome
from evaluations.rules.structure import Criteria
from evaluations.services.grid import Fate, Result, SheetResult


def answer_of_results(
    saved: Iterable[SheetResult], sheets: Mapping[str, Evaluation], *, at: datetime
) -> dict[str, Any]:
    """Return the document for the browser; texts are ready to be shown."""
    saved = list(saved)
    return {
        "at": f"{at:%H:%M:%S}",
        "lines": [
            _line(result, sheets[result.entry.unit].criteria.rules)
            if result.entry.unit in sheets
            else _refusal(result)
            for one in saved
            for result in one.results
        ],
        "rows": [
            _sheet(one.sheet, one.outcome) for one in saved if one.sheet and one.outcome is not None
        ],
    }


def _refusal(result: Result) -> dict[str, Any]:
    entry = result.entry
    return {
        "unit": entry.unit,
        "line": entry.line,
        "state": result.fate.value,
        "message": result.message,
        "part": result.part,
    }


def _line(result: Result, rules: Criteria) -> dict[str, Any]:
    """Add the row that stands now, where the browser has to know it."""
    line = rules.indicators.get(result.entry.line)
    if line is None or result.fate not in (Fate.SAVED, Fate.CONFLICT):
        return _refusal(result)
    row = result.row
    stands = {
        "version": row.version if row else 0,
        "cells": shown_cells(answer_of(row, line), line),
    }
    if result.fate == Fate.CONFLICT and row is not None:
        stands |= {
            "by": str(row.by or "Người khác"),
            "at": f"{timezone.localtime(row.at):%H:%M %d/%m}",
        }
    return _refusal(result) | stands


def _sheet(sheet: Evaluation, outcome: Outcome) -> dict[str, Any]:
    return {
        "unit": sheet.unit.code,
        "groups": {code: points_text(points) for code, points in outcome.groups.items()},
        "total": points_text(outcome.total),
        "done": sheet.lines_done,
        "of": sheet.lines_total,
    }

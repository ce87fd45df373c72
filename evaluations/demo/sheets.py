"""Writing sheets with their scores, totals and trail."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from cells.models import Door
from evaluations.demo.answers import NA_REASONS, OTHER_NA_REASON, Panel, Values
from evaluations.demo.bulk import Batch
from evaluations.demo.cases import PER_LINE, Case
from evaluations.demo.stories import RETURN_REASONS, Story
from evaluations.demo.trail import Trail
from evaluations.models import Evaluation, Score, Stage
from evaluations.services.suggestions import LAST

SHEET = (
    "id period unit period_unit criteria path state vetoes annual_class lines_total lines_done"
    " self_total appraised_total final_total level is_eligible reasons return_reason submitted_by"
    " submitted_at first_submitted_at is_submitted_for appraised_by appraised_at decision"
)
SCORE = "evaluation line stage option num den na points note source version by at door"
NO_TIME = timedelta(0)


class SheetWriter:
    """Writes cases of one period; without `all_stages` only the final values are kept."""

    def __init__(self, panel: Panel, trail: Trail, *, all_stages: bool) -> None:
        self.panel, self.trail, self.all_stages = panel, trail, all_stages
        self.sheets = Batch(Evaluation, SHEET)
        self.scores = Batch(Score, SCORE)

    def flush(self) -> None:
        self.sheets.flush()
        self.scores.flush()

    def write(self, case: Case) -> None:
        own, appraised = (case.own, case.appraised) if self.all_stages else ([], [])
        stages = [
            (Stage.SELF, own, case.submitter, case.times.entered_at),
            (Stage.APPRAISED, appraised, case.appraiser, case.appraisal_began_at),
            (Stage.FINAL, case.final, case.leader, case.times.decided_at),
        ]
        totals: list[int | None] = []
        outcome: tuple[str, bool | None, Sequence[str]] = ("", None, ())
        for stage, values, by, at in stages:
            totals.append(None)
            if values:
                tally = self.panel.tally(values, case.vetoes)
                totals[-1], outcome = tally.total, (tally.level, tally.eligible, tally.reasons)
                self._write_scores(case, stage, values, by, at)
        self._write_sheet(case, len(own or case.final), totals, outcome)
        self.trail.write(case, self.panel)

    def _write_sheet(
        self,
        case: Case,
        done: int,
        totals: list[int | None],
        outcome: tuple[str, bool | None, Sequence[str]],
    ) -> None:
        row, (level, is_eligible, reasons) = case.row, outcome
        place = (row.period_id, row.unit_id, row.pk, row.criteria_id, row.path)
        content = (json.dumps(case.vetoes), "", len(self.panel.lines), done)
        result = (*totals, level, is_eligible, json.dumps(reasons))
        self.sheets.add((case.id, *place, str(case.state), *content, *result, *_steps(case)))

    def _write_scores(
        self, case: Case, stage: Stage, values: list[Values], by: int | None, at: datetime
    ) -> None:
        # Line by line only where every change is in the trail.
        pause = PER_LINE if self.trail.has_values and stage != Stage.FINAL else NO_TIME
        notes, points, add = case.drawn.notes, self.panel.points, self.scores.add
        name, door = str(stage), str(Door.DEMO)
        for value in values:
            note = self._why_not(value) if stage == Stage.SELF else notes.get(value.line, "")
            where = (case.id, value.line, name, *value[1:])
            source = _source(case, stage, value.line, note)
            add((*where, points[value], note, source, 1, by, at, door))
            at += pause

    def _why_not(self, value: Values) -> str:
        """Return why a line does not apply, as the cell writes it; "" where it does."""
        if not value.na:
            return ""
        slug = self.panel.rules.indicators[value.line].slug
        return NA_REASONS.get(slug, OTHER_NA_REASON)


def _steps(case: Case) -> tuple[object, ...]:
    """Return who took the sheet which step, and when; nothing for steps not yet taken."""
    times = case.times
    reason = RETURN_REASONS[case.id % len(RETURN_REASONS)] if case.story == Story.RETURNED else ""
    at = times.submitted_at
    submitted = (case.submitter, at, at) if case.is_submitted else (None, None, None)
    appraised = (case.appraiser, times.appraised_at) if case.is_appraised else (None, None)
    decision_id = case.decision_id if case.story == Story.DECIDED else None
    is_for_cell = case.is_submitted and case.is_for_cell
    return (reason, *submitted, is_for_cell, *appraised, decision_id)


def _source(case: Case, stage: Stage, line: str, note: str) -> str:
    """Return where a value was taken from; "" where somebody entered it."""
    if stage == Stage.FINAL:
        return str(Stage.APPRAISED)
    if stage == Stage.SELF:
        return LAST if line in case.carried else ""
    return "" if note else str(Stage.SELF)

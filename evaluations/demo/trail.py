"""The audit trail that the invented work would have left."""

import json
from datetime import datetime
from typing import Any

from cells.models import AuditEntry, Door
from evaluations.demo.answers import Panel
from evaluations.demo.bulk import Batch
from evaluations.demo.cases import PER_LINE, Case
from evaluations.demo.stories import RETURN_REASONS, Story
from evaluations.models import Stage, State

ENTRY = "at by door action subject_type subject_id unit period field old new reason"


class Trail:
    """Collects what was done to the sheets of one period and writes it in order of time."""

    def __init__(self, period_code: str, *, has_states: bool, has_values: bool) -> None:
        self.period_code = period_code
        self.has_states, self.has_values = has_states, has_values
        self.decisions: dict[int, str] = {}
        self._entries: list[tuple[Any, ...]] = []

    def write(self, case: Case, panel: Panel) -> None:
        if self.has_values:
            self._values(case, panel)
        if self.has_states:
            self._states(case)

    def flush(self) -> None:
        batch = Batch(AuditEntry, ENTRY)
        self._entries.sort(key=lambda entry: (entry[0], entry[5]))
        for entry in self._entries:
            batch.add(entry)
        batch.flush()
        self._entries = []

    def _add(self, case: Case, at: datetime, by: int | None, action: str, **what: Any) -> None:
        old, new = (
            None if what.get(name) is None else json.dumps(what[name]) for name in ("old", "new")
        )
        subject = ("evaluation", case.id, case.row.unit_id, self.period_code)
        change = (what["field"], old, new, what.get("reason", ""))
        self._entries.append((at, by, str(Door.DEMO), action, *subject, *change))

    def _values(self, case: Case, panel: Panel) -> None:
        from_line = case.times.entered_at
        for place, value in enumerate(case.own):
            at, answer = from_line + place * PER_LINE, panel.as_answer(value)
            reason = case.carried.get(value.line, "")
            self._add(
                case,
                at,
                case.submitter,
                "line_saved",
                field=f"{value.line}.self",
                new=answer,
                reason=reason,
            )
        at = case.appraisal_began_at
        accepted = {}
        for place, value in enumerate(case.appraised):
            answer = panel.as_answer(value)
            note = case.drawn.notes.get(value.line)
            if note is None:
                accepted[value.line] = answer
                continue
            self._add(
                case,
                at + place * PER_LINE,
                case.appraiser,
                "line_saved",
                field=f"{value.line}.{Stage.APPRAISED}",
                new=answer,
                reason=note,
            )
        if accepted:
            self._add(case, at, case.appraiser, "lines_accepted", field="appraised", new=accepted)

    def _states(self, case: Case) -> None:
        times, draft, submitted = case.times, State.DRAFT, State.SUBMITTED
        if not case.is_submitted:
            return
        self._step(case, times.submitted_at, case.submitter, draft, submitted)
        if case.story == Story.RETURNED:
            reason = RETURN_REASONS[case.id % len(RETURN_REASONS)]
            self._step(case, times.appraised_at, case.appraiser, submitted, State.RETURNED, reason)
        if case.is_appraised:
            self._step(case, times.appraised_at, case.appraiser, submitted, State.APPRAISED)
        if case.story == Story.DECIDED:
            reason = self.decisions.get(case.decision_id or 0, "")
            self._step(case, times.decided_at, case.leader, State.APPRAISED, State.DECIDED, reason)

    def _step(
        self,
        case: Case,
        at: datetime,
        by: int | None,
        old: State,
        new: State,
        reason: str = "",
    ) -> None:
        self._add(case, at, by, new, field="state", old=old, new=new, reason=reason)

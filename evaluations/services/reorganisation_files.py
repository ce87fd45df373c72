"""A file of reorganisations, read, tried, carried out: the same for the command and the page."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import IntegrityError

from cells.imports import RowError
from cells.models import Unit, User
from cells.services.reorganisation import (
    Preview,
    Refusal,
    ReorganisationRefusedError,
    reorganisations_apply,
    reorganisations_preview,
)
from cells.services.reorganisation.files import PlanFile, plan_file
from cells.services.reorganisation.plans import Plan
from members.services.reorganised_names import names_resolve

EMPTY = "Tệp không có sự kiện nào. Điền từ dòng dưới tiêu đề rồi chọn lại tệp."
CHANGED_MEANWHILE = "Dữ liệu vừa được người khác thay đổi nên chưa ghi gì. Thử lại."
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class EventLine:
    """One event of the file, as it is shown before it is carried out."""

    row: int
    kind: str
    effective_on: str
    decision: str
    before: list[str]
    after: list[str]

    @property
    def day(self) -> date:
        return date.fromisoformat(self.effective_on)


@dataclass(frozen=True)
class Counted:
    code: str
    text: str
    count: int


@dataclass(frozen=True)
class RowWarning:
    row: int
    message: str


@dataclass
class FileReport:
    """What a file of events would do, or did. With any error nothing is done."""

    events: int = 0
    applied: bool = False
    lines: list[EventLine] = field(default_factory=list)
    effects: list[Counted] = field(default_factory=list)
    warnings: list[RowWarning] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, stored: dict[str, Any]) -> "FileReport":
        """Return what was stored."""
        kinds = {"lines": EventLine, "effects": Counted, "warnings": RowWarning, "errors": RowError}
        rows = {name: [kind(**row) for row in stored[name]] for name, kind in kinds.items()}
        return cls(**{**stored, **rows})

    def document(self) -> dict[str, Any]:
        """Return what the command `reorganise` prints."""
        return {
            "events": self.events,
            "applied": self.applied,
            "effects": {effect.code: effect.count for effect in self.effects},
            "warnings": [asdict(warning) for warning in self.warnings],
            "errors": [asdict(error) for error in self.errors],
        }


def plans_run(
    *, path: Path, by: User | None, door: str = "", apply: bool = False, tell: Tell | None = None
) -> FileReport:
    """Carry out the events of a file, all or none; without `apply` say what that would do."""
    found = plan_file(path)
    refusals = _resolve_names(found, by)
    report = FileReport(events=len(found.plans), errors=found.errors, notes=found.notes)
    report.errors += [found.error_of(one) for one in refusals]
    report.errors.sort(key=lambda error: error.row or 0)
    if not found.plans and not report.errors:
        report.errors.append(RowError(None, None, None, EMPTY))
    if report.errors:
        return report
    report.lines = _lines(found)
    try:
        preview = _carry_out(found.plans, by, door, apply, tell or _silently)
    except IntegrityError:
        report.errors.append(RowError(None, None, None, CHANGED_MEANWHILE))
        return report
    report.effects = [Counted(one.code, one.text, one.count) for one in preview.effects]
    report.warnings = [RowWarning(found.row_of(w.plan), w.message) for w in preview.warnings]
    report.errors = [found.error_of(one) for one in preview.refusals]
    report.applied = apply and not report.errors
    return report


def _silently(done: int, total: int) -> None:
    return


def _resolve_names(found: PlanFile, by: User | None) -> list[Refusal]:
    refusals: list[Refusal] = []
    for number, plan in enumerate(found.plans):
        found.plans[number], unknown = names_resolve(plan, by=by)
        refusals += [Refusal(one.message, one.field, one.value, number) for one in unknown]
    return refusals


def _carry_out(plans: list[Plan], by: User | None, door: str, apply: bool, tell: Tell) -> Preview:
    if not apply:
        return reorganisations_preview(plans=plans, by=by, tell=tell)
    try:
        _, preview = reorganisations_apply(plans=plans, by=by, door=door, tell=tell)
    except ReorganisationRefusedError as error:
        return Preview(refusals=error.refusals)
    return preview


def _lines(found: PlanFile) -> list[EventLine]:
    """Return the events with the names of their units, read in one query."""
    codes = {
        code
        for plan in found.plans
        for code in (*plan.before, *(draft.code for draft in plan.after))
    }
    names = dict(Unit.objects.filter(code__in=codes).values_list("code", "name"))
    founded = {draft.code: draft.name for plan in found.plans for draft in plan.after if draft.name}
    return [
        EventLine(
            row=found.row_of(number),
            kind=plan.kind,
            effective_on=plan.effective_on.isoformat(),
            decision=plan.decision,
            before=_named(plan.before, {**founded, **names}),
            after=[
                _one(draft.code, draft.name or names.get(draft.code) or founded.get(draft.code, ""))
                for draft in plan.after
            ],
        )
        for number, plan in enumerate(found.plans)
    ]


def _named(codes: Iterable[str], names: dict[str, str]) -> list[str]:
    return [_one(code, names.get(code, "")) for code in codes]


def _one(code: str, name: str) -> str:
    return f"{name} ({code})" if name else code

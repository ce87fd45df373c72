"""Results of periods before Chibo from a file: kept beside the sheets, ranked nowhere."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from cells import access
from cells.imports import CodeBook, Report, RowReader, report_of
from cells.models import AuditEntry, Door, Unit, User
from cells.tables import Table, find_table, recogniser
from cells.workbook import Grid
from evaluations.models import Evaluation, PastResult
from evaluations.services.past_result_rows import COLUMNS, NEEDED, Given, level_names, row_given

CHUNK = 2000


@dataclass(frozen=True)
class Source:
    """The file that the rows came from."""

    name: str
    sha256: str


def past_results_import(*, book: list[Grid], by: User, apply: bool, source: Source) -> Report:
    """Read past results and, if told to and nothing is wrong, write what is new or differs."""
    table = find_table(book, recogniser(COLUMNS), NEEDED)
    report = report_of(table)
    given = _read(table, report, by)
    stored = _stored(given)
    created, updated = [], []
    for row in given:
        before = stored.get((row.unit.pk, row.period_code))
        outcome = _outcome(row, before)
        report.count(outcome)
        if outcome == "created":
            created.append(row)
        elif before is not None and outcome == "updated":
            updated.append((row, before))
    if apply and not report.errors:
        _write(created, updated, by, source)
    return report


def _read(table: Table, report: Report, by: User) -> list[Given]:
    codes = {str(row.values.get("code", "")).strip() for row in table.rows}
    found = Unit.objects.allowed(by, access.IMPORT).cells()
    found = found.filter(code__in=codes | {code.upper() for code in codes})
    units = CodeBook((unit.code, unit) for unit in found)
    levels, today = level_names(), timezone.localdate()
    scored = _scored(list(units.exact.values()))
    seen: dict[tuple[int, str], int] = {}
    given = []
    for line in table.rows:
        reader = RowReader(report, table, line)
        row = row_given(reader, units, levels, today)
        if row is None:
            continue
        key = row.unit.pk, row.period_code
        if key in scored:
            reader.fail("period", "Kỳ này chi bộ đã có phiếu trong phần mềm. Bỏ dòng này.")
        elif seen.setdefault(key, line.number) != line.number:
            reader.fail("code", f"Kỳ này của chi bộ đã có ở dòng {seen[key]} của tệp. Bỏ một dòng.")
        else:
            given.append(row)
    return given


def _scored(units: list[Unit]) -> set[tuple[int, str]]:
    """Return which units have a sheet in which period."""
    sheets = Evaluation.objects.filter(unit__in=units)
    return set(sheets.order_by().values_list("unit_id", "period__code"))


def _stored(given: list[Given]) -> dict[tuple[int, str], PastResult]:
    found = PastResult.objects.filter(unit__in={row.unit.pk for row in given})
    return {(row.unit_id, row.period_code): row for row in found}


def _outcome(row: Given, before: PastResult | None) -> str:
    if before is None:
        return "created"
    return "unchanged" if _values(before) == row.values else "updated"


def _values(stored: PastResult) -> dict[str, object]:
    names = ("total", "groups", "level", "decision_number", "signed_on", "signer", "note")
    return {name: getattr(stored, name) for name in names}


def _write(
    created: list[Given], updated: list[tuple[Given, PastResult]], by: User, source: Source
) -> None:
    marks = {"by": by, "at": timezone.now(), "file_name": source.name, "file_sha256": source.sha256}
    made = PastResult.objects.bulk_create(
        (
            PastResult(
                unit=row.unit,
                period_code=row.period_code,
                period_kind=row.period_kind,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                **row.values,
                **marks,
            )
            for row in created
        ),
        batch_size=CHUNK,
    )
    entries = [_entry(row, by, None, _values(row)) for row in made]
    for given, stored in updated:
        entries.append(_entry(stored, by, _values(stored), given.values))
        for name, value in (given.values | marks).items():
            setattr(stored, name, value)
    changed = [stored for _, stored in updated]
    fields = [*_values(PastResult()), *marks]
    PastResult.objects.bulk_update(changed, fields, batch_size=CHUNK)
    AuditEntry.objects.bulk_create(entries, batch_size=CHUNK)


def _entry(
    row: PastResult, by: User, old: dict[str, object] | None, new: dict[str, object]
) -> AuditEntry:
    return AuditEntry(
        by=by,
        door=Door.IMPORT,
        action="past_result_changed" if old else "past_result_imported",
        subject_type="pastresult",
        subject_id=row.pk,
        unit_id=row.unit_id,
        period=row.period_code,
        old=_plain(old),
        new=_plain(new),
    )


def _plain(values: dict[str, object] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    day = values["signed_on"]
    return {**values, "signed_on": str(day) if day else None}

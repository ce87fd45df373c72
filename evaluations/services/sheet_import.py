"""Sheets from a workbook: one row per cell, every value through the one engine and lock."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from cells import access
from cells.imports import CodeBook, Detail, Report, RowReader, report_of
from cells.models import Door, User
from cells.tables import Table, find_table
from cells.workbook import Grid, WorkbookError
from evaluations.models import CriteriaSet, Evaluation, Period, Score, Stage
from evaluations.rules.engine import AnswerError
from evaluations.services.errors import LockedError, RefusedError
from evaluations.services.lines import Change, lines_save
from evaluations.services.locks import lock_status
from evaluations.services.sheet_basis import Basis, basis_of, period_of
from evaluations.services.sheet_rows import LOCKED, RULE, SheetRow, Task
from evaluations.services.sheets import annual_class_save
from evaluations.sheet_columns import CLASS_KEY, NEEDED, sheet_recogniser

UNKNOWN = "Không có phiếu của chi bộ mang mã này trong phạm vi của đồng chí. Kiểm tra lại mã."
WAY_ON = (
    " Vào “Nhập dữ liệu”, xuất lại phiếu rồi chép các ô đã điền sang tệp mới (các cột có mã dòng"
    " ở đầu)."
)
SOURCE = "import"


def sheets_import(*, book: list[Grid], by: User, apply: bool, skip: bool = False) -> Report:
    """Read sheets and save each changed line; without `apply`, or with an error, undo it all.

    A test run does everything a real one does, so it guesses nothing. A blank cell says nothing:
    it neither scores a line nor takes a stored value away. With `skip` what is locked, or was
    changed by somebody since the export, stays as it is and the rest goes in.
    """
    basis = basis_of(book)
    period = period_of(book, basis, by)
    criteria, table = _find(book, basis, period, by)
    report = report_of(table)
    sheets = _sheets(table, period, by)
    rows: list[SheetRow] = []
    seen: dict[int, int] = {}
    for line in table.rows:
        reader = RowReader(report, table, line)
        sheet = _sheet(reader, sheets, criteria, seen)
        if sheet is not None:
            rows.append(SheetRow(reader, sheet, basis, by, skip))
    with transaction.atomic():
        for row in rows:
            _take(row)
        if report.errors or not apply:
            transaction.set_rollback(True)
    _tell_of_locks(rows)
    return report


def _take(row: SheetRow) -> None:
    """Read a row and save what it changes."""
    tasks = row.read()
    if row.reader.failed:
        return
    report, changes = row.reader.report, [row.change_of(task) for task in tasks]
    outcome = _outcome(row, tasks)
    _save(row, tasks)
    if not row.reader.failed:
        report.count(outcome)
        for change in changes:
            report.change(change)


def _find(
    book: list[Grid], basis: Basis | None, period: Period, by: User
) -> tuple[CriteriaSet, Table]:
    """Return the table and the criteria set of most of its rows."""
    within = Evaluation.objects.allowed(by, access.ENTER).filter(period=period)
    choices = CriteriaSet.objects.filter(pk__in=within.values("criteria"))
    if not choices:
        raise WorkbookError(f"Đồng chí không có phiếu nào của {period.title} để nhập theo tệp này.")
    usable = _of_the_file(choices, basis, period) if basis else choices
    best: tuple[int, CriteriaSet, Table] | None = None
    for criteria in usable:
        table = find_table(book, sheet_recogniser(criteria.rules), NEEDED)
        codes = [str(row.values.get("code", "")).strip() for row in table.rows]
        count = within.filter(criteria=criteria, unit__code__in=codes).count()
        if best is None or count > best[0]:
            best = (count, criteria, table)
    if best is None or set(best[2].headers) <= {"code", "name", "state"}:
        raise WorkbookError(
            "Không tìm thấy cột nào của bộ tiêu chí (ví dụ “1.2 tử số”). Xuất phiếu để xem mẫu."
        )
    return best[1], best[2]


def _of_the_file(
    choices: QuerySet[CriteriaSet], basis: Basis, period: Period
) -> Iterable[CriteriaSet]:
    """Return the set that the file was made for, by code and checksum of its text."""
    found = choices.filter(code=basis.criteria).first()
    if found is None:
        codes = ", ".join(sorted(choices.values_list("code", flat=True)))
        raise WorkbookError(
            f"Tệp này làm theo bộ tiêu chí {basis.criteria}, còn phiếu {period.title} của đồng chí"
            f" chấm theo {codes} nên không nhập được.{WAY_ON}"
        )
    if found.sha256 != basis.sha256:
        raise WorkbookError(
            f"Tệp này làm theo một bản khác của bộ tiêu chí {found.code} (mã kiểm tra trong tệp"
            f" {basis.sha256[:8]}, đang dùng {found.sha256[:8]}) nên không nhập được: các dòng có"
            f" thể đã khác.{WAY_ON}"
        )
    return [found]


def _sheets(table: Table, period: Period, by: User) -> CodeBook[Evaluation]:
    codes = {str(row.values.get("code", "")).strip() for row in table.rows}
    own = Score.objects.filter(stage=Stage.SELF).select_related("by")
    found = (
        Evaluation.objects.allowed(by, access.ENTER)
        .filter(period=period, unit__code__in=codes | {code.upper() for code in codes})
        .select_related("period", "criteria", "unit", "period_unit__kind")
        .prefetch_related("line_returns", Prefetch("scores", queryset=own, to_attr="own"))
    )
    return CodeBook((sheet.unit.code, sheet) for sheet in found)


def _sheet(
    reader: RowReader, sheets: CodeBook[Evaluation], criteria: CriteriaSet, seen: dict[int, int]
) -> Evaluation | None:
    code = reader.text("code", at_most=40, required="Thiếu mã chi bộ.")
    if not code:
        return None
    sheet = sheets.get(code)
    if sheet is None:
        reader.fail("code", UNKNOWN, "unknown")
        return None
    if seen.setdefault(sheet.pk, reader.row.number) != reader.row.number:
        said = f"Chi bộ này đã có ở dòng {seen[sheet.pk]} của tệp. Bỏ một dòng."
        reader.fail("code", said, "twice")
        return None
    if sheet.criteria_id != criteria.pk:
        said = f"Phiếu này chấm theo bộ tiêu chí khác ({sheet.criteria.code})."
        reader.fail("code", said, "other_set")
        return None
    return sheet


def _outcome(row: SheetRow, tasks: list[Task]) -> str:
    if not tasks:
        return "unchanged"
    return "updated" if any(score.is_answered for score in row.scores.values()) else "created"


def _save(row: SheetRow, tasks: list[Task]) -> None:
    by_kind: dict[bool, list[Task]] = defaultdict(list)
    for task in tasks:
        by_kind[task.line == CLASS_KEY].append(task)
    changes = [Change(task.line, task.answer, task.version, task.note) for task in by_kind[False]]
    save: dict[str, Any] = {"sheet": row.sheet, "by": row.by, "door": Door.IMPORT}
    try:
        if changes:
            lines_save(changes=changes, source=SOURCE, **save)
        for task in by_kind[True]:
            annual_class_save(annual_class=task.answer[CLASS_KEY], **save)
    except (RefusedError, AnswerError) as error:
        line = getattr(error, "line", None)
        task = next((task for task in tasks if task.line == line), tasks[0])
        kind = LOCKED if isinstance(error, LockedError) else RULE
        task.reader.fail(task.key, error.message, kind)


def _tell_of_locks(rows: list[SheetRow]) -> None:
    """List the sheets of the file that are locked and that it leaves as they are."""
    told = {row.reader.row.number for row in rows if row.tasks or row.reader.failed}
    for row in rows:
        number = row.reader.row.number
        told |= {detail.row for detail in row.reader.report.skipped}
        if number in told:
            continue
        if reason := lock_status(row.sheet, access.ENTER, user=row.by):
            name = row.sheet.unit.name
            row.reader.report.skipped.append(Detail(number, name, "Cả phiếu", "", "", reason))

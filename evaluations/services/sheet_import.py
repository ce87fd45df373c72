"""Sheets from a workbook: one row per cell, every value through the one engine and lock."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from cells import access
from cells.imports import CodeBook, Report, RowReader, report_of
from cells.models import Door, User
from cells.tables import Table, find_table
from cells.workbook import Grid, WorkbookError
from evaluations.answers import answer_of
from evaluations.models import CriteriaSet, Evaluation, Period, Score, Stage
from evaluations.rules.engine import AnswerError, score_line
from evaluations.services.class_import import class_given
from evaluations.services.errors import RefusedError
from evaluations.services.lines import Change, lines_save
from evaluations.services.locks import line_lock, lock_status, mark_lock, returned_lines
from evaluations.services.sheet_basis import Basis, basis_of, period_of
from evaluations.services.sheets import annual_class_save
from evaluations.sheet_columns import (
    CLASS_KEY,
    NEEDED,
    PartError,
    answer_spoken,
    answer_text,
    line_columns,
    read_cells,
    sheet_recogniser,
)

UNKNOWN = "Không có phiếu của chi bộ mang mã này trong phạm vi của đồng chí. Kiểm tra lại mã."
SOURCE = "import"


@dataclass(frozen=True)
class Task:
    """One value to write, from one place of the file: a line, or the class of the year."""

    reader: RowReader
    key: str
    sheet: Evaluation
    line: str
    answer: dict[str, Any]
    version: int


def sheets_import(*, book: list[Grid], by: User, apply: bool) -> Report:
    """Read sheets and, if told to and nothing is wrong, save each changed line.

    A blank cell says nothing: it neither scores a line nor takes a stored value away.
    """
    basis = basis_of(book)
    period = period_of(book, basis, by)
    criteria, table = _find(book, basis, period, by)
    report = report_of(table)
    sheets = _sheets(table, period, by)
    tasks: list[Task] = []
    seen: dict[int, int] = {}
    for row in table.rows:
        reader = RowReader(report, table, row)
        sheet = _sheet(reader, sheets, criteria, seen)
        if sheet is None:
            continue
        found = _read(reader, sheet, basis, by)
        if not reader.failed:
            report.count(_outcome(sheet, found))
            tasks.extend(found)
    if apply and not report.errors:
        _save(tasks, report, by)
    return report


def _find(
    book: list[Grid], basis: Basis | None, period: Period, by: User
) -> tuple[CriteriaSet, Table]:
    """Return the table and the criteria set of most of its rows."""
    within = Evaluation.objects.allowed(by, access.ENTER).filter(period=period)
    choices = CriteriaSet.objects.filter(pk__in=within.values("criteria"))
    if basis:
        choices = choices.filter(code=basis.criteria)
    if not choices:
        raise WorkbookError(f"Đồng chí không có phiếu nào của {period.title} để nhập theo tệp này.")
    best: tuple[int, CriteriaSet, Table] | None = None
    for criteria in choices:
        if basis and basis.sha256 != criteria.sha256:
            raise WorkbookError("Bộ tiêu chí đã thay đổi sau khi xuất tệp. Xuất lại rồi điền.")
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


def _sheets(table: Table, period: Period, by: User) -> CodeBook[Evaluation]:
    codes = {str(row.values.get("code", "")).strip() for row in table.rows}
    own = Score.objects.filter(stage=Stage.SELF).select_related("by")
    found = (
        Evaluation.objects.allowed(by, access.ENTER)
        .filter(period=period, unit__code__in=codes | {code.upper() for code in codes})
        .select_related("period", "criteria", "unit", "period_unit")
        .prefetch_related(Prefetch("scores", queryset=own, to_attr="own"), "line_returns")
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
        reader.fail("code", UNKNOWN)
        return None
    if seen.setdefault(sheet.pk, reader.row.number) != reader.row.number:
        reader.fail("code", f"Chi bộ này đã có ở dòng {seen[sheet.pk]} của tệp. Bỏ một dòng.")
        return None
    if sheet.criteria_id != criteria.pk:
        reader.fail("code", f"Phiếu này chấm theo bộ tiêu chí khác ({sheet.criteria.code}).")
        return None
    return sheet


def _read(reader: RowReader, sheet: Evaluation, basis: Basis | None, by: User) -> list[Task]:
    """Return what the row changes; a locked sheet is a complaint only where it would change."""
    scores = {score.line: score for score in sheet.own}  # type: ignore[attr-defined]
    tasks = []
    for line, indicator in sheet.criteria.rules.indicators.items():
        keys = {column.part: column.key for column in line_columns(indicator)} | {"": line}
        cells = {part: reader.row.values.get(key) for part, key in keys.items()}
        try:
            answer = read_cells(indicator, cells)
            score_line(indicator, answer)
        except PartError as error:
            reader.fail(_present(reader, keys, error.part), error.message)
            continue
        except AnswerError as error:
            reader.fail(_present(reader, keys, "num"), error.message)
            continue
        score = scores.get(line)
        if not answer or answer == answer_of(score, indicator):
            continue
        key = _present(reader, keys, "num")
        if basis and _is_stale(reader, key, sheet, line, answer, score, basis, by):
            continue
        tasks.append(Task(reader, key, sheet, line, answer, score.version if score else 0))
    if code := class_given(reader, sheet, basis):
        tasks.append(Task(reader, CLASS_KEY, sheet, CLASS_KEY, {CLASS_KEY: code}, 0))
    if tasks and (reason := lock_status(sheet, access.ENTER, user=by)):
        reader.fail(tasks[0].key, reason)
        return []
    return [task for task in tasks if not _is_closed(reader, task)]


def _is_closed(reader: RowReader, task: Task) -> bool:
    """Tell of a value that a return of single lines left closed; complain where it stands."""
    returned = returned_lines(task.sheet)
    classed = task.line == CLASS_KEY
    reason = mark_lock(returned) if classed else line_lock(task.line, returned)
    if reason:
        reader.fail(task.key, reason)
    return bool(reason)


def _present(reader: RowReader, keys: dict[str, str], part: str) -> str:
    """Return the column to blame: that of `part`, else one of the line that is in the file."""
    wanted = [keys[part]] if part in keys else []
    return next(key for key in [*wanted, *keys.values()] if key in reader.table.headers)


def _is_stale(
    reader: RowReader,
    key: str,
    sheet: Evaluation,
    line: str,
    answer: dict[str, Any],
    score: Score | None,
    basis: Basis,
    by: User,
) -> bool:
    """Tell whether the value in the file must not be written over the stored one.

    Untouched since the export: nothing to write. Touched on both sides: a complaint.
    """
    version, before = basis.values.get((sheet.unit.code, line), (0, ""))
    if answer_text(answer) == before:
        return True
    if score is None or score.version == version or score.by_id == by.pk:
        return False
    indicator = sheet.criteria.rules.indicators[line]
    when = timezone.localtime(score.at)
    reader.fail(
        key,
        f"Dòng {line}: sau khi xuất tệp, {score.by or 'người khác'} đã ghi"
        f" “{answer_spoken(answer_of(score, indicator), indicator)}” lúc {when:%H:%M %d/%m/%Y}."
        " Xuất lại phiếu rồi điền, hoặc sửa trên trang phiếu.",
    )
    return True


def _outcome(sheet: Evaluation, tasks: list[Task]) -> str:
    if not tasks:
        return "unchanged"
    return "updated" if any(score.is_answered for score in sheet.own) else "created"  # type: ignore[attr-defined]


@transaction.atomic
def _save(tasks: list[Task], report: Report, by: User) -> None:
    by_sheet: dict[int, list[Task]] = defaultdict(list)
    for task in tasks:
        by_sheet[task.sheet.pk].append(task)
    for group in by_sheet.values():
        changes = [
            Change(task.line, task.answer, task.version) for task in group if task.line != CLASS_KEY
        ]
        sheet, classed = group[0].sheet, [task for task in group if task.line == CLASS_KEY]
        try:
            if changes:
                lines_save(sheet=sheet, changes=changes, by=by, door=Door.IMPORT, source=SOURCE)
            for task in classed:
                code = task.answer[CLASS_KEY]
                annual_class_save(sheet=sheet, annual_class=code, by=by, door=Door.IMPORT)
        except (RefusedError, AnswerError) as error:
            line = getattr(error, "line", None)
            task = next((task for task in group if task.line == line), group[0])
            task.reader.fail(task.key, error.message)
            return

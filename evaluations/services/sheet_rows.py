"""What one row of a workbook of sheets would change, and what speaks against it."""

from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from cells import access
from cells.imports import Detail, RowReader
from cells.models import Door, User
from cells.vietnamese import tidy
from evaluations.answers import answer_of
from evaluations.models import Evaluation, Score
from evaluations.rules.engine import AnswerError, score_line
from evaluations.rules.structure import Indicator
from evaluations.services.class_import import class_given
from evaluations.services.lines import closed_lines
from evaluations.services.locks import lock_status
from evaluations.services.sheet_basis import Basis
from evaluations.sheet_columns import (
    CLASS,
    CLASS_KEY,
    PartError,
    answer_spoken,
    answer_text,
    line_columns,
    na_reason,
    read_cells,
)

# Errors that a second run may pass over, leaving the rest of the file to go in.
LOCKED, CONFLICT = "locked", "conflict"
PASSABLE = {LOCKED, CONFLICT}
RULE = "rule"


@dataclass(frozen=True)
class Task:
    """One value to write, from one place of the file: a line, or the class of the year."""

    reader: RowReader
    key: str
    sheet: Evaluation
    line: str
    answer: dict[str, Any]
    version: int
    note: str | None = None


@dataclass
class SheetRow:
    """One row with its sheet. With `skip` what is locked or in conflict is left as it stands."""

    reader: RowReader
    sheet: Evaluation
    basis: Basis | None
    by: User
    skip: bool
    scores: dict[str, Score] = field(init=False)
    tasks: list[Task] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scores = {score.line: score for score in self.sheet.own}  # type: ignore[attr-defined]

    def read(self) -> list[Task]:
        """Return what the row changes; a lock is a complaint only where it would change."""
        errors = self.reader.report.errors
        before = len(errors)
        for indicator in self.sheet.criteria.rules.indicators.values():
            self._line(indicator)
        if code := class_given(self.reader, self.sheet, self.basis, self.by):
            self.tasks.append(
                Task(self.reader, CLASS_KEY, self.sheet, CLASS_KEY, {CLASS_KEY: code}, 0)
            )
        reason = lock_status(self.sheet, access.ENTER, user=self.by)
        if reason and (self.tasks or self.reader.failed):
            # What is wrong in a row that is closed need not be mended.
            del errors[before:]
            self.reader.failed = False
            key = self.tasks[0].key if self.tasks else "code"
            self._locked(key, reason, where="Cả phiếu")
            self.tasks = []
        elif self.tasks:
            self._refuse_closed_lines()
        return self.tasks

    def _line(self, indicator: Indicator) -> None:
        line = indicator.code
        keys = {column.part: column.key for column in line_columns(indicator)} | {"": line}
        cells = {part: self.reader.row.values.get(key) for part, key in keys.items()}
        try:
            answer = read_cells(indicator, cells)
            score_line(indicator, answer, kind=self.sheet.kind_code)
        except PartError as error:
            self.reader.fail(self._present(keys, error.part), error.message, error.kind)
            return
        except AnswerError as error:
            self.reader.fail(self._present(keys, "num"), error.message, RULE)
            return
        score = self.scores.get(line)
        note = na_reason(cells) if answer.get("na") else ""
        if not answer or self._stands(answer, note, score, indicator):
            return
        task = Task(
            self.reader, self._present(keys, "num"), self.sheet, line, answer,
            score.version if score else 0, note or None,
        )  # fmt: skip
        if self.basis is None or self._may_write(task, score, indicator, self.basis):
            self.tasks.append(task)

    def _stands(
        self, answer: dict[str, Any], note: str, score: Score | None, indicator: Indicator
    ) -> bool:
        if answer != answer_of(score, indicator):
            return False
        return not note or score is None or note == tidy(score.note)

    def _present(self, keys: dict[str, str], part: str) -> str:
        """Return the column to blame: that of `part`, else one of the line that is in the file."""
        wanted = [keys[part]] if part in keys else []
        return next(key for key in [*wanted, *keys.values()] if key in self.reader.table.headers)

    def _may_write(
        self, task: Task, score: Score | None, indicator: Indicator, basis: Basis
    ) -> bool:
        """Tell whether the value of the file may be written over the stored one.

        Untouched since the export: what stands is kept. Touched on both sides: a complaint.
        """
        version, before = basis.values.get((self.sheet.unit.code, task.line), (0, ""))
        if answer_text(task.answer, task.note or "") == before:
            if score and score.version != version:
                self._keep(task, score, indicator)
            return False
        if score is None or score.version == version:
            return True
        if score.by_id == self.by.pk and score.door == Door.IMPORT:
            # The same file once more, mended.
            return True
        self._conflict(task, score, indicator)
        return False

    def _keep(self, task: Task, score: Score, indicator: Indicator) -> None:
        stands = answer_spoken(answer_of(score, indicator), indicator)
        said = answer_spoken(task.answer, indicator)
        self.reader.report.kept.append(self._detail(task, stands, said, _who_when(score)))

    def _conflict(self, task: Task, score: Score, indicator: Indicator) -> None:
        stands = answer_spoken(answer_of(score, indicator), indicator) or "để trống"
        said = answer_spoken(task.answer, indicator)
        if self.skip:
            why = f"đã có người sửa sau khi xuất tệp: {_who_when(score)}"
            self.reader.report.skipped.append(self._detail(task, stands, said, why))
            return
        when = timezone.localtime(score.at)
        self.reader.fail(
            task.key,
            f"Dòng {task.line}: sau khi xuất tệp, {score.by or 'người khác'} đã ghi"
            f" “{stands}” lúc {when:%H:%M %d/%m/%Y}; trong tệp là “{said}”. Giữ giá trị nào thì"
            " ghi giá trị đó vào ô rồi xuất lại phiếu, hoặc sửa trên trang phiếu.",
            CONFLICT,
        )

    def _refuse_closed_lines(self) -> None:
        """Take back what the closed lines of an open sheet do not let in."""
        closed = closed_lines(self.sheet, self.by, appraising=False)
        for task in [task for task in self.tasks if task.line in closed]:
            self._locked(task.key, closed[task.line], where=f"Dòng {task.line}")
            self.tasks.remove(task)

    def _locked(self, key: str, reason: str, *, where: str) -> None:
        if self.skip:
            detail = Detail(self.reader.row.number, self.sheet.unit.name, where, "", "", reason)
            self.reader.report.skipped.append(detail)
        else:
            self.reader.fail(key, reason, LOCKED)

    def change_of(self, task: Task) -> Detail:
        """Return what a task changes, in words."""
        if task.line == CLASS_KEY:
            old, new = self.sheet.annual_class, task.answer[CLASS_KEY]
            return Detail(self.reader.row.number, self.sheet.unit.name, CLASS[0], old, new)
        indicator = self.sheet.criteria.rules.indicators[task.line]
        score = self.scores.get(task.line)
        old = answer_spoken(answer_of(score, indicator), indicator)
        new = answer_spoken(task.answer, indicator)
        return self._detail(task, old, new + (f": {task.note}" if task.note else ""))

    def _detail(self, task: Task, old: str, new: str, why: str = "") -> Detail:
        row, name = self.reader.row.number, self.sheet.unit.name
        return Detail(row, name, f"Dòng {task.line}", old, new, why)


def _who_when(score: Score) -> str:
    return f"{score.by or 'người khác'}, {timezone.localtime(score.at):%H:%M %d/%m/%Y}"

"""Plans from a file: a JSON list, or the rows of a clerk's workbook."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cells.cell_values import shown
from cells.imports import RowError, RowReader, report_of
from cells.models import Reorganisation, Unit
from cells.services.reorganisation.file_rows import (
    COLUMNS,
    NEEDED,
    Names,
    goes_on,
    joined,
    row_plan,
)
from cells.services.reorganisation.participants import Refusal
from cells.services.reorganisation.plans import Plan, PlanError, plan_of
from cells.tables import Row, find_table, recogniser
from cells.workbook import WorkbookError, open_book

Kind = Reorganisation.Kind
_PARTS = re.compile(r"[;,=\s]+")
# In a workbook a refused part stands in the column that it was read from.
COLUMN_OF = {"members": "rest_to", "kind": "cell_kind", "units": "before"}


@dataclass
class PlanFile:
    """The plans of a file, the rows of each, and what could not be read."""

    plans: list[Plan] = field(default_factory=list)
    lines: list[list[Row]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def row_of(self, plan: int) -> int:
        return self.lines[plan][0].number

    def error_of(self, refusal: Refusal) -> RowError:
        """Return a refusal as the cell of the file that it speaks of."""
        rows, value = self.lines[refusal.plan], refusal.value
        if not self.headers:
            return RowError(rows[0].number, refusal.field or None, value or None, refusal.message)
        key = COLUMN_OF.get(refusal.field, refusal.field)
        texts = [(row.number, shown(row.values.get(key)) or "") for row in rows]
        named = [(row, value) for row, text in texts if value and value in _parts(text)]
        number, text = (named or texts)[0]
        return RowError(number, self.headers.get(key), text or value or None, refusal.message)


def _parts(text: str) -> set[str]:
    return {text, *_PARTS.split(text)}


def plan_file(path: Path) -> PlanFile:
    """Read a file of plans; what is wrong lands in its errors."""
    try:
        return _json_file(path) if path.suffix.lower() == ".json" else _workbook(path)
    except WorkbookError as error:
        return PlanFile(errors=[RowError(None, None, None, error.message)])


def _json_file(path: Path) -> PlanFile:
    try:
        documents = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WorkbookError(f"Không mở được tệp “{path.name}”: {error.strerror}.") from error
    except ValueError as error:
        raise WorkbookError(f"Tệp JSON không đọc được: {error}.") from error
    if not isinstance(documents, list):
        raise WorkbookError("Tệp JSON phải là một danh sách các sự kiện.")
    found = PlanFile()
    for number, document in enumerate(documents, start=1):
        try:
            found.plans.append(plan_of(document))
            found.lines.append([Row(number, {})])
        except PlanError as error:
            found.errors.append(RowError(number, error.field or None, None, error.message))
    return found


def _workbook(path: Path) -> PlanFile:
    table = find_table(open_book(path), recogniser(COLUMNS), NEEDED)
    report, names = report_of(table), Names.load()
    found = PlanFile(headers=table.headers)
    for line in table.rows:
        reader = RowReader(report, table, line)
        plan = row_plan(reader, names)
        if plan is None:
            continue
        if found.plans and goes_on(found.plans[-1], plan):
            found.plans[-1] = joined(found.plans[-1], plan, reader)
            found.lines[-1].append(line)
        else:
            found.plans.append(plan)
            found.lines.append([line])
    found.errors, found.notes = report.errors, report.notes
    found.plans = _with_rest(found.plans)
    return found


def _with_rest(plans: Sequence[Plan]) -> list[Plan]:
    """Send the members of joined cells to the one that goes on, where the file says nothing."""
    codes = {code for plan in plans for code in plan.before}
    cells = set(Unit.objects.cells().filter(code__in=codes).values_list("code", flat=True))
    return [
        replace(plan, rest_to=plan.after[0].code)
        if plan.kind in (Kind.ABSORB, Kind.MERGE)
        and len(plan.after) == 1
        and plan.rest_to is None
        and set(plan.before) <= cells
        else plan
        for plan in plans
    ]

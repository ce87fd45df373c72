"""The grid of a period: one row per sheet, the lines of one group of criteria as columns."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, Q, QuerySet

from cells import access
from cells.models import Unit, User
from cells.vietnamese import fold
from evaluations.answers import answer_of, answers_of, score_of
from evaluations.models import CriteriaSet, Evaluation, Period, Score, Stage, State
from evaluations.rules.structure import Criteria, Group, Indicator
from evaluations.services.locks import line_lock, lock_status, returned_lines
from evaluations.sheet_columns import NOT_APPLICABLE, cell_values, ratio

ROWS, MOST_ROWS = 50, 130
# Counting the answers of a whole city for a tab would cost more than the page.
COUNTED = 1000
NOT_FOR_KIND = "Dòng này không dành cho loại hình chi bộ này."
ANSWERED = Q(na=True) | ~Q(option="") | Q(num__isnull=False)


@dataclass(frozen=True)
class Asked:
    """What the address asks for; all of it may be blank."""

    group: str = ""
    criteria: str = ""
    state: str = ""
    text: str = ""
    rows: int = ROWS
    page: str = ""


@dataclass(frozen=True)
class GroupTab:
    """One group of criteria, with how many of its lines are answered, if that was counted."""

    group: Group
    number: int
    is_current: bool
    done: int | None
    total: int


@dataclass(frozen=True)
class SetChoice:
    """One criteria set in use below the unit, and for how many sheets."""

    code: str
    title: str
    sheets: int
    is_current: bool


@dataclass(frozen=True)
class GridColumn:
    """One column of the grid: a line, or the upper or lower number of its ratio."""

    indicator: Indicator
    part: str
    label: str
    is_first: bool

    @property
    def words(self) -> list[str]:
        """Return the words its cells take besides numbers, in the order of their digits."""
        words = [option.title for option in self.indicator.options]
        return [*words, NOT_APPLICABLE] if self.indicator.na else words

    @property
    def codes(self) -> str:
        return " ".join(option.code for option in self.indicator.options)

    @property
    def words_text(self) -> str:
        return "\n".join(self.words)


@dataclass(frozen=True)
class GridCell:
    column: GridColumn
    text: str
    version: int
    lock: str

    @property
    def is_away(self) -> bool:
        """Tell whether the line is not for this kind of cell."""
        return self.lock == NOT_FOR_KIND


@dataclass(frozen=True)
class GridRow:
    """One sheet: its cells in this group, what it comes to, and why it is closed ("": open)."""

    sheet: Evaluation
    cells: list[GridCell]
    points: int | None
    lock: str


@dataclass(frozen=True)
class GridView:
    """One page of the grid. `rows` is empty where the filter finds nothing."""

    period: Period
    unit: Unit
    criteria: CriteriaSet
    sets: list[SetChoice]
    tabs: list[GroupTab]
    columns: list[GridColumn]
    page: Page
    rows: list[GridRow]

    @cached_property
    def group(self) -> Group:
        return next(tab.group for tab in self.tabs if tab.is_current)

    @property
    def number(self) -> int:
        return next(tab.number for tab in self.tabs if tab.is_current)

    @property
    def heads(self) -> list[tuple[Indicator, int]]:
        """Return each line with the number of its columns."""
        spans = Counter(column.indicator.code for column in self.columns)
        return [(line, spans[line.code]) for line in self.group.indicators]


def grid_view(*, user: User, period: Period, unit: Unit, asked: Asked) -> GridView | None:
    """Return the asked page of the sheets below `unit` that `user` may enter; None without any."""
    within = (
        Evaluation.objects.allowed(user, access.ENTER).within(unit).owed().filter(period=period)
    )
    counted = _counted(within)
    if not counted:
        return None
    criteria, sets = _sets(counted, asked.criteria)
    rules = criteria.rules
    group = next((one for one in rules.groups if one.code == asked.group), rules.groups[0])
    of_set = within.filter(criteria=criteria)
    kinds = {kind: n for (pk, kind), n in counted.items() if pk == criteria.pk}
    page = Paginator(_wanted(of_set, asked), asked.rows).get_page(asked.page)
    columns = columns_of_group(group)
    return GridView(
        period=period,
        unit=unit,
        criteria=criteria,
        sets=sets,
        tabs=_tabs(rules, group, of_set, kinds),
        columns=columns,
        page=page,
        rows=[_row(sheet, group, columns, user) for sheet in page],
    )


def _counted(within: QuerySet[Evaluation]) -> dict[tuple[int, str | None], int]:
    """Return how many sheets are under each criteria set and of each kind."""
    rows = within.order_by().values_list("criteria_id", "period_unit__kind__code")
    return {(pk, kind): n for pk, kind, n in rows.annotate(Count("pk"))}


def _sets(
    counted: Mapping[tuple[int, str | None], int], wanted: str
) -> tuple[CriteriaSet, list[SetChoice]]:
    """Return the named set, else the one of most sheets, and all there are to choose from."""
    sheets: Counter[int] = Counter()
    for (pk, _), number in counted.items():
        sheets[pk] += number
    used = CriteriaSet.objects.in_bulk(sheets)
    order = sorted(used.values(), key=lambda row: (-sheets[row.pk], row.code))
    chosen = next((row for row in order if row.code == wanted), order[0])
    return chosen, [SetChoice(row.code, row.title, sheets[row.pk], row == chosen) for row in order]


def _wanted(of_set: QuerySet[Evaluation], asked: Asked) -> QuerySet[Evaluation]:
    if asked.state in State.values:
        of_set = of_set.filter(state=asked.state)
    for word in fold(asked.text).split():
        of_set = of_set.filter(unit__search__contains=word)
    own = Score.objects.filter(stage=Stage.SELF)
    # By place, whatever the state: a row keeps its place when its sheet is handed in.
    return (
        of_set.select_related("unit", "criteria", "period", "period_unit__kind")
        .defer("criteria__text")
        .prefetch_related(Prefetch("scores", queryset=own, to_attr="own"), "line_returns")
        .order_by("unit__path")
    )


def _tabs(
    rules: Criteria,
    current: Group,
    of_set: QuerySet[Evaluation],
    kinds: Mapping[str | None, int],
) -> list[GroupTab]:
    done = _answered(of_set) if sum(kinds.values()) <= COUNTED else None
    return [
        GroupTab(
            group=group,
            number=number,
            is_current=group == current,
            done=None if done is None else sum(done[line.code] for line in group.indicators),
            total=sum(
                sheets
                for line in group.indicators
                for kind, sheets in kinds.items()
                if line.applies_to(kind)
            ),
        )
        for number, group in enumerate(rules.groups, start=1)
    ]


def _answered(of_set: QuerySet[Evaluation]) -> Counter[str]:
    """Return of how many sheets each line is answered."""
    rows = Score.objects.filter(
        ANSWERED, stage=Stage.SELF, evaluation__in=of_set.order_by().values("pk")
    )
    return Counter(dict(rows.order_by().values_list("line").annotate(Count("pk"))))


def columns_of_group(group: Group) -> list[GridColumn]:
    return [
        GridColumn(line, part, label, number == 0)
        for line in group.indicators
        for number, (part, label) in enumerate(_parts(line))
    ]


def _parts(line: Indicator) -> list[tuple[str, str]]:
    if ratio(line):
        return [("num", line.num_label or "Tử số"), ("den", line.den_label or "Mẫu số")]
    return [("", line.num_label or ("Chọn" if line.options else "Số lượng"))]


def _row(sheet: Evaluation, group: Group, columns: list[GridColumn], user: User) -> GridRow:
    scores = {score.line: score for score in sheet.own}  # type: ignore[attr-defined]
    lock = lock_status(sheet, access.ENTER, user=user)
    returned = returned_lines(sheet)
    outcome = score_of(sheet, answers_of(scores.values(), sheet.criteria.rules))
    cells = []
    for column in columns:
        line = column.indicator
        score = scores.get(line.code)
        shown = shown_cells(answer_of(score, line), line)
        away = "" if line.applies_to(sheet.kind_code) else NOT_FOR_KIND
        version = score.version if score else 0
        closed = away or lock or line_lock(line.code, returned)
        cells.append(GridCell(column, shown.get(column.part, ""), version, closed))
    return GridRow(sheet, cells, outcome.groups[group.code], lock)


def shown_cells(answer: Mapping[str, Any], line: Indicator) -> dict[str, str]:
    """Return what stands in the cells of a line, as the workbook of the period says it."""
    return {part: str(value) for part, value in cell_values(answer, line).items()}

"""How far the sheets of a period have come, per committee down the tree."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

from django.db.models import Case, Count, F, Min, OuterRef, Q, QuerySet, Subquery, When

from cells import access
from cells.models import Unit, User
from cells.vietnamese import fold, natural_key
from evaluations.models import Evaluation, Period, PeriodUnit, State
from evaluations.models.punctuality import LATE, ON_TIME
from evaluations.reports.periods import APPRAISED, SUBMITTED
from evaluations.rules.numbers import percent_of


@dataclass
class Counts:
    """Sheets that are owed, and how many of them came how far; later steps count as earlier ones.

    `on_time` and `late` go by the day a sheet first came, so a returned one counts there too.
    """

    expected: int = 0
    started: int = 0
    submitted: int = 0
    returned: int = 0
    appraised: int = 0
    decided: int = 0
    on_time: int = 0
    late: int = 0

    def add(self, other: "Counts") -> None:
        for one in fields(Counts):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def left(self) -> int:
        """Return how many somebody still has to hand in: being entered, or returned."""
        return self.expected - self.submitted

    @property
    def never_came(self) -> int:
        return self.expected - self.on_time - self.late

    @property
    def share(self) -> int | None:
        """Return how many were handed in, in hundredths of a percent; None where none is owed."""
        return self.share_of(self.submitted)

    def share_of(self, count: int) -> int | None:
        return percent_of(count, self.expected) if self.expected else None

    def steps(self) -> list[tuple[str, str, int, int | None]]:
        """Return each step: its name, a short one, how many came that far, their share."""
        names = [
            ("Phải nộp", "Phải nộp", self.expected),
            ("Đã bắt đầu", "Bắt đầu", self.started),
            ("Đã nộp", "Nộp", self.submitted),
            ("Đã thẩm định", "Thẩm định", self.appraised),
            ("Đã quyết định", "Quyết định", self.decided),
        ]
        return [(name, short, count, self.share_of(count)) for name, short, count in names]


@dataclass
class Row:
    """One committee and all below it."""

    code: str
    path: str
    counts: Counts = field(default_factory=Counts)
    name: str = ""


@dataclass(frozen=True)
class Scope:
    """What somebody looks at: one branch of the tree, or everything they oversee.

    `roots` are the paths under which the tree is shown; with one, its own children are.
    """

    period: Period
    sheets: QuerySet[Evaluation]
    roots: tuple[str, ...]
    code: str = ""

    @property
    def root(self) -> str:
        return self.roots[0] if len(self.roots) == 1 else ""

    def direct(self) -> QuerySet[Evaluation]:
        """Return the sheets that belong to no committee shown: each is a line of its own.

        Those right below the root, its own, and cells that came under it after their place in
        the period was frozen.
        """
        moved_here = ~access.Reach(self.roots).condition("path")
        if not self.root:
            return self.sheets.filter(moved_here)
        code = code_of(self.root)
        here = Q(period_unit__parent__code=code, unit__is_cell=True) | Q(unit__code=code)
        return self.sheets.filter(here | moved_here)


@dataclass(frozen=True)
class Progress:
    """A scope counted: in all, per committee, and what stands in no committee of the list."""

    scope: Scope
    name: str
    total: Counts
    rows: tuple[Row, ...]
    direct: Counts


def code_of(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def overseen(user: User, period: Period) -> Scope:
    """Return all sheets that `user` oversees in a period: as many as the work queue has."""
    roots = access.reach(user, access.PROGRESS).paths
    sheets = Evaluation.objects.allowed(user, access.PROGRESS).owed().filter(period=period)
    return Scope(period, sheets, roots)


def branch_of(scope: Scope, unit: Unit) -> Scope:
    """Return the part of a scope below a committee, as the tree stood in the period."""
    frozen = PeriodUnit.objects.filter(period=scope.period, unit=unit).values_list(
        "path", flat=True
    )
    path = frozen.first() or unit.path
    within = scope.sheets.filter(access.branch(path).condition("path"))
    return Scope(scope.period, within, (path,), unit.code)


def progress_of(scope: Scope) -> Progress:
    """Count a scope in two queries, however many sheets and committees it has."""
    rows: dict[str, Row] = {}
    total, direct = Counts(), Counts()
    for home, counts in _counted(scope.sheets):
        total.add(counts)
        path = _shown_at(home, scope)
        if path is None:
            direct.add(counts)
        else:
            rows.setdefault(path, Row(code_of(path), path)).counts.add(counts)
    names = _names([*map(code_of, scope.roots), *(row.code for row in rows.values())], scope.period)
    for row in rows.values():
        row.name = names.get(row.code, row.code)
    name = names.get(code_of(scope.root), "") if scope.root else ""
    return Progress(scope, name, total, tuple(rows.values()), direct)


def _counted(sheets: QuerySet[Evaluation]) -> Iterable[tuple[str, Counts]]:
    """Yield the frozen path of each committee that has sheets right below it, and their counts."""
    home = Case(
        When(period_unit__is_cell=True, then=F("period_unit__parent_id")), default=F("unit_id")
    )
    groups: Iterable[Any] = (
        sheets.order_by()
        .annotate(home=home)
        .values("home", "period_unit__is_cell")
        .annotate(
            some=Min("path"),
            expected=Count("pk"),
            started=Count("pk", filter=Q(lines_done__gt=0)),
            submitted=Count("pk", filter=Q(state__in=SUBMITTED)),
            returned=Count("pk", filter=Q(state=State.RETURNED)),
            appraised=Count("pk", filter=Q(state__in=APPRAISED)),
            decided=Count("pk", filter=Q(state=State.DECIDED)),
            on_time=Count("pk", filter=ON_TIME),
            late=Count("pk", filter=LATE),
        )
    )
    for group in groups:
        path = group["some"]
        if group["period_unit__is_cell"]:
            path = f"{path.rstrip('/').rpartition('/')[0]}/"
        yield path, Counts(**{one.name: group[one.name] for one in fields(Counts)})


def _shown_at(home: str, scope: Scope) -> str | None:
    """Return under which committee the sheets right below `home` are counted; None: under none."""
    root = next((path for path in scope.roots if home.startswith(path)), None)
    if root is None or home == scope.root:
        return None
    if not scope.root:
        return root
    return f"{root}{home[len(root) :].partition('/')[0]}/"


def _names(codes: Iterable[str], period: Period) -> dict[str, str]:
    """Return the names of units as they were in the period."""
    then = PeriodUnit.objects.filter(period=period, unit=OuterRef("pk")).values("name")
    found = Unit.objects.filter(code__in=set(codes)).annotate(then=Subquery(then))
    return {code: then or name for code, then, name in found.values_list("code", "then", "name")}


SORTS: dict[str, Any] = {
    "name": lambda row: natural_key(row.name),
    **{
        name: lambda row, name=name: getattr(row.counts, name)
        for name in (
            "expected", "started", "submitted", "returned", "appraised", "decided", "on_time",
            "late", "left",
        )
    },
    "share": lambda row: row.counts.share or 0,
}  # fmt: skip


def rows_shown(rows: Iterable[Row], *, q: str, sort: str) -> list[Row]:
    """Return the rows whose code or name holds the words, in the order asked for, then by name."""
    words = fold(q).split()
    found = [row for row in rows if all(w in fold(f"{row.code} {row.name}") for w in words)]
    found.sort(key=SORTS["name"])
    key = SORTS.get(sort.lstrip("-"))
    if key is not None:
        found.sort(key=key, reverse=sort.startswith("-"))
    return found


# What the list of single sheets can be narrowed to: label, condition, how many are counted there.
STAGES: dict[str, tuple[str, Q, str]] = {
    "left": ("Chưa nộp", Q(state__in=[State.DRAFT, State.RETURNED]), "left"),
    "returned": ("Bị trả lại", Q(state=State.RETURNED), "returned"),
    "submitted": ("Đã nộp", Q(state__in=SUBMITTED), "submitted"),
    "appraised": ("Đã thẩm định", Q(state__in=APPRAISED), "appraised"),
    "decided": ("Đã quyết định", Q(state=State.DECIDED), "decided"),
    "on_time": ("Nộp đúng hạn", ON_TIME, "on_time"),
    "late": ("Nộp muộn", LATE, "late"),
}
SHEET_SORTS: dict[str, list[Any]] = {
    "name": ["path"],
    "done": ["lines_done", "path"],
    "came": [F("first_submitted_at").asc(nulls_last=True), "path"],
    "-came": [F("first_submitted_at").desc(nulls_last=True), "path"],
    "-done": ["-lines_done", "path"],
    "-name": ["-path"],
}


def sheets_shown(sheets: Any, *, q: str, stage: str, sort: str) -> QuerySet[Evaluation]:
    """Return single sheets, narrowed and in order; what still needs work first by default."""
    if stage in STAGES:
        sheets = sheets.filter(STAGES[stage][1])
    for word in fold(q).split():
        sheets = sheets.filter(unit__search__contains=word)
    sheets = sheets.select_related("unit", "period", "period_unit__parent")
    order = SHEET_SORTS.get(sort)
    return sheets.order_by(*order) if order else sheets.in_order_of_work()


def by_committee(sheets: Iterable[Evaluation]) -> dict[str, list[Evaluation]]:
    """Return sheets under the name of the committee that each stood under in the period."""
    found: dict[str, list[Evaluation]] = defaultdict(list)
    for sheet in sheets:
        parent = sheet.period_unit.parent
        found[parent.name if parent else ""].append(sheet)
    return found

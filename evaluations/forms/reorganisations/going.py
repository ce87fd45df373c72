"""Who and what an event can send somewhere: members, posts, roles, areas, units below."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from cells import access
from cells.models import AreaCell, Assignment, ResidentialArea, Unit
from cells.vietnamese import fold
from members.models import Membership, Post

NOWHERE = "-"
ALL = "*"
# Longer lists are not shown whole: the few who go elsewhere are found by name.
LISTED_MOST = 300
HITS = 20


@dataclass(frozen=True)
class Target:
    """Where something can go: a unit after the event by its place in the form, or another unit."""

    key: str
    code: str
    name: str

    @property
    def label(self) -> str:
        return f"{self.name} ({self.code})" if self.code and self.name else self.name or self.code


@dataclass
class Going:
    """One row to be sent somewhere."""

    name: str
    label: str
    where: str
    chosen: str
    error: str = ""

    @property
    def key(self) -> str:
        """Return what the row is in the plan: "members.7f…" is the member "7f…"."""
        return self.name.partition(".")[2]


@dataclass(frozen=True)
class People:
    """Members to choose from: all of a short list, else those who were found or chosen."""

    total: int
    rows: list[Going]
    is_whole: bool
    unknown: str = ""
    # Whether more were found than are shown.
    is_cut: bool = False

    @property
    def undecided(self) -> int:
        """Return how many have no choice of their own."""
        return self.total - sum(1 for row in self.rows if row.chosen)


def people_of(closing: Collection[Unit], typed: Mapping[str, str]) -> People:
    """Return the members of units that end."""
    there = Membership.objects.filter(
        left_on__isnull=True, is_temporary=False, cell__in=[unit.pk for unit in closing]
    )
    total = there.count() if closing else 0
    if total <= LISTED_MOST:
        return People(total, _members(there, typed) if total else [], is_whole=True)
    return _found(there, typed, total)


def people_within(user, typed: Mapping[str, str]) -> People:
    """Return the members within reach who were found by name, or chosen before."""
    there = Membership.objects.filter(
        access.reach(user, access.REORGANISE).condition("cell__path"),
        left_on__isnull=True,
        is_temporary=False,
    )
    return _found(there, typed, total=0)


def _found(there: QuerySet[Membership], typed: Mapping[str, str], total: int) -> People:
    wanted, text = Q(member__in=_chosen_keys(typed)), typed.get("find", "").strip()[:100]
    hits = there.none()
    if fold(text):
        named = Q()
        for word in fold(text).split():
            named &= Q(member__search__contains=word)
        hits = there.filter(named).order_by("member__sort_key", "pk")
    found = list(hits.values_list("pk", flat=True)[: HITS + 1])
    rows = _members(there.filter(wanted | Q(pk__in=found[:HITS])), typed)
    unknown = text if text and not found else ""
    return People(total, rows, is_whole=False, unknown=unknown, is_cut=len(found) > HITS)


def _chosen_keys(typed: Mapping[str, str]) -> list[UUID]:
    keys = []
    for name, chosen in typed.items():
        if name.startswith("members.") and chosen:
            try:
                keys.append(UUID(name.partition(".")[2]))
            except ValueError:
                continue
    return keys


def _members(there: QuerySet[Membership], typed: Mapping[str, str]) -> list[Going]:
    rows = there.select_related("member", "cell").order_by(
        "cell__code", "member__sort_key", "member"
    )
    return [_going(typed, f"members.{row.member_id}", _person(row), row.cell.name) for row in rows]


def _person(row: Membership) -> str:
    born = row.member.birth_year
    return f"{row.member.full_name} ({born})" if born else row.member.full_name


def posts_of(closing: Collection[Unit], typed: Mapping[str, str]) -> list[Going]:
    rows = Post.objects.held_on(timezone.localdate()).filter(unit__in=closing)
    return [
        _going(typed, f"posts.{row.pk}", f"{row.get_kind_display()} {row.member}", row.unit.name)
        for row in rows.select_related("member", "unit").order_by("unit__code", "kind", "pk")
    ]


def roles_of(closing: Collection[Unit], typed: Mapping[str, str]) -> list[Going]:
    rows = Assignment.objects.current(timezone.localdate()).filter(unit__in=closing)
    return [
        _going(
            typed, f"assignments.{row.pk}", f"{row.get_role_display()} {row.user}", row.unit.name
        )
        for row in rows.select_related("user", "unit").order_by("unit__code", "role", "pk")
    ]


def areas_of(closing: Collection[Unit], typed: Mapping[str, str], otherwise: str) -> list[Going]:
    """Return the areas in which the units work that end, each once."""
    rows = AreaCell.objects.filter(valid_to__isnull=True, cell__in=closing)
    cells = defaultdict(list)
    for row in rows.select_related("area", "cell").order_by("area__name", "area__code", "cell"):
        cells[row.area].append(row.cell.name)
    return [_area(typed, area, ", ".join(names), otherwise) for area, names in cells.items()]


def areas_without_cell(parents: Collection[Unit], typed: Mapping[str, str]) -> list[Going]:
    """Return the areas of committees in which no cell works yet."""
    today = timezone.localdate()
    worked_in = AreaCell.objects.as_of(today).values("area")
    areas = ResidentialArea.objects.as_of(today).filter(committee__in=parents)
    free = areas.exclude(pk__in=worked_in).order_by("name", "code")[:LISTED_MOST]
    return [_area(typed, area, "chưa có chi bộ", "") for area in free]


def _area(typed: Mapping[str, str], area: ResidentialArea, where: str, otherwise: str) -> Going:
    return _going(typed, f"areas.{area.code}", f"{area.name} ({area.code})", where, otherwise)


def units_below(
    closing: Collection[Unit], without: Collection[str], typed: Mapping[str, str], otherwise: str
) -> list[Going]:
    rows = Unit.objects.active().filter(parent__in=closing).exclude(code__in=without)
    return [
        _going(typed, f"units.{row.code}", row.name, row.code, otherwise)
        for row in rows.order_by("code")
    ]


def _going(
    typed: Mapping[str, str], name: str, label: str, where: str, otherwise: str = ""
) -> Going:
    return Going(name, label, where, typed.get(name, otherwise).strip())

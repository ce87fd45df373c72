"""Two records of one person: find them, lay them side by side, make one of them; lose nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from cells import access
from cells.models import Unit, User
from cells.services.audit import record
from members.models import Member, Membership
from members.services.errors import MemberRefusedError
from members.services.time_line import latest_place, noted, said

KEEP, DOUBLE = "keep", "double"
FACTS = {
    "full_name": "Họ và tên",
    "birth_year": "Năm sinh",
    "card_hash": "Số thẻ",
    "admitted_on": "Ngày vào Đảng",
    "full_on": "Ngày chính thức",
}
# With these go what is worked out from them.
CARRIED = {"full_name": ("search", "sort_key"), "card_hash": ("card_last4",)}


@dataclass(frozen=True)
class Fact:
    """One fact as each record tells it, in words."""

    name: str
    label: str
    kept: str
    doubled: str
    conflicts: bool


@dataclass(frozen=True)
class Dated:
    """A kind of dated row of a person: which ones mean the same, and what else they hold."""

    related: str
    same: tuple[str, ...]
    start: str = "starts_on"
    end: str = "ends_on"
    texts: tuple[str, ...] = ("decision",)


ROWS = (
    Dated("memberships", ("cell_id", "is_temporary"), "joined_on", "left_on",
          ("left_by", "decision")),
    Dated("exemptions", ()),
    Dated("posts", ("unit_id", "kind"), texts=("term", "decision")),
    Dated("supervisions", ("cell_id",)),
)  # fmt: skip


def duplicate_groups(user: User, unit: Unit | None = None) -> Any:
    """Return (search, birth_year, n) of people in reach who share folded name and birth year.

    With a unit, one of them belongs to its branch. Two records of one card cannot be: the
    database refuses the second.
    """
    reached: Any = Member.objects
    found = alike = reached.visible_to(user)
    if unit is not None:
        within = access.branch(unit.path).condition("cell__path")
        there = Membership.objects.filter(within, left_on__isnull=True)
        found = found.filter(pk__in=there.values("member"))
    # Looked up by name for each, so that a ward costs the same in every city.
    alike = alike.filter(search=OuterRef("search"), birth_year=OuterRef("birth_year"))
    counted = alike.order_by().values("search").annotate(n=Count("pk")).values("n")
    return (
        found.filter(Exists(alike.exclude(pk=OuterRef("pk"))), birth_year__isnull=False)
        .order_by("search", "birth_year")
        .values("search", "birth_year")
        .annotate(n=Subquery(counted))
        .distinct()
    )


def duplicates_of(user: User, groups: Iterable[dict[str, Any]]) -> QuerySet[Member]:
    """Return the people of some groups, in one query."""
    condition = Q(pk__in=[])
    for group in groups:
        condition |= Q(search=group["search"], birth_year=group["birth_year"])
    found: QuerySet[Member] = Member.objects.visible_to(user).filter(condition)
    return found.order_by("search", "birth_year")


def facts_compared(keep: Member, double: Member) -> list[Fact]:
    """Return every fact of two records; those that both tell, differently, conflict."""
    return [
        Fact(
            name,
            label,
            _said(keep, name),
            _said(double, name),
            bool(
                getattr(keep, name)
                and getattr(double, name)
                and getattr(keep, name) != getattr(double, name)
            ),
        )
        for name, label in FACTS.items()
    ]


def _said(member: Member, name: str) -> str:
    value = getattr(member, name)
    if name == "card_hash":
        return f"…{member.card_last4}" if value else "–"
    if isinstance(value, date):
        return said(value)
    return str(value) if value else "–"


@transaction.atomic
def member_merge(
    *, keep: Member, double: Member, chosen: dict[str, str], by: User, door: str
) -> Member:
    """Move everything of `double` to `keep`; the double stays, pointing to the one kept.

    `chosen` says for each conflicting fact whose value holds.
    """
    ids = {keep.pk, double.pk}
    held = {one.pk: one for one in Member.objects.select_for_update().filter(pk__in=ids)}
    if len(ids) < 2:
        raise MemberRefusedError("Chọn hai hồ sơ khác nhau.")
    keep, double = held[keep.pk], held[double.pk]
    if keep.merged_into_id or double.merged_into_id:
        raise MemberRefusedError("Một trong hai hồ sơ đã được gộp rồi.")
    _check_places(keep, double)
    before = _as_data(double)
    for rows in ROWS:
        _rows_move(rows, keep, double, by, door)
    for transfer in double.transfers.all():
        transfer.member = keep
        transfer.save(update_fields=["member"])
    _facts_take(keep, double, chosen)
    Member.objects.filter(merged_into=double).update(merged_into=keep)
    if place := latest_place(keep):
        noted(
            by=by, door=door, action="members_merged", place=place, field=str(keep.pk),
            old={"id": str(double.pk), **before}, new={"chosen": chosen, **_as_data(keep)},
        )  # fmt: skip
    return keep


def _as_data(member: Member) -> dict[str, str]:
    return {name: _said(member, name) for name in FACTS}


def _check_places(keep: Member, double: Member) -> None:
    """Refuse two official memberships in different cells at the same time."""
    theirs = list(double.memberships.filter(is_temporary=False).select_related("cell"))
    for own in keep.memberships.filter(is_temporary=False).select_related("cell"):
        for other in theirs:
            if own.cell_id != other.cell_id and _overlap(ROWS[0], own, other):
                raise MemberRefusedError(
                    f"Hai hồ sơ cùng lúc sinh hoạt ở hai chi bộ: {own.cell.name} và"
                    f" {other.cell.name}. Kết thúc (hoặc chuyển đi) ở một chi bộ trước, rồi gộp."
                )


def _overlap(rows: Dated, one: Any, other: Any) -> bool:
    ends = getattr(one, rows.end), getattr(other, rows.end)
    starts = getattr(one, rows.start), getattr(other, rows.start)
    return (ends[0] is None or ends[0] > starts[1]) and (ends[1] is None or ends[1] > starts[0])


def _rows_move(rows: Dated, keep: Member, double: Member, by: User, door: str) -> None:
    """Move dated rows; one that overlaps an equal one is joined with it, and audited whole."""
    own = list(getattr(keep, rows.related).all())
    for row in list(getattr(double, rows.related).all()):
        equal = next(
            (
                one
                for one in own
                if all(getattr(one, name) == getattr(row, name) for name in rows.same)
                and _overlap(rows, one, row)
            ),
            None,
        )
        if equal is None:
            row.member = keep
            row.save(update_fields=["member"])
            own.append(row)
            continue
        whole = _whole(rows, row)
        row.delete()
        _join(rows, equal, row)
        equal.save()
        record(
            by=by, door=door, action="rows_joined", subject=equal,
            unit=getattr(equal, "cell", None) or getattr(equal, "unit", None),
            old=whole, new=_whole(rows, equal),
        )  # fmt: skip


def _whole(rows: Dated, row: Any) -> dict[str, Any]:
    names = [field.attname for field in row._meta.concrete_fields]
    values = {name: getattr(row, name) for name in names}
    return {
        name: value if isinstance(value, str | int | bool | None) else str(value)
        for name, value in values.items()
    }


def _join(rows: Dated, row: Any, other: Any) -> None:
    """Let a row last from the earlier start to the end that is known, the later of two."""
    setattr(row, rows.start, min(getattr(row, rows.start), getattr(other, rows.start)))
    end, other_end = getattr(row, rows.end), getattr(other, rows.end)
    if other_end and (end is None or other_end > end):
        setattr(row, rows.end, other_end)
        if isinstance(row, Membership):
            row.left_by = other.left_by
    for name in rows.texts:
        if not getattr(row, name):
            setattr(row, name, getattr(other, name))


def _facts_take(keep: Member, double: Member, chosen: dict[str, str]) -> None:
    taken = {}
    for fact in facts_compared(keep, double):
        if fact.conflicts and chosen.get(fact.name) not in (KEEP, DOUBLE):
            raise MemberRefusedError(f"Chọn thông tin đúng ở dòng “{fact.label}”.", fact.name)
        missing = not getattr(keep, fact.name) and getattr(double, fact.name)
        if missing or (fact.conflicts and chosen[fact.name] == DOUBLE):
            for name in (fact.name, *CARRIED.get(fact.name, ())):
                taken[name] = getattr(double, name)
    admitted = taken.get("admitted_on", keep.admitted_on)
    full = taken.get("full_on", keep.full_on)
    if admitted and full and full < admitted:
        raise MemberRefusedError(
            "Ngày chính thức đã chọn trước ngày vào Đảng đã chọn. Chọn lại.", "full_on"
        )
    double.merged_into = keep
    if "card_hash" in taken:
        # A card belongs to one record only: it goes along, its last digits stay readable.
        double.card_hash = None
    double.save(update_fields=["merged_into", "card_hash"])
    for name, value in taken.items():
        setattr(keep, name, value)
    keep.save()


def may_merge(user: User) -> bool:
    return bool(access.reach(user, access.MEMBERS))

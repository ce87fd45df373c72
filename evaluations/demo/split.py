"""The cell that splits between the decided quarters, by the services that people use."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cells.models import Door, Placement, ResidentialArea, Unit, User
from cells.services.areas import Part, area_cell_assign, area_split
from cells.services.reorganisation import Plan, UnitDraft, reorganisation_apply
from cells.services.unit_writing import placements_close
from evaluations.demo.accounts import Cast
from evaluations.demo.tree import Node, Tree, eras_of, levels_now
from members.models import Member, Membership, Post
from members.services.offices import post_take

CLERK = "canbo"
DECISION, RESOLUTION = "17-QĐ/ĐU", "Nghị quyết số 12/NQ-HĐND của HĐND phường"
SIGNED = timedelta(days=8)  # before the day from which the decision holds
LETTERS = "AB"
# In the order of the list every second person goes along, and two more: 18 stay, 22 go.
ALSO_GOING = (36, 38)


@dataclass(frozen=True)
class Split:
    """What was split into what, for the document that the command prints."""

    before: str
    after: tuple[str, ...]
    effective_on: date

    def document(self) -> dict[str, Any]:
        return {
            "before": self.before,
            "after": list(self.after),
            "effective_on": self.effective_on.isoformat(),
        }


def split_tell(tree: Tree, cast: Cast, day: date) -> Split:
    """Split the cell that is to split on a day; the tree then holds what it became."""
    old, clerk = tree.splitting, User.objects.get(username=CLERK)
    assert old is not None  # noqa: S101 - the scale asks for it
    assert old.ward is not None  # noqa: S101 - cells stand below a ward
    unit = Unit.objects.get(pk=old.id)
    people = [
        place.member
        for place in Membership.objects.filter(cell=unit).order_by("pk").select_related("member")
    ]
    names = [f"{old.name}{letter}" for letter in LETTERS]
    number = len(tree.cells_of[old.ward])
    codes = [f"{old.ward.code}-CB{number + n:03d}" for n in (1, 2)]
    plan = Plan(
        kind="split",
        effective_on=day,
        decision_number=DECISION,
        decided_on=day - SIGNED,
        signer=cast.hands[old.ward].signer,
        note="Tổ dân phố chia đôi, chi bộ chia theo địa bàn.",
        before=(old.code,),
        after=tuple(UnitDraft(code, name=name) for code, name in zip(codes, names, strict=True)),
        members={
            str(member.pk): codes[1]
            for place, member in enumerate(people)
            if place % 2 or place in ALSO_GOING
        },
        posts=_posts(unit, codes),
        rest_to=codes[0],
    )
    reorganisation_apply(plan=plan, by=clerk, door=Door.DEMO)
    units = list(Unit.objects.filter(code__in=codes).order_by("code"))
    _elect(units, people, day, plan.decision, clerk)
    _split_area(unit, units, day, clerk)
    _rename_level(units, day)
    tree.succeed(old, [_node(old, new) for new in units])
    return Split(old.code, tuple(codes), day)


def _posts(unit: Unit, codes: list[str]) -> dict[int, str]:
    """Let the secretary and a chi ủy member stay with the first cell, another go with the second.

    The deputy goes too, to be elected secretary there: that post ends.
    """
    secretary, _, staying, going = Post.objects.filter(unit=unit).order_by("pk")
    return {secretary.pk: codes[0], staying.pk: codes[0], going.pk: codes[1]}


def _elect(units: list[Unit], people: list[Member], day: date, decision: str, by: User) -> None:
    """Fill the offices that nobody brought along; the first people may hold one."""
    first, second = units
    for member, unit, kind in (
        (people[4], first, Post.Kind.DEPUTY),
        (people[1], second, Post.Kind.SECRETARY),
        (people[5], second, Post.Kind.DEPUTY),
    ):
        post_take(
            member=member, unit=unit, kind=kind, starts_on=day, by=by, door=Door.DEMO,
            decision=decision,
        )  # fmt: skip


def _split_area(old: Unit, units: list[Unit], day: date, by: User) -> None:
    """Split the area as well; the old cell has left it, each new one takes its part."""
    area = ResidentialArea.objects.get(area_cells__cell=old)
    parts = [Part(f"{area.code}{letter}", f"{area.name}{letter}") for letter in LETTERS]
    made = area_split(area=area, parts=parts, on=day, decision=RESOLUTION, by=by, door=Door.DEMO)
    for part, cell in zip(made, units, strict=True):
        area_cell_assign(area=part, cell=cell, on=day, by=by, door=Door.DEMO)


def _rename_level(units: list[Unit], day: date) -> None:
    """Give cells founded before the names of levels changed the later name too, as all have."""
    levels, change = levels_now()
    if day >= change:
        return
    era = eras_of("cell", levels, change)[-1]
    placements_close(units=[unit.pk for unit in units], day=change)
    for unit in units:
        unit.level_id = era.level
        Placement.objects.create(
            unit=unit, parent_id=unit.parent_id, level_id=era.level, kind_id=unit.kind_id,
            name=unit.name, valid_from=change, decision=era.decision,
        )  # fmt: skip
    Unit.objects.bulk_update(units, ["level"])


def _node(old: Node, unit: Unit) -> Node:
    return Node(
        unit.pk, unit.code, unit.path, unit.name, old.role, old.parent, old.ward, old.kind,
        leaders=Post.objects.filter(unit=unit).count(),
    )  # fmt: skip

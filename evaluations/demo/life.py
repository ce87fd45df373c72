"""What else happens to a few people of a ward, by the services that people use."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from cells.models import Door, Unit, User
from evaluations.demo.split import CLERK
from evaluations.demo.tree import Tree
from members.models import Member, Membership, Post, Transfer
from members.services.moving import (
    transfer_letter,
    transfer_present,
    transfer_return,
    transfer_start,
)
from members.services.offices import post_leave, post_take
from members.services.standing import member_correct, member_exempt

# Cells of the first ward, none of them that of an account.
HOME, NEAR, CHANGING, WAITING = 0, 1, 8, 9
AWAY = "Đảng bộ xã Mây Ngàn, ngoài thành phố (trình diễn)"
FULL = {"full_on__isnull": False}
PROBATION_BEGAN = -300  # days before the quarter: over before it is three months old


def life_tell(tree: Tree, day: date) -> None:
    """Let things happen within 40 days from `day` on, the first of a quarter that is over."""
    life = _Life(tree, day, User.objects.get(username=CLERK))
    life.attend_elsewhere()
    life.go_away_and_return()
    life.wait_too_long()
    life.exempt_for_a_while()
    life.change_an_office()
    life.stay_on_probation()


@dataclass(frozen=True)
class _Life:
    tree: Tree
    day: date
    by: User

    def attend_elsewhere(self) -> None:
        transfer = self._start(HOME, 9, "31-QĐ/ĐU", target=self._cell(NEAR), is_temporary=True)
        self._present(self._letter(transfer, 12), 20)

    def go_away_and_return(self) -> None:
        transfer = self._start(NEAR, 12, "32-QĐ/ĐU", outside=AWAY, is_temporary=True)
        transfer = self._present(self._letter(transfer, 14), 19)
        transfer_return(transfer=transfer, on=self._after(37), by=self.by, door=Door.DEMO)

    def wait_too_long(self) -> None:
        """Leave one transfer without a letter and one letter without an answer."""
        self._start(WAITING, 7, "33-QĐ/ĐU", target=self._cell(CHANGING))
        self._letter(self._start(CHANGING, 15, "34-QĐ/ĐU", outside=AWAY), 20)

    def exempt_for_a_while(self) -> None:
        member_exempt(
            member=self._member(WAITING), starts_on=self._after(31), ends_on=self._after(275),
            decision="05-NQ/CB", by=self.by, door=Door.DEMO,
        )  # fmt: skip

    def change_an_office(self) -> None:
        cell, on = self._cell(CHANGING), self._after(35)
        last = Post.objects.filter(unit=cell, kind=Post.Kind.COMMITTEE).order_by("-pk").first()
        assert last is not None  # noqa: S101 - a cell of this size has a chi ủy
        heir = self._member(CHANGING)
        post_leave(post=last, ends_on=on, by=self.by, door=Door.DEMO)
        post_take(
            member=heir, unit=cell, kind=last.kind, starts_on=on, by=self.by, door=Door.DEMO,
            decision=_decision("35-QĐ/ĐU", on),
        )  # fmt: skip

    def stay_on_probation(self) -> None:
        """Find that somebody was admitted earlier than written: the probation is over."""
        member = self._member(HOME, full_on__isnull=True)
        member_correct(
            member=member, full_name=member.full_name, birth_year=member.birth_year, card="",
            admitted_on=self._after(PROBATION_BEGAN), full_on=None, by=self.by, door=Door.DEMO,
        )  # fmt: skip

    def _after(self, days: int) -> date:
        return self.day + timedelta(days=days)

    def _cell(self, place: int) -> Unit:
        cell = self.tree.cells_of[self.tree.wards[0]][place]
        return Unit.objects.get(pk=cell.id)

    def _member(self, place: int, **who: Any) -> Member:
        """Return the first of a cell of whom nothing is told yet."""
        elsewhere = Membership.objects.filter(Q(is_temporary=True) | Q(left_on__isnull=False))
        quiet = Membership.objects.filter(
            cell=self._cell(place), member__transfers=None, member__posts=None,
            member__exemptions=None,
        ).exclude(member__in=elsewhere.values("member"))  # fmt: skip
        wanted = {f"member__{name}": value for name, value in (who or FULL).items()}
        found = quiet.filter(**wanted).order_by("pk").select_related("member").first()
        assert found is not None  # noqa: S101 - the cells are large enough
        return found.member

    def _start(self, place: int, days: int, number: str, **more: Any) -> Transfer:
        on = self._after(days)
        transfer: Transfer = transfer_start(
            member=self._member(place), moved_on=on, decision=_decision(number, on), by=self.by,
            door=Door.DEMO, **{"target": None, "outside": "", **more},
        )  # fmt: skip
        return transfer

    def _letter(self, transfer: Transfer, days: int) -> Transfer:
        on = self._after(days)
        held: Transfer = transfer_letter(
            transfer=transfer, letter_on=on, by=self.by, door=Door.DEMO
        )
        return held

    def _present(self, transfer: Transfer, days: int) -> Transfer:
        on = self._after(days)
        held: Transfer = transfer_present(
            transfer=transfer, presented_on=on, by=self.by, door=Door.DEMO
        )
        return held


def _decision(number: str, on: date) -> str:
    return f"Số {number}, ngày {on:%d/%m/%Y}"

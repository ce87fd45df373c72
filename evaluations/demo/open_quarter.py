"""What people said and asked of each other in the open quarter of the demo ward.

No sheet changes its state, its answers or its result, and none that stands first in a list is held
up: entering, appraising and deciding go on as if nothing of this had happened.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import F, Q

from cells.models import AuditEntry, User
from evaluations.demo import asking, back_and_forth, talk
from evaluations.demo.accounts import USERNAMES
from evaluations.demo.events import Event, happen, moment
from evaluations.models import Decision, Evaluation, State
from evaluations.services.sheet_notices import decided_tell

VOTES = 3
AFTER_DECIDING = timedelta(minutes=45)


def open_quarter_tell(codes: list[str], cell: str, today: date) -> None:
    """Tell it of the last of `codes`; `cell` is that of the secretary with an account."""
    happen(_Quarter(codes[-1], cell, today).events(codes[-2:]), today=today)


class _Quarter:
    """Chooses the sheets of the stories, from the end of the list, each for one story."""

    def __init__(self, code: str, cell: str, today: date) -> None:
        self.cell, self.today = cell, today
        users = User.objects.in_bulk(USERNAMES, field_name="username")
        self.city, self.clerk, self.other, self.leader, self.secretary = (
            users[name] for name in ("thanhuy", "canbo", "canbo2", "lanhdao", "bithu")
        )
        self.sheets = (
            Evaluation.objects.filter(period__code=code)
            .select_related(
                "unit", "period", "period_unit__committee", "criteria", "submitted_by",
                "appraised_by",
            )
            .order_by("-path")
        )  # fmt: skip

    def events(self, told: list[str]) -> Iterator[Event]:
        yield from self._drafts()
        yield from self._handed_in()
        yield from self._returned()
        yield from self._appraised()
        yield from self._decided()
        decisions = Decision.objects.filter(period__code__in=told).select_related("period")
        yield from map(self._announced, decisions)

    def _drafts(self) -> Iterator[Event]:
        own = self.sheets.get(unit__code=self.cell)
        yield from talk.secretary_asks(own, self.secretary, self.clerk, self.today)
        for sheet in self.sheets.filter(state=State.DRAFT, lines_done=0)[:1]:
            yield from asking.extended(sheet, self.city, self.today)

    def _handed_in(self) -> Iterator[Event]:
        waiting = self.sheets.filter(state=State.SUBMITTED, appraised_total=None)
        first = list(waiting.filter(submitted_by=self.clerk)[:4])
        clerk, other, today = self.clerk, self.other, self.today
        asked_at = moment(today, -2, 10, 10)
        for sheet in first[:1]:
            yield from talk.appraiser_asks(sheet, other, clerk, today)
        for sheet in first[1:2]:
            yield from asking.reopening_waits(sheet, clerk, asked_at, is_decided=False)
        for sheet in first[2:3]:
            yield from asking.reopening_refused(sheet, clerk, other, today)
        for sheet in first[3:]:
            yield from talk.flag_stays(sheet, other, today)
        for sheet in waiting.filter(submitted_by=other)[:1]:
            yield from talk.flag_is_cleared(sheet, clerk, today)
        # The minutes of their meetings are among the evidence.
        with_minutes = self.sheets.filter(state=State.SUBMITTED).reverse()
        for place, sheet in enumerate(with_minutes[:VOTES]):
            yield from asking.voted(sheet, other=place % 2)

    def _returned(self) -> Iterator[Event]:
        for sheet in self.sheets.filter(state=State.RETURNED)[:1]:
            back = AuditEntry.objects.of("evaluation", sheet.pk).get(action=State.RETURNED)
            yield from back_and_forth.lines_come_back(sheet, back.by, back.at)

    def _appraised(self) -> Iterator[Event]:
        differing = self.sheets.filter(~Q(self_total=F("appraised_total")), state=State.APPRAISED)
        by_other = differing.filter(submitted_by=self.other, appraised_by=self.clerk)
        for sheet in by_other[:1]:
            yield from back_and_forth.round_waits(sheet, self.clerk, self.today)
        by_clerk = differing.filter(submitted_by=self.clerk, appraised_by=self.other)
        for sheet in by_clerk[:1]:
            people = self.leader, self.clerk, self.other
            yield from back_and_forth.round_is_answered(sheet, *people)

    def _decided(self) -> Iterator[Event]:
        decided = self.sheets.filter(state=State.DECIDED, submitted_by=self.clerk)
        for sheet in decided.select_related("decision", "unit", "period")[:1]:
            assert sheet.decision is not None  # noqa: S101 - it is decided
            at = sheet.decision.at + AFTER_DECIDING
            yield from asking.reopening_waits(sheet, self.clerk, at, is_decided=True)

    def _announced(self, decision: Decision) -> Event:
        sheets = decision.evaluations.select_related("unit", "period")
        return Event(decision.at, lambda _: decided_tell(sheets, decision=decision, by=self.leader))

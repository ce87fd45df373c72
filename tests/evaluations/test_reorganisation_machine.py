"""Random histories: events, periods, submitted and decided sheets; what was earned never moves."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cells.models import Placement, Reorganisation, Unit
from cells.services.dated_tree import dated_rows
from cells.services.reorganisation import (
    ReorganisationRefusedError,
    UnitDraft,
    reorganisation_apply,
    reorganisation_preview,
    reorganisation_revert,
)
from evaluations.models import Decision, Evaluation
from evaluations.services.periods import period_open
from members.models import Membership
from tests import factories
from tests.cells.reorganising import plan

START = date(2025, 1, 10)
LAST = date(2026, 11, 1)
LEVELS = (("chi_bo_truc_thuoc", date(2026, 7, 26)), ("chi_bo", date(2030, 1, 1)))
FROZEN = ("pk", "unit", "path", "self_total", "final_total", "period_unit", "period_unit__path")
PICK = st.integers(0, 10_000)


class History(RuleBasedStateMachine):
    """A city, two wards, five cells of three members each; days only go forward."""

    def __init__(self):
        super().__init__()
        # Each history starts from nothing, and leaves nothing.
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.day, self.count = START, 0
        self.sheets, self.trees, self.without = {}, {}, set()
        self.events = []

    @initialize()
    def found(self):
        factories.quarter_criteria()
        city = factories.CityFactory()
        self.wards = [factories.CommitteeFactory(parent=city) for _ in range(2)]
        for number in range(5):
            cell = factories.UnitFactory(parent=self.wards[number % 2])
            for _ in range(3):
                factories.MembershipFactory(cell=cell)

    def teardown(self):
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    def cells(self):
        return list(Unit.objects.active().cells().order_by("pk"))

    def pick(self, number, least=1):
        """Return a different cell for each call that has enough of them."""
        cells = self.cells()
        return cells[number % len(cells)] if len(cells) >= least else None

    def codes(self, count):
        self.count += count
        return [f"M{self.count - place}" for place in range(count)]

    def draft(self, code):
        level = next(level for level, until in LEVELS if self.day < until)
        return UnitDraft(code, name=f"Chi bộ {code}", level=level)

    def act(self, asked, *, leaves=()):
        """Carry out an event that nothing may hinder, after keeping the tree of the day before."""
        yesterday = self.day - timedelta(days=1)
        self.trees[yesterday] = dated_rows(yesterday)
        self.without |= set(leaves)
        event = reorganisation_apply(plan=asked, by=None, door="command")
        self.events.append((event, set(leaves)))
        self.day += timedelta(days=11)

    def members_of(self, cell):
        return list(
            Membership.objects.filter(cell=cell, left_on=None).values_list("member", flat=True)
        )

    @precondition(lambda self: self.day < LAST)
    @rule(number=PICK, parts=st.integers(2, 4))
    def split(self, number, parts):
        cell, codes = self.pick(number), self.codes(parts)
        members = {str(key): codes[n % parts] for n, key in enumerate(self.members_of(cell))}
        self.act(
            plan("split", [cell], [self.draft(c) for c in codes], members=members, on=self.day)
        )

    @precondition(lambda self: self.day < LAST and len(self.cells()) > 2)
    @rule(number=PICK)
    def absorb(self, number):
        gone, stays = self.pick(number), self.pick(number + 1)
        asked = plan("absorb", [gone], [UnitDraft(stays.code)], rest_to=stays.code, on=self.day)
        self.act(asked)

    @precondition(lambda self: self.day < LAST and len(self.cells()) > 2)
    @rule(number=PICK)
    def merge(self, number):
        (code,) = self.codes(1)
        both = [self.pick(number), self.pick(number + 1)]
        self.act(plan("merge", both, [self.draft(code)], rest_to=code, on=self.day))

    @precondition(lambda self: self.day < LAST and len(self.cells()) > 2)
    @rule(number=PICK, kind=st.sampled_from(["dissolve", "disband"]))
    def end(self, number, kind):
        cell = self.pick(number)
        self.act(plan(kind, [cell], on=self.day), leaves=self.members_of(cell))

    @precondition(lambda self: self.day < LAST)
    @rule(number=PICK)
    def transfer(self, number):
        cell = self.pick(number)
        target = next(ward for ward in self.current_wards() if ward.pk != cell.parent_id)
        draft = UnitDraft(cell.code, parent=target.code)
        self.act(plan("transfer", [cell], [draft], on=self.day))

    @precondition(lambda self: self.day < LAST)
    @rule(number=PICK)
    def rename(self, number):
        unit = [*self.cells(), *self.current_wards()][number % (len(self.cells()) + 2)]
        (name,) = self.codes(1)
        self.act(plan("rename", [unit], [UnitDraft(unit.code, name=name)], on=self.day))

    @precondition(lambda self: self.day < LAST)
    @rule(number=PICK)
    def ward_becomes_a_new_one(self, number):
        """Both wards become two new ones, one after the other, cells and all."""
        ward = self.current_wards()[number % 2]
        (code,) = self.codes(1)
        fresh = UnitDraft(code, "Đảng ủy mới", ward.parent.code, "dang_bo_xa")
        self.act(plan("establish", [], [fresh], on=self.day))
        self.act(plan("absorb", [ward], [UnitDraft(code)], on=self.day))

    def current_wards(self):
        return list(Unit.objects.active().committees().exclude(parent=None).order_by("pk"))

    @rule()
    def take_back_the_last(self):
        """Only what the history allows; a refusal is no failure, but it changes nothing."""
        if not self.events:
            return
        event, left = self.events[-1]
        try:
            reorganisation_revert(event=event, reason="Thử", by=None, door="command")
        except ReorganisationRefusedError:
            assert Reorganisation.objects.standing().filter(pk=event.pk).exists()
            return
        self.events.pop()
        self.trees = {day: rows for day, rows in self.trees.items() if day < event.effective_on}
        self.without -= left
        self.sheets = {
            pk: row for pk, row in self.sheets.items() if Evaluation.objects.filter(pk=pk).exists()
        }

    @rule(code=st.sampled_from(["2025-Q3", "2026-Q1", "2026-Q3", "2026-Q4"]))
    def open_period(self, code):
        period_open(code=code, by=None, door="command")

    @precondition(lambda self: self.day < LAST)
    @rule(number=PICK)
    def try_only(self, number):
        codes = self.codes(2)
        asked = plan("split", [self.pick(number)], [self.draft(c) for c in codes], on=self.day)
        assert not reorganisation_preview(plan=asked, by=None).refusals
        assert not Unit.objects.filter(code__in=codes).exists()

    @rule(number=PICK, total=st.integers(0, 10_000))
    def submit_or_decide(self, number, total):
        sheets = Evaluation.objects.exclude(state="decided").order_by("pk")
        if not sheets:
            return
        sheet = sheets[number % len(sheets)]
        if sheet.state == "draft":
            sheet.state, sheet.self_total = "submitted", total
            sheet.submitted_at = factories.moment("2026-10-01")
        if total % 2:
            sheet.decision, _ = Decision.objects.get_or_create(
                committee=self.wards[0], period=sheet.period, number="1",
                signed_on=sheet.period.ends_on, defaults={"signer": "Ký"},
            )  # fmt: skip
            sheet.state, sheet.final_total = "decided", total
        sheet.save()
        self.sheets[sheet.pk] = self.frozen(pk=sheet.pk)[sheet.pk]

    def frozen(self, **which):
        return {row[0]: row for row in Evaluation.objects.filter(**which).values_list(*FROZEN)}

    @invariant()
    def no_sheet_ever_moves(self):
        now = self.frozen()
        assert {pk: now[pk] for pk in self.sheets} == self.sheets
        self.sheets |= now

    @invariant()
    def a_unit_has_at_most_one_open_placement(self):
        opened = Placement.objects.filter(valid_to=None).values_list("unit", flat=True)
        assert sorted(opened) == sorted(Unit.objects.active().values_list("pk", flat=True))

    @invariant()
    def paths_are_those_of_the_dated_parents(self):
        rows = {row.code: (row.path, row.name) for row in dated_rows(date(2026, 12, 31))}
        units = Unit.objects.active().values_list("code", "path", "name")
        assert rows == {code: (path, name) for code, path, name in units}

    @invariant()
    def every_member_has_one_cell(self):
        opened = Membership.objects.filter(left_on=None, is_temporary=False)
        keys = list(opened.values_list("member", flat=True))
        assert len(keys) == len(set(keys))
        everyone = set(Membership.objects.values_list("member", flat=True))
        assert everyone - set(keys) == self.without
        assert not opened.filter(cell__closed_on__isnull=False).exists()

    @invariant()
    def past_trees_never_change(self):
        for day, rows in self.trees.items():
            assert dated_rows(day) == rows


@pytest.mark.django_db
def test_no_history_moves_what_was_earned():
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=12,
            stateful_step_count=14,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

"""Random lives of one sheet: who may do what when, and what never changes whatever is tried."""

from collections import Counter
from datetime import timedelta
from unittest import mock

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from cells import access
from cells.models import AuditEntry, Door
from evaluations.answers import answer_of
from evaluations.models import (
    Decision,
    Evaluation,
    LineReturn,
    PeriodUnit,
    ReopenedResult,
    ReopenRequest,
    Score,
    Stage,
)
from evaluations.rules.engine import score_line
from evaluations.services import appraisal, line_returns, sheets
from evaluations.services.decisions import decision_make
from evaluations.services.errors import RefusedError
from evaluations.services.extensions import extension_revoke, units_extend
from evaluations.services.lines import Change, lines_save
from evaluations.services.reopening import (
    reopen_grant,
    reopen_refuse,
    reopen_request,
    reopen_withdraw,
)
from evaluations.services.sheets import TOTAL_FIELD, outcome_of
from tests import factories

START = factories.moment("2027-01-10T08:00")
LOCKS = factories.moment("2027-01-15T23:59:59")
LINES = ("1.2", "2.3", "1.1")
CELL, STAFF = {"bithu", "canbo", "canbo2"}, {"canbo", "canbo2"}
NAMES = ("bithu", "canbo", "canbo2", "lanhdao", "thanhuy", "kiemtra", "nguoila")
# Who has the right to each action, whatever the sheet is like; and the right it is asked by.
RIGHTS = {
    "enter": (CELL, access.ENTER),
    "fill": (CELL, access.ENTER),
    "submit": (CELL, access.SUBMIT),
    "withdraw": (CELL, access.SUBMIT),
    "ask": (CELL, access.ENTER),
    "appraise": (STAFF, access.APPRAISE),
    "accept": (STAFF, access.APPRAISE),
    "mark": (STAFF, access.APPRAISE),
    "return_lines": (STAFF, access.APPRAISE),
    "return": (STAFF, access.APPRAISE),
    "finish": (STAFF, access.APPRAISE),
    "reopen": (STAFF, access.APPRAISE),
    "decide": ({"lanhdao"}, access.DECIDE),
    "extend": ({"thanhuy"}, access.ADMINISTER),
    "revoke": ({"thanhuy"}, access.ADMINISTER),
    # Who answers a request depends on the sheet; the service asks.
    "grant": (set(NAMES) - {"nguoila"}, access.VIEW),
    "refuse": (set(NAMES) - {"nguoila"}, access.VIEW),
    "take_back": (set(NAMES) - {"nguoila"}, access.VIEW),
}
STATES = {
    "enter": {"draft", "returned"},
    "fill": {"draft", "returned"},
    "submit": {"draft", "returned"},
    "withdraw": {"submitted"},
    "appraise": {"submitted"},
    "accept": {"submitted"},
    "mark": {"submitted"},
    "return_lines": {"submitted"},
    "return": {"submitted", "appraised"},
    "finish": {"submitted"},
    "reopen": {"appraised"},
    "decide": {"appraised"},
    "extend": {"draft", "returned", "submitted"},
}
BOUND = {"enter", "fill", "submit", "withdraw"}
FOUR_EYES = {"appraise", "accept", "mark", "return_lines", "return", "finish", "reopen"}
# The state each way of a request leads to, and who answers it.
WAYS = {
    "extension": {"thanhuy"},
    "return": STAFF,
    "decision": {"lanhdao"},
}
ACTIONS = sorted(RIGHTS)
# Drawn evenly: few examples have to meet every action.
DICE = st.randoms(use_true_random=True)
SEEN = Counter()


class Life(RuleBasedStateMachine):
    """One sheet of a cell; the clock only goes forward, a second with every act."""

    def __init__(self):
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.now = START
        self.clock = mock.patch.object(timezone, "now", side_effect=lambda: self.now)
        self.clock.start()
        self.returned, self.frozen, self.kept, self.number = set(), None, [], 0
        self.way_was_time = False

    @initialize(dice=DICE)
    def begin(self, dice):
        """Begin with a sheet at any of its states, before or after the lock."""
        self.found()
        for _ in range(dice.randrange(4)):
            self.go_on(dice.randrange(100))
        if dice.randrange(4) == 0:
            self.now = LOCKS

    def found(self):
        city = factories.CityFactory()
        ward, other = (factories.CommitteeFactory(parent=city) for _ in range(2))
        cell = factories.UnitFactory(parent=ward)
        make = factories.UserFactory
        self.people = {
            "bithu": make(roles=[("secretary", cell)]),
            "canbo": make(roles=[("staff", ward)]),
            "canbo2": make(roles=[("staff", ward)]),
            "lanhdao": make(roles=[("leader", ward)]),
            "thanhuy": make(roles=[("city_admin", city)]),
            "kiemtra": make(roles=[("inspector", ward)]),
            "nguoila": make(roles=[("staff", other)]),
        }
        self.pk = factories.sheet(cell, factories.PeriodFactory(locks_at=LOCKS)).pk

    def teardown(self):
        self.clock.stop()
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @property
    def sheet(self):
        return Evaluation.objects.of_pk(self.pk)

    def name_of(self, user_id):
        return next((name for name, user in self.people.items() if user.pk == user_id), None)

    # What is tried

    def go_on(self, choice):
        """Take the step that leads on, by somebody who may."""
        state = self.sheet.state
        asked = self.open_request()
        if asked and choice < 40:
            self.attempt("grant", sorted(WAYS[self.way()] | {"thanhuy"})[choice % 2], choice)
        elif self.is_locked() and state in ("draft", "returned"):
            self.attempt("ask" if choice < 50 else "extend", ("canbo", "thanhuy")[choice >= 50], 0)
        elif state in ("draft", "returned"):
            self.attempt("fill", "bithu", choice)
            self.attempt("submit", ("bithu", "canbo")[choice % 2], choice)
        elif state == "submitted":
            who = "canbo2" if self.name_of(self.sheet.submitted_by_id) == "canbo" else "canbo"
            self.attempt("accept", who, choice)
            self.attempt("finish", who, choice)
        elif state == "appraised":
            self.attempt("decide", "lanhdao", choice)
        elif not asked:
            self.attempt("ask", "bithu", choice)

    @rule(dice=DICE)
    def take_the_next_step(self, dice):
        self.go_on(dice.randrange(100))

    @rule(days=st.integers(1, 2))
    def wait(self, days):
        self.now += timedelta(days=days)

    @rule(dice=DICE)
    def try_anything(self, dice):
        self.attempt(dice.choice(ACTIONS), dice.choice(NAMES), dice.randrange(100))

    @rule(dice=DICE)
    def try_with_the_right(self, dice):
        action = dice.choice(ACTIONS)
        self.attempt(action, dice.choice(sorted(RIGHTS[action][0])), dice.randrange(100))

    @rule(dice=DICE)
    def try_to_judge_what_one_submitted(self, dice):
        name = self.name_of(self.sheet.submitted_by_id)
        if name in STAFF:
            for action in sorted(FOUR_EYES):
                self.attempt(action, name, dice.randrange(100))

    @rule(dice=DICE)
    def take_an_open_step(self, dice):
        """Take any step that is open to somebody."""
        choice = dice.randrange(100)
        for action in dice.sample(ACTIONS, len(ACTIONS)):
            for name in sorted(RIGHTS[action][0]):
                if self.is_open(action, name) and self.content_allows(action, choice):
                    self.attempt(action, name, choice)
                    return

    # How it is judged

    def attempt(self, action, name, choice):
        """Do it as a page would: ask for the sheet by the right, then call the service."""
        self.now += timedelta(seconds=1)
        user, (names, right) = self.people[name], RIGHTS[action]
        within = Evaluation.objects.allowed(user, right).filter(pk=self.pk).exists()
        assert within is (name in names) is self.sheet.allows(user, right)
        if not within:
            return
        expected = self.is_open(action, name) and self.content_allows(action, choice)
        before, entries = self.rows(), AuditEntry.objects.count()
        marked = self.marked()
        said = self.refusal(action, user, choice)
        SEEN[action, not said] += 1
        assert bool(said) is not expected, f"{name} {action} in {before[0]['state']}: {said}"
        if said:
            assert (self.rows(), AuditEntry.objects.count()) == (before, entries)
            return
        if self.rows() != before:
            assert AuditEntry.objects.count() > entries
        self.note(action, marked)

    def refusal(self, action, user, choice):
        """Do it; return what was said against it, "" if it was done."""
        try:
            getattr(self, f"do_{action}")(user, choice)
        except RefusedError as refused:
            return refused.message
        return ""

    def is_locked(self):
        until = PeriodUnit.objects.values_list("extended_until", flat=True).get()
        return self.now >= max(LOCKS, until or LOCKS)

    def is_open(self, action, name):
        sheet = self.sheet
        if action in STATES and sheet.state not in STATES[action]:
            return False
        if action in BOUND and self.is_locked():
            return False
        return not (action in FOUR_EYES and self.name_of(sheet.submitted_by_id) == name) and (
            action not in ("grant", "refuse", "take_back") or self.may_answer(action, name)
        )

    def way(self):
        state = self.sheet.state
        if state in ("submitted", "appraised"):
            return "return"
        return "decision" if state == "decided" else "extension"

    def open_request(self):
        return ReopenRequest.objects.open().first()

    def may_answer(self, action, name):
        asked = self.open_request()
        if asked is None:
            return False
        asker = self.name_of(asked.by_id)
        if action == "take_back":
            return asker == name
        way, submitter = self.way(), self.name_of(self.sheet.submitted_by_id)
        if name == asker or name not in WAYS[way] or (way == "return" and name == submitter):
            return False
        return way != "extension" or self.is_locked()

    def content_allows(self, action, choice):
        """Tell whether the sheet is ready for it: complete, untouched, marked."""
        sheet, line = self.sheet, LINES[choice % len(LINES)]
        ready = {
            "enter": lambda: not self.returned or line in self.returned,
            "fill": lambda: not self.returned,
            "submit": lambda: sheet.lines_done == sheet.lines_total,
            "withdraw": lambda: not self.is_begun(sheet),
            "finish": lambda: not appraisal.lines_waiting(sheet) and not self.marked(),
            "return_lines": lambda: bool(self.marked()),
            "ask": lambda: (
                self.open_request() is None
                and (sheet.state not in ("draft", "returned") or self.is_locked())
            ),
            "revoke": lambda: self.now < (sheet.period_unit.extended_until or self.now),
        }
        return ready.get(action, lambda: True)()

    def is_begun(self, sheet):
        rows = sheet.scores.filter(stage=Stage.APPRAISED, at__gte=sheet.submitted_at)
        return rows.exists() or bool(self.marked())

    def marked(self):
        return set(LineReturn.objects.marked().values_list("line", flat=True))

    def note(self, action, marked):
        """Keep what the model needs to know of a step that was taken."""
        if action == "return_lines":
            self.returned = marked
        elif self.sheet.state not in ("returned", "submitted"):
            self.returned = set()
        elif action == "return" or (action == "grant" and self.sheet.state == "returned"):
            self.returned = self.returned if action == "grant" and self.way_was_time else set()
        if action == "decide":
            self.frozen = self.final()
        elif self.sheet.state != "decided" and self.frozen:
            self.kept.append(self.frozen)
            self.frozen = None

    # What is done

    def given(self, user):
        return {"sheet": self.sheet, "by": user, "door": Door.WEB}

    def answer(self, line, choice):
        indicator = self.sheet.criteria.rules.indicators[line]
        if indicator.options:
            option = indicator.options[choice % len(indicator.options)]
            return {indicator.input: option.code}
        return {"num": choice % 9, "den": 9}

    def do_enter(self, user, choice):
        line = LINES[choice % len(LINES)]
        lines_save(changes=[Change(line, self.answer(line, choice))], **self.given(user))

    def do_fill(self, user, choice):
        changes = []
        for code, line in self.sheet.criteria.rules.indicators.items():
            best = {line.input: line.options[0].code} if line.options else {"num": 1, "den": 1}
            changes.append(Change(code, best))
        lines_save(changes=changes, **self.given(user))

    def do_submit(self, user, choice):
        sheets.sheet_submit(on_behalf=False, **self.given(user))

    def do_withdraw(self, user, choice):
        sheets.sheet_withdraw(**self.given(user))

    def do_appraise(self, user, choice):
        line = LINES[choice % len(LINES)]
        change = Change(line, self.answer(line, choice), None, "Theo sổ")
        lines_save(changes=[change], stage=Stage.APPRAISED, **self.given(user))

    def do_accept(self, user, choice):
        lines = list(self.sheet.criteria.rules.indicators)
        appraisal.appraisal_accept(lines=lines, **self.given(user))

    def do_mark(self, user, choice):
        line = LINES[choice % len(LINES)]
        line_returns.line_mark(line=line, reason="Xem lại", **self.given(user))

    def do_return_lines(self, user, choice):
        line_returns.lines_return(**self.given(user))

    def do_return(self, user, choice):
        sheets.sheet_return(reason="Sửa lại", **self.given(user))

    def do_finish(self, user, choice):
        appraisal.appraisal_finish(**self.given(user))

    def do_reopen(self, user, choice):
        appraisal.appraisal_reopen(reason="Xem lại", **self.given(user))

    def do_decide(self, user, choice):
        self.number += 1
        sheet = self.sheet
        decision_make(
            committee=sheet.period_unit.committee, period=sheet.period, sheets=[sheet],
            number=f"{self.number}-QĐ/ĐU", signed_on=self.now.date(), signer="Ký", by=user,
            door=Door.WEB,
        )  # fmt: skip

    def do_extend(self, user, choice):
        until = max(self.now, LOCKS) + timedelta(days=2)
        given = {"period": self.sheet.period, "sheets": [self.sheet], "until": until}
        units_extend(reason="Mất điện", by=user, door=Door.WEB, **given)

    def do_revoke(self, user, choice):
        extension_revoke(**self.given(user))

    def do_ask(self, user, choice):
        reopen_request(reason="Nhập nhầm", **self.given(user))

    def do_grant(self, user, choice):
        self.way_was_time = self.way() == "extension"
        until = max(self.now, LOCKS) + timedelta(days=2)
        self.reply(reopen_grant, user, answer="", until=until)

    def do_refuse(self, user, choice):
        self.reply(reopen_refuse, user, answer="Số liệu đúng")

    def do_take_back(self, user, choice):
        self.reply(reopen_withdraw, user)

    def reply(self, service, user, **said):
        asked = self.open_request() or ReopenRequest.objects.first()
        if asked is None:
            raise RefusedError("Chưa có đề nghị nào.")
        service(request=asked, by=user, door=Door.WEB, **said)

    # What holds after every step

    def rows(self):
        models = (
            Evaluation, Score, LineReturn, PeriodUnit, ReopenRequest, ReopenedResult, Decision,
        )  # fmt: skip
        return [row for model in models for row in model.objects.order_by("pk").values()]

    def final(self):
        """Return the decided result, as it must stay: the sheet's and each line's."""
        sheet = self.sheet
        lines = Score.objects.filter(stage=Stage.FINAL).order_by("line")
        return (
            sheet.decision_id, sheet.final_total, sheet.level, sheet.is_eligible, sheet.reasons,
            list(lines.values("line", "option", "num", "den", "na", "points", "note")),
        )  # fmt: skip

    @invariant()
    def a_decided_result_never_changes(self):
        if self.frozen:
            assert self.final() == self.frozen

    @invariant()
    def every_result_that_was_reopened_is_kept(self):
        kept = [
            (
                row.decision_id, row.final_total, row.level, row.is_eligible, row.reasons,
                [{"line": line, **row.answers[line]} for line in sorted(row.answers)],
            )
            for row in ReopenedResult.objects.order_by("pk")
        ]  # fmt: skip
        assert kept == self.kept

    @invariant()
    def stored_points_are_what_the_engine_gives(self):
        sheet = self.sheet
        indicators = sheet.criteria.rules.indicators
        for row in sheet.scores.all():
            line = indicators[row.line]
            assert row.points == score_line(line, answer_of(row, line)).points
        for stage, field in TOTAL_FIELD.items():
            stored = getattr(sheet, field)
            assert stored is None or stored == outcome_of(sheet, stage).total

    @invariant()
    def the_result_shown_is_that_of_its_stage(self):
        sheet = self.sheet
        if sheet.total is not None:
            outcome = outcome_of(sheet, sheet.stage_shown)
            assert (sheet.level, sheet.is_eligible) == (outcome.level, outcome.eligible)
            assert sheet.reasons == list(outcome.reasons)

    @invariant()
    def who_submitted_never_appraises(self):
        sheet = self.sheet
        assert not sheet.appraised_by_id or sheet.appraised_by_id != sheet.submitted_by_id

    @invariant()
    def one_request_at_a_time(self):
        assert ReopenRequest.objects.open().count() <= 1


@pytest.mark.django_db
def test_no_life_of_a_sheet_breaks_a_rule():
    factories.quarter_criteria()
    SEEN.clear()
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=24,
            stateful_step_count=16,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # The walk is worth something only while it gets about.
    done = {action for action, is_done in SEEN if is_done}
    assert done >= {"fill", "submit", "accept", "appraise", "finish", "decide", "ask", "grant"}
    assert sum(count for (_, is_done), count in SEEN.items() if not is_done) > 20

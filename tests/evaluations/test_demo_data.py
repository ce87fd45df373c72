"""The demonstration of a ward: counts, states, and totals that the engine confirms."""

import json
from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, F, Q

from cells.models import Assignment, AuditEntry, Door, Unit, User
from cells.vietnamese import fold, name_sort_key
from evaluations.answers import answers_of
from evaluations.models import Decision, Evaluation, Period, PeriodUnit, Score, Stage, State
from evaluations.rules.engine import score_sheet
from evaluations.services.periods import period_open
from members.models import Exemption, Member, Membership, Post
from tests import factories
from tests.evaluations.demo_ward import TODAY, demo_ward

STAGES = {
    Stage.SELF: "self_total",
    Stage.APPRAISED: "appraised_total",
    Stage.FINAL: "final_total",
}


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with demo_ward(django_db_blocker) as document:
        yield document


@pytest.fixture
def ward(built, db):
    return built


@pytest.fixture
def open_sheets(ward):
    return Evaluation.objects.filter(period__code="2026-Q4")


def run(*args):
    out, err = StringIO(), StringIO()
    try:
        call_command("demo_data", "--yes-this-database", *args, stdout=out, stderr=err)
    except SystemExit as stop:
        return stop.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_the_ward_has_the_size_of_a_real_one(ward):
    counts = ward["counts"]
    assert {name: counts[name] for name in ("committees", "cells", "members", "units")} == {
        "committees": 12,
        "cells": 89,
        "members": 6100,
        "units": 101,
    }
    assert (counts["users"], counts["periods"], counts["sheets"]) == (7, 3, 88 + 89 + 89)
    assert Unit.objects.count() == 102  # and the cell that has split
    assert Unit.objects.filter(level__code="dang_bo_truc_thuoc").count() == 10
    assert Unit.objects.cells().values("kind").distinct().count() >= 9


def test_every_member_belongs_to_one_cell(ward):
    official = Membership.objects.filter(left_on=None, is_temporary=False)
    assert official.values("member").distinct().count() == official.count() == 6100


def test_there_are_probationary_exempt_temporary_and_moved_members(ward):
    assert Member.objects.filter(full_on=None).count() > 50
    assert Exemption.objects.count() > 300
    assert Membership.objects.filter(is_temporary=True).count() > 20
    assert Membership.objects.exclude(left_on=None).count() > 20


def test_a_cell_of_nine_full_members_elects_a_committee(ward):
    held = Count("posts", filter=Q(posts__ends_on=None))
    for cell in Unit.objects.cells().active().annotate(leaders=held):
        full = cell.memberships.filter(left_on=None, is_temporary=False, member__full_on__lte=TODAY)
        assert (cell.leaders >= 3) is (full.count() >= 9)
        assert cell.leaders <= 7
    assert Post.objects.held_on(TODAY).filter(kind=Post.Kind.SECRETARY).count() == 89


def test_leaders_are_full_members_and_not_exempt(ward):
    unfit = Q(member__full_on=None) | Q(member__exemptions__isnull=False)
    assert not Post.objects.filter(unfit).exists()


def test_names_are_folded_and_ranked_as_everywhere(ward):
    for member in Member.objects.all()[:300]:
        assert member.search == fold(member.full_name)
        assert member.sort_key == name_sort_key(member.full_name)


def test_two_quarters_are_decided_and_one_is_open(ward):
    assert ward["period"] == "2026-Q4"
    for code, cells in (("2026-Q2", 88), ("2026-Q3", 89)):
        sheets = Evaluation.objects.filter(period__code=code)
        assert sheets.filter(state=State.DECIDED).count() == sheets.count() == cells
    assert Decision.objects.exclude(Q(number="") | Q(signer="")).count() == 3


def test_37_of_89_cells_still_need_work(open_sheets):
    assert open_sheets.filter(state__in=[State.DRAFT, State.RETURNED]).count() == 37


def test_the_open_quarter_shows_every_state(open_sheets):
    assert set(open_sheets.values_list("state", flat=True)) == set(State)
    drafts = open_sheets.filter(state=State.DRAFT)
    assert drafts.filter(lines_done=0, self_total=None).exists()
    assert drafts.filter(lines_done__gt=0, lines_done__lt=F("lines_total")).exists()
    assert not open_sheets.filter(state=State.RETURNED, return_reason="").exists()
    begun = open_sheets.filter(state=State.SUBMITTED, appraised_total__isnull=False)
    assert begun.exists()


def test_vetoes_missed_floors_and_undetermined_groups_can_be_shown(ward):
    reasons = Counter(
        reason.partition(":")[0]
        for found in Evaluation.objects.filter(state=State.DECIDED).values_list(
            "reasons", flat=True
        )
        for reason in found
    )
    assert set(reasons) == {"group_floor", "group_undetermined", "total_below", "veto"}
    assert Evaluation.objects.filter(period__code="2026-Q4").exclude(vetoes=[]).exists()
    assert Score.objects.filter(na=True).count() > 50


def test_totals_are_spread_plausibly(ward):
    totals = sorted(
        Evaluation.objects.filter(state=State.DECIDED).values_list("final_total", flat=True)
    )
    usual = [total for total in totals if 75_00 <= total <= 97_50]
    assert len(usual) > 0.6 * len(totals)
    levels = Counter(Evaluation.objects.filter(period__code="2026-Q3").values_list("level"))
    assert max(levels.values()) < 0.8 * 89


def test_cells_move_between_quarters(ward):
    totals = [
        dict(Evaluation.objects.filter(period__code=code).values_list("unit", "final_total"))
        for code in ("2026-Q2", "2026-Q3")
    ]
    both = totals[0].keys() & totals[1].keys()
    assert len(both) == 87
    assert sum(totals[0][unit] != totals[1][unit] for unit in both) > 60


def test_the_appraiser_lowers_some_lines_and_says_why(ward):
    changed = Score.objects.filter(stage=Stage.APPRAISED).exclude(note="")
    assert changed.count() > 50
    for score in changed.select_related("evaluation")[:50]:
        own = score.evaluation.scores.get(stage=Stage.SELF, line=score.line)
        assert own.points >= score.points
        assert score.source == ""


def test_every_stored_total_and_point_is_the_engines(ward):
    sheets = Evaluation.objects.select_related("criteria").prefetch_related("scores")
    for sheet in sheets:
        rules = sheet.criteria.rules
        shown = None
        for stage, name in STAGES.items():
            rows = [row for row in sheet.scores.all() if row.stage == stage]
            if not rows:
                assert getattr(sheet, name) is None
                continue
            shown = score_sheet(rules, answers_of(rows, rules), vetoes=sheet.vetoes)
            assert getattr(sheet, name) == shown.total
            assert {row.line: row.points for row in rows} == {
                row.line: shown.lines[row.line] for row in rows
            }
        if shown:
            assert (sheet.level, sheet.is_eligible) == (shown.level, shown.eligible)
            assert tuple(sheet.reasons) == shown.reasons


def test_lines_done_counts_what_the_cell_answered(ward):
    own = Count("scores", filter=Q(scores__stage=Stage.SELF))
    assert not Evaluation.objects.annotate(own=own).exclude(own=F("lines_done")).exists()


def test_nobody_appraises_what_they_submitted(ward):
    appraised = Evaluation.objects.exclude(appraised_by=None)
    assert not appraised.filter(appraised_by=F("submitted_by")).exists()
    names = set(appraised.values_list("submitted_by__username", "appraised_by__username"))
    assert names == {("canbo", "canbo2"), ("canbo2", "canbo"), ("bithu", "canbo")}


def test_an_accepted_value_is_younger_than_the_cells_own(ward):
    stages = dict(Score.objects.values_list("stage").annotate(n=Count("pk")))
    assert set(stages) == set(Stage)
    for sheet in Evaluation.objects.exclude(appraised_at=None)[:40]:
        at = {
            stage: sheet.scores.filter(stage=stage).values_list("at", flat=True) for stage in Stage
        }
        assert max(at[Stage.SELF]) <= sheet.submitted_at < min(at[Stage.APPRAISED])
        assert max(at[Stage.APPRAISED]) <= sheet.appraised_at


def test_nothing_is_dated_after_today(ward):
    tomorrow = factories.moment("2026-11-25")
    assert not Score.objects.filter(at__gte=tomorrow).exists()
    entries = AuditEntry.objects.filter(subject_type="evaluation")
    assert not entries.filter(at__gte=tomorrow).exists()


def test_changes_have_left_a_trail(ward, open_sheets):
    entries = AuditEntry.objects.filter(subject_type="evaluation", door=Door.DEMO)
    decided = open_sheets.filter(state=State.DECIDED).first()
    own = entries.filter(subject_id=decided.pk)
    assert own.filter(action="line_saved", field__endswith=".self").count() == 24
    assert list(own.filter(field="state").order_by("pk").values_list("new", flat=True)) == [
        "submitted",
        "appraised",
        "decided",
    ]
    assert list(own.order_by("pk")) == list(own.order_by("at", "pk"))
    steps = entries.filter(field="state", new="decided")
    assert steps.count() == Evaluation.objects.filter(state=State.DECIDED).count()


def test_the_accounts_hold_their_roles(ward):
    held = {
        (name, role, code)
        for name, role, code in Assignment.objects.values_list(
            "user__username", "role", "unit__code"
        )
    }
    assert held == {
        ("thanhuy", "city_admin", "TU"),
        ("canbo", "staff", "P01"),
        ("canbo2", "staff", "P01"),
        ("lanhdao", "leader", "P01"),
        ("bithu", "secretary", ward["accounts"]["bithu"]),
        ("kiemtra", "inspector", "TU"),
    }
    for user in User.objects.all():
        assert user.check_password("chibo-demo-2026")
        assert user.is_superuser is (user.username == "quantri")
        assert (user.is_active, user.must_change_password) == (True, False)


def test_the_secretary_finds_a_half_filled_sheet_and_two_decided_ones(ward):
    bithu = User.objects.get(username="bithu")
    sheets = Evaluation.objects.visible_to(bithu).order_by("period__ends_on")
    assert list(sheets.values_list("state", flat=True)) == ["decided", "decided", "draft"]
    assert 0 < sheets.last().lines_done < 24
    assert sheets.first().submitted_by == bithu
    secretary = Post.objects.get(unit__code=ward["accounts"]["bithu"], kind="secretary")
    assert secretary.member.full_name == bithu.full_name


def test_the_periods_are_what_opening_them_gives(ward):
    """Opening again finds nothing to add: the bulk rows are those of the one action."""
    for period in Period.objects.all():
        before = list(PeriodUnit.objects.filter(period=period).values())
        again = period_open(code=period.code, by=None, door=Door.COMMAND)
        expected = 88 if period.code == "2026-Q2" else 89
        assert (again.created_sheets, again.expected, again.not_expected) == (0, expected, 12)
        assert list(PeriodUnit.objects.filter(period=period).values()) == before


def test_names_of_levels_are_those_of_their_time(ward):
    levels = PeriodUnit.objects.filter(is_cell=True).values_list("period__code", "level__code")
    assert set(levels) == {
        ("2026-Q2", "chi_bo_truc_thuoc"),
        ("2026-Q3", "chi_bo"),
        ("2026-Q4", "chi_bo"),
    }


def test_new_rows_take_ids_after_the_written_ones(ward):
    cell = factories.UnitFactory(parent=Unit.objects.get(code="P01"))
    assert cell.pk == 103
    assert factories.MembershipFactory(cell=cell).pk


def test_foreign_keys_and_indexes_stand_again(ward):
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Score._meta.db_table)
    foreign = {tuple(c["columns"]) for c in found.values() if c["foreign_key"]}
    indexed = {tuple(c["columns"]) for c in found.values() if c["index"]}
    assert foreign == {("evaluation_id",), ("by_id",)}
    assert foreign <= indexed


def test_the_second_start_finds_it_and_does_nothing(ward):
    for args in ([], ["--today", "2026-11-24"]):
        status, out, err = run(*args)
        assert (status, json.loads(out)) == (0, ward)
        assert "đã có sẵn" in err


@pytest.mark.parametrize("args", [["--seed", "2"], ["--scale", "city"], ["--today", "2026-12-01"]])
def test_another_demo_is_refused_beside_it(ward, args):
    status, out, err = run(*args)
    assert (status, out) == (1, "")
    assert "khác" in err

"""What happened in the demonstration of a ward: a cell split, people moved, an office changed."""

from datetime import date

import pytest
from django.db.models import F
from django.urls import reverse

from cells.models import AreaCell, Placement, Reorganisation, ResidentialArea, Unit, User
from evaluations.demo.accounts import USERNAMES
from evaluations.models import Evaluation, EvidenceUse, PeriodUnit, Ranking, Score, State
from evaluations.reports.evidence import panel_of
from evaluations.services.evidence_files import file_problem
from members.counts import counts_on
from members.models import Exemption, Membership, Post, Transfer
from members.warnings import warnings_of
from tests.evaluations.demo_ward import TODAY, demo_ward

DAY = date(2026, 7, 1)
EVE = date(2026, 6, 30)


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with demo_ward(django_db_blocker) as document:
        yield document


@pytest.fixture
def split(built, db):
    """Return the cell that split and the two that it became."""
    told = built["split"]
    assert told["effective_on"] == "2026-07-01"
    codes = [told["before"], *told["after"]]
    return [Unit.objects.get(code=code) for code in codes]


@pytest.fixture
def page(split, client):
    client.force_login(User.objects.get(username="canbo"))
    return lambda name, *args: client.get(reverse(f"evaluations:{name}", args=args))


def states(unit):
    sheets = Evaluation.objects.filter(unit=unit).order_by("period__ends_on")
    return list(sheets.values_list("period__code", "state"))


def test_old_cell_is_closed_and_keeps_its_decided_sheet(split):
    old, *_ = split
    assert (old.closed_on, states(old)) == (DAY, [("2026-Q2", "decided")])
    sheet = Evaluation.objects.get(unit=old)
    assert (sheet.path, sheet.period_unit.members) == (old.path, 40)
    assert sheet.scores.filter(stage="final").count() == sheet.lines_total


def test_new_cells_have_a_decided_quarter_and_an_open_one(split):
    _, *new = split
    for unit in new:
        (third, fourth) = states(unit)
        assert third == ("2026-Q3", "decided")
        assert fourth[0] == "2026-Q4"
        assert fourth[1] != State.DECIDED


def test_forty_members_became_eighteen_and_twenty_two(split):
    assert counts_on(EVE, split)[split[0].pk].official == 40
    counts = counts_on(DAY, split)
    assert [counts[unit.pk].official for unit in split[1:]] == [18, 22]
    assert split[0].pk not in counts
    frozen = PeriodUnit.objects.filter(unit__in=split[1:], period__code="2026-Q3")
    assert sorted(frozen.values_list("members", flat=True)) == [18, 22]


def test_event_rests_on_a_decision_and_went_through_the_service(split):
    event = Reorganisation.objects.get()
    assert (event.kind, event.effective_on, event.decision_number) == ("split", DAY, "17-QĐ/ĐU")
    assert event.signer
    assert event.by.username == "canbo"
    assert event.undo["members"]
    assert "sheets" in event.undo


def test_levels_of_new_cells_are_named_as_those_of_all_others(split):
    eras = Placement.objects.filter(unit__in=split[1:]).values_list("level__code", "valid_from")
    assert set(eras) == {("chi_bo_truc_thuoc", DAY), ("chi_bo", date(2026, 7, 26))}
    assert {unit.level.code for unit in split[1:]} == {"chi_bo"}


def test_offices_are_filled_in_both_and_ended_in_the_old_one(split):
    old, *new = split
    assert not Post.objects.held_on(DAY).filter(unit=old).exists()
    assert Post.objects.held_on(EVE).filter(unit=old).count() == 4
    for unit in new:
        held = Post.objects.held_on(TODAY).filter(unit=unit)
        assert set(held.values_list("kind", flat=True)) == {
            "secretary", "deputy_secretary", "cell_committee",
        }  # fmt: skip
        there = Membership.objects.active_on(TODAY).filter(cell=unit)
        assert not held.exclude(member__in=there.values("member")).exists()


def test_residential_area_is_split_too(split):
    old, *new = split
    area = ResidentialArea.objects.get(area_cells__cell=old)
    assert area.valid_to == DAY
    assert set(area.successors.values_list("area_cells__cell", flat=True)) == {
        unit.pk for unit in new
    }
    residential = Unit.objects.active().filter(kind__code="to_dan_pho")
    working = AreaCell.objects.as_of(TODAY).values("cell")
    assert not residential.exclude(pk__in=working).exists()


def test_unit_page_draws_where_a_new_cell_came_from(split, page):
    drawn = page("unit", split[1].code).context["lineage"]
    assert drawn.is_drawn
    assert [box.node.code for box in drawn.boxes] == [unit.code for unit in split[:2]]
    both = page("unit", split[0].code).context["lineage"]
    assert {box.node.code for box in both.boxes} == {unit.code for unit in split}


def test_trend_breaks_where_the_cell_split(split, page):
    (before, after) = page("scorecard", "2026-Q3", split[1].code).context["card"].recent
    assert (before.unit_code, before.code, before.broken) == (split[0].code, "2026-Q2", "")
    assert (after.code, after.broken) == ("2026-Q3", "chia tách 01/07/2026")


def test_ranking_marks_the_two_new_cells_and_nobody_else(split):
    marked = Ranking.objects.get(period__code="2026-Q3").rows.exclude(lineage_break="")
    assert dict(marked.values_list("unit", "lineage_break")) == {
        unit.pk: "split" for unit in split[1:]
    }
    before = Ranking.objects.get(period__code="2026-Q2").rows
    assert before.filter(unit=split[0], rank__isnull=False).exists()
    assert not before.exclude(lineage_break="").exists()


def test_rankings_agree_with_the_stored_totals(split):
    assert all(ranking.differences == [] for ranking in Ranking.objects.all())


def test_no_account_is_touched_by_it(split, built):
    units = {code for code in built["accounts"].values() if code}
    touched = Reorganisation.objects.get().lineage
    ends = {*touched.values_list("predecessor__code", flat=True), "P01-CB089", "P01-CB090"}
    assert not units & ends
    assert not User.objects.exclude(username__in=USERNAMES).exists()
    bithu = Unit.objects.get(code=built["accounts"]["bithu"])
    told = Transfer.objects.filter(origin=bithu) | Transfer.objects.filter(target=bithu)
    assert not told.exists()


def test_denominators_are_those_attending_on_the_last_day(split):
    sheets = Evaluation.objects.filter(period__code="2026-Q3").select_related("criteria")
    lines = sheets[0].criteria.rules.indicators.values()
    (line,) = (line.code for line in lines if line.slug == "avg_attendance")
    scores = Score.objects.filter(evaluation__in=sheets, stage="final", line=line)
    attending = F("evaluation__period_unit__attending")
    assert scores.exclude(na=True).count() > 80
    assert not scores.exclude(na=True).exclude(den=3 * attending).exists()


def test_transfers_show_every_way_one_can_go(split):
    rows = Transfer.objects.all()
    assert rows.filter(is_temporary=True, target__isnull=False, returns_on=None).count() == 1
    back = rows.get(is_temporary=True, target=None)
    assert back.returns_on <= TODAY
    waiting = rows.under_way()
    assert [row.letter_on is None for row in waiting.order_by("moved_on")] == [True, False]


def test_guest_is_away_at_home_and_attends_where_he_went(split):
    transfer = Transfer.objects.get(is_temporary=True, target__isnull=False)
    counts = counts_on(TODAY, [transfer.origin, transfer.target])
    assert counts[transfer.origin_id].away > 0
    assert counts[transfer.target_id].temporary > 0
    day_before = transfer.presented_on.replace(day=transfer.presented_on.day - 1)
    assert counts_on(day_before, [transfer.target])[transfer.target_id].temporary == (
        counts[transfer.target_id].temporary - 1
    )


def test_somebody_is_exempt_for_a_while(split):
    exemption = Exemption.objects.get(ends_on__isnull=False)
    assert exemption.starts_on > DAY
    assert exemption.ends_on > TODAY


def test_office_ended_and_another_took_it(split):
    ended = Post.objects.exclude(ends_on=None).exclude(unit=split[0]).get()
    assert Post.objects.get(unit=ended.unit, starts_on=ended.ends_on).kind == ended.kind


def test_warnings_have_something_to_say(split):
    found = {
        one.code: one.count for one in warnings_of(User.objects.get(username="canbo"), None, TODAY)
    }
    assert (found["transfers"], found["probation"]) == (2, 1)
    assert found["large"] > 0


def test_two_cells_hand_in_the_very_same_photograph(split):
    uses = EvidenceUse.objects.filter(file__name="anh-hop-chi-bo.png").select_related("evaluation")
    clerk = User.objects.get(username="canbo2")
    assert len({use.evidence.unit_id for use in uses}) == 2
    for use in uses:
        shown = panel_of(use.evaluation, use.line, clerk).rows
        row = next(row for row in shown if row.use == use)
        assert len(row.elsewhere) == 1
        assert not file_problem(use.file)

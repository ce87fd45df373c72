"""Building a ranking: who competes, where, against whom, and what is told apart."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from cells.models import Job
from cells.services import jobs
from evaluations import comparison
from evaluations.models import Evaluation, Period, Ranking, RankingRow, Score
from evaluations.services import ranking_rows
from evaluations.services.rankings import ranking_build
from evaluations.tasks import rank_closed, rank_nightly, ranking_request
from tests import factories
from tests.evaluations.decided import cells, decided, quarter, total_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def period():
    return quarter()


def build(period, scope, **kwargs):
    return ranking_build(period=period, scope=scope, by=None, **kwargs)


def ranks(ranking, field="rank"):
    return dict(ranking.rows.values_list("unit__code", field))


def test_equal_totals_share_the_better_rank_and_the_next_is_left_out(tree, period):
    first, second, third = cells(tree.ward, 3)
    last = tree.c
    decided(first, period)
    decided(second, period, l1_1="no")
    decided(third, period, l1_1="no")
    decided(last, period, l1_1="no", l3_1="kha")
    ranking = build(period, tree.city)
    assert ranks(ranking) == {first.code: 1, second.code: 2, third.code: 2, last.code: 4}
    assert ranks(ranking, "tied") == {first.code: 1, second.code: 2, third.code: 2, last.code: 1}
    assert ranks(ranking, "competitors") == dict.fromkeys(ranks(ranking), 4)
    assert ranks(ranking, "percentile") == {
        first.code: 7500,
        second.code: 2500,
        third.code: 2500,
        last.code: 0,
    }


def test_each_committee_has_ranks_of_its_own(tree, period):
    decided(tree.a, period)
    decided(tree.b, period, l1_1="no")
    decided(tree.c, period, l1_1="no", l3_1="kha")
    ranking = build(period, tree.city)
    assert ranks(ranking, "committee_rank") == {tree.a.code: 1, tree.b.code: 2, tree.c.code: 1}
    assert ranks(ranking, "committee_competitors") == {
        tree.a.code: 2,
        tree.b.code: 2,
        tree.c.code: 1,
    }


def test_group_of_kind_and_size_is_ranked_from_five_on(tree, period):
    many, few = cells(tree.ward, 5), cells(tree.ward, 4)
    for place, unit in enumerate(many):
        decided(unit, period, members=30, l1_2=(10 - place, 10))
    for unit in few:
        decided(unit, period, members=29)
    ranking = build(period, tree.city)
    place = ranks(ranking, "group_rank")
    assert place[many[0].code] == 1
    assert all(place[unit.code] is None for unit in few)
    assert set(ranking.rows.values_list("group", flat=True)) == {
        "Thôn, từ 30 đảng viên",
        "Thôn, 10–29 đảng viên",
    }


@pytest.mark.parametrize(
    ("members", "band"),
    [(2, ""), (3, "3–9"), (9, "3–9"), (10, "10–29"), (29, "10–29"), (30, "từ 30"), (900, "từ 30")],
)
def test_size_bands_come_from_the_dated_rule(members, band):
    group = comparison.in_force(timezone.localdate()).group("Thôn", members)
    assert group == (f"Thôn, {band} đảng viên" if band else "")


def test_incomplete_sheet_is_apart_never_a_zero(tree, period):
    decided(tree.a, period)
    decided(tree.b, period, without=["1.3"])
    ranking = build(period, tree.city)
    assert (ranking.ranked, ranking.incomplete) == (1, 1)
    row = ranking.rows.get(unit=tree.b)
    assert row.rank is None
    assert "incomplete" in row.reasons
    assert ranking.rows.get(unit=tree.a).competitors == 1


def test_undetermined_group_is_apart(tree, period):
    decided(tree.a, period)
    sheet = decided(tree.b, period)
    Score.objects.filter(evaluation=sheet, line__startswith="2.").delete()
    lines = ["2.1", "2.2", "2.3", "2.4", "2.5", "2.6"]
    Score.objects.bulk_create(
        Score(evaluation=sheet, line=line, stage="final", na=True) for line in lines
    )
    ranking = build(period, tree.city)
    row = ranking.rows.get(unit=tree.b)
    assert row.rank is None
    assert "group_undetermined:G2" in row.reasons


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "appraised"])
def test_sheet_without_a_decision_is_apart(tree, period, state):
    decided(tree.a, period)
    factories.sheet(tree.b, period, state=state, submitted_at=timezone.now())
    row = build(period, tree.city).rows.get(unit=tree.b)
    assert (row.rank, row.total, row.reasons) == (None, None, ["not_decided"])


def test_vetoed_sheet_competes_and_shows_its_reasons(tree, period):
    decided(tree.a, period, vetoes=["V2"])
    decided(tree.b, period, l1_1="no")
    ranking = build(period, tree.city)
    row = ranking.rows.get(unit=tree.a)
    assert (row.rank, row.is_eligible, row.reasons) == (1, False, ["veto:V2"])


def test_stored_total_that_disagrees_is_an_alarm_not_an_overwrite(tree, period):
    decided(tree.a, period)
    tampered = decided(tree.b, period, l1_1="no")
    Evaluation.objects.filter(pk=tampered.pk).update(final_total=9999)
    ranking = build(period, tree.city)
    assert [(d["code"], d["stored"], d["computed"]) for d in ranking.differences] == [
        (tree.b.code, 9999, 9600)
    ]
    assert total_of(tampered) == 9999
    assert ranking.rows.get(unit=tree.b).total == 9600


def test_answers_that_cannot_be_scored_are_apart_and_an_alarm(tree, period):
    sheet = decided(tree.a, period)
    Score.objects.filter(evaluation=sheet, line="1.1").update(option="maybe")
    ranking = build(period, tree.city)
    assert ranking.rows.get().reasons == ["unreadable"]
    assert "1.1" in ranking.differences[0]["message"]


def test_movement_is_against_the_latest_ranking_of_the_period_before(tree, period):
    before = quarter("2026-Q2")
    decided(tree.a, before, l1_1="no")
    decided(tree.b, before)
    old = build(before, tree.city)
    decided(tree.a, period)
    decided(tree.b, period, l1_1="no")
    ranking = build(period, tree.city)
    assert ranking.previous == old
    assert ranks(ranking, "previous_rank") == {tree.a.code: 2, tree.b.code: 1}
    assert ranks(ranking, "previous_total") == {tree.a.code: 9600, tree.b.code: 10000}


def test_scope_takes_only_its_branch_of_the_frozen_tree(tree, period):
    sheet = decided(tree.a, period)
    decided(tree.c, period, l1_1="no")
    # Moved away today; the period's last day is what counts.
    tree.a.path = f"{tree.other.path}{tree.a.code}/"
    tree.a.parent, tree.a.name = tree.other, "Tên mới"
    tree.a.save()
    ranking = build(period, tree.ward)
    row = ranking.rows.get()
    assert (row.unit_id, row.path, row.committee_id) == (tree.a.pk, sheet.path, tree.ward.pk)
    assert row.name == "Chi bộ Tổ dân phố số 1"
    assert "to dan pho" in row.search


def test_hash_is_that_of_the_contract(tree, period):
    decided(tree.a, period)
    decided(tree.b, period, l1_1="no")
    lines = sorted([f"{tree.a.code};1;10000", f"{tree.b.code};2;9600"])
    assert build(period, tree.city).sha256 == hashlib.sha256("\n".join(lines).encode()).hexdigest()


@pytest.mark.postgres
def test_hash_is_that_of_an_independent_statement(tree, period):
    for place, unit in enumerate(cells(tree.ward, 6)):
        decided(unit, period, l1_2=(10 - place // 2, 10))
    ranking = build(period, tree.city)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT encode(sha256(convert_to(string_agg(line, E'\\n' ORDER BY code), 'UTF8')),
            'hex') FROM (SELECT u.code COLLATE "C" AS code, u.code || ';' ||
            rank() OVER (ORDER BY e.final_total DESC) || ';' || e.final_total AS line
            FROM evaluations_evaluation e JOIN cells_unit u ON u.id = e.unit_id) x"""
        )
        assert cursor.fetchone()[0] == ranking.sha256


def test_second_build_is_a_snapshot_of_its_own(tree, period):
    decided(tree.a, period)
    first, second = build(period, tree.city), build(period, tree.city)
    assert first.pk != second.pk
    assert first.sha256 == second.sha256
    assert first.rows.count() == second.rows.count() == 1


def test_nothing_is_seen_of_a_build_that_breaks(tree, period, monkeypatch):
    decided(tree.a, period)
    decided(tree.b, period, l1_1="no")

    def break_off(ranking, lines):
        rows_write(ranking, lines)
        raise RuntimeError("killed")

    rows_write = ranking_rows.rows_write
    monkeypatch.setattr("evaluations.services.rankings.rows_write", break_off)
    with pytest.raises(RuntimeError):
        build(period, tree.city)
    assert not Ranking.objects.exists()
    assert not RankingRow.objects.exists()


def test_job_ends_with_the_ranking_it_built(tree, period, people):
    decided(tree.a, period)
    job = ranking_request(period=period, scope=tree.city, by=people.thanhuy)
    job = jobs.job_run(job.pk)
    ranking = Ranking.objects.get()
    assert job.result["hash"] == ranking.sha256
    assert job.message == "Đã xếp hạng 1 phiếu; 0 phiếu chưa đủ."
    assert ranking.built_by == people.thanhuy


def test_worker_that_lost_its_job_leaves_no_second_ranking(tree, period):
    decided(tree.a, period)
    job = ranking_request(period=period, scope=tree.city, by=None)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, attempts=1)
    slow = jobs.Progress(Job.objects.get(pk=job.pk))
    Job.objects.filter(pk=job.pk).update(attempts=2)
    with pytest.raises(jobs.ClaimLostError):
        build(period, tree.city, progress=slow)
    assert not Ranking.objects.exists()


def test_every_open_or_recent_period_is_ranked_at_night(tree, monkeypatch):
    monkeypatch.setattr(jobs, "send", lambda pk: None)
    quarter("2026-Q3")
    old = quarter("2026-Q1")
    Period.objects.filter(pk=old.pk).update(
        closed_at=timezone.now(), ends_on="2020-03-31", starts_on="2020-01-01"
    )
    rank_nightly()
    assert list(Job.objects.values_list("key", flat=True)) == ["2026-Q3"]


def test_closed_period_is_ranked_once(tree, period, monkeypatch):
    monkeypatch.setattr(jobs, "send", lambda pk: None)
    rank_closed()
    assert not Job.objects.exists()
    Period.objects.filter(pk=period.pk).update(closed_at=timezone.now() - timedelta(seconds=5))
    rank_closed()
    jobs.job_run(Job.objects.get().pk)
    rank_closed()
    assert Job.objects.count() == 1


def test_command_prints_what_it_built(tree, period, capsys, tmp_path):
    decided(tree.a, period)
    decided(tree.b, period, without=["1.3"])
    file = tmp_path / "bang.xlsx"
    call_command("build_ranking", period=period.code, export=str(file))
    report = json.loads(capsys.readouterr().out)
    ranking = Ranking.objects.get()
    assert report == {
        "period": "2026-Q3",
        "ranked": 1,
        "incomplete": 1,
        "seconds": ranking.seconds,
        "hash": ranking.sha256,
        "file": str(file),
    }
    assert file.stat().st_size > 5000


@pytest.mark.parametrize(
    ("wanted", "word"),
    [({"period": "1999-Q1"}, "1999-Q1"), ({"period": "2026-Q3", "unit": "XX"}, "XX")],
)
def test_command_refuses_what_it_does_not_know(tree, period, capsys, wanted, word):
    with pytest.raises(SystemExit) as stop:
        call_command("build_ranking", **wanted)
    assert stop.value.code == 1
    told = capsys.readouterr()
    assert word in told.err
    assert word in json.loads(told.out)["error"]["message"]

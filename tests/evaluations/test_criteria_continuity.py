"""Totals are compared only while every line stays what it was: trends, movements, last answers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluations.models import CriteriaSet
from evaluations.reports.scorecard import scorecard_of
from evaluations.services.criteria_continuity import Continuity
from evaluations.services.criteria_drafts import raw_of
from evaluations.services.last_answers import last_answers
from evaluations.services.rankings import ranking_build
from tests import factories
from tests.evaluations.decided import decided, quarter
from tests.evaluations.drafting import begun, published, ready, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(people):
    return people.thanhuy


@pytest.fixture
def old(db):
    return factories.quarter_criteria()


@pytest.fixture
def unchanged(tree, by, old):
    """Return the next version, whose lines are all the same; floors may differ."""
    draft = ready(tree.city, by, code="QUY-NHU-CU")
    groups = raw_of(draft.text)["groups"]
    groups[0]["floor_percent"] = 70
    return published(saved(draft, by, groups=groups), by)


@pytest.fixture
def changed(tree, by, old):
    """Return the next version, of which one line has other points."""
    draft = ready(tree.city, by, code="QUY-DOI-THANG")
    raw = raw_of(draft.text)
    raw["groups"][0]["indicators"][1]["bands"][1]["points"] = 9
    raw["relations"][1]["relation"] = "rescaled"
    return published(saved(draft, by, groups=raw["groups"], relations=raw["relations"]), by)


def trend(user, tree, *sets):
    """Return the trend of a cell judged by one set after another."""
    for number, criteria in enumerate(sets, start=1):
        decided(tree.a, quarter(f"2026-Q{number}"), criteria=criteria)
    return scorecard_of(user=user, period=f"2026-Q{len(sets)}", code=tree.a.code)


def test_trend_breaks_where_a_line_changed(people, tree, old, changed):
    card = trend(people.bithu, tree, old, changed, changed)
    assert [row.broken for row in card.recent] == ["", "đổi bộ tiêu chí", ""]
    (told,) = card.criteria_breaks
    assert (told.title, told.before, told.after) == ("Quý II/2026", old, changed)
    assert [row.was for row in told.relations if row.relation == "rescaled"] == ["1.2"]


def test_trend_goes_on_where_every_line_is_the_same(people, tree, old, unchanged):
    card = trend(people.bithu, tree, old, unchanged)
    assert [row.broken for row in card.recent] == ["", ""]
    assert card.criteria_breaks == ()


def test_line_called_the_same_with_other_points_breaks_all_the_same(people, tree, old, by):
    draft = ready(tree.city, by, code="GHI-SAI")
    groups = raw_of(draft.text)["groups"]
    groups[0]["indicators"][1]["bands"][1]["points"] = 9
    wrong = published(saved(draft, by, groups=groups), by)
    assert trend(people.bithu, tree, old, wrong).recent[1].broken == "đổi bộ tiêu chí"


def test_sets_that_do_not_follow_each_other_have_no_table_of_lines(client, people, tree, old, by):
    own = published(ready(tree.ward, by, code="BO-RIENG", is_successor=False), by)
    (told,) = trend(people.bithu, tree, old, own).criteria_breaks
    assert told.relations == ()
    client.force_login(people.bithu)
    text = client.get(reverse("evaluations:scorecard", args=["2026-Q2", tree.a.code])).text
    assert "Hai bộ không nối tiếp nhau" in text


def test_page_draws_the_break_and_shows_the_lines(client, people, tree, old, changed):
    trend(people.bithu, tree, old, changed)
    client.force_login(people.bithu)
    text = client.get(reverse("evaluations:scorecard", args=["2026-Q2", tree.a.code])).text
    assert 'data-break="đổi bộ tiêu chí"' in text
    assert "Đổi bộ tiêu chí từ Quý II/2026" in text
    assert "giữ nội dung, đổi thang điểm" in text


def test_two_steps_of_which_both_keep_every_line_compare(tree, by, old, unchanged):
    draft = begun(tree.city, by, source=unchanged, code="QUY-LAN-BA")
    third = published(saved(draft, by, valid_from=unchanged.valid_from.replace(year=2028)), by)
    ways = Continuity.of([old.pk, third.pk])
    assert ways.compares(third.pk, old.pk)
    assert ways.compares(old.pk, third.pk)
    assert ways.compares(old.pk, old.pk)


def test_successors_of_one_set_compare_with_it_not_through_it(tree, by, old, unchanged, changed):
    ways = Continuity.of([old.pk, unchanged.pk, changed.pk])
    assert ways.compares(unchanged.pk, old.pk)
    assert not ways.compares(changed.pk, old.pk)
    assert not ways.compares(unchanged.pk, changed.pk)


def test_scorecard_pays_for_a_change_of_criteria_only_where_there_is_one(
    client, people, tree, old, unchanged, changed
):
    costs = []
    for cell, sets in ((tree.a, (old, old)), (tree.b, (old, changed)), (tree.c, (old, unchanged))):
        for number, criteria in enumerate(sets, start=1):
            decided(cell, quarter(f"2026-Q{number}"), criteria=criteria)
        client.force_login(people.thanhuy)
        url = reverse("evaluations:scorecard", args=["2026-Q2", cell.code])
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        costs.append(len(asked))
    # The successions, the sets on the way; for a break the two sets once more.
    assert [cost - costs[0] for cost in costs] == [0, 3, 2]


def ranked(tree, before: CriteriaSet, now: CriteriaSet):
    """Return the rows of the cells of one ward in the ranking after the one by `before`."""
    for code, criteria in (("2026-Q2", before), ("2026-Q3", now)):
        period = quarter(code)
        for unit in (tree.a, tree.b):
            decided(unit, period, criteria=criteria)
        ranking = ranking_build(period=period, scope=tree.city, by=None)
    return list(ranking.rows.order_by("code"))


def test_ranking_shows_no_movement_across_a_change(client, people, tree, old, changed):
    rows = ranked(tree, old, changed)
    for row in rows:
        assert (row.previous_rank, row.previous_total) == (None, None)
        assert row.lineage_break == "criteria"
    client.force_login(people.canbo)
    text = client.get("/xep-hang/2026-Q3/").text
    assert text.count("đổi bộ tiêu chí") == 2
    assert "đơn vị mới" not in text


def test_ranking_keeps_the_movement_where_every_line_is_the_same(tree, old, unchanged):
    rows = ranked(tree, old, unchanged)
    assert [(row.previous_rank, row.lineage_break) for row in rows] == [(1, ""), (1, "")]


def test_cell_that_kept_its_set_keeps_its_movement_beside_one_that_did_not(tree, old, changed):
    for code, sets in (("2026-Q2", (old, old)), ("2026-Q3", (old, changed))):
        period = quarter(code)
        for unit, criteria in zip((tree.a, tree.b), sets, strict=True):
            decided(unit, period, criteria=criteria)
        ranking = ranking_build(period=period, scope=tree.city, by=None)
    assert ranking.rows.get(unit=tree.a).previous_rank == 1
    assert ranking.rows.get(unit=tree.b).lineage_break == "criteria"


def test_last_answer_follows_the_line_to_its_new_code(tree, people, old, by):
    draft = ready(tree.city, by, code="DOI-MA")
    raw = raw_of(draft.text)
    lines = raw["groups"][0]["indicators"]
    lines[1]["code"], lines[2]["code"] = "1.3", "1.2"
    raw["relations"][1]["code"], raw["relations"][2]["code"] = "1.3", "1.2"
    raw["relations"][3] |= {"relation": "partly"}
    new = published(saved(draft, by, groups=raw["groups"], relations=raw["relations"]), by)
    decided(tree.a, quarter("2026-Q2"), criteria=old, l1_2=(9, 10), l1_3=(1, 10))
    sheet = factories.sheet(tree.a, quarter("2026-Q3"), criteria=new)
    last = last_answers(sheet, people.canbo)
    assert last["1.3"].text.startswith("9/10")
    assert last["1.2"].text.startswith("1/10")
    assert "1.4" not in last


def test_no_last_answer_from_a_set_that_was_not_succeeded(tree, people, old, by):
    own = published(ready(tree.ward, by, code="BO-RIENG", is_successor=False), by)
    decided(tree.a, quarter("2026-Q2"), criteria=old)
    sheet = factories.sheet(tree.a, quarter("2026-Q3"), criteria=own)
    assert last_answers(sheet, people.canbo) == {}

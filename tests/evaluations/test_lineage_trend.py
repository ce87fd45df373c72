"""Before and after a reorganisation: each result stays with the unit that earned it."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluations.models import PastResult
from evaluations.reports.scorecard import scorecard_of
from evaluations.services.last_answers import last_answers
from tests import factories
from tests.evaluations.decided import decided, quarter
from tests.evaluations.lineages import close, event

pytestmark = pytest.mark.django_db
BREAK = date(2026, 7, 1)
ENDED = "của Chi bộ Tổ dân phố số 1, trước khi chia tách 01/07/2026"


@pytest.fixture
def split(tree):
    """Return the two cells that a became on 1 July; a was scored in the two quarters before."""
    for code in ("2026-Q1", "2026-Q2"):
        decided(tree.a, quarter(code), l1_1="no")
    new = [factories.UnitFactory(parent=tree.ward, founded_on=BREAK) for _ in range(2)]
    event("split", BREAK, [(tree.a, unit) for unit in new])
    close(tree.a, BREAK)
    return new


def card_of(user, unit, code="2026-Q3"):
    return scorecard_of(user=user, period=code, code=unit.code)


def shown(card):
    return [(row.code, row.unit_code, row.broken) for row in card.recent]


def test_split_cell_shows_what_its_origin_earned_before_the_break(tree, people, split):
    sheet = decided(split[0], quarter("2026-Q3"))
    card = card_of(people.canbo, split[0])
    assert shown(card) == [
        ("2026-Q1", tree.a.code, ""),
        ("2026-Q2", tree.a.code, ""),
        ("2026-Q3", split[0].code, "chia tách 01/07/2026"),
    ]
    assert [row.origin for row in card.recent] == [ENDED, ENDED, ""]
    assert [row.total for row in card.recent] == [9600, 9600, sheet.final_total]


def test_old_cell_keeps_its_own_record_and_shows_no_other(tree, people, split):
    decided(split[0], quarter("2026-Q3"))
    card = card_of(people.canbo, tree.a, "2026-Q2")
    assert shown(card) == [("2026-Q1", tree.a.code, ""), ("2026-Q2", tree.a.code, "")]


def test_page_marks_the_break_in_table_and_chart(client, tree, people, split):
    decided(split[0], quarter("2026-Q3"))
    client.force_login(people.canbo)
    text = client.get(reverse("evaluations:scorecard", args=["2026-Q3", split[0].code])).text
    assert 'data-break="chia tách 01/07/2026"' in text
    assert text.count(ENDED) == 2
    assert f"/bang-diem/2026-Q2/{tree.a.code}/" in text


def test_secretary_of_a_new_cell_is_told_that_the_old_one_is_out_of_reach(client, tree, split):
    decided(split[0], quarter("2026-Q3"))
    secretary = factories.UserFactory(roles=[("secretary", split[0])])
    card = card_of(secretary, split[0])
    assert [(row.total, row.hidden) for row in card.recent] == [
        (None, "không thuộc phạm vi của đồng chí"),
        (10000, ""),
    ]
    client.force_login(secretary)
    text = client.get(reverse("evaluations:scorecard", args=["2026-Q3", split[0].code])).text
    assert "không thuộc phạm vi" in text
    assert "96,00" not in text


def test_merged_cell_lists_each_origin_and_adds_up_nothing(tree, people):
    before = quarter("2026-Q2")
    decided(tree.a, before)
    decided(tree.b, before, l1_1="no")
    joint = factories.UnitFactory(parent=tree.ward, founded_on=BREAK)
    event("merge", BREAK, [(tree.a, joint), (tree.b, joint)])
    decided(joint, quarter("2026-Q3"))
    card = card_of(people.canbo, joint)
    assert [(row.unit_code, row.total) for row in card.recent] == [
        (tree.a.code, 10000),
        (tree.b.code, 9600),
        (joint.code, 10000),
    ]
    assert [row.broken for row in card.recent] == ["", tree.b.name, "hợp nhất 01/07/2026"]


def test_cell_that_took_another_in_has_its_break_between_its_own_quarters(tree, people):
    for unit in (tree.a, tree.b):
        decided(unit, quarter("2026-Q2"))
    event("absorb", BREAK, [(tree.a, tree.a), (tree.b, tree.a)])
    decided(tree.a, quarter("2026-Q3"))
    assert shown(card_of(people.canbo, tree.a)) == [
        ("2026-Q2", tree.b.code, ""),
        ("2026-Q2", tree.a.code, tree.a.name),
        ("2026-Q3", tree.a.code, "sáp nhập 01/07/2026"),
    ]


def test_cells_that_split_twice_are_followed_back(tree, people, split):
    decided(split[0], quarter("2026-Q3"))
    again = date(2026, 10, 1)
    third = factories.UnitFactory(parent=tree.ward, founded_on=again)
    event("split", again, [(split[0], third)])
    decided(third, quarter("2026-Q4"))
    assert shown(card_of(people.canbo, third, "2026-Q4")) == [
        ("2026-Q1", tree.a.code, ""),
        ("2026-Q2", tree.a.code, ""),
        ("2026-Q3", split[0].code, "chia tách 01/07/2026"),
        ("2026-Q4", third.code, "chia tách 01/10/2026"),
    ]


def test_event_in_a_circle_ends(tree, people):
    event("split", BREAK, [(tree.a, tree.b)])
    event("split", BREAK, [(tree.b, tree.a)])
    decided(tree.a, quarter("2026-Q3"))
    assert len(card_of(people.canbo, tree.a).recent) == 1


def test_result_on_paper_stands_in_the_trend_with_its_origin(client, tree, people):
    PastResult.objects.create(
        unit=tree.a,
        period_code="2025-Q4",
        period_kind="quarter",
        starts_on=date(2025, 10, 1),
        ends_on=date(2025, 12, 31),
        total=81_50,
        level="kha",
    )
    decided(tree.a, quarter("2026-Q3"))
    card = card_of(people.bithu, tree.a)
    assert [(row.code, row.total, row.is_paper) for row in card.recent] == [
        ("2025-Q4", 8150, True),
        ("2026-Q3", 10000, False),
    ]
    client.force_login(people.bithu)
    text = client.get(reverse("evaluations:scorecard", args=["2026-Q3", tree.a.code])).text
    assert "kết quả trên giấy" in text


def test_suggestions_come_from_the_one_origin_and_say_so(client, tree, people, split):
    new = factories.sheet(split[0], quarter("2026-Q3"))
    last = last_answers(new, people.canbo)
    assert last["1.2"].origin == ENDED
    assert last["1.2"].text.startswith("10/10")
    client.force_login(people.canbo)
    text = client.get(reverse("evaluations:sheet", args=["2026-Q3", split[0].code])).text
    assert f"({ENDED})" in text


def test_no_suggestion_of_what_the_reader_may_not_see(tree, split):
    secretary = factories.UserFactory(roles=[("secretary", split[0])])
    assert last_answers(factories.sheet(split[0], quarter("2026-Q3")), secretary) == {}


def test_no_suggestion_from_several_origins(tree, people):
    for unit in (tree.a, tree.b):
        decided(unit, quarter("2026-Q2"))
    joint = factories.UnitFactory(parent=tree.ward, founded_on=BREAK)
    event("merge", BREAK, [(tree.a, joint), (tree.b, joint)])
    assert last_answers(factories.sheet(joint, quarter("2026-Q3")), people.canbo) == {}


def test_scorecard_costs_the_same_for_few_and_many_origins(client, tree, people):
    counts = []
    for many in (1, 4):
        joint = factories.UnitFactory(parent=tree.ward, founded_on=BREAK)
        origins = [factories.UnitFactory(parent=tree.ward) for _ in range(many)]
        event("merge", BREAK, [(unit, joint) for unit in origins])
        for unit in origins:
            decided(unit, quarter("2026-Q2"))
        decided(joint, quarter("2026-Q3"))
        client.force_login(people.canbo)
        url = reverse("evaluations:scorecard", args=["2026-Q3", joint.code])
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        counts.append(len(asked))
    # Session, user, roles, sheet, scores, own sheets, two generations, their sheets, paper, vote,
    # rank, recomputed results, requests to re-open, results before that, evidence.
    assert counts == [16, 16]

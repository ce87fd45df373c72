"""Trying other values on a copy of a sheet: points, level, the way up, and nothing stored."""

import pytest
from django.urls import reverse

from cells.models import AuditEntry
from evaluations.models import Score
from tests import factories
from tests.evaluations.decided import decided, quarter


@pytest.fixture
def sheet(tree):
    return decided(tree.a, quarter(), l1_2=(38, 40), l2_3=(0, 40))


@pytest.fixture
def tried(client, people, sheet):
    client.force_login(people.bithu)
    url = reverse("evaluations:trial", args=[sheet.period.code, sheet.unit.code])

    def tried(htmx=False, **changed):
        """Post the values of the sheet, but for `changed` (l1_2_num="40")."""
        posted = {}
        for row in sheet.scores.filter(stage="final"):
            named = {"option": row.option, "num": row.num, "den": row.den, "na": row.na}
            kept = {name: v for name, v in named.items() if v is not False and v not in ("", None)}
            posted |= {f"{row.line}-{name}": v for name, v in kept.items()}
        for name, value in changed.items():
            group, line, field = name[1:].split("_")
            posted[f"{group}.{line}-{field}"] = value
        return client.post(url, posted, headers={"HX-Request": "true"} if htmx else {})

    tried.url = url
    return tried


def test_own_values_come_to_what_the_sheet_came_to(client, tried, sheet):
    client.force_login(factories.UserFactory(roles=[("inspector", sheet.unit)]))
    for answer in (client.get(tried.url), tried()):
        result = answer.context["tried"]
        assert result.view.outcome.total == sheet.final_total
        assert (result.changed, result.difference) == (0, 0)


def test_better_value_raises_points_and_nothing_is_stored(tried, sheet):
    before = list(sheet.scores.order_by("pk").values_list("pk", "num", "points", "version"))
    entries = AuditEntry.objects.count()
    result = tried(l1_2_num="40").context["tried"]
    assert result.changed == 1
    assert result.difference > 0
    assert list(sheet.scores.order_by("pk").values_list("pk", "num", "points", "version")) == before
    assert Score.objects.count() == len(before)
    assert AuditEntry.objects.count() == entries
    sheet.refresh_from_db()
    assert sheet.total == result.stored.total


def test_way_names_the_lines_and_walking_it_reaches_the_level(tried):
    result = tried(l1_2_num="0", l3_1_option="yeu").context["tried"]
    way = result.ways[-1]
    assert way.is_open
    steps = {f"l{step.code.replace('.', '_')}" for step in way.steps}
    assert steps <= {"l1_2", "l2_3", "l3_1"}


@pytest.mark.parametrize("typed", ["8,5", "abc", "-1", "41"])
def test_value_that_cannot_be_read_stays_typed_with_its_message(tried, typed):
    answer = tried(l1_2_num=typed)
    line = answer.context["view"].line("1.2")
    assert line.num == typed
    assert line.error
    assert line.is_empty
    assert f'value="{typed}"' in answer.content.decode()


def test_unknown_choice_is_refused_at_its_line(tried):
    line = tried(l3_1_option="la").context["view"].line("3.1")
    assert line.error


def test_answer_to_htmx_brings_result_points_and_errors_alone(tried):
    body = tried(htmx=True, l1_2_num="abc").content.decode()
    assert 'id="thu-duong"' in body
    assert 'id="diem-1-2"' in body
    assert "<html" not in body
    assert "abc" in body


def test_veto_is_named_since_no_way_of_points_lifts_it(client, people, tree):
    sheet = decided(tree.b, quarter("2026-Q2"), vetoes=["V2"])
    client.force_login(people.canbo)
    url = reverse("evaluations:trial", args=[sheet.period.code, sheet.unit.code])
    assert "Phiếu đang có điểm loại" in client.get(url).content.decode()


def test_queries_do_not_grow_with_what_is_tried(client, tried, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        tried(l1_2_num="0")

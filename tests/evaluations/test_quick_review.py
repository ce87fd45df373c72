"""Line after line across all submitted sheets: what comes next, what each key does."""

import pytest
from django.urls import reverse

from cells.models import Door
from evaluations.models import LineReturn, Score
from evaluations.reports.quick_review import review_of
from evaluations.services.verifiers import verifier_name
from tests.evaluations.appraising import accept_all, mark, submitted_sheet

pytestmark = pytest.mark.django_db
PERIOD = "2026-Q4"


@pytest.fixture
def sheets(tree, people):
    """Submit the sheets of both cells of the ward, in the order of their paths."""
    made = [submitted_sheet(unit, people.bithu) for unit in (tree.a, tree.b)]
    return sorted(made, key=lambda sheet: sheet.path)


@pytest.fixture
def canbo(client, people):
    client.force_login(people.canbo)
    return client


def page(query=""):
    return reverse("evaluations:quick_review", args=[PERIOD]) + query


def url(name, sheet, line):
    return reverse(f"evaluations:{name}", args=[PERIOD, sheet.unit.code, line])


def review(sheets, people, **more):
    return review_of(people.canbo, sheets[0].period, **more)


def place(found):
    sheet, line = found.item
    return sheet.pk, line


def test_lines_come_sheet_by_sheet(sheets, people):
    first = sheets[0]
    assert place(review(sheets, people)) == (first.pk, "1.1")
    last = list(first.criteria.rules.indicators)[-1]
    after = (first.unit.code, last)
    assert place(review(sheets, people, after=after)) == (sheets[1].pk, "1.1")


def test_one_criterion_comes_cell_by_cell(sheets, people):
    found = review(sheets, people, line="1.2", after=(sheets[0].unit.code, "1.2"))
    assert (place(found), found.left) == ((sheets[1].pk, "1.2"), 2)


def test_behind_the_last_line_nothing_comes(sheets, people):
    found = review(sheets, people, line="1.2", after=(sheets[1].unit.code, "1.2"))
    assert (found.item, found.left) == (None, 2)


def test_marked_line_does_not_come_again(sheets, people):
    mark(sheets[0], "1.1", people.canbo)
    found = review(sheets, people)
    assert (place(found), found.marked) == ((sheets[0].pk, "1.2"), 1)


def test_line_of_another_verifier_does_not_come(sheets, people, tree):
    verifier_name(
        committee=tree.ward, group="G1", user=people.canbo2,
        starts_on=sheets[0].period.starts_on, by=people.lanhdao, door=Door.WEB,
    )  # fmt: skip
    assert place(review(sheets, people)) == (sheets[0].pk, "2.1")


def test_own_submission_does_not_come(tree, people):
    sheet = submitted_sheet(tree.a, people.canbo)
    assert review([sheet], people).item is None


def test_looked_through_sheet_is_counted_as_finished(sheets, people):
    accept_all(sheets[0], people.canbo)
    found = review(sheets, people)
    assert (place(found), found.finished) == ((sheets[1].pk, "1.1"), 1)


def test_walk_costs_the_same_for_many_sheets(sheets, people, django_assert_num_queries):
    period = sheets[0].period
    # roles, sheets, scores, returns, explanations, marks, verifiers
    with django_assert_num_queries(7):
        review_of(people.canbo, period)


def test_accepting_leads_to_the_next_line(canbo, sheets):
    data = {"version": "1", "dong": ""}
    answer = canbo.post(url("quick_accept", sheets[0], "1.1"), data, follow=True)
    assert 'id="ten-dong"><span class="quick__code">1.2</span>' in answer.content.decode()
    assert Score.objects.filter(stage="appraised").values_list("line", flat=True).get() == "1.1"


def test_accepting_twice_answers_nothing_unseen(canbo, sheets):
    data = {"version": "1", "dong": ""}
    canbo.post(url("quick_accept", sheets[0], "1.1"), data)
    again = canbo.post(url("quick_accept", sheets[0], "1.1"), data)
    assert again.status_code == 422
    assert Score.objects.filter(stage="appraised").count() == 1


def test_answer_that_changed_meanwhile_is_not_accepted(canbo, sheets):
    answer = canbo.post(url("quick_accept", sheets[0], "1.1"), {"version": "0"})
    assert answer.status_code == 409
    assert not Score.objects.filter(stage="appraised").exists()


def test_return_needs_a_reason_and_keeps_the_line(canbo, sheets):
    answer = canbo.post(url("quick_return", sheets[0], "1.2"), {"return_reason": " "})
    assert answer.status_code == 422
    assert "Cần ghi lý do" in answer.content.decode()
    canbo.post(url("quick_return", sheets[0], "1.2"), {"return_reason": "Thiếu biên bản"})
    assert LineReturn.objects.get().reason == "Thiếu biên bản"


@pytest.mark.parametrize(
    ("typed", "status", "kept"),
    [
        ({"num": "x", "den": "2", "note": "Sai"}, 422, "x"),
        ({"num": "1", "den": "2", "note": ""}, 422, "2"),
        ({"num": "", "den": "", "note": "Sai"}, 422, "Sai"),
        ({"num": "1", "den": "2", "note": "Biên bản ghi khác"}, 302, ""),
    ],
)
def test_change_needs_value_and_reason_and_keeps_what_was_typed(canbo, sheets, typed, status, kept):
    answer = canbo.post(url("quick_change", sheets[0], "1.2"), {**typed, "version": "0"})
    assert answer.status_code == status
    assert kept in answer.content.decode()
    assert Score.objects.filter(stage="appraised").exists() == (status == 302)


def test_narrowed_walk_goes_on_in_the_same_line(canbo, sheets):
    data = {"version": "1", "dong": "1.2"}
    answer = canbo.post(url("quick_accept", sheets[0], "1.2"), data)
    assert answer.url == page(f"?dong=1.2&sau={sheets[0].unit.code}%3A1.2")
    assert sheets[1].unit.name in canbo.get(answer.url).content.decode()


def test_end_of_the_walk_offers_what_was_skipped(canbo, sheets):
    answer = canbo.get(page(f"?dong=1.2&sau={sheets[1].unit.code}:1.2"))
    assert "Xem lại từ đầu" in answer.content.decode()


@pytest.mark.parametrize("query", ["?sau=x", "?sau=KHONG:9.9", "?dong=9.9", "?sau=:"])
def test_odd_addresses_show_a_page(canbo, sheets, query):
    assert canbo.get(page(query)).status_code == 200


@pytest.mark.parametrize("who", ["bithu", "lanhdao", "kiemtra", "nguoila"])
def test_others_reach_no_line(client, sheets, people, who):
    client.force_login(getattr(people, who))
    answer = client.post(url("quick_accept", sheets[0], "1.1"), {"version": "1"})
    assert answer.status_code == 404

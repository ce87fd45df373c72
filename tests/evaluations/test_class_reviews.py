"""The class of the year from its numbers: proposed by rule, chosen by people, kept."""

from datetime import date

import pytest
from django.urls import reverse

from cells.models import AuditEntry
from evaluations.models import ClassReview, CriteriaSet, State
from tests import factories

GOOD = {
    "p-common": "28,5", "p-tasks": "63.5", "n-done": "20", "d-done": "20", "n-on_time": "20",
    "d-on_time": "20", "n-late": "0", "d-late": "20", "n-exceeded": "6", "d-exceeded": "20",
    "n-fixed": "2", "d-fixed": "2", "f-disciplined": "no",
}  # fmt: skip


@pytest.fixture
def sheet(tree):
    factories.quarter_criteria()
    year = factories.PeriodFactory(
        code="2026", kind="year", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
    )
    return factories.sheet(tree.a, year, criteria=CriteriaSet.objects.get(code="CB4T-2026"))


@pytest.fixture
def post(client, people, sheet):
    client.force_login(people.canbo)
    url = reverse("evaluations:class_review", args=["2026", sheet.unit.code])

    def post(**changed):
        return client.post(url, {**GOOD, **changed})

    post.url = url
    return post


def test_numbers_are_asked_and_a_class_is_proposed_without_storing(client, post, sheet):
    assert client.get(post.url).status_code == 200
    answer = post(calculate="1")
    assert answer.context["proposal"].proposed.code == "HTXSNV"
    assert answer.context["proposal"].total == 92_00
    sheet.refresh_from_db()
    assert sheet.annual_class == ""
    assert not ClassReview.objects.exists()


def test_chosen_class_goes_on_the_sheet_with_its_numbers(post, sheet):
    assert post(save="1", chosen="HTXSNV").status_code == 302
    sheet.refresh_from_db()
    assert sheet.annual_class == "HTXSNV"
    assert "annual_class_below" not in sheet.reasons
    review = ClassReview.objects.get()
    assert (review.total, review.proposed, review.points) == (
        92_00, "HTXSNV", {"common": 28_50, "tasks": 63_50},
    )  # fmt: skip
    assert AuditEntry.objects.filter(action="class_reviewed", unit=sheet.unit).count() == 1


@pytest.mark.parametrize(("reason", "status"), [("", 422), ("Kết luận kiểm tra số 3", 302)])
def test_another_class_than_proposed_needs_a_reason(post, sheet, reason, status):
    answer = post(save="1", chosen="HTTNV", reason=reason)
    assert answer.status_code == status
    sheet.refresh_from_db()
    assert sheet.annual_class == ("HTTNV" if status == 302 else "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("p-common", "30,01"), ("p-tasks", "mười"), ("n-late", "21"), ("n-done", "-1"),
        ("n-fixed", "2,5"),
    ],
)  # fmt: skip
def test_wrong_numbers_stay_beside_their_message(post, field, value):
    answer = post(save="1", chosen="HTXSNV", **{field: value})
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert f'value="{value}"' in answer.content.decode()
    assert not ClassReview.objects.exists()


def test_unmet_conditions_are_told_and_leave_the_choice_to_people(post):
    answer = post(**{"calculate": "1", "p-common": "20", "p-tasks": "40", "n-on_time": "15",
                     "n-late": "5"})  # fmt: skip
    assert answer.context["proposal"].is_for_people
    assert "người có thẩm quyền xem xét" in answer.content.decode()


def test_submitted_sheet_takes_no_new_class_from_the_cell(client, people, post, sheet):
    sheet.state, sheet.submitted_by = State.SUBMITTED, people.bithu
    sheet.submitted_at = factories.moment("2026-12-20T08:00")
    sheet.save()
    post(save="1", chosen="HTXSNV")
    sheet.refresh_from_db()
    assert sheet.annual_class == ""


def test_quarter_has_no_class(client, people, tree):
    factories.sheet(tree.b)
    client.force_login(people.canbo)
    url = reverse("evaluations:class_review", args=["2026-Q4", tree.b.code])
    assert client.get(url).status_code == 404

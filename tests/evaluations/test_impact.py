"""What a draft of criteria would have made of a past period."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from cells.models import Job
from cells.services.jobs import Progress, job_run
from evaluations.models import CriteriaDraft, Evaluation
from evaluations.reports.impact import ImpactView
from evaluations.services.impact import impact_request, impact_summary
from tests import factories
from tests.evaluations.decided import decided, quarter


@pytest.fixture
def period():
    return quarter()


@pytest.fixture
def draft(tree, people):
    """Return a draft of the city: the shipped quarter set until its text is changed."""
    source = factories.quarter_criteria()
    return CriteriaDraft.objects.create(
        owner=tree.city, base=source, code="THU-2027", title="Bộ thử", text=source.text,
        created_by=people.thanhuy, updated_by=people.thanhuy,
    )  # fmt: skip


def change(draft, old, new):
    assert old in draft.text
    draft.text = draft.text.replace(old, new, 1)
    draft.save()


def impact(draft, period):
    return ImpactView(impact_summary(draft, period, Progress()))


def test_same_text_changes_nothing(tree, draft, period):
    decided(tree.a, period, l1_2=(38, 40))
    decided(tree.c, period)
    seen = impact(draft, period)
    assert (seen.checked, seen.moved, seen.unreadable) == (2, 0, 0)
    assert seen.before == seen.after
    assert seen.worst == []


def test_raised_level_moves_only_the_sheets_below_it(tree, draft, period):
    """A level from 97 points up: the sheet of 96,00 falls, that of 100,00 stays."""
    low, high = decided(tree.a, period, l1_1="no"), decided(tree.c, period)
    assert (low.final_total, high.final_total) == (96_00, 100_00)
    change(draft, "gte = 90\n", "gte = 97\n")
    seen = impact(draft, period)
    assert (seen.up, seen.down) == (0, 1)
    assert {row["name"]: row["changed"] for row in seen.committees} == {
        tree.ward.name: 1, tree.other.name: 0,
    }  # fmt: skip


def test_lines_without_past_answers_are_left_out_and_named(tree, draft, period):
    decided(tree.a, period)
    change(draft, 'code = "1.1"', 'code = "1.9"')
    seen = impact(draft, period)
    assert seen.blank == ["1.9"]
    assert seen.checked == 1
    assert seen.worst == []


def test_only_the_branch_of_the_owner_is_tried(tree, draft, period):
    decided(tree.a, period)
    decided(tree.c, period)
    draft.owner = tree.ward
    draft.save()
    assert impact(draft, period).checked == 1


def test_sheets_that_are_not_decided_are_no_part_of_it(tree, draft, period):
    decided(tree.a, period)
    factories.sheet(tree.b, period)
    assert impact(draft, period).checked == 1


def test_sheets_stay_as_they_were_decided(tree, draft, period):
    sheet = decided(tree.a, period, l1_1="no")
    change(draft, "gte = 90\n", "gte = 97\n")
    before = Evaluation.objects.values().get(pk=sheet.pk)
    impact(draft, period)
    assert Evaluation.objects.values().get(pk=sheet.pk) == before


def test_page_asks_shows_progress_and_then_the_result(client, people, tree, draft, period):
    decided(tree.a, period, l1_1="no")
    change(draft, "gte = 90\n", "gte = 97\n")
    client.force_login(people.thanhuy)
    url = reverse("evaluations:draft_impact", args=[draft.pk])
    first = client.get(url).content.decode()
    assert "Chưa chấm thử bản nháp này" in first
    assert f'href="{reverse("evaluations:draft", args=[draft.pk])}"' in first
    assert client.post(url, {"period": period.code}).status_code == 302
    assert "job-progress" in client.get(url, {"period": period.code}).content.decode()
    job_run(Job.objects.get(kind="criteria_impact").pk)
    body = client.get(url, {"period": period.code}).content.decode()
    assert "Đổi mức" in body
    assert tree.a.name in body
    book = openpyxl.load_workbook(
        BytesIO(client.get(f"{url}xlsx/", {"period": period.code}).getvalue())
    )
    rows = list(book["Thay đổi"].values)
    assert rows[1][:6] == (tree.a.code, tree.a.name, tree.ward.name, 96, 96, 0)


def test_result_belongs_to_the_text_it_was_made_from(client, people, tree, draft, period):
    decided(tree.a, period)
    job_run(impact_request(draft=draft, period=period, by=people.thanhuy).pk)
    change(draft, "gte = 90\n", "gte = 97\n")
    client.force_login(people.thanhuy)
    page = client.get(reverse("evaluations:draft_impact", args=[draft.pk]))
    assert page.context["impact"] is None


def test_draft_that_is_no_valid_set_says_so(client, people, tree, draft, period):
    decided(tree.a, period)
    change(draft, "gte = 90\n", "gte = 20\n")
    client.force_login(people.thanhuy)
    url = reverse("evaluations:draft_impact", args=[draft.pk])
    assert "Bản nháp còn lỗi" in client.get(url).content.decode()
    assert client.post(url, {"period": period.code}).status_code == 302
    assert not Job.objects.exists()


def test_nobody_else_sees_a_draft(client, people, draft):
    for name in ("canbo", "lanhdao", "kiemtra", "bithu"):
        client.force_login(getattr(people, name))
        assert client.get(reverse("evaluations:draft_impact", args=[draft.pk])).status_code == 404


def test_draft_begins_with_the_whole_branch_of_its_author(client, people, tree):
    source = factories.quarter_criteria()
    url = reverse("evaluations:draft_new", args=[source.code])
    for user, owner in (
        (people.thanhuy, tree.city),
        (factories.UserFactory(roles=[("criteria_author", tree.ward)]), tree.ward),
    ):
        client.force_login(user)
        assert client.get(url).context["form"]["owner"].value() == owner.code

"""Naming verifiers on screen."""

import pytest
from django.urls import reverse

from evaluations.models import GroupVerifier
from tests import factories
from tests.evaluations.appraising import submitted_sheet

pytestmark = pytest.mark.django_db
PAGE, NAME = reverse("evaluations:verifiers"), reverse("evaluations:verifier_name")


@pytest.fixture
def lanhdao(client, people, tree):
    factories.quarter_criteria()
    client.force_login(people.lanhdao)
    return client


@pytest.fixture
def given(people, tree):
    return {
        "committee": tree.ward.code,
        "group": "G1",
        "user": people.canbo2.pk,
        "starts_on": "01/10/2026",
    }


def test_nobody_named_is_said(lanhdao):
    assert "Chưa phân công ai" in lanhdao.get(PAGE).content.decode()


def test_somebody_is_named_and_the_naming_ends(lanhdao, given, people):
    assert lanhdao.post(NAME, given).status_code == 302
    assert f"<strong>{people.canbo2.full_name}</strong>" in lanhdao.get(PAGE).content.decode()
    row = GroupVerifier.objects.get()
    lanhdao.post(reverse("evaluations:verifier_end", args=[row.pk]))
    page = lanhdao.get(PAGE).content.decode()
    assert "Chưa phân công ai" in page
    assert "Đã kết thúc (1)" in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("group", "G9", "Không có nhóm này"),
        ("user", "0", "không phải cán bộ thẩm định"),
        ("starts_on", "32/01/2026", "Ngày chưa đúng"),
    ],
)
def test_wrong_input_is_told_at_its_field(lanhdao, given, field, value, words):
    answer = lanhdao.post(NAME, {**given, field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not GroupVerifier.objects.exists()


def test_secretary_cannot_be_chosen(lanhdao, given, people):
    answer = lanhdao.post(NAME, {**given, "user": people.bithu.pk})
    assert answer.status_code == 422


def test_another_wards_naming_is_unknown(lanhdao, given, people, tree):
    row = GroupVerifier.objects.create(
        committee=tree.other, group="G1", user=people.nguoila, named_by=people.nguoila
    )
    assert lanhdao.post(reverse("evaluations:verifier_end", args=[row.pk])).status_code == 404
    assert lanhdao.post(NAME, {**given, "committee": tree.other.code}).status_code == 404


def test_others_see_at_the_line_who_verifies(lanhdao, given, people, tree):
    submitted_sheet(tree.a, people.bithu)
    lanhdao.post(NAME, given)
    lanhdao.force_login(people.canbo)
    page = lanhdao.get(reverse("evaluations:appraisal", args=["2026-Q4", tree.a.code]))
    words = f"được phân công cho {people.canbo2.full_name} thẩm định"
    lines = sum(code.startswith("1.") for code in factories.quarter_criteria().rules.indicators)
    assert page.content.decode().count(words) == lines

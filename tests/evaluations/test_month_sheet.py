"""The monthly checklist: Đạt or Không đạt in every line, through the same way as a quarter."""

import pytest
from django.urls import reverse

from evaluations.models import Evaluation, State
from evaluations.services.rankings import ranking_build
from tests.evaluations import modes

pytestmark = pytest.mark.django_db
MONTH = "2026-M01"


@pytest.fixture
def sheet(tree):
    modes.opened(MONTH)
    return modes.sheet_of(tree.a, MONTH)


def address(name, *more, code=MONTH):
    return reverse(f"evaluations:{name}", args=[code, *more])


def test_every_line_is_answered_with_one_of_two(client, people, sheet, tree):
    client.force_login(people.canbo)
    page = client.get(address("sheet", tree.a.code)).content.decode()
    lines = sheet.criteria.rules.indicators.values()
    assert {tuple(option.code for option in line.options) for line in lines} == {
        ("dat", "khong_dat")
    }
    assert page.count('data-line="') == len(lines)
    assert "Tháng 1/2026" in page
    assert "Điểm loại" not in page


def test_the_whole_way_of_a_month(client, people, sheet, tree):
    client.force_login(people.canbo)
    for line in sheet.criteria.rules.indicators:
        answer = "khong_dat" if line == "1.2" else "dat"
        data = {"option": answer, "version": "0"}
        assert client.post(address("line", tree.a.code, line), data).status_code == 200
    client.post(address("submit", tree.a.code))
    client.force_login(people.canbo2)
    client.post(address("appraisal_accept", tree.a.code))
    client.post(address("appraisal_finish", tree.a.code))
    client.force_login(people.lanhdao)
    client.post(
        address("decision_make"),
        {
            "committee": tree.ward.code,
            "number": "7-QĐ/ĐU",
            "signed_on": "05/02/2026",
            "signer": "Người Ký",
            "sheets": [sheet.pk],
        },
    )
    decided = Evaluation.objects.get(pk=sheet.pk)
    assert (decided.state, decided.final_total) == (State.DECIDED, 90_00)
    card = client.get(address("scorecard", tree.a.code)).content.decode()
    assert "Chưa đạt mức tháng" in card
    assert "Các tháng gần đây" in card
    built = ranking_build(period=decided.period, scope=tree.city, by=None)
    assert (built.ranked, built.incomplete) == (1, 2)


@pytest.mark.parametrize("name", ["queue", "decisions", "ranking"])
def test_months_stand_apart_from_quarters(client, people, sheet, name):
    modes.opened("2026-Q1")
    client.force_login(people.thanhuy)
    page = client.get(address(name, code="2026-Q1")).content.decode()
    assert "Các tháng" in page
    assert page.count(f'href="{address(name)}"') == 1


def test_work_goes_on_in_the_quarter(client, people, sheet):
    client.force_login(people.canbo)
    assert client.get(reverse("evaluations:queue_now")).url == address("queue")
    modes.opened("2026-Q1")
    assert client.get(reverse("evaluations:queue_now")).url == address("queue", code="2026-Q1")

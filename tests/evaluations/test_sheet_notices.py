"""Who is told when a sheet is returned, appraised, decided."""

from datetime import date

import pytest
from django.utils import timezone

from cells.models import Notice
from evaluations.models import State
from evaluations.services.decisions import decision_make
from evaluations.services.line_returns import line_mark, lines_return
from evaluations.services.sheet_notices import appraised_tell, decided_tell
from evaluations.services.sheets import sheet_return
from tests import factories

pytestmark = pytest.mark.django_db


def handed_in(unit, by, **fields):
    return factories.sheet(
        unit,
        **{"state": State.SUBMITTED, "submitted_by": by, "submitted_at": timezone.now(), **fields},
    )


def told():
    return set(Notice.objects.values_list("to__username", "kind"))


def test_a_return_is_told_to_the_secretary_and_to_who_handed_it_in(tree, people):
    sheet = handed_in(tree.a, people.canbo)
    sheet_return(sheet=sheet, reason="Thiếu số liệu.", by=people.canbo2, door="web")
    assert told() == {("bithu", "returned"), ("canbo", "returned")}


def test_a_notice_of_a_return_leads_to_the_sheet_without_its_reason(tree, people):
    sheet = handed_in(tree.a, people.canbo)
    sheet_return(sheet=sheet, reason="Đồng chí Tư thiếu.", by=people.canbo2, door="web")
    notice = Notice.objects.get(to=people.bithu)
    assert notice.url == f"/phieu/2026-Q4/{tree.a.code}/"
    assert notice.unit == tree.a
    assert "Tư" not in notice.text


def test_a_return_of_single_lines_names_them(tree, people):
    sheet = handed_in(tree.a, people.canbo)
    line_mark(sheet=sheet, line="1.2", reason="Thiếu số liệu.", by=people.canbo2, door="web")
    lines_return(sheet=sheet, by=people.canbo2, door="web")
    assert "trả lại để sửa dòng 1.2." in Notice.objects.get(to=people.bithu).text


def test_each_return_is_told_anew(tree, people):
    sheet = handed_in(tree.a, people.canbo)
    for _ in range(2):
        sheet.state = State.SUBMITTED
        sheet.save()
        sheet_return(sheet=sheet, reason="Sửa.", by=people.canbo2, door="web")
    assert Notice.objects.filter(to=people.bithu).count() == 2


def test_an_appraisal_is_told_to_the_secretary_and_not_to_a_clerk_of_many(tree, people):
    appraised_tell(handed_in(tree.a, people.canbo), by=people.canbo2)
    assert told() == {("bithu", "appraised")}


def test_the_sheet_of_a_committee_concerns_its_own_staff(tree, people):
    sheet = handed_in(tree.ward, people.canbo)
    appraised_tell(sheet, by=people.thanhuy)
    assert told() == {("canbo", "appraised"), ("canbo2", "appraised")}


def decide(tree, people, *units):
    sheets = [
        handed_in(unit, people.canbo, state=State.APPRAISED, appraised_total=80_00)
        for unit in units
    ]
    return decision_make(
        committee=tree.ward,
        period=sheets[0].period,
        sheets=sheets,
        number="1-QĐ/ĐU",
        signed_on=date(2026, 11, 20),
        signer="Người Ký",
        by=people.lanhdao,
        door="web",
    )


def test_a_decision_is_told_once_to_each_person_however_many_the_sheets(tree, people):
    made = decide(tree, people, tree.a, tree.b)
    notices = {notice.to.username: notice for notice in Notice.objects.all()}
    assert notices["bithu"].url == f"/bang-diem/2026-Q4/{tree.a.code}/"
    assert notices["canbo"].url == f"/quyet-dinh/2026-Q4/{made.pk}/"
    assert notices["canbo"].text.startswith("2 đơn vị: kết quả Quý IV/2026")
    assert len(notices) == 2


@pytest.mark.parametrize("count", [2, 30])
def test_telling_of_a_decision_costs_the_same_for_many(
    tree, people, count, django_assert_num_queries
):
    cells = [factories.UnitFactory(parent=tree.ward) for _ in range(count)]
    for cell in cells:
        factories.UserFactory(roles=[("secretary", cell)])
    made = decide(tree, people, tree.a)
    sheets = [handed_in(cell, people.canbo) for cell in cells]
    # secretaries, who handed in; savepoint, known, settings, insert, release
    with django_assert_num_queries(7):
        decided_tell(sheets, decision=made, by=people.lanhdao)
    assert Notice.objects.filter(key=f"decided:{made.pk}").count() == count + 2

"""The year of a grassroots committee: rolled up from its cells, judged by the city."""

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from cells.models import Door
from evaluations.models import (
    Decision,
    Evaluation,
    Ranking,
    Score,
    State,
)
from evaluations.reports.ranking_xlsx import ranking_workbook
from evaluations.services.rankings import ranking_build
from evaluations.services.sheets import annual_class_save
from evaluations.services.suggestion_taking import suggestions_take
from evaluations.services.suggestions import suggestions_of
from tests import factories
from tests.evaluations import modes
from tests.evaluations import recognised as recognitions

pytestmark = pytest.mark.django_db


@pytest.fixture
def year(tree):
    return modes.opened("2026")


@pytest.fixture
def rolled(year, tree, people):
    """One cell is decided and eligible, one decided and not, one more has not begun."""
    third = factories.UnitFactory(parent=tree.ward, code="AA1")
    modes.opened("2026")
    for cell, classed, answers in (
        (tree.a, "HTTNV", {"4.1": {"num": 20, "den": 20}}),
        (tree.b, "", {"4.1": {"num": 8, "den": 10}, "2.1": {"choice": "other"}}),
    ):
        sheet = modes.sheet_of(cell, "2026")
        if classed:
            annual_class_save(sheet=sheet, annual_class=classed, by=people.canbo, door=Door.WEB)
        modes.decided(cell, "2026", people, answers)
    assert modes.sheet_of(third, "2026").state == State.DRAFT
    return modes.sheet_of(tree.ward, "2026")


def said(sheet, line):
    return suggestions_of(sheet).lines[line].words


def test_the_cells_suggest_shares_and_sums(rolled):
    assert said(rolled, "2.1") == "Theo các chi bộ: 1/2 (2/3 chi bộ)"
    assert said(rolled, "4.2") == "Theo các chi bộ: 28/30 (2/3 chi bộ)"


def test_eligible_cells_are_counted_among_all_that_owe(rolled):
    assert said(rolled, "4.1") == "Theo các chi bộ: 1/3 (đủ điều kiện; 2/3 chi bộ đã quyết định)"


def test_once_titles_are_decided_the_cells_that_hold_one_are_counted(client, people, rolled, tree):
    sheet = modes.sheet_of(tree.a, "2026")
    recognitions.save(tree.ward, people.lanhdao, [sheet])
    assert "đủ điều kiện" in said(rolled, "4.1")
    recognitions.issue(tree.ward, people.lanhdao)
    words = "1/3 (được công nhận; 2/3 chi bộ đã quyết định)"
    assert said(rolled, "4.1") == f"Theo các chi bộ: {words}"
    client.force_login(people.canbo)
    page = client.get(address("suggestion_source", rolled, "4.1")).content.decode()
    assert page.count("Không được công nhận") == 1


def test_an_eligible_cell_that_was_passed_over_holds_no_title(people, rolled, tree):
    third = Evaluation.objects.get(unit__code="AA1", period=rolled.period)
    annual_class_save(sheet=third, annual_class="HTTNV", by=people.canbo, door=Door.WEB)
    third = modes.decided(third.unit, "2026", people)
    assert said(rolled, "4.1").startswith("Theo các chi bộ: 2/3")
    first = modes.sheet_of(tree.a, "2026")
    save = {"reasons": {first: "Chờ xác minh đơn thư"}}
    recognitions.save(tree.ward, people.lanhdao, [third], **save)
    recognitions.issue(tree.ward, people.lanhdao)
    assert said(rolled, "4.1").startswith("Theo các chi bộ: 1/3")


def test_nothing_is_suggested_before_a_cell_hands_in(year, tree):
    suggestions = suggestions_of(modes.sheet_of(tree.ward, "2026"))
    assert suggestions.lines == {}
    (source,) = suggestions.sources
    assert [part.why_not for part in source.parts] == ["chưa nộp", "chưa nộp"]


def test_cells_of_another_committee_do_not_count(rolled, tree):
    (source,) = suggestions_of(rolled).sources
    assert tree.c.pk not in {part.sheet.unit_id for part in source.parts}


def address(name, sheet, *more):
    return reverse(f"evaluations:{name}", args=[sheet.period.code, sheet.unit.code, *more])


def test_the_source_leads_to_each_cell(client, people, rolled, tree):
    client.force_login(people.canbo)
    page = client.get(address("suggestion_source", rolled, "4.1")).content.decode()
    for cell in (tree.a, tree.b):
        assert reverse("evaluations:scorecard", args=["2026", cell.code]) in page
    assert "Không: chưa nộp" in page
    assert "Theo các chi bộ: 1/3" in page
    assert page.index(tree.b.code) < page.index("Không: chưa nộp")
    page = client.get(address("suggestion_source", rolled, "2.1")).content.decode()
    assert "Đếm số chi bộ được đủ điểm ở dòng 2.1" in page


def test_its_staff_takes_what_the_cells_say(client, people, rolled):
    client.force_login(people.canbo)
    page = client.get(address("sheet", rolled)).content.decode()
    assert "Theo các chi bộ: 28/30 (2/3 chi bộ)" in page
    assert "2/3 chi bộ đã nộp phiếu năm 2026" in page
    client.post(address("suggestion_take", rolled))
    row = Score.objects.get(evaluation=rolled, line="4.2")
    assert (row.num, row.den, row.source) == (28, 30, "cells")


@pytest.mark.parametrize("more", [0, 3])
def test_the_sheet_costs_the_same_for_many_cells(
    client, people, tree, more, django_assert_num_queries
):
    cells = [tree.a, *(factories.UnitFactory(parent=tree.ward) for _ in range(more))]
    modes.opened("2026")
    for cell in cells:
        modes.decided(cell, "2026", people)
    url = address("sheet", modes.sheet_of(tree.ward, "2026"))
    client.force_login(people.canbo)
    client.get(url)
    # Session, user, roles, sheet, rows, sheet before, lineage, comments, flags, evidence; cells,
    # their answers, whether titles were decided.
    with django_assert_num_queries(13):
        client.get(url)


def test_the_whole_way_of_a_committee(client, people, rolled, tree):
    suggestions_take(sheet=rolled, by=people.canbo, door=Door.WEB)
    modes.fill(rolled, people.canbo, without=set(suggestions_of(rolled).lines))
    client.force_login(people.canbo)
    client.post(address("annual_class", rolled), {"class": "HTTNV"})
    answer = client.post(address("submit", rolled))
    assert answer.status_code == 302
    submitted = Evaluation.objects.get(pk=rolled.pk)
    assert (submitted.state, submitted.is_submitted_for) == (State.SUBMITTED, False)

    client.force_login(people.thanhuy)
    page = client.get(address("appraisal", rolled)).content.decode()
    assert "Đảng bộ tự chấm" in page
    assert "lấy theo các chi bộ" in page
    client.post(address("appraisal_accept", rolled))
    client.post(address("appraisal_finish", rolled))
    decide = {
        "committee": tree.city.code,
        "number": "9-QĐ/TU",
        "signed_on": "05/01/2026",
        "signer": "Người Ký",
        "sheets": [rolled.pk],
    }
    page = client.get(reverse("evaluations:decisions", args=["2026"])).content.decode()
    assert tree.ward.name in page
    answer = client.post(reverse("evaluations:decision_make", args=["2026"]), decide)
    made = Decision.objects.get(number="9-QĐ/TU")
    assert answer.url == reverse("evaluations:decision", args=["2026", made.pk])
    assert "Đảng bộ cơ sở bốn tốt" in client.get(answer.url).content.decode()
    assert Evaluation.objects.get(pk=rolled.pk).state == State.DECIDED

    client.force_login(people.lanhdao)
    card = client.get(address("scorecard", rolled)).content.decode()
    assert "Hoàn thành tốt nhiệm vụ" in card
    unit = client.get(reverse("evaluations:unit", args=[tree.ward.code])).content.decode()
    assert address("scorecard", rolled) in unit


def test_who_submitted_for_the_committee_does_not_appraise_it(client, tree, rolled):
    both = factories.UserFactory(roles=[("staff", tree.city)])
    modes.fill(rolled, both)
    modes.submit(rolled, both)
    client.force_login(both)
    answer = client.post(address("appraisal_accept", rolled), follow=True)
    assert "người nộp phiếu này" in answer.content.decode()
    assert not rolled.scores.filter(stage="appraised").exists()


@pytest.fixture
def ranking(rolled, tree, people):
    """Both kinds of sheets are decided and ranked."""
    modes.fill(rolled, people.canbo)
    modes.submit(rolled, people.canbo)
    modes.appraise(rolled, people.thanhuy)
    modes.decide([Evaluation.objects.get(pk=rolled.pk)], people.thanhuy, "9-QĐ/TU")
    return ranking_build(period=rolled.period, scope=tree.city, by=None)


def test_committees_are_ranked_among_themselves(ranking, tree):
    rows = {row.unit_id: row for row in ranking.rows.all()}
    assert (rows[tree.ward.pk].rank, rows[tree.ward.pk].competitors) == (1, 1)
    assert (rows[tree.a.pk].rank, rows[tree.a.pk].competitors) == (1, 2)
    assert rows[tree.b.pk].rank == 2
    assert isinstance(ranking, Ranking)


@pytest.mark.parametrize(("asked", "shown"), [("", {"a", "b"}), ("committee", {"ward"})])
def test_the_page_shows_one_or_the_other(client, people, ranking, tree, asked, shown):
    client.force_login(people.thanhuy)
    answer = client.get(reverse("evaluations:ranking", args=["2026"]), {"subject": asked})
    codes = {line.code for line in answer.context["page"].lines}
    assert codes == {getattr(tree, name).code for name in shown}


def test_waiting_committees_are_not_listed_among_cells(client, people, ranking, tree):
    client.force_login(people.thanhuy)
    url = reverse("evaluations:ranking", args=["2026"])
    waiting = {
        asked: {
            line.code
            for line in client.get(url, {"tab": "chua-du", "subject": asked}).context["page"].lines
        }
        for asked in ("", "committee")
    }
    assert waiting["committee"] == {tree.other.code}
    assert tree.c.code in waiting[""]
    assert tree.other.code not in waiting[""]


def test_the_page_tells_what_it_shows(client, people, ranking):
    client.force_login(people.thanhuy)
    url = reverse("evaluations:ranking", args=["2026"])
    assert (
        "Xếp hạng Năm 2026, 1 đảng bộ" in client.get(url, {"subject": "committee"}).content.decode()
    )
    assert "Xếp hạng Năm 2026, 2 chi bộ" in client.get(url).content.decode()


def test_one_set_can_be_chosen(client, people, ranking):
    client.force_login(people.thanhuy)
    url = reverse("evaluations:ranking", args=["2026"])
    assert client.get(url, {"criteria": "CB4T-2026"}).context["page"].count == 2
    assert client.get(url, {"criteria": "DB4T-2026"}).context["page"].count == 0
    assert client.get(url, {"criteria": "X"}).context["page"].count == 2


def test_the_workbook_keeps_committees_on_a_sheet_of_their_own(ranking, tree, tmp_path):
    path = tmp_path / "hang.xlsx"
    assert ranking_workbook(path, ranking) == 3
    book = load_workbook(path)
    assert book.sheetnames == ["Bìa", "Xếp hạng", "Đảng bộ cơ sở", "Chưa đủ"]
    codes = {
        name: [row[1] for row in book[name].iter_rows(min_row=2, values_only=True)]
        for name in book.sheetnames[1:3]
    }
    assert codes["Đảng bộ cơ sở"] == [tree.ward.code]
    assert set(codes["Xếp hạng"]) == {tree.a.code, tree.b.code}

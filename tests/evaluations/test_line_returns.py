"""Returning single lines: only these open again, for whichever door."""

import pytest
from django.urls import reverse

from cells.models import AuditEntry, Door
from evaluations.models import LineReturn, State
from evaluations.services import appraisal, sheets
from evaluations.services.errors import LockedError, ReasonMissingError, RefusedError
from evaluations.services.line_returns import line_unmark, lines_return
from tests.evaluations.appraising import OTHER, accept_all, give_back, mark, submit, submitted_sheet
from tests.evaluations.test_sheet_services import save

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(tree, people):
    return submitted_sheet(tree.a, people.bithu)


def test_only_the_returned_line_opens(submitted, people):
    sheet = give_back(submitted, people.canbo, "1.2")
    assert sheet.state == State.RETURNED
    save(sheet, "1.2", OTHER, people.bithu)
    with pytest.raises(LockedError, match="không bị trả lại"):
        save(sheet, "1.3", OTHER, people.bithu)


def test_return_of_the_whole_sheet_opens_every_line(submitted, people):
    sheet = sheets.sheet_return(sheet=submitted, reason="Sai cả", by=people.canbo, door=Door.WEB)
    save(sheet, "1.2", OTHER, people.bithu)
    save(sheet, "1.3", OTHER, people.bithu)


def test_vetoes_open_only_with_the_whole_sheet(submitted, people):
    veto = submitted.criteria.rules.vetoes[0].code
    sheet = give_back(submitted, people.canbo, "1.2")
    with pytest.raises(LockedError, match="chỉ bị trả lại ở một số dòng"):
        sheets.vetoes_save(sheet=sheet, vetoes=[veto], by=people.bithu, door=Door.WEB)
    sheet = submit(sheet, people.bithu)
    sheet = sheets.sheet_return(sheet=sheet, reason="Thiếu", by=people.canbo, door=Door.WEB)
    sheets.vetoes_save(sheet=sheet, vetoes=[veto], by=people.bithu, door=Door.WEB)


def test_resubmitting_settles_the_returned_lines(submitted, people):
    sheet = submit(give_back(submitted, people.canbo, "1.2"), people.bithu)
    row = LineReturn.objects.get()
    assert (row.round, row.settled_at) == (1, sheet.submitted_at)
    give_back(sheet, people.canbo, "1.2", "1.3")
    assert [(row.line, row.round) for row in LineReturn.objects.open()] == [("1.2", 2), ("1.3", 2)]


def test_withdrawn_again_the_sheet_is_open_for_the_same_lines(submitted, people):
    sheet = submit(give_back(submitted, people.canbo, "1.2"), people.bithu)
    sheet = sheets.sheet_withdraw(sheet=sheet, by=people.bithu, door=Door.WEB)
    assert sheet.state == State.RETURNED
    with pytest.raises(LockedError):
        save(sheet, "1.3", OTHER, people.bithu)


def test_sheet_is_not_withdrawn_once_a_line_is_marked(submitted, people):
    mark(submitted, "1.2", people.canbo)
    with pytest.raises(LockedError, match="bắt đầu thẩm định"):
        sheets.sheet_withdraw(sheet=submitted, by=people.bithu, door=Door.WEB)
    line_unmark(sheet=submitted, line="1.2", by=people.canbo, door=Door.WEB)
    assert sheets.sheet_withdraw(sheet=submitted, by=people.bithu, door=Door.WEB).state == "draft"


def test_returned_line_waits_again_though_it_was_left_as_it_is(submitted, people):
    accept_all(submitted, people.canbo)
    sheet = submit(give_back(submitted, people.canbo, "1.2"), people.bithu)
    assert appraisal.lines_waiting(sheet) == ["1.2"]


def test_marked_line_is_not_accepted_with_the_others(submitted, people):
    mark(submitted, "1.2", people.canbo)
    assert accept_all(submitted, people.canbo) == len(submitted.criteria.rules.indicators) - 1


def test_appraisal_does_not_end_while_a_line_is_marked(submitted, people):
    accept_all(submitted, people.canbo)
    mark(submitted, "1.2", people.canbo)
    with pytest.raises(RefusedError, match=r"1 dòng đánh dấu trả lại: 1\.2"):
        appraisal.appraisal_finish(sheet=submitted, by=people.canbo, door=Door.WEB)
    line_unmark(sheet=submitted, line="1.2", by=people.canbo, door=Door.WEB)
    appraisal.appraisal_finish(sheet=submitted, by=people.canbo, door=Door.WEB)


@pytest.mark.parametrize("reason", ["", "  "])
def test_mark_needs_a_reason(submitted, people, reason):
    with pytest.raises(ReasonMissingError):
        mark(submitted, "1.2", people.canbo, reason)
    assert not LineReturn.objects.exists()


def test_nothing_marked_is_nothing_to_return(submitted, people):
    with pytest.raises(RefusedError, match="Chưa đánh dấu"):
        lines_return(sheet=submitted, by=people.canbo, door=Door.WEB)


def test_who_submitted_marks_nothing(tree, people):
    sheet = submitted_sheet(tree.a, people.canbo)
    with pytest.raises(LockedError, match="người nộp"):
        mark(sheet, "1.2", people.canbo)
    mark(sheet, "1.2", people.canbo2)


def test_marks_join_the_reason_of_a_whole_return(submitted, people):
    mark(submitted, "1.2", people.canbo, "Thiếu biên bản")
    sheet = sheets.sheet_return(sheet=submitted, reason="Sai cả", by=people.canbo, door=Door.WEB)
    assert sheet.return_reason == "Sai cả\nDòng 1.2: Thiếu biên bản"
    assert not LineReturn.objects.exists()


def test_marking_and_returning_are_written_down(submitted, people):
    give_back(submitted, people.canbo, "1.2")
    actions = AuditEntry.objects.of("evaluation", submitted.pk).values_list("action", flat=True)
    assert list(actions)[:2] == ["lines_returned", "line_marked"]


@pytest.fixture
def address(tree):
    def of(name, *more):
        return reverse(f"evaluations:{name}", args=["2026-Q4", tree.a.code, *more])

    return of


def test_page_leads_to_the_returned_line_and_closes_the_others(client, submitted, people, address):
    mark(submitted, "1.2", people.canbo, "Thiếu biên bản tháng 11")
    lines_return(sheet=submitted, by=people.canbo, door=Door.WEB)
    client.force_login(people.bithu)
    page = client.get(address("sheet")).content.decode()
    assert 'href="#dong-1-2"' in page
    assert page.count("Thiếu biên bản tháng 11") == 2  # in the list and at the line
    assert page.count("Dòng này không bị trả lại.") == len(submitted.criteria.rules.indicators) - 1


def test_page_shows_the_returned_lines_alone_at_first(client, submitted, people, address):
    give_back(submitted, people.canbo, "1.2")
    client.force_login(people.bithu)
    page = client.get(address("sheet")).content.decode()
    assert "Chỉ dòng bị trả lại (1)" in page
    assert 'data-only="data-returned" checked' in page
    assert page.count(" data-returned>") == 1


def test_save_of_a_returned_line_swaps_nothing_on_the_closed_ones(
    client, submitted, people, address
):
    give_back(submitted, people.canbo, "1.2")
    client.force_login(people.bithu)
    answer = client.post(address("line", "1.2"), {"num": "1", "den": "2", "version": "1"})
    assert 'id="luu-y-1-2"' in answer.content.decode()
    assert 'id="luu-y-1-3"' not in answer.content.decode()


def test_closed_line_answers_423_with_its_reason(client, submitted, people, address):
    give_back(submitted, people.canbo, "1.2")
    client.force_login(people.bithu)
    data = {"num": "1", "den": "2", "version": "1"}
    answer = client.post(address("line", "1.3"), data)
    assert answer.status_code == 423
    assert "không bị trả lại" in answer.content.decode()
    assert client.post(address("line", "1.2"), data).status_code == 200


def test_trail_of_the_line_tells_of_its_mark(client, submitted, people, address):
    mark(submitted, "1.2", people.canbo, "Thiếu biên bản tháng 11")
    client.force_login(people.canbo)
    page = client.get(address("history"), {"dong": "1.2"}).content.decode()
    assert "Đánh dấu trả lại" in page
    assert "Thiếu biên bản tháng 11" in page

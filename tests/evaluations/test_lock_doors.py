"""One answer for every door: page, autosave, Excel import, command; in pairs around each moment."""

import json
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from cells import access
from cells.models import Door
from cells.workbook import open_book
from evaluations.models import Evaluation, Period, PeriodUnit, Score, Stage
from evaluations.services.extensions import units_extend
from evaluations.services.locks import lock_status
from evaluations.services.sheet_import import sheets_import
from tests import factories
from tests.evaluations.reopened import appraise, ask, decide, grant, stored, submit
from tests.workbooks import workbook

WORKING_DAY = factories.moment("2026-12-20T09:00")
DUE = factories.moment("2027-01-05T23:59:59")
LOCKS = factories.moment("2027-01-15T23:59:59")
EXTENDED = factories.moment("2027-01-20T17:00")
CLOSED = factories.moment("2027-01-10T08:00")
SECOND = timedelta(seconds=1)
OPEN = ""


def nothing(sheet, people):
    """Leave the sheet as it was opened."""


def extended(sheet, people):
    units_extend(
        period=sheet.period, sheets=[sheet], until=EXTENDED, reason="Mất điện",
        by=people.thanhuy, door=Door.WEB,
    )  # fmt: skip


def closed(sheet, people):
    Period.objects.update(closed_at=CLOSED)


def extended_then_closed(sheet, people):
    extended(sheet, people)
    Period.objects.update(closed_at=LOCKS + SECOND)


def not_owed(sheet, people):
    PeriodUnit.objects.update(is_expected=False, reason="Giải thể")


def submitted(sheet, people):
    submit(sheet, people.bithu)


def appraised(sheet, people):
    appraise(submit(sheet, people.bithu), people.canbo2)


def decided(sheet, people):
    appraised(sheet, people)
    decide(stored(sheet), people.lanhdao)


def asked_only(sheet, people):
    submitted(sheet, people)
    ask(sheet, people.bithu)


def returned_on_request(sheet, people):
    submitted(sheet, people)
    grant(ask(sheet, people.bithu), people.canbo2)


def extended_on_request(sheet, people):
    Period.objects.update(locks_at=WORKING_DAY)
    grant(ask(sheet, people.bithu), people.thanhuy, until=EXTENDED)


def decided_and_reopened(sheet, people):
    decided(sheet, people)
    grant(ask(sheet, people.bithu), people.lanhdao)


CASES = [
    (nothing, WORKING_DAY, OPEN),
    # The due date makes late, not closed.
    (nothing, DUE, OPEN),
    (nothing, DUE + SECOND, OPEN),
    (nothing, LOCKS - SECOND, OPEN),
    (nothing, LOCKS, "đã khóa nhập lúc 23:59 ngày 15/01/2027"),
    (extended, LOCKS, OPEN),
    (extended, EXTENDED - SECOND, OPEN),
    (extended, EXTENDED, "đã hết hạn lúc 17:00 ngày 20/01/2027"),
    (closed, CLOSED - SECOND, OPEN),
    (closed, CLOSED, "đã đóng"),
    (extended_then_closed, LOCKS, OPEN),
    (extended_then_closed, LOCKS + SECOND, "đã đóng"),
    (not_owed, WORKING_DAY, "không còn phải nộp"),
    (submitted, WORKING_DAY, "Phiếu đã nộp"),
    (appraised, WORKING_DAY, "Phiếu đã thẩm định xong"),
    (decided, WORKING_DAY, "Phiếu đã có quyết định"),
    (asked_only, WORKING_DAY, "Phiếu đã nộp"),
    (returned_on_request, WORKING_DAY, OPEN),
    (returned_on_request, LOCKS, "đã khóa nhập"),
    (extended_on_request, EXTENDED - SECOND, OPEN),
    (extended_on_request, EXTENDED, "đã hết hạn lúc 17:00 ngày 20/01/2027"),
    (decided_and_reopened, WORKING_DAY, "Phiếu đã nộp"),
]


@pytest.fixture
def clock(monkeypatch):
    def show(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    show(WORKING_DAY)
    return show


@pytest.fixture
def sheet(clock, tree):
    return factories.sheet(tree.a, factories.PeriodFactory(locks_at=LOCKS))


@pytest.mark.parametrize(
    ("arrange", "moment", "words"), CASES, ids=[f"{c[0].__name__}-{c[1]:%d-%H%M%S}" for c in CASES]
)
def test_every_door_gives_the_same_answer(
    client, people, clock, sheet, tmp_path, capsys, arrange, moment, words
):
    arrange(sheet, people)
    clock(moment)
    said = lock_status(stored(sheet), access.ENTER, user=people.canbo)
    assert (bool(said), words in said) == (bool(words), True)
    before = values(sheet)
    assert by_import(sheet, people, tmp_path) == said
    assert by_command(sheet, tmp_path, capsys) == said
    client.force_login(people.canbo)
    assert_page_says(client, sheet, said)
    assert values(sheet) == before
    assert by_autosave(client, sheet) == (423 if said else 200, said)
    assert (values(sheet) == before) is bool(said)


def values(sheet):
    return list(Score.objects.filter(evaluation=sheet, stage=Stage.SELF).order_by("line").values())


def a_file(sheet, tmp_path):
    head = ["Mã", "1.2 tử số", "1.2 mẫu số"]
    return workbook(tmp_path / "a.xlsx", ["Quý IV/2026"], head, [sheet.unit.code, 7, 9])


def by_import(sheet, people, tmp_path):
    """Return what a trial says: it judges as the real run does."""
    book = open_book(a_file(sheet, tmp_path))
    report = sheets_import(book=book, by=people.canbo, apply=False)
    return " ".join(error.message for error in report.errors)


def by_command(sheet, tmp_path, capsys):
    path = str(a_file(sheet, tmp_path))
    with suppress(SystemExit):
        call_command("import_xlsx", "sheets", path, "--as", "canbo")
    return " ".join(error["message"] for error in json.loads(capsys.readouterr().out)["errors"])


def assert_page_says(client, sheet, said):
    page = client.get(address("sheet", sheet))
    assert page.context["can_enter"] is not bool(said)
    assert said == page.context["lock"]
    assert escape(said) in page.content.decode()


def by_autosave(client, sheet):
    row = Score.objects.filter(evaluation=sheet, line="1.2", stage=Stage.SELF).first()
    data = {"num": "7", "den": "9", "version": str(row.version if row else 0)}
    answer = client.post(address("line", sheet, "1.2"), data)
    html = answer.content.decode()
    said = lock_status(stored(sheet), access.ENTER, user=answer.wsgi_request.user)
    assert escape(said) in html
    return answer.status_code, said


def address(name, sheet, *more):
    return reverse(f"evaluations:{name}", args=["2026-Q4", sheet.unit.code, *more])


def test_applying_a_file_to_a_closed_sheet_writes_nothing(people, clock, sheet, tmp_path):
    clock(LOCKS)
    report = sheets_import(book=open_book(a_file(sheet, tmp_path)), by=people.canbo, apply=True)
    assert len(report.errors) == 1
    assert not Score.objects.exists()
    clock(LOCKS - SECOND)
    report = sheets_import(book=open_book(a_file(sheet, tmp_path)), by=people.canbo, apply=True)
    assert report.errors == []
    assert Evaluation.objects.get().lines_done == 1

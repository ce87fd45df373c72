"""The history of a sheet and the audit command."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from cells.models import Door
from evaluations.models import Stage
from evaluations.services import sheets
from evaluations.services.lines import Change, lines_save
from tests import factories

CHOICE = "1.1"


@pytest.fixture
def sheet(tree):
    return factories.sheet(tree.a)


@pytest.fixture
def lines(sheet):
    """Return a line answered by an option and one answered by two numbers."""
    indicators = sheet.criteria.rules.indicators.values()
    chosen = next(line for line in indicators if line.input == "choice")
    ratio = next(line for line in indicators if line.input == "ratio")
    return chosen, ratio


def save(sheet, line, answer, by, *, note=None):
    changes = [Change(line.code, answer, note=note)]
    return lines_save(sheet=sheet, changes=changes, by=by, door=Door.WEB)


@pytest.fixture
def changed(sheet, lines, people):
    chosen, ratio = lines
    best, other = chosen.options[0], chosen.options[1]
    save(sheet, ratio, {"num": 3, "den": 3}, people.bithu)
    save(sheet, chosen, {"choice": best.code}, people.bithu)
    save(sheet, chosen, {"choice": other.code}, people.canbo, note="Theo biên bản")
    return sheet


def url(sheet):
    return reverse("evaluations:history", args=[sheet.period.code, sheet.unit.code])


def test_each_change_reads_in_words_newest_first(client, people, changed, lines):
    chosen = lines[0]
    client.force_login(people.lanhdao)
    rows = client.get(url(changed)).context["rows"]
    assert [row.who for row in rows] == [str(people.canbo), str(people.bithu), str(people.bithu)]
    newest = rows[0]
    assert newest.reason == "Theo biên bản"
    assert newest.door == "Trang web"
    [change] = newest.changes
    assert change.title == chosen.title
    assert (change.old, change.new) == (chosen.options[0].title, chosen.options[1].title)
    assert rows[2].changes[0].new == "3/3"
    assert rows[2].changes[0].old == "chưa chấm"


def test_page_shows_one_line_alone(client, people, changed, lines):
    client.force_login(people.bithu)
    rows = client.get(url(changed), {"line": lines[1].code}).context["rows"]
    assert [row.changes[0].new for row in rows] == ["3/3"]


def test_state_and_vetoes_are_named(client, people, sheet):
    veto = sheet.criteria.rules.vetoes[0]
    sheets.vetoes_save(sheet=sheet, vetoes=[veto.code], by=people.canbo, door=Door.WEB)
    sheets.sheet_move(sheet, "submitted", people.canbo, Door.WEB, fields=_submitted(sheet))
    client.force_login(people.canbo)
    page = client.get(url(sheet)).content.decode()
    assert veto.title in page
    assert "Nộp phiếu" in page
    assert "Đã nộp" in page


def _submitted(sheet):
    sheet.submitted_at = factories.moment("2026-12-20 10:00")
    return ["submitted_at"]


def test_lines_accepted_at_once_are_found_under_each(client, people, sheet, lines):
    sheets.sheet_record(
        sheet,
        people.canbo,
        Door.WEB,
        "lines_accepted",
        field=Stage.APPRAISED,
        new={lines[1].code: {"num": 2, "den": 3}, lines[0].code: {}},
    )
    client.force_login(people.canbo)
    [row] = client.get(url(sheet), {"line": lines[1].code}).context["rows"]
    assert [(change.line, change.new) for change in row.changes] == [(lines[1].code, "2/3")]


@pytest.mark.parametrize(
    ("who", "status"), [("bithu", 200), ("kiemtra", 200), ("nguoila", 404), ("quantri", 404)]
)
def test_history_is_seen_by_those_who_see_the_sheet(client, people, changed, who, status):
    client.force_login(getattr(people, who))
    assert client.get(url(changed)).status_code == status


def test_history_costs_the_same_for_many_changes(
    client, people, sheet, lines, django_assert_num_queries
):
    for num in range(60):
        save(sheet, lines[1], {"num": num, "den": 60}, people.bithu)
    client.force_login(people.canbo)
    client.get(url(sheet))
    # session, user, roles, sheet, count, page
    with django_assert_num_queries(6):
        response = client.get(url(sheet))
    assert len(response.context["rows"]) == 50


def test_command_prints_the_trail_oldest_first(changed, lines):
    out = StringIO()
    call_command("audit", unit=changed.unit.code, period=changed.period.code, stdout=out)
    document = json.loads(out.getvalue())
    assert (document["unit"], document["period"]) == (changed.unit.code, changed.period.code)
    assert [entry["by"] for entry in document["entries"]] == ["bithu", "bithu", "canbo"]
    last = document["entries"][-1]
    assert last["old"] == {"choice": lines[0].options[0].code}
    assert last["new"] == {"choice": lines[0].options[1].code}
    assert last["field"] == f"{lines[0].code}.self"
    assert set(last) == {"at", "by", "door", "action", "field", "old", "new", "reason"}


@pytest.mark.parametrize(("unit", "period"), [("LA", "2026-Q4"), (None, "2031-Q1")])
def test_command_refuses_what_is_not_there(sheet, unit, period, capsys):
    with pytest.raises(SystemExit) as stop:
        call_command("audit", unit=unit or sheet.unit.code, period=period)
    assert stop.value.code == 1
    assert "Không có" in json.loads(capsys.readouterr().out)["error"]["message"]

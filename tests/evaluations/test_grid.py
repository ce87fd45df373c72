"""Entering a group of criteria for all cells of a ward: the page, and many cells saved at once."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from cells.models import AuditEntry, Door
from evaluations.answers import answers_of, score_of
from evaluations.models import CriteriaSet, Score, Stage, State
from evaluations.services.line_returns import line_mark, lines_return
from evaluations.services.sheets import sheet_submit
from tests import factories
from tests.evaluations.test_sheet_services import fill, save

pytestmark = pytest.mark.django_db
PERIOD = "2026-Q4"


@pytest.fixture
def ward(tree):
    """Give the cells a and b of the ward, and c of the other, a sheet each."""
    tree.sheets = {name: factories.sheet(getattr(tree, name)) for name in "abc"}
    return tree


@pytest.fixture
def page(client, people, ward):
    def page(user=people.canbo, unit=ward.ward, **asked):
        client.force_login(user)
        return client.get(reverse("evaluations:grid", args=[PERIOD, unit.code]), asked)

    return page


@pytest.fixture
def post(client, people, ward):
    def post(*entries, user=people.canbo, unit=ward.ward, body=None):
        client.force_login(user)
        document = body or json.dumps({"entries": entries})
        address = reverse("evaluations:grid_cells", args=[PERIOD, unit.code])
        return client.post(address, document, content_type="application/json")

    return post


def entry(unit, line, *cells, version=0):
    parts = ("num", "den") if len(cells) == 2 else ("",)
    return {
        "unit": unit.code,
        "line": line,
        "version": version,
        "cells": dict(zip(parts, cells, strict=True)),
    }


def states(answer):
    assert answer.status_code == 200
    return [(one["line"], one["state"]) for one in answer.json()["lines"]]


def stored(sheet):
    return answers_of(sheet.scores.filter(stage=Stage.SELF), sheet.criteria.rules)


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def submitted(sheet, people):
    fill(sheet, people.bithu)
    return sheet_submit(sheet=sheet, by=people.bithu, door=Door.WEB, on_behalf=False)


def returned(sheet, people, line):
    """Send one line of a submitted sheet back."""
    submitted(sheet, people)
    by = {"by": people.canbo, "door": Door.WEB}
    line_mark(sheet=sheet, line=line, reason="Số liệu chưa khớp.", **by)
    lines_return(sheet=sheet, **by)


# Saving


def test_lines_of_several_sheets_are_saved_with_what_each_sheet_comes_to(post, ward):
    answer = post(
        entry(ward.a, "1.1", "Có"),
        entry(ward.a, "1.2", "38", "40"),
        entry(ward.b, "3.1", "tot"),
    )
    assert states(answer) == [("1.1", "saved"), ("1.2", "saved"), ("3.1", "saved")]
    sheet = ward.sheets["a"]
    sheet.refresh_from_db()
    assert stored(sheet) == {"1.1": {"choice": "yes"}, "1.2": {"num": 38, "den": 40}}
    total = score_of(sheet, stored(sheet)).total
    assert (sheet.self_total, sheet.lines_done) == (total, 2)
    first, second = answer.json()["rows"]
    assert (first["unit"], first["groups"]["G1"], first["total"]) == (ward.a.code, "12,00", "12,00")
    assert (second["done"], second["of"]) == (1, 24)
    assert AuditEntry.objects.filter(action="line_saved", unit=ward.b).count() == 1


@pytest.mark.parametrize(
    ("line", "cells", "answer", "shown"),
    [
        ("1.1", ["co"], {"choice": "yes"}, {"": "Có"}),
        ("3.1", ["TB"], {"grade": "trung_binh"}, {"": "Trung bình"}),
        ("1.2", ["KAD", "KAD"], {"na": True}, {"num": "KAD", "den": "KAD"}),
        ("1.2", ["k.a.d", "N/A"], {"na": True}, {"num": "KAD", "den": "KAD"}),
        ("1.2", [" 38 ", "40,0"], {"num": 38, "den": 40}, {"num": "38", "den": "40"}),
    ],
)
def test_words_are_those_of_the_workbook(post, ward, line, cells, answer, shown):
    saved = post(entry(ward.a, line, *cells))
    assert states(saved) == [(line, "saved")]
    assert saved.json()["lines"][0]["cells"] == shown
    assert stored(ward.sheets["a"]) == {line: answer}


def test_reason_behind_kad_is_kept(post, ward):
    post(entry(ward.a, "1.2", "KAD: không giao chỉ tiêu", "KAD"))
    score = ward.sheets["a"].scores.get()
    assert (score.na, score.note) == (True, "không giao chỉ tiêu")
    post(entry(ward.a, "1.2", "KAD", "KAD", version=1))
    score.refresh_from_db()
    assert score.note == "không giao chỉ tiêu"


@pytest.mark.parametrize(
    ("line", "cells", "part", "words"),
    [
        ("1.2", ["95%", "100"], "num", "không ghi phần trăm"),
        ("1.2", ["95%", ""], "num", "không ghi phần trăm"),
        ("1.2", ["8,5", "10"], "", "phần lẻ"),
        ("1.2", ["1.234", "1.300"], "num", "hai cách"),
        ("1.2", ["41", "40"], "", "không được lớn hơn"),
        ("1.2", ["-1", "40"], "", "không được âm"),
        ("1.2", ["38", ""], "den", "còn thiếu mẫu số"),
        ("1.2", ["KAD", "40"], "num", "cả hai ô"),
        ("1.1", ["KAD"], "", "không áp dụng"),
        ("1.1", ["Có lẽ"], "", "“Có”, “Không”"),
        ("9.9", ["1"], "", "không có dòng 9.9"),
    ],
)
def test_bad_input_is_refused_at_its_cell(post, ward, line, cells, part, words):
    answer = post(entry(ward.a, line, *cells))
    assert states(answer) == [(line, "error")]
    [refused] = answer.json()["lines"]
    assert (refused["part"], words in refused["message"]) == (part, True)
    assert not Score.objects.exists()


def test_one_bad_cell_holds_its_own_sheet_and_no_other(post, ward):
    answer = post(
        entry(ward.a, "1.1", "Có"), entry(ward.a, "1.2", "90%", "100"), entry(ward.b, "1.1", "Có")
    )
    assert states(answer) == [("1.1", "held"), ("1.2", "error"), ("1.1", "saved")]
    assert stored(ward.sheets["a"]) == {}
    assert stored(ward.sheets["b"]) == {"1.1": {"choice": "yes"}}
    assert [row["unit"] for row in answer.json()["rows"]] == [ward.b.code]


def test_conflict_shows_both_values_and_who_and_can_be_decided(post, ward, people):
    save(ward.sheets["a"], "1.2", {"num": 30, "den": 40}, by=people.canbo2)
    answer = post(entry(ward.a, "1.1", "Có"), entry(ward.a, "1.2", "38", "40"))
    assert states(answer) == [("1.1", "held"), ("1.2", "conflict")]
    theirs = answer.json()["lines"][1]
    assert (theirs["cells"], theirs["version"]) == ({"num": "30", "den": "40"}, 1)
    assert theirs["by"] == str(people.canbo2)
    assert stored(ward.sheets["a"]) == {"1.2": {"num": 30, "den": 40}}
    again = post(entry(ward.a, "1.1", "Có"), entry(ward.a, "1.2", "38", "40", version=1))
    assert states(again) == [("1.1", "saved"), ("1.2", "saved")]


def test_every_conflict_of_a_sheet_is_told_at_once(post, ward, people):
    for line in ("1.1", "1.4"):
        save(ward.sheets["a"], line, {"choice": "no" if line == "1.1" else "late"}, people.canbo2)
    answer = post(
        entry(ward.a, "1.1", "Có"),
        entry(ward.a, "1.2", "1", "2"),
        entry(ward.a, "1.4", "Hoàn thành hoặc đúng tiến độ"),
    )
    assert states(answer) == [("1.1", "conflict"), ("1.2", "held"), ("1.4", "conflict")]
    assert set(stored(ward.sheets["a"])) == {"1.1", "1.4"}


def test_value_that_stands_already_is_no_conflict(post, ward, people):
    save(ward.sheets["a"], "1.1", {"choice": "yes"}, by=people.canbo2)
    assert states(post(entry(ward.a, "1.1", "Có"))) == [("1.1", "saved")]
    assert Score.objects.get().version == 1


def test_blank_cells_take_an_answer_away(post, ward, people):
    save(ward.sheets["a"], "1.2", {"num": 30, "den": 40}, by=people.canbo)
    assert states(post(entry(ward.a, "1.2", "", "", version=1))) == [("1.2", "saved")]
    assert stored(ward.sheets["a"]) == {}


def test_closed_sheet_is_locked_with_its_reason_and_the_others_are_saved(post, ward, people):
    submitted(ward.sheets["a"], people)
    answer = post(entry(ward.a, "1.1", "Có lẽ", version=1), entry(ward.b, "1.1", "Có"))
    assert states(answer) == [("1.1", "locked"), ("1.1", "saved")]
    assert "đã nộp" in answer.json()["lines"][0]["message"]


def test_period_that_locked_is_locked_here_too(post, ward):
    period = ward.sheets["a"].period
    period.locks_at = timezone.now() - timedelta(minutes=1)
    period.save()
    answer = post(entry(ward.a, "1.1", "Có"))
    assert states(answer) == [("1.1", "locked")]
    assert "đã khóa nhập" in answer.json()["lines"][0]["message"]


def test_sheet_out_of_reach_is_as_one_that_is_not_there(post, ward):
    nowhere = SimpleNamespace(code="KHONG-CO")
    answer = post(entry(ward.c, "1.1", "Có"), entry(nowhere, "1.1", "Có"))
    foreign, unknown = answer.json()["lines"]
    assert (foreign["state"], foreign["message"]) == (unknown["state"], unknown["message"])
    assert not Score.objects.exists()


def test_branch_in_the_address_bounds_what_is_saved(post, ward):
    assert states(post(entry(ward.b, "1.1", "Có"), unit=ward.a)) == [("1.1", "locked")]
    assert not Score.objects.exists()


def test_later_of_two_values_for_a_line_is_saved(post, ward):
    assert states(post(entry(ward.a, "1.1", "Có"), entry(ward.a, "1.1", "Không"))) == [
        ("1.1", "saved")
    ]
    assert stored(ward.sheets["a"]) == {"1.1": {"choice": "no"}}


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{",
        '{"entries": []}',
        '{"entries": [1]}',
        '{"entries": [{"unit": "a", "line": "1.1", "version": "0", "cells": {}}]}',
        '{"entries": [{"unit": "a", "line": "1.1", "version": -1, "cells": {}}]}',
        '{"entries": [{"unit": "a", "line": "1.1", "version": 0, "cells": {"num": 5}}]}',
        '{"entries": [{"unit": "\\u0000", "line": "1.1", "version": 0, "cells": {}}]}',
        '{"entries": [{"unit": null, "line": "1.1", "version": 0, "cells": {}}]}',
    ],
)
def test_document_that_cannot_be_read_is_refused_whole(post, body):
    answer = post(body=body or " ")
    assert answer.status_code == 422
    assert answer.json()["message"]


def test_too_many_lines_at_once_are_refused(post, ward):
    one = entry(ward.a, "1.1", "Có")
    assert post(*[one] * 2000).status_code == 200
    answer = post(*[one] * 2001)
    assert (answer.status_code, "2000" in answer.json()["message"]) == (422, True)


# The page


def test_rows_are_the_sheets_of_the_branch_and_columns_the_lines_of_the_group(page, ward):
    text = text_of(page())
    assert f'data-unit="{ward.a.code}"' in text
    assert f'data-unit="{ward.c.code}"' not in text
    assert text.count('<th scope="colgroup"') == 6
    assert text.count(" data-column ") == 9  # three choices, three ratios
    other = text_of(page(nhom="G3"))
    assert 'data-line="3.1"' in other
    assert 'data-line="1.1"' not in other


def test_cells_hold_what_is_stored_in_the_words_of_the_workbook(page, ward, people):
    save(ward.sheets["a"], "1.1", {"choice": "yes"}, by=people.canbo)
    save(ward.sheets["a"], "1.2", {"na": True}, by=people.canbo)
    text = text_of(page())
    assert 'data-line="1.1" data-version="1" data-state="saved">Có</td>' in text
    assert text.count(">KAD</td>") == 2
    assert "<span data-grid-done>2</span>/12 dòng" in text


def test_closed_row_says_why(page, ward, people):
    submitted(ward.sheets["a"], people)
    text = text_of(page())
    assert text.count('data-lock="Phiếu đã nộp') == 1
    assert text.count('aria-readonly="true"') == 9


def test_after_a_return_of_single_lines_only_these_are_open(page, post, ward, people):
    sheet = ward.sheets["a"]
    returned(sheet, people, "1.2")
    text = text_of(page())
    assert text.count('aria-readonly="true"') == 7
    open_line = entry(ward.a, "1.2", "1", "2", version=1)
    answer = post(entry(ward.a, "1.1", "Không", version=1), open_line)
    assert states(answer) == [("1.1", "locked"), ("1.2", "held")]
    assert states(post(open_line)) == [("1.2", "saved")]


def test_filter_by_state_and_text_keeps_the_group(page, ward):
    text = text_of(page(q="duc giang", nhom="G2"))
    assert f'data-unit="{ward.b.code}"' in text
    assert f'data-unit="{ward.a.code}"' not in text
    assert 'data-line="2.1"' in text
    assert "Không có phiếu nào ở đây" in text_of(page(**{"trang-thai": "decided"}))


def test_criteria_sets_are_switched_between(page, ward):
    later = CriteriaSet.objects.get(code="CB4T-2026")
    factories.sheet(factories.UnitFactory(parent=ward.ward, name="Chi bộ Riêng"), criteria=later)
    text = text_of(page())
    assert "Bộ tiêu chí" in text
    assert "Chi bộ Riêng" not in text
    assert "Chi bộ Riêng" in text_of(page(bo="CB4T-2026"))


def test_queries_do_not_grow_with_the_rows(client, people, ward, django_assert_num_queries):
    client.force_login(people.canbo)
    address = reverse("evaluations:grid", args=[PERIOD, ward.ward.code])
    back = {"state": State.RETURNED, "submitted_at": timezone.now()}
    factories.sheet(factories.UnitFactory(parent=ward.ward), **back)
    client.get(address)
    # session, user, period, roles, unit, kinds and sets of the sheets, the sets, answers for the
    # tabs, page count, rows, scores, returned lines
    with django_assert_num_queries(12):
        client.get(address)
    for number in range(20):
        factories.sheet(factories.UnitFactory(parent=ward.ward), **(back if number % 2 else {}))
    with django_assert_num_queries(12):
        assert text_of(client.get(address)).count("data-unit=") == 23


def test_pages_hold_50_rows_or_130_on_request(page, ward):
    for _ in range(50):
        factories.sheet(factories.UnitFactory(parent=ward.ward))
    assert text_of(page()).count("data-unit=") == 50
    assert text_of(page(page="2")).count("data-unit=") == 2
    assert text_of(page(**{"so-hang": "130"})).count("data-unit=") == 52
    assert text_of(page(**{"so-hang": "9999"})).count("data-unit=") == 50


def test_secretary_enters_the_own_cell_only(page, ward, people):
    text = text_of(page(user=people.bithu, unit=ward.a))
    assert text.count("data-unit=") == 1
    assert page(user=people.bithu).status_code == 404


def test_who_may_only_look_is_told_so(page, people):
    assert "không nhập phiếu của đơn vị này" in text_of(page(user=people.lanhdao))


def test_foreign_ward_is_not_found(page, post, ward, people):
    assert page(user=people.nguoila).status_code == 404
    assert post(entry(ward.a, "1.1", "Có"), user=people.nguoila).status_code == 404


def test_line_for_other_kinds_is_closed_and_not_counted(page, ward, monkeypatch):
    monkeypatch.setattr(
        "evaluations.rules.structure.Indicator.applies_to", lambda line, kind: line.code != "1.1"
    )
    text = text_of(page())
    assert text.count("không dành cho loại hình chi bộ này") == 2
    assert "/10 dòng" in text

"""The recognition board in a browser's requests: choose, save, review, issue, correct."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cells.models import Door
from evaluations.models import Recognition, RecognitionChoice, Score, Stage
from evaluations.rules.engine import score_line
from evaluations.services.recognition import recognition_correct
from evaluations.services.recognition_board import board_of
from tests import factories
from tests.evaluations.decided import best
from tests.evaluations.recognised import (
    recognised,
    save,
    ward_sheets,
    year,
    year_set,
    year_sheet,
)


@pytest.fixture
def ward(tree):
    return tree.ward


def url(name, *args):
    return reverse(f"evaluations:{name}", args=["2026", *args])


def board_url(ward):
    return url("recognition_board", ward.code)


def posted(sheets, chosen=(), reasons=None, **more):
    """Return what a board of `sheets` sends."""
    return {
        "cells": [str(sheet.pk) for sheet in sheets],
        "chosen": [str(sheet.pk) for sheet in chosen],
        "version": "0",
        **{f"reason-{sheet.pk}": text for sheet, text in (reasons or {}).items()},
        **more,
    }


def signed(ward, **changed):
    """Return what the review of a ward's draft sends."""
    board = board_of(ward, year())
    return {
        "number": "Số 07-QĐ/ĐU",
        "signed_on": f"{timezone.localdate():%d/%m/%Y}",
        "signer": "Phạm Văn Ký",
        "signer_post": "deputy",
        "version": str(board.draft.version),
        "cells": [str(one.sheet.pk) for one in board.chosen],
    } | changed


def answered(sheet):
    """Store the best answer to every line of a decided sheet."""
    for line in sheet.criteria.rules.indicators.values():
        code, option, num, den, na = best(line)
        score = Score(evaluation=sheet, line=code, stage=Stage.FINAL, num=num, den=den, na=na)
        score.option, answer = option, {"num": num, "den": den}
        if line.options:
            answer = {line.input: option}
        elif line.input == "count":
            answer = {"count": num}
        score.points = score_line(line, answer).points
        score.save()


def test_now_leads_who_has_one_committee_to_its_board(client, ward, people):
    ward_sheets(ward, 90_00)
    client.force_login(people.lanhdao)
    assert client.get(reverse("evaluations:recognition_now")).url == board_url(ward)


def test_now_leads_the_city_to_all_committees(client, tree, people):
    ward_sheets(tree.ward, 90_00)
    ward_sheets(tree.other, 90_00)
    client.force_login(people.thanhuy)
    assert client.get(reverse("evaluations:recognition_now")).url == url("recognitions")


def test_without_a_year_the_page_says_so(client, people):
    client.force_login(people.lanhdao)
    html = client.get(reverse("evaluations:recognition_now")).content.decode()
    assert "Chưa mở năm nào" in html


def test_quarter_is_no_year_to_recognise(client, ward, people):
    factories.PeriodFactory()
    client.force_login(people.lanhdao)
    address = reverse("evaluations:recognition_board", args=["2026-Q4", ward.code])
    assert client.get(address).status_code == 404


def test_board_shows_points_floors_class_and_every_reason(client, ward, tree, people):
    (sheet,) = ward_sheets(ward, 100_00, annual_class="HTXSNV")
    answered(sheet)
    year_sheet(
        tree.a, 80_00, annual_class="HTNV",
        reasons=["total_below", "annual_class_below", "veto:V2"],
    )  # fmt: skip
    client.force_login(people.lanhdao)
    html = client.get(board_url(ward)).content.decode()
    assert "Hoàn thành xuất sắc nhiệm vụ" in html
    assert "30,00" in html
    assert '<span class="visually-hidden">sàn </span>24' in html
    assert "không đặt trần" in html
    for reason in ("Tổng điểm 80,00, cần từ 85,00", "Điểm loại V2", "cần từ “Hoàn thành tốt"):
        assert reason in html
    assert " checked" not in html


def test_board_shows_cap_and_formula(client, ward, people):
    criteria = year_set('percent = 20\nbase = "good_or_better"')
    ward_sheets(ward, *[90_00] * 12, criteria=criteria)
    client.force_login(people.lanhdao)
    html = client.get(board_url(ward)).content.decode()
    assert "20 % × 12 chi bộ xếp loại từ “Hoàn thành tốt nhiệm vụ” trở lên = 2,4" in html
    assert "Mức ngoại lệ" not in html


def test_exception_is_offered_where_the_quota_knows_one(client, ward, people):
    criteria = year_set('percent = 20\nbase = "all"\nexception_percent = 25')
    sheets = ward_sheets(ward, *[90_00] * 8, criteria=criteria)
    client.force_login(people.lanhdao)
    assert "Mức ngoại lệ của trần" in client.get(board_url(ward)).content.decode()
    given = posted(
        sheets, asks_exception="1", has_exception="1", exception_reason=" Kết quả nổi bật "
    )
    client.post(url("recognition_save", ward.code), given)
    made = Recognition.objects.get()
    assert (made.has_exception, made.exception_reason) == (True, "Kết quả nổi bật")
    assert board_of(ward, year()).cap == 2


def test_saving_keeps_choice_and_reason(client, ward, people):
    sheets = ward_sheets(ward, 95_00, 90_00)
    client.force_login(people.canbo)
    answer = client.post(
        url("recognition_save", ward.code),
        posted(sheets, sheets[1:], {sheets[1]: "  Nhiệm vụ   khó "}),
        follow=True,
    )
    html = answer.content.decode()
    assert "Đã lưu bản dự thảo" in html
    assert html.count(" checked") == 1
    assert 'value="Nhiệm vụ khó"' in html


def test_missing_reason_stands_beside_the_row(client, ward, people):
    sheets = ward_sheets(ward, 95_00, 90_00)
    client.force_login(people.canbo)
    saved = client.post(
        url("recognition_save", ward.code),
        posted(sheets, sheets[1:]),
        headers={"HX-Request": "true"},
    )
    html = saved.content.decode()
    name = sheets[0].period_unit.name
    beside = html.split(f'id="loi-{sheets[1].pk}"')[1].split("</div>")[0]
    assert f"{name} có 95,00 điểm, cao hơn" in beside
    assert 'id="ban" value="1"' in html
    assert "Còn 1 chi bộ cần ghi lý do" in html


def test_live_answer_counts_chosen_and_left(client, ward, people):
    criteria = year_set('percent = 20\nbase = "all"')
    sheets = ward_sheets(ward, *[99_00 - n for n in range(10)], criteria=criteria)
    client.force_login(people.canbo)
    saved = client.post(
        url("recognition_save", ward.code),
        posted(sheets, sheets[:1]),
        headers={"HX-Request": "true"},
    )
    assert (
        "Đang chọn <strong>1</strong>, trần <strong>2</strong>, còn <strong>1</strong>"
        in saved.content.decode()
    )
    over = client.post(
        url("recognition_save", ward.code),
        posted(sheets, sheets[:3], version="1"),
        headers={"HX-Request": "true"},
    )
    assert "Vượt trần 1 chi bộ" in over.content.decode()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_second_editor_is_told_and_loses_nothing(client, ward, people, headers):
    sheets = ward_sheets(ward, 95_00, 90_00)
    save(ward, people.canbo, sheets[:1])
    client.force_login(people.canbo2)
    given = posted(sheets, sheets, {sheets[1]: "Điển hình."})
    answer = client.post(url("recognition_save", ward.code), given, headers=headers)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert f"{people.canbo} vừa sửa bản dự thảo này" in html
    assert "Lưu đè bằng lựa chọn của tôi" in html
    if not headers:
        assert html.count(" checked") == 2
        assert 'value="Điển hình."' in html
    assert RecognitionChoice.objects.filter(is_chosen=True).count() == 1
    client.post(url("recognition_save", ward.code), {**given, "overwrite": "1"})
    assert RecognitionChoice.objects.filter(is_chosen=True).count() == 2


@pytest.mark.parametrize("key", ["x", "-1", "9" * 30, "²", "999999"])
def test_bad_keys_never_break_the_page(client, ward, people, key):
    ward_sheets(ward, 90_00)
    client.force_login(people.canbo)
    answer = client.post(
        url("recognition_save", ward.code), {"cells": [key], "chosen": [key], "version": key}
    )
    assert answer.status_code in (302, 409, 422)
    assert not RecognitionChoice.objects.exists()


def test_search_filter_keeps_hidden_choices(client, ward, people):
    shown = year_sheet(factories.UnitFactory(parent=ward, name="Chi bộ Trường Đức Giang"), 90_00)
    hidden = year_sheet(factories.UnitFactory(parent=ward, name="Chi bộ Thôn Đoài"), 95_00)
    save(ward, people.canbo, [hidden])
    client.force_login(people.canbo)
    html = client.get(board_url(ward), {"q": "duc giang"}).content.decode()
    assert f'value="{shown.pk}"' in html
    assert f'name="cells" value="{hidden.pk}"' not in html
    client.post(
        f"{url('recognition_save', ward.code)}?q=duc", posted([shown], [shown], version="1")
    )
    assert {one.sheet for one in board_of(ward, year()).chosen} == {shown, hidden}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"xem": "chon"}, ["chosen"]),
        ({"xem": "chua"}, ["passed"]),
        ({"xem": "thieu"}, ["chosen"]),
        ({"xem": "khac"}, ["passed", "chosen"]),
        ({"loai-hinh": "thon"}, ["passed", "chosen"]),
        ({"loai-hinh": "khac"}, []),
        ({"q": "khong co"}, []),
    ],
)
def test_filters_of_the_board(client, ward, people, asked, expected):
    passed, chosen = ward_sheets(ward, 95_00, 90_00)
    save(ward, people.canbo, [chosen])
    client.force_login(people.canbo)
    rows = client.get(board_url(ward), asked).context["rows"]
    names = {passed: "passed", chosen: "chosen"}
    assert [names[row.sheet] for row in rows] == expected


def test_review_of_an_unready_draft_leads_back_with_the_reason(client, ward, people):
    sheets = ward_sheets(ward, 95_00, 90_00)
    save(ward, people.lanhdao, sheets[1:])
    client.force_login(people.lanhdao)
    answer = client.get(url("recognition_review", ward.code), follow=True)
    assert answer.redirect_chain == [(board_url(ward), 302)]
    assert "Còn 1 chi bộ cần ghi lý do." in answer.content.decode()


def test_leader_reviews_and_issues(client, ward, people):
    sheets = ward_sheets(ward, 95_00, 90_00)
    save(ward, people.canbo, sheets[:1])
    client.force_login(people.lanhdao)
    html = client.get(url("recognition_review", ward.code)).content.decode()
    assert "Được công nhận: 1 chi bộ" in html
    assert "Đủ điều kiện, không được chọn: 1 chi bộ" in html
    answer = client.post(url("recognition_issue", ward.code), signed(ward), follow=True)
    made = Recognition.objects.get()
    assert answer.redirect_chain == [(url("recognition", ward.code, made.pk), 302)]
    assert (made.number, made.signer_post, made.issued_by) == (
        "07-QĐ/ĐU",
        "deputy",
        people.lanhdao,
    )
    assert "Đã ban hành quyết định số 07-QĐ/ĐU, công nhận 1 chi bộ." in answer.content.decode()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"number": ""}, "Hãy nhập số quyết định"),
        ({"number": "x" * 41}, "dài quá 40 ký tự"),
        ({"signed_on": "31/02/2026"}, "Ngày chưa đúng"),
        ({"signed_on": "01/01/2099"}, "Ngày ký không được sau hôm nay"),
        ({"signed_on": "31/12/2025"}, "Ngày ký phải từ 01/01/2026"),
        ({"signer": " "}, "Hãy nhập họ và tên người ký"),
        ({"signer_post": "king"}, "Hãy chọn chức vụ"),
        ({"version": "99"}, "vừa sửa bản dự thảo"),
        ({"cells": []}, "vừa thay đổi"),
    ],
)
def test_bad_input_under_the_decision_is_named_and_kept(client, ward, people, changed, message):
    sheets = ward_sheets(ward, 95_00)
    save(ward, people.lanhdao, sheets)
    client.force_login(people.lanhdao)
    answer = client.post(url("recognition_issue", ward.code), signed(ward, **changed))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert message in html
    if "number" not in changed:
        assert 'value="Số 07-QĐ/ĐU"' in html
    assert Recognition.objects.get().is_draft


def test_number_used_that_day_is_refused_beside_the_field(client, ward, people):
    first, second = ward_sheets(ward, 95_00, 90_00)
    today = timezone.localdate()
    recognised(ward, people.lanhdao, [first], signed_on=today)
    save(ward, people.lanhdao, [second])
    client.force_login(people.lanhdao)
    answer = client.post(url("recognition_issue", ward.code), signed(ward))
    assert "Đã có quyết định công nhận số 07-QĐ/ĐU" in answer.content.decode()
    yesterday = f"{today - timedelta(days=1):%d/%m/%Y}"
    client.post(url("recognition_issue", ward.code), signed(ward, signed_on=yesterday))
    assert Recognition.objects.issued().count() == 2


@pytest.mark.parametrize("name", ["canbo", "kiemtra", "thanhuy"])
def test_only_leaders_decide(client, ward, people, name):
    sheets = ward_sheets(ward, 95_00)
    made = recognised(ward, people.lanhdao, sheets[:1])
    recognition_correct(recognition=made, reason="Nhầm.", by=people.lanhdao, door=Door.WEB)
    client.force_login(getattr(people, name))
    assert client.get(board_url(ward)).status_code == 200
    html = client.get(url("recognition_review", ward.code)).content.decode()
    assert "Ban hành quyết định" not in html
    assert client.post(url("recognition_issue", ward.code), signed(ward)).status_code == 404
    assert client.get(url("recognition_correct", ward.code, made.pk)).status_code == 404


@pytest.mark.parametrize("name", ["kiemtra", "thanhuy"])
def test_others_read_the_board_and_change_nothing(client, ward, people, name):
    sheets = ward_sheets(ward, 95_00)
    client.force_login(getattr(people, name))
    assert 'name="chosen"' not in client.get(board_url(ward)).content.decode()
    answer = client.post(url("recognition_save", ward.code), posted(sheets, sheets))
    assert answer.status_code == 404


def test_leader_of_a_foreign_ward_or_of_a_cell_is_out(client, ward, tree):
    sheets = ward_sheets(ward, 95_00)
    for place in (tree.other, tree.a):
        client.force_login(factories.UserFactory(roles=[("leader", place)]))
        assert client.get(board_url(ward)).status_code == 404
        answer = client.post(url("recognition_save", ward.code), posted(sheets))
        assert answer.status_code == 404


def test_correction_begins_with_the_old_choice_and_its_reason(client, ward, people):
    sheets = ward_sheets(ward, 95_00, 90_00)
    made = recognised(ward, people.lanhdao, sheets)
    client.force_login(people.lanhdao)
    address = url("recognition_correct", ward.code, made.pk)
    assert client.post(address, {"reason": " "}).status_code == 422
    html = client.post(address, {"reason": "Tính nhầm."}, follow=True).content.decode()
    assert "Bản dự thảo này thay" in html
    assert html.count(" checked") == 2
    assert "Đang có một bản dự thảo" in client.post(address, {"reason": "Nữa."}).content.decode()


def test_replaced_decision_says_by_which(client, ward, people):
    sheets = ward_sheets(ward, 95_00)
    made = recognised(ward, people.lanhdao, sheets)
    recognition_correct(recognition=made, reason="Nhầm số liệu.", by=people.lanhdao, door=Door.WEB)
    client.force_login(people.lanhdao)
    client.post(url("recognition_issue", ward.code), signed(ward, number="09-QĐ/ĐU"))
    html = client.get(url("recognition", ward.code, made.pk)).content.decode()
    assert "Quyết định này đã bị thay bởi" in html
    assert "09-QĐ/ĐU" in html
    assert "Thay bằng quyết định khác" not in html


def test_discard_gives_the_draft_up(client, ward, people):
    sheets = ward_sheets(ward, 95_00)
    save(ward, people.canbo, sheets)
    client.force_login(people.canbo)
    client.post(url("recognition_discard", ward.code), {"version": "99"})
    assert Recognition.objects.exists()
    client.post(url("recognition_discard", ward.code), {"version": "1"})
    assert not Recognition.objects.exists()


@pytest.mark.parametrize("name", ["bithu", "lanhdao"])
def test_title_is_shown_only_by_a_decision_in_force(client, tree, people, name):
    sheet = year_sheet(tree.a, 99_00)
    client.force_login(getattr(people, name))
    pages = [
        reverse("evaluations:scorecard", args=["2026", tree.a.code]),
        reverse("evaluations:unit", args=[tree.a.code]),
    ]
    save(tree.ward, people.lanhdao, [sheet])
    for page in pages:
        assert "Được công nhận" not in client.get(page).content.decode()
    made = recognised(tree.ward, people.lanhdao, [sheet])
    for page in pages:
        html = client.get(page).content.decode()
        assert "Được công nhận" in html
        assert "07-QĐ/ĐU" in html
    linked = url("recognition", tree.ward.code, made.pk) in client.get(pages[0]).content.decode()
    assert linked == (name == "lanhdao")
    recognition_correct(recognition=made, reason="Thu hồi.", by=people.lanhdao, door=Door.WEB)
    save(tree.ward, people.lanhdao, [])
    client.force_login(people.lanhdao)
    client.post(url("recognition_issue", tree.ward.code), signed(tree.ward, number="9"))
    for page in pages:
        assert "Được công nhận" not in client.get(page).content.decode()


def test_board_costs_the_same_for_many_cells(client, ward, people, django_assert_num_queries):
    def load():
        # session, user, year, roles, committee, whom it judges; draft, whom again, sheets, criteria
        # sets, titles held, choices; answers of the eligible and of the others; decisions; years
        with django_assert_num_queries(16):
            client.get(board_url(ward))

    sheets = ward_sheets(ward, 95_00, 90_00)
    ward_sheets(ward, 60_00, reasons=["total_below"])
    save(ward, people.canbo, sheets)
    client.force_login(people.lanhdao)
    load()
    ward_sheets(ward, *[90_00] * 20)
    ward_sheets(ward, *[60_00] * 10, reasons=["total_below"])
    load()

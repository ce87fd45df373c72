"""The list of criteria sets and the page of one, for everybody who sees sheets."""

import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluations.models import CriteriaSet
from evaluations.services.criteria_drafts import raw_of
from tests import factories
from tests.evaluations.drafting import CODE, begun, published, ready, saved

pytestmark = pytest.mark.django_db
LIST = "/tieu-chi/"


def url(code):
    return reverse("evaluations:criteria_set", args=[code])


@pytest.fixture
def sets(db):
    factories.quarter_criteria()


def titles(response):
    return [one.code for one, *_ in response.context["rows"]]


def test_list_says_what_each_set_is_for_and_how_often_it_was_used(client, people, tree, sets):
    factories.sheet(tree.a)
    client.force_login(people.bithu)
    response = client.get(LIST)
    used = {one.code: sheets for one, _, sheets in response.context["rows"]}
    assert used["CB4T-QUY-2026"] == 1
    assert used["CB4T-2026"] == 0
    assert "Chi bộ, quý" in response.text
    assert "Mọi đơn vị" in response.text


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("q=dang vien", ["DV4T-2026"]),
        ("q=đảng+viên", ["DV4T-2026"]),
        ("q=quy-2026", ["CB4T-QUY-2026"]),
        ("subject=committee", ["DB4T-2026"]),
        ("subject=cell&period=year", ["CB4T-2026"]),
        ("subject=cell&period=quarter&q=thanh", []),
        ("subject=x&period=y", None),
    ],
)
def test_list_is_searched_with_or_without_marks(client, people, sets, asked, codes):
    client.force_login(people.bithu)
    response = client.get(f"{LIST}?{asked}")
    assert titles(response) == (titles(client.get(LIST)) if codes is None else codes)


def test_nothing_found_says_what_to_do(client, people, sets):
    client.force_login(people.bithu)
    assert "bớt điều kiện" in client.get(f"{LIST}?q=khong-co").text
    CriteriaSet.objects.all().delete()
    assert "Chưa ban hành bộ tiêu chí nào" in client.get(LIST).text


def test_list_is_cut_into_pages(client, people, tree, sets, monkeypatch):
    monkeypatch.setattr("evaluations.views.criteria.PAGE_SIZE", 2)
    client.force_login(people.bithu)
    assert len(titles(client.get(LIST))) == 2
    assert titles(client.get(f"{LIST}?page=2")) != titles(client.get(LIST))
    assert len(titles(client.get(f"{LIST}?page=99"))) == 1


def test_drafts_are_for_those_who_may_write_them(client, people, tree):
    begun(tree.ward, people.thanhuy)
    writer = factories.UserFactory(roles=[("criteria_author", tree.ward)])
    stranger = factories.UserFactory(roles=[("criteria_author", tree.other)])
    for user, sees in ((people.thanhuy, 1), (writer, 1), (stranger, 0), (people.canbo, 0)):
        client.force_login(user)
        response = client.get(LIST)
        assert len(response.context["drafts"]) == sees
        assert ("Bản nháp đang soạn" in response.text) is bool(sees)
    client.force_login(writer)
    assert len(client.get(f"{LIST}?period=year").context["drafts"]) == 0
    assert len(client.get(f"{LIST}?period=quarter&q=thu nghiem").context["drafts"]) == 1


def test_list_costs_the_same_for_many_sets(client, people, tree, django_assert_num_queries):
    client.force_login(people.thanhuy)
    begun(tree.ward, people.thanhuy)
    with django_assert_num_queries(6):  # session, user, roles, sets, sheets, drafts
        client.get(LIST)
    for number in range(5):
        begun(tree.city, people.thanhuy, code=f"NHAP-{number}")
        published(ready(tree.ward, people.thanhuy, code=f"BO-{number}"), people.thanhuy)
    with django_assert_num_queries(6):
        client.get(LIST)


def test_page_says_a_line_as_a_secretary_reads_it(client, people, tree, sets):
    client.force_login(people.bithu)
    text = client.get(url("CB4T-QUY-2026")).text
    for said in (
        "từ 90 %: 4 điểm",
        "trên 0 %: 1 điểm",
        "mẫu số bằng 0: không áp dụng, không tính vào nhóm",
        "Còn việc nhưng trong hạn: 2 điểm",
        "Sổ theo dõi nhiệm vụ của chi bộ",
        "minh chứng hoặc giải trình",
        "nhóm 1 từ 24 điểm",
        "75 % số điểm của dòng",
        "Đạt mức quý khi",
        "Không đặt trần",
        "Chưa có phiếu nào chấm theo bộ này",
    ):
        assert said in text, said
    assert "Tạo bản nháp từ bộ này" not in text
    assert "num_label" not in text
    assert "points" not in text.split("<main")[1].replace("line__points", "").replace(
        "good-nav__points", ""
    )


def test_page_names_hash_uses_and_both_neighbours_of_the_chain(client, people, tree):
    factories.sheet(tree.a)
    new = published(ready(tree.city, people.thanhuy), people.thanhuy)
    client.force_login(people.thanhuy)
    old_page, new_page = client.get(url("CB4T-QUY-2026")).text, client.get(url(CODE)).text
    assert "Quý IV/2026: 1 phiếu" in old_page
    assert f'Được thay bằng <a href="/tieu-chi/bo/{CODE}/">' in old_page
    assert 'Thay cho <a href="/tieu-chi/bo/CB4T-QUY-2026/">' in new_page
    assert new.sha256 in new_page
    assert new_page.count("giữ nguyên") == 24
    assert "Tạo bản nháp từ bộ này" in new_page


def test_long_chain_costs_no_query_per_set(client, people, tree):
    by, counts = people.thanhuy, []
    client.force_login(by)
    last = published(ready(tree.city, by), by)
    for year in (2028, 2029, 2030):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url(last.code)).status_code == 200
        counts.append(len(asked))
        draft = begun(tree.city, by, source=last, code=f"CB4T-QUY-{year}")
        last = published(saved(draft, by, valid_from=last.valid_from.replace(year=year)), by)
    # Session, user, roles, set, sets alike, uses.
    assert counts == [6, 6, 6]
    assert "Trước nữa là" in client.get(url(last.code)).text


def test_page_names_the_kinds_of_cell_of_a_line(client, people, tree):
    factories.CellKindFactory(code="thon", name="Thôn")
    draft = ready(tree.city, people.thanhuy)
    groups = raw_of(draft.text)["groups"]
    groups[0]["indicators"][4]["kinds"] = ["thon"]
    published(saved(draft, people.thanhuy, groups=groups), people.thanhuy)
    client.force_login(people.bithu)
    assert "Chỉ cho loại hình</dt><dd>Thôn" in client.get(url(CODE)).text


def test_file_is_the_text_byte_for_byte(client, people, sets):
    client.force_login(people.bithu)
    response = client.get(reverse("evaluations:criteria_toml", args=["CB4T-QUY-2026"]))
    held = CriteriaSet.objects.get(code="CB4T-QUY-2026")
    assert hashlib.sha256(response.content).hexdigest() == held.sha256
    assert 'filename="CB4T-QUY-2026.toml"' in response["Content-Disposition"]


def test_unknown_set_is_not_found(client, people, sets):
    client.force_login(people.bithu)
    assert client.get(url("KHONG-CO")).status_code == 404

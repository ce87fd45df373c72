"""Drafts edited on screen: sections, lines, rows, findings beside their fields, two authors."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from evaluations.forms.criteria.around import Around
from evaluations.forms.criteria.sections import SECTIONS, Finder
from evaluations.forms.criteria.tables import lines_of
from evaluations.models import CriteriaDraft, CriteriaSet
from evaluations.services.criteria_drafts import raw_of
from tests import factories
from tests.evaluations.drafting import Form, begun, form_of, line_of, ready, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(client, people):
    client.force_login(people.thanhuy)
    return people.thanhuy


@pytest.fixture
def draft(tree, author):
    return ready(tree.city, author)


def section(draft, name):
    return reverse("evaluations:draft_section", args=[draft.pk, name])


def line(draft, code):
    return reverse("evaluations:draft_line", args=[draft.pk, code])


def post(client, url, **typed):
    """Send the form of a page with some fields typed anew; None leaves a field out."""
    sent = form_of(client, url) | {name.replace("__", "-"): value for name, value in typed.items()}
    return client.post(url, {name: value for name, value in sent.items() if value is not None})


def pages(draft):
    names = [one.name for one in lines_of(raw_of(draft.text))]
    return [section(draft, name) for name in SECTIONS] + [line(draft, name) for name in names]


@pytest.mark.parametrize("code", ["CB4T-QUY-2026", "CB4T-2026", "DB4T-2026", "DV4T-2026"])
def test_saving_every_page_as_it_stands_changes_no_letter(client, tree, author, code):
    factories.quarter_criteria()
    source = CriteriaSet.objects.get(code=code)
    draft = ready(tree.city, author, source=source, code="BO-MOI-2027")
    for url in pages(draft):
        response = client.post(url, form_of(client, url))
        assert response.status_code == 302, url
    after = CriteriaDraft.objects.get(pk=draft.pk)
    assert (after.text, after.version) == (draft.text, draft.version)


def test_screen_and_file_give_the_same_letters(client, tree, author, draft):
    """What is typed on the pages, and the same put into the file, is one text with one hash."""
    text = draft.text.replace("{ gte = 95, points = 8 }", "{ gte = 96, points = 8.5 }")
    text = text.replace("gte = 70\n", "gte = 72.5\n").replace("CB4T-QUY-2027", "BO-TU-TEP")
    response = client.post(
        reverse("evaluations:draft_upload"), {"kept": text, "owner": tree.city.code}
    )
    assert response.status_code == 302
    post(client, line(draft, "1.2"), bands__1__threshold="96", bands__1__points="8,5")
    post(client, section(draft, "muc"), levels__1__gte="72,5")
    post(client, section(draft, "chung"), code="bo-tu-man-hinh")
    draft.refresh_from_db()
    uploaded = CriteriaDraft.objects.get(code="BO-TU-TEP")
    assert draft.text == uploaded.text.replace("BO-TU-TEP", "BO-TU-MAN-HINH")


@pytest.mark.parametrize("typed", ["8,5", "8.5", " 8,50 ", "8.50"])
def test_points_are_typed_with_comma_or_dot(client, draft, typed):
    assert post(client, line(draft, "1.1"), max=typed).status_code == 302
    assert line_of(draft, "1.1")["max"] == Decimal("8.5")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("tám", "“tám” không phải là số"), ("1.000", "chưa rõ là số mấy"), ("8,", "không phải là số")],
)
def test_what_is_no_number_stays_typed_beside_its_message(client, draft, typed, said):
    response = post(client, line(draft, "1.1"), max=typed, title="Tên đang gõ")
    assert response.status_code == 422
    assert said in response.text
    sent = Form(response.text).sent
    assert (sent["max"], sent["title"]) == ([typed], ["Tên đang gõ"])
    assert line_of(draft, "1.1")["title"] != "Tên đang gõ"


def test_a_day_that_is_none_stays_typed(client, draft):
    response = post(client, section(draft, "chung"), valid_from="31/02/2027")
    assert response.status_code == 422
    assert "Ngày chưa đúng" in response.text
    assert Form(response.text).sent["valid_from"] == ["31/02/2027"]


def test_an_error_of_content_is_saved_and_shown_beside_its_field(client, draft):
    response = post(client, line(draft, "1.1"), max="5")
    assert response.status_code == 302
    text = client.get(response.url).text
    # The line says that no option reaches 5, the groups page that the sum is off.
    assert 'id="rows-options-notes"' in text
    assert "không có mức nào được đủ 5 điểm" in text
    groups = client.get(section(draft, "nhom")).text
    assert "điểm tối đa là 30 nhưng các dòng cộng lại là 31" in groups
    assert 'id="id_groups-0-max-notes"' in groups
    assert 'aria-describedby="id_groups-0-max-notes"' in groups


def test_findings_speak_of_labels_not_of_keys(client, draft):
    post(client, line(draft, "1.2"), num_label="", max="")
    text = client.get(reverse("evaluations:draft", args=[draft.pk])).text
    assert "thiếu “Đếm gì”" in text
    assert "“num_label”" not in text
    assert "“max”" not in text


BROKEN = {
    "title": "",
    "valid_from": None,
    "valid_to": date(2020, 1, 1),
    "subject": "ai",
    "legal_basis": [],
    "annual_classes": ["A", "A"],
    "levels": [{"code": "a", "gte": 90}, {"title": "B", "code": "b", "gte": 95}],
    "recognition": {"total_gte": 101},
    "quota": {"percent": 0, "base": "sai", "exception_percent": 0},
    "grades": [{"code": "x", "title": "X", "share": 2}],
    "vetoes": [{"code": "V1"}, {"code": "V1", "title": "a", "slug": "s", "source": "b"}],
    "relations": [{"code": "9.9", "was": "1.1", "relation": "same"}, {"relation": "la"}],
}


def broken_lines(raw):
    lines = raw["groups"][0]["indicators"]
    lines[0] |= {"title": "", "options": [{"code": "a", "title": "A", "points": 9}, {}]}
    lines[1] |= {"bands": [{"gte": 1, "gt": 2, "points": 99}, {}], "empty": "x", "kinds": [1]}
    lines[2] |= {"code": lines[1]["code"], "input": "la"}
    lines[3] |= {"code": "", "from_quarter": {"code": "1.1", "how": "sum"}}
    lines[4] |= {"code": "a/b", "max": "nhiều", "evidence": "x"}
    raw["groups"][1] |= {"max": 0, "title": ""}
    raw["groups"][2]["floor_percent"] = 999
    raw["groups"][3] |= {"indicators": []}
    return raw["groups"]


def test_every_finding_leads_to_an_element_of_its_page(client, tree, author):
    draft = begun(tree.city, author)
    raw = raw_of(draft.text)
    draft = saved(draft, author, **BROKEN, groups=broken_lines(raw))
    raw = raw_of(draft.text)
    found = Finder(Around(draft, raw)).found
    assert len(found) > 40
    seen: dict[str, Form] = {}
    for one in found:
        page, _, anchor = one.url.partition("#")
        if page not in seen:
            response = client.get(page)
            assert response.status_code == 200, one
            seen[page] = Form(response.text)
        assert not anchor or anchor in seen[page].ids, one
    without = [one.message for one in found if "#" not in one.url]
    assert len(without) <= 3, without


def test_broken_draft_is_shown_and_mended_page_by_page(client, tree, author):
    draft = begun(tree.city, author)
    draft = saved(draft, author, **BROKEN, groups=broken_lines(raw_of(draft.text)))
    for url in pages(draft):
        assert client.get(url).status_code == 200
        response = client.post(url, form_of(client, url))
        assert response.status_code in (302, 422), url
    assert client.get(reverse("evaluations:draft", args=[draft.pk])).status_code == 200
    assert client.get(reverse("evaluations:draft_publish", args=[draft.pk])).status_code == 200


@pytest.mark.parametrize(
    ("asked", "points"),
    [
        ("bands:up:1", ["8", "10", "6", "4", "0"]),
        ("bands:down:0", ["8", "10", "6", "4", "0"]),
        ("bands:remove:4", ["10", "8", "6", "4"]),
        ("bands:add", ["10", "8", "6", "4", "0", ""]),
        ("bands:up:0", ["10", "8", "6", "4", "0"]),
        ("bands:down:99", ["10", "8", "6", "4", "0"]),
        ("bands:remove:x", ["10", "8", "6", "4", "0"]),
        ("la:up:1", ["10", "8", "6", "4", "0"]),
    ],
)
def test_rows_move_without_javascript_and_nothing_is_saved(client, draft, asked, points):
    response = post(client, line(draft, "1.2"), row=asked, title="Đang gõ")
    assert response.status_code == 200
    sent = Form(response.text).sent
    count = int(sent["bands-count"][0])
    assert [sent[f"bands-{n}-points"][0] for n in range(count)] == points
    assert sent["title"] == ["Đang gõ"]
    assert "chưa lưu" in response.text
    assert line_of(draft, "1.2")["title"] != "Đang gõ"


def test_row_left_blank_is_left_out(client, draft):
    url = line(draft, "1.2")
    sent = Form(post(client, url, row="bands:add").text).sent
    assert client.post(url, sent).status_code == 302
    assert len(line_of(draft, "1.2")["bands"]) == 5


def test_zero_in_a_row_is_no_blank(client, draft):
    url = line(draft, "1.2")
    post(client, url, bands__4__threshold="0", bands__4__points="0")
    assert line_of(draft, "1.2")["bands"][4] == {"gte": 0, "points": 0}


def test_new_option_and_level_get_codes_of_their_titles(client, draft):
    url = line(draft, "1.1")
    sent = Form(post(client, url, row="options:add").text).sent
    sent |= {"options-2-title": "Có, nhưng chậm", "options-2-points": "2"}
    client.post(url, sent)
    assert [one["code"] for one in line_of(draft, "1.1")["options"]] == [
        "yes", "no", "co_nhung_cham",
    ]  # fmt: skip
    url = section(draft, "muc")
    sent = Form(post(client, url, row="levels:add").text).sent
    client.post(url, sent | {"levels-4-title": "Trung bình", "levels-4-gte": "10"})
    draft.refresh_from_db()
    assert raw_of(draft.text)["levels"][4]["code"] == "trung_binh_2"


def test_way_of_measuring_keeps_only_what_belongs_to_it(client, draft):
    post(client, line(draft, "1.2"), input="grade")
    held = line_of(draft, "1.2")
    assert held["input"] == "grade"
    assert not {"bands", "num_label", "den_label", "empty", "may_exceed_100"} & held.keys()


def test_fields_of_another_way_are_not_judged(client, draft):
    response = post(client, line(draft, "1.2"), input="grade", bands__0__points="sai")
    assert response.status_code == 302


def test_line_moves_up_and_down_in_its_group(client, draft):
    def move(code, to):
        url = reverse("evaluations:draft_line_move", args=[draft.pk, code])
        draft.refresh_from_db()
        client.post(url, {"to": to, "version": draft.version})
        draft.refresh_from_db()
        return [one.name for one in lines_of(raw_of(draft.text))][:6]

    assert move("1.2", "up") == ["1.2", "1.1", "1.3", "1.4", "1.5", "1.6"]
    assert move("1.2", "up") == ["1.2", "1.1", "1.3", "1.4", "1.5", "1.6"]
    assert move("1.1", "down") == ["1.2", "1.3", "1.1", "1.4", "1.5", "1.6"]
    assert move("1.6", "la") == ["1.2", "1.3", "1.1", "1.4", "1.5", "1.6"]


def test_line_goes_to_another_group(client, draft):
    post(client, line(draft, "1.2"), group="G2")
    places = {one.name: one.group for one in lines_of(raw_of(CriteriaDraft.objects.get().text))}
    assert places["1.2"] == 1
    assert list(places).index("1.2") == 11


def test_new_line_is_proposed_under_the_next_code_and_owes_a_relation(client, draft):
    url = reverse("evaluations:draft_line_new", args=[draft.pk, 1])
    response = post(client, url, title="Dòng thêm", max="4", source="Đề xuất")
    assert response.status_code == 302
    assert response.url == line(draft, "1.7")
    assert line_of(draft, "1.7")["slug"] == "dong_them"
    rows = Form(client.get(section(draft, "quan-he")).text).sent
    last = int(rows["relations-count"][0]) - 1
    assert rows[f"relations-{last}-code"] == ["1.7"]
    assert rows[f"relations-{last}-relation"] == [""]


def test_renamed_line_takes_its_relation_along(client, draft):
    response = post(client, line(draft, "1.2"), code="1.9")
    assert response.url == line(draft, "1.9")
    draft.refresh_from_db()
    relations = raw_of(draft.text)["relations"]
    assert {"code": "1.9", "was": "1.2", "relation": "same"} in relations


def test_removed_line_leaves_its_old_one_to_be_told(client, draft):
    url = reverse("evaluations:draft_line_remove", args=[draft.pk, "1.2"])
    assert "1.2" in client.get(url).text
    client.post(url, {"version": draft.version})
    draft.refresh_from_db()
    raw = raw_of(draft.text)
    assert "1.2" not in [one.name for one in lines_of(raw)]
    assert "1.2" not in [row["was"] for row in raw["relations"]]
    sent = form_of(client, section(draft, "quan-he"))
    last = int(sent["relations-count"][0]) - 1
    assert (sent[f"relations-{last}-code"], sent[f"relations-{last}-was"]) == ([""], ["1.2"])
    client.post(section(draft, "quan-he"), sent | {f"relations-{last}-relation": "dropped"})
    draft.refresh_from_db()
    assert {"was": "1.2", "relation": "dropped"} in raw_of(draft.text)["relations"]


def test_group_with_lines_cannot_be_left_out_without_them(client, draft):
    url = section(draft, "nhom")
    sent = Form(post(client, url, row="groups:remove:3").text).sent
    response = client.post(url, sent)
    assert response.status_code == 422
    assert "Nhóm G4 còn dòng nên chưa bỏ được" in response.text


def test_new_group_and_new_veto_get_the_next_free_code(client, draft):
    for name, key, code in (("nhom", "groups", "G5"), ("diem-loai", "vetoes", "V5")):
        url = section(draft, name)
        sent = Form(post(client, url, row=f"{key}:add").text).sent
        last = int(sent[f"{key}-count"][0]) - 1
        client.post(url, sent | {f"{key}-{last}-title": "Mục thêm"})
        draft.refresh_from_db()
        assert raw_of(draft.text)[key][-1]["code"] == code


def test_giving_up_succession_gives_up_the_relations(client, draft):
    post(client, section(draft, "chung"), succeeds="")
    draft.refresh_from_db()
    raw = raw_of(draft.text)
    assert "succeeds" not in raw
    assert "relations" not in raw
    assert "không thay bộ nào" in client.get(section(draft, "quan-he")).text


def test_cap_is_set_and_lifted(client, draft):
    url = section(draft, "cong-nhan")
    post(client, url, quota__is_set="on", quota__percent="20", quota__base="good_only")
    draft.refresh_from_db()
    assert raw_of(draft.text)["quota"] == {"percent": 20, "base": "good_only"}
    post(client, url, quota__is_set=None)
    draft.refresh_from_db()
    assert "quota" not in raw_of(draft.text)


def test_taken_code_is_said_beside_the_code(client, draft):
    response = post(client, section(draft, "chung"), code="CB4T-QUY-2026")
    assert response.status_code == 422
    assert 'id="id_code-error"' in response.text
    assert "khác dùng" in response.text


def test_save_in_between_is_told_and_nothing_typed_is_lost(client, draft, people):
    url = line(draft, "1.2")
    mine = form_of(client, url) | {"title": "Tên của tôi"}
    other = saved(draft, people.canbo, title="Tên bộ của người kia")
    response = client.post(url, mine)
    assert response.status_code == 409
    assert f"{people.canbo} vừa lưu bản nháp này" in response.text
    assert reverse("evaluations:draft", args=[draft.pk]) in response.text
    sent = Form(response.text).sent
    assert sent["title"] == ["Tên của tôi"]
    assert sent["version"] == [str(other.version)]
    # Saved again it takes nothing back of what the other one changed.
    assert client.post(url, sent).status_code == 302
    assert line_of(draft, "1.2")["title"] == "Tên của tôi"
    assert raw_of(draft.text)["title"] == "Tên bộ của người kia"


def test_line_that_another_author_removed_comes_back_only_when_asked(client, draft, people):
    url = line(draft, "1.2")
    mine = form_of(client, url)
    groups = raw_of(draft.text)["groups"]
    del groups[0]["indicators"][1]
    saved(draft, people.canbo, groups=groups)
    response = client.post(url, mine)
    assert response.status_code == 409
    assert client.get(url).status_code == 404
    assert client.post(url, Form(response.text).sent).url == url
    assert line_of(draft, "1.2")


def test_page_of_a_section_costs_the_same_for_many_rows(client, draft, django_assert_num_queries):
    # Session, user, roles, draft, sets to succeed, sets known.
    for name, cost in (("chung", 6), ("nhom", 5), ("quan-he", 5)):
        with django_assert_num_queries(cost):
            client.get(section(draft, name))
    with django_assert_num_queries(6):  # … sets known, kinds of cell
        client.get(line(draft, "1.2"))


def test_unknown_section_line_and_group_are_not_found(client, draft):
    for url in (
        section(draft, "la"),
        line(draft, "9.9"),
        reverse("evaluations:draft_line_new", args=[draft.pk, 9]),
        reverse("evaluations:draft_line_remove", args=[draft.pk, "9.9"]),
    ):
        assert client.get(url).status_code == 404


@pytest.mark.parametrize("typed", [{}, {"bands-count": "99999"}, {"bands-count": "x"}])
def test_form_that_was_tampered_with_is_refused_or_saved_never_a_crash(client, draft, typed):
    for url in pages(draft)[:9]:
        response = client.post(url, {"version": str(draft.version)} | typed)
        assert response.status_code in (302, 409, 422)

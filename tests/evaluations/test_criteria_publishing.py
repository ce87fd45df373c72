"""A draft begins from a set or a file and ends as a set, or given up; others cannot reach it."""

import hashlib
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from evaluations.models import CriteriaDraft, CriteriaSet
from evaluations.services.criteria_drafts import draft_discard, raw_of
from evaluations.services.periods import period_open
from tests import factories
from tests.evaluations.drafting import CODE, Form, begun, published, ready, saved

pytestmark = pytest.mark.django_db
NEW = "/tieu-chi/bo/CB4T-QUY-2026/ban-nhap/"
UPLOAD = "/tieu-chi/nhap/tai-len/"


@pytest.fixture
def author(client, people):
    client.force_login(people.thanhuy)
    return people.thanhuy


def url(name, draft):
    return reverse(f"evaluations:{name}", args=[draft.pk])


def file(text, name="bo.toml"):
    return SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())


def test_next_version_and_own_set_begin_on_screen(client, tree, author):
    factories.quarter_criteria()
    typed = {"owner": tree.city.code, "code": "cb4t-quy-2027", "kind": "next"}
    response = client.post(NEW, typed)
    draft = CriteriaDraft.objects.get()
    assert response.url == url("draft", draft)
    assert (draft.code, draft.owner) == (CODE, tree.city)
    assert raw_of(draft.text)["succeeds"] == "CB4T-QUY-2026"
    client.post(NEW, {"owner": tree.ward.code, "code": "BO-RIENG", "kind": "own"})
    assert "succeeds" not in raw_of(CriteriaDraft.objects.get(code="BO-RIENG").text)


@pytest.mark.parametrize(
    ("typed", "place", "said"),
    [
        ({"code": "chữ có dấu"}, "id_code", "chữ in không dấu"),
        ({"code": "CB4T-QUY-2026"}, "id_code", "khác dùng"),
        ({"code": ""}, "id_code", "Hãy đặt mã"),
        ({"kind": "la"}, "id_kind", ""),
        ({"owner": "KHONG-CO"}, "id_owner", "Không có đơn vị nào"),
    ],
)
def test_refused_beginning_says_so_beside_the_field(client, tree, author, typed, place, said):
    factories.quarter_criteria()
    full = {"owner": tree.city.code, "code": CODE, "kind": "next"} | typed
    response = client.post(NEW, full)
    assert response.status_code == 422
    assert f'id="{place}-error"' in response.text
    assert said in response.text
    assert not CriteriaDraft.objects.exists()


def test_file_becomes_a_draft_and_can_be_taken_out_again(client, tree, author):
    text = factories.quarter_criteria().text.replace("CB4T-QUY-2026", CODE)
    client.post(UPLOAD, {"file": file("\ufeff" + text), "owner": tree.city.code})
    draft = CriteriaDraft.objects.get()
    content = client.get(url("draft_toml", draft)).content
    assert content.decode() == draft.text == text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"", "trống"),
        ("code = ", "TOML"),
        ('code = "ABC"\nla = 1', "hông có mục nào tên là “la”"),
        ("title = 1", "Mã bộ tiêu chí gồm"),
        ('code = "ABC"\ntitle = "\\u0000"', "ký tự rỗng"),
    ],
)
def test_refused_file_says_so_beside_the_file(client, tree, author, content, said):
    response = client.post(UPLOAD, {"file": file(content), "owner": tree.city.code})
    assert response.status_code == 422
    assert 'id="id_file-error"' in response.text
    assert said in response.text


def test_file_stays_chosen_when_another_field_is_refused(client, tree, author):
    text = factories.quarter_criteria().text.replace("CB4T-QUY-2026", CODE)
    response = client.post(UPLOAD, {"file": file(text)})
    assert response.status_code == 422
    assert 'id="id_owner-error"' in response.text
    sent = Form(response.text).sent
    assert sent["kept"] == [text]
    # A browser sends line breaks its own way.
    kept = text.replace("\n", "\r\n")
    assert client.post(UPLOAD, {"kept": kept, "owner": tree.city.code}).status_code == 302
    assert CriteriaDraft.objects.get().text == text


def test_draft_takes_its_content_from_a_file(client, tree, author, people):
    draft = ready(tree.city, author)
    text = draft.text.replace("gte = 70\n", "gte = 71\n")
    typed = {"file": file(text), "version": draft.version}
    assert client.post(url("draft_replace", draft), typed).status_code == 302
    draft.refresh_from_db()
    assert draft.text == text


def test_file_that_comes_too_late_is_kept_and_can_be_sent_again(client, tree, author, people):
    draft = ready(tree.city, author)
    text, version = draft.text.replace("gte = 70\n", "gte = 71\n"), draft.version
    saved(draft, people.canbo, title="Khác")
    response = client.post(url("draft_replace", draft), {"file": file(text), "version": version})
    assert response.status_code == 422
    assert "vừa lưu bản nháp này" in response.text
    sent = Form(response.text).sent
    sent.pop("file")
    assert client.post(url("draft_replace", draft), sent).status_code == 302
    draft.refresh_from_db()
    assert draft.text == text


def test_publishing_shows_what_will_be_frozen(client, tree, author):
    factories.PeriodFactory()
    draft = ready(tree.city, author)
    text = client.get(url("draft_publish", draft)).text
    assert "Không còn lỗi nào" in text
    assert hashlib.sha256(draft.text.encode()).hexdigest() in text
    assert "01/01/2026</td><td" in text
    assert "01/01/2027</td>" in text
    assert "Quý I/2027, khi kỳ được mở" in text
    assert text.count("giữ nguyên") >= 24
    assert f"của {tree.city.name} và các đơn vị trực thuộc" in text


def test_draft_with_errors_shows_them_and_no_button(client, tree, author):
    draft = begun(tree.city, author)
    text = client.get(url("draft_publish", draft)).text
    assert "#id_valid_from" in text
    assert "Sau khi ban hành" not in text
    response = client.post(url("draft_publish", draft), {"version": draft.version}, follow=True)
    assert "Còn 1 lỗi phải sửa" in response.text
    assert not CriteriaSet.objects.filter(code=CODE).exists()


def test_published_draft_is_read_only_and_leads_to_its_set(client, tree, author):
    draft = ready(tree.city, author)
    response = client.post(url("draft_publish", draft), {"version": draft.version})
    assert response.url == f"/tieu-chi/bo/{CODE}/"
    page = client.get(url("draft", draft)).text
    assert f'href="/tieu-chi/bo/{CODE}/"' in page
    assert "<form method" not in page.split("<main")[1]
    for name in ("draft_publish", "draft_replace", "draft_discard"):
        assert client.get(url(name, draft)).status_code == 404
    assert client.get(url("draft_toml", draft)).content.decode() == draft.text


def test_publishing_what_somebody_changed_meanwhile_is_refused(client, tree, author, people):
    draft = ready(tree.city, author)
    version = draft.version
    saved(draft, people.canbo, title="Khác")
    response = client.post(url("draft_publish", draft), {"version": version}, follow=True)
    assert "vừa lưu bản nháp này" in response.text
    assert not CriteriaSet.objects.filter(code=CODE).exists()


def test_period_that_is_open_keeps_its_set_and_is_named(client, tree, author):
    factories.PeriodFactory()
    draft = saved(begun(tree.city, author), author, valid_from=date(2026, 10, 1))
    text = client.get(url("draft_publish", draft)).text
    assert "Quý IV/2026 đã mở với bộ khác" in text


def test_later_set_of_the_same_committee_goes_before(client, tree, author):
    factories.PeriodFactory()
    published(ready(tree.city, author), author)
    draft = saved(
        begun(tree.city, author, code="BO-CU-HON", is_successor=False),
        author,
        valid_from=date(2026, 12, 1),
    )
    text = client.get(url("draft_publish", draft)).text
    assert f"từ 01/01/2027 bộ {CODE} được dùng trước" in text


def test_next_quarter_is_opened_with_the_published_set(client, tree, author):
    published(ready(tree.ward, author), author)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.localdate", lambda: date(2027, 1, 2))
        opened = period_open(code="2027-Q1", by=author, door="web")
    used = {row.unit: row.criteria.code for row in opened.period.units.filter(is_expected=True)}
    assert used == {tree.a: CODE, tree.b: CODE, tree.c: "CB4T-QUY-2026"}


def test_given_up_draft_leaves_the_list_and_keeps_its_file(client, tree, author):
    draft = begun(tree.city, author)
    assert "Bỏ bản nháp?" in client.get(url("draft_discard", draft)).text
    client.post(url("draft_discard", draft))
    assert "Bản nháp này đã bỏ" in client.get(url("draft", draft)).text
    assert CODE not in client.get("/tieu-chi/").text
    assert client.get(url("draft_toml", draft)).content.decode() == draft.text


def test_author_of_a_committee_writes_for_the_own_branch_alone(client, tree, people):
    writer = factories.UserFactory(roles=[("criteria_author", tree.ward)])
    own = ready(tree.ward, people.thanhuy)
    foreign = ready(tree.other, people.thanhuy, code="BO-KHAC")
    above = ready(tree.city, people.thanhuy, code="BO-CHUNG")
    client.force_login(writer)
    assert client.get(url("draft", own)).status_code == 200
    for draft in (foreign, above):
        for name in ("draft", "draft_toml", "draft_publish", "draft_replace", "draft_discard"):
            assert client.get(url(name, draft)).status_code == 404
    for owner, status in ((tree.ward, 302), (tree.other, 422), (tree.city, 422)):
        typed = {"owner": owner.code, "code": f"BO-{owner.pk}", "kind": "own"}
        assert client.post(NEW, typed).status_code == status
    assert client.post(url("draft_publish", own), {"version": own.version}).status_code == 302
    assert CriteriaSet.objects.get(code=CODE).owner == tree.ward


def test_reader_reaches_no_draft(client, tree, people):
    draft = begun(tree.ward, people.thanhuy)
    draft_discard(
        draft=begun(tree.ward, people.thanhuy, code="DA-BO"), by=people.thanhuy, door="web"
    )
    for user in (people.canbo, people.lanhdao, people.bithu, people.kiemtra, people.quantri):
        client.force_login(user)
        assert client.get(url("draft", draft)).status_code == 404
        assert client.get(NEW).status_code == 404
        assert client.get(UPLOAD).status_code == 404


def test_draft_page_costs_the_same_for_few_and_many_findings(
    client, tree, author, django_assert_num_queries
):
    draft = ready(tree.city, author)
    # Session, user, roles, draft with its people, sets known.
    with django_assert_num_queries(5):
        client.get(url("draft", draft))
    raw = raw_of(draft.text)
    for group in raw["groups"]:
        for line in group["indicators"]:
            line["title"] = ""
    draft = saved(draft, author, groups=raw["groups"])
    # … sets to succeed, kinds of cell.
    with django_assert_num_queries(6):
        assert len(client.get(url("draft", draft)).context["shown"].errors) >= 24

"""The bell, the list of notices, opening them, choosing which to get."""

import pytest
from django.urls import reverse

from cells.models import AuditEntry, Notice, NoticeKind, NoticeSetting
from cells.services.notices import notice_send

pytestmark = pytest.mark.django_db
LIST = "/thong-bao/"
SETTINGS = "/thong-bao/cai-dat/"


@pytest.fixture
def secretary(client, people):
    client.force_login(people.bithu)
    return client


def tell(user, kind=NoticeKind.COMMENT, text="Có trao đổi mới.", **fields):
    notice_send(kind=kind, to=user, text=text, url="/don-vi/", **fields)
    return Notice.objects.latest("pk")


def shown(response):
    return [notice.text for notice in response.context["page"]]


def test_the_bell_counts_what_is_unread(secretary, people):
    tell(people.bithu)
    tell(people.bithu)
    tell(people.canbo)
    assert '<span class="visually-hidden">chưa đọc: </span>2' in secretary.get(LIST).text


def test_the_bell_shows_no_number_when_all_is_read(secretary):
    assert "notice-bell__count" not in secretary.get(LIST).text


def test_the_bell_costs_no_query_of_its_own(secretary, people, django_assert_num_queries):
    tell(people.bithu)
    with django_assert_num_queries(3):  # session, user with the count, roles
        secretary.get("/doi-mat-khau/")


def test_unread_ones_come_first(secretary, people):
    first, second = tell(people.bithu, text="Một"), tell(people.bithu, text="Hai")
    secretary.post(f"/thong-bao/{second.pk}/da-doc/")
    assert shown(secretary.get(LIST)) == [first.text, second.text]


def test_a_list_shows_ones_own_alone(secretary, people):
    tell(people.canbo)
    assert shown(secretary.get(LIST)) == []


def test_a_list_can_be_of_one_kind(secretary, people):
    tell(people.bithu, text="Một")
    tell(people.bithu, NoticeKind.DECIDED, text="Hai")
    assert shown(secretary.get(f"{LIST}?kind=decided")) == ["Hai"]


def test_what_was_asked_for_by_mail_alone_is_not_in_the_list(secretary, people):
    NoticeSetting.objects.create(user=people.bithu, kind="comment", in_app=False)
    people.bithu.email = "bithu@vidu.vn"
    tell(people.bithu)
    assert shown(secretary.get(LIST)) == []


def test_long_lists_have_pages(secretary, people):
    for number in range(26):
        tell(people.bithu, text=f"Việc {number}")
    assert (len(shown(secretary.get(LIST))), shown(secretary.get(f"{LIST}?page=2"))) == (
        25,
        ["Việc 0"],
    )


def test_opening_one_marks_it_and_leads_to_its_place(secretary, people):
    notice = tell(people.bithu)
    assert secretary.get(f"/thong-bao/{notice.pk}/").url == "/don-vi/"
    assert not Notice.objects.unread().exists()


def test_what_was_read_keeps_its_first_moment(secretary, people):
    notice = tell(people.bithu)
    secretary.get(f"/thong-bao/{notice.pk}/")
    notice.refresh_from_db()
    read_at = notice.read_at
    secretary.get(f"/thong-bao/{notice.pk}/")
    notice.refresh_from_db()
    assert notice.read_at == read_at


def test_all_of_one_kind_are_marked_and_the_others_stay(secretary, people):
    tell(people.bithu)
    tell(people.bithu, NoticeKind.DECIDED)
    response = secretary.post("/thong-bao/da-doc/", {"kind": "decided"})
    assert response.url == f"{LIST}?kind=decided"
    assert [notice.kind for notice in Notice.objects.unread()] == ["comment"]


def test_marking_all_leaves_those_of_others_alone(secretary, people):
    tell(people.canbo)
    secretary.post("/thong-bao/da-doc/")
    assert Notice.objects.unread().count() == 1


def test_choices_are_kept_and_shown_again(secretary, people):
    chosen = {f"mail_{kind}": "on" for kind in NoticeKind if kind != "comment"}
    secretary.post(SETTINGS, {"email": "bithu@vidu.vn", "app_comment": "on", **chosen})
    people.bithu.refresh_from_db()
    tell(people.bithu)
    tell(people.bithu, NoticeKind.RETURNED)
    tell(people.bithu, NoticeKind.DECIDED)
    told = set(Notice.objects.values_list("kind", "in_app", "by_mail"))
    assert told == {
        ("comment", True, False), ("returned", True, True), ("decided", False, True)
    }  # fmt: skip
    form = secretary.get(SETTINGS).context["form"]
    assert [form[name].value() for name in ("app_comment", "mail_comment")] == [True, False]


def test_a_new_address_is_written_into_the_trail(secretary, people):
    secretary.post(SETTINGS, {"email": "bithu@vidu.vn"})
    entry = AuditEntry.objects.get(action="email_changed")
    people.bithu.refresh_from_db()
    assert (entry.by, entry.new, people.bithu.email) == (people.bithu, *["bithu@vidu.vn"] * 2)


def test_a_wrong_address_is_named_beside_its_field_and_nothing_is_lost(secretary, people):
    response = secretary.post(SETTINGS, {"email": "khong phai", "app_comment": "on"})
    assert response.status_code == 422
    assert "Địa chỉ e-mail chưa đúng" in response.text
    assert 'value="khong phai"' in response.text
    assert not NoticeSetting.objects.exists()


@pytest.mark.parametrize("name", ["cells:notices", "cells:notice_settings"])
def test_pages_cost_the_same_for_many(secretary, people, name, django_assert_num_queries):
    # session, user, roles; then count, rows, unread or the choices
    counts = {"cells:notices": 6, "cells:notice_settings": 4}
    for size in (1, 20):
        for _ in range(size):
            tell(people.bithu)
        with django_assert_num_queries(counts[name]):
            secretary.get(reverse(name))

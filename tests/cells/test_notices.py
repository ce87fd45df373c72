"""Telling people: whom, once, where each wants it."""

import pytest
from django.db import IntegrityError, transaction

from cells.models import Notice, NoticeKind, NoticeSetting
from cells.services import recipients
from cells.services.notices import Message, notice_send, notices_send
from tests import factories

pytestmark = pytest.mark.django_db
COMMENT = {"kind": NoticeKind.COMMENT, "text": "Có trao đổi mới.", "url": "/phieu/2026-Q4/X/"}


def told(user):
    return list(Notice.objects.filter(to=user).values_list("key", flat=True))


def test_a_thing_with_a_key_is_told_once(people):
    sent = [notice_send(to=people.bithu, key="a", **COMMENT) for _ in range(2)]
    assert (sent, told(people.bithu)) == ([1, 0], ["a"])


def test_a_thing_without_a_key_is_told_each_time(people):
    for _ in range(2):
        notice_send(to=people.bithu, **COMMENT)
    assert told(people.bithu) == ["", ""]


def test_one_call_tells_nobody_the_same_thing_twice(people):
    assert notice_send(to=[people.bithu, people.bithu], key="a", **COMMENT) == 1


def test_the_same_key_reaches_each_person(people):
    assert notice_send(to=[people.bithu, people.canbo], key="a", **COMMENT) == 2


def test_who_did_it_is_not_told(people):
    notice_send(to=[people.bithu, people.canbo], by=people.canbo, **COMMENT)
    assert (len(told(people.bithu)), told(people.canbo)) == (1, [])


def test_an_account_out_of_use_is_told_nothing(people):
    people.bithu.is_active = False
    assert notice_send(to=people.bithu, **COMMENT) == 0


@pytest.mark.parametrize("url", ["https://noi-khac.vn/", "//noi-khac.vn/", ""])
def test_a_notice_leads_nowhere_outside(people, url):
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(to=people.bithu, kind=NoticeKind.COMMENT, text="x", url=url)


@pytest.mark.parametrize(
    ("kind", "in_app", "by_mail", "expected"),
    [
        (NoticeKind.COMMENT, True, False, [(True, False)]),
        (NoticeKind.COMMENT, False, True, [(False, True)]),
        (NoticeKind.COMMENT, False, False, []),
        (NoticeKind.RETURNED, True, False, [(True, False)]),
    ],
)
def test_each_kind_is_told_where_the_person_wants_it(people, kind, in_app, by_mail, expected):
    people.bithu.email = "bithu@vidu.vn"
    NoticeSetting.objects.create(user=people.bithu, kind=kind, in_app=in_app, by_mail=by_mail)
    notice_send(to=people.bithu, **{**COMMENT, "kind": kind})
    assert list(Notice.objects.values_list("in_app", "by_mail")) == expected


def test_what_is_wanted_by_mail_alone_is_not_kept_without_an_address(people):
    NoticeSetting.objects.create(user=people.bithu, kind=NoticeKind.COMMENT, in_app=False)
    assert notice_send(to=people.bithu, **COMMENT) == 0
    assert not Notice.objects.exists()


def test_a_duty_cannot_be_hidden(people):
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeSetting.objects.create(user=people.bithu, kind=NoticeKind.RETURNED, in_app=False)


@pytest.mark.parametrize("count", [1, 40])
def test_telling_many_costs_the_same(people, count, django_assert_num_queries):
    many = [factories.UserFactory() for _ in range(count)]
    messages = [
        Message(NoticeKind.DECIDED, one, "Đã có quyết định.", "/quyet-dinh/", key="d")
        for one in many
    ]
    with django_assert_num_queries(5):  # savepoint, known, settings, insert, release
        notices_send(messages)


def test_secretaries_are_those_of_the_cell_itself(tree, people):
    found = recipients.secretaries([tree.a, tree.b])
    assert found == {tree.a.pk: [people.bithu], tree.b.pk: []}


def test_officers_are_those_of_the_nearest_committee_that_has_some(tree, people):
    above = factories.UserFactory(roles=[("staff", tree.city)])
    nobody = factories.UnitFactory(parent=factories.CommitteeFactory(parent=tree.city))
    found = recipients.officers_above([tree.a, nobody])
    assert found == {tree.a.pk: [people.canbo, people.canbo2], nobody.pk: [above]}


def test_a_role_that_ended_concerns_nobody(tree, people):
    people.bithu.assignments.update(ends_on=factories.FOUNDED)
    assert recipients.secretaries([tree.a]) == {tree.a.pk: []}

"""Recording reorganisations: ask, try, carry out, take back; nothing typed is lost."""

from datetime import date

import pytest
from django.urls import reverse

from cells.models import Lineage, Reorganisation, Unit
from members.models import Membership, Post
from tests import factories

PAPER = {
    "decision_number": "12-QĐ/ĐU",
    "decided_on": "20/06/2026",
    "signer": "Nguyễn Văn Ký",
    "effective_on": "01/08/2026",
    "note": "",
}


@pytest.fixture
def post(client, people):
    def post(kind, step="try", who="canbo", **typed):
        client.force_login(getattr(people, who))
        data = {**PAPER, "step": step, **{name.replace("__", "-"): v for name, v in typed.items()}}
        return client.post(reverse("evaluations:reorganisation_new", args=[kind]), data)

    return post


@pytest.fixture
def split(tree):
    """Return what is typed to split cell a into two, one member for each."""
    tree.members = [factories.MembershipFactory(cell=tree.a) for _ in range(4)]
    keys = [row.member_id for row in tree.members]
    return {
        "before": tree.a.code,
        "listed": f"{tree.a.code} > A1 A2",
        "rows": "2",
        "after__0__code": "A1",
        "after__0__name": "Chi bộ Xóm Trên",
        "after__1__code": "A2",
        "after__1__name": "Chi bộ Xóm Dưới",
        **{f"members.{key}": f"A{1 + place % 2}" for place, key in enumerate(keys)},
    }


@pytest.mark.parametrize("kind", Reorganisation.Kind.values)
def test_every_kind_has_a_form_and_needs_its_fields(client, people, post, kind):
    client.force_login(people.canbo)
    url = reverse("evaluations:reorganisation_new", args=[kind])
    assert client.get(url).status_code == 200
    empty = client.post(url, {"step": "try"})
    assert empty.status_code == 422
    assert "Nhập số quyết định" in empty.content.decode()
    assert not Reorganisation.objects.exists()


def test_unknown_kind_is_not_found(client, people):
    client.force_login(people.canbo)
    assert client.get("/to-chuc/moi/khac/").status_code == 404


def test_trial_writes_nothing_and_keeps_what_was_typed(post, split):
    page = post("split", **split)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Đảng viên chuyển chi bộ" in text
    assert "Chi bộ Xóm Trên" in text
    assert '<input type="hidden" name="after-1-name" value="Chi bộ Xóm Dưới">' in text
    assert not Reorganisation.objects.exists()
    assert not Unit.objects.filter(code="A1").exists()


def test_applying_does_what_was_tried(post, split, tree):
    answer = post("split", "apply", **split)
    event = Reorganisation.objects.get()
    assert answer.url == reverse("evaluations:reorganisation", args=[event.pk])
    for code in ("A1", "A2"):
        assert Membership.objects.filter(cell__code=code, left_on__isnull=True).count() == 2
    tree.a.refresh_from_db()
    assert tree.a.closed_on == date(2026, 8, 1)


def test_editing_again_keeps_every_field(post, split):
    page = post("split", "edit", **split)
    text = page.content.decode()
    for value in ("12-QĐ/ĐU", "20/06/2026", "Chi bộ Xóm Trên", "A2"):
        assert f'value="{value}"' in text
    assert not page.context["desk"].paper.errors


@pytest.mark.parametrize("before", ["", " >", " > A1 A9"], ids=["never", "no targets", "other"])
def test_members_are_shown_before_a_trial(post, split, tree, before):
    page = post("split", **(split | {"listed": f"{tree.a.code}{before}"}))
    text = page.content.decode()
    assert "bấm “Chạy thử” lần nữa" in text
    assert tree.members[0].member.full_name in text


def test_row_is_added_and_the_rest_stays(post, split):
    text = post("split", "row", **split).content.decode()
    assert 'name="after-2-code"' in text
    assert 'value="Chi bộ Xóm Dưới"' in text


def test_members_are_spread_evenly_or_sent_to_one(post, split):
    desk = post("split", "spread", **split).context["desk"]
    assert [row.chosen for row in desk.members] == ["A1", "A1", "A2", "A2"]
    desk = post("split", "all", all_to="A2", **split).context["desk"]
    assert {row.chosen for row in desk.members} == {"A2"}


def test_posts_can_go_along(post, split, tree):
    held = Post.objects.create(
        member=tree.members[0].member,
        unit=tree.a,
        kind=Post.Kind.SECRETARY,
        starts_on=date(2025, 1, 1),
    )
    post("split", "apply", **split, **{f"posts.{held.pk}": "A1"})
    assert Post.objects.filter(unit__code="A1", ends_on__isnull=True).exists()


def test_refusals_stand_beside_their_field(post, split, tree):
    taken = {"after__1__code": tree.b.code, "listed": f"{tree.a.code} > A1 {tree.b.code}"}
    page = post("split", **(split | taken))
    assert page.status_code == 422
    assert "Chọn mã khác" in page.content.decode()
    assert page.context["desk"].after[1].errors["code"]
    wrong = post("split", **(split | {"effective_on": "32/01/2026"}))
    assert wrong.status_code == 422
    assert 'value="32/01/2026"' in wrong.content.decode()


def test_unit_of_another_ward_is_unknown(post, split, tree):
    page = post("split", **(split | {"before": tree.c.code}))
    assert page.status_code == 422
    assert "trong phạm vi của đồng chí" in page.content.decode()


def test_absorbing_renaming_and_transferring(post, tree):
    member = factories.MembershipFactory(cell=tree.b).member
    listed = f"{tree.b.code} > {tree.a.code}"
    post("absorb", "apply", before=tree.b.code, listed=listed, after__0__code=tree.a.code)
    assert Membership.objects.get(member=member, left_on__isnull=True).cell == tree.a
    post("rename", "apply", before=tree.c.code, after__0__name="Chi bộ Tên Mới", who="thanhuy")
    post(
        "transfer", "apply", before=tree.a.code, after__0__parent=tree.other.code, who="thanhuy",
        effective_on="02/08/2026",
    )  # fmt: skip
    tree.a.refresh_from_db()
    tree.c.refresh_from_db()
    assert (tree.c.name, tree.a.parent) == ("Chi bộ Tên Mới", tree.other)


def test_look_up_names_codes_and_offers_hits(client, people, tree):
    client.force_login(people.canbo)
    url = reverse("evaluations:reorganisation_units")
    assert tree.a.name in client.get(url, {"before": tree.a.code}).content.decode()
    assert tree.b.code in client.get(url, {"before": "duc giang"}).content.decode()
    assert "Không có đơn vị nào" in client.get(url, {"before": "thon dong"}).content.decode()


@pytest.fixture
def event(post, split):
    post("split", "apply", **split)
    return Reorganisation.objects.get()


def test_event_page_tells_and_takes_back(client, event, tree):
    url = reverse("evaluations:reorganisation", args=[event.pk])
    text = client.get(url).content.decode()
    for expected in ("12-QĐ/ĐU", tree.a.name, "Chi bộ Xóm Trên", "Hủy bỏ sự kiện"):
        assert expected in text
    back = reverse("evaluations:reorganisation_revert", args=[event.pk])
    assert client.post(back, {"reason": ""}).status_code == 422
    assert client.post(back, {"reason": "Ghi nhầm"}).url == url
    event.refresh_from_db()
    assert event.reverted_at
    assert "Sự kiện này đã bị hủy bỏ" in client.get(url).content.decode()


def test_event_page_says_why_it_cannot_be_taken_back(client, event):
    factories.MembershipFactory(cell=Unit.objects.get(code="A1"))
    url = reverse("evaluations:reorganisation", args=[event.pk])
    assert "Không hủy bỏ được" in client.get(url).content.decode()


def test_readers_see_an_event_but_no_buttons(client, people, event):
    client.force_login(people.lanhdao)
    text = client.get(reverse("evaluations:reorganisation", args=[event.pk])).content.decode()
    assert "Hủy bỏ sự kiện" not in text
    assert (
        "Ghi sự kiện mới" not in client.get(reverse("evaluations:reorganisations")).content.decode()
    )


def test_list_filters_by_kind_and_unit(client, people, event, tree):
    def shown(query):
        return list(client.get(f"{reverse('evaluations:reorganisations')}?{query}").context["page"])

    assert shown("") == shown("kind=split") == shown("unit=A2") == [event]
    assert shown("kind=merge") == shown(f"unit={tree.b.code}") == []
    client.force_login(people.nguoila)
    assert shown("") == []


def test_list_costs_the_same_for_many(client, people, tree, django_assert_num_queries):
    for number in range(25):
        made = Reorganisation.objects.create(
            kind="rename", effective_on=date(2025, 1, 1), decision_number=f"{number}",
            decided_on=date(2025, 1, 1), signer="Người Ký", plan={},
        )  # fmt: skip
        Lineage.objects.create(reorganisation=made, predecessor=tree.a, successor=tree.a)
    client.force_login(people.canbo)
    # Session, user, roles, count, events, lineage, units before, units after.
    with django_assert_num_queries(8):
        client.get(reverse("evaluations:reorganisations"))

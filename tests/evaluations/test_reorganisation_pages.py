"""Recording one reorganisation: ask, try, carry out; nothing typed is lost."""

from datetime import date

import pytest
from django.urls import reverse

from cells.models import AreaCell, Reorganisation, ResidentialArea, Unit
from evaluations.forms.reorganisations import going
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
        return client.post(address(kind), data, follow=True)

    return post


def address(kind):
    return reverse("evaluations:reorganisation_new", args=[kind])


def living(code):
    """Return the number of members of a cell today."""
    return Membership.objects.filter(cell__code=code, left_on__isnull=True).count()


@pytest.fixture
def split(tree):
    """Return what is typed to split cell a in two, half of its members to each."""
    tree.members = [factories.MembershipFactory(cell=tree.a) for _ in range(4)]
    keys = [row.member_id for row in tree.members]
    return {
        "before": tree.a.code,
        "listed": f"{tree.a.code} > @0 @1",
        "rows": "2",
        "after__0__code": "A1",
        "after__0__name": "Chi bộ Xóm Trên",
        "after__1__code": "A2",
        "after__1__name": "Chi bộ Xóm Dưới",
        "rest_to": "@0",
        **{f"members.{key}": "@1" for key in keys[2:]},
    }


@pytest.mark.parametrize("kind", Reorganisation.Kind.values)
def test_every_kind_has_a_form_and_needs_its_fields(client, people, kind):
    client.force_login(people.canbo)
    assert client.get(address(kind)).status_code == 200
    empty = client.post(address(kind), {"step": "try"})
    assert empty.status_code == 422
    text = empty.content.decode()
    assert "Nhập số quyết định" in text
    assert '<a href="#id_decision_number">' in text
    assert not Reorganisation.objects.exists()


@pytest.mark.parametrize("kind", Reorganisation.Kind.values)
def test_no_form_lists_the_units_of_the_city(client, people, tree, kind):
    client.force_login(people.thanhuy)
    text = client.get(address(kind)).content.decode()
    for unit in Unit.objects.all():
        assert f'value="{unit.code}"' not in text
    assert "data-unit-search" in text


def test_unknown_kind_is_not_found(client, people):
    client.force_login(people.canbo)
    assert client.get("/to-chuc/moi/khac/").status_code == 404


def test_trial_writes_nothing_and_counts_who_goes_where(post, split):
    page = post("split", **split)
    text = page.content.decode()
    assert "Đảng viên chuyển chi bộ" in text
    assert "Chi bộ Xóm Trên" in text
    assert [(one.target.code, one.members) for one in page.context["arrivals"]] == [
        ("A1", 2),
        ("A2", 2),
    ]
    assert '<input type="hidden" name="after-1-name" value="Chi bộ Xóm Dưới">' in text
    assert not Reorganisation.objects.exists()
    assert not Unit.objects.filter(code="A1").exists()


def test_most_go_to_one_unit_and_a_few_are_chosen(post, split, tree):
    for _ in range(56):
        factories.MembershipFactory(cell=tree.a)
    answer = post("split", "apply", **split)
    event = Reorganisation.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("evaluations:reorganisation", args=[event.pk])
    assert (living("A1"), living("A2")) == (58, 2)
    tree.a.refresh_from_db()
    assert tree.a.closed_on == date(2026, 8, 1)


def test_place_of_those_without_a_choice_is_asked_for(post, split, tree):
    page = post("split", **(split | {"rest_to": ""}))
    text = page.content.decode()
    assert page.status_code == 422
    assert '<a href="#rest_to">' in text
    assert "Chọn nơi chuyển về của những người" in text
    everybody = {f"members.{row.member_id}": "@0" for row in tree.members}
    assert post("split", **(split | {"rest_to": ""} | everybody)).context["arrivals"]
    assert post("split", **(split | {"rest_to": "-"})).context["arrivals"]


def test_one_receiver_takes_all_unless_told_otherwise(post, tree):
    factories.MembershipFactory(cell=tree.a)
    typed = {"before": tree.a.code, "receivers": tree.b.code, "rest_to": ""}
    desk = post("dissolve", "list", **typed).context["desk"]
    assert desk.rest_to == tree.b.code
    nowhere = post("dissolve", "list", **(typed | {"rest_to": "-"})).context["desk"]
    assert nowhere.rest_to == "-"


def test_many_of_one_name_are_cut_and_it_is_said(post, tree, monkeypatch):
    monkeypatch.setattr(going, "HITS", 2)
    for _ in range(3):
        factories.MembershipFactory(cell=tree.a, member__full_name="Đỗ Thị Ước")
    page = post("establish", "list", find="uoc")
    assert len(page.context["desk"].people.rows) == 2
    assert "mới hiện một phần" in page.content.decode()


def test_one_of_them_may_go_nowhere(post, split, tree):
    post("split", "apply", **(split | {f"members.{tree.members[0].member_id}": "-"}))
    assert (living("A1"), living("A2")) == (1, 2)


def test_editing_again_keeps_every_field(post, split):
    page = post("split", "edit", **split)
    text = page.content.decode()
    for value in ("12-QĐ/ĐU", "20/06/2026", "Chi bộ Xóm Trên", "A2"):
        assert f'value="{value}"' in text
    desk = page.context["desk"]
    assert desk.rest_to == "@0"
    assert [row.chosen for row in desk.people.rows].count("@1") == 2
    assert not desk.paper.errors


def test_another_code_for_a_new_unit_keeps_who_goes_there(post, split):
    post("split", "apply", **(split | {"after__0__code": "A1X", "after__1__code": "A2X"}))
    assert (living("A1X"), living("A2X")) == (2, 2)


def test_form_opens_as_it_was_left_until_it_is_begun_anew(client, post, split):
    post("split", "try", **split)
    text = client.get(address("split")).content.decode()
    assert 'value="Chi bộ Xóm Trên"' in text
    assert "đã gõ dở" in text
    assert "Chi bộ Xóm Trên" not in client.get(address("merge")).content.decode()
    fresh = client.get(f"{address('split')}?buoc=moi", follow=True).content.decode()
    assert "Chi bộ Xóm Trên" not in fresh
    assert "đã gõ dở" not in client.get(address("split")).content.decode()


def test_what_was_refused_is_there_after_leaving_the_page(client, post, split):
    assert post("split", **(split | {"signer": ""})).status_code == 422
    assert 'value="Chi bộ Xóm Dưới"' in client.get(address("split")).content.decode()


def test_nothing_is_left_once_it_is_carried_out(client, post, split):
    post("split", "apply", **split)
    assert "Chi bộ Xóm Trên" not in client.get(address("split")).content.decode()


def test_who_signs_in_next_does_not_see_it(client, people, post, split):
    post("split", "try", **split)
    client.logout()
    client.force_login(people.canbo2)
    assert "Chi bộ Xóm Trên" not in client.get(address("split")).content.decode()


def test_trial_without_anything_typed_is_the_form(client, people):
    client.force_login(people.canbo)
    page = client.get(f"{address('split')}?buoc=thu")
    assert (page.status_code, page.context["desk"].label) == (200, "Chia tách")


@pytest.mark.parametrize("kind", ["split", "establish"])
def test_unit_given_by_a_page_is_filled_in(client, people, tree, kind):
    client.force_login(people.canbo)
    unit = tree.ward if kind == "establish" else tree.a
    page = client.get(f"{address(kind)}?unit={unit.code}")
    assert f'value="{unit.code}"' in page.content.decode()


@pytest.mark.parametrize("before", ["", " >", " > @0"], ids=["never", "no targets", "other"])
def test_members_are_shown_before_a_trial(post, split, tree, before):
    page = post("split", **(split | {"listed": f"{tree.a.code}{before}"}))
    text = page.content.decode()
    assert "bấm “Chạy thử” lần nữa" in text
    assert tree.members[0].member.full_name in text


def test_row_is_added_and_taken_off_and_the_rest_stays(post, split):
    text = post("split", "row", **split).content.decode()
    assert 'name="after-2-code"' in text
    assert 'value="Chi bộ Xóm Dưới"' in text
    fewer = post("split", "drop", **(split | {"rows": "3"})).content.decode()
    assert 'name="after-2-code"' not in fewer
    assert "Bớt đơn vị" not in fewer


def test_members_are_spread_evenly(post, split):
    desk = post("split", "spread", **split).context["desk"]
    assert [row.chosen for row in desk.people.rows] == ["@0", "@0", "@1", "@1"]


def test_long_list_is_searched_not_shown(post, split, tree, monkeypatch):
    monkeypatch.setattr(going, "LISTED_MOST", 3)
    found = factories.MembershipFactory(cell=tree.a, member__full_name="Đỗ Thị Ước").member
    desk = post("split", "list", **(split | {"find": "do thi uoc"})).context["desk"]
    assert not desk.people.is_whole
    assert desk.people.total == 5
    # Two were chosen before, one is found.
    assert str(found.pk) in {row.key for row in desk.people.rows}
    assert len(desk.people.rows) == 3
    nobody = post("split", "list", **(split | {"find": "khong co ai"})).content.decode()
    assert "Không có đảng viên nào tên “khong co ai”" in nobody


def test_posts_can_go_along(post, split, tree):
    held = secretary(tree.members[0].member, tree.a)
    post("split", "apply", **split, **{f"posts.{held.pk}": "@0"})
    assert Post.objects.filter(unit__code="A1", ends_on__isnull=True).exists()


def secretary(member, unit):
    return Post.objects.create(
        member=member, unit=unit, kind=Post.Kind.SECRETARY, starts_on=date(2025, 1, 1)
    )


def test_refused_row_says_why_beside_its_choice(post, split, tree):
    held = secretary(tree.members[0].member, tree.a)
    page = post("split", **split, **{f"posts.{held.pk}": "@1"})
    text = page.content.decode()
    assert "thì phải chuyển về “A2”" in page.context["desk"].posts[0].error
    assert f'<a href="#posts.{held.pk}">' in text
    assert f'aria-describedby="posts.{held.pk}-error"' in text


@pytest.fixture
def areas(tree):
    """Give cell a two areas of the ward; a third has no cell."""
    made = [
        ResidentialArea.objects.create(
            code=f"T{number}", name=f"Thôn {number}", committee=tree.ward,
            valid_from=factories.FOUNDED,
        )
        for number in range(3)
    ]  # fmt: skip
    for area in made[:2]:
        AreaCell.objects.create(area=area, cell=tree.a, valid_from=factories.FOUNDED)
    return made


def working():
    rows = AreaCell.objects.filter(valid_to__isnull=True).order_by("area__code", "cell__code")
    return list(rows.values_list("area__code", "cell__code"))


def test_areas_go_to_one_unit_or_to_all(post, split, areas):
    chosen = {"areas.T0": "@1", "areas.T1": "*"}
    page = post("split", **split, **chosen)
    assert page.context["arrivals"][0].areas == ["Thôn 1 (T1)"]
    post("split", "apply", **split, **chosen)
    assert working() == [("T0", "A2"), ("T1", "A1"), ("T1", "A2")]


def test_area_without_a_choice_is_told(post, split, areas):
    text = post("split", **split, **{"areas.T0": "@1"}).content.decode()
    assert "“Thôn 1” (T1) chưa có chi bộ nào phụ trách." in text


def test_areas_of_joined_cells_go_along_unless_told_otherwise(post, tree, areas):
    typed = {"before": tree.a.code, "after__0__code": tree.b.code, "listed": f"{tree.a.code} > @0"}
    post("absorb", "apply", **typed, **{"areas.T0": ""})
    assert working() == [("T1", tree.b.code)]


NEW = {
    "after__0__code": "MOI-1",
    "after__0__name": "Chi bộ Khu Mới",
    "after__0__level": "chi_bo",
    "after__0__kind": "to_dan_pho",
}


def test_cell_is_founded_without_any_member(post, tree):
    typed = NEW | {"after__0__parent": tree.ward.code}
    assert "lập chi bộ cần ít nhất 3" in post("establish", **typed).content.decode()
    post("establish", "apply", **typed)
    assert Unit.objects.get(code="MOI-1").path == f"{tree.ward.path}MOI-1/"
    assert living("MOI-1") == 0


def test_cell_is_founded_with_members_and_an_area_that_has_none(post, tree, areas):
    mover = factories.MembershipFactory(cell=tree.a, member__full_name="Đỗ Thị Ước").member
    factories.MembershipFactory(cell=tree.c, member__full_name="Đỗ Thị Ước")
    typed = NEW | {"after__0__parent": tree.ward.code, "find": "uoc"}
    desk = post("establish", "list", **typed).context["desk"]
    # The other of that name belongs to another ward.
    assert [row.key for row in desk.people.rows] == [str(mover.pk)]
    assert [row.key for row in desk.areas] == ["T2"]
    chosen = {f"members.{mover.pk}": "@0", "areas.T2": "@0"}
    again = post("establish", "list", **(typed | {"find": ""}), **chosen)
    assert [row.chosen for row in again.context["desk"].people.rows] == ["@0"]
    post("establish", "apply", **typed, **chosen)
    assert living("MOI-1") == 1
    assert ("T2", "MOI-1") in working()


def test_members_of_a_dissolved_cell_go_to_those_that_are_named(post, tree):
    rows = [factories.MembershipFactory(cell=tree.a) for _ in range(3)]
    other = factories.UnitFactory(parent=tree.ward)
    typed = {
        "before": tree.a.code,
        "receivers": f"{tree.b.code}; {other.code}; ",
        "listed": f"{tree.a.code} > {tree.b.code} {other.code}",
        "rest_to": tree.b.code,
        f"members.{rows[0].member_id}": other.code,
    }
    post("dissolve", "apply", **typed)
    assert (living(tree.b.code), living(other.code)) == (2, 1)


def test_unit_that_cannot_take_anybody_is_refused_in_its_field(post, tree):
    factories.MembershipFactory(cell=tree.a)
    page = post("dissolve", before=tree.a.code, receivers=tree.c.code)
    assert page.status_code == 422
    assert tree.c.code in page.context["desk"].receivers_form.errors["receivers"][0]


def test_units_below_a_joined_committee_go_along(post, tree):
    typed = {
        "before": tree.other.code,
        "listed": f"{tree.other.code} > @0",
        "after__0__code": tree.ward.code,
    }
    page = post("absorb", who="thanhuy", **typed)
    assert not page.context["desk"].moves_members
    text = post("absorb", "list", who="thanhuy", **typed).content.decode()
    assert "1 đơn vị trực thuộc chuyển theo" in text
    post("absorb", "apply", who="thanhuy", **typed)
    tree.c.refresh_from_db()
    assert tree.c.parent == tree.ward


def test_refusals_stand_beside_their_field(post, split, tree):
    page = post("split", **(split | {"after__1__code": tree.b.code}))
    assert "Chọn mã khác" in page.content.decode()
    assert page.context["desk"].after[1].errors["code"]
    wrong = post("split", **(split | {"effective_on": "32/01/2026"}))
    assert wrong.status_code == 422
    assert 'value="32/01/2026"' in wrong.content.decode()


def test_unit_of_another_ward_is_unknown(post, split, tree):
    page = post("split", **(split | {"before": tree.c.code}))
    assert page.context["desk"].before_form.errors["before"]
    assert "trong phạm vi của đồng chí" in page.content.decode()


def test_absorbing_renaming_and_transferring(post, tree):
    member = factories.MembershipFactory(cell=tree.b).member
    listed = f"{tree.b.code} > @0"
    post("absorb", "apply", before=tree.b.code, listed=listed, after__0__code=tree.a.code)
    assert Membership.objects.get(member=member, left_on__isnull=True).cell == tree.a
    post("rename", "apply", before=tree.c.code, after__0__name="Chi bộ Tên Mới", who="thanhuy")
    post(
        "transfer", "apply", before=f"{tree.a.code}; ", after__0__parent=tree.other.code,
        who="thanhuy", effective_on="02/08/2026",
    )  # fmt: skip
    tree.a.refresh_from_db()
    tree.c.refresh_from_db()
    assert (tree.c.name, tree.a.parent) == ("Chi bộ Tên Mới", tree.other)


def test_trial_tells_what_a_unit_becomes_in_words(post, tree):
    moved = post("transfer", before=tree.a.code, after__0__parent=tree.other.code, who="thanhuy")
    assert f"Trực thuộc {tree.other.name} ({tree.other.code})" in moved.content.decode()
    renamed = post("rename", before=tree.a.code, after__0__name="Tên Mới", after__0__kind="khac")
    assert renamed.context["goes_on_as"] == ["Tên Mới", "Đảng viên tạm thời, khác"]


def test_only_the_kind_of_a_cell_may_change(post, tree):
    post("rename", "apply", before=tree.a.code, after__0__name="", after__0__kind="khac")
    tree.a.refresh_from_db()
    assert (tree.a.kind.code, tree.a.name) == ("khac", "Chi bộ Tổ dân phố số 1")


def test_form_costs_the_same_for_many_members(client, post, split, tree, django_assert_num_queries):
    post("split", "edit", **split)
    for _ in range(30):
        factories.MembershipFactory(cell=tree.a)
    # Session, user, roles, units, levels, kinds, then count, members, areas, posts, roles,
    # units below.
    with django_assert_num_queries(12):
        client.get(address("split"))

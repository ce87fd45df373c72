"""Each kind of event: what closes, what is founded, where people and paths go."""

from datetime import date, timedelta

import pytest

from cells import access
from cells.models import (
    AreaCell,
    Assignment,
    AuditEntry,
    Lineage,
    Placement,
    Reorganisation,
    ResidentialArea,
    Unit,
)
from cells.services.reorganisation import (
    ReorganisationRefusedError,
    UnitDraft,
    lineage_of,
    plan_of,
    reorganisation_apply,
    reorganisation_preview,
    reorganisation_revert,
    reorganisations_apply,
)
from members.models import Membership, Post
from tests import factories
from tests.cells.reorganising import DAY, picture, plan, unit

LEVEL = "chi_bo_truc_thuoc"


@pytest.fixture
def world(tree, people):
    """Give cell a six members with a secretary, and b two."""
    tree.in_a = [factories.MembershipFactory(cell=tree.a) for _ in range(6)]
    tree.in_b = [factories.MembershipFactory(cell=tree.b) for _ in range(2)]
    tree.post = Post.objects.create(
        member=tree.in_a[0].member, unit=tree.a, kind="secretary", starts_on=factories.FOUNDED
    )
    area = ResidentialArea.objects.create(
        code="T1", name="Thôn Một", committee=tree.ward, valid_from=factories.FOUNDED
    )
    AreaCell.objects.create(area=area, cell=tree.a, valid_from=factories.FOUNDED)
    tree.by, tree.people = people.thanhuy, people
    return tree


def split(world, **more):
    drafts = [
        UnitDraft("A1", name="Chi bộ A1", level=LEVEL, areas=("T1",)),
        UnitDraft("A2", name="Chi bộ A2", level=LEVEL),
    ]
    first = {str(place.member_id): "A1" for place in world.in_a[:3]}
    return plan("split", [world.a], drafts, members=first, rest_to="A2", **more)


def act(world, asked):
    return reorganisation_apply(plan=asked, by=world.by, door="web")


def refused(world, asked, by=None):
    return [one.message for one in reorganisation_preview(plan=asked, by=by or world.by).refusals]


def test_split_closes_the_cell_and_gives_each_member_a_new_one(world):
    act(world, split(world, posts={world.post.pk: "A1"}))
    old = unit(world.a.code)
    assert old.closed_on == DAY
    assert unit("A1").path == f"{world.ward.path}A1/"
    assert unit("A1").kind == world.a.kind
    there = Membership.objects.active_on(DAY)
    assert there.filter(cell__code="A1").count() == 3
    assert there.filter(cell__code="A2").count() == 3
    assert not there.filter(cell=old).exists()
    assert Membership.objects.active_on(DAY - timedelta(days=1)).filter(cell=old).count() == 6
    assert Post.objects.get(unit__code="A1").member == world.post.member
    assert Post.objects.get(pk=world.post.pk).ends_on == DAY
    assert AreaCell.objects.get(cell__code="A1").valid_from == DAY
    assert AreaCell.objects.get(cell=old).valid_to == DAY
    edges = Lineage.objects.values_list("predecessor__code", "successor__code")
    assert set(edges) == {(old.code, "A1"), (old.code, "A2")}


def test_absorbed_cell_closes_and_the_other_keeps_its_name(world):
    asked = plan("absorb", [world.b], [UnitDraft(world.a.code)], rest_to=world.a.code)
    act(world, asked)
    assert unit(world.b.code).closed_on == DAY
    assert Placement.objects.filter(unit=world.a).count() == 1
    assert Membership.objects.active_on(DAY).filter(cell=world.a).count() == 8


def test_merged_cells_close_and_a_new_one_begins(world):
    draft = UnitDraft("AB", name="Chi bộ AB", level=LEVEL)
    act(world, plan("merge", [world.a, world.b], [draft], rest_to="AB"))
    assert set(Unit.objects.filter(closed_on=DAY)) == {world.a, world.b}
    assert Membership.objects.active_on(DAY).filter(cell__code="AB").count() == 8


@pytest.mark.parametrize("kind", ["dissolve", "disband"])
def test_ended_cell_has_no_successor(world, kind):
    event = act(world, plan(kind, [world.b], rest_to=world.a.code))
    assert event.lineage.get().successor is None
    assert Membership.objects.active_on(DAY).filter(cell=world.a).count() == 8


def test_member_who_is_named_nowhere_is_left_and_warned_of(world):
    asked = plan("dissolve", [world.b])
    preview = reorganisation_preview(plan=asked, by=world.by)
    assert "2 đảng viên chưa được phân về chi bộ nào." in [one.message for one in preview.warnings]
    act(world, asked)
    assert not Membership.objects.filter(member=world.in_b[0].member, left_on=None).exists()


def test_founded_cell_takes_the_named_members_and_ends_their_posts(world):
    members = {str(place.member_id): "N1" for place in world.in_a[:3]}
    draft = UnitDraft("N1", name="Chi bộ N1", parent=world.ward.code, level=LEVEL, kind="thon")
    act(world, plan("establish", [], [draft], members=members))
    assert Membership.objects.active_on(DAY).filter(cell__code="N1").count() == 3
    assert Membership.objects.active_on(DAY).filter(cell=world.a).count() == 3
    assert Post.objects.get(pk=world.post.pk).ends_on == DAY


def test_transfer_rewrites_the_paths_of_the_branch(world):
    inner = factories.CommitteeFactory(parent=world.ward, code="BP")
    leaf = factories.UnitFactory(parent=inner, code="LA")
    act(world, plan("transfer", [inner], [UnitDraft("BP", parent=world.other.code)]))
    assert unit("BP").path == f"{world.other.path}BP/"
    assert unit("LA").path == f"{world.other.path}BP/LA/"
    assert Placement.objects.filter(unit=leaf).count() == 1
    assert Unit.objects.as_of(DAY).get(code="BP").dated_parent_id == world.other.pk
    before = Unit.objects.as_of(DAY - timedelta(days=1)).get(code="BP")
    assert before.dated_parent_id == world.ward.pk


def test_renamed_cell_keeps_its_old_name_before_the_day(world):
    act(world, plan("rename", [world.a], [UnitDraft(world.a.code, name="Chi bộ Hoa Sen")]))
    assert unit(world.a.code).search == Unit.search_text(world.a.code, "Chi bộ Hoa Sen")
    earlier = Unit.objects.as_of(DAY - timedelta(days=1)).get(pk=world.a.pk)
    assert (earlier.dated_name, unit(world.a.code).name) == (world.a.name, "Chi bộ Hoa Sen")


def test_merged_committees_take_their_cells_along(world):
    draft = UnitDraft("MOI", name="Đảng ủy phường Mới")
    act(world, plan("merge", [world.ward, world.other], [draft]))
    new = unit("MOI")
    assert {cell.parent_id for cell in Unit.objects.cells()} == {new.pk}
    assert {cell.path for cell in Unit.objects.cells()} == {
        f"{new.path}{cell.code}/" for cell in (world.a, world.b, world.c)
    }


def test_role_moves_where_the_plan_says_and_ends_elsewhere(world):
    role = Assignment.objects.get(user=world.people.bithu)
    act(world, split(world, assignments={role.pk: "A1"}))
    role.refresh_from_db()
    assert role.ends_on == DAY
    assert Assignment.objects.get(unit__code="A1").user == world.people.bithu
    assert not Assignment.objects.filter(unit=world.a, ends_on=None).exists()


KINDS = {
    "split": lambda w: split(w, posts={w.post.pk: "A1"}),
    "absorb": lambda w: plan("absorb", [w.b], [UnitDraft(w.a.code)], rest_to=w.a.code),
    "merge": lambda w: plan("merge", [w.a, w.b], [UnitDraft("AB", "AB", level=LEVEL)]),
    "committees": lambda w: plan("merge", [w.ward, w.other], [UnitDraft("MOI", "Mới")]),
    "dissolve": lambda w: plan("dissolve", [w.b], rest_to=w.a.code),
    "disband": lambda w: plan("disband", [w.a]),
    "transfer": lambda w: plan("transfer", [w.a], [UnitDraft(w.a.code, parent=w.other.code)]),
    "rename": lambda w: plan("rename", [w.ward], [UnitDraft(w.ward.code, "Đảng ủy phường Sen")]),
    "establish": lambda w: plan(
        "establish", [], [UnitDraft("N1", "N1", w.ward.code, LEVEL)],
        members={str(p.member_id): "N1" for p in w.in_a[:2]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_preview_writes_nothing(world, kind):
    before = picture(without=())
    preview = reorganisation_preview(plan=KINDS[kind](world), by=world.by)
    assert not preview.refusals
    assert picture(without=()) == before


@pytest.mark.parametrize("kind", KINDS)
def test_revert_restores_every_value(world, kind):
    before = picture()
    event = act(world, KINDS[kind](world))
    assert picture() != before
    reorganisation_revert(event=event, reason="Ghi nhầm", by=world.by, door="web")
    assert picture() == before
    event.refresh_from_db()
    assert (event.reverted_by, event.revert_reason) == (world.by, "Ghi nhầm")


@pytest.mark.parametrize("kind", KINDS)
def test_plan_goes_to_json_and_back(world, kind):
    asked = KINDS[kind](world)
    assert plan_of(asked.document()) == asked
    event = act(world, asked)
    assert plan_of(Reorganisation.objects.get(pk=event.pk).plan).before == asked.before


def test_every_event_leaves_a_trail(world):
    event = act(world, split(world))
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"reorganised", "unit_closed", "unit_founded", "membership_opened"} <= actions
    assert AuditEntry.objects.of("reorganisation", event.pk).get().by == world.by


def test_later_event_keeps_an_earlier_one_from_being_taken_back(world):
    first = act(world, split(world))
    later = DAY + timedelta(days=10)
    act(world, plan("rename", ["A1"], [UnitDraft("A1", name="Khác")], on=later))
    with pytest.raises(ReorganisationRefusedError, match="Hủy bỏ sự kiện đó trước"):
        reorganisation_revert(event=first, reason="x", by=world.by, door="web")


def test_member_who_came_since_keeps_it_from_being_taken_back(world):
    event = act(world, split(world))
    factories.MembershipFactory(cell=unit("A1"), joined_on=DAY + timedelta(days=3))
    with pytest.raises(ReorganisationRefusedError, match="Đảng viên đã chuyển đến"):
        reorganisation_revert(event=event, reason="x", by=world.by, door="web")


def test_taken_back_event_is_still_found_on_the_unit(world):
    event = act(world, split(world))
    reorganisation_revert(event=event, reason="x", by=world.by, door="web")
    assert list(Reorganisation.objects.of(world.a)) == [event]
    assert lineage_of(world.a).edges == ()


def test_same_event_can_be_carried_out_again_after_it_was_taken_back(world):
    event = act(world, split(world))
    reorganisation_revert(event=event, reason="x", by=world.by, door="web")
    act(world, split(world))
    assert unit(world.a.code).closed_on == DAY


def test_lineage_follows_both_ways(world):
    act(world, split(world))
    later = DAY + timedelta(days=10)
    draft = UnitDraft("M", name="M", level=LEVEL)
    act(world, plan("merge", ["A1", world.b], [draft], rest_to="M", on=later))
    graph = lineage_of(unit("M"))
    assert {node.code for node in graph.nodes} == {world.a.code, "A1", world.b.code, "M"}
    assert {node.code for node in lineage_of(world.a).nodes} == {world.a.code, "A1", "A2", "M"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"on": date(2030, 1, 1)}, "chưa đến"),
        ({"on": factories.FOUNDED}, "Ngày hiệu lực phải sau"),
        ({"before": ["KHONG"]}, "Không có đơn vị đang hoạt động"),
        ({"after": ["A1"]}, "Cần ít nhất 2"),
        ({"rest_to": "KHONG"}, "Không có đơn vị đang hoạt động"),
        ({"members": {"00000000-0000-0000-0000-000000000000": "A1"}}, "không thuộc các đơn vị"),
        ({"members": {"không phải khóa": "A1"}}, "không thuộc các đơn vị"),
        ({"posts": {0: "A1"}}, "Không có chức vụ này"),
    ],
)
def test_plan_that_cannot_be_is_refused(world, change, message):
    given = {"kind": "split", "before": [world.a], "after": drafts("A1", "A2"), **change}
    assert any(message in text for text in refused(world, plan(**given)))


def drafts(*codes):
    return [UnitDraft(code, name=code, level=LEVEL) for code in codes]


def test_taken_code_is_refused_whatever_its_letters(world):
    Unit.objects.filter(pk=world.c.pk).update(code="Xa1")
    asked = plan("split", [world.a], drafts("XA1", "A2"))
    assert any("Chọn mã khác" in text for text in refused(world, asked))


def test_unit_does_not_go_below_itself(world):
    inner = factories.CommitteeFactory(parent=world.ward, code="BP")
    asked = plan("transfer", [world.ward], [UnitDraft(world.ward.code, parent=inner.code)])
    assert refused(world, asked) == ["Đơn vị không thể nằm dưới chính mình."]


def test_cell_is_no_parent(world):
    asked = plan("transfer", [world.a], [UnitDraft(world.a.code, parent=world.c.code)])
    assert refused(world, asked) == ["Đơn vị cấp trên phải là đảng ủy, không phải chi bộ."]


def test_committee_with_cells_is_not_dissolved(world):
    assert all("còn trực thuộc" in text for text in refused(world, plan("dissolve", [world.ward])))


def test_second_event_of_a_unit_on_one_day_is_refused(world):
    act(world, plan("rename", [world.a], [UnitDraft(world.a.code, name="Một")]))
    asked = plan("rename", [world.a], [UnitDraft(world.a.code, name="Hai")])
    assert any("sự kiện khác" in text for text in refused(world, asked))


def test_closed_unit_is_as_unknown_as_a_foreign_one(world):
    act(world, split(world))
    closed = plan("dissolve", [world.a], on=DAY + timedelta(days=1))
    (message,) = refused(world, closed)
    foreign = plan("dissolve", [world.c])
    (other,) = refused(world, foreign, by=world.people.canbo)
    assert message.replace(world.a.code, world.c.code) == other


def test_two_secretaries_are_refused(world):
    Post.objects.create(
        member=world.in_b[0].member, unit=world.b, kind="secretary", starts_on=factories.FOUNDED
    )
    post = world.post.pk
    asked = plan("absorb", [world.a], [UnitDraft(world.b.code)], posts={post: world.b.code})
    assert any("hai bí thư" in text for text in refused(world, asked))


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("thanhuy", True), ("canbo", True), ("nguoila", False), ("bithu", False), ("lanhdao", False),
     ("kiemtra", False), ("quantri", False)],
)  # fmt: skip
def test_only_staff_and_city_reorganise(world, who, allowed):
    assert bool(refused(world, split(world), by=getattr(world.people, who))) != allowed


def test_ward_staff_do_not_dissolve_their_own_ward(world):
    empty = factories.CommitteeFactory(parent=world.city)
    factories.AssignmentFactory(user=world.people.nguoila, role="staff", unit=empty)
    assert refused(world, plan("dissolve", [empty]), by=world.people.nguoila)
    assert not refused(world, plan("dissolve", [empty]))


def test_batch_is_all_or_nothing(world):
    before = picture(without=())
    plans = [split(world), plan("dissolve", ["KHONG"])]
    with pytest.raises(ReorganisationRefusedError) as error:
        reorganisations_apply(plans=plans, by=world.by, door="web")
    assert [one.plan for one in error.value.refusals] == [1]
    assert picture(without=()) == before


def test_small_cells_are_warned_of(world):
    preview = reorganisation_preview(plan=plan("split", [world.a], drafts("A1", "A2")), by=world.by)
    assert sum("lập chi bộ cần ít nhất 3" in one.message for one in preview.warnings) == 2


def test_effects_are_counted(world):
    preview = reorganisation_preview(plan=split(world), by=world.by)
    counted = {effect.code: effect.count for effect in preview.effects}
    assert counted["members_moved"] == 6
    assert counted["posts_ended"] == 1
    assert counted["areas"] == 1
    assert counted["assignments_ended"] == 2
    assert access.REORGANISE in access.ROLE_ACTIONS["staff"]


def test_holder_of_a_post_goes_where_the_post_goes(world):
    asked = split(world, posts={world.post.pk: "A2"})
    assert any("phải chuyển về “A2”" in text for text in refused(world, asked))


def test_cell_that_a_new_one_drains_is_warned_of(world):
    members = {str(place.member_id): "N1" for place in world.in_a[:4]}
    draft = UnitDraft("N1", name="N1", parent=world.ward.code, level=LEVEL)
    asked = plan("establish", [], [draft], members=members)
    (warning,) = reorganisation_preview(plan=asked, by=world.by).warnings
    assert f"“{world.a.name}” có 2 đảng viên chính thức" in warning.message


def test_branch_too_deep_for_its_new_place_is_refused(world):
    deep = world.other
    for letter in "XYZVU":
        deep = factories.CommitteeFactory(parent=deep, code=letter * 39)
    asked = plan("transfer", [world.ward], [UnitDraft(world.ward.code, parent=deep.code)])
    factories.UnitFactory(parent=world.ward, code="K" * 39)
    assert refused(world, asked) == ["Mã quá dài so với số cấp phía trên."]


@pytest.mark.parametrize(("length", "is_refused"), [(20, False), (39, True)])
def test_cells_too_deep_below_a_new_committee_are_refused(world, length, is_refused):
    deep = world.city
    for letter in "XYZVU":
        deep = factories.CommitteeFactory(parent=deep, code=letter * 39)
    wards = [factories.CommitteeFactory(parent=deep, code=code) for code in ("P1", "P2")]
    for ward in wards:
        factories.UnitFactory(parent=ward, code=f"{ward.code}-KHU-MOI")
    asked = plan("merge", wards, [UnitDraft("M" * length, name="Gộp")])
    found = refused(world, asked)
    assert found == (["Mã quá dài so với số cấp phía trên."] * 2 if is_refused else [])


def test_hundreds_of_cells_go_along_at_the_cost_of_a_few(world, django_assert_max_num_queries):
    def cost(code, cells):
        wards = [factories.CommitteeFactory(parent=world.city) for _ in range(2)]
        for ward in wards:
            for _ in range(cells):
                factories.UnitFactory(parent=ward)
        with django_assert_max_num_queries(200) as captured:
            asked = plan("merge", wards, [UnitDraft(code, name="Gộp")])
            assert refused(world, asked) == []
        return len(captured)

    cost("G0", 1)  # reads the roles of the user, once
    assert cost("G1", 2) == cost("G2", 20)


@pytest.mark.parametrize(("areas", "is_told"), [(("T1",), False), ((), True)])
def test_area_that_no_cell_takes_over_is_told(world, areas, is_told):
    drafts = [
        UnitDraft("A1", name="Một", level=LEVEL, areas=areas),
        UnitDraft("A2", name="Hai", level=LEVEL),
    ]
    asked = plan("split", [world.a], drafts, rest_to="A1")
    warned = [one.message for one in reorganisation_preview(plan=asked, by=world.by).warnings]
    assert ("“Thôn Một” (T1) chưa có chi bộ nào phụ trách." in warned) == is_told


def test_area_in_which_another_cell_works_is_not_told(world):
    area = ResidentialArea.objects.get()
    AreaCell.objects.create(area=area, cell=world.b, valid_from=factories.FOUNDED)
    asked = plan("dissolve", [world.a], rest_to=world.b.code)
    warned = [one.message for one in reorganisation_preview(plan=asked, by=world.by).warnings]
    assert not any("phụ trách" in text for text in warned)

"""Posts that go along in a reorganisation: only to a unit that has such posts."""

from datetime import date

import pytest

from cells.services.reorganisation import UnitDraft, reorganisation_apply, reorganisation_preview
from members.models import Post
from tests import factories
from tests.cells.reorganising import DAY, plan

pytestmark = pytest.mark.django_db
LEVEL = "chi_bo_truc_thuoc"
CELL, COMMITTEE = ("secretary", "deputy_secretary", "cell_committee"), (
    "secretary", "deputy_secretary", "standing_member", "committee_member",
)  # fmt: skip


@pytest.fixture
def held(tree):
    """Give each person a post of the unit; everybody belongs to cell a."""

    def held(unit, kind):
        member = factories.MembershipFactory(cell=tree.a).member
        return Post.objects.create(member=member, unit=unit, kind=kind, starts_on=date(2025, 1, 1))

    return held


def refusals(asked, by):
    return [one.message for one in reorganisation_preview(plan=asked, by=by).refusals]


def split_of_a(tree, post, code):
    drafts = [UnitDraft(new, name=new, level=LEVEL) for new in ("A1", "A2")]
    members = {str(post.member_id): "A1"}
    return plan("split", [tree.a], drafts, members=members, posts={post.pk: code})


def merge_of_wards(tree, post, code):
    new = UnitDraft("MOI", name="Đảng bộ phường Mới", level="dang_bo_phuong")
    return plan("merge", [tree.ward, tree.other], [new], posts={post.pk: code})


@pytest.mark.parametrize("kind", CELL)
def test_post_of_a_cell_goes_to_a_cell(tree, people, held, kind):
    post = held(tree.a, kind)
    asked = split_of_a(tree, post, "A1")
    assert refusals(asked, people.canbo) == []
    reorganisation_apply(plan=asked, by=people.canbo, door="web")
    assert Post.objects.get(unit__code="A1").kind == kind


def test_chi_uy_is_no_post_of_a_committee(tree, people, held):
    (message,) = refusals(split_of_a(tree, held(tree.a, "cell_committee"), tree.ward.code), None)
    assert "“Chi ủy viên” không phải chức vụ ở đảng ủy" in message


@pytest.mark.parametrize("kind", ["secretary", "deputy_secretary"])
def test_post_of_a_cell_is_no_post_of_a_committee(tree, people, held, kind):
    (message,) = refusals(split_of_a(tree, held(tree.a, kind), tree.ward.code), None)
    assert "không chuyển thành chức vụ ở đảng ủy" in message


@pytest.mark.parametrize("kind", COMMITTEE)
def test_post_of_a_committee_goes_to_a_committee(tree, people, held, kind):
    post = held(tree.ward, kind)
    assert refusals(merge_of_wards(tree, post, "MOI"), people.thanhuy) == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("committee_member", "“Đảng ủy viên” không phải chức vụ ở chi bộ"),
        ("standing_member", "“Ủy viên ban thường vụ” không phải chức vụ ở chi bộ"),
        ("secretary", "không chuyển thành chức vụ ở chi bộ"),
    ],
)
def test_post_of_a_committee_is_no_post_of_a_cell(tree, people, held, kind, words):
    post = held(tree.ward, kind)
    (message,) = refusals(merge_of_wards(tree, post, tree.a.code), people.thanhuy)
    assert words in message


def test_refused_post_moves_nothing(tree, people, held):
    post = held(tree.a, "cell_committee")
    reorganisation_preview(plan=split_of_a(tree, post, tree.ward.code), by=people.canbo)
    post.refresh_from_db()
    assert (post.ends_on, Post.objects.count()) == (None, 1)
    assert post.starts_on < DAY

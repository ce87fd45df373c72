"""A member's record, the steps of a transfer, warnings, doubles, exports."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from cells.models import AuditEntry
from members.models import Exemption, Member, Post, Transfer
from tests import factories

DAY = date(2026, 6, 1)


def url(name, *args):
    return reverse(f"members:{name}", args=args)


@pytest.fixture
def staff(client, people):
    client.force_login(people.canbo)
    return client


@pytest.fixture
def person(tree):
    return factories.MembershipFactory(cell=tree.a, member__full_name="Lê Văn Đức").member


def test_every_look_at_a_record_is_written_down(staff, tree, person, people):
    assert staff.get(url("member", person.pk)).status_code == 200
    entry = AuditEntry.objects.get(action="member_viewed")
    assert (entry.by, entry.unit) == (people.canbo, tree.a)


def test_secretary_reads_and_is_offered_nothing(client, people, person):
    client.force_login(people.bithu)
    page = client.get(url("member", person.pk)).content.decode()
    assert "Lê Văn Đức" in page
    assert url("correct", person.pk) not in page
    assert client.get(url("correct", person.pk)).status_code == 404


def test_added_member_stands_in_the_list(staff, tree):
    data = {
        "cell": tree.a.code, "full_name": "Đỗ Ân", "joined_by": "admitted",
        "joined_on": "01/06/2026",
    }  # fmt: skip
    assert staff.post(url("add"), data).status_code == 302
    assert Member.objects.get().admitted_on == DAY
    again = staff.post(url("add"), {**data, "joined_on": "01/06/2010"})
    assert "thành lập" in again.content.decode()


def test_refusal_stands_beside_its_field(staff, person):
    response = staff.post(url("end", person.pk), {"reason": "removed", "on": "01/06/2026"})
    assert "Ghi số quyết định." in response.context["form"].errors["decision"]


def test_who_left_is_still_found_by_the_branch_but_not_in_the_list(staff, person):
    staff.post(url("end", person.pk), {"reason": "died", "on": "01/06/2026"})
    assert not staff.get(url("list")).context["rows"]
    assert staff.get(url("list"), {"ngay": "31/05/2026"}).context["rows"]
    assert staff.get(url("member", person.pk)).status_code == 200


def test_transfer_to_another_ward_is_finished_there(staff, client, people, tree, person):
    staff.post(url("transfer_start", person.pk), {"target": tree.c.code, "moved_on": "01/06/2026"})
    transfer = Transfer.objects.get()
    staff.post(url("transfer_letter", transfer.pk), {"letter_on": "02/06/2026"})
    assert staff.get(url("transfer_present", transfer.pk)).status_code == 404
    client.force_login(people.nguoila)
    client.post(url("transfer_present", transfer.pk), {"presented_on": "03/06/2026"})
    assert person.memberships.get(left_on=None).cell == tree.c
    client.force_login(people.canbo)
    assert client.get(url("member", person.pk)).status_code == 404


def test_late_transfer_is_flagged(staff, tree, person):
    Transfer.objects.create(member=person, origin=tree.a, outside="Nơi khác", moved_on="2026-01-05")
    assert "Quá hạn" in staff.get(url("transfers")).content.decode()


FILTERS = [
    ({"dien": "du-bi"}, "Bình"),
    ({"dien": "mien"}, "Chi"),
    ({"chuc": "secretary"}, "Dung"),
    ({"tuoi": "tu-80"}, "Em"),
    ({"tuoi": "chua-ro"}, "Giang"),
    ({"dien": "tam-thoi"}, "Hà"),
    ({"ngay": "01/01/2021"}, "Ích"),
]


@pytest.fixture
def crowd(tree):
    def join(name, **fields):
        place = factories.MembershipFactory(
            cell=tree.a, joined_on=date(2025, 1, 1),
            **{f"member__{key}": value for key, value in fields.items()},
            member__full_name=name,
        )  # fmt: skip
        return place.member

    join("Bình", full_on=None)
    Exemption.objects.create(member=join("Chi"), starts_on=DAY)
    Post.objects.create(member=join("Dung"), unit=tree.a, kind="secretary", starts_on=DAY)
    join("Em", birth_year=timezone.localdate().year - 80)
    join("Giang", birth_year=None)
    factories.MembershipFactory(member=join("Hà"), cell=tree.b, is_temporary=True, joined_on=DAY)
    factories.MembershipFactory(cell=tree.a, member__full_name="Ích", left_on=date(2022, 1, 1))


@pytest.mark.parametrize(("query", "name"), FILTERS)
def test_filters_live_in_the_address_and_the_workbook_has_the_same(staff, crowd, query, name):
    page = staff.get(url("list"), query)
    assert [str(member) for member, _ in page.context["rows"]] == [name]
    for kind, column in (("list_xlsx", 4), ("profile_xlsx", 1)):
        book = load_workbook(BytesIO(staff.get(url(kind), query).content))
        assert book.sheetnames[0] == "Bìa"
        rows = list(book.worksheets[1].iter_rows(min_row=2, values_only=True))
        assert [row[column] for row in rows] == [name]
    assert AuditEntry.objects.filter(action="members_exported").count() == 2


def test_list_sorts_by_day_of_admission(staff, tree):
    for name, day in (("An", date(2001, 1, 1)), ("Bình", date(2000, 1, 1)), ("Chi", None)):
        factories.MembershipFactory(
            cell=tree.a, member__full_name=name, member__admitted_on=day, member__full_on=None
        )
    rows = staff.get(url("list"), {"xep": "ngay-vao"}).context["rows"]
    assert [str(member) for member, _ in rows] == ["Bình", "An", "Chi"]


def warned(staff, code, **query):
    found = {one.code: one for one in staff.get(url("warnings"), query).context["warnings"]}
    return {text for text, _, _ in found[code].items[:50]}


@pytest.mark.parametrize(
    ("code", "full", "holds"),
    [
        ("few", 2, True),
        ("few", 3, False),
        ("no-committee", 8, False),
        ("no-committee", 9, True),
        ("large", 29, False),
        ("large", 30, True),
    ],
)
def test_warnings_begin_at_their_thresholds(staff, tree, code, full, holds):
    factories.MembershipFactory.create_batch(full, cell=tree.a)
    assert (tree.a.name in warned(staff, code)) is holds


def test_probationary_members_count_for_thirty_but_not_for_nine(staff, tree):
    factories.MembershipFactory.create_batch(8, cell=tree.a)
    factories.MembershipFactory.create_batch(22, cell=tree.a, member__full_on=None)
    assert tree.a.name in warned(staff, "large")
    assert tree.a.name not in warned(staff, "no-committee")


def test_chi_uy_and_secretary_are_checked(staff, tree):
    [place, *_] = factories.MembershipFactory.create_batch(8, cell=tree.a)
    assert tree.a.name in warned(staff, "secretary")
    for kind in ("secretary", "cell_committee"):
        Post.objects.create(member=place.member, unit=tree.a, kind=kind, starts_on=DAY)
    assert tree.a.name not in warned(staff, "secretary")
    assert tree.a.name in warned(staff, "committee")


@pytest.mark.parametrize(("days", "holds"), [(0, False), (1, True)])
def test_probation_over_twelve_months_is_flagged(staff, tree, days, holds):
    year_ago = timezone.localdate().replace(year=timezone.localdate().year - 1)
    factories.MembershipFactory(
        cell=tree.a, member__full_name="Bình", member__full_on=None,
        member__admitted_on=year_ago - timedelta(days=days),
    )  # fmt: skip
    assert ("Bình" in warned(staff, "probation")) is holds


def test_one_kind_of_warning_is_listed_page_by_page(staff, tree):
    factories.MembershipFactory.create_batch(51, cell=tree.a, member__birth_year=None)
    answer = staff.get(url("warnings"), {"loai": "birth-year", "page": "2"})
    assert answer.context["chosen"].code == "birth-year"
    assert len(answer.context["page"].object_list) == 1
    assert "51" in answer.content.decode()
    assert staff.get(url("warnings"), {"loai": "la"}).context["chosen"].code == "few"


def test_branch_without_warnings_says_so(client, tree):
    client.force_login(factories.UserFactory())
    assert "Không có cảnh báo nào" in client.get(url("warnings")).content.decode()


def test_doubles_are_shown_side_by_side_and_merged(staff, tree):
    one = factories.MembershipFactory(cell=tree.a, member__full_name="Lê Hòa").member
    two = factories.MembershipFactory(cell=tree.a, member__full_name="Lê Hoà").member
    assert [set(group) for group in staff.get(url("duplicates")).context["groups"]] == [{one, two}]
    assert staff.post(url("merge", one.pk, two.pk), {}).status_code == 200
    assert staff.post(url("merge", one.pk, two.pk), {"full_name": "double"}).status_code == 302
    assert staff.get(url("member", two.pk)).status_code == 404


@pytest.mark.parametrize("name", ["list", "warnings", "transfers", "duplicates", "list_xlsx"])
def test_pages_cost_the_same_for_few_and_many(staff, tree, name, django_assert_max_num_queries):
    def fill(count):
        for place in factories.MembershipFactory.create_batch(
            count, cell=tree.a, member__full_name="Lê Hòa", member__birth_year=1960
        ):
            Transfer.objects.create(
                member=place.member, origin=tree.a, outside="Nơi khác", moved_on=DAY
            )
        for _ in range(count):
            factories.UnitFactory(parent=tree.ward)

    fill(2)
    with django_assert_max_num_queries(30) as few:
        staff.get(url(name))
    fill(20)
    with django_assert_max_num_queries(len(few)):
        staff.get(url(name))

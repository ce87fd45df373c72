"""Residential areas have a history of their own; cells and areas change apart."""

from datetime import date

import pytest
from django.urls import reverse

from cells.models import AreaCell, AuditEntry, Door, Placement, ResidentialArea
from cells.services import areas
from cells.services.areas import AreaRefusedError, Part
from tests import factories

pytestmark = pytest.mark.django_db
START, BREAK = date(2020, 1, 1), date(2026, 7, 1)
LIST = "/dia-ban/"


@pytest.fixture
def who(people):
    return {"by": people.canbo, "door": Door.WEB}


@pytest.fixture
def area(tree, who):
    """Return an area of the ward in which the cells a and b work."""
    made = areas.area_establish(
        part=Part("TDP5", "Tổ dân phố số 5"), committee=tree.ward, on=START, decision="", **who
    )
    for cell in (tree.a, tree.b):
        areas.area_cell_assign(area=made, cell=cell, on=START, **who)
    return made


def split(area, who, *codes, on=BREAK):
    parts = [Part(code, f"Tổ dân phố {code}") for code in codes]
    return areas.area_split(area=area, parts=parts, on=on, decision="5/QĐ-UBND", **who)


def test_split_ends_the_area_and_its_cells_go_on_in_each_part(tree, area, who):
    made = split(area, who, "5A", "5B")
    area.refresh_from_db()
    assert area.valid_to == BREAK
    for part in made:
        assert list(part.predecessors.all()) == [area]
        working = AreaCell.objects.as_of(BREAK).filter(area=part)
        assert set(working.values_list("cell", flat=True)) == {tree.a.pk, tree.b.pk}
    assert not AreaCell.objects.as_of(BREAK).filter(area=area).exists()
    assert AreaCell.objects.as_of(date(2026, 6, 30)).filter(area=area).count() == 2


def test_split_of_an_area_changes_no_cell(tree, area, who):
    before = list(Placement.objects.order_by("pk").values())
    split(area, who, "5A", "5B")
    assert list(Placement.objects.order_by("pk").values()) == before
    tree.a.refresh_from_db()
    assert tree.a.closed_on is None


def test_rename_keeps_the_old_name_with_its_time(area, who):
    new = areas.area_rename(
        area=area, part=Part("TDP5-2", "Khu dân cư 5"), on=BREAK, decision="", **who
    )
    shown = ResidentialArea.objects.as_of
    assert [one.name for one in shown(date(2026, 6, 30))] == ["Tổ dân phố số 5"]
    assert list(shown(BREAK)) == [new]


def test_close_ends_the_work_of_its_cells(area, who):
    areas.area_close(area=area, on=BREAK, **who)
    assert not AreaCell.objects.as_of(BREAK).exists()
    with pytest.raises(AreaRefusedError, match="đã kết thúc"):
        areas.area_close(area=area, on=date(2026, 8, 1), **who)


@pytest.mark.parametrize(
    ("codes", "on", "says"),
    [
        (["5A"], BREAK, "ít nhất hai"),
        (["5A", "5A"], BREAK, "mã khác nhau"),
        (["5A", "tdp5"], BREAK, "đã có địa bàn dùng"),
        (["5A", "5 B"], BREAK, "không dùng được"),
        (["5A", "moi"], BREAK, "không dùng được"),
        (["5A", "5B"], START, "Chọn ngày sau"),
    ],
)
def test_split_that_cannot_be_leaves_all_as_it_was(area, who, codes, on, says):
    with pytest.raises(AreaRefusedError, match=says):
        split(area, who, *codes, on=on)
    assert ResidentialArea.objects.get().valid_to is None


def test_cell_is_assigned_once_at_a_time_and_again_later(tree, area, who):
    with pytest.raises(AreaRefusedError, match="đã phụ trách"):
        areas.area_cell_assign(area=area, cell=tree.a, on=BREAK, **who)
    areas.area_cell_end(row=area.area_cells.get(cell=tree.a), on=BREAK, **who)
    areas.area_cell_assign(area=area, cell=tree.a, on=BREAK, **who)
    assert area.area_cells.filter(cell=tree.a).count() == 2


def test_committee_and_closed_cell_are_not_assigned(tree, area, who):
    tree.b.closed_on = BREAK
    for unit, says in ((tree.ward, "Chỉ giao"), (tree.b, "đã kết thúc")):
        with pytest.raises(AreaRefusedError, match=says):
            areas.area_cell_assign(area=area, cell=unit, on=BREAK, **who)


def test_every_change_leaves_a_trail(people, area, who):
    split(area, who, "5A", "5B")
    done = AuditEntry.objects.filter(subject_type="residentialarea", by=people.canbo)
    assert set(done.values_list("action", flat=True)) == {
        "area_established",
        "area_cell_assigned",
        "area_split",
    }


def test_list_shows_what_stood_on_the_day(client, people, area, who):
    split(area, who, "5A", "5B")
    client.force_login(people.canbo)
    assert "TDP5" not in client.get(LIST).text
    text = client.get(f"{LIST}?ngay=30/06/2026").text
    assert "TDP5" in text
    assert "Tổ dân phố 5A" in client.get(LIST).text
    assert "Tổ dân phố 5A" not in text
    assert "Đang xem địa bàn" in text


def test_list_is_searched_without_marks_and_says_when_empty(client, people, area):
    client.force_login(people.canbo)
    assert "TDP5" in client.get(f"{LIST}?q=to+dan+pho").text
    assert "Không có địa bàn nào" in client.get(f"{LIST}?q=khong-co").text


@pytest.mark.parametrize(("name", "sees"), [("bithu", True), ("nguoila", False)])
def test_who_sees_an_area(client, people, area, name, sees):
    client.force_login(getattr(people, name))
    assert ("TDP5" in client.get(LIST).text) is sees
    assert client.get(f"{LIST}TDP5/").status_code == (200 if sees else 404)


def test_page_tells_the_history(client, people, area, who):
    split(area, who, "5A", "5B")
    client.force_login(people.canbo)
    text = client.get(f"{LIST}TDP5/").text
    assert "Sau thành" in text
    assert reverse("cells:area", args=["5A"]) in text
    assert "Trước là" in client.get(f"{LIST}5A/").text


def test_staff_adds_splits_and_assigns_on_the_pages(client, tree, people):
    client.force_login(people.canbo)
    new = {"committee": tree.ward.code, "code": "T1", "name": "Tổ 1", "on": "01/01/2026"}
    assert client.post(f"{LIST}moi/", new).url == f"{LIST}T1/"
    given = {"cell": tree.a.code, "on": "01/01/2026"}
    assert client.post(f"{LIST}T1/chi-bo/", given).status_code == 302
    parts = {"parts": "T1A, Tổ 1A\nT1B, Tổ 1B", "on": "01/07/2026"}
    assert client.post(f"{LIST}T1/tach/", parts).status_code == 302
    row = AreaCell.objects.get(area__code="T1A")
    assert (row.cell, row.valid_from) == (tree.a, BREAK)
    ended = client.post(f"{LIST}T1A/chi-bo/{row.pk}/", {"on": "01/10/2026"})
    assert ended.status_code == 302


def test_refusal_stands_at_its_field(client, people, area):
    client.force_login(people.canbo)
    answer = client.post(f"{LIST}TDP5/ket-thuc/", {"on": "01/01/2019"})
    assert answer.status_code == 422
    assert "Chọn ngày sau 01/01/2020" in answer.text


def test_staff_assigns_no_cell_of_another_ward(client, tree, people, area):
    client.force_login(people.canbo)
    answer = client.post(f"{LIST}TDP5/chi-bo/", {"cell": tree.c.code, "on": "01/07/2026"})
    assert answer.status_code == 422


def test_list_costs_the_same_for_many(client, tree, people, who, django_assert_num_queries):
    client.force_login(people.canbo)
    for n in range(12):
        areas.area_establish(
            part=Part(f"K{n}", f"Khu {n}"), committee=tree.ward, on=START, decision="", **who
        )
        if n in (0, 11):
            cell = factories.UnitFactory(parent=tree.ward)
            area = ResidentialArea.objects.get(code=f"K{n}")
            areas.area_cell_assign(area=area, cell=cell, on=START, **who)
            # Session, user, roles, count, areas, their cells.
            with django_assert_num_queries(6):
                client.get(LIST)


def test_areas_are_listed_by_the_value_of_their_numbers(client, tree, people, area, who):
    for code in ("10", "9"):
        areas.area_establish(
            part=Part(f"TDP{code}", f"Tổ dân phố số {code}"), committee=tree.ward, on=START,
            decision="", **who,
        )  # fmt: skip
    client.force_login(people.canbo)
    names = [one.name for one in client.get(LIST).context["page"]]
    assert names == ["Tổ dân phố số 5", "Tổ dân phố số 9", "Tổ dân phố số 10"]

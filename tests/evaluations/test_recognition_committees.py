"""The city recognises grassroots committees on the same board, by their own year sheets."""

from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from evaluations.models import Recognition
from evaluations.services.recognition_board import board_of
from tests.evaluations import modes
from tests.evaluations.recognised import issue, save

pytestmark = pytest.mark.django_db


def url(name, *more):
    return reverse(f"evaluations:{name}", args=["2026", *more])


@pytest.fixture
def judged(tree, people):
    """Decide the year of one committee; that of the other is open."""
    modes.opened("2026")
    sheet = modes.sheet_of(tree.ward, "2026")
    sheet.annual_class = "HTTNV"
    sheet.save(update_fields=["annual_class"])
    modes.fill(sheet, people.canbo)
    modes.submit(sheet, people.canbo)
    modes.appraise(sheet, people.thanhuy)
    modes.decide([sheet], people.thanhuy)
    sheet.refresh_from_db()
    assert sheet.is_eligible, sheet.reasons
    return sheet


def test_board_of_the_city_holds_committees_alone(judged, tree):
    found = board_of(tree.city, judged.period)
    assert [one.sheet for one in found.candidates] == [judged]
    assert [sheet.unit for sheet in found.undecided] == [tree.other]
    assert found.subject.title == "Đảng bộ cơ sở bốn tốt"


def test_board_of_a_ward_still_holds_its_cells(judged, tree):
    found = board_of(tree.ward, judged.period)
    assert {sheet.unit for sheet in found.undecided} == {tree.a, tree.b}
    assert found.subject.title == "Chi bộ bốn tốt"


@pytest.mark.parametrize(
    ("who", "seen", "saved"),
    [
        ("thanhuy", 200, 302),
        ("kiemtra", 200, 404),
        ("canbo", 404, 404),
        ("lanhdao", 404, 404),
        ("bithu", 404, 404),
        ("quantri", 404, 404),
    ],
)
def test_only_the_city_chooses_among_committees(client, people, judged, tree, who, seen, saved):
    client.force_login(getattr(people, who))
    assert client.get(url("recognition_board", tree.city.code)).status_code == seen
    posted = {"version": "0", "cells": [judged.pk], "chosen": [judged.pk]}
    assert client.post(url("recognition_save", tree.city.code), posted).status_code == saved
    assert Recognition.objects.exists() is (saved == 302)


def test_city_admin_does_not_choose_among_the_cells_of_a_ward(client, people, judged, tree):
    client.force_login(people.thanhuy)
    assert client.get(url("recognition_board", tree.ward.code)).status_code == 200
    posted = client.post(url("recognition_save", tree.ward.code), {"version": "0"})
    assert posted.status_code == 404


def test_decision_of_the_city_names_committees_and_is_signed_for_its_bureau(
    client, people, judged, tree
):
    save(tree.city, people.thanhuy, [judged])
    made = issue(tree.city, people.thanhuy, number="19-QĐ/TU")
    client.force_login(people.thanhuy)
    args = (tree.city.code, made.pk, "quyet-dinh", "pdf")
    pages = PdfReader(BytesIO(client.get(url("recognition_paper", *args)).content)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert "“Đảng bộ cơ sở bốn tốt” năm 2026 đối với 1 đảng bộ cơ sở" in text
    assert "T/M BAN THƯỜNG VỤ" in text
    assert tree.ward.name in text
    assert "chi bộ trực thuộc" not in text


def test_list_leads_the_city_to_its_own_board_and_counts_on_it(client, people, judged, tree):
    save(tree.city, people.thanhuy, [judged])
    issue(tree.city, people.thanhuy, number="19-QĐ/TU")
    client.force_login(people.thanhuy)
    page = client.get(url("recognitions")).content.decode()
    assert url("recognition_board", tree.city.code) in page
    assert "2 đảng bộ cơ sở, 1 đã có quyết định kết quả, 1 đủ điều kiện, 1 được công nhận" in page
    client.force_login(people.canbo)
    page = client.get(url("recognitions")).content.decode()
    assert url("recognition_board", tree.city.code) not in page

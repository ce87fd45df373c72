"""The page: test first, then exactly that file, once, by its owner."""

import re
import stat

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from cells.models import Job, Unit
from cells.workbook import open_book
from evaluations.services.imports import upload_path
from evaluations.views import imports as views
from members.models import Member
from tests import factories
from tests.workbooks import DATA, ward_of_the_data, workbook


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def ward(db, client):
    ward, cells, clerk = ward_of_the_data()
    for cell in cells:
        factories.sheet(cell)
    client.force_login(clerk)
    return ward


@pytest.fixture
def upload(client):
    def upload(path, kind="members", name=None):
        file = SimpleUploadedFile(name or path.name, path.read_bytes())
        return client.post(reverse("evaluations:imports"), {"kind": kind, "file": file})

    return upload


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_file_is_tested_then_imported_once(client, ward, upload):
    page = upload(DATA / "ward_members.xlsx")
    answer = client.get(page.url)
    assert "Sẽ thêm 4, sửa 0, giữ nguyên 0 đảng viên." in text(answer)
    assert "Nhập thật" in text(answer)
    assert not Member.objects.exists()
    done = client.post(page.url + "nhap-that/", follow=True)
    assert "Đã thêm 4, đã sửa 0, giữ nguyên 0 đảng viên." in text(done)
    assert "Nhập thật" not in text(done)
    assert Member.objects.count() == 4
    again = client.post(page.url + "nhap-that/", follow=True)
    assert "đã được nhập rồi" in text(again)
    assert Member.objects.count() == 4


def test_file_is_kept_for_its_owner_until_it_went_in(client, ward, upload):
    page = upload(DATA / "ward_members.xlsx")
    path = upload_path(Job.objects.get())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    client.post(page.url + "nhap-that/")
    assert not path.exists()


@pytest.mark.parametrize("other", ["colleague", "technical"])
def test_nobody_else_reaches_an_upload(client, ward, upload, other):
    page = upload(DATA / "ward_members.xlsx")
    people = {
        "colleague": factories.UserFactory(roles=[("staff", ward)]),
        "technical": factories.UserFactory(is_superuser=True),
    }
    client.force_login(people[other])
    assert client.get(page.url).status_code == 404
    assert client.post(page.url + "nhap-that/").status_code == 404
    assert not Member.objects.exists()


def test_file_changed_after_the_test_is_refused(client, ward, upload):
    page = upload(DATA / "ward_members.xlsx")
    upload_path(Job.objects.get()).write_bytes((DATA / "ward_units.xlsx").read_bytes())
    answer = client.post(page.url + "nhap-that/", follow=True)
    assert "đã bị thay đổi" in text(answer)
    assert not Member.objects.exists()


def test_data_changed_after_the_test_is_reported_and_nothing_written(client, ward, upload):
    page = upload(DATA / "ward_members.xlsx")
    Unit.objects.filter(code="TN-B").update(closed_on="2026-10-01")
    answer = client.post(page.url + "nhap-that/", follow=True)
    assert "dữ liệu đã thay đổi" in text(answer)
    assert "Chi bộ đã kết thúc hoạt động" in text(answer)
    assert not Member.objects.exists()


def test_errors_are_listed_by_row_and_nothing_can_be_applied(client, ward, upload, tmp_path):
    path = workbook(
        tmp_path / "a.xlsx", ["Họ và tên", "Mã chi bộ", "Số thẻ"], ["<b>An</b>", "X", "00116"]
    )
    answer = text(client.get(upload(path).url))
    assert "tệp có 2 lỗi" in answer
    assert "Dòng 2" in answer
    assert "Nhập thật" not in answer
    assert "<b>An" not in answer


def test_many_errors_are_cut_with_their_number(client, ward, upload, tmp_path, monkeypatch):
    monkeypatch.setattr(views, "ERRORS_SHOWN", 2)
    rows = [["An", f"X{n}"] for n in range(5)]
    path = workbook(tmp_path / "a.xlsx", ["Họ và tên", "Mã chi bộ"], *rows)
    assert "… và 3 lỗi nữa cùng loại." in text(client.get(upload(path).url))


@pytest.mark.parametrize("name", ["a.xls", "a.csv", "a.ods"])
def test_other_formats_are_refused_with_a_way_out(ward, upload, name):
    answer = upload(DATA / "ward_members.xlsx", name=name)
    assert answer.status_code == 422
    assert "Lưu thành" in text(answer)


def test_file_that_only_looks_right_is_reported(client, ward, upload):
    answer = client.get(upload(DATA / "make_workbooks.py", name="a.xlsx").url)
    assert "không phải là tệp .xlsx" in text(answer)


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        ("staff", {"sheets", "members", "units"}),
        ("secretary", {"sheets"}),
        ("city_admin", {"members", "units"}),
        ("inspector", None),
        ("leader", None),
    ],
)
def test_page_offers_what_the_user_may_import(client, ward, role, kinds):
    client.force_login(factories.UserFactory(roles=[(role, ward)]))
    answer = client.get(reverse("evaluations:imports"))
    if kinds is None:
        assert answer.status_code == 404
    else:
        page = text(answer)
        known = {"sheets", "members", "units"}
        assert {kind for kind in known if f'value="{kind}"' in page} == kinds


@pytest.mark.parametrize("kind", ["units", "members", "sheets"])
def test_template_can_be_imported_as_it_is(client, ward, upload, tmp_path, kind):
    answer = client.get(reverse("evaluations:import_template", args=[kind]))
    path = tmp_path / "mau.xlsx"
    path.write_bytes(answer.content)
    assert [grid.title for grid in open_book(path) if not grid.hidden][1] == "Hướng dẫn"
    assert "chưa có dòng dữ liệu nào" in text(client.get(upload(path, kind).url))


def test_sheets_are_exported_for_the_own_branch_only(client, ward, tmp_path):
    period = "2026-Q4"
    answer = client.get(reverse("evaluations:sheets_xlsx", args=[period, "TN"]))
    path = tmp_path / "phieu.xlsx"
    path.write_bytes(answer.content)
    page = load_workbook(path)["Phiếu chấm"]
    assert [page["A6"].value, page["A7"].value] == ["TN-A", "TN-B"]
    factories.CommitteeFactory(code="LA")
    for code in ("LA", "KHONG-CO", ward.parent.code):
        assert client.get(f"/nhap-du-lieu/phieu/{period}/{code}.xlsx").status_code == 404


def test_page_links_to_the_export_of_the_open_quarter(client, ward):
    answer = client.get(reverse("evaluations:imports"))
    assert "/nhap-du-lieu/phieu/2026-Q4/TN.xlsx" in text(answer)

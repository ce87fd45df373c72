"""Many events from one file: tried, then exactly that file is carried out, once, by its owner."""

from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from cells.models import AuditEntry, Job, Reorganisation, Unit
from cells.services.jobs import job_run
from cells.services.reorganisation.file_rows import COLUMNS
from cells.services.reorganisation.files import plan_file
from evaluations.services.imports import upload_path
from evaluations.services.reorganisation_uploads import CARRYING_OUT, TRIAL
from evaluations.views import reorganisation_files as views
from members.models import Membership
from tests import factories
from tests.cells.reorganising import picture
from tests.workbooks import workbook

HEADER = (
    "Loại", "Ngày hiệu lực", "Số quyết định", "Ngày ký", "Người ký", "Mã trước", "Mã sau",
    "Tên sau", "Cấp", "Chuyển đảng viên",
)  # fmt: skip
PAPER = (date(2026, 8, 1), "7-QĐ/ĐU", date(2026, 7, 20), "Nguyễn Văn Ký")
URL = "/to-chuc/tep/"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def clerk(client, people):
    client.force_login(people.canbo)
    return client


@pytest.fixture
def book(tree, tmp_path):
    """Return a file that splits cell a in two and renames b."""
    tree.members = [
        factories.MembershipFactory(cell=tree.a, member__full_name=f"Đỗ Văn Số {number}").member
        for number in range(4)
    ]
    split = ("Chia tách", *PAPER, tree.a.code)
    return workbook(
        tmp_path / "tep.xlsx",
        (*HEADER, "Điện thoại"),
        (*split, "A1", "Chi bộ Một", "Chi bộ", "Đỗ Văn Số 0", "024"),
        (*split, "A2", "Chi bộ Hai", "Chi bộ", "còn lại"),
        ("Đổi tên", *PAPER, tree.b.code, None, "Chi bộ Tên Mới"),
    )


def send(client, path):
    file = SimpleUploadedFile(path.name, path.read_bytes())
    return client.post(URL, {"file": file})


def tried(client, path):
    """Send a file, let the worker try it, and return the address of its page."""
    answer = send(client, path)
    job_run(Job.objects.get(kind=TRIAL, state=Job.State.QUEUED).pk)
    return answer.url


def carried_out(client, url):
    client.post(f"{url}ghi-that/")
    for job in Job.objects.unfinished().filter(kind=CARRYING_OUT):
        job_run(job.pk)
    return client.get(url).content.decode()


def test_file_waits_for_its_trial_with_a_progress(clerk, book):
    url = send(clerk, book).url
    text = clerk.get(url).content.decode()
    job = Job.objects.get()
    assert f'data-hx-get="{reverse("cells:job", args=[job.pk])}"' in text
    assert "Ghi thật" not in text
    Job.objects.update(state=Job.State.RUNNING, done=1, total=3)
    assert "1/3 sự kiện" in clerk.get(reverse("cells:job", args=[job.pk])).content.decode()


def test_trial_tells_what_would_change_and_writes_nothing(clerk, book, tree):
    period = factories.PeriodFactory(code="2026-Q4")
    factories.sheet(tree.a, period)
    before = picture(without={"job", "session"})
    page = clerk.get(tried(clerk, book))
    text = page.content.decode()
    assert picture(without={"job", "session"}) == before
    counts = {one.code: one.count for one in page.context["report"].effects}
    expected = {"members_moved": 4, "users": 2, "not_expected": 1, "periods": 1, "new_units": 2}
    assert counts.items() >= expected.items()
    for told in ("Chạy thử được cả 2 sự kiện", "Chia tách", "Chi bộ Hai (A2)", "Điện thoại"):
        assert told in text
    rows = {message: row for row, message in page.context["warnings"]}
    assert rows[f"Ngày hiệu lực trước ngày đầu của {period.title} đang mở."] == "Dòng 2, 4"
    assert "Ghi thật 2 sự kiện" in text


def test_file_is_carried_out_once(clerk, book, tree):
    url = tried(clerk, book)
    assert "Đã ghi 2 sự kiện." in carried_out(clerk, url)
    events = Reorganisation.objects.all()
    assert {event.kind for event in events} == {"split", "rename"}
    assert len({event.batch for event in events}) == 1
    assert Membership.objects.get(left_on=None, cell__code="A1").member == tree.members[0]
    entry = AuditEntry.objects.get(action="file_imported")
    assert (entry.field, entry.new["rows"]) == ("reorganisations", 2)
    assert not upload_path(Job.objects.get(kind=TRIAL)).exists()
    again = clerk.post(f"{url}ghi-that/", follow=True).content.decode()
    assert "Tệp này đã được ghi rồi." in again
    assert "Ghi thật" not in again
    assert Job.objects.filter(kind=CARRYING_OUT).count() == 1


def test_pressed_twice_it_is_one_piece_of_work(clerk, book):
    url = tried(clerk, book)
    for _ in range(2):
        clerk.post(f"{url}ghi-that/")
    assert Job.objects.filter(kind=CARRYING_OUT).count() == 1


def test_one_error_names_row_column_and_value_and_nothing_can_be_written(clerk, tree, tmp_path):
    path = workbook(
        tmp_path / "tep.xlsx",
        HEADER,
        ("Đổi tên", *PAPER, tree.b.code, None, "Chi bộ Tên Mới"),
        ("Giải thể", *PAPER, tree.c.code),
    )
    url = tried(clerk, path)
    page = clerk.get(url)
    text = page.content.decode()
    ((error,),) = [group.errors for group in page.context["errors"]]
    assert (error.row, error.column, error.value) == (3, "Mã trước", tree.c.code)
    assert "tệp có 1 lỗi" in text
    assert "Ghi thật" not in text
    refused = clerk.post(f"{url}ghi-that/", follow=True).content.decode()
    assert "còn lỗi nên chưa ghi được" in refused
    assert not Reorganisation.objects.exists()


def test_what_changed_after_the_trial_is_told_and_nothing_written(clerk, book, tree):
    url = tried(clerk, book)
    Unit.objects.filter(pk=tree.b.pk).update(name="Chi bộ Tên Mới")
    text = carried_out(clerk, url)
    assert "Tên, cấp và loại hình không có gì thay đổi" in text
    assert "Dòng 4" in text
    assert "Ghi thật" not in text
    assert not Reorganisation.objects.exists()


def test_file_changed_after_the_trial_is_refused(clerk, book, tmp_path):
    url = tried(clerk, book)
    other = workbook(tmp_path / "khac.xlsx", HEADER)
    upload_path(Job.objects.get(kind=TRIAL)).write_bytes(other.read_bytes())
    assert "Tệp đã bị thay đổi sau khi chạy thử" in carried_out(clerk, url)
    assert not Reorganisation.objects.exists()


def test_file_that_waited_too_long_is_gone(clerk, book):
    url = tried(clerk, book)
    upload_path(Job.objects.get(kind=TRIAL)).unlink()
    text = clerk.get(url).content.decode()
    assert "Tệp chờ quá 24 giờ" in text
    assert "Ghi thật" not in text
    assert "Tệp chờ quá 24 giờ" in clerk.post(f"{url}ghi-that/", follow=True).content.decode()


@pytest.mark.parametrize("other", ["canbo2", "thanhuy", "bithu", "quantri"])
def test_nobody_else_reaches_a_file(clerk, people, book, other):
    url = tried(clerk, book)
    clerk.force_login(getattr(people, other))
    assert clerk.get(url).status_code == 404
    assert clerk.post(f"{url}ghi-that/").status_code == 404


def test_who_lost_the_right_does_not_carry_out(clerk, people, book):
    url = tried(clerk, book)
    people.canbo.assignments.update(role="inspector")
    assert clerk.post(f"{url}ghi-that/").status_code == 404


@pytest.mark.parametrize(
    ("name", "message"), [("a.xls", "Cần tệp .xlsx"), ("a.csv", "Cần tệp .xlsx")]
)
def test_other_formats_are_refused_beside_the_field(clerk, book, name, message):
    answer = clerk.post(URL, {"file": SimpleUploadedFile(name, book.read_bytes())})
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not Job.objects.exists()


def test_no_file_is_asked_for(clerk):
    answer = clerk.post(URL, {"test": "1"})
    assert answer.status_code == 422
    assert "Hãy chọn một tệp .xlsx." in answer.content.decode()


@pytest.mark.parametrize(
    ("rows", "message"),
    [((), "Không tìm thấy dòng tiêu đề"), ((HEADER,), "Tệp không có sự kiện nào")],
)
def test_file_without_events_says_so(clerk, tmp_path, rows, message):
    url = tried(clerk, workbook(tmp_path / "trong.xlsx", *rows))
    assert message in clerk.get(url).content.decode()


def test_file_that_is_no_workbook_is_reported(clerk, tmp_path):
    path = tmp_path / "gia.xlsx"
    path.write_text("không phải Excel")
    assert "không phải là tệp .xlsx" in clerk.get(tried(clerk, path)).content.decode()


def test_long_lists_are_cut_with_their_number(clerk, book, monkeypatch):
    monkeypatch.setattr(views, "ROWS_SHOWN", 1)
    assert "… và 1 sự kiện nữa." in clerk.get(tried(clerk, book)).content.decode()


def test_template_holds_own_codes_notes_lists_and_no_event(clerk, tree, tmp_path):
    path = tmp_path / "mau.xlsx"
    path.write_bytes(clerk.get(f"{URL}mau.xlsx").content)
    book = load_workbook(path)
    page = book["Danh sách"]
    assert page["A4"].value == "Loại *"
    assert page["A4"].comment
    assert any(rule.type == "list" for rule in page.data_validations.dataValidation)
    codes = {row[0].value for row in book["Mã đơn vị"].iter_rows(min_row=2)}
    assert {tree.a.code, tree.b.code} <= codes
    assert tree.c.code not in codes
    found = plan_file(path)
    assert (found.plans, found.errors) == ([], [])


def test_examples_of_the_template_are_read_as_they_stand(clerk, tree, tmp_path):
    path = tmp_path / "mau.xlsx"
    path.write_bytes(clerk.get(f"{URL}mau.xlsx").content)
    rows = list(load_workbook(path)["Hướng dẫn - ví dụ"].iter_rows(values_only=True))
    found = plan_file(workbook(tmp_path / "vidu.xlsx", *rows))
    assert found.errors == []
    kinds = {plan.kind for plan in found.plans}
    assert kinds == set(Reorganisation.Kind.values) - {"disband"}
    split = next(plan for plan in found.plans if plan.kind == "split")
    assert (len(split.after), len(split.members), split.rest_to) == (2, 2, "VD-02B")


def test_every_header_is_documented():
    text = (Path(__file__).parents[2] / "docs" / "import.md").read_text()
    section = text[text.index("## Tệp sắp xếp tổ chức") :]
    assert [name for names in COLUMNS.values() for name in names if name not in section] == []


def test_page_of_a_file_costs_the_same_for_many_events(
    clerk, people, tree, tmp_path, django_assert_num_queries
):
    rows = [
        ("Đổi tên", *PAPER, factories.UnitFactory(parent=tree.ward).code, None, f"Chi bộ Mới {n}")
        for n in range(20)
    ]
    url = tried(clerk, workbook(tmp_path / "tep.xlsx", HEADER, *rows))
    # Session, user, roles, trial, carrying out.
    with django_assert_num_queries(5):
        clerk.get(url)

"""Tờ trình and quyết định of a recognition; the overview of the city and its workbook."""

from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook
from pypdf import PdfReader

from cells.models import Door
from evaluations.services.recognition import recognition_correct
from tests import factories
from tests.evaluations.recognised import (
    SIGNED,
    issue,
    recognised,
    save,
    ward_sheets,
    year_set,
    year_sheet,
)

NASTY = "Nhiệm vụ #khó[*] $x$ <b>&amp; “ngoặc” \\u"


@pytest.fixture
def ward(tree):
    return tree.ward


def pdf_text(content):
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def docx_text(content):
    page = Document(BytesIO(content))
    cells = [cell.text for table in page.tables for row in table.rows for cell in row.cells]
    return " ".join([*(paragraph.text for paragraph in page.paragraphs), *cells])


READERS = {"pdf": pdf_text, "docx": docx_text}
ENDINGS = pytest.mark.parametrize("ending", READERS)


def draft_paper(client, ward, paper, ending):
    address = reverse(
        "evaluations:recognition_draft_paper", args=["2026", ward.code, paper, ending]
    )
    answer = client.get(address)
    assert answer.status_code == 200
    assert f"{paper}-cong-nhan-2026-{ward.code}.{ending}" in answer["Content-Disposition"]
    return READERS[ending](answer.content)


def paper(client, made, name, ending):
    args = ["2026", made.committee.code, made.pk, name, ending]
    answer = client.get(reverse("evaluations:recognition_paper", args=args))
    assert answer.status_code == 200
    return READERS[ending](answer.content)


@ENDINGS
def test_proposal_names_all_three_lists_with_reasons(client, ward, tree, people, ending):
    best, lower = ward_sheets(ward, 95_00, 90_00)
    year_sheet(tree.a, 80_00, reasons=["total_below"])
    save(ward, people.canbo, [lower], reasons={lower: NASTY, best: "Đang kiểm tra."})
    client.force_login(people.canbo)
    text = draft_paper(client, ward, "to-trinh", ending)
    for part in (
        "DỰ THẢO", "TỜ TRÌNH", "ĐẢNG ỦY PHƯỜNG THỬ NGHIỆM", "-TTr/ĐU",
        "Kính gửi: Ban Thường vụ Đảng ủy phường Thử Nghiệm", "không đặt trần",
        "Đề nghị công nhận: 1 chi bộ", NASTY, "Đang kiểm tra.", best.unit.code, lower.unit.code,
        tree.a.name, "Tổng điểm 80,00, cần từ 85,00 trở lên",
    ):  # fmt: skip
        assert part in text


@ENDINGS
def test_decision_holds_number_date_signer_and_names(client, ward, people, ending):
    chosen, passed = ward_sheets(ward, 95_00, 90_00)
    made = recognised(ward, people.lanhdao, [chosen])
    client.force_login(people.lanhdao)
    text = paper(client, made, "quyet-dinh", ending)
    for part in (
        "Số 07-QĐ/ĐU", "Hà Nội, ngày 20 tháng 01 năm 2027", "ĐẢNG CỘNG SẢN VIỆT NAM",
        "đối với 1 chi bộ trực thuộc", "T/M ĐẢNG ỦY", "BÍ THƯ", "Phạm Văn Ký",
        chosen.period_unit.name, "95,00", "Hoàn thành tốt nhiệm vụ",
        "theo quyết định số 1-QĐ/ĐU ngày 20/01/2027", "Điều 2. Văn phòng Đảng ủy",
    ):  # fmt: skip
        assert part in text
    assert passed.unit.code not in text
    assert "DỰ THẢO" not in text


@ENDINGS
def test_decision_of_a_draft_leaves_number_and_day_open(client, ward, people, ending):
    save(ward, people.canbo, ward_sheets(ward, 95_00))
    client.force_login(people.lanhdao)
    text = draft_paper(client, ward, "quyet-dinh", ending)
    assert "DỰ THẢO" in text
    assert "07-QĐ" not in text


@ENDINGS
def test_papers_of_a_correction_name_what_they_replace(client, ward, people, ending):
    first, second = ward_sheets(ward, 95_00, 90_00)
    old = recognised(ward, people.lanhdao, [first, second])
    recognition_correct(recognition=old, reason="Tính nhầm.", by=people.lanhdao, door=Door.WEB)
    save(ward, people.lanhdao, [first])
    made = issue(ward, people.lanhdao, number="09-QĐ/ĐU")
    client.force_login(people.lanhdao)
    said = "thay thế Quyết định số 07-QĐ/ĐU, ngày 20 tháng 01 năm 2027. Lý do: Tính nhầm."
    assert f"Điều 2. Quyết định này {said}" in paper(client, made, "quyet-dinh", ending)
    assert f"Đề nghị {said}" in paper(client, made, "to-trinh", ending)
    assert second.period_unit.name in paper(client, old, "quyet-dinh", ending)


def test_paper_of_an_issued_decision_keeps_its_cap(client, ward, people):
    criteria = year_set('percent = 20\nbase = "good_only"')
    sheets = ward_sheets(ward, *[90_00 - n for n in range(6)], criteria=criteria)
    made = recognised(ward, people.lanhdao, sheets[:1])
    ward_sheets(ward, *[80_00] * 30, criteria=criteria, reasons=["total_below"])
    client.force_login(people.lanhdao)
    assert "20 % × (6 − 1) = 1" in paper(client, made, "to-trinh", "pdf")


@pytest.mark.parametrize("name", ["to-trinh.xlsx", "khac.pdf"])
def test_unknown_paper_is_not_found(client, ward, people, name):
    ward_sheets(ward, 95_00)
    client.force_login(people.lanhdao)
    assert client.get(f"/cong-nhan/2026/{ward.code}/{name}").status_code == 404


def test_foreign_recognition_has_no_paper_here(client, tree, people):
    made = recognised(tree.other, people.lanhdao, ward_sheets(tree.other, 95_00))
    client.force_login(people.lanhdao)
    args = ["2026", tree.ward.code, made.pk, "quyet-dinh", "pdf"]
    assert client.get(reverse("evaluations:recognition_paper", args=args)).status_code == 404


OVERVIEW = "/cong-nhan/2026/"


def test_overview_counts_eligible_recognised_and_share(client, tree, people):
    sheets = ward_sheets(tree.ward, 95_00, 90_00, 88_00)
    year_sheet(tree.a, 60_00, reasons=["total_below"])
    ward_sheets(tree.other, 90_00)
    recognised(tree.ward, people.lanhdao, sheets[:1])
    client.force_login(people.thanhuy)
    answer = client.get(OVERVIEW)
    rows = {row.committee: row for row in answer.context["page"]}
    ward = rows[tree.ward]
    assert (ward.units, ward.decided, ward.eligible, ward.recognised) == (4, 4, 3, 1)
    assert (ward.cap, ward.share) == (None, 25_00)
    assert (rows[tree.other].recognised, rows[tree.other].share) == (0, 0)
    total = answer.context["total"]
    assert (total.units, total.eligible, total.recognised, total.share) == (5, 4, 1, 20_00)
    html = answer.content.decode()
    assert "07-QĐ/ĐU" in html
    assert reverse("evaluations:recognition_board", args=["2026", tree.ward.code]) in html


@pytest.mark.parametrize(("base", "cap"), [("good_only", 2), ("good_or_better", 2), ("all", 3)])
def test_overview_and_board_know_the_same_cap(client, tree, people, base, cap):
    criteria = year_set(f'percent = 20\nbase = "{base}"')
    ward_sheets(tree.ward, *[90_00] * 12, criteria=criteria)
    ward_sheets(
        tree.ward, *[60_00] * 3, criteria=criteria, annual_class="HTNV", reasons=["total_below"]
    )
    client.force_login(people.thanhuy)
    (row,) = client.get(OVERVIEW).context["page"]
    board = client.get(f"{OVERVIEW}{tree.ward.code}/").context["board"]
    assert (row.cap, board.cap) == (cap, cap)


def test_overview_finds_without_marks_and_shows_only_what_is_in_reach(client, tree, people):
    ward_sheets(tree.ward, 95_00)
    ward_sheets(tree.other, 95_00)
    client.force_login(people.thanhuy)
    found = client.get(OVERVIEW, {"q": "ben canh"}).context["page"]
    assert [row.committee for row in found] == [tree.other]
    client.force_login(people.canbo)
    assert [row.committee for row in client.get(OVERVIEW).context["page"]] == [tree.ward]
    client.force_login(people.bithu)
    assert "xem ở bảng điểm năm" in client.get(OVERVIEW).content.decode()


def test_overview_costs_the_same_for_many_committees(
    client, tree, people, django_assert_num_queries
):
    def load():
        # session, user, year, roles, committees; sheets, cells, titles, decisions, criteria sets;
        # years to choose from; who recognises committees
        with django_assert_num_queries(12):
            client.get(OVERVIEW)

    recognised(tree.ward, people.lanhdao, ward_sheets(tree.ward, 95_00))
    client.force_login(people.thanhuy)
    load()
    for _ in range(5):
        more = factories.CommitteeFactory(parent=tree.city)
        recognised(more, people.lanhdao, ward_sheets(more, 95_00, 90_00))
    load()


def test_workbook_holds_what_the_overview_shows(client, tree, people):
    tree.ward.name = '=HYPERLINK("x")'
    tree.ward.save()
    recognised(tree.ward, people.lanhdao, ward_sheets(tree.ward, 95_00))
    ward_sheets(tree.other, 90_00)
    client.force_login(people.thanhuy)
    answer = client.get(f"{OVERVIEW}tong-hop.xlsx")
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    header, first, second = list(book["Công nhận"].iter_rows(values_only=True))
    assert header[:3] == ("Mã", "Đảng ủy", "Chi bộ")
    said = f"Số 07-QĐ/ĐU, ngày {SIGNED:%d/%m/%Y}"
    assert first == (tree.ward.code, tree.ward.name, 1, 1, 1, None, 1, 100, said)
    assert second[6:8] == (0, 0)
    assert book["Công nhận"]["B2"].data_type == "s"
    assert "Bìa" in book.sheetnames

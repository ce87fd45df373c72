"""Sheets on paper: what the forms say, their pages and letters, one or all of a ward."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from cells.models import Door, Job
from cells.services.jobs import job_run
from evaluations.models import Evaluation, Score, Stage, State
from evaluations.reports import paper_jobs
from evaluations.reports.paper_forms import forms_content, sheets_to_print
from evaluations.services.lines import Change, lines_save
from evaluations.services.votes import Ballot, vote_record
from tests import factories

NASTY = "Chi bộ #1 [*] $x$ <b> “Đặng ỷ ưỡn” \\u"


@pytest.fixture
def sheet(tree):
    return factories.sheet(tree.a)


def pages(content):
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]


def fonts(content):
    found = set()
    for page in PdfReader(BytesIO(content)).pages:
        for font in page["/Resources"]["/Font"].values():
            font = font.get_object()
            inner = font["/DescendantFonts"][0].get_object()
            assert (
                "/FontFile2" in inner["/FontDescriptor"] or "/FontFile3" in inner["/FontDescriptor"]
            )
            found.add(font["/BaseFont"].split("+")[1])
    return found


@pytest.fixture
def form(client, people, sheet):
    client.force_login(people.canbo)

    def form(filling, of=sheet):
        url = reverse("evaluations:form_paper", args=[of.period.code, of.unit.code, filling])
        answer = client.get(url)
        assert answer["Content-Type"] == "application/pdf"
        return answer.getvalue()

    return form


def save(sheet, people, **answers):
    changes = [Change(line.replace("_", "."), answer) for line, answer in answers.items()]
    lines_save(sheet=sheet, changes=changes, by=people.canbo, door=Door.WEB)


def test_blank_form_asks_every_line_and_tells_how_points_are_given(form, sheet):
    content = form("trang")
    text = " ".join(pages(content))
    rules = sheet.criteria.rules
    for line in rules.indicators.values():
        assert line.title.split()[0] in text
        assert f" {line.code} " in f" {text} "
    for part in (
        "ĐẢNG CỘNG SẢN VIỆT NAM", "CHI BỘ TỔ DÂN PHỐ SỐ 1", "PHIẾU CHẤM ĐIỂM", "Quý IV/2026",
        "a) Có: 4; b) Không: 0.", "từ 95 %: 8", "Kèm minh chứng hoặc giải trình.",
        "Biểu quyết của chi bộ", "T/M CHI BỘ", "THƯ KÝ", "V9. Số liệu, minh chứng",
    ):  # fmt: skip
        assert part in text


def test_pages_are_numbered_within_each_form(form, sheet):
    texts = pages(form("trang"))
    assert [text[-9:] for text in texts] == [
        f"Trang {number}/{len(texts)}" for number in range(1, len(texts) + 1)
    ]
    assert len(texts) == 3


def test_only_tinos_is_embedded(form):
    assert fonts(form("da-dien")) == {
        "Tinos-Regular", "Tinos-Bold", "Tinos-Italic",
    }  # fmt: skip


def test_names_stay_text_with_all_their_letters(form, sheet):
    sheet.period_unit.name = NASTY
    sheet.period_unit.save()
    assert NASTY in " ".join(pages(form("trang")))


def test_blank_form_keeps_what_is_stored_to_itself(form, sheet, people):
    save(sheet, people, **{"1_2": {"num": 7771, "den": 7779}})
    assert "7771" not in " ".join(pages(form("trang")))
    assert "7771" in " ".join(pages(form("da-dien")))


def content_of(sheet, people, *, is_filled=True):
    found = sheets_to_print(Evaluation.objects.filter(pk=sheet.pk))
    made = forms_content(sheets=found, user=people.canbo, is_filled=is_filled)
    return made["forms"][0]


def test_filled_form_holds_answers_points_and_vote(sheet, people):
    save(
        sheet, people,
        **{"1_1": {"choice": "no"}, "1_2": {"num": 38, "den": 40}, "2_3": {"na": True}},
    )  # fmt: skip
    ballot = Ballot(sheet.period.starts_on, 30, 28, 27, 1, 0, "Nguyễn Văn Chủ", 87_50)
    vote_record(sheet=sheet, ballot=ballot, version=0, by=people.canbo, door=Door.WEB)
    made = content_of(sheet, people)
    own = {line: values["own"] for line, values in made["values"].items()}
    assert (own["1.1"]["option"], own["1.1"]["points"]) == ("b", "0,00")
    assert (own["1.2"]["num"], own["1.2"]["den"], own["1.2"]["points"]) == ("38", "40", "8,00")
    assert (own["2.3"]["na"], own["2.3"]["points"]) == (True, "")
    assert own["1.3"]["points"] == ""
    assert (made["vote"]["in_favour"], made["vote"]["points"]) == ("27", "87,50")


def test_unfinished_appraisal_is_not_printed(sheet, people):
    save(sheet, people, **{"1_1": {"choice": "yes"}})
    Score.objects.create(evaluation=sheet, line="1.1", stage=Stage.APPRAISED, option="no", points=0)
    sheet.state, sheet.submitted_by = State.SUBMITTED, people.bithu
    sheet.submitted_at = timezone.now()
    sheet.save()
    assert content_of(sheet, people)["values"]["1.1"]["appraised"]["option"] == ""
    sheet.state = State.APPRAISED
    sheet.save()
    assert content_of(sheet, people)["values"]["1.1"]["appraised"]["option"] == "b"


def test_last_quarter_stands_beside_each_line(sheet, tree, people):
    quarter = factories.PeriodFactory(
        code="2026-Q3", starts_on=date(2026, 7, 1), ends_on=date(2026, 9, 30)
    )
    before = factories.sheet(tree.a, quarter)
    Score.objects.create(
        evaluation=before, line="1.2", stage=Stage.SELF, num=18, den=20, points=600
    )
    assert content_of(sheet, people, is_filled=False)["values"]["1.2"]["last"] == "18/20 = 90,00 %"


def test_content_costs_the_same_queries_for_any_number(tree, people, django_assert_num_queries):
    before = factories.PeriodFactory(
        code="2026-Q3", starts_on=date(2026, 7, 1), ends_on=date(2026, 9, 30)
    )

    def content(number):
        for _ in range(number):
            unit = factories.UnitFactory(parent=tree.ward)
            factories.sheet(unit, before)
            factories.sheet(unit)
        sheets = sheets_to_print(Evaluation.objects.filter(period__code="2026-Q4"))
        return lambda: forms_content(sheets=sheets, user=people.canbo, is_filled=True)

    for number in (2, 4):
        made = content(number)
        with django_assert_num_queries(4):  # scores, votes, sheets before, their scores
            made()


@pytest.fixture
def ward_of_twelve(tree):
    return [factories.sheet(factories.UnitFactory(parent=tree.ward)) for _ in range(12)]


def ask(client, **data):
    return client.post(
        reverse("evaluations:papers", args=["2026-Q4"]) + data.pop("query", ""), data
    )


def test_all_forms_of_a_ward_come_in_one_file_from_the_background(
    client, people, ward_of_twelve, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(people.canbo)
    answer = ask(client, filling="trang")
    job = Job.objects.get(kind=paper_jobs.PAPERS)
    assert answer.url == reverse("evaluations:paper_run", args=[job.pk])
    assert 'data-hx-trigger="every 1s"' in client.get(answer.url).content.decode()
    assert job_run(job.pk).state == Job.State.DONE
    assert "Tải tệp PDF" in client.get(answer.url).content.decode()
    file = client.get(reverse("evaluations:paper_file", args=[job.pk]))
    texts = pages(file.getvalue())
    assert len(texts) == 3 * 12
    assert sum("PHIẾU CHẤM ĐIỂM" in text for text in texts) == 12
    assert [text[-4:] for text in texts[:4]] == [" 1/3", " 2/3", " 3/3", " 1/3"]
    assert not list(tmp_path.rglob("*.part"))


def test_few_forms_come_at_once_and_follow_the_filter_of_the_queue(client, people, ward_of_twelve):
    client.force_login(people.canbo)
    code = ward_of_twelve[3].unit.code
    answer = ask(client, filling="trang", query=f"?q={code}")
    assert answer["Content-Type"] == "application/pdf"
    assert len(pages(answer.getvalue())) == 3
    assert not Job.objects.exists()


def test_role_that_ended_meanwhile_prints_nothing(client, people, ward_of_twelve):
    client.force_login(people.canbo)
    ask(client, filling="trang")
    people.canbo.assignments.all().delete()
    job = job_run(Job.objects.get(kind=paper_jobs.PAPERS).pk)
    assert (job.state, "trong phạm vi" in job.message) == (Job.State.FAILED, True)


def test_too_many_forms_are_to_be_filtered_first(client, people, ward_of_twelve, monkeypatch):
    monkeypatch.setattr("evaluations.views.papers.AT_MOST", 11)
    client.force_login(people.canbo)
    answer = ask(client, filling="trang")
    assert answer.status_code == 422
    assert "Có 12 phiếu" in answer.content.decode()


def test_file_of_another_is_not_there(client, people, ward_of_twelve):
    client.force_login(people.canbo)
    ask(client, filling="trang")
    client.force_login(people.canbo2)
    job = Job.objects.get(kind=paper_jobs.PAPERS)
    for name in ("paper_run", "paper_file"):
        assert client.get(reverse(f"evaluations:{name}", args=[job.pk])).status_code == 404


def minutes(client, sheet, ending):
    url = reverse("evaluations:minutes_paper", args=[sheet.period.code, sheet.unit.code, ending])
    return b"".join(client.get(url).streaming_content)


def docx_text(content):
    page = Document(BytesIO(content))
    cells = [cell.text for table in page.tables for row in table.rows for cell in row.cells]
    return " ".join([*(paragraph.text for paragraph in page.paragraphs), *cells])


@pytest.mark.parametrize("ending", ["pdf", "docx"])
def test_minutes_leave_the_vote_open_and_have_two_signatures(client, people, sheet, ending):
    client.force_login(people.canbo)
    content = minutes(client, sheet, ending)
    text = " ".join(pages(content)) if ending == "pdf" else docx_text(content)
    for part in ("BIÊN BẢN", "-BB/CB", "tán thành …", "CHỦ TRÌ", "THƯ KÝ"):
        assert part in text
    assert "Nơi nhận" not in text


@pytest.mark.parametrize("ending", ["pdf", "docx"])
def test_minutes_hold_a_recorded_vote(client, people, sheet, ending):
    ballot = Ballot(sheet.period.starts_on, 30, 28, 27, 1, 0, "Nguyễn Văn Chủ", 87_50)
    vote_record(sheet=sheet, ballot=ballot, version=0, by=people.canbo, door=Door.WEB)
    client.force_login(people.canbo)
    content = minutes(client, sheet, ending)
    text = " ".join(pages(content)) if ending == "pdf" else docx_text(content)
    assert "27/28 đảng viên có mặt tán thành (96,43 %)" in text
    assert "87,50 điểm" in text

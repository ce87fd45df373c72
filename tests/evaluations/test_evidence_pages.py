"""Evidence through the browser's door: panel, upload, download, store."""

import re
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from evaluations.models import EvidenceFile, EvidenceUse, State
from evaluations.services.evidence_files import file_path
from tests import factories
from tests.evaluations.evidence_world import PDF, PNG, attached, pdf
from tests.evaluations.test_sheet_services import fill

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def sheet(tree):
    return factories.sheet(tree.a)


@pytest.fixture
def bithu(client, people):
    client.force_login(people.bithu)
    return client


def address(name, sheet, *more, line="1.1"):
    given = [sheet.period.code, sheet.unit.code, line, *more]
    return reverse(f"evaluations:{name}", args=given)


def send(client, sheet, *files, line="1.1", **fields):
    data = {"files": files, **fields}
    return client.post(address("evidence_upload", sheet, line=line), data, **HTMX)


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_upload_attaches_and_answers_with_list_and_count(sheet, bithu):
    response = send(
        bithu, sheet, pdf("Biên bản họp.pdf"), number="05-BB/CB", issued_on="05/11/2026"
    )
    said = text(response)
    assert response.status_code == 200
    assert "Biên bản họp" in said
    assert "Số 05-BB/CB ngày 05/11/2026" in said
    assert re.search(r'id="mc-so-1-1" data-hx-swap-oob="true"> \(1\)', said)


def test_sheet_that_is_open_behind_the_panel_gets_its_checks_anew(sheet, bithu, people):
    fill(sheet, people.bithu)
    path = reverse("evaluations:sheet", args=[sheet.period.code, sheet.unit.code])
    open_page = f"http://testserver{path}"
    asked = "Chưa gắn minh chứng, cũng chưa ghi giải trình."

    def lines_asked(response):
        return text(response).split(asked)[1].split("</li>")[0].count("#dong-")

    before = lines_asked(bithu.get(open_page))
    data = {"files": [pdf()]}
    url = address("evidence_upload", sheet, line="1.3")
    said = bithu.post(url, data, **HTMX, HTTP_HX_CURRENT_URL=open_page)
    assert (before, lines_asked(said)) == (6, 5)
    assert 'id="kiem-tra-ds"' not in text(send(bithu, sheet, pdf()))


def test_sheet_goes_in_without_evidence_where_an_explanation_would_do(sheet, bithu, people):
    fill(sheet, people.bithu)
    url = reverse("evaluations:submit", args=[sheet.period.code, sheet.unit.code])
    assert "cũng chưa ghi giải trình" in text(bithu.get(url))
    bithu.post(url, {"agree": "1"})
    sheet.refresh_from_db()
    assert sheet.state == State.SUBMITTED


def test_wrong_file_is_refused_by_name_and_the_others_are_taken(sheet, bithu):
    trap = SimpleUploadedFile("anh.svg", b"<svg onload='alert(1)'>")
    response = send(bithu, sheet, pdf(), trap, pdf("b.pdf", PDF + b"b"))
    assert response.status_code == 422
    assert "<strong>anh.svg</strong>" in text(response)
    assert EvidenceUse.objects.count() == 2


def test_wrong_day_stands_beside_its_field_and_takes_no_file(sheet, bithu):
    response = send(bithu, sheet, pdf(), issued_on="31/02/2026", title="Đã gõ")
    said = text(response)
    assert response.status_code == 422
    assert re.search(r'id="mo-ta-1-1-issued_on-loi"[^>]*data-field-wrong', said)
    assert not EvidenceFile.objects.exists()


def test_without_script_a_refused_upload_keeps_what_was_typed(sheet, bithu):
    data = {"files": [pdf()], "issued_on": "sai", "title": "Nghị quyết đã gõ"}
    response = bithu.post(address("evidence_upload", sheet), data)
    assert response.status_code == 422
    assert 'value="Nghị quyết đã gõ"' in text(response)


def test_without_script_an_upload_leads_back_to_the_panel(sheet, bithu):
    response = bithu.post(address("evidence_upload", sheet), {"files": [pdf()]}, follow=True)
    assert response.redirect_chain == [(address("evidence", sheet), 302)]
    assert "Đã gắn 1 tệp." in text(response)


def test_locked_sheet_answers_423_with_the_reason(sheet, bithu, people):
    sheet.state, sheet.submitted_by, sheet.submitted_at = (
        State.SUBMITTED,
        people.bithu,
        sheet.period.opened_at,
    )
    sheet.save()
    response = send(bithu, sheet, pdf())
    assert response.status_code == 423
    assert "Phiếu đã nộp" in text(response)
    assert not EvidenceUse.objects.exists()


def test_request_above_the_limit_is_not_read(sheet, bithu, settings):
    settings.UPLOAD_REQUEST_BYTES = 2000
    assert send(bithu, sheet, pdf()).status_code == 200
    assert send(bithu, sheet, pdf(content=PDF + b"0" * 2000)).status_code == 400
    assert EvidenceUse.objects.count() == 1


def test_reader_sees_the_list_and_no_way_to_change_it(sheet, client, people):
    attached(sheet, people.bithu)
    client.force_login(people.kiemtra)
    said = text(client.get(address("evidence", sheet), **HTMX))
    assert "bien-ban.pdf" in said
    assert "<form" not in said
    assert "Sửa, thay, gỡ" not in said


def test_line_without_evidence_has_no_upload(sheet, bithu):
    said = text(bithu.get(address("evidence", sheet, line="3.5"), **HTMX))
    assert "không dùng minh chứng" in said
    assert "<form" not in said


def test_unknown_line_is_not_found(sheet, bithu):
    assert bithu.get(address("evidence", sheet, line="9.9")).status_code == 404


def test_detaching_without_a_reason_says_so_beside_the_field(sheet, bithu, people):
    use = attached(sheet, people.bithu).use
    url = address("evidence_detach", sheet, use.pk)
    refused = bithu.post(url, {"reason": " "}, **HTMX)
    assert refused.status_code == 422
    assert "Hãy ghi lý do gỡ" in text(refused)
    assert bithu.post(url, {"reason": "Nhầm tệp"}, **HTMX).status_code == 200
    assert EvidenceUse.objects.get().reason == "Nhầm tệp"


def test_use_of_another_line_is_not_found_under_this_one(sheet, bithu, people):
    use = attached(sheet, people.bithu, line="1.2").use
    url = address("evidence_detach", sheet, use.pk, line="1.1")
    assert bithu.post(url, {"reason": "x"}).status_code == 404


def test_new_revision_is_put_in_place(sheet, bithu, people):
    use = attached(sheet, people.bithu).use
    url = address("evidence_revise", sheet, use.pk)
    assert bithu.post(url, **HTMX).status_code == 422
    response = bithu.post(url, {"file": pdf("sua.pdf", PDF + b"2")}, **HTMX)
    assert response.status_code == 200
    assert "sua.pdf" in text(response)
    assert "bản 2" in text(response)


def test_description_is_changed_in_place(sheet, bithu, people):
    use = attached(sheet, people.bithu).use
    form = text(bithu.get(f"{address('evidence', sheet)}?sua={use.pk}", **HTMX))
    assert 'value="bien-ban"' in form
    url = address("evidence_describe", sheet, use.pk)
    wrong = bithu.post(url, {"title": "Mới", "issued_on": "01/01/2100"}, **HTMX)
    assert wrong.status_code == 422
    assert 'value="Mới"' in text(wrong)
    assert "không được sau hôm nay" in text(wrong)
    assert "Mới" in text(bithu.post(url, {"title": "Mới"}, **HTMX))


def test_upload_that_is_repeated_says_that_nothing_is_new(sheet, bithu):
    assert "Đã gắn 1 tệp." in text(send(bithu, sheet, pdf()))
    again = text(send(bithu, sheet, pdf()))
    assert "đã gắn ở đây từ trước" in again
    assert "Đã gắn 1 tệp." not in again


def test_unit_takes_from_its_store_what_is_found(sheet, bithu, people):
    file = attached(sheet, people.bithu, title="Nghị quyết quý IV").use.file
    offered = text(
        bithu.get(address("evidence_choices", sheet, line="1.2"), {"q": "nghi quyet"}, **HTMX)
    )
    assert "Nghị quyết quý IV" in offered
    nothing = text(bithu.get(address("evidence_choices", sheet, line="1.2"), {"q": "x"}, **HTMX))
    assert "Không có minh chứng nào khớp" in nothing
    done = bithu.post(address("evidence_attach", sheet, line="1.2"), {"file": file.pk}, **HTMX)
    assert done.status_code == 200
    assert sheet.evidence_uses.filter(line="1.2").count() == 1


@pytest.mark.parametrize("wrong", ["", "x", "0", "9" * 30])
def test_choosing_nothing_known_is_said(sheet, bithu, wrong):
    response = bithu.post(address("evidence_attach", sheet), {"file": wrong}, **HTMX)
    assert response.status_code == 422


def test_download_keeps_name_and_bytes_and_is_never_shown(sheet, bithu, people):
    file = attached(sheet, people.bithu, file=pdf("Biên bản số 5.pdf")).use.file
    response = bithu.get(reverse("evaluations:evidence_file", args=[file.pk]))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "Biên bản số 5.pdf" in unquote(disposition)


def test_picture_is_shown_sealed_and_a_document_is_not(sheet, bithu, people):
    picture = attached(sheet, people.bithu, file=pdf("anh.png", PNG)).use.file
    response = bithu.get(reverse("evaluations:evidence_preview", args=[picture.pk]))
    assert response["Content-Type"] == "image/png"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    document = attached(sheet, people.bithu).use.file
    url = reverse("evaluations:evidence_preview", args=[document.pk])
    assert bithu.get(url).status_code == 404


def test_file_that_is_gone_is_not_found(sheet, bithu, people):
    file = attached(sheet, people.bithu).use.file
    file_path(file.sha256).unlink()
    assert bithu.get(reverse("evaluations:evidence_file", args=[file.pk])).status_code == 404


def test_store_lists_searches_and_says_what_for(sheet, bithu, people):
    url = reverse("evaluations:evidence_store", args=[sheet.unit.code])
    assert "Chưa có minh chứng nào" in text(bithu.get(url))
    attached(sheet, people.bithu, title="Nghị quyết quý IV")
    said = text(bithu.get(url, {"q": "nghi quyet"}))
    assert "Nghị quyết quý IV" in said
    assert "dòng 1.1" in said
    assert "Không tìm thấy" in text(bithu.get(url, {"q": "khac"}))


def test_document_shows_revisions_and_uses(sheet, bithu, people):
    use = attached(sheet, people.bithu).use
    said = text(bithu.get(reverse("evaluations:evidence_document", args=[use.evidence_id])))
    assert use.file.sha256 in said
    assert "đang dùng" in said


def test_same_file_of_another_cell_is_pointed_out(sheet, tree, client, people):
    attached(factories.sheet(tree.b), people.canbo)
    client.force_login(people.canbo)
    assert f"cũng dùng cho: dòng 1.1, {tree.b.name}" in text(send(client, sheet, pdf()))


def test_history_of_the_sheet_tells_of_evidence(sheet, bithu, people):
    attached(sheet, people.bithu, title="Nghị quyết quý IV")
    args = [sheet.period.code, sheet.unit.code]
    url = reverse("evaluations:history", args=args)
    for said in (text(bithu.get(url)), text(bithu.get(url, {"line": "1.1"}))):
        assert "Gắn minh chứng" in said
        assert "Nghị quyết quý IV (bien-ban.pdf, bản 1)" in said

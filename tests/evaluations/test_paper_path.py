"""A cell without anybody online: paper, a clerk, a colleague, the leader, and nothing else."""

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from cells.models import Assignment, Role
from evaluations.models import CellVote, State
from tests import factories


@pytest.fixture
def sheet(tree, people):
    """Give the open quarter a sheet of a cell that has no secretary here."""
    people.bithu.assignments.all().delete()
    assert not Assignment.objects.filter(role=Role.SECRETARY).exists()
    return factories.sheet(tree.a)


def page(answer):
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


def test_from_the_blank_form_to_the_decision(client, people, tree, sheet):
    def url(name, *more):
        return reverse(f"evaluations:{name}", args=[sheet.period.code, sheet.unit.code, *more])

    # The clerk prints the form; the cell meets and votes on paper.
    client.force_login(people.canbo)
    blank = client.get(url("form_paper", "trang")).getvalue()
    assert "PHIẾU CHẤM ĐIỂM" in PdfReader(BytesIO(blank)).pages[0].extract_text()
    # Back come the numbers, which the clerk types.
    for code, line in sheet.criteria.rules.indicators.items():
        options = [option.code for option in line.options]
        typed = {"option": options[0]} if options else {"num": "20", "den": "20"}
        if line.input == "count":
            typed = {"num": "0"}
        saved = client.post(url("line", code), {"version": "0", **typed})
        assert saved.status_code == 200, (code, saved.content.decode())
    voted = client.post(
        url("vote"),
        {
            "held_on": f"{sheet.period.starts_on:%d/%m/%Y}", "chaired_by": "Nguyễn Văn Chủ",
            "entitled": "30", "present": "28", "in_favour": "28", "version": "0",
        },
    )  # fmt: skip
    assert voted.status_code == 302
    shown = page(client.get(url("submit")))
    assert "nhập thay chi bộ theo phiếu giấy" in shown
    assert "28/28 đảng viên có mặt tán thành (100,00 %)" in shown
    client.post(url("submit"))
    sheet.refresh_from_db()
    assert (sheet.state, sheet.is_submitted_for) == (State.SUBMITTED, True)

    # Who submitted is told to leave it to a colleague, who sees vote and mark.
    assert "cần một cán bộ khác" in page(client.get(url("appraisal")))
    client.force_login(people.canbo2)
    shown = page(client.get(url("appraisal")))
    assert "(nhập thay)" in shown
    assert "28/28 đảng viên" in shown
    client.post(url("appraisal_accept"))
    client.post(url("appraisal_finish"))
    sheet.refresh_from_db()
    assert sheet.state == State.APPRAISED

    # The leader decides with number and date.
    client.force_login(people.lanhdao)
    client.post(
        reverse("evaluations:decision_make", args=[sheet.period.code]),
        {
            "committee": tree.ward.code, "number": "05-QĐ/ĐU", "signer": "Phạm Văn Ký",
            "signed_on": f"{timezone.localdate():%d/%m/%Y}", "sheets": [str(sheet.pk)],
        },
    )  # fmt: skip
    sheet.refresh_from_db()
    assert (sheet.state, sheet.final_total) == (State.DECIDED, sheet.self_total)
    card = page(client.get(url("scorecard")))
    for part in ("(nhập thay)", "28/28 đảng viên", "05-QĐ/ĐU", "chủ trì Nguyễn Văn Chủ"):
        assert part in card
    assert CellVote.objects.get().by == people.canbo

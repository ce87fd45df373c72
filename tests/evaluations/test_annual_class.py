"""The class of the year: entered with the sheet, corrected by the appraiser, frozen."""

import pytest
from django.urls import reverse

from cells.models import AuditEntry, Door
from evaluations.models import Evaluation
from evaluations.services import sheets
from evaluations.services.errors import LockedError, ReasonMissingError, RefusedError
from tests.evaluations import modes

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(tree):
    modes.opened("2026")
    return modes.sheet_of(tree.a, "2026")


@pytest.fixture
def submitted(sheet, people):
    modes.fill(sheet, people.canbo)
    return modes.submit(sheet, people.canbo)


def save(sheet, by, code, **more):
    return sheets.annual_class_save(sheet=sheet, annual_class=code, by=by, door=Door.WEB, **more)


def reasons(sheet):
    return Evaluation.objects.get(pk=sheet.pk).reasons


@pytest.mark.parametrize(
    ("code", "enough"), [("", False), ("HTNV", False), ("HTTNV", True), ("HTXSNV", True)]
)
def test_a_class_below_the_asked_one_is_a_reason(sheet, people, code, enough):
    modes.fill(sheet, people.canbo)
    save(sheet, people.canbo, code)
    assert ("annual_class_below" in reasons(sheet)) != enough


def test_a_change_is_in_the_trail(sheet, people):
    save(sheet, people.canbo, "HTTNV")
    save(sheet, people.canbo, "HTTNV")
    entry = AuditEntry.objects.of("evaluation", sheet.pk).get()
    assert (entry.action, entry.old, entry.new) == ("annual_class_saved", "", "HTTNV")


def test_an_unknown_class_is_refused(sheet, people):
    with pytest.raises(RefusedError, match="Không có mức"):
        save(sheet, people.canbo, "TOT")


def test_a_set_that_asks_for_none_takes_none(tree, people):
    modes.opened("2026-Q4")
    with pytest.raises(RefusedError, match="không xét xếp loại"):
        save(modes.sheet_of(tree.a, "2026-Q4"), people.canbo, "HTTNV")


def test_the_appraiser_says_why(submitted, people):
    with pytest.raises(ReasonMissingError):
        save(submitted, people.canbo2, "HTTNV")
    saved = save(submitted, people.canbo2, "HTTNV", reason="Theo kết luận của đảng ủy")
    assert saved.annual_class == "HTTNV"
    finished = modes.appraise(saved, people.canbo2)
    assert finished.is_eligible


def test_who_submitted_does_not_correct_it(submitted, people):
    with pytest.raises(LockedError, match="người nộp"):
        save(submitted, people.canbo, "HTTNV", reason="Vì thế")


def test_the_decision_freezes_it(submitted, people):
    save(submitted, people.canbo2, "HTXSNV", reason="Theo kết luận")
    modes.appraise(submitted, people.canbo2)
    modes.decide([submitted], people.lanhdao)
    with pytest.raises(LockedError, match="đã có quyết định"):
        save(Evaluation.objects.get(pk=submitted.pk), people.canbo2, "KHTNV", reason="Muộn")
    assert Evaluation.objects.get(pk=submitted.pk).annual_class == "HTXSNV"


def address(name, sheet):
    return reverse(f"evaluations:{name}", args=[sheet.period.code, sheet.unit.code])


def test_the_sheet_asks_and_saves_at_once(client, people, sheet):
    client.force_login(people.canbo)
    page = client.get(address("sheet", sheet)).content.decode()
    assert 'data-line="class"' in page
    assert "Hoàn thành xuất sắc nhiệm vụ" in page
    answer = client.post(address("annual_class", sheet), {"class": "HTTNV"})
    assert answer.status_code == 200
    assert Evaluation.objects.get(pk=sheet.pk).annual_class == "HTTNV"
    assert "Hoàn thành tốt nhiệm vụ" in client.get(address("submit", sheet)).content.decode()


@pytest.mark.parametrize(("state", "status"), [("draft", 422), ("submitted", 423)])
def test_a_refused_class_says_why(client, people, sheet, state, status):
    if state == "submitted":
        modes.fill(sheet, people.canbo)
        modes.submit(sheet, people.canbo)
    client.force_login(people.canbo)
    answer = client.post(address("annual_class", sheet), {"class": "TOT"})
    assert answer.status_code == status
    assert 'data-outcome="error"' in answer.content.decode()


def test_a_quarter_does_not_ask(client, people, tree):
    modes.opened("2026-Q4")
    client.force_login(people.canbo)
    page = client.get(address("sheet", modes.sheet_of(tree.a, "2026-Q4"))).content.decode()
    assert "xếp loại" not in page.lower().replace("xếp loại chất lượng sinh hoạt", "")


def test_the_appraisal_page_corrects_it(client, people, submitted):
    client.force_login(people.canbo2)
    assert "Lưu xếp loại" in client.get(address("appraisal", submitted)).content.decode()
    data = {"class": "HTTNV", "reason": "Theo kết luận của đảng ủy"}
    answer = client.post(address("appraisal_class", submitted), data)
    assert answer.url.endswith("#xep-loai")
    assert Evaluation.objects.get(pk=submitted.pk).annual_class == "HTTNV"


def test_scorecard_and_history_name_it(client, people, submitted):
    save(submitted, people.canbo2, "HTTNV", reason="Theo kết luận của đảng ủy")
    client.force_login(people.canbo2)
    assert "Hoàn thành tốt nhiệm vụ" in client.get(address("scorecard", submitted)).content.decode()
    trail = client.get(address("history", submitted)).content.decode()
    assert "Ghi xếp loại năm" in trail
    assert "Theo kết luận của đảng ủy" in trail


@pytest.mark.parametrize(
    ("name", "field", "mine", "theirs", "version"),
    [
        ("vetoes", "veto", "V1", {"vetoes": ["V2", "V3"]}, "V2 V3"),
        ("annual_class", "class", "HTNV", {"annual_class": "HTTNV"}, "HTTNV"),
    ],
)
def test_what_somebody_else_set_meanwhile_is_not_replaced_unseen(
    client, people, sheet, name, field, mine, theirs, version
):
    save = {"vetoes": sheets.vetoes_save, "annual_class": sheets.annual_class_save}[name]
    save(sheet=sheet, by=people.bithu, door=Door.WEB, **theirs)
    client.force_login(people.canbo)
    where = reverse(f"evaluations:{name}", args=["2026", sheet.unit.code])
    refused = client.post(where, {field: mine, "version": ""})
    assert refused.status_code == 409
    page = refused.content.decode()
    assert 'data-outcome="conflict"' in page
    assert people.bithu.full_name in page
    assert f'data-take-mine="{version}"' in page
    assert client.post(where, {field: mine, "version": version}).status_code == 200
    # Who chooses what already stands replaces nothing, whatever was seen.
    assert client.post(where, {field: mine, "version": ""}).status_code == 200

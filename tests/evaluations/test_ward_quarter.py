"""A whole quarter of a ward of 89 cells, through its pages, with no secretary online."""

import json
import re
from datetime import date, timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from cells.models import Assignment, AuditEntry, Door, Job, User
from cells.services import jobs
from cells.vietnamese import points_text
from evaluations.answers import answers_of
from evaluations.demo.answers import Drawn, Facts, Panel, chances
from evaluations.models import Decision, Evaluation, Ranking, Score, Stage, State
from evaluations.reports.grid import shown_cells
from evaluations.reports.sheets_xlsx import FIRST_ROW, FIXED, SHEET
from evaluations.rules.engine import score_sheet
from evaluations.sheet_columns import cell_values, columns_of
from tests import factories

pytestmark = pytest.mark.django_db
CELLS, BY_SHEET, BY_GRID = 89, 4, 45
PERIOD = "2026-Q4"
KINDS = ("thon", "truong_hoc", "co_quan", "to_dan_pho")
DUE, LOCKS = date(2027, 1, 5), "2027-01-10T17:00"


class Ward:
    """The people and cells of a ward, and what each cell is going to answer."""

    def __init__(self):
        self.city = factories.CityFactory()
        self.unit = factories.CommitteeFactory(parent=self.city)
        self.cells = [
            factories.UnitFactory(
                parent=self.unit, kind=factories.CellKindFactory(code=KINDS[number % len(KINDS)])
            )
            for number in range(CELLS)
        ]
        self.rules = factories.quarter_criteria().rules
        self.panel = Panel(self.rules)
        self.drawn = {cell.code: self._draw(number) for number, cell in enumerate(self.cells)}
        roles = {"thanhuy": "city_admin", "canbo": "staff", "canbo2": "staff", "lanhdao": "leader"}
        self.people = SimpleNamespace()
        for name, role in roles.items():
            where = self.city if role == "city_admin" else self.unit
            person = factories.UserFactory(username=name, roles=[(role, where)])
            client = Client()
            client.force_login(person)
            setattr(self.people, name, client)

    def _draw(self, number: int) -> Drawn:
        quality, inflation, rng = chances(f"cell {number}", PERIOD)
        return self.panel.draw(Facts(12 + number % 40, 3), quality, inflation, rng)

    def answers(self, code: str, stage: str = Stage.SELF) -> dict:
        drawn = self.drawn[code]
        values = drawn.own if stage == Stage.SELF else drawn.appraised
        return {one.line: self.panel.as_answer(one) for one in values}

    def sheets(self):
        return list(Evaluation.objects.filter(period__code=PERIOD).with_context())


@pytest.fixture
def ward(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(jobs, "send", lambda pk: None)
    # The quarter after the newest known one is the next to open, whatever the clock says.
    factories.PeriodFactory(
        code="2026-Q3",
        starts_on=date(2026, 7, 1),
        ends_on=date(2026, 9, 30),
        closed_at=timezone.now(),
    )
    return Ward()


def address(name, *args, period=PERIOD):
    return reverse(f"evaluations:{name}", args=[period, *args])


def states():
    return sorted(set(Evaluation.objects.values_list("state", flat=True)))


def open_the_period(ward):
    locks_at = max(factories.moment(LOCKS), timezone.now() + timedelta(days=30))
    answer = ward.people.thanhuy.post(
        reverse("evaluations:period_open"),
        {"code": PERIOD, "due_on": f"{DUE:%d/%m/%Y}", "locks_at": f"{locks_at:%d/%m/%Y %H:%M}"},
    )
    assert answer.status_code == 302
    assert Evaluation.objects.count() == CELLS
    assert states() == [State.DRAFT]


def posted(answer: dict) -> dict:
    """Return the fields by which a page sends an answer."""
    option = answer.get("choice") or answer.get("grade") or ""
    numbers = {name: str(answer[name]) for name in ("num", "den") if name in answer}
    na = {"na": "1"} if answer.get("na") else {}
    return {"option": option, "version": "0", **numbers, **na}


def enter_by_sheet(ward, cells):
    for cell in cells:
        for line, answer in ward.answers(cell.code).items():
            saved = ward.people.canbo.post(address("line", cell.code, line), posted(answer))
            assert saved.status_code == 200


def enter_by_grid(ward, cells):
    for group in ward.rules.groups:
        entries = [
            {
                "unit": cell.code,
                "line": line.code,
                "version": 0,
                "cells": shown_cells(ward.answers(cell.code)[line.code], line),
            }
            for cell in cells
            for line in group.indicators
        ]
        saved = ward.people.canbo.post(
            address("grid_cells", ward.unit.code),
            json.dumps({"entries": entries}),
            content_type="application/json",
        )
        assert {one["state"] for one in saved.json()["lines"]} == {"saved"}
        assert len(saved.json()["rows"]) == len(cells)


def enter_by_excel(ward, cells):
    """Fill in the exported workbook and bring it back."""
    exported = ward.people.canbo.get(address("sheets_xlsx", ward.unit.code))
    book = load_workbook(BytesIO(exported.content))
    page, codes = book[SHEET], {cell.code for cell in cells}
    for row in page.iter_rows(min_row=FIRST_ROW + 1):
        if row[0].value not in codes:
            continue
        answers = ward.answers(row[0].value)
        for column, place in zip(columns_of(ward.rules), row[len(FIXED) :], strict=False):
            line = column.indicator
            place.value = cell_values(answers[line.code], line)[column.part]
    filled = BytesIO()
    book.save(filled)
    file = SimpleUploadedFile("phieu.xlsx", filled.getvalue())
    run = ward.people.canbo.post(reverse("evaluations:imports"), {"kind": "sheets", "file": file})
    done = ward.people.canbo.post(f"{run.url}nhap-that/", follow=True)
    assert "Đã nhập xong" in done.content.decode()


def as_the_engine_says(ward, sheet, stage) -> int:
    """Return the total of a stage, having checked its stored answers against those drawn."""
    rows = Score.objects.filter(evaluation=sheet, stage=stage)
    own = Stage.SELF if stage == Stage.SELF else Stage.APPRAISED
    stored = answers_of(rows, ward.rules)
    assert stored == ward.answers(sheet.unit.code, own)
    return score_sheet(ward.rules, stored, kind=sheet.kind_code).total


def say_why_not(ward):
    """Write the reason at every line that does not apply: without it nothing is handed in."""
    for row in Score.objects.filter(na=True).select_related("evaluation__unit"):
        sent = {"na": "1", "version": str(row.version), "note": "Kỳ này không có việc này."}
        code = row.evaluation.unit.code
        saved = ward.people.canbo.post(address("line", code, row.line), sent)
        assert saved.status_code == 200


def submit_all(ward):
    say_why_not(ward)
    for cell in ward.cells:
        page = ward.people.canbo.get(address("submit", cell.code)).text
        seen = re.findall(r'name="seen" value="([^"]+)"', page)
        sent = {"seen": seen, "agree": "1"}
        assert ward.people.canbo.post(address("submit", cell.code), sent).status_code == 302
    assert states() == [State.SUBMITTED]
    assert Evaluation.objects.filter(is_submitted_for=True).count() == CELLS


def appraise_what_differs(ward):
    """Change what the appraiser found otherwise, with the reason; return how many lines."""
    changed = 0
    for code, drawn in ward.drawn.items():
        answers = ward.answers(code, Stage.APPRAISED)
        for line, note in drawn.notes.items():
            data = {**posted(answers[line]), "note": note}
            saved = ward.people.canbo2.post(address("appraisal_line", code, line), data)
            assert saved.status_code == 200
            changed += 1
    return changed


def accept_the_rest(ward, client):
    for cell in ward.cells:
        client.post(address("appraisal_accept", cell.code))
        client.post(address("appraisal_finish", cell.code))


def decide_all(ward):
    decision = {
        "committee": ward.unit.code,
        "sheets": [str(sheet.pk) for sheet in ward.sheets()],
        "number": "12-QĐ/ĐU",
        "signed_on": f"{timezone.localdate():%d/%m/%Y}",
        "signer": "Nguyễn Văn Thử",
    }
    review = ward.people.lanhdao.post(address("decision_review"), decision)
    assert (review.status_code, len(review.context["rows"])) == (200, CELLS)
    assert states() == [State.APPRAISED]
    assert ward.people.lanhdao.post(address("decision_make"), decision).status_code == 302
    made = Decision.objects.get()
    assert (made.number, made.signed_on) == ("12-QĐ/ĐU", timezone.localdate())
    assert made.evaluations.count() == CELLS
    assert states() == [State.DECIDED]


def rank(ward) -> Ranking:
    assert ward.people.thanhuy.post(address("ranking_build")).status_code == 302
    jobs.job_run(Job.objects.get(kind="ranking").pk)
    assert ward.people.canbo.get(address("ranking")).status_code == 200
    return Ranking.objects.get()


def test_quarter_of_89_cells_from_opening_to_scorecards(ward):
    open_the_period(ward)
    enter_by_sheet(ward, ward.cells[:BY_SHEET])
    enter_by_grid(ward, ward.cells[BY_SHEET : BY_SHEET + BY_GRID])
    enter_by_excel(ward, ward.cells[BY_SHEET + BY_GRID :])
    lines = len(ward.rules.indicators)
    assert Score.objects.filter(door=Door.WEB).count() == (BY_SHEET + BY_GRID) * lines
    assert Score.objects.filter(door=Door.IMPORT).count() == (CELLS - BY_SHEET - BY_GRID) * lines
    for sheet in ward.sheets():
        assert sheet.is_complete
        assert sheet.self_total == as_the_engine_says(ward, sheet, Stage.SELF)

    submit_all(ward)
    accept_the_rest(ward, ward.people.canbo)  # who submitted does not appraise
    assert states() == [State.SUBMITTED]
    assert appraise_what_differs(ward) == sum(len(one.notes) for one in ward.drawn.values()) > 50
    accept_the_rest(ward, ward.people.canbo2)
    assert states() == [State.APPRAISED]
    assert Score.objects.filter(stage=Stage.APPRAISED).count() == CELLS * lines

    decide_all(ward)
    ranking = rank(ward)
    assert (ranking.ranked, ranking.incomplete) == (CELLS, 0)
    final = {}
    for sheet in ward.sheets():
        final[sheet.unit.code] = total = as_the_engine_says(ward, sheet, Stage.FINAL)
        assert (sheet.appraised_total, sheet.final_total) == (total, total)
        card = ward.people.canbo.get(address("scorecard", sheet.unit.code)).content.decode()
        assert points_text(total) in card
        assert "12-QĐ/ĐU" in card
    ranked = ranking.rows.order_by("rank").values_list("unit__code", "total")
    assert dict(ranked) == final
    assert [total for _, total in ranked] == sorted(final.values(), reverse=True)

    assert not Assignment.objects.filter(role="secretary").exists()
    did = AuditEntry.objects.filter(by__isnull=False).values_list("by__username", flat=True)
    assert set(did) == set(User.objects.values_list("username", flat=True))

"""Sheets of years and months taken through the whole path, for tests."""

from datetime import timedelta

from django.utils import timezone

from cells.models import Door, Unit, User
from evaluations.models import Evaluation, Period
from evaluations.services import appraisal, decisions, sheets
from evaluations.services.lines import Change, lines_save
from evaluations.services.periods import period_open
from tests import factories
from tests.evaluations.rules.sheets import full_answers


def opened(code: str) -> Period:
    """Open a period that can be entered for a month, whatever the clock says."""
    factories.quarter_criteria()
    until = timezone.now() + timedelta(days=30)
    return period_open(code=code, by=None, door=Door.COMMAND, locks_at=until).period


def sheet_of(unit: Unit, code: str) -> Evaluation:
    return Evaluation.objects.get(unit=unit, period__code=code)


def fill(sheet: Evaluation, by: User, answers: dict | None = None, *, without=()) -> None:
    """Answer every line as well as can be, but for `answers`; none of `without`."""
    wanted = full_answers(sheet.criteria.rules) | (answers or {})
    changes = [Change(line, answer) for line, answer in wanted.items() if line not in without]
    lines_save(sheet=sheet, changes=changes, by=by, door=Door.WEB)


def submit(sheet: Evaluation, by: User) -> Evaluation:
    return sheets.sheet_submit(sheet=sheet, by=by, door=Door.WEB, on_behalf=False)


def appraise(sheet: Evaluation, by: User) -> Evaluation:
    lines = list(sheet.criteria.rules.indicators)
    appraisal.appraisal_accept(sheet=sheet, lines=lines, by=by, door=Door.WEB)
    return appraisal.appraisal_finish(sheet=sheet, by=by, door=Door.WEB)


def decide(found: list[Evaluation], by: User, number: str = "1-QĐ") -> None:
    first = found[0]
    decisions.decision_make(
        committee=first.period_unit.committee,
        period=first.period,
        sheets=found,
        number=number,
        signed_on=first.period.ends_on,
        signer="Người Ký",
        by=by,
        door=Door.WEB,
    )


def decided(unit: Unit, code: str, people, answers: dict | None = None, number="") -> Evaluation:
    """Take the sheet of a cell of the ward from the first answer to the decision."""
    sheet = sheet_of(unit, code)
    fill(sheet, people.canbo, answers)
    submit(sheet, people.canbo)
    appraise(sheet, people.canbo2)
    decide([sheet], people.lanhdao, number or f"{unit.code}-{code}")
    return Evaluation.objects.get(pk=sheet.pk)

"""Sheets on their whole way through the services, for tests of opening them again."""

from datetime import date

from cells.models import Door
from evaluations.models import Evaluation
from evaluations.services import appraisal, sheets
from evaluations.services.decisions import decision_make
from evaluations.services.reopening import reopen_grant, reopen_request
from tests.evaluations.test_sheet_services import fill


def stored(sheet) -> Evaluation:
    return Evaluation.objects.of_pk(sheet.pk)


def submit(sheet, by, **answers):
    fill(sheet, by, **answers)
    sheets.sheet_submit(sheet=sheet, by=by, door=Door.WEB, on_behalf=False)
    return stored(sheet)


def appraise(sheet, by):
    lines = list(sheet.criteria.rules.indicators)
    appraisal.appraisal_accept(sheet=sheet, lines=lines, by=by, door=Door.WEB)
    appraisal.appraisal_finish(sheet=sheet, by=by, door=Door.WEB)
    return stored(sheet)


def decide(sheet, by, number="05-QĐ/ĐU"):
    decision_make(
        committee=sheet.period_unit.committee,
        period=sheet.period,
        sheets=[sheet],
        number=number,
        signed_on=date(2026, 11, 20),
        signer="Phạm Văn Ký",
        by=by,
        door=Door.WEB,
    )
    return stored(sheet)


def decided(sheet, people):
    return decide(appraise(submit(sheet, people.bithu), people.canbo), people.lanhdao)


def ask(sheet, by, reason="Nhập nhầm dòng 1.2"):
    return reopen_request(sheet=sheet, reason=reason, by=by, door=Door.WEB)


def grant(request, by, answer="", until=None):
    return reopen_grant(request=request, answer=answer, by=by, door=Door.WEB, until=until)

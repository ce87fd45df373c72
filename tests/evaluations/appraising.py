"""Steps of appraising that several tests take."""

from cells.models import Door
from evaluations.models import Evaluation
from evaluations.services import appraisal, sheets
from evaluations.services.line_returns import line_mark, lines_return
from tests import factories
from tests.evaluations.test_sheet_services import fill, save

OTHER = {"num": 1, "den": 2}


def submit(sheet, by):
    return sheets.sheet_submit(sheet=sheet, by=by, door=Door.WEB, on_behalf=False)


def submitted_sheet(unit, by, **fields):
    sheet = factories.sheet(unit, **fields)
    fill(sheet, by)
    return submit(sheet, by)


def mark(sheet, line, by, reason="Số liệu không khớp biên bản"):
    return line_mark(sheet=sheet, line=line, reason=reason, by=by, door=Door.WEB)


def give_back(sheet, by, *lines):
    for line in lines:
        mark(sheet, line, by)
    return lines_return(sheet=sheet, by=by, door=Door.WEB)


def accept_all(sheet, by):
    lines = list(sheet.criteria.rules.indicators)
    return appraisal.appraisal_accept(sheet=sheet, lines=lines, by=by, door=Door.WEB)


def change(sheet, line, by, answer=OTHER, note="Biên bản ghi khác"):
    return save(sheet, line, answer, by, note=note, stage="appraised")


def finish(sheet, by):
    return appraisal.appraisal_finish(sheet=sheet, by=by, door=Door.WEB)


def appraised_sheet(unit, submitter, appraiser, *changed):
    """Return an appraised sheet on which the lines `changed` were scored lower."""
    sheet = submitted_sheet(unit, submitter)
    for line in changed:
        change(sheet, line, appraiser)
    accept_all(sheet, appraiser)
    finish(sheet, appraiser)
    return Evaluation.objects.of_pk(sheet.pk)

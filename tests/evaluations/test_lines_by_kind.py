"""A line for some kinds of cell only: no part of the sheets of the others, at any step."""

from datetime import date

import pytest

from cells.models import Door
from evaluations.models import Stage, State
from evaluations.reports.sheet import sheet_view, stored_rows
from evaluations.rules.criteria import shipped_text
from evaluations.rules.engine import AnswerError
from evaluations.services import appraisal, decisions
from evaluations.services.criteria import criteria_publish
from evaluations.services.lines import Change, lines_save
from evaluations.services.rankings import ranking_build
from evaluations.services.sheets import sheet_submit
from tests import factories
from tests.evaluations.rules.sheets import full_answers

SCHOOL = "truong_hoc"


@pytest.fixture
def period(db):
    """Open a quarter with a set whose line 1.1 is for schools alone."""
    text = shipped_text("CB4T-QUY-2026")
    text = text.replace('code = "CB4T-QUY-2026"', 'code = "THEO-LOAI"', 1)
    assert 'code = "1.1"\n' in text
    text = text.replace('code = "1.1"\n', f'code = "1.1"\nkinds = ["{SCHOOL}"]\n', 1)
    criteria = criteria_publish(text=text, owner=None, by=None, door=Door.COMMAND)
    period = factories.PeriodFactory(code="2026-Q4")
    period.criteria = criteria
    return period


def sheet_of(unit, period, kind):
    made = factories.sheet(unit, period)
    made.criteria, made.lines_total = period.criteria, len(period.criteria.rules.indicators)
    made.save()
    made.period_unit.kind = kind and factories.CellKindFactory(code=kind)
    made.period_unit.criteria = period.criteria
    made.period_unit.save()
    return made


def answer_all(sheet, by, *, without=()):
    answers = full_answers(sheet.criteria.rules)
    changes = [Change(line, answer) for line, answer in answers.items() if line not in without]
    return lines_save(sheet=sheet, changes=changes, by=by, door=Door.WEB)


@pytest.mark.parametrize(("kind", "missing"), [(SCHOOL, ("1.1",)), ("thon", ()), (None, ("1.1",))])
def test_line_is_missing_only_where_it_is_asked(tree, period, people, kind, missing):
    saved = answer_all(sheet_of(tree.a, period, kind), people.canbo, without=("1.1",))
    assert saved.outcome.missing == missing
    assert saved.outcome.total == (100_00 if not missing else 96_00)


def test_answer_to_a_line_of_another_kind_is_refused(tree, period, people):
    sheet = sheet_of(tree.a, period, "thon")
    with pytest.raises(AnswerError, match=r"1\.1"):
        answer_all(sheet, people.canbo)


def test_page_shows_the_line_without_a_control(tree, period):
    sheet = sheet_of(tree.a, period, "thon")
    line = sheet_view(sheet, Stage.SELF, stored_rows(sheet, Stage.SELF)).line("1.1")
    assert line.outcome.by_kind
    assert not line.is_empty


def test_sheet_without_the_line_goes_all_the_way(tree, period, people):
    sheet = sheet_of(tree.a, period, "thon")
    answer_all(sheet, people.canbo, without=("1.1",))
    sheet = sheet_submit(sheet=sheet, by=people.canbo, door=Door.WEB, on_behalf=True)
    lines = list(sheet.criteria.rules.indicators)
    appraisal.appraisal_accept(sheet=sheet, lines=lines, by=people.canbo2, door=Door.WEB)
    sheet = appraisal.appraisal_finish(sheet=sheet, by=people.canbo2, door=Door.WEB)
    decisions.decision_make(
        committee=tree.ward, period=period, sheets=[sheet], number="1-QĐ/ĐU",
        signed_on=date(2026, 12, 20), signer="Người ký", by=people.lanhdao, door=Door.WEB,
    )  # fmt: skip
    sheet.refresh_from_db()
    assert (sheet.state, sheet.final_total, sheet.reasons) == (State.DECIDED, 100_00, [])
    ranking = ranking_build(period=period, scope=tree.city, by=None)
    assert (ranking.ranked, ranking.summary.get("differences", 0)) == (1, 0)

"""What goes into a workbook of sheets: the cells below a unit, what is stored, what is closed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from cells import access
from cells.models import Unit, User
from cells.vietnamese import tidy
from evaluations.answers import Answer, answer_of
from evaluations.models import CriteriaSet, Evaluation, Period, Score, Stage
from evaluations.rules.structure import Criteria
from evaluations.services.lines import closed_lines
from evaluations.services.locks import lock_status


@dataclass(frozen=True)
class SheetRow:
    """One cell to fill in. `lock` says why not, "" where nothing hinders."""

    code: str
    name: str
    state: str
    lock: str
    answers: dict[str, Answer]
    versions: dict[str, int]
    # Why a line does not apply.
    notes: dict[str, str]
    # Lines of an open sheet that are closed: not sent back, or not for this kind of cell.
    closed: frozenset[str]
    annual_class: str


@dataclass(frozen=True)
class SheetBook:
    """What goes into one workbook."""

    period: Period
    unit_name: str
    criteria: CriteriaSet
    rows: Sequence[SheetRow]


def sheet_book(*, user: User, period: Period, unit: Unit, criteria: str = "") -> SheetBook | None:
    """Return the sheets below `unit` that `user` may enter; None where there are none.

    A workbook holds one criteria set: the named one, else the one most sheets are under.
    """
    within = Evaluation.objects.allowed(user, access.ENTER).within(unit).filter(period=period)
    own = Score.objects.filter(stage=Stage.SELF)
    sheets = list(
        within.select_related("unit", "period", "period_unit__kind")
        .prefetch_related("line_returns", Prefetch("scores", queryset=own, to_attr="own"))
        .order_by("unit__path")
    )
    sets = CriteriaSet.objects.in_bulk({sheet.criteria_id for sheet in sheets})
    used = [sets[sheet.criteria_id] for sheet in sheets]
    wanted = [row for row in used if criteria in ("", row.code)]
    if not wanted:
        return None
    chosen = max(set(wanted), key=lambda row: (wanted.count(row), row.code))
    rows = [_row(sheet, chosen.rules, user) for sheet in sheets if sheet.criteria_id == chosen.pk]
    return SheetBook(period, unit.name, chosen, rows)


def _row(sheet: Evaluation, rules: Criteria, user: User) -> SheetRow:
    scores = {score.line: score for score in sheet.own}  # type: ignore[attr-defined]
    return SheetRow(
        code=sheet.unit.code,
        name=sheet.unit.name,
        state=sheet.get_state_display(),
        lock=lock_status(sheet, access.ENTER, user=user),
        answers={line: answer_of(scores.get(line), rules.indicators[line]) for line in scores},
        versions={line: score.version for line, score in scores.items()},
        notes={line: tidy(score.note) for line, score in scores.items() if score.na},
        closed=_closed(sheet, rules, user),
        annual_class=sheet.annual_class,
    )


def _closed(sheet: Evaluation, rules: Criteria, user: User) -> frozenset[str]:
    foreign = {
        code for code, line in rules.indicators.items() if not line.applies_to(sheet.kind_code)
    }
    return frozenset(foreign | set(closed_lines(sheet, user, appraising=False)))

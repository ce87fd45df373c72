"""The three quarters of the demonstration: two decided, one open."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count

from django.db.models import Max
from django.utils import timezone

from cells.models import Door
from evaluations.demo.accounts import Cast
from evaluations.demo.answers import Drawn, Facts, Panel, Values, chances
from evaluations.demo.bulk import Batch, fields_of
from evaluations.demo.cases import Case
from evaluations.demo.scales import Scale
from evaluations.demo.sheets import SheetWriter
from evaluations.demo.stories import Calendar, Story, open_calendar, open_stories, past_calendar
from evaluations.demo.trail import Trail
from evaluations.demo.tree import Node, Tree
from evaluations.models import CriteriaSet, Decision, Evaluation, Period, PeriodUnit
from evaluations.services.periods import Opened, opening_record, period_prepare, snapshot

# Until entering ends a quarter is still the one people work on.
STILL_WORKED_ON = timedelta(days=15)
PERIOD_UNIT = (
    "id period unit path name is_cell parent committee level kind members attending criteria"
    " is_expected reason"
)
VETOED = 0.018
# These cells of the first ward are vetoed in every quarter's story, so that one is always there.
ALWAYS_VETOED = (11, 30)
# How far the cells that came of the split are in the open quarter.
NEW = (Story.SUBMITTED, Story.HALF)
DISCIPLINE, UNDETERMINED_KIND = "discipline", "quan_su"
DECISION_NUMBER = 40


def quarters(today: date) -> list[str]:
    """Return the codes of two past quarters and the one worked on, oldest first."""
    day = today - STILL_WORKED_ON
    index = day.year * 4 + (day.month - 1) // 3
    return [f"{n // 4}-Q{n % 4 + 1}" for n in (index - 2, index - 1, index)]


@dataclass
class Quarters:
    """Writes the periods of one demonstration with all their sheets, one after the other."""

    scale: Scale
    seed: int
    today: date
    tree: Tree
    cast: Cast

    def __post_init__(self) -> None:
        self.period_unit_ids = count(_next_id(PeriodUnit))
        self.sheet_ids = count(_next_id(Evaluation))
        home = self.tree.cells_of[self.tree.wards[0]]
        self.always_vetoed = [home[place] for place in ALWAYS_VETOED]
        # What the cell of the secretary with an account answered in the quarter before.
        self.last: tuple[str, list[Values]] = ("", [])

    def write(self, code: str) -> None:
        """Write one quarter for the cells that the tree has by now."""
        is_open = code == quarters(self.today)[-1]
        period = self._prepare(code, is_open=is_open)
        rows = self._write_period_units(period)
        due = [row for row in rows.values() if row.is_expected]
        opened = Opened(period, len(due), len(due), len(rows) - len(due))
        opening_record(opened, by=None, door=Door.DEMO)
        rng = random.Random(f"{self.seed}/{code}")  # noqa: S311
        calendar = (
            open_calendar(self.today) if is_open else past_calendar(period.ends_on, self.today)
        )
        stories = self._stories(rng, is_open=is_open)
        decisions = self._decide(period, calendar.decided_on, set(stories.values()), rng)
        trail = Trail(
            code,
            has_states=self.scale.audits_states,
            has_values=self.scale.audits_values and is_open,
        )
        trail.decisions = {decision.pk: str(decision) for decision in decisions.values()}
        criteria = CriteriaSet.objects.in_force("cell", period.kind, period.ends_on)[0]
        panel = Panel(criteria.rules)
        writer = SheetWriter(panel, trail, all_stages=self.scale.has_all_stages)
        for ward, cells in self.tree.cells_of.items():
            for cell in cells:
                if (row := rows[cell.id]).is_expected:
                    case = self._case(panel, cell, row, stories[cell.id], calendar)
                    decision = decisions.get(ward.id)
                    case.decision_id = decision.pk if decision else None
                    writer.write(case)
        writer.flush()
        trail.flush()

    def _prepare(self, code: str, *, is_open: bool) -> Period:
        period = period_prepare(code=code)
        day = self.today - timedelta(days=30) if is_open else period.ends_on.replace(day=1)
        moment = datetime.combine(day, time(8))
        period.opened_at = timezone.make_aware(moment, timezone.get_default_timezone())
        period.save(update_fields=["opened_at"])
        return period

    def _write_period_units(self, period: Period) -> dict[int, PeriodUnit]:
        """Freeze the tree as opening the period does, in bulk; count members where none are."""
        batch = Batch(PeriodUnit, PERIOD_UNIT)
        columns = [field.attname for field in fields_of(PeriodUnit, PERIOD_UNIT)]
        rows = {}
        for row in snapshot(period):
            row.pk = next(self.period_unit_ids)
            if not self.scale.has_people:
                cell = self.tree.nodes[row.unit_id - 1]
                row.members, row.attending = cell.members, cell.members - cell.exempt
            batch.add([getattr(row, column) for column in columns])
            rows[row.unit_id] = row
        batch.flush()
        return rows

    def _stories(self, rng: random.Random, *, is_open: bool) -> dict[int, Story]:
        if is_open and self.scale.has_all_stages:
            kept = {self.cast.secretarys_cell.id: Story.HALF}
            kept |= {cell.id: story for cell, story in zip(self.tree.founded, NEW, strict=False)}
            return open_stories(self.tree, kept, rng)
        story = Story.EMPTY if is_open else Story.DECIDED
        return {cell.id: story for cell in self.tree.cells()}

    def _decide(
        self, period: Period, signed_on: date, stories: set[Story], rng: random.Random
    ) -> dict[int, Decision]:
        """Return one decision for each ward, by the id of the ward."""
        if Story.DECIDED not in stories:
            return {}
        made = Decision.objects.bulk_create(
            Decision(
                committee_id=ward.id,
                period=period,
                number=f"{DECISION_NUMBER + int(rng.random() * 160)}-QĐ/ĐU",
                signed_on=signed_on,
                signer=hands.signer,
                by_id=hands.leader,
                at=timezone.make_aware(
                    datetime.combine(signed_on, time(15, 30)), timezone.get_default_timezone()
                ),
            )
            for ward, hands in self.cast.hands.items()
        )
        return {decision.committee_id: decision for decision in made}

    def _case(
        self, panel: Panel, cell: Node, row: PeriodUnit, story: Story, calendar: Calendar
    ) -> Case:
        assert cell.ward is not None  # noqa: S101 - cells stand below a ward
        period = row.period
        quality, inflation, rng = chances(f"{self.seed}/{cell.code}", period.code)
        times = calendar.times(rng)
        hands = self.cast.hands[cell.ward]
        submitter, appraiser = hands.pair(cell.id)
        by_secretary = cell is self.cast.secretarys_cell
        if by_secretary:
            submitter, appraiser = self.cast.secretary, hands.first
        drawn, vetoes = Drawn(), []
        if story != Story.EMPTY:
            facts = Facts(max(row.attending or 0, 1), cell.leaders)
            drawn = panel.draw(facts, quality, inflation, rng)
            vetoes = self._vetoes(panel, cell, drawn, rng)
            if story == Story.DECIDED and self._trained_elsewhere(cell, period):
                panel.without_group(drawn)
        case = Case(
            next(self.sheet_ids), row, story, drawn, vetoes, times, submitter, appraiser,
            hands.leader, is_for_cell=not by_secretary,
        )  # fmt: skip
        if by_secretary and self.scale.has_stories:
            case.carried = {} if case.is_submitted else self._carried(panel, case)
            self.last = (period.title, case.final)
        return case

    def _carried(self, panel: Panel, case: Case) -> dict[str, str]:
        """Return what stands again as it was decided for the quarter before, of what is chosen."""
        place, last = self.last
        choices = [value for value in case.own if value.option and value in last]
        return {value.line: panel.as_last(value, place) for value in choices}

    def _vetoes(self, panel: Panel, cell: Node, drawn: Drawn, rng: random.Random) -> list[str]:
        if rng.random() >= VETOED and cell not in self.always_vetoed:
            return []
        # The second and third of the default sets: somebody was disciplined.
        veto = panel.rules.vetoes[1 + int(rng.random() * 2)]
        panel.worst(drawn, DISCIPLINE)
        return [veto.code]

    def _trained_elsewhere(self, cell: Node, period: Period) -> bool:
        """Tell whether the cell was away for the quarter: a whole group does not apply to it."""
        return cell.kind == UNDETERMINED_KIND and period.code == quarters(self.today)[1]


def _next_id(model: type[PeriodUnit] | type[Evaluation]) -> int:
    return (model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1

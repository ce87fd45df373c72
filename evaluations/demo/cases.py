"""One sheet of the demonstration, before it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from evaluations.demo.answers import Drawn, Values
from evaluations.demo.stories import APPRAISAL_BEGUN, Story, Times
from evaluations.models import PeriodUnit, State

STATES = {
    Story.EMPTY: State.DRAFT,
    Story.HALF: State.DRAFT,
    Story.RETURNED: State.RETURNED,
    Story.SUBMITTED: State.SUBMITTED,
    Story.APPRAISING: State.SUBMITTED,
    Story.APPRAISED: State.APPRAISED,
    Story.DECIDED: State.DECIDED,
}
PER_LINE = timedelta(seconds=40)


@dataclass
class Case:
    """One sheet to be written: whose, how far it came, what stands in it, by whom and when."""

    id: int
    row: PeriodUnit
    story: Story
    drawn: Drawn
    vetoes: list[str]
    times: Times
    submitter: int | None
    appraiser: int | None
    leader: int | None
    is_for_cell: bool
    decision_id: int | None = None
    # What the cell took over from the quarter before: the words of where from, by line.
    carried: Mapping[str, str] = field(default_factory=dict)

    @property
    def own(self) -> list[Values]:
        if self.story == Story.EMPTY:
            return []
        whole = self.drawn.own
        return whole[: len(whole) // 2 + self.id % 5] if self.story == Story.HALF else whole

    @property
    def appraised(self) -> list[Values]:
        if self.story not in APPRAISAL_BEGUN:
            return []
        whole = self.drawn.appraised
        return whole[: len(whole) // 3] if self.story == Story.APPRAISING else whole

    @property
    def final(self) -> list[Values]:
        return self.drawn.appraised if self.story == Story.DECIDED else []

    @property
    def appraisal_began_at(self) -> datetime:
        return self.times.appraised_at - PER_LINE * 45

    @property
    def state(self) -> State:
        return STATES[self.story]

    @property
    def is_submitted(self) -> bool:
        return self.story not in (Story.EMPTY, Story.HALF)

    @property
    def is_appraised(self) -> bool:
        return self.story in (Story.APPRAISED, Story.DECIDED)

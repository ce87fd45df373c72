"""How far each sheet has come, and when each step was taken."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.utils import timezone

from evaluations.demo.tree import Tree, apportion


class Story(StrEnum):
    EMPTY = "empty"
    HALF = "half"
    RETURNED = "returned"
    SUBMITTED = "submitted"
    APPRAISING = "appraising"
    APPRAISED = "appraised"
    DECIDED = "decided"


# Of 89 cells; other wards in proportion. The first three still need work: 37.
OPEN_SHARES = {
    Story.EMPTY: 18,
    Story.HALF: 15,
    Story.RETURNED: 4,
    Story.SUBMITTED: 19,
    Story.APPRAISING: 3,
    Story.APPRAISED: 16,
    Story.DECIDED: 14,
}
APPRAISAL_BEGUN = {Story.APPRAISING, Story.APPRAISED, Story.DECIDED}
RETURN_REASONS = (
    "Đề nghị bổ sung minh chứng cho dòng 1.2 và xem lại số đảng viên được miễn ở nhóm 4.",
    "Số lượt dự sinh hoạt ở dòng 2.3 lớn hơn biên bản. Đề nghị kiểm tra lại.",
    "Dòng 4.2 chưa khớp sổ đăng ký. Đề nghị sửa và nộp lại.",
)
WORK_STARTS, DAYS_BACK = time(8), 26


@dataclass(frozen=True)
class Times:
    """When a sheet was entered, submitted, appraised and decided."""

    entered_at: datetime
    submitted_at: datetime
    appraised_at: datetime
    decided_at: datetime


@dataclass(frozen=True)
class Calendar:
    """The days between which the sheets of one period were worked on."""

    submitted_from: date
    submitted_days: int
    decided_on: date

    def times(self, rng: random.Random) -> Times:
        submitted_at = at(self.submitted_from, rng, 1 + int(rng.random() * self.submitted_days))
        entered_at = submitted_at - timedelta(hours=3 + int(rng.random() * 30))
        appraised_at = submitted_at + timedelta(days=1 + int(rng.random() * 3), hours=1)
        return Times(entered_at, submitted_at, appraised_at, self.decided_at)

    @property
    def decided_at(self) -> datetime:
        return _aware(self.decided_on, time(15, 30))


def past_calendar(ends_on: date, today: date) -> Calendar:
    """Work was done in the fortnight around the due day, and decided by the 20th."""
    decided_on = (ends_on + timedelta(days=1)).replace(day=20)
    yesterday = today - timedelta(days=1)
    return Calendar(ends_on - timedelta(days=6), 11, min(decided_on, yesterday))


def open_calendar(today: date) -> Calendar:
    return Calendar(today - timedelta(days=DAYS_BACK), DAYS_BACK - 8, today - timedelta(days=1))


def at(day: date, rng: random.Random, days: int = 0) -> datetime:
    """Return a minute of working time, some days after `day`."""
    minutes = int(rng.random() * 480)
    return _aware(day, WORK_STARTS) + timedelta(days=days, minutes=minutes)


def open_stories(tree: Tree, kept: Mapping[int, Story], rng: random.Random) -> dict[int, Story]:
    """Deal out the states of the open period ward by ward; `kept` names those of some cells."""
    dealt: dict[int, Story] = {}
    for cells in tree.cells_of.values():
        counts = apportion(len(cells), list(OPEN_SHARES.values()), least=0)
        stories = [
            story for story, count in zip(OPEN_SHARES, counts, strict=True) for _ in range(count)
        ]
        rng.shuffle(stories)
        ids = [cell.id for cell in cells]
        settled = set()
        for key in sorted(kept.keys() & set(ids)):
            place = ids.index(key)
            other = next(
                n for n, story in enumerate(stories) if story == kept[key] and n not in settled
            )
            stories[place], stories[other] = stories[other], stories[place]
            settled.add(place)
        dealt |= zip(ids, stories, strict=True)
    return dealt


def _aware(day: date, moment: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, moment), timezone.get_default_timezone())

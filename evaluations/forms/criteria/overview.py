"""A draft at a glance: what the check finds, its sections, its lines and what they add up to."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from evaluations.criteria_words import purpose
from evaluations.forms.criteria.around import Around
from evaluations.forms.criteria.sections import SECTIONS, Finder, Found
from evaluations.forms.criteria.tables import lines_of, number_of, tables_of, title_of, total_of
from evaluations.rules.places import segments

FULL = 100


@dataclass(frozen=True)
class SectionRow:
    """A page of the draft with how many findings it has."""

    title: str
    url: str
    errors: int
    warnings: int


@dataclass(frozen=True)
class LineRow:
    """A line in the overview; the first of its group cannot go up, the last not down."""

    name: str
    code: str
    title: str
    max: str
    errors: int
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class GroupRow:
    """A group with its lines, what they add up to and what they should."""

    number: int
    name: str
    title: str
    max: str
    sum: str
    fits: bool
    lines: tuple[LineRow, ...]


@dataclass(frozen=True)
class Overview:
    """Everything the page of a draft shows."""

    purpose: str
    found: tuple[Found, ...]
    sections: tuple[SectionRow, ...]
    groups: tuple[GroupRow, ...]
    total: str
    is_full: bool

    @property
    def errors(self) -> list[Found]:
        return [one for one in self.found if one.is_error]

    @property
    def warnings(self) -> list[Found]:
        return [one for one in self.found if not one.is_error]


def overview(around: Around) -> Overview:
    """Return how a draft stands."""
    finder = Finder(around)
    groups = tables_of(around.raw, "groups")
    maxima = [group.get("max") for group in groups]
    return Overview(
        purpose=purpose(around.subject, around.period),
        found=tuple(finder.found),
        sections=tuple(_section(around, finder, name) for name in _shown(around)),
        groups=_groups(around, finder, groups),
        total=number_of(maxima),
        is_full=total_of(maxima) == FULL,
    )


def _shown(around: Around) -> list[str]:
    """Return the sections there are; relations only to a set before."""
    return [name for name in SECTIONS if name != "quan-he" or around.raw.get("succeeds")]


def _section(around: Around, finder: Finder, name: str) -> SectionRow:
    url = reverse("evaluations:draft_section", args=[around.draft.pk, name])
    errors, warnings = _count(finder, url)
    return SectionRow(SECTIONS[name].title, url, errors, warnings)


def _count(finder: Finder, url: str) -> tuple[int, int]:
    there = [one.is_error for one in finder.found if one.page == url]
    return sum(there), len(there) - sum(there)


def _groups(around: Around, finder: Finder, groups: list[dict[str, Any]]) -> tuple[GroupRow, ...]:
    made = []
    for number, (group, name) in enumerate(zip(groups, segments(groups), strict=True)):
        here = [line for line in lines_of(around.raw) if line.group == number]
        points = [line.table.get("max") for line in here]
        rows = []
        for line in here:
            url = reverse("evaluations:draft_line", args=[around.draft.pk, line.name])
            rows.append(
                LineRow(
                    name=line.name,
                    code=str(line.table.get("code", "")),
                    title=title_of(line.table),
                    max=number_of([line.table.get("max")]),
                    errors=_count(finder, url)[0],
                    is_first=line.line == 0,
                    is_last=line.line == len(here) - 1,
                )
            )
        made.append(
            GroupRow(
                number=number + 1,
                name=name,
                title=title_of(group),
                max=number_of([group.get("max")]),
                sum=number_of(points),
                fits=total_of(points) == total_of([group.get("max")]),
                lines=tuple(rows),
            )
        )
    return tuple(made)

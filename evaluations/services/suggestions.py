"""What other sheets suggest for the lines of one: those that feed it, and the one before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from evaluations.answers import Answer
from evaluations.models import Evaluation, State
from evaluations.rules.engine import score_line
from evaluations.rules.explain import explain_line
from evaluations.rules.feeding import Given, counted_answer, fed_answer
from evaluations.rules.structure import Feed, Indicator
from evaluations.services.last_answers import LastAnswers
from evaluations.services.lineage import Origin
from evaluations.services.suggestion_parts import (
    NO_SHEET,
    Kind,
    Part,
    origins_within,
    parts_of,
    recognised_among,
)

FEEDS: dict[Kind, str] = {"months": "from_month", "quarters": "from_quarter", "cells": "from_cells"}
LAST: Literal["last"] = "last"
NAMES: dict[str, str] = {
    "months": "các tháng",
    "quarters": "các quý",
    "cells": "các chi bộ",
    LAST: "kỳ trước",
}


@dataclass(frozen=True)
class Suggestion:
    """An answer that other sheets suggest for a line: those that feed it, or the one before.

    `used` are those that say something, `is_whole` tells whether that is all of them.
    """

    indicator: Indicator
    kind: Kind | Literal["last"]
    answer: Answer
    place: str
    used: tuple[Part, ...] = ()
    is_whole: bool = True
    note: str = ""

    @property
    def text(self) -> str:
        return explain_line(score_line(self.indicator, self.answer)).input

    @property
    def words(self) -> str:
        return f"Theo {NAMES[self.kind]}: {self.text} ({self.place})"

    @property
    def is_last(self) -> bool:
        return self.kind == LAST


@dataclass(frozen=True)
class Source:
    """The sheets of one kind; `apart` is what the unit came of, whose results are not added.

    `recognised` are the sheets whose cells hold the title; None where that is not decided yet.
    """

    kind: Kind
    parts: tuple[Part, ...]
    apart: tuple[Origin, ...] = ()
    recognised: frozenset[int] | None = None

    @property
    def name(self) -> str:
        return NAMES[self.kind]

    def is_good(self, sheet: Evaluation) -> bool:
        if self.recognised is None:
            return bool(sheet.is_eligible)
        return sheet.pk in self.recognised

    @property
    def used(self) -> list[Part]:
        return [part for part in self.parts if part.counts]

    @property
    def left_out(self) -> list[Part]:
        return [part for part in self.parts if not part.counts]


@dataclass(frozen=True)
class Suggestions:
    """What is suggested, by line; `feeds` also names the lines for which there is nothing yet."""

    sources: tuple[Source, ...] = ()
    lines: Mapping[str, Suggestion] = field(default_factory=dict)
    feeds: Mapping[str, tuple[Source, Feed]] = field(default_factory=dict)


def suggestions_of(sheet: Evaluation, last: LastAnswers | None = None) -> Suggestions:
    """Return what is suggested for `sheet`; its period, unit and place must be joined.

    A line that other sheets feed follows them; any other what was answered the period before.
    """
    sources: list[Source] = []
    lines: dict[str, Suggestion] = {}
    feeds: dict[str, tuple[Source, Feed]] = {}
    for kind in FEEDS:
        fed = _fed_lines(sheet, kind)
        source = _source(sheet, kind, [feed for _, feed in fed]) if fed else None
        if source is None:
            continue
        sources.append(source)
        for line, feed in fed:
            suggestion = _suggestion(sheet, source, line, feed)
            if suggestion and line.code not in lines:
                lines[line.code], feeds[line.code] = suggestion, (source, feed)
            feeds.setdefault(line.code, (source, feed))
    for suggestion in _of_last(sheet, last or LastAnswers()):
        if suggestion.indicator.code not in feeds:
            lines[suggestion.indicator.code] = suggestion
    return Suggestions(tuple(sources), lines, feeds)


def _of_last(sheet: Evaluation, last: LastAnswers) -> Iterator[Suggestion]:
    for code, before in last.items():
        line = sheet.criteria.rules.indicators[code]
        if not before.why_not and line.applies_to(sheet.kind_code):
            place = f"{last.place} {before.origin}".strip()
            yield Suggestion(line, LAST, before.answer, place, note=before.note)


def _fed_lines(sheet: Evaluation, kind: Kind) -> list[tuple[Indicator, Feed]]:
    lines = sheet.criteria.rules.indicators.values()
    found = [
        (line, getattr(line, FEEDS[kind])) for line in lines if line.applies_to(sheet.kind_code)
    ]
    return [(line, feed) for line, feed in found if feed]


def _source(sheet: Evaluation, kind: Kind, feeds: Sequence[Feed]) -> Source | None:
    parts = parts_of(sheet, kind, [feed.code for feed in feeds])
    if not parts:
        return None
    if kind == "cells":
        counts = any(feed.how == "eligible" for feed in feeds)
        recognised = recognised_among(sheet, parts) if counts else None
        return Source(kind, tuple(parts), recognised=recognised)
    apart = origins_within(sheet)
    for part in parts:
        if part.why_not == NO_SHEET and apart:
            part.why_not = f"kết quả {apart[0].words}"
    return Source(kind, tuple(parts), apart)


def _suggestion(
    sheet: Evaluation, source: Source, line: Indicator, feed: Feed
) -> Suggestion | None:
    if feed.how == "eligible":
        used, answer = _eligible(source, line)
    else:
        used = [part for part in source.parts if feed.code in part.answers]
        answer = fed_answer(line, feed.how, [_given(part, feed.code) for part in used])
    if not used or not answer:
        return None
    place = _place(sheet, source, used)
    if feed.how == "eligible":
        held = source.recognised is not None
        place = f"{'được công nhận' if held else 'đủ điều kiện'}; {place} đã quyết định"
    is_whole = len(used) == len(source.parts)
    return Suggestion(line, source.kind, answer, place, tuple(used), is_whole)


def _eligible(source: Source, line: Indicator) -> tuple[list[Part], Answer]:
    """Count the cells that hold the title, before that is decided the eligible ones, among all."""
    decided = [part for part in source.parts if part.sheet and part.sheet.state == State.DECIDED]
    good = sum(source.is_good(part.sheet) for part in decided if part.sheet)
    return decided, counted_answer(line, good, len(source.parts))


def _given(part: Part, code: str) -> Given:
    assert part.sheet  # noqa: S101 - a part with answers has a sheet
    return Given(part.sheet.criteria.rules.indicators[code], part.answers[code])


def _place(sheet: Evaluation, source: Source, used: Sequence[Part]) -> str:
    """Return "Quý I–IV/2026", "Tháng 10, 12/2026", "22/25 chi bộ"."""
    if source.kind == "cells":
        return f"{len(used)}/{len(source.parts)} chi bộ"
    word = source.parts[0].label.partition(" ")[0]
    names = [part.label.partition(" ")[2] for part in source.parts]
    places = [number for number, part in enumerate(source.parts) if part in used]
    first = [number for number in places if number - 1 not in places]
    last = [number for number in places if number + 1 not in places]
    spans = [
        names[start] if start == end else f"{names[start]}–{names[end]}"
        for start, end in zip(first, last, strict=True)
    ]
    return f"{word} {', '.join(spans)}/{sheet.period.starts_on.year}"

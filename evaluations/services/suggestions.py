"""What other sheets suggest for the lines of one, and answering the lines so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from cells.models import User
from evaluations.answers import Answer
from evaluations.models import Evaluation, Score, Stage, State
from evaluations.rules.engine import score_line
from evaluations.rules.explain import explain_line
from evaluations.rules.feeding import Given, counted_answer, fed_answer
from evaluations.rules.structure import Feed, Indicator
from evaluations.services.lineage import Origin
from evaluations.services.lines import Change, lines_save
from evaluations.services.locks import line_lock, returned_lines
from evaluations.services.suggestion_parts import (
    NO_SHEET,
    Kind,
    Part,
    origins_within,
    parts_of,
    recognised_among,
)

FEEDS: dict[Kind, str] = {"months": "from_month", "quarters": "from_quarter", "cells": "from_cells"}
NAMES: dict[str, str] = {"months": "các tháng", "quarters": "các quý", "cells": "các chi bộ"}


@dataclass(frozen=True)
class Suggestion:
    """An answer that other sheets suggest for a line; `used` are those that say something."""

    indicator: Indicator
    feed: Feed
    kind: Kind
    answer: Answer
    used: tuple[Part, ...]
    place: str

    @property
    def text(self) -> str:
        return explain_line(score_line(self.indicator, self.answer)).input

    @property
    def words(self) -> str:
        return f"Theo {NAMES[self.kind]}: {self.text} ({self.place})"


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


def suggestions_of(sheet: Evaluation) -> Suggestions:
    """Return what is suggested for `sheet`; its period, unit and place must be joined."""
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
    return Suggestions(tuple(sources), lines, feeds)


@transaction.atomic
def suggestions_take(
    *,
    sheet: Evaluation,
    by: User,
    door: str,
    line: str | None = None,
    version: int | None = None,
) -> int:
    """Answer one line as suggested, or all that are not answered; return how many.

    Raises LockedError, and ConflictError where the line is not as `version` saw it.
    """
    suggested = suggestions_of(sheet).lines
    rows = {row.line: row for row in sheet.scores.filter(stage=Stage.SELF)}
    if line is None:
        returned = returned_lines(sheet)
        wanted = [
            code
            for code in suggested
            if (code not in rows or not rows[code].is_answered) and not line_lock(code, returned)
        ]
    else:
        wanted = [line] if line in suggested else []
    for kind in FEEDS:
        changes = [
            _change(suggested[code], version if line else _version(rows.get(code)))
            for code in wanted
            if suggested[code].kind == kind
        ]
        if changes:
            lines_save(sheet=sheet, changes=changes, by=by, door=door, source=kind)
    return len(wanted)


def _version(row: Score | None) -> int:
    return row.version if row else 0


def _change(suggestion: Suggestion, version: int | None) -> Change:
    code, words = suggestion.indicator.code, suggestion.words
    return Change(code, suggestion.answer, version, origin=words)


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
    return Suggestion(line, feed, source.kind, answer, tuple(used), place)


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

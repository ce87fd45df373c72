"""Score a sheet: lines to groups to a total, a level and every reason against it.

Only integers are computed with: points and percents in hundredths, rounded half up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

from evaluations.rules.answers import AnswerError, Row, read_answer, refuse
from evaluations.rules.lines import LineOutcome, judge, score_line
from evaluations.rules.numbers import half_up
from evaluations.rules.structure import Criteria

__all__ = ["AnswerError", "LineOutcome", "Outcome", "Scorer", "Tally", "score_line", "score_sheet"]

Values = tuple[str, str | None, int | None, int | None, bool]
FIELD = 16  # bits


class Tally(NamedTuple):
    """What a sheet comes to; `groups` in the order of the set, None where undetermined."""

    total: int
    level: str
    groups: tuple[int | None, ...]
    reasons: tuple[str, ...]

    @property
    def eligible(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one sheet, in integer hundredths."""

    total: int
    level: str
    groups: Mapping[str, int | None]
    lines: Mapping[str, int | None]
    reasons: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def eligible(self) -> bool:
        return not self.reasons


def score_sheet(
    criteria: Criteria,
    answers: Mapping[str, object],
    *,
    vetoes: Iterable[str] = (),
    annual_class: str | None = None,
    kind: str | None = None,
) -> Outcome:
    """Score one sheet. A line without an answer is missing, never zero.

    A line that is not for cells of `kind` is not applicable, without any answer.
    """
    return Scorer(criteria).score(answers, vetoes=vetoes, annual_class=annual_class, kind=kind)


class _Judged(dict[Values, LineOutcome]):
    """Remember how each distinct row was judged; a city has few for its many lines."""

    def __init__(self, criteria: Criteria, kind: str | None) -> None:
        super().__init__()
        self.indicators, self.kind = criteria.indicators, kind

    def __missing__(self, values: Values) -> LineOutcome:
        row = Row(*values)
        if row.code not in self.indicators:
            refuse(row.code, "bộ tiêu chí không có dòng này")
        blank = not row.na and not row.option and row.num is None and row.den is None
        outcome = judge(self.indicators[row.code], None if blank else row, self.kind)
        self[values] = outcome
        return outcome


class _Parts(dict[Values, int]):
    """Remember what each distinct row adds to its sheet.

    A part is one integer of 16-bit fields: points and not-applicable maximum of each group, then
    the number of answers. Adding whole integers adds all fields at once; a group stays below
    2**16, as a set comes to 100 points. Lines that are not for `kind` count once, in `base`.
    """

    def __init__(self, criteria: Criteria, kind: str | None) -> None:
        super().__init__()
        self.judged = _Judged(criteria, kind)
        self.fields = Struct(f"<{2 * len(criteria.groups) + 1}H")
        self.answered = 1 << 2 * FIELD * len(criteria.groups)
        self.groups = {
            line.code: number
            for number, group in enumerate(criteria.groups)
            for line in group.indicators
        }
        lines = criteria.indicators.values()
        self.away = {line.code for line in lines if not line.applies_to(kind)}
        self.base = sum(self._part(self.judged[Row(code)]) for code in self.away)

    def __missing__(self, values: Values) -> int:
        outcome = self.judged[values]
        part = 0 if outcome.indicator.code in self.away else self._part(outcome)
        self[values] = part
        return part

    def _part(self, outcome: LineOutcome) -> int:
        if outcome.absent:
            return 0
        line = outcome.indicator
        value = line.max << FIELD if outcome.points is None else outcome.points
        return (value << 2 * FIELD * self.groups[line.code]) + self.answered

    def add(self, rows: Iterable[Values]) -> tuple[int, ...]:
        """Return the summed fields of the rows of one sheet."""
        whole = sum(map(self.__getitem__, rows), self.base)
        return self.fields.unpack(whole.to_bytes(self.fields.size, "little"))


class Scorer:
    """Score many sheets of one criteria set; every distinct row is judged once."""

    def __init__(self, criteria: Criteria) -> None:
        self.criteria = criteria
        self._parts: dict[str | None, _Parts] = {}
        self._kinds = {kind for line in criteria.indicators.values() for kind in line.kinds}
        self._groups = tuple((group.code, group.max, group.floor) for group in criteria.groups)
        self._vetoes = frozenset(veto.code for veto in criteria.vetoes)
        self._size = len(criteria.indicators)
        self._least = criteria.recognition.total_gte
        self._levels = tuple((level.gte, level.code) for level in criteria.levels)

    def score_values(
        self,
        rows: Iterable[Values],
        *,
        vetoes: Iterable[str] = (),
        annual_class: str | None = None,
        kind: str | None = None,
    ) -> Tally:
        """Score stored values: at most one (code, option, num, den, na) for each line."""
        sums = self._parts_of(kind).add(rows)
        return self._conclude(sums, self._obstacles(sums[-1] < self._size, vetoes, annual_class))

    def score(
        self,
        answers: Mapping[str, object],
        *,
        vetoes: Iterable[str] = (),
        annual_class: str | None = None,
        kind: str | None = None,
    ) -> Outcome:
        """Score one sheet of answers, with the points of every line."""
        for code in answers:
            if code not in self.criteria.indicators:
                refuse(str(code), "bộ tiêu chí không có dòng này")
        judged = self._parts_of(kind).judged
        lines = [
            judged[read_answer(indicator, answers.get(code)) or Row(code)]
            for code, indicator in self.criteria.indicators.items()
        ]
        rows = [line.row for line in lines if line.row is not None]
        tally = self.score_values(rows, vetoes=vetoes, annual_class=annual_class, kind=kind)
        codes = (group.code for group in self.criteria.groups)
        return Outcome(
            total=tally.total,
            level=tally.level,
            groups=dict(zip(codes, tally.groups, strict=True)),
            lines={line.indicator.code: line.points for line in lines},
            reasons=tally.reasons,
            missing=tuple(line.indicator.code for line in lines if line.absent),
        )

    def _parts_of(self, kind: str | None) -> _Parts:
        """Return what was judged for `kind`; all kinds that no line names are one."""
        if not self._kinds:
            kind = None
        elif kind is not None and kind not in self._kinds:
            kind = ""
        if kind not in self._parts:
            self._parts[kind] = _Parts(self.criteria, kind)
        return self._parts[kind]

    def _obstacles(
        self, incomplete: bool, vetoes: Iterable[str], annual_class: str | None
    ) -> list[str]:
        """Return the reasons that do not depend on points."""
        reasons = ["incomplete"] if incomplete else []
        for veto in set(vetoes):
            if veto not in self._vetoes:
                raise AnswerError(None, f"Bộ tiêu chí không có điểm loại “{veto}”.")
            reasons.append(f"veto:{veto}")
        if self._class_below(annual_class):
            reasons.append("annual_class_below")
        return reasons

    def _class_below(self, annual_class: str | None) -> bool:
        """Tell whether the set asks for a class and the sheet has none or a lower one."""
        lowest = self.criteria.recognition.annual_class_gte
        if lowest is None:
            return False
        if annual_class is None:
            return True
        classes = self.criteria.annual_classes
        if annual_class not in classes:
            known = ", ".join(classes)
            raise AnswerError(None, f"Không có xếp loại năm “{annual_class}”; chỉ có: {known}.")
        return classes.index(annual_class) < classes.index(lowest)

    def _conclude(self, sums: Sequence[int], reasons: list[str]) -> Tally:
        """Rescale the groups, sum them, and add the reasons that depend on points."""
        groups: list[int | None] = []
        total = 0
        for (code, most, floor), value, na_max in zip(
            self._groups, sums[::2], sums[1::2], strict=False
        ):
            scaled: int | None = value
            if na_max:
                scaled = _rescaled(value, most, na_max)
            groups.append(scaled)
            if scaled is None:
                reasons.append(f"group_undetermined:{code}")
                continue
            total += scaled
            if scaled < floor:
                reasons.append(f"group_floor:{code}")
        if total < self._least:
            reasons.append("total_below")
        level = next(code for least, code in self._levels if total >= least)
        return Tally(total, level, tuple(groups), tuple(sorted(reasons)))


def _rescaled(points: int, most: int, na_max: int) -> int | None:
    """Spread a group over its applicable lines; with none left it is undetermined."""
    return None if na_max == most else half_up(points * most, most - na_max)

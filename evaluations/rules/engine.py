"""Score a sheet: lines to groups to a total, a level and every reason against it.

Only integers are computed with: points and percents in hundredths, rounded half up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

from evaluations.rules.answers import AnswerError, Row, read_answer, refuse
from evaluations.rules.numbers import HUNDRED, half_up, percent_of, whole_number
from evaluations.rules.structure import Band, Criteria, Indicator, Option

__all__ = ["AnswerError", "LineOutcome", "Outcome", "Scorer", "Tally", "score_line", "score_sheet"]

Values = tuple[str, str | None, int | None, int | None, bool]


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """The points of one line and what gave them.

    Without points the line is either not applicable or absent. Without option and band but with
    points, the rule for an empty denominator decided, or no band matched.
    """

    indicator: Indicator
    row: Row | None
    points: int | None
    not_applicable: bool = False
    percent: int | None = None
    option: Option | None = None
    band: Band | None = None

    @property
    def absent(self) -> bool:
        return self.points is None and not self.not_applicable

    @property
    def empty(self) -> bool:
        """Tell whether the denominator was 0, so that the rule for it decided."""
        return self.row is not None and self.row.den == 0


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


def score_line(indicator: Indicator, answer: object) -> LineOutcome:
    """Score one answer in the form of scoring cases, such as {"num": 27, "den": 30}."""
    return _judge(indicator, read_answer(indicator, answer))


def score_sheet(
    criteria: Criteria,
    answers: Mapping[str, object],
    *,
    vetoes: Iterable[str] = (),
    annual_class: str | None = None,
) -> Outcome:
    """Score one sheet. A line without an answer is missing, never zero."""
    return Scorer(criteria).score(answers, vetoes=vetoes, annual_class=annual_class)


def _judge(indicator: Indicator, row: Row | None) -> LineOutcome:
    """Score one typed row."""
    if row is None:
        return LineOutcome(indicator, None, None)
    if row.na:
        if not indicator.na:
            refuse(indicator.code, "chỉ báo này không được chọn “không áp dụng”")
        return LineOutcome(indicator, row, None, not_applicable=True)
    if indicator.input in ("grade", "choice"):
        return _judge_option(indicator, row)
    if indicator.input == "count":
        return _judge_count(indicator, row)
    return _judge_ratio(indicator, row)


def _judge_option(indicator: Indicator, row: Row) -> LineOutcome:
    option = indicator.option(row.option or "")
    if option is None:
        known = ", ".join(option.code for option in indicator.options)
        refuse(indicator.code, f"không có lựa chọn “{row.option}”; hãy chọn một trong: {known}")
    return LineOutcome(indicator, row, option.points, option=option)


def _judge_count(indicator: Indicator, row: Row) -> LineOutcome:
    if row.num is None:
        refuse(indicator.code, "còn thiếu số lượng")
    if row.num < 0:
        refuse(indicator.code, f"số lượng không được âm ({row.num})")
    band = _band(indicator, row.num * HUNDRED)
    return LineOutcome(indicator, row, band.points if band else 0, band=band)


def _judge_ratio(indicator: Indicator, row: Row) -> LineOutcome:
    """Let an empty denominator decide first; else match the rounded percent to the bands."""
    num, den = row.num, row.den
    if num is None or den is None:
        refuse(indicator.code, "cần cả tử số và mẫu số")
    if num < 0 or den < 0:
        refuse(indicator.code, f"tử số và mẫu số không được âm ({num}/{den})")
    if den == 0:
        if indicator.empty == "na":
            return LineOutcome(indicator, row, None, not_applicable=True)
        return LineOutcome(indicator, row, indicator.max if indicator.empty == "full" else 0)
    if num > den and not indicator.may_exceed_100:
        part = f"số {indicator.num_label}" if indicator.num_label else "tử số"
        whole = f"số {indicator.den_label}" if indicator.den_label else "mẫu số"
        refuse(
            indicator.code,
            f"{part} ({whole_number(num)}) không được lớn hơn {whole} ({whole_number(den)})",
        )
    percent = percent_of(num, den)
    band = _band(indicator, percent)
    return LineOutcome(indicator, row, band.points if band else 0, percent=percent, band=band)


def _band(indicator: Indicator, value: int) -> Band | None:
    return next((band for band in indicator.bands if band.holds(value)), None)


class _Parts(dict[Values, int]):
    """Remember what each distinct row adds; a city has few distinct rows for its many lines.

    A part is one integer of 16-bit fields: points and not-applicable maximum of each group, then
    the number of answers. Adding whole integers adds all fields at once; a group stays below
    2**16, as a set comes to 100 points.
    """

    def __init__(self, criteria: Criteria) -> None:
        super().__init__()
        self.fields = Struct(f"<{2 * len(criteria.groups) + 1}H")
        self.lines = {
            line.code: (number, line)
            for number, group in enumerate(criteria.groups)
            for line in group.indicators
        }

    def __missing__(self, values: Values) -> int:
        row = Row(*values)
        if row.code not in self.lines:
            refuse(row.code, "bộ tiêu chí không có chỉ báo này")
        group, line = self.lines[row.code]
        blank = not row.na and not row.option and row.num is None and row.den is None
        outcome = _judge(line, None if blank else row)
        fields = [0] * (self.fields.size // 2)
        fields[2 * group] = outcome.points or 0
        fields[2 * group + 1] = line.max if outcome.not_applicable else 0
        fields[-1] = 0 if outcome.absent else 1
        part = self[values] = int.from_bytes(self.fields.pack(*fields), "little")
        return part

    def add(self, rows: Iterable[Values]) -> tuple[int, ...]:
        """Return the summed fields of the rows of one sheet."""
        whole = sum(map(self.__getitem__, rows))
        return self.fields.unpack(whole.to_bytes(self.fields.size, "little"))


class Scorer:
    """Score many sheets of one criteria set; every distinct row is judged once."""

    def __init__(self, criteria: Criteria) -> None:
        self.criteria = criteria
        self._parts = _Parts(criteria)
        self._groups = tuple((group.code, group.max, group.floor) for group in criteria.groups)
        self._vetoes = frozenset(veto.code for veto in criteria.vetoes)
        self._size = len(criteria.indicators)

    def score_values(
        self,
        rows: Iterable[Values],
        *,
        vetoes: Iterable[str] = (),
        annual_class: str | None = None,
    ) -> Tally:
        """Score stored values: at most one (code, option, num, den, na) for each line."""
        *sums, answered = self._parts.add(rows)
        return self._conclude(sums, self._obstacles(answered < self._size, vetoes, annual_class))

    def score(
        self,
        answers: Mapping[str, object],
        *,
        vetoes: Iterable[str] = (),
        annual_class: str | None = None,
    ) -> Outcome:
        """Score one sheet of answers, with the points of every line."""
        for code in answers:
            if code not in self.criteria.indicators:
                refuse(str(code), "bộ tiêu chí không có chỉ báo này")
        lines = {
            code: score_line(indicator, answers.get(code))
            for code, indicator in self.criteria.indicators.items()
        }
        rows = [line.row for line in lines.values() if line.row is not None]
        tally = self.score_values(rows, vetoes=vetoes, annual_class=annual_class)
        codes = (group.code for group in self.criteria.groups)
        return Outcome(
            total=tally.total,
            level=tally.level,
            groups=dict(zip(codes, tally.groups, strict=True)),
            lines={code: line.points for code, line in lines.items()},
            reasons=tally.reasons,
            missing=tuple(code for code, line in lines.items() if line.absent),
        )

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

    def _conclude(self, sums: list[int], reasons: list[str]) -> Tally:
        """Rescale the groups, sum them, and add the reasons that depend on points."""
        groups: list[int | None] = []
        total = 0
        for (code, most, floor), value, na_max in zip(
            self._groups, sums[::2], sums[1::2], strict=True
        ):
            scaled = _rescaled(value, most, na_max) if na_max else value
            groups.append(scaled)
            if scaled is None:
                reasons.append(f"group_undetermined:{code}")
                continue
            total += scaled
            if scaled < floor:
                reasons.append(f"group_floor:{code}")
        if total < self.criteria.recognition.total_gte:
            reasons.append("total_below")
        level = self.criteria.level(total).code
        return Tally(total, level, tuple(groups), tuple(sorted(reasons)))


def _rescaled(points: int, most: int, na_max: int) -> int | None:
    """Spread a group over its applicable lines; with none left it is undetermined."""
    return None if na_max == most else half_up(points * most, most - na_max)

"""Plausible answers to the lines of any criteria set, and what an appraiser made of them."""

import random
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from evaluations.rules.engine import Scorer, Tally, score_line
from evaluations.rules.structure import Criteria, Indicator
from evaluations.services.suggestions import LAST, Suggestion

WHOLE = 10_000  # 100 percent
# How often a line does not apply, where the set allows that.
NOT_APPLICABLE = {"admissions": 0.45, "inspections_done": 0.1, "targets_exceeded": 0.03}
# Why it does not, as the cell explains it.
NA_REASONS = {
    "admissions": "Kỳ này chi bộ không được giao chỉ tiêu kết nạp.",
    "inspections_done": "Chương trình kỳ này không có cuộc kiểm tra, giám sát nào.",
    "targets_exceeded": "Kỳ này không có nhiệm vụ nào tính vượt mức.",
}
OTHER_NA_REASON = "Kỳ này chi bộ không phát sinh việc này."
MEETINGS = 3  # owed in a quarter
HABITS = {"regular_meetings", "thematic_session", "discipline", "fees_on_time", "members_assigned"}
REASONS = (
    "Số liệu chưa khớp với sổ theo dõi của đảng ủy.",
    "Chưa có minh chứng kèm theo cho phần tự chấm.",
    "Đối chiếu biên bản sinh hoạt, kết quả thấp hơn tự chấm.",
    "Cấp giao việc chưa chấp nhận kết quả.",
    "Danh sách ký nhận còn thiếu.",
    "Đã trao đổi với bí thư chi bộ, thống nhất điều chỉnh.",
)


class Values(NamedTuple):
    """One answer as the engine reads it and a score stores it."""

    line: str
    option: str = ""
    num: int | None = None
    den: int | None = None
    na: bool = False


class Facts(NamedTuple):
    """What the denominators of a cell come from."""

    members: int  # not exempt
    leaders: int


@dataclass
class Drawn:
    """A whole sheet: what the cell gave itself, what the appraiser found, and why it differs."""

    own: list[Values] = field(default_factory=list)
    appraised: list[Values] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)


class Panel:
    """Draws and scores the sheets of one criteria set."""

    def __init__(self, rules: Criteria) -> None:
        self.rules = rules
        self.lines = list(rules.indicators.values())
        self.points = _Points(rules)
        self._scorer = Scorer(rules)

    def tally(self, values: list[Values], vetoes: list[str]) -> Tally:
        return self._scorer.score_values(values, vetoes=vetoes)

    def draw(self, facts: Facts, quality: float, inflation: float, rng: random.Random) -> Drawn:
        """Draw a sheet; `quality` and `inflation` are chances from 0 to 1."""
        drawn = Drawn()
        bases = _bases(facts, rng)
        for line in self.lines:
            if line.na and rng.random() < NOT_APPLICABLE.get(line.slug, 0):
                found = own = Values(line.code, na=True)
            else:
                chance = (1 + quality) / 2 if line.slug in HABITS else quality
                step = _step(line, chance, rng)
                base = bases.get(line.slug, facts.members)
                found = own = answer_at(line, step, base, rng)
                if step and rng.random() < inflation:
                    own = answer_at(line, step - 1, base, rng)
                if line.slug == "regular_meetings":
                    bases["duration_ok"] = bases["documents_ahead"] = found.num or 0
            drawn.own.append(own)
            drawn.appraised.append(found)
            if own != found:
                drawn.notes[line.code] = REASONS[int(rng.random() * len(REASONS))]
        return drawn

    def without_group(self, drawn: Drawn) -> None:
        """Make the first group that allows it not applicable as a whole."""
        for group in self.rules.groups:
            if all(line.na for line in group.indicators):
                codes = {line.code for line in group.indicators}
                break
        else:
            return
        drawn.own = [Values(v.line, na=True) if v.line in codes else v for v in drawn.own]
        drawn.appraised = [
            Values(v.line, na=True) if v.line in codes else v for v in drawn.appraised
        ]
        drawn.notes = {line: note for line, note in drawn.notes.items() if line not in codes}

    def worst(self, drawn: Drawn, slug: str) -> None:
        """Answer the line of that name, if the set has it, by its last option on both stages."""
        for place, line in enumerate(self.lines):
            if line.slug == slug and line.options:
                value = Values(line.code, option=line.options[-1].code)
                drawn.own[place] = drawn.appraised[place] = value
                drawn.notes.pop(line.code, None)

    def as_answer(self, values: Values) -> dict[str, Any]:
        return as_answer(self.rules.indicators[values.line], values)

    def as_last(self, values: Values, place: str) -> str:
        """Say where an answer comes from that was taken over from the period `place`."""
        line = self.rules.indicators[values.line]
        return Suggestion(line, LAST, as_answer(line, values), place).words


class _Points(dict[Values, int | None]):
    """The points of each distinct answer, by the engine."""

    def __init__(self, rules: Criteria) -> None:
        super().__init__()
        self.rules = rules

    def __missing__(self, values: Values) -> int | None:
        line = self.rules.indicators[values.line]
        points = self[values] = score_line(line, as_answer(line, values)).points
        return points


def as_answer(line: Indicator, values: Values) -> dict[str, Any]:
    if values.na:
        return {"na": True}
    if line.input in ("choice", "grade"):
        return {line.input: values.option}
    if line.input == "count":
        return {"count": values.num}
    return {"num": values.num, "den": values.den}


def answer_at(line: Indicator, step: int, base: int, rng: random.Random) -> Values:
    """Return an answer that earns the best option or band (step 0) or one below it."""
    if line.options:
        return Values(line.code, option=line.options[step].code)
    if line.input == "count":
        return Values(line.code, num=line.bands[step].threshold // 100)
    if base == 0:
        return Values(line.code, na=True) if line.na else Values(line.code, num=0, den=0)
    least = line.bands[step].threshold
    if step == 0:
        percent = rng.uniform(least, min(WHOLE, least + WHOLE // 5))
        num = -int(-base * percent // WHOLE)
        return Values(line.code, num=min(num, base), den=base)
    most = line.bands[step - 1].threshold
    percent = rng.uniform(max(least, most * 3 // 5), most)
    return Values(line.code, num=int(base * percent // WHOLE), den=base)


def _step(line: Indicator, chance: float, rng: random.Random) -> int:
    """Return how many steps below the best the answer falls."""
    last = len(line.options or line.bands) - 1
    step = 0
    while step < last and rng.random() > chance:
        step += 1
    return step


def _bases(facts: Facts, rng: random.Random) -> dict[str, int]:
    """Return the denominators of one sheet; those of members stay out (the default)."""
    tasks = 8 + int(rng.random() * 20)
    return {
        "targets_on_time": tasks,
        "targets_exceeded": tasks,
        "petitions_answered": int(rng.random() * 9),
        "regular_meetings": MEETINGS,
        "duration_ok": MEETINGS,
        "documents_ahead": MEETINGS,
        "avg_attendance": MEETINGS * facts.members,
        "fees_on_time": MEETINGS * facts.members,
        "inspections_done": 1 + int(rng.random() * 3),
        "shortcomings_fixed": int(rng.random() * 5),
        "admissions": 1 + int(rng.random() * 2),
        "leaders_exemplary": facts.leaders,
    }


def chances(seed: str, period: str) -> tuple[float, float, random.Random]:
    """Return quality, inflation and a generator for a cell in a period; a cell keeps its nature."""
    nature = random.Random(seed)  # noqa: S311
    weak = nature.random() < 0.05
    base = nature.uniform(0.45, 0.6) if weak else 0.6 + 0.35 * nature.betavariate(3, 1.8)
    inflation = 0.6 if nature.random() < 0.06 else nature.uniform(0.02, 0.22)
    rng = random.Random(f"{seed}/{period}")  # noqa: S311
    return min(0.97, max(0.35, base + rng.gauss(0, 0.035))), inflation, rng

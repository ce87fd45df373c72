"""The rival of the rules: one plain loop over integers, for one set, without a word of reasons."""

from bisect import bisect_right
from typing import Any

from evaluations.rules.structure import Criteria


class PlainRules:
    """Score stored values into (total, level, eligible)."""

    def __init__(self, criteria: Criteria) -> None:
        self.groups = [(group.max, group.floor) for group in criteria.groups]
        self.least = criteria.recognition.total_gte
        self.size = len(criteria.indicators)
        self.bounds = sorted(level.gte for level in criteria.levels)
        self.levels = {level.gte: level.code for level in criteria.levels}
        self.lines: dict[str, Any] = {}
        for place, group in enumerate(criteria.groups):
            for line in group.indicators:
                bands = sorted((b.threshold + b.strict, b.points) for b in line.bands)
                self.lines[line.code] = (
                    place,
                    line.max,
                    line.empty,
                    {option.code: option.points for option in line.options},
                    [bound for bound, _ in bands],
                    [points for _, points in bands],
                )

    def score(self, rows: list[Any]) -> tuple[int, str, bool]:
        points, away = [0] * len(self.groups), [0] * len(self.groups)
        answered = 0
        for code, option, num, den, na in rows:
            place, most, empty, options, bounds, steps = self.lines[code]
            if na:
                away[place] += most
            elif option:
                points[place] += options[option]
            elif num is None:
                continue
            elif den == 0:
                if empty == "na":
                    away[place] += most
                elif empty == "full":
                    points[place] += most
            else:
                value = num * 100 if den is None else (20_000 * num + den) // (2 * den)
                step = bisect_right(bounds, value)
                points[place] += steps[step - 1] if step else 0
            answered += 1
        total, eligible = 0, answered == self.size
        for (most, floor), value, gone in zip(self.groups, points, away, strict=True):
            if gone == most:
                eligible = False
                continue
            left = most - gone
            scaled = (2 * value * most + left) // (2 * left) if gone else value
            total += scaled
            eligible = eligible and scaled >= floor
        level = self.levels[self.bounds[bisect_right(self.bounds, total) - 1]]
        return total, level, eligible and total >= self.least

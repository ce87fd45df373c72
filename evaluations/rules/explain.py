"""Say in plain Vietnamese how each line came to its points and what the next band takes."""

from collections.abc import Mapping
from dataclasses import dataclass

from evaluations.rules.engine import Outcome
from evaluations.rules.lines import LineOutcome, score_line
from evaluations.rules.numbers import HUNDRED, percent_of, spoken, whole_number
from evaluations.rules.structure import Band, Criteria, Indicator


@dataclass(frozen=True, slots=True)
class LineExplanation:
    """One line in words; percent and points in hundredths, `next` None when nothing is left."""

    line: str
    input: str
    percent: int | None
    rule: str
    points: int | None
    lost: int | None
    next: str | None


def explain(
    criteria: Criteria,
    answers: Mapping[str, object],
    outcome: Outcome,
    *,
    kind: str | None = None,
) -> list[LineExplanation]:
    """Explain every line of a scored sheet, in the order of the set."""
    lines = []
    for code, indicator in criteria.indicators.items():
        line = explain_line(score_line(indicator, answers.get(code), kind=kind))
        if line.points != outcome.lines[code]:
            raise ValueError(f"The outcome is not that of these answers: line {code}.")
        lines.append(line)
    return lines


def explain_line(outcome: LineOutcome) -> LineExplanation:
    indicator, points = outcome.indicator, outcome.points
    lost = None if points is None else indicator.max - points
    return LineExplanation(
        line=indicator.code,
        input=_input(outcome),
        percent=outcome.percent,
        rule=_rule(outcome),
        points=points,
        lost=lost,
        next=_next(outcome) if lost or outcome.absent else None,
    )


def answer_words(outcome: LineOutcome) -> str:
    """Return an answer in words: "38/40 = 95,00 %", "Khá", "không áp dụng", "chưa chấm"."""
    if outcome.absent:
        return "chưa chấm"
    said = _input(outcome)
    if outcome.percent is None:
        return said
    whole, rest = divmod(outcome.percent, HUNDRED)
    return f"{said} = {whole},{rest:02d} %"


def _points(points: int) -> str:
    return f"{spoken(points)} điểm"


def _input(outcome: LineOutcome) -> str:
    row = outcome.row
    if outcome.by_kind or (row is not None and row.na):
        return "không áp dụng"
    if outcome.option:
        return outcome.option.title
    if row is None or row.num is None:
        return "chưa chấm"
    if row.den is None:
        return whole_number(row.num)
    return f"{whole_number(row.num)}/{whole_number(row.den)}"


def _rule(outcome: LineOutcome) -> str:
    indicator, points = outcome.indicator, outcome.points
    if outcome.absent:
        return "chưa chấm: chưa có điểm"
    if outcome.not_applicable and outcome.empty:
        return "mẫu số bằng 0: không áp dụng, không tính vào nhóm"
    if outcome.by_kind:
        return "không dành cho loại hình chi bộ này: không tính vào nhóm"
    if points is None:
        return "không áp dụng: không tính vào nhóm"
    if outcome.option:
        return f"{outcome.option.title}: {_points(points)}"
    if outcome.empty:
        if indicator.empty == "full":
            return f"mẫu số bằng 0: tính đủ {_points(points)}"
        return f"mẫu số bằng 0: {_points(points)}"
    if outcome.band is None:
        return f"không thuộc mức nào: {_points(points)}"
    return f"{band_words(indicator, outcome.band)}: {_points(points)}"


def band_words(indicator: Indicator, band: Band) -> str:
    """Name a band, such as "từ 95 % trở lên", "dưới 80 %" or "trên 0 %"."""
    unit = " %" if indicator.input == "ratio" else ""
    place = indicator.bands.index(band)
    above = indicator.bands[place - 1] if place else None
    if band.threshold == 0 and not band.strict and above:
        bound = f"{spoken(above.threshold)}{unit}"
        if not above.strict:
            return f"dưới {bound}"
        return f"bằng {bound}" if above.threshold == 0 else f"không quá {bound}"
    bound = f"{spoken(band.threshold)}{unit}"
    if band.strict:
        return f"trên {bound}"
    top = band.threshold == HUNDRED * HUNDRED and not indicator.may_exceed_100
    return f"đạt {bound}" if unit and top else f"từ {bound} trở lên"


def _next(outcome: LineOutcome) -> str | None:
    indicator, row, points = outcome.indicator, outcome.row, outcome.points
    if row is None or points is None:
        return f"cần chấm dòng này: tối đa {_points(indicator.max)}"
    if outcome.empty:
        return "cần có số liệu: mẫu số đang bằng 0"
    if row.num is None:
        return _next_option(indicator, points)
    better = sorted((b for b in indicator.bands if b.points > points), key=lambda b: b.points)
    steps = (_reach(indicator, band, row.num, row.den) for band in better)
    return next(filter(None, steps), None)


def _next_option(indicator: Indicator, points: int) -> str | None:
    better = [option for option in indicator.options if option.points > points]
    if not better:
        return None
    option = min(better, key=lambda option: option.points)
    return f"cần “{option.title}” để được {_points(option.points)}"


def _reach(indicator: Indicator, band: Band, num: int, den: int | None) -> str | None:
    """Say what count or numerator would just enter `band`, None where no number can."""
    wanted = nearest_number(indicator, band, num, den)
    if wanted is None:
        return None
    step = (
        f"thêm {whole_number(wanted - num)}"
        if wanted > num
        else f"bớt {whole_number(num - wanted)}"
    )
    target = whole_number(wanted)
    if den is not None:
        target += f"/{whole_number(den)} ({spoken(percent_of(wanted, den))} %)"
    return f"cần {target} để được {_points(band.points)}: {step}"


def nearest_number(indicator: Indicator, band: Band, num: int, den: int | None) -> int | None:
    """Return the number closest to `num` whose value falls in `band`."""

    def falls(candidate: int) -> bool:
        value = candidate * HUNDRED if den is None else percent_of(candidate, den)
        return next((b for b in indicator.bands if b.holds(value)), None) is band

    limit = den if den is not None and not indicator.may_exceed_100 else None
    edges = [_least(edge, den) for edge in indicator.bands]
    candidates = edges + [edge - 1 for edge in edges]
    fit = [c for c in candidates if c >= 0 and (limit is None or c <= limit) and falls(c)]
    return min(fit, key=lambda candidate: abs(candidate - num), default=None)


def _least(band: Band, den: int | None) -> int:
    """Return the least number at or above the band's threshold, after rounding the percent."""
    threshold = band.threshold + band.strict
    if den is None:
        return -(-threshold // HUNDRED)
    # The least num with half_up(10000 × num ÷ den) ≥ threshold.
    return max(0, -(-den * (2 * threshold - 1) // (2 * HUNDRED * HUNDRED)))

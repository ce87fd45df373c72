import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evaluations.rules.answers import read_answer
from evaluations.rules.criteria import load_shipped
from evaluations.rules.engine import Scorer, score_line, score_sheet
from evaluations.rules.explain import explain
from evaluations.rules.numbers import percent_of
from tests.evaluations.rules.sheets import best_answer, full_answers

SETS = list(load_shipped().values())
settings.register_profile("rules", deadline=None, max_examples=100)
settings.load_profile("rules")


def scored(line):
    """Draw answers with points, also outside the band edges."""
    if line.input in ("grade", "choice"):
        return st.sampled_from([{line.input: option.code} for option in line.options])
    if line.input == "count":
        return st.integers(0, 8).map(lambda count: {"count": count})
    smallest = 1 if line.empty == "na" else 0
    pairs = st.tuples(st.integers(0, 120), st.integers(smallest, 100))
    if not line.may_exceed_100:
        pairs = pairs.map(lambda pair: (min(pair), max(pair)))
        pairs = pairs.filter(lambda pair: pair[1] >= smallest)
    return pairs.map(lambda pair: {"num": pair[0], "den": pair[1]})


def any_answer(line):
    answers = scored(line) | st.just({})
    return answers | st.just({"na": True}) if line.na else answers


@st.composite
def sheets(draw, line_answers=any_answer):
    criteria = draw(st.sampled_from(SETS))
    answers = {
        code: draw(line_answers(indicator)) for code, indicator in criteria.indicators.items()
    }
    return criteria, answers


@given(st.data())
def test_all_best_is_one_hundred_whatever_does_not_apply(data):
    criteria = data.draw(st.sampled_from(SETS))
    answers = full_answers(criteria)
    for group in criteria.groups:
        optional = [line.code for line in group.indicators if line.na]
        gone = data.draw(st.sets(st.sampled_from(optional))) if optional else set()
        if len(gone) < len(group.indicators):
            answers |= {code: {"na": True} for code in gone}
    assert score_sheet(criteria, answers, annual_class="HTXSNV").total == 10_000


@given(sheets(), st.data())
def test_raising_one_scored_line_never_lowers_the_total(sheet, data):
    criteria, answers = sheet
    line = criteria.indicators[data.draw(st.sampled_from(sorted(criteria.indicators)))]
    pair = [data.draw(scored(line)), data.draw(scored(line))]
    low, high = sorted(pair, key=lambda answer: score_line(line, answer).points)
    lower = score_sheet(criteria, answers | {line.code: low})
    higher = score_sheet(criteria, answers | {line.code: high})
    assert lower.total <= higher.total
    better = score_line(line, high).points > score_line(line, low).points
    assert better == (lower.total < higher.total)


@given(sheets(scored), st.data())
def test_absent_line_is_reported_and_never_equals_a_zero(sheet, data):
    criteria, answers = sheet
    code = data.draw(st.sampled_from(sorted(criteria.indicators)))
    absent = score_sheet(criteria, {k: v for k, v in answers.items() if k != code})
    assert absent.missing == (code,)
    assert absent.lines[code] is None
    assert "incomplete" in absent.reasons
    present = score_sheet(criteria, answers)
    assert present.missing == ()
    assert present.lines[code] is not None
    assert "incomplete" not in present.reasons


@given(sheets())
def test_sum_of_the_groups_is_the_total(sheet):
    outcome = score_sheet(*sheet)
    assert sum(points or 0 for points in outcome.groups.values()) == outcome.total


@given(sheets())
def test_undetermined_group_is_one_without_an_applicable_line(sheet):
    criteria, answers = sheet
    outcome = score_sheet(criteria, answers)
    for group in criteria.groups:
        gone = [score_line(i, answers[i.code]).not_applicable for i in group.indicators]
        assert (outcome.groups[group.code] is None) == all(gone)
        assert (f"group_undetermined:{group.code}" in outcome.reasons) == all(gone)


@given(sheets(), st.randoms())
def test_order_of_the_answers_does_not_matter(sheet, random):
    criteria, answers = sheet
    shuffled = list(answers.items())
    random.shuffle(shuffled)
    assert score_sheet(criteria, dict(shuffled)) == score_sheet(criteria, answers)


@given(sheets())
def test_stored_values_score_like_the_answers(sheet):
    criteria, answers = sheet
    rows = (read_answer(criteria.indicators[code], answer) for code, answer in answers.items())
    values = [
        tuple(row) if row else (code, "", None, None, False)
        for code, row in zip(answers, rows, strict=True)
    ]
    vetoes = [veto.code for veto in criteria.vetoes[:1]]
    outcome = score_sheet(criteria, answers, vetoes=vetoes)
    scorer = Scorer(criteria)
    for _ in range(2):  # the second time from memory
        tally = scorer.score_values(values, vetoes=vetoes)
        assert (tally.total, tally.level, tally.reasons) == (
            outcome.total,
            outcome.level,
            outcome.reasons,
        )
        assert tally.groups == tuple(outcome.groups.values())


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_percent_is_the_exact_share_rounded_half_up(num, den):
    exact = Fraction(num * 10_000, den)
    assert abs(percent_of(num, den) - exact) <= Fraction(1, 2)
    assert percent_of(num, den) - exact != Fraction(-1, 2)


@given(st.integers(0, 10_000), st.sampled_from([1, 2, 4, 8, 16, 40, 125, 400, 3200]))
def test_percent_agrees_with_decimal_arithmetic_at_ties(num, den):
    exact = Decimal(100 * num) / den
    assert Decimal(percent_of(num, den)) == 100 * exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


NEXT = re.compile(r"cần ([\d.]+)(?:/[\d.]+ \(.+\))? để được ([\d,]+) điểm: (thêm|bớt) ([\d.]+)")


@given(sheets(scored))
def test_the_next_step_is_enough_and_not_more_than_needed(sheet):
    criteria, answers = sheet
    for item in explain(criteria, answers, score_sheet(criteria, answers)):
        step = NEXT.fullmatch(item.next or "")
        if not step:
            continue
        line, answer = criteria.indicators[item.line], answers[item.line]
        key = "count" if line.input == "count" else "num"
        number, promised = int(step[1].replace(".", "")), float(step[2].replace(",", "."))
        assert score_line(line, answer | {key: number}).points == promised * 100 > item.points
        back = number - 1 if step[3] == "thêm" else number + 1
        assert score_line(line, answer | {key: back}).points < promised * 100
        assert abs(number - answer[key]) == int(step[4].replace(".", ""))


@given(sheets(scored))
def test_every_lost_point_says_how_to_win_it_back(sheet):
    criteria, answers = sheet
    for item in explain(criteria, answers, score_sheet(criteria, answers)):
        assert item.points + item.lost == criteria.indicators[item.line].max
        assert (item.next is None) == (item.lost == 0)


@pytest.mark.parametrize("criteria", SETS, ids=lambda criteria: criteria.code)
def test_every_line_can_reach_its_maximum(criteria):
    for line in criteria.indicators.values():
        assert score_line(line, best_answer(line)).points == line.max


def test_outcome_of_other_answers_is_not_explained():
    criteria = SETS[0]
    outcome = score_sheet(criteria, full_answers(criteria))
    with pytest.raises(ValueError, match="not that of these answers"):
        explain(criteria, {}, outcome)


@given(st.integers(0, 100), st.integers(1, 100))
def test_strict_band_excludes_its_threshold(num, den):
    assume(num <= den)
    line = load_shipped()["CB4T-2026"].indicators["1.3"]
    points = score_line(line, {"num": num, "den": den}).points
    assert (points == 0) == (num == 0)

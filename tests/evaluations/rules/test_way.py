"""The shortest way to a total."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.rules.criteria import load_shipped
from evaluations.rules.engine import score_sheet
from evaluations.rules.way import Goal, shortest_way
from tests.evaluations.rules.sheets import full_answers
from tests.evaluations.rules.test_properties import sheets

QUARTER = load_shipped()["CB4T-QUY-2026"]
goals = st.builds(Goal, st.integers(0, 100_00), st.booleans())


def walked(criteria, answers, steps):
    return score_sheet(criteria, answers | {step.indicator.code: step.answer for step in steps})


@given(sheets(), goals)
def test_way_leads_to_the_goal_and_no_step_of_it_can_be_left_out(sheet, goal):
    criteria, answers = sheet
    steps = shortest_way(criteria, answers, goal)
    if steps is None:
        return
    assert goal.met_by(walked(criteria, answers, steps))
    for step in steps:
        rest = [other for other in steps if other is not step]
        assert not goal.met_by(walked(criteria, answers, rest))
        assert step.gain > 0


@given(sheets())
def test_no_way_means_that_even_the_best_of_every_line_is_not_enough(sheet):
    criteria, answers = sheet
    goal = Goal(100_00)
    fixed = {code for code, answer in answers.items() if "na" in answer or (answer.get("den") == 0)}
    best = {code: a for code, a in full_answers(criteria).items() if code not in fixed}
    reachable = goal.met_by(score_sheet(criteria, answers | best))
    assert (shortest_way(criteria, answers, goal) is not None) == reachable


def test_goal_that_is_met_needs_no_step():
    assert shortest_way(QUARTER, full_answers(QUARTER), Goal(100_00, floors=True)) == []


@pytest.mark.parametrize(("goal", "expected"), [(96_00, 0), (96_01, 1)])
def test_one_point_decides_whether_a_step_is_needed(goal, expected):
    answers = full_answers(QUARTER)
    lowest = {line.code: line for line in QUARTER.indicators.values() if line.max == 4_00}
    code, line = next(iter(lowest.items()))
    answers[code] = worst(line)
    assert score_sheet(QUARTER, answers).total == 96_00
    assert len(shortest_way(QUARTER, answers, Goal(goal))) == expected


def test_way_goes_no_further_on_a_line_than_needed():
    """38/40 = 95 % is enough for the next band: the way does not ask for 40/40."""
    code, line = next(
        (code, line)
        for code, line in QUARTER.indicators.items()
        if line.input == "ratio" and len(line.bands) >= 3
    )
    answers = full_answers(QUARTER) | {code: {"num": 0, "den": 1000}}
    start = score_sheet(QUARTER, answers).total
    (step,) = shortest_way(QUARTER, answers, Goal(start + 1))
    band = next(b for b in reversed(line.bands) if b.points > step.before.points)
    assert step.answer == {"num": band.threshold * 1000 // 100_00, "den": 1000}


def worst(line):
    if line.options:
        return {line.input: min(line.options, key=lambda option: option.points).code}
    return {"count": 0} if line.input == "count" else {"num": 0, "den": 1000}

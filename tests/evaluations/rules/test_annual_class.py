"""The annual class of QĐ 366: points and conditions."""

from datetime import date

import pytest

from evaluations.rules.annual_class import ClassError, class_rules, propose

RULES = class_rules("collective", date(2026, 12, 31))
MEMBER = class_rules("member", date(2026, 12, 31))
ALL = (20, 20)


def proposal(total, rules=RULES, facts=None, **measures):
    common = min(total, 30_00)
    given = {"done": ALL, "on_time": ALL, "late": (0, 20), "exceeded": (6, 20), "fixed": (3, 3)}
    given = {code: value for code, value in (given | measures).items() if code in rules.measures}
    return propose(
        rules,
        points={"common": common, "tasks": total - common},
        measures=given,
        facts={"disciplined": False} | (facts or {}) if rules.facts else {},
    )


@pytest.mark.parametrize(
    ("exceeded", "expected"),
    [((6, 20), "HTXSNV"), ((7, 24), "HTTNV"), ((5, 17), "HTTNV"), ((6, 19), "HTXSNV")],
)
def test_thirty_percent_exceeded_decides_between_the_two_best(exceeded, expected):
    assert proposal(92_00, exceeded=exceeded).proposed.code == expected


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (90_00, "HTXSNV"), (89_99, "HTTNV"), (70_00, "HTTNV"), (69_99, "HTNV"),
        (50_00, "HTNV"), (49_99, "KHTNV"), (0, "KHTNV"),
    ],
)  # fmt: skip
def test_bounds_are_inclusive_below(total, expected):
    assert proposal(total).proposed.code == expected


def test_few_late_tasks_are_allowed_and_more_is_for_people():
    held = proposal(60_00, on_time=(16, 20), late=(4, 20))
    assert held.proposed.code == "HTNV"
    flagged = proposal(60_00, on_time=(19, 24), late=(5, 24))
    assert flagged.proposed is None
    assert flagged.is_for_people
    assert "20,83 %" in flagged.failed[-1][1][0]


def test_failed_conditions_are_told_class_by_class():
    told = proposal(92_00, facts={"disciplined": True}, exceeded=(1, 20), fixed=(2, 3))
    ((best, reasons),) = told.failed
    assert best.code == "HTXSNV"
    assert len(reasons) == 3
    assert told.by_points.code == "HTXSNV"
    assert told.proposed.code == "HTTNV"


def test_unit_without_earlier_shortcomings_has_none_to_fix_and_one_without_tasks_waits():
    assert proposal(92_00, fixed=(0, 0)).proposed.code == "HTXSNV"
    assert proposal(92_00, on_time=(0, 0)).proposed.code == "HTNV"


def test_what_is_missing_is_named_and_never_counts_as_zero():
    told = propose(RULES, points={"common": 30_00}, measures={}, facts={})
    assert told.proposed is None
    assert not told.is_for_people
    assert len(told.missing) == 1 + len(RULES.measures) + len(RULES.facts)


@pytest.mark.parametrize(
    ("points", "measures", "field"),
    [
        ({"common": 30_01}, {}, "common"), ({"tasks": 70_01}, {}, "tasks"),
        ({"tasks": -1}, {}, "tasks"), ({}, {"late": (3, 2)}, "late"),
        ({}, {"done": (-1, 2)}, "done"),
    ],
)  # fmt: skip
def test_impossible_numbers_are_refused_at_their_field(points, measures, field):
    with pytest.raises(ClassError) as refused:
        propose(RULES, points=points, measures=measures, facts={})
    assert refused.value.field == field


def test_member_without_a_post_answers_fewer_conditions():
    assert proposal(90_00, rules=MEMBER).proposed.code == "HTXSNV"
    assert proposal(90_00, rules=MEMBER, exceeded=(5, 20)).proposed.code == "HTTNV"


def test_rule_holds_from_its_date():
    assert class_rules("collective", date(2025, 8, 30)).code == "QD366-TAP-THE"
    assert class_rules("collective", date(2025, 8, 29)) is None

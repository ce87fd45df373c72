"""What speaks against handing in a sheet: each rule on both sides of its boundary."""

from dataclasses import replace

import pytest

from evaluations.rules.check_limits import book
from evaluations.rules.check_rules import RULES
from evaluations.rules.checks import Advice, Facts, Size, run
from evaluations.rules.criteria import load_shipped
from evaluations.rules.engine import score_sheet
from tests.evaluations.rules.sheets import full_answers

QUARTER = load_shipped()["CB4T-QUY-2026"]
YEAR = load_shipped()["CB4T-2026"]
NA = {"na": True}


def ratio(num, den):
    return {"num": num, "den": den}


def facts(criteria=QUARTER, *, vetoes=(), **changes):
    """Return the facts of a full sheet; `changes` are answers l1_2={…} and other facts."""
    lines = {
        name: changes.pop(name) for name in list(changes) if name[0] == "l" and name[1].isdigit()
    }
    given = {name[1:].replace("_", "."): answer for name, answer in lines.items()}
    answers = {code: one for code, one in (full_answers(criteria) | given).items() if one}
    outcome = score_sheet(criteria, answers, vetoes=vetoes)
    proved = frozenset(criteria.indicators)
    known = Facts(criteria, outcome, answers, vetoes=tuple(vetoes), evidence=proved)
    return replace(known, **changes)


def found(rule, known):
    return [(check.priority, check.line) for check in run(known, RULES) if check.rule == rule]


def texts(rule, known):
    return [check.text for check in run(known, RULES) if check.rule == rule]


def test_every_line_without_an_answer_stands_in_the_way():
    assert found("missing", facts(l1_2={}, l3_4={})) == [("high", "1.2"), ("high", "3.4")]
    assert found("missing", facts()) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, [("high", "4.4")]),
        ({"notes": {"4.4": "Không được giao chỉ tiêu."}}, []),
        ({"fed": frozenset({"4.4"})}, []),
    ],
)
def test_what_does_not_apply_says_why(more, said):
    assert found("na_reason", facts(l4_4=NA, **more)) == said


def test_empty_denominator_needs_no_reason():
    assert found("na_reason", facts(l4_4=ratio(0, 0))) == []


@pytest.mark.parametrize(
    ("answer", "is_whole", "notes", "said"),
    [
        (ratio(27, 30), True, {}, []),
        (ratio(26, 30), True, {}, [("high", "2.3")]),
        (ratio(26, 30), False, {}, [("medium", "2.3")]),
        (ratio(26, 30), True, {"2.3": "Một biên bản ghi nhầm."}, []),
        ({}, True, {}, []),
    ],
)
def test_another_answer_than_the_quarters_give_says_why(answer, is_whole, notes, said):
    advice = {"2.3": Advice(ratio(27, 30), "Theo các quý: 27/30", is_whole)}
    known = facts(YEAR, l2_3=answer, advice=advice, notes=notes)
    assert found("override", known) == said


@pytest.mark.parametrize(
    ("den", "said"),
    [(22, []), (23, [("medium", "4.1")]), (17, []), (16, [("medium", "4.1")]), (20, [])],
)
def test_denominator_of_members_is_held_against_the_register(den, said):
    known = facts(l4_1=ratio(1, den), size=Size(members=22, attending=20, months=3))
    assert [one for one in found("denominator", known) if one[1] == "4.1"] == said


@pytest.mark.parametrize(("den", "said"), [(66, []), (67, [("medium", "2.3")])])
def test_meetings_cannot_be_attended_more_often_than_there_are_months(den, said):
    known = facts(l2_3=ratio(60, den), size=Size(members=22, attending=20, months=3))
    assert [one for one in found("denominator", known) if one[1] == "2.3"] == said


def test_without_a_count_of_members_nothing_is_held_against_it():
    assert found("denominator", facts(l4_1=ratio(1, 500))) == []
    assert found("denominator", facts(l4_1=ratio(1, 500), size=Size(0, None, 3))) == []
    only_most = Size(members=600, attending=None, months=3)
    known = facts(l4_1=ratio(1, 500), size=only_most)
    assert ("medium", "4.1") not in found("denominator", known)


@pytest.mark.parametrize(
    ("now", "then", "said"),
    [
        (ratio(70, 100), ratio(100, 100), [("medium", "1.2")]),
        (ratio(71, 100), ratio(100, 100), []),
        (ratio(5, 5), ratio(3, 5), [("medium", "1.2")]),
        (ratio(4, 4), ratio(1, 4), []),
        (ratio(5, 5), NA, []),
    ],
)
def test_rate_that_moves_far_is_pointed_at_unless_its_base_is_small(now, then, said):
    assert found("jump", facts(l1_2=now, last={"1.2": then})) == said


def test_jump_says_from_where_to_where():
    known = facts(l1_2=ratio(19, 20), last={"1.2": ratio(10, 20)})
    assert texts("jump", known) == ["Tỷ lệ tăng mạnh so với kỳ trước: từ 50 % sang 95 %."]


def test_two_lines_that_count_the_same_meetings_agree():
    assert found("common_number", facts(l2_1=ratio(3, 3), l2_4=ratio(3, 3), l2_5=ratio(3, 3))) == []
    known = facts(l2_1=ratio(2, 3), l2_4=ratio(3, 3), l2_5=ratio(3, 3))
    assert found("common_number", known) == [("medium", "2.4")]
    assert texts("common_number", known) == ["Ghi số kỳ đã tổ chức là 3, còn dòng 2.1 là 2."]


@pytest.mark.parametrize(
    ("option", "vetoes", "said"),
    [
        ("other", (), [("medium", "3.4")]),
        ("other", ("V3",), []),
        ("self_detected", (), []),
    ],
)
def test_discipline_calls_for_a_veto(option, vetoes, said):
    assert found("called_veto", facts(l3_4={"choice": option}, vetoes=vetoes)) == said


def test_veto_beside_a_high_total_is_worth_knowing():
    assert found("vetoed", facts(vetoes=("V2",))) == [("low", "")]
    assert found("vetoed", facts()) == []
    empty = {f"l{code.replace('.', '_')}": {} for code in QUARTER.indicators}
    assert found("vetoed", facts(vetoes=("V2",), **empty)) == []


def test_only_a_whole_sheet_without_a_point_lost_is_at_the_ceiling():
    assert found("ceiling", facts()) == [("low", "")]
    assert found("ceiling", facts(l1_1={"choice": "no"})) == []
    assert found("ceiling", facts(l1_1={})) == []
    assert found("ceiling", facts(l4_4=NA)) == [("low", "")]


def test_whole_sheet_as_before_is_pointed_at():
    same = full_answers(QUARTER)
    assert found("same_as_before", facts(last=same, before="Quý III/2026")) == [("medium", "")]
    assert found("same_as_before", facts(last=same | {"1.1": {"choice": "no"}})) == []
    assert found("same_as_before", facts(last=same, l1_1={})) == []
    assert found("same_as_before", facts()) == []


def test_explained_line_weighs_less():
    known = facts(l4_1=ratio(1, 30), size=Size(22, 20, 3), notes={"4.1": "Có tám đồng chí mới."})
    (check,) = [one for one in run(known, RULES) if one.line == "4.1"]
    assert check.priority == "low"
    assert check.text.endswith("Đã có giải trình.")


def test_line_that_is_closed_never_stands_in_the_way():
    assert found("na_reason", facts(l4_4=NA, closed=frozenset({"4.4"}))) == [("low", "4.4")]
    assert found("na_reason", facts(l4_4=NA, closed=frozenset({"4.3"}))) == [("high", "4.4")]


def test_gravest_comes_first_and_then_the_order_of_the_sheet():
    known = facts(l1_2={}, l4_4=NA, l3_4={"choice": "other"})
    assert [check.priority for check in run(known, RULES)] == ["high", "high", "medium"]
    assert [check.line for check in run(known, RULES)] == ["1.2", "4.4", "3.4"]


def test_every_slug_of_the_checks_stands_in_a_shipped_set():
    sets = load_shipped().values()
    slugs = {line.slug for one in sets for line in one.indicators.values()}
    vetoes = {veto.slug for one in sets for veto in one.vetoes}
    named = {*book().measured, *(pair.line for pair in book().equal)}
    named |= {pair.other for pair in book().equal} | {call.line for call in book().calls}
    assert named <= slugs
    assert {slug for call in book().calls for slug in call.vetoes} <= vetoes


def asking(policy, **more):
    """Return the facts of a full sheet of which line 1.2 alone asks for evidence."""
    lines = {
        code: replace(line, evidence=policy if code == "1.2" else "optional")
        for code, line in QUARTER.indicators.items()
    }
    groups = tuple(
        replace(group, indicators=tuple(lines[line.code] for line in group.indicators))
        for group in QUARTER.groups
    )
    return facts(replace(QUARTER, groups=groups), **{"evidence": frozenset()} | more)


@pytest.mark.parametrize(
    ("policy", "more", "said"),
    [
        ("required", {}, [("high", "1.2")]),
        ("required", {"notes": {"1.2": "Đã báo cáo miệng."}}, [("high", "1.2")]),
        ("required", {"evidence": frozenset({"1.2"})}, []),
        ("required", {"l1_2": ratio(0, 9)}, []),
        ("required", {"l1_2": NA}, []),
        ("evidence_or_explanation", {}, [("low", "1.2")]),
        ("evidence_or_explanation", {"notes": {"1.2": "Đã báo cáo miệng."}}, []),
        ("evidence_or_explanation", {"evidence": frozenset({"1.2"})}, []),
        ("optional", {}, []),
        ("none", {}, []),
    ],
)
def test_points_that_are_claimed_are_proved_as_the_criteria_ask(policy, more, said):
    assert found("evidence", asking(policy, **more)) == said

"""Lines for some kinds of cell only: for the others they are not applicable by rule."""

import json

import pytest

from evaluations.rules.cases import run
from evaluations.rules.criteria import load_shipped, parse_criteria, shipped_text
from evaluations.rules.engine import AnswerError, Scorer, score_sheet
from evaluations.rules.explain import explain
from tests.evaluations.rules.sheets import full_answers

PLAIN = load_shipped()["CB4T-QUY-2026"]
# 1.5 (4 of the 30 points of its group) is for villages and residential groups only.
HERE = '[[groups.indicators]]\ncode = "1.5"\n'
TEXT = shipped_text(PLAIN.code).replace(HERE, HERE + 'kinds = ["thon", "to_dan_pho"]\n')
VILLAGES = parse_criteria(TEXT)
FULL = full_answers(VILLAGES)
WITHOUT = {code: answer for code, answer in FULL.items() if code != "1.5"}
LATE = {"1.1": {"choice": "no"}}  # 4 points lost in the same group


def rows(answers):
    """Return answers as stored values, a blank row where there is none."""
    for code in VILLAGES.indicators:
        answer = answers.get(code, {})
        option = answer.get("choice") or answer.get("grade") or ""
        yield code, option, answer.get("num"), answer.get("den"), answer.get("na", False)


@pytest.mark.parametrize(
    ("kind", "missing", "group"),
    [
        ("thon", ("1.5",), 2200),  # 30 − 4 late − 4 not answered
        ("to_dan_pho", ("1.5",), 2200),
        (None, ("1.5",), 2200),  # a cell whose kind is not known answers every line
        ("truong_hoc", (), 2538),  # 22 × 30 ÷ 26 = 25,384…
        ("", (), 2538),
    ],
)
def test_line_of_other_kinds_leaves_its_group(kind, missing, group):
    outcome = score_sheet(VILLAGES, WITHOUT | LATE, kind=kind)
    assert outcome.missing == missing
    assert outcome.groups["G1"] == group
    assert ("incomplete" in outcome.reasons) == bool(missing)
    assert outcome.lines["1.5"] is None


@pytest.mark.parametrize("kind", [None, "thon", "truong_hoc"])
def test_stored_values_score_alike_for_every_kind(kind):
    outcome = score_sheet(VILLAGES, WITHOUT | LATE, kind=kind)
    scorer = Scorer(VILLAGES)
    for _ in range(2):  # the second time from memory
        tally = scorer.score_values(rows(WITHOUT | LATE), kind=kind)
        assert (tally.total, tally.reasons) == (outcome.total, outcome.reasons)


def test_one_scorer_keeps_the_kinds_apart():
    scorer = Scorer(VILLAGES)
    totals = [
        scorer.score_values(rows(WITHOUT), kind=kind).total
        for kind in ("truong_hoc", "thon", "y_te", None, "truong_hoc")
    ]
    assert totals == [10_000, 9_600, 10_000, 9_600, 10_000]


def test_answer_to_a_line_of_other_kinds_is_refused():
    for score in (
        lambda: score_sheet(VILLAGES, FULL, kind="truong_hoc"),
        lambda: Scorer(VILLAGES).score_values(rows(FULL), kind="truong_hoc"),
    ):
        with pytest.raises(AnswerError, match=r"Dòng 1\.5: .*loại hình"):
            score()
    assert score_sheet(VILLAGES, FULL, kind="thon").total == 10_000


def test_ticking_not_applicable_on_such_a_line_changes_nothing():
    ticked = WITHOUT | {"1.5": {"na": True}}
    for answers in (WITHOUT, ticked):
        assert score_sheet(VILLAGES, answers, kind="truong_hoc").total == 10_000
    tally = Scorer(VILLAGES).score_values(rows(ticked), kind="truong_hoc")
    assert tally.total == 10_000
    with pytest.raises(AnswerError, match=r"Dòng 1\.5"):
        score_sheet(VILLAGES, ticked, kind="thon")


def test_explanation_says_that_the_line_is_for_others():
    outcome = score_sheet(VILLAGES, WITHOUT, kind="truong_hoc")
    line = next(
        item
        for item in explain(VILLAGES, WITHOUT, outcome, kind="truong_hoc")
        if item.line == "1.5"
    )
    assert (line.input, line.points, line.lost, line.next) == ("không áp dụng", None, None, None)
    assert "loại hình" in line.rule


def test_kind_means_nothing_to_a_set_that_names_none():
    answers = full_answers(PLAIN) | LATE
    assert score_sheet(PLAIN, answers, kind="truong_hoc") == score_sheet(PLAIN, answers)


def test_cases_may_name_the_kind():
    case = {"answers": WITHOUT, "kind": "truong_hoc"}
    assert run(json.dumps(case), TEXT).document["total"] == "100.00"
    assert run(json.dumps(case | {"kind": "thon"}), TEXT).document["total"] == "96.00"
    assert "kind" in run(json.dumps(case | {"kind": 3}), TEXT).document["error"]["message"]

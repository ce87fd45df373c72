"""A set that succeeds another accounts for every line of both."""

import pytest

from evaluations.rules.criteria import load_shipped, parse_criteria, raw_criteria, shipped_text
from evaluations.rules.lint import lint, relations_missing
from evaluations.rules.text import criteria_text

TEXT = shipped_text("CB4T-2026")


def found(text, severity=None, **options):
    """Return the places of the findings."""
    findings = lint(text, **options)
    return [f.place for f in findings if severity in (None, f.severity)]


def successor(relations, **changes):
    raw = raw_criteria(TEXT)
    raw |= {"code": "MOI", "succeeds": "CB4T-2026", "relations": relations} | changes
    return criteria_text(raw)


LINES = list(load_shipped()["CB4T-2026"].indicators)
SAME = [{"code": code, "was": code, "relation": "same"} for code in LINES]


def test_successor_tells_where_each_line_comes_from_and_goes():
    assert found(successor(SAME)) == []
    new = [{"code": "1.1", "relation": "new"}, *SAME[1:]]
    assert found(successor(new)) == ["relations"]  # where did the old 1.1 go?
    assert found(successor([*new, {"was": "1.1", "relation": "dropped"}])) == []
    assert found(successor(SAME[1:])) == ["groups/G1/indicators/1.1/code", "relations"]
    assert found(successor(SAME[1:]), known=[]) == ["groups/G1/indicators/1.1/code"]


@pytest.mark.parametrize(
    ("relation", "places"),
    [
        ({"code": "1.1", "was": "1.1", "relation": "same"}, ["relations/25"]),
        (
            {"code": "9.9", "was": "1.1", "relation": "partly"},
            ["relations/9.9/code", "relations/1.1"],
        ),
        (
            {"code": "1.1", "was": "9.9", "relation": "partly"},
            ["relations/1.1", "relations/25/was"],
        ),
        ({"code": "1.1", "was": "1.2", "relation": "partly"}, ["relations/1.1", "relations/1.2"]),
        ({"code": "1.1", "was": "1.2", "relation": "new"}, ["relations/25/was"]),
        ({"code": "1.1", "was": "1.2", "relation": "dropped"}, ["relations/25/code"]),
        ({"code": "1.1", "relation": "same"}, ["relations/25/was"]),
        ({"code": "1.1", "was": "1.2", "relation": "equal"}, ["relations/25/relation"]),
        ("1.1", ["relations/25"]),
    ],
)
def test_relation_that_leads_nowhere_or_twice_is_found(relation, places):
    errors = found(successor([*SAME, relation]), "error")
    assert errors[: len(places)] == places


def test_split_and_joined_lines_are_partly_the_old_ones():
    rest = [r for r in SAME if r["code"] not in ("1.1", "1.2")]
    partly = [
        {"code": "1.1", "was": "1.1", "relation": "partly"},
        {"code": "1.2", "was": "1.1", "relation": "partly"},
        {"code": "1.2", "was": "1.2", "relation": "partly"},
    ]
    assert found(successor([*partly, *rest])) == []


def test_same_line_has_the_same_scale():
    raw = raw_criteria(successor(SAME))
    raw["groups"][0]["indicators"][1]["bands"][1]["points"] = 7
    assert found(criteria_text(raw)) == ["relations/1.2/relation"]
    raw["relations"][1]["relation"] = "rescaled"
    assert found(criteria_text(raw)) == []


def test_missing_relations_are_named_from_both_sides():
    previous = load_shipped()["CB4T-2026"]
    assert relations_missing(parse_criteria(successor(SAME)), previous) == ()
    short = parse_criteria(
        successor([*SAME[2:], {"code": "1.1", "was": "9.9", "relation": "partly"}])
    )
    assert relations_missing(short, previous) == (
        "dòng 1.2 của bộ mới",
        "dòng 1.1 của bộ trước",
        "dòng 1.2 của bộ trước",
        "dòng 9.9 (bộ trước không có)",
    )


def test_relations_need_the_set_they_relate_to():
    raw = raw_criteria(successor(SAME))
    del raw["succeeds"]
    assert found(criteria_text(raw)) == ["succeeds"]

import tomllib
from pathlib import Path

import pytest

from evaluations.rules.criteria import load_shipped
from evaluations.rules.engine import AnswerError, score_line, score_sheet
from evaluations.rules.numbers import dotted
from tests.evaluations.rules.sheets import full_answers

CASES = Path(__file__).parent / "cases"


def load(name, key="case"):
    return tomllib.loads((CASES / name).read_text(encoding="utf-8"))[key]


def outcome_of(case):
    criteria = load_shipped()[case["criteria"]]
    base = full_answers(criteria) if case.get("base") == "full" else {}
    return score_sheet(
        criteria,
        base | case.get("answers", {}),
        vetoes=case.get("vetoes", ()),
        annual_class=case.get("annual_class"),
    )


def shown(value):
    """Write a result as the case files do."""
    if isinstance(value, dict):
        return {key: dotted(points) or "null" for key, points in value.items()}
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, str | bool) else dotted(value)


@pytest.mark.parametrize(
    "case", load("lines.toml") + load("sheets.toml"), ids=lambda case: case["name"]
)
def test_case_comes_out_as_written(case):
    outcome = outcome_of(case)
    for key, expected in case["expect"].items():
        found = shown(getattr(outcome, key))
        if isinstance(expected, dict):
            found = {name: found[name] for name in expected}
        assert found == expected, key


@pytest.mark.parametrize("case", load("refused.toml"), ids=lambda case: case["name"])
def test_bad_input_is_refused_by_line(case):
    with pytest.raises(AnswerError) as caught:
        outcome_of(case)
    assert (caught.value.line or "") == case["line"]
    assert case["line"] in caught.value.message


@pytest.mark.parametrize(
    "edge", load("band_edges.toml", "edge"), ids=lambda edge: f"{edge['criteria']} {edge['line']}"
)
def test_every_band_begins_exactly_at_its_edge(edge):
    line = load_shipped()[edge["criteria"]].indicators[edge["line"]]
    found = {}
    for written in edge["points"]:
        num, _, den = written.partition("/")
        answer = {"num": int(num), "den": int(den)} if den else {"count": int(num)}
        found[written] = dotted(score_line(line, answer).points)
    assert found == edge["points"]


@pytest.mark.parametrize(
    ("total", "level"),
    [
        (10000, "tot"),
        (9000, "tot"),
        (8999, "kha"),
        (7000, "kha"),
        (6999, "trung_binh"),
        (5000, "trung_binh"),
        (4999, "kem"),
        (0, "kem"),
    ],
)
def test_level_begins_at_its_lower_bound(total, level):
    assert {criteria.level(total).code for criteria in load_shipped().values()} == {level}

"""Places of values: the same names as those of findings."""

from evaluations.rules.criteria import raw_criteria, shipped_text
from evaluations.rules.lint import lint
from evaluations.rules.places import differences, segments, values


def shipped():
    return raw_criteria(shipped_text("CB4T-QUY-2026"))


def test_tables_are_named_by_code_else_by_number():
    tables = [{"code": "G1"}, {}, {"code": "G1"}, {"code": "a/b"}, 5, {"code": "G6"}]
    assert segments(tables) == ["G1", "2", "3", "4", "5", "G6"]


def test_places_are_those_of_findings():
    raw = shipped()
    raw["groups"][0]["indicators"][1]["bands"][2]["points"] = "x"
    raw["groups"][0]["indicators"][0]["options"][0]["points"] = "y"
    found = {finding.place for finding in lint(raw) if "phải là một số" in finding.message}
    assert found == {
        "groups/G1/indicators/1.2/bands/3/points",
        "groups/G1/indicators/1.1/options/yes/points",
    }
    assert found <= dict(values(raw)).keys()


def test_difference_names_place_and_both_values():
    old, new = shipped(), shipped()
    new["groups"][0]["indicators"][1]["bands"][0]["points"] = 9
    new["quota"] = {"percent": 20}
    assert differences(old, new) == {
        "groups/G1/indicators/1.2/bands/1/points": (10, 9),
        "quota/percent": (None, 20),
    }


def test_moving_a_line_is_a_difference_of_order_alone():
    old, new = shipped(), shipped()
    lines = new["groups"][3]["indicators"]
    lines[0], lines[1] = lines[1], lines[0]
    assert differences(old, new) == {
        "groups/G4/indicators": (
            "4.1, 4.2, 4.3, 4.4, 4.5, 4.6",
            "4.2, 4.1, 4.3, 4.4, 4.5, 4.6",
        )
    }

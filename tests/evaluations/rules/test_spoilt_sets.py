"""Whatever is done to a set: what cannot be read is an error, with a place that stands."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from evaluations.rules.criteria import CriteriaError, parse_criteria, raw_criteria
from evaluations.rules.engine import score_sheet
from evaluations.rules.lint import lint
from evaluations.rules.places import segments
from evaluations.rules.text import criteria_text
from tests.evaluations.rules.test_relations import SAME, successor


def spots(value, path=()):
    """Yield every place of a raw set."""
    if path:
        yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        if isinstance(inner, dict | list):
            yield from spots(inner, (*path, key))
        else:
            yield (*path, key)


RAW = raw_criteria(successor(SAME))
SPOTS = list(spots(RAW))
JUNK = st.sampled_from(
    [
        0,
        1,
        40,
        101,
        -1,
        True,
        "",
        "x",
        "1.1",
        "gte",
        [],
        {},
        [{}],
        ["a", "a"],
        [1],
        "8.00",
        "100.005",
    ]
)


def spoil(raw, path, junk, act):
    *way, last = path
    for step in way:
        raw = raw[step]
    if act == "drop":
        del raw[last]
    elif act == "double" and isinstance(raw, list):
        raw.insert(last, copy.deepcopy(raw[last]))
    elif act == "turn" and isinstance(raw, list):
        raw.reverse()
    else:
        raw[last] = junk


ACTS = st.sampled_from(["drop", "double", "turn", "junk"])


@given(st.lists(st.tuples(st.sampled_from(SPOTS), JUNK, ACTS), min_size=1, max_size=2))
def test_what_cannot_be_read_is_an_error_and_what_has_no_error_can_be_read(faults):
    raw = copy.deepcopy(RAW)
    for path, junk, act in faults:
        try:
            spoil(raw, path, junk, act)
        except (KeyError, IndexError, TypeError):
            continue  # the first fault took the place of the second away
    text = criteria_text(raw)
    findings = lint(text)
    errors = [finding for finding in findings if finding.severity == "error"]
    try:
        criteria = parse_criteria(text)
    except CriteriaError:
        assert errors
    else:
        score_sheet(criteria, {}, kind="thon")
    assert all(stands(raw, finding.place) for finding in findings)
    assert lint(raw_criteria(text)) == findings


def stands(raw, place):
    """Tell whether a place leads to a table of the set, but for its last key."""
    for step in place.split("/")[:-1]:
        if isinstance(raw, list):
            names = segments(raw)
            if step not in names:
                return False
            raw = raw[names.index(step)]
        elif isinstance(raw, dict) and step in raw:
            raw = raw[step]
        else:
            return False
    return True

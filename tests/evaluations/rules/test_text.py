"""One set has one text: parsing and writing it again changes nothing."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.rules.criteria import (
    CriteriaError,
    load_shipped,
    raw_criteria,
    shipped_text,
)
from evaluations.rules.text import CRITERIA, criteria_text

SHIPPED = [shipped_text(code) for code in load_shipped()]

texts = st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: normalize("NFC", text))
decimals = st.decimals(allow_nan=False, allow_infinity=False)
atoms = st.one_of(
    texts,
    st.booleans(),
    st.integers(),
    decimals,
    st.dates(min_value=date(1, 1, 1)),
    st.datetimes(min_value=datetime(1, 1, 1)),  # noqa: DTZ001
    st.times(),
)
anything = st.recursive(
    atoms,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


def values(shape):
    """Draw what belongs at a place, and now and then what does not."""
    if shape.layout == "number":
        return decimals.filter(lambda number: number >= 0) | st.integers(0) | anything
    if not shape.keys:
        return st.lists(texts, max_size=3) | anything
    table = tables(shape.keys)
    if shape.layout in ("table", "row"):
        return table | atoms
    return st.lists(table, max_size=3) | atoms


def tables(keys):
    return st.fixed_dictionaries({}, optional={key: values(keys[key]) for key in keys})


@given(tables(CRITERIA))
def test_any_draft_survives_writing_and_reading(raw):
    text = criteria_text(raw)
    assert text.endswith("\n")
    read = raw_criteria(text)
    assert criteria_text(read) == text
    assert raw_criteria(criteria_text(read)) == read
    assert read == unquoted(raw, CRITERIA)


def unquoted(raw, keys):
    """Return `raw` with what stands in quotes in the place of a number as a number."""
    if isinstance(raw, list):
        return [unquoted(item, keys) for item in raw]
    if not isinstance(raw, dict):
        return raw
    return {
        key: number(value)
        if keys[key].layout == "number"
        else unquoted(value, keys[key].keys)
        if keys[key].keys
        else value
        for key, value in raw.items()
    }


def number(value):
    try:
        found = Decimal(value) if isinstance(value, str) else value
    except ArithmeticError:
        return value
    usable = isinstance(found, Decimal) and found.is_finite() and 0 <= found < 10**10
    return found if usable else value


@pytest.mark.parametrize("text", SHIPPED, ids=list(load_shipped()))
def test_shipped_sets_stand_in_the_canonical_form(text):
    assert criteria_text(raw_criteria(text)) == text


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("8.50", "8.5"),
        ("8.00", "8"),
        ("80", "80"),
        ("1e1", "10"),
        ('"8.50"', "8.5"),
        ('"tám"', '"tám"'),
        ('"-8"', '"-8"'),
        ("-8.0", "-8"),
        ("0.0", "0"),
        ("1e400", "1E+400"),
        ("nan", "nan"),
        ("-inf", "-inf"),
    ],
)
def test_number_is_written_the_shortest_way(written, canonical):
    raw = raw_criteria(f"[recognition]\ntotal_gte = {written}\n")
    assert criteria_text(raw) == f"[recognition]\ntotal_gte = {canonical}\n"


def test_letters_are_composed_and_comments_and_order_go():
    loose = normalize("NFD", '# Ghi chú\ntitle = "Bộ tiêu chí\\n\\"2\\""\ncode = \'A\'   # mã\n')
    assert criteria_text(raw_criteria(loose)) == 'code = "A"\ntitle = "Bộ tiêu chí\\n\\"2\\""\n'


def test_same_set_in_another_order_has_the_same_text():
    text = shipped_text("CB4T-2026")
    raw = raw_criteria(text)
    turned = {key: raw[key] for key in reversed(raw)}
    turned["groups"] = [{key: g[key] for key in reversed(g)} for g in raw["groups"]]
    assert criteria_text(turned) == text


def test_missing_and_empty_values_are_left_out_or_kept_as_they_are():
    assert criteria_text({}) == "\n"
    assert criteria_text({"code": "A", "title": None, "groups": []}) == 'code = "A"\ngroups = []\n'
    assert criteria_text({"groups": "chưa có"}) == 'groups = "chưa có"\n'


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"titel": "A"}, "Không có mục nào tên là “titel”"),
        ({"groups": [{"code": "G1", "sàn": 80}]}, "Nhóm G1: không có mục nào tên là “sàn”"),
        (
            {"groups": [{"code": "G1", "indicators": [{"code": "1.1", "bands": [{"lte": 3}]}]}]},
            "Nhóm G1, dòng 1.1, mức điểm thứ 1: không có mục nào tên là “lte”",
        ),
        ({"title": object()}, "Không ghi được"),
        ({"title": "\ud800"}, "không ghi ra được"),
        ({"max": 1}, "Không có mục nào tên là “max”"),
    ],
)
def test_what_has_no_place_is_refused(raw, says):
    with pytest.raises(CriteriaError, match=says):
        criteria_text(raw)


def test_number_too_long_to_write_out_is_refused():
    with pytest.raises(CriteriaError, match="không ghi ra được"):
        criteria_text({"groups": [{"max": 16**4000}]})


def test_times_and_tables_in_the_wrong_place_are_kept_for_the_author_to_see():
    raw = {"title": time(7, 30), "source": {"b c": [1, True], "a": {}}}
    text = criteria_text(raw)
    assert text == 'title = 07:30:00\nsource = { a = {}, "b c" = [1, true] }\n'
    assert raw_criteria(text) == raw


def keys_of(keys):
    for key, shape in keys.items():
        yield key
        yield from keys_of(shape.keys)


@pytest.mark.parametrize("key", sorted(set(keys_of(CRITERIA))))
def test_every_key_is_explained_to_authors(key):
    guide = (Path(__file__).resolve().parents[3] / "docs/criteria.md").read_text(encoding="utf-8")
    assert re.search(rf"`(\[+\w*\.?)?{key}\b|\b{key} [=,}}]|`{key}`", guide)

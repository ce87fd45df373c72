"""Every fault of a set is found, each with the place where it stands."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.rules.criteria import (
    CriteriaError,
    load_shipped,
    parse_criteria,
    raw_criteria,
    shipped_text,
)
from evaluations.rules.engine import score_sheet
from evaluations.rules.lint import lint, relations_missing
from evaluations.rules.places import segments
from evaluations.rules.text import criteria_text

TEXT = shipped_text("CB4T-2026")
COMMITTEE = shipped_text("DB4T-2026")
TOP_BANDS = "  { gte = 100, points = 10 },\n  { gte = 95, points = 8 },\n"
QUOTA = "[quota]\npercent = 20\nbase = 'good_only'\n\n[recognition]"


def found(text, severity=None, **options):
    """Return the places of the findings, but for the form of the text."""
    findings = [f for f in lint(text, **options) if f.place or f.severity == "error"]
    return [f.place for f in findings if severity in (None, f.severity)]


def changed(old, new, text=TEXT):
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize("code", list(load_shipped()))
def test_shipped_sets_leave_nothing_to_say(code):
    assert lint(shipped_text(code)) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        # sums
        ("max = 30\n", "max = 31\n", "groups/G1/max"),
        ('code = "1.2"', 'code = "1.1"', "groups/G1/indicators/2/code"),
        ('code = "2.1"', 'code = "1.1"', "groups/G2/indicators/1.1/code"),
        ('code = "G2"', 'code = "G1"', "groups/2/code"),
        ('code = "V2"', 'code = "V1"', "vetoes/2/code"),
        ('slug = "targets_on_time"', 'slug = "program_issued"', "groups/G1/indicators/1.2/slug"),
        ('slug = "weak_list"', 'slug = "falsified"', "vetoes/V9/slug"),
        # bands
        (TOP_BANDS, TOP_BANDS.replace("95", "100"), "groups/G1/indicators/1.2/bands/2"),
        (TOP_BANDS, TOP_BANDS.replace("95", "101"), "groups/G1/indicators/1.2/bands/2"),
        (TOP_BANDS, TOP_BANDS.replace("= 8", "= 11"), "groups/G1/indicators/1.2/bands/2/points"),
        (TOP_BANDS, TOP_BANDS.replace("= 10 ", "= 9 "), "groups/G1/indicators/1.2/bands"),
        (TOP_BANDS, TOP_BANDS.replace("100", "100.01"), "groups/G1/indicators/1.2/bands/1"),
        (
            "  { gt = 0, points = 1 },\n",
            "  { gte = 0.01, points = 1 },\n  { gt = 0, points = 1 },\n",
            "groups/G1/indicators/1.3/bands/4",
        ),
        (
            'title = "Có", points = 4',
            'title = "Có", points = 3',
            "groups/G1/indicators/1.1/options",
        ),
        ("share = 1\n", "share = 0.9\n", "grades"),
        # levels and floors
        ("gte = 70", "gte = 95", "levels/kha/gte"),
        ('title = "Kém"\ngte = 0', 'title = "Kém"\ngte = 1', "levels/kem/gte"),
        ("floor_percent = 80", "floor_percent = 101", "groups/G1/floor_percent"),
        # words
        ("num_label = ", "xnum_label = ", "groups/G1/indicators/1.2/num_label"),
        ("den_label = ", "xden_label = ", "groups/G1/indicators/1.2/den_label"),
        ('source = "Đề xuất mặc định"\n', "", "groups/G1/indicators/1.1/source"),
        (
            'source = "Tương tự Điều 11 Quy định 366-QĐ/TW (theo nguồn thứ cấp)"\n',
            "",
            "vetoes/V2/source",
        ),
        # dates, quota, kinds, lengths
        ("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2025-12-31", "valid_to"),
        ("[recognition]", QUOTA.replace("20", "0"), "quota/percent"),
        ("[recognition]", QUOTA.replace("20", "101"), "quota/percent"),
        (
            "[recognition]",
            QUOTA.replace("20", "20\nexception_percent = 15"),
            "quota/exception_percent",
        ),
        ('code = "CB4T-2026"', f'code = "{"A" * 41}"', "code"),
        ("version = 1", "version = 0", "version"),
        ('evidence = "optional"', 'evidence = "maybe"', "groups/G1/indicators/1.2/evidence"),
        ("[recognition]", 'succeeds = "CB4T-2026"\n[recognition]', "succeeds"),
        ('how = "last" }', 'how = "sum" }', "groups/G1/indicators/1.5/from_quarter"),
    ],
)
def test_fault_is_an_error_in_its_place(old, new, place):
    assert place in found(changed(old, new), "error")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("guidance = ", "xguidance = ", "groups/G1/indicators/1.1/guidance"),
        ("data_source = ", "xdata_source = ", "groups/G1/indicators/1.1/data_source"),
        ("cutoff = ", "xcutoff = ", "groups/G1/indicators/1.1/cutoff"),
        ("legal_basis = ", "xlegal_basis = ", "legal_basis"),
        ("{ gte = 80, points = 4 }", "{ gte = 80, points = 9 }", "groups/G1/indicators/1.2/bands"),
        ("  { gte = 0, points = 0 },\n", "", "groups/G1/indicators/1.2/bands/4"),
        ("total_gte = 85", "total_gte = 49.99", "recognition/total_gte"),
        ("valid_from = 2026-01-01", "valid_from = 2026-02-01", "valid_from"),
        ("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2026-12-30", "valid_to"),
        ("[recognition]", QUOTA.replace("20", "100"), "quota/percent"),
        (
            'from_quarter = { code = "1.2"',
            'from_quarter = { code = "9.9"',
            "groups/G1/indicators/1.2/from_quarter",
        ),
    ],
)
def test_doubt_is_a_warning_in_its_place(old, new, place):
    text = changed(old, new)
    assert place in found(text, "warning")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("total_gte = 85", "total_gte = 50"),
        ("valid_from = 2026-01-01", "valid_from = 2027-01-01"),
        ("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2026-12-31"),
        ("[recognition]", QUOTA.replace("20", "20\nexception_percent = 25")),
        ("[recognition]", QUOTA.replace("20", "99.99")),
        (TOP_BANDS, TOP_BANDS.replace("95", "99.99")),
        ("{ gt = 0, points = 1 }", "{ gte = 0.01, points = 1 }"),
    ],
)
def test_just_inside_the_bounds_nothing_is_found(old, new):
    assert found(changed(old, new)) == []


@pytest.mark.parametrize(
    ("bands", "places"),
    [
        ("{ gte = 3, points = 0 },\n  { gte = 1, points = 1 },", []),
        ("{ gte = 3, points = 0 },\n  { gte = 2.5, points = 1 },", ["bands/2", "bands/2"]),
        ("{ gt = 2, points = 0 },\n  { gte = 1, points = 1 },", []),
        ("{ gte = 101, points = 0 },\n  { gte = 1, points = 1 },", ["bands/1"]),
        ("{ gte = 100, points = 0 },\n  { gte = 1, points = 1 },", []),
    ],
)
def test_bands_of_a_count_are_about_whole_numbers(bands, places):
    old = "{ gte = 3, points = 0 },\n  { gte = 1, points = 1 },"
    text = changed(old, bands, COMMITTEE)
    assert found(text) == [f"groups/G2/indicators/2.4/{place}" for place in places]


def test_share_above_one_hundred_is_for_lines_that_may_exceed_it():
    over = "bands = [\n  { gte = 110, points = 4 },\n  { gte = 100, points = 3 },\n"
    text = changed("bands = [\n  { gte = 100, points = 4 },\n  { gte = 70", f"{over}  {{ gte = 70")
    assert found(text) == []
    assert found(changed("may_exceed_100 = true\n", "", text), "error") == [
        "groups/G4/indicators/4.4/bands/1",
        "groups/G4/indicators/4.4/bands",
    ]


def test_group_that_cannot_reach_its_floor_is_found_beside_its_line():
    text = changed(TOP_BANDS, "  { gte = 95, points = 3 },\n")  # 23 of 30, the floor is 24
    text = changed("{ gte = 90, points = 6 },\n  { gte = 80, points = 4 },\n", "", text)
    assert found(text, "error") == ["groups/G1/indicators/1.2/bands", "groups/G1/floor_percent"]
    passes = changed("{ gte = 95, points = 3 }", "{ gte = 95, points = 4 }", text)
    assert found(passes, "error") == ["groups/G1/indicators/1.2/bands"]


def test_group_needs_a_line_for_every_kind():
    text = TEXT
    for code in ("2.1", "2.2", "2.3", "2.4", "2.5"):
        text = changed(f'code = "{code}"\nslug', f'code = "{code}"\nkinds = ["thon"]\nslug', text)
    assert found(text) == []
    text = changed('code = "2.6"\nslug', 'code = "2.6"\nkinds = ["thon"]\nslug', text)
    assert found(text) == ["groups/G2/indicators"]
    other = changed('code = "1.1"\nslug', 'code = "1.1"\nkinds = ["thon"]\nslug', COMMITTEE)
    assert found(other) == ["groups/G1/indicators/1.1/kinds"]


def test_quarter_knows_no_class_of_the_year():
    text = shipped_text("CB4T-QUY-2026")
    asked = changed("total_gte = 85", 'total_gte = 85\nannual_class_gte = "HTTNV"', text)
    assert found(asked, "warning") == ["recognition/annual_class_gte"]


def test_all_faults_are_told_at_once_errors_first():
    text = changed("max = 30\n", "max = 31\n")
    text = changed('num_label = "Số nhiệm vụ xong', 'x = "Số nhiệm vụ xong', text)
    text = changed("gte = 70", "gte = 95", text)
    text = changed("cutoff = ", "y = ", text)
    findings = lint(text)
    assert {
        "groups/G1/max",
        "groups/G1/indicators/1.2/x",
        "groups/G1/indicators/1.2/num_label",
        "levels/kha/gte",
        "groups/G1/indicators/1.1/y",
        "groups/G1/indicators/1.1/cutoff",
    } <= {finding.place for finding in findings}
    severities = [finding.severity for finding in findings]
    assert severities == sorted(severities)
    assert all(finding.message[-1] == "." for finding in findings)


def test_wrong_kind_of_input_is_one_fault_and_not_ten():
    assert found(changed('input = "ratio"', 'input = "percent"')) == [
        "groups/G1/indicators/1.2/input"
    ]


@pytest.mark.parametrize("text", ["[a", "a = 1\na = 2", "x = " + "[" * 5000])
def test_text_that_is_no_toml_is_one_error(text):
    (finding,) = lint(text)
    assert (finding.severity, finding.place) == ("error", "")


def test_other_form_of_the_same_set_is_a_warning():
    (finding,) = lint(TEXT.replace("points = 8 }", 'points = "8.00" }'))
    assert (finding.severity, finding.place) == ("warning", "")
    assert lint(raw_criteria(TEXT)) == []


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

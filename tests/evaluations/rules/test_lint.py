"""Every fault of a set is found, each with the place where it stands."""

import pytest

from evaluations.rules.criteria import load_shipped, raw_criteria, shipped_text
from evaluations.rules.lint import lint

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

import re
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from evaluations.rules.criteria import CriteriaError, load_shipped, parse_criteria, shipped_text
from evaluations.rules.engine import score_sheet
from evaluations.rules.numbers import hundredths, spoken
from evaluations.rules.structure import Relation

EXPECTED = tomllib.loads((Path(__file__).parent / "expected_sets.toml").read_text(encoding="utf-8"))
TEXT = shipped_text("CB4T-2026")


def plain(value):
    return spoken(value).replace(",", ".").strip()


def rule_of(line):
    if line.input == "choice":
        return "; ".join(f"{o.code}={o.title}:{plain(o.points)}" for o in line.options)
    return " ".join(
        f"{'>' if band.strict else '>='}{plain(band.threshold)}:{plain(band.points)}"
        for band in line.bands
    )


def line_of(line):
    flags = [f"empty={line.empty}"] if line.empty else []
    flags += [name for name in ("na", "may_exceed_100") if getattr(line, name)]
    head = [line.slug, line.title, f"{line.input} {plain(line.max)}"]
    return " | ".join([*head, rule_of(line), " ".join(flags)])


def set_of(criteria):
    needs = criteria.recognition
    head = [criteria.subject, criteria.period, criteria.title, plain(needs.total_gte)]
    return {
        "set": " | ".join([*head, needs.annual_class_gte or "-"]),
        "grades": " ".join(f"{g.code}:{g.share[0] / g.share[1]:g}" for g in criteria.grades),
        "levels": " ".join(f"{x.code}:{x.title}:{plain(x.gte)}" for x in criteria.levels),
        "groups": {
            g.code: " | ".join(
                [
                    g.title,
                    plain(g.max),
                    plain(g.floor_percent),
                    " ".join(i.code for i in g.indicators),
                ]
            )
            for g in criteria.groups
        },
        "lines": {code: line_of(line) for code, line in criteria.indicators.items()},
        "vetoes": {veto.code: f"{veto.slug} | {veto.title}" for veto in criteria.vetoes},
    }


def test_five_sets_are_shipped():
    assert set(load_shipped()) == set(EXPECTED)


@pytest.mark.parametrize("code", EXPECTED)
def test_shipped_set_carries_the_reference_figures(code):
    assert set_of(load_shipped()[code]) == EXPECTED[code]


@pytest.mark.parametrize("criteria", load_shipped().values(), ids=lambda c: c.code)
def test_shipped_set_is_dated_sourced_and_guided(criteria):
    assert criteria.valid_from == date(2026, 1, 1)
    assert criteria.annual_classes == ("KHTNV", "HTNV", "HTTNV", "HTXSNV")
    assert criteria.source
    assert all(veto.source for veto in criteria.vetoes)
    for line in criteria.indicators.values():
        assert line.source
        assert line.guidance.endswith(".")
        assert bool(line.num_label) == (line.input in ("ratio", "count"))
        assert bool(line.den_label) == (line.input == "ratio")
        assert line.data_source
        assert line.cutoff
    assert criteria.legal_basis
    assert (criteria.version, criteria.succeeds, criteria.relations) == (1, None, ())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('title = "Bộ tiêu chí', 'titel = "Bộ tiêu chí', "title"),
        ("valid_from = 2026-01-01", "", "valid_from"),
        ("valid_from = 2026-01-01", 'valid_from = "01/01/2026"', "valid_from"),
        ("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2025-12-31", "valid_to"),
        ('subject = "cell"', 'subject = "chi_bo"', "chi_bo"),
        ("max = 30\n", "max = 31\n", "G1"),
        ("floor_percent = 80", "floor_percent = 101", "floor_percent"),
        ("max = 10\n", "max = 10.005\n", "1.2"),
        ("max = 10\n", "max = nan\n", "1.2"),
        ("max = 10\n", "max = true\n", "1.2"),
        ("max = 10\n", 'max = "mười"\n', "1.2"),
        ("max = 10\n", "max = -10\n", "1.2"),
        ("{ gte = 95, points = 8 }", "{ gte = 95, points = 10.5 }", "1.2"),
        ("{ gte = 95, points = 8 }", "{ gte = 85, points = 8 }", "1.2"),
        ("{ gte = 95, points = 8 }", "{ gte = 90, points = 8 }", "1.2"),
        ("{ gte = 95, points = 8 }", "{ gte = 95, gt = 95, points = 8 }", "1.2"),
        ("{ gt = 0, points = 1 }", "{ gte = 0, points = 1 }", "1.3"),
        ('input = "ratio"', 'input = "percent"', "percent"),
        ('empty = "na"', 'empty = "half"', "half"),
        ('empty = "na"\n', "", "1.2"),
        ("na = true", 'na = "có"', "na"),
        ('code = "1.2"', 'code = "1.1"', "1.1"),
        ('code = "G2"', 'code = "G1"', "G1"),
        ('code = "V2"', 'code = "V1"', "V1"),
        ('code = "no", title = "Không"', 'code = "yes", title = "Không"', "yes"),
        ("gte = 70", "gte = 95", "mức xếp loại"),
        ('title = "Kém"\ngte = 0', 'title = "Kém"\ngte = 1', "mức xếp loại"),
        ('annual_class_gte = "HTTNV"', 'annual_class_gte = "TOT"', "annual_class_gte"),
        ("total_gte = 85", "total_gte = 100.01", "total_gte"),
        ("share = 0.75", "share = 1.75", "kha"),
        ("[recognition]", "[recognition", "TOML"),
        ("\n[[groups]]", "\nextra = 1\n[[groups]]", "extra"),
        ("[recognition]", "[quota]\npercent = 20\nbase = 'some'\n[recognition]", "base"),
        (
            "[recognition]",
            "[quota]\npercent = 20\nbase = 'all'\nrounding = 'up'\n[recognition]",
            "up",
        ),
    ],
)
def test_faulty_set_is_refused_by_place(old, new, says):
    assert old in TEXT
    with pytest.raises(CriteriaError, match=says):
        parse_criteria(TEXT.replace(old, new, 1))


def test_what_a_set_may_say_besides_is_read():
    text = TEXT.replace("version = 1\n", "version = 2\n", 1).replace(
        "annual_classes",
        'succeeds = "CU"\nrelations = [{ code = "1.1", was = "1.3", relation = "rescaled" }]\n'
        "annual_classes",
        1,
    )
    text = text.replace('evidence = "optional"', 'evidence = "required"\nkinds = ["thon"]', 1)
    criteria = parse_criteria(text)
    assert (criteria.version, criteria.succeeds) == (2, "CU")
    assert criteria.relations == (Relation("1.1", "1.3", "rescaled"),)
    line = criteria.indicators["1.2"]
    assert (line.evidence, line.kinds) == ("required", ("thon",))
    assert [line.applies_to(kind) for kind in ("thon", "y_te", None)] == [True, False, True]


def test_what_a_set_need_not_say_has_a_plain_default():
    bare = re.sub(r"(?m)^(version|data_source|cutoff|evidence|from_\w+) = .*\n", "", TEXT)
    bare = re.sub(r"(?s)legal_basis = \[.*?\n\]\n", "", bare)
    criteria = parse_criteria(bare)
    assert (criteria.version, criteria.legal_basis) == (1, ())
    for line in criteria.indicators.values():
        assert (line.evidence, line.kinds, line.cutoff) == ("optional", (), "")
    assert score_sheet(criteria, {}) == score_sheet(load_shipped()["CB4T-2026"], {})


def test_groups_must_come_to_one_hundred():
    text = TEXT.replace("max = 30\n", "max = 29\n", 1).replace("max = 4\n", "max = 3\n", 1)
    text = text.replace('title = "Có", points = 4', 'title = "Có", points = 3', 1)
    with pytest.raises(CriteriaError, match="100 điểm, đang là 99"):
        parse_criteria(text)


def test_numbers_may_stand_in_quotes():
    quoted = TEXT.replace("gte = 95, points = 8", 'gte = "95", points = "8.00"')
    assert parse_criteria(quoted) == load_shipped()["CB4T-2026"]


def test_quota_is_read_where_a_set_has_one():
    text = TEXT.replace(
        "[recognition]",
        '[quota]\npercent = 20\nbase = "good_or_better"\nexception_percent = 25\n'
        'group_by = "kind"\nrounding = "floor"\n\n[recognition]',
        1,
    )
    quota = parse_criteria(text).quota
    assert (quota.percent, quota.base, quota.exception_percent) == (2000, "good_or_better", 2500)
    assert quota.cap(good_or_better=30, assessed=40) == 6


def test_no_shipped_set_has_a_quota():
    assert not any(criteria.quota for criteria in load_shipped().values())


@pytest.mark.parametrize(("text", "value"), [("4", 400), ("4.5", 450), ("4.505", None)])
def test_hundredths_have_two_places(text, value):
    assert hundredths(Decimal(text)) == value

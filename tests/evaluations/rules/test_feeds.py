"""Which lines of other sheets a line may take suggestions from."""

import pytest

from evaluations.rules.criteria import CriteriaError, load_shipped, parse_criteria, shipped_text
from evaluations.rules.lint import lint

YEAR, QUARTER, MONTH, COMMITTEE = (
    shipped_text(code) for code in ("CB4T-2026", "CB4T-QUY-2026", "CB4T-THANG-2026", "DB4T-2026")
)


def errors(text):
    return [finding.message for finding in lint(text) if finding.severity == "error"]


def warnings(text):
    return [finding.message for finding in lint(text) if finding.severity == "warning"]


def feeds(code, kind):
    lines = load_shipped()[code].indicators.values()
    found = {line.code: getattr(line, kind) for line in lines if getattr(line, kind)}
    return {code: f"{feed.how} {feed.code}".strip() for code, feed in found.items()}


def test_the_year_adds_attendance_and_counts_thematic_quarters():
    fed = feeds("CB4T-2026", "from_quarter")
    assert (fed["2.3"], fed["2.2"], fed["1.5"]) == ("sum 2.3", "full 2.2", "last 1.5")


def test_the_quarter_counts_months_that_were_in_order():
    assert feeds("CB4T-QUY-2026", "from_month") == {
        "2.1": "full 2.1",
        "2.4": "full 2.2",
        "2.5": "full 2.4",
    }


def test_the_committee_counts_its_cells_and_adds_their_members():
    fed = feeds("DB4T-2026", "from_cells")
    assert (fed["2.3"], fed["4.1"], fed["4.2"]) == ("full 2.6", "eligible", "sum 4.1")


@pytest.mark.parametrize("text", [YEAR, QUARTER, MONTH, COMMITTEE])
def test_shipped_sets_are_without_findings(text):
    assert lint(text) == []


def with_feed(text, line, feed):
    """Put a feed on a line that has none."""
    start = text.index(f'\ncode = "{line}"\nslug')
    end = text.index("\nsource = ", start)
    return f"{text[:end]}\n{feed}{text[end:]}"


@pytest.mark.parametrize(
    ("text", "line", "feed", "says"),
    [
        (QUARTER, "1.2", 'from_quarter = { code = "1.2", how = "sum" }', "bộ tiêu chí năm"),
        (YEAR, "4.1", 'from_month = { code = "2.1", how = "full" }', "bộ tiêu chí quý"),
        (YEAR, "4.1", 'from_cells = { code = "4.1", how = "sum" }', "của đảng bộ"),
        (YEAR, "1.4", 'from_quarter = { code = "1.4", how = "full" }', "theo tỷ lệ"),
        (YEAR, "1.4", 'from_quarter = { code = "1.4", how = "sum" }', "chỉ cộng được số liệu"),
    ],
)
def test_feed_that_cannot_be_is_an_error(text, line, feed, says):
    assert any(says in message for message in errors(with_feed(text, line, feed)))


@pytest.mark.parametrize(
    ("feed", "says"),
    [
        ('from_quarter = { code = "9.9", how = "sum" }', "không có dòng 9.9"),
        ('from_quarter = { code = "1.5", how = "last" }', "nhập theo kiểu khác"),
    ],
)
def test_feed_that_leads_nowhere_is_a_warning(feed, says):
    assert any(says in message for message in warnings(with_feed(YEAR, "4.1", feed)))


@pytest.mark.parametrize(
    "feed",
    [
        'from_quarter = { how = "sum" }',
        'from_quarter = { code = "2.3", how = "eligible" }',
        'from_cells = { code = "2.3", how = "last" }',
        'from_cells = { code = "2.3", how = "eligible" }',
    ],
)
def test_feed_of_an_unknown_way_is_refused(feed):
    with pytest.raises(CriteriaError):
        parse_criteria(with_feed(YEAR, "4.1", feed))


@pytest.mark.parametrize(("day", "fits"), [("2026-02-01", True), ("2026-02-02", False)])
def test_a_set_for_months_may_begin_with_any_month(day, fits):
    found = warnings(MONTH.replace("valid_from = 2026-01-01", f"valid_from = {day}"))
    assert any("ngày đầu tháng" in message for message in found) != fits

"""The cap in numbers and words; who needs a reason because another was passed over."""

import pytest

from evaluations.rules.quota import Quota
from evaluations.rules.recognition import Claim, cap_of, unexplained

GOOD = "xếp loại từ “HTTNV” trở lên"


def cap(base, *, good=30, assessed=40, percent=2000, special=None, exception=False):
    quota = Quota(percent, base, exception_percent=special)
    return cap_of(
        quota, good=good, assessed=assessed, good_name=GOOD, exception=exception, noun="chi bộ"
    )


@pytest.mark.parametrize(
    ("base", "number", "most"),
    [("good_only", 30, 5), ("good_or_better", 30, 6), ("all", 40, 8)],
)
def test_each_reading_has_its_own_base_number_and_cap(base, number, most):
    found = cap(base)
    assert (found.number, found.cap) == (number, most)


def test_formula_of_the_literal_reading_shows_that_one_more_is_too_many():
    formula = cap("good_only").formula
    assert "20 % của số chi bộ xếp loại từ “HTTNV” trở lên còn lại" in formula
    assert "20 % × (30 − 5) = 5; thêm một chi bộ nữa" in formula
    assert "20 % × (30 − 6) = 4,8, nhỏ hơn 6." in formula


def test_formula_of_the_other_readings_is_percent_times_base_rounded_down():
    said = cap("good_or_better", good=34).formula
    assert said == f"20 % × 34 chi bộ {GOOD} = 6,8, làm tròn xuống: 6."
    assert cap("all").formula == "20 % × 40 chi bộ đã có kết quả = 8, làm tròn xuống: 8."


@pytest.mark.parametrize(
    ("special", "exception", "most", "percent"),
    [(2500, True, 7, 2500), (2500, False, 6, 2000), (None, True, 6, 2000)],
)
def test_exception_counts_only_where_the_quota_knows_one(special, exception, most, percent):
    found = cap("good_or_better", special=special, exception=exception)
    assert (found.cap, found.percent) == (most, percent)
    assert found.is_exception == (exception and special is not None)


@pytest.mark.parametrize("base", ["good_only", "good_or_better", "all"])
def test_nobody_gives_no_place(base):
    assert cap(base, good=0, assessed=0).cap == 0


def claim(key, total, chosen, *, explained=False, pool="a"):
    return Claim(key, pool, total, chosen, explained)


@pytest.mark.parametrize(("lower", "found"), [(91_99, True), (92_00, True), (92_01, False)])
def test_chosen_with_no_more_points_than_one_passed_over_needs_a_reason(lower, found):
    claims = [claim("passed", 92_00, False), claim("chosen", lower, True)]
    assert unexplained(claims) == ({"chosen": "passed"} if found else {})


@pytest.mark.parametrize("who", ["passed", "chosen"])
def test_reason_at_either_of_the_two_is_enough(who):
    claims = [
        claim("passed", 95_00, False, explained=who == "passed"),
        claim("chosen", 90_00, True, explained=who == "chosen"),
    ]
    assert unexplained(claims) == {}


def test_best_one_passed_over_is_named():
    claims = [claim("c", 90_00, True), claim("p1", 91_00, False), claim("p2", 93_00, False)]
    assert unexplained(claims) == {"c": "p2"}


def test_cells_of_other_pools_are_not_compared():
    claims = [claim("passed", 95_00, False, pool="b"), claim("chosen", 90_00, True)]
    assert unexplained(claims) == {}


def test_nobody_passed_over_needs_no_reason():
    assert unexplained([claim("a", 90_00, True), claim("b", 85_00, True)]) == {}

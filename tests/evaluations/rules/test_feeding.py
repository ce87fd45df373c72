"""One answer of several: added, the last, the worst, how many were full."""

import pytest

from evaluations.rules.criteria import load_shipped
from evaluations.rules.feeding import Given, counted_answer, fed_answer

YEAR = load_shipped()["CB4T-2026"].indicators
QUARTER = load_shipped()["CB4T-QUY-2026"].indicators
MONTH = load_shipped()["CB4T-THANG-2026"].indicators
COMMITTEE = load_shipped()["DB4T-2026"].indicators


def given(line, *answers):
    return [Given(line, answer) for answer in answers]


def ratio(num, den):
    return {"num": num, "den": den}


NA = {"na": True}


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([ratio(27, 30)], ratio(27, 30)),
        ([ratio(9, 10), ratio(8, 10), ratio(10, 10)], ratio(27, 30)),
        ([ratio(9, 10), NA], ratio(9, 10)),
        ([NA, NA], NA),
        ([], {}),
    ],
)
def test_numbers_of_the_quarters_are_added(answers, said):
    assert fed_answer(YEAR["2.3"], "sum", given(QUARTER["2.3"], *answers)) == said


def test_an_empty_denominator_counts_as_not_applicable():
    said = fed_answer(YEAR["2.3"], "sum", given(QUARTER["2.3"], ratio(0, 0), ratio(5, 10)))
    assert said == ratio(5, 10)


def test_a_line_that_must_apply_is_left_alone_where_it_never_applied():
    assert YEAR["3.3"].na is False
    assert fed_answer(YEAR["3.3"], "sum", given(QUARTER["3.3"], NA, NA)) == {}


def test_the_last_and_the_worst():
    grades = given(QUARTER["3.1"], {"grade": "kha"}, {"grade": "yeu"}, {"grade": "tot"})
    assert fed_answer(YEAR["3.1"], "worst", grades) == {"grade": "yeu"}
    assert fed_answer(YEAR["3.1"], "last", grades) == {"grade": "tot"}


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (["yes", "yes", "no"], ratio(2, 3)),
        (["no"], ratio(0, 1)),
        (["yes", NA], ratio(1, 1)),
    ],
)
def test_full_quarters_are_counted(answers, said):
    chosen = [one if one == NA else {"choice": one} for one in answers]
    assert fed_answer(YEAR["2.2"], "full", given(QUARTER["2.2"], *chosen)) == said


def test_months_in_order_are_counted_for_the_quarter():
    months = given(MONTH["2.1"], {"choice": "dat"}, {"choice": "khong_dat"}, {"choice": "dat"})
    assert fed_answer(QUARTER["2.1"], "full", months) == ratio(2, 3)


def test_what_the_line_would_refuse_is_not_suggested():
    strange = given(QUARTER["3.4"], {"choice": "none"})
    assert fed_answer(YEAR["2.3"], "last", strange) == {}
    assert fed_answer(YEAR["2.3"], "sum", strange) == {}


@pytest.mark.parametrize(("num", "den", "said"), [(3, 4, ratio(3, 4)), (5, 4, {})])
def test_a_share_of_sheets_is_an_answer(num, den, said):
    assert counted_answer(COMMITTEE["4.1"], num, den) == said

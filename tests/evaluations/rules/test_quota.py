from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.rules.quota import Quota


@pytest.mark.parametrize(
    ("n", "good_only", "good_or_better", "good_only_at_25", "good_or_better_at_25"),
    [
        (0, 0, 0, 0, 0),
        (5, 0, 1, 1, 1),
        (6, 1, 1, 1, 1),
        (7, 1, 1, 1, 1),
        (12, 2, 2, 2, 3),
        (24, 4, 4, 4, 6),
        (25, 4, 5, 5, 6),
        (29, 4, 5, 5, 7),
        (30, 5, 6, 6, 7),
    ],
)
def test_cap_by_base(n, good_only, good_or_better, good_only_at_25, good_or_better_at_25):
    def cap(base, *, exception):
        quota = Quota(2000, base, exception_percent=2500)
        return quota.cap(good_or_better=n, assessed=99, exception=exception)

    assert cap("good_only", exception=False) == good_only
    assert cap("good_or_better", exception=False) == good_or_better
    assert cap("good_only", exception=True) == good_only_at_25
    assert cap("good_or_better", exception=True) == good_or_better_at_25


@given(st.integers(0, 500), st.integers(1, 10_000))
def test_cap_is_the_largest_whole_number_within_the_share(n, percent):
    share = Fraction(percent, 10_000)
    own = Quota(percent).cap(good_or_better=n, assessed=0)
    assert own <= share * (n - own)
    assert own + 1 > share * (n - own - 1)
    for base in ("good_or_better", "all"):
        cap = Quota(percent, base).cap(good_or_better=n, assessed=n)
        assert own <= cap <= share * n < cap + 1


def test_good_only_is_the_default_and_its_cap_is_the_largest_that_fits():
    quota = Quota(2000)
    for n in range(200):
        cap = quota.cap(good_or_better=n, assessed=n)
        assert 5 * cap <= n - cap
        assert 5 * (cap + 1) > n - (cap + 1)


def test_all_counts_everyone_assessed():
    quota = Quota(2000, "all")
    assert quota.cap(good_or_better=5, assessed=49) == 9
    assert quota.cap(good_or_better=5, assessed=50) == 10


def test_exception_without_a_percent_of_its_own_changes_nothing():
    assert Quota(2000).cap(good_or_better=30, assessed=30, exception=True) == 5

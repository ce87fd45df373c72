from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.rules.ranking import rank, rank_groups, ranking_hash, size_band


def test_ties_share_the_better_rank_and_the_next_rank_is_skipped():
    standings = rank([("a", 9000), ("b", 8500), ("c", 8500), ("d", 8499)])
    assert {key: (s.rank, s.tied) for key, s in standings.items()} == {
        "a": (1, 1),
        "b": (2, 2),
        "c": (2, 2),
        "d": (4, 1),
    }


def test_percentile_is_the_share_with_a_lower_total_rounded_half_up():
    standings = rank([("a", 3), ("b", 2), ("c", 1)])
    assert [standings[key].percentile for key in "abc"] == [6667, 3333, 0]
    assert {s.competitors for s in standings.values()} == {3}


def test_nobody_to_rank_gives_nothing():
    assert rank([]) == {}


def test_groups_of_fewer_than_five_are_not_ranked():
    small = [(f"s{n}", "small", n) for n in range(4)]
    large = [(f"l{n}", "large", n) for n in range(5)]
    standings = rank_groups(small + large)
    assert set(standings) == {"l0", "l1", "l2", "l3", "l4"}
    assert standings["l4"].rank == 1
    assert standings["l0"].competitors == 5


def test_smallest_group_is_an_argument():
    assert set(rank_groups([("a", "g", 1)], smallest=1)) == {"a"}


@pytest.mark.parametrize(
    ("size", "band"),
    [
        (2, None),
        (3, "3–9"),
        (9, "3–9"),
        (10, "10–29"),
        (29, "10–29"),
        (30, "từ 30"),
        (300, "từ 30"),
    ],
)
def test_size_falls_in_its_band(size, band):
    assert size_band(size) == band


def test_hash_is_over_lines_sorted_by_code_without_a_last_newline():
    expected = sha256(b"A-1;2;8500\nA-10;1;9000\nB-1;2;8500").hexdigest()
    assert ranking_hash([("B-1", 2, 8500), ("A-10", 1, 9000), ("A-1", 2, 8500)]) == expected


totals = st.lists(st.integers(0, 30), min_size=1, max_size=40).map(lambda ts: list(enumerate(ts)))


@given(totals)
def test_rank_is_one_more_than_the_number_of_better_totals(pairs):
    standings = rank(pairs)
    for key, total in pairs:
        assert standings[key].rank == 1 + sum(other > total for _, other in pairs)
        assert standings[key].tied == sum(other == total for _, other in pairs)


@given(totals, st.randoms())
def test_order_of_the_pairs_does_not_matter(pairs, random):
    shuffled = pairs.copy()
    random.shuffle(shuffled)
    assert rank(shuffled) == rank(pairs)


@given(totals)
def test_rank_and_percentile_never_disagree(pairs):
    standings = sorted(rank(pairs).values())
    assert [s.percentile for s in standings] == sorted(
        (s.percentile for s in standings), reverse=True
    )

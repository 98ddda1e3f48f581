"""The search for the smallest change, against every combination tried one by one."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.faults import TargetError
from ranking.simulate.search import Lattice, search

costs = st.lists(
    st.lists(st.integers(0, 9), max_size=4).map(lambda steps: np.array([0, *sorted(steps)])), min_size=1, max_size=3
).map(tuple)


class Short:
    """A target that a table of shortfalls makes up."""

    def __init__(self, of, seen=None):
        self.of, self.seen = of, seen if seen is not None else []

    def shortfalls(self, steps):
        self.seen += [tuple(map(int, row)) for row in steps]
        return np.array([self.of(tuple(map(int, row))) for row in steps], dtype=np.int64)


def everything(lattice):
    """Every combination with its cost, by loops."""
    for steps in product(*[range(len(one)) for one in lattice.costs]):
        yield steps, sum(int(one[step]) for one, step in zip(lattice.costs, steps, strict=True))


@given(costs, st.randoms(use_true_random=False))
def test_the_cheapest_that_meets_the_target_is_found(said, random):
    lattice = Lattice(said)
    table = {steps: random.choice([0, 1, 2, 3, 5]) for steps, _ in everything(lattice)}
    found = search(lattice, Short(table.get), most=10**6)
    meets = [(cost, steps) for steps, cost in everything(lattice) if table[steps] == 0]
    assert found.proven
    if not meets:
        assert found.steps is None
        assert found.tried == len(lattice)
        return
    least = min(cost for cost, _ in meets)
    assert found.cost == found.bound == least
    assert tuple(found.steps) == min(steps for cost, steps in meets if cost == least)
    assert sorted(map(tuple, found.equals)) == sorted(steps for cost, steps in meets if cost == least)


@given(costs, st.integers(0, 6), st.randoms(use_true_random=False))
def test_a_search_cut_short_is_bounded_from_both_sides(said, most, random):
    lattice = Lattice(said)
    table = {steps: random.choice([0, 1, 2, 3]) for steps, _ in everything(lattice)}
    found = search(lattice, Short(table.get), most=most)
    least = min((cost for steps, cost in everything(lattice) if table[steps] == 0), default=None)
    if found.steps is None:
        assert least is None or least >= found.bound
        return
    assert table[tuple(found.steps)] == 0
    assert found.bound <= least <= found.cost
    assert found.cost == least or not found.proven


def test_a_target_that_holds_already_costs_nothing():
    found = search(Lattice((np.array([0, 1, 2]),)), Short(lambda _: 0), most=100)
    assert (found.cost, tuple(found.steps), found.tried) == (0, (0,), 1)


def test_no_combination_is_tried_twice_before_the_answer():
    seen = []
    lattice = Lattice((np.array([0, 2, 4]), np.array([0, 1, 3])))
    search(lattice, Short(lambda _: 1, seen), most=100)
    assert sorted(seen) == sorted(steps for steps, _ in everything(lattice))


def test_too_many_combinations_are_refused_before_any_is_tried():
    with pytest.raises(TargetError, match="16,000,000 combinations"):
        Lattice((np.arange(200), np.arange(200), np.arange(400)))

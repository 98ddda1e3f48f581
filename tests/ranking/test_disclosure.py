"""Disclosure control: whoever has every published number cannot tell that a hidden count is under the least one."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from strategies import examples

from ranking.disclosure import rounded, suppressed

PARTS = ("kept", "gained", "lost", "neither")
SUMS = {"law": ("kept", "lost"), "variant": ("kept", "gained"), "people": PARTS}
K = 5


def table(rows, attribute="sex"):
    """A table of people by a value: what became of them, and the sums."""
    frame = pl.DataFrame(rows, schema=dict.fromkeys(PARTS, pl.Int64), orient="row")
    values = pl.Series("value", [f"v{number}" for number in range(len(rows))])
    made = [pl.sum_horizontal(parts).alias(name) for name, parts in SUMS.items()]
    return frame.with_columns(values, pl.lit(attribute).alias("attribute")).with_columns(made)


def equations(frames, columns, sums):
    """All that an attacker knows, written anew: x = 0 for rows and columns, the same total for each table."""
    at, found = {}, []
    for number, frame in enumerate(frames):
        for row in range(frame.height):
            for name in columns:
                at[number, row, name] = len(at)
    for name in columns:
        at["total", name] = len(at)
    for number, frame in enumerate(frames):
        for row in range(frame.height):
            found += [{at[number, row, w]: -1} | {at[number, row, p]: 1 for p in parts} for w, parts in sums.items()]
        for name in columns:
            found.append({at["total", name]: -1} | {at[number, row, name]: 1 for row in range(frame.height)})
    found += [{at["total", w]: -1} | {at["total", p]: 1 for p in parts} for w, parts in sums.items()]
    matrix = np.zeros((len(found), len(at)))
    for row, equation in enumerate(found):
        for column, sign in equation.items():
            matrix[row, column] = sign
    return at, matrix


def attack(published, hidden_totals, raw, columns, sums):
    """Give the interval of each hidden count, by linear programming."""
    at, matrix = equations(published, columns, sums)
    bounds = [(1, None)] * len(at)
    for number, frame in enumerate(published):
        for row in range(frame.height):
            for name in columns:
                if (value := frame[name][row]) is not None:
                    bounds[at[number, row, name]] = (value, value)
    for name in columns:
        if name not in hidden_totals:
            total = int(raw[0][name].sum())
            bounds[at["total", name]] = (total, total)
    found = {}
    for key, cell in at.items():
        if bounds[cell] == (1, None):
            aim = np.zeros(len(at))
            aim[cell] = 1
            ends = [linprog(sign * aim, A_eq=matrix, b_eq=np.zeros(len(matrix)), bounds=bounds) for sign in (1, -1)]
            assert ends[0].status == 0
            found[key] = (ends[0].fun, np.inf if ends[1].status == 3 else -ends[1].fun)
    return found


def check(frames, columns, sums, k=K):
    """Publish tables of the same people together, and attack them."""
    frame = pl.concat(frames)
    published, lost = suppressed(frame, columns, sums=sums, within=["attribute"], k=k)
    assert published.drop(columns).equals(frame.drop(columns))
    parts = published.partition_by("attribute", maintain_order=True)
    intervals = attack(parts, lost, frames, columns, sums)
    for number, (part, raw) in enumerate(zip(parts, frames, strict=True)):
        for row in range(part.height):
            for name in columns:
                true, shown = raw[name][row], part[name][row]
                assert shown in (true, None)
                if 0 < true < k:
                    assert shown is None
                if shown is None:
                    low, high = intervals[number, row, name]
                    assert low - 1e-6 <= true <= high + 1e-6
                    assert high >= (max(true, k)) - 1e-6
                    assert true >= k or high - low > 0.5
    for name in columns:
        if 0 < frames[0][name].sum() < k:
            assert name in lost
            assert intervals["total", name][1] >= k - 1e-6
    return published, lost


COUNT = st.one_of(st.sampled_from([0, 0, 1, 2, 3, 4]), st.integers(0, 60))


@examples(20)
@given(rows=st.lists(st.tuples(*[COUNT] * 4), min_size=1, max_size=5))
def test_no_hidden_count_of_a_table_with_sums_and_margins_can_be_solved_back(rows):
    check([table(rows)], [*PARTS, *SUMS], SUMS)


@examples(12)
@given(rows=st.lists(st.tuples(*[COUNT] * 4), min_size=1, max_size=6), cut=st.integers(1, 3))
def test_two_tables_of_the_same_people_do_not_betray_each_other(rows, cut):
    sums = [tuple(sum(column) for column in zip(*part, strict=True)) for part in (rows[:cut], rows[cut:]) if part]
    check([table(rows), table(sums, "region")], [*PARTS, *SUMS], SUMS)


@examples(40)
@given(values=st.lists(COUNT, min_size=1, max_size=8), k=st.integers(2, 8))
def test_no_hidden_count_of_a_one_way_table_can_be_solved_back(values, k):
    frame = pl.DataFrame({"attribute": ["sex"] * len(values), "people": values}, schema_overrides={"people": pl.Int64})
    check([frame], ["people"], {}, k)


def hidden_of(values):
    published, lost = suppressed(pl.DataFrame({"people": values}), ["people"])
    return published["people"].to_list(), lost


@pytest.mark.parametrize(
    ("values", "shown", "lost"),
    [
        ([10, 20, 30], [10, 20, 30], set()),
        ([0, 20, 30], [0, 20, 30], set()),
        ([3, 20, 30], [None, None, 30], set()),
        ([3, 3, 30], [None, None, 30], set()),
        ([2, 2, 2, 30], [None, None, None, None], set()),
        ([1, 1, 30], [None, None, None], set()),
        ([3, 0, 0], [None, 0, 0], {"people"}),
        ([3], [None], {"people"}),
        ([0, 0], [0, 0], set()),
    ],
)
def test_one_way_tables_by_hand(values, shown, lost):
    assert hidden_of(values) == (shown, lost)


def test_equal_counts_are_hidden_the_same_each_time():
    assert len({str(hidden_of([3, 9, 9, 9, 9])) for _ in range(5)}) == 1
    assert hidden_of([3, 9, 9, 9, 9])[0].count(None) == 2


def test_a_two_way_table_loses_a_rectangle():
    frame = pl.DataFrame({"a": [3, 40, 50], "b": [30, 20, 60], "c": [70, 80, 90]})
    frame = frame.with_columns(pl.sum_horizontal("a", "b", "c").alias("all"))
    published, lost = suppressed(frame, ["a", "b", "c", "all"], sums={"all": ("a", "b", "c")})
    assert lost == set()
    assert published["all"].null_count() == 0
    assert sum(published[name].null_count() for name in "abc") == 4


def test_rounding_is_to_the_nearest_five():
    frame = pl.DataFrame({"n": [0, 2, 3, 7, 8, 12, 13, None]})
    assert rounded(frame, ["n"])["n"].to_list() == [0, 0, 5, 5, 10, 10, 15, None]

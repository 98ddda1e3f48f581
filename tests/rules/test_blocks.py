"""Blocks: the score that numpy reads off fused tables is the one that the law's own rows give.

Random laws and pools are compared in ``test_engines_agree``; here, what is folded, narrow types, and many blocks.
"""

from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DAY, LUMEN, amended, examples, laws, make_pool, pools

import ranking
import rules
from ranking import sample
from ranking.conform import conform
from rules import blocks, lookup
from rules.buffers import buffers
from rules.lookup import LARGEST, LARGEST_ALONE, Compiler
from rules.steps import narrow

EXPRESS = rules.load("canada/express_entry").on(date(2025, 3, 24))
LAW = rules.load(LUMEN).on(date(2030, 1, 1))


def by_rows(frame, regulation, facts_on):
    """Score by the breakdown, which polars expressions compute from the same law and blocks have no part in."""
    return ranking.score(frame, regulation, facts_on=facts_on)["score"]


def alone(frame, regulation, facts_on):
    return ranking.score(frame, regulation, facts_on=facts_on, breakdown=False)["score"]


@pytest.fixture
def profiles():
    return sample.generate(EXPRESS, 300, seed=3, on=EXPRESS.day)


# Buffers.


COLUMNS = st.sampled_from([pl.Int16, pl.Int32, pl.UInt8, pl.Boolean, pl.Date, pl.Enum(["a", "b", "c"])])
VALUES = {pl.Boolean: [True, False], pl.Date: [date(1990, 1, 1), date(1969, 12, 31)], pl.Enum: ["a", "b", "c"]}


@examples(25)
@given(data=st.data(), dtype=COLUMNS, start=st.integers(0, 20))
def test_buffers_hold_what_the_column_holds_wherever_a_slice_begins(data, dtype, start):
    some = VALUES.get(dtype if isinstance(dtype, type) else type(dtype), [0, 1, 100])
    whole = pl.Series("x", data.draw(st.lists(st.sampled_from([None, *some]), max_size=60)), dtype=dtype)
    column = whole.slice(start)
    found = buffers(column)
    end = found.offset + len(column)
    bits = lambda raw: np.unpackbits(raw, bitorder="little")[found.offset : end]  # noqa: E731
    values = bits(found.values) if found.bits else found.values[found.offset : end]
    known = np.ones(len(column), bool) if found.valid is None else bits(found.valid).astype(bool)
    assert known.tolist() == column.is_not_null().to_list()
    assert values[known].tolist() == column.to_physical().drop_nulls().to_list()


def test_buffers_outlive_the_column_and_join_its_chunks():
    column = pl.concat([pl.Series([1, None], dtype=pl.Int16), pl.Series([3], dtype=pl.Int16)])
    found = buffers(column)
    del column
    assert found.values[found.offset + 2] == 3


# Many blocks, whatever their size.


@pytest.mark.parametrize("size", [1, 7, 8, 64, 299, 300, 301])
def test_the_size_of_a_block_changes_no_score(size, profiles, monkeypatch):
    expected = by_rows(profiles, EXPRESS, EXPRESS.day)
    monkeypatch.setattr(blocks, "BLOCK", size)
    assert alone(profiles, EXPRESS, EXPRESS.day).equals(expected)


@pytest.mark.parametrize("cuts", [[150], [1, 299], [96, 192], [40, 41, 250]])
@pytest.mark.parametrize("small", [1, 1000])
def test_chunks_are_scored_where_they_are_or_joined(cuts, small, profiles, monkeypatch):
    expected = by_rows(profiles, EXPRESS, EXPRESS.day)
    pieces = [profiles[begin:end] for begin, end in pairwise([0, *cuts, profiles.height])]
    chunked = pl.concat(pieces, rechunk=False)
    assert chunked["nomination"].n_chunks() == len(pieces)
    monkeypatch.setattr(blocks, "BLOCK", 16)
    monkeypatch.setattr(blocks, "SMALL", small)
    assert alone(chunked, EXPRESS, EXPRESS.day).equals(expected)
    uneven = chunked.with_columns(profiles["french_reading"])
    assert alone(uneven, EXPRESS, EXPRESS.day).equals(expected)


@pytest.mark.parametrize("start", [1, 3, 8])
def test_a_slice_scores_as_its_rows_do(start, profiles):
    expected = alone(profiles, EXPRESS, EXPRESS.day)[start:]
    assert alone(profiles[start:], EXPRESS, EXPRESS.day).equals(expected)


# What does not vary is folded.


@examples(8)
@given(data=st.data())
def test_random_laws_give_the_same_scores_where_a_column_holds_one_value(data):
    with data.draw(laws()).written() as folder:
        regulation = rules.load(folder).on(DAY)
        pool, facts_on = data.draw(pools(regulation, folder, most=12))
        frame = pool.frame()
        if frame.height:
            row = data.draw(st.integers(0, frame.height - 1))
            frame = pl.concat([frame[row : row + 1]] * 3 + [frame[:0]])
            frame = frame.with_columns(declaration_id=pl.Series(["1", "2", "3"]))
        assert alone(frame, regulation, facts_on).equals(by_rows(frame, regulation, facts_on))


FRENCH = ["french_listening", "french_speaking", "french_reading", "french_writing"]


@pytest.mark.parametrize(
    "change",
    [
        [pl.lit(None, pl.Int16).alias(name) for name in FRENCH],
        [pl.lit(7, pl.Int16).alias(name) for name in FRENCH],
        [pl.lit(value=True).alias("nomination"), pl.lit(date(1990, 2, 3)).alias("birth_date")],
        [pl.lit("french").alias("first_official_language"), pl.lit("masters").alias("education")],
        [pl.lit(70, pl.Int16).alias("canadian_work_years"), pl.lit(0, pl.Int16).alias("foreign_work_years")],
    ],
    ids=["nobody has French", "everybody has the same French", "one birth date", "one label", "beyond the last change"],
)
def test_constant_and_empty_columns_are_folded_and_change_nothing(change, profiles):
    frame = profiles.with_columns(change)
    changed = {one.meta.output_name() for one in change}
    fixed = blocks.fixed_in(conform(frame, EXPRESS, EXPRESS.day), EXPRESS, EXPRESS.day)
    assert changed - {"birth_date"} <= set(fixed)
    assert ("age" in fixed) == ("birth_date" in changed)
    made = blocks.tables(EXPRESS, tuple(fixed.items()))
    assert not changed & set(made.inputs)
    assert alone(frame, EXPRESS, EXPRESS.day).equals(by_rows(frame, EXPRESS, EXPRESS.day))


def test_the_lowest_of_what_does_not_vary_does_not_vary(profiles):
    frame = profiles.with_columns(pl.lit(None, pl.Int16).alias(name) for name in FRENCH)
    assert blocks.fixed_in(conform(frame, EXPRESS, EXPRESS.day), EXPRESS, EXPRESS.day)["lowest_french"] is None


def test_tables_are_kept_by_the_law_and_what_is_folded_and_no_more_than_a_few(profiles):
    for days in range(blocks.KEPT + 5):
        one = profiles.head(3).with_columns(birth_date=pl.lit(date(1960 + days % 60, 1 + days // 60, 1)))
        alone(one, EXPRESS, EXPRESS.day)
    assert blocks.tables.cache_info().currsize <= blocks.KEPT
    assert blocks.tables(EXPRESS, ()) is blocks.tables(rules.load("canada/express_entry").on(EXPRESS.day), ())


def test_a_pool_of_nobody_and_one_of_one_person(profiles):
    assert alone(profiles.clear(), EXPRESS, EXPRESS.day).to_list() == []
    assert alone(profiles[5:6], EXPRESS, EXPRESS.day).equals(by_rows(profiles, EXPRESS, EXPRESS.day)[5:6])


# Narrow types, at their edges.


UNCAPPED = [
    ("groups.toml", "cap = 400", ""),
    ("groups.toml", "cap = 24", ""),
    ("criteria/patron.toml", "announced_maximum = 12", ""),
]


def with_patrons_worth(points, folder):
    """Give the invented law where a patron of the guild gives so many points, and nothing caps them."""
    edit = ("criteria/patron.toml", '["guild", 10]', f'["guild", {points}]')
    return rules.load(amended(folder, *UNCAPPED, edit)).on(date(2030, 1, 1))


@pytest.mark.parametrize("points", [32_766, 32_767, 32_768, -32_767, -32_768, -32_769, 999_999, -999_999])
def test_points_at_the_edge_of_16_bits(points, tmp_path):
    regulation = with_patrons_worth(points, tmp_path)
    pool = make_pool(regulation, tmp_path, seed=1, size=200, facts_on=regulation.day, complete=True).frame()
    expected = by_rows(pool, regulation, regulation.day)
    assert int(expected.abs().max()) > abs(points) - 300
    assert alone(pool, regulation, regulation.day).equals(expected)


@pytest.mark.parametrize(("reached", "dtype"), [(0, "int16"), (32_767, "int16"), (32_768, "int32")])
def test_a_type_is_as_narrow_as_every_sum_allows(reached, dtype):
    assert blocks.smallest(reached) == np.dtype(dtype)


@pytest.mark.parametrize(("size", "dtype"), [(256, "uint8"), (257, "uint16"), (2**16, "uint16"), (2**16 + 1, "uint32")])
def test_codes_are_as_narrow_as_their_number_allows(size, dtype):
    assert narrow(size) == np.dtype(dtype)


# The cost rule.


@pytest.mark.parametrize("program", rules.library())
def test_tables_are_merged_as_far_as_the_rule_says_and_no_further(program):
    law = rules.load(program)
    compiler = Compiler(law.on(law.source.begins))
    total = compiler.merge(compiler.split(compiler.regulation.parts["score"]))
    sizes = [compiler.size(term.inputs) for term in total.terms]
    assert all(size <= LARGEST_ALONE for size in sizes)
    for at, one in enumerate(total.terms):
        for other in total.terms[at + 1 :]:
            assert compiler.size({*one.inputs, *other.inputs}) > LARGEST


def test_an_input_that_does_not_vary_leaves_room_for_others():
    free = Compiler(EXPRESS, fixed={"accompanying_spouse": False, "second_listening": None})
    bound = Compiler(EXPRESS)
    count = lambda compiler: len(compiler.merge(compiler.split(EXPRESS.parts["score"])).terms)  # noqa: E731
    assert count(free) <= count(bound)
    assert free.codes["accompanying_spouse"].size == 1


def test_lookup_and_blocks_agree_on_the_invented_law():
    pool = make_pool(LAW, LUMEN, seed=4, size=300, facts_on=LAW.day).frame()
    assert alone(pool, LAW, LAW.day).equals(by_rows(pool, LAW, LAW.day))
    assert lookup.compiled(LAW, breakdown=False).points

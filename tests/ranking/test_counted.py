"""A draw by counts is the round itself: same invitations, ranks, cut-offs and outcomes, in polars and in DuckDB."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import test_round
from counted_rounds import check_same, random_round
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples
from test_composed_rounds import SEED, ceiling, write
from test_round import count, declaration, frame_of

from ranking import sample
from ranking.columns import INSTANT
from ranking.contribution import Contribution
from ranking.counted import draw
from ranking.counted.in_duckdb import DuckDB
from ranking.counted.in_polars import Polars
from ranking.counted.picks import Pick
from ranking.counted.validity import micros, valid_instants
from ranking.faults import InstructionError, PoolError, RoundError
from ranking.instruction import read_instruction
from ranking.pool import check_pool
from ranking.reference import data_folder
from ranking.taking_part import valid

here, _law_read_once = test_round.here, test_round._law_read_once
PSTQ = data_folder() / "instructions" / "quebec" / "pstq" / "2026-04-30.toml"


def in_polars(frame, work):
    return Polars(frame.lazy(), work, piece=7)


def in_duckdb(frame, work):
    frame.write_parquet(work / "pool.parquet")
    return DuckDB(work / "pool.parquet", work, threads=1)


ENGINES = {"polars": in_polars, "duckdb": in_duckdb}


@pytest.mark.parametrize("engine", ENGINES)
@examples(25)
@given(seed=st.integers(0, 2**32 - 1), size=st.sampled_from([18, 18, 12, 6, 1, 0]), most=st.sampled_from([0, 1, 9]))
def test_a_draw_by_counts_is_the_round(here, engine, seed, size, most):
    instruction, pool, owed = random_round(here, seed, size, 1 + seed % 4)
    with TemporaryDirectory() as folder:
        made = ENGINES[engine](pool.frame, Path(folder))
        check_same(instruction, pool, owed, made, Path(folder) / "out", most)


@cache
def pstq():
    instruction = read_instruction(PSTQ)
    frame = sample.generate(instruction.regulation, 20_000, seed=7, on=instruction.facts_on)
    at = instruction.source.extracted_at
    return instruction, check_pool(frame, instruction.regulation, facts_on=instruction.facts_on, extracted_at=at)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_round_of_the_pstq_is_drawn_by_counts_and_moves_little(engine, tmp_path):
    instruction, pool = pstq()
    made = ENGINES[engine](pool.frame, tmp_path)
    if engine == "polars":
        made.piece = 6_000
    drawn = check_same(instruction, pool, Contribution(), made, tmp_path / "out", 5)
    scores = 1_400
    for one in drawn.selections:
        assert one.moved.rows <= scores + one.tied + 366
        assert one.moved.bytes <= one.moved.rows * 24
    assert 0 < drawn.moved.rows < pool.frame.height / 4


def test_a_tie_group_too_large_to_move_is_counted_by_day_first(here, tmp_path):
    noon = datetime(2030, 9, 1, 12, tzinfo=UTC)
    rows = [declaration(f"{n:03}", submitted_at=noon - timedelta(days=n % 10, seconds=n)) for n in range(300)]
    instruction = write(here, [count(137)])
    frame = frame_of(rows, instruction.regulation)
    pool = check_pool(
        frame, instruction.regulation, facts_on=instruction.facts_on, extracted_at=instruction.source.extracted_at
    )
    by_day = check_same(instruction, pool, Contribution(), in_polars(frame, tmp_path), tmp_path / "a", 100)
    whole = check_same(instruction, pool, Contribution(), in_polars(frame, tmp_path / "b"), tmp_path / "b", 300)
    assert by_day.selections[0].moved.rows == 1 + 10 + 30
    assert whole.selections[0].moved.rows == 1 + 300


REFUSED = {
    'mechanism = "first_come"': ({"mechanism": "first_come", "size": 1, "comparison_only": True}, {}),
    'mechanism = "named"': ({"mechanism": "named", "declarations": ["a"], "author": "A. B."}, {}),
    "tiers": ({"mechanism": "tiers", "tiers": [{"id": "one", "title": SEED["provenance"], "min_score": 3}]}, {}),
    "“order”": (count(1, ties="lot", order="lot"), {"seed": SEED}),
    "ceilings": (count(1), {"ceiling": [ceiling(limits={"north": 1})]}),
    "as_if_alone": (count(1), {"combine": "as_if_alone"}),
    "“labels”": ({"mechanism": "all", "labels": ["keeper", "lighter"]}, {}),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_needs_more_than_counts_is_refused_by_name(here, said, tmp_path):
    selection, more = REFUSED[said]
    instruction = write(here, [selection], **more)
    with pytest.raises(InstructionError) as refused:
        draw(instruction, in_polars(pl.DataFrame(), tmp_path))
    told = refused.value.render("en")
    assert said in told
    assert "tirage round run" in told


@pytest.mark.parametrize("engine", ENGINES)
def test_a_declaration_of_after_the_extraction_is_an_error(here, engine, tmp_path):
    instruction = write(here, [count(1)])
    late = declaration("late", submitted_at=instruction.source.extracted_at.astimezone(UTC))
    frame = frame_of([declaration("a"), late], instruction.regulation)
    with pytest.raises(RoundError, match="late among them"):
        draw(instruction, ENGINES[engine](frame, tmp_path))


WRONG = {
    "lamp": ("wicked", "a value of “lamp”"),
    "reading": (99, "from 0 to"),
    "birth_date": (None, "in every row"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", WRONG)
def test_a_value_that_no_table_can_read_is_an_error_and_not_a_score(here, engine, name, tmp_path):
    value, expected = WRONG[name]
    instruction = write(here, [count(1)])
    frame = frame_of([declaration("a"), declaration("b")], instruction.regulation)
    dtype = pl.Date if name == "birth_date" else None
    frame = frame.with_columns(pl.Series(name, [frame[name][0], value], dtype=dtype))
    with pytest.raises(PoolError) as refused:
        draw(instruction, ENGINES[engine](frame, tmp_path))
    assert f"column {name}" in refused.value.render("en")
    if engine == "duckdb":
        assert expected in refused.value.render("en")


def test_a_column_of_another_kind_is_an_error_in_duckdb(here, tmp_path):
    instruction = write(here, [count(1)])
    frame = frame_of([declaration("a")], instruction.regulation).with_columns(pl.lit(5.7).alias("reading"))
    with pytest.raises(PoolError, match="DOUBLE"):
        draw(instruction, in_duckdb(frame, tmp_path))
    with pytest.raises(PoolError, match="column missing"):
        draw(instruction, in_duckdb(frame.drop("lamp"), tmp_path))


LOCAL = ZoneInfo(test_round.ZONE)


@pytest.mark.parametrize("extracted", [*test_round.INSTANTS, "2029-02-28T23:30:00-05:00", "2032-03-14T12:00:00-04:00"])
def test_valid_instants_are_those_of_the_calendar(here, extracted):
    at = datetime.fromisoformat(extracted)
    regulation = here.program.on(max(at.date(), date(2030, 1, 1)))
    spans = valid_instants(at, regulation)
    middle = micros(at.replace(year=at.year - 1, day=min(at.day, 28)))
    hours = range(-6 * 24 * 4, 6 * 24 * 4)
    ends = [end for span in spans for end in span if end is not None]
    instants = [middle + quarter * 900_000_000 + tick for quarter in hours for tick in (-1, 0, 1)]
    instants += [end + tick for end in ends for tick in (-1, 0, 1)]
    expected = valid(pl.Series(instants).cast(INSTANT), at, regulation).to_list()
    found = [any(first <= one and (end is None or one < end) for first, end in spans) for one in instants]
    assert found == expected
    assert len(spans) <= 5


def test_a_pick_is_never_unknown():
    frame = pl.DataFrame(
        {
            "for 0": [True, None, False, True],
            "score": [5, 5, 5, 4],
            "arrived": [2, 1, 1, 1],
            "declaration_id": ["a", "b", "c", "d"],
        }
    )
    for pick, expected in {
        Pick(0): [True, False, False, True],
        Pick(0, 5): [True, False, False, False],
        Pick(0, 6, 5, (2, "a")): [True, False, False, False],
        Pick(0, 6, 5, (2, "Z")): [False, False, False, False],
        Pick(0, nobody=True): [False, False, False, False],
    }.items():
        text = pick.takes().sql("duckdb")
        assert frame.select(taken=pl.sql_expr(text))["taken"].to_list() in (expected, expected[:1])

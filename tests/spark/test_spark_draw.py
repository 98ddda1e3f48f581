"""A draw by counts on Spark is the round itself, moves little, and leaves nothing behind."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
import test_round
from counted_rounds import check_same, random_round
from polars.testing import assert_frame_equal
from test_command_line import tirage

from ranking import sample
from ranking.contribution import Contribution
from ranking.counted.in_spark import Spark
from ranking.instruction import read_instruction
from ranking.pool import check_pool
from ranking.reference import data_folder

here, _law_read_once = test_round.here, test_round._law_read_once
PSTQ = data_folder() / "instructions" / "quebec" / "pstq" / "2026-04-30.toml"


def in_spark(session, frame, work):
    frame.write_parquet(work / "pool.parquet")
    return Spark(session, session.read.parquet(str(work / "pool.parquet")), work / "kept")


@pytest.mark.parametrize("seed", range(3))
def test_a_draw_by_counts_on_spark_is_the_round(session, here, seed):
    instruction, pool, owed = random_round(here, seed, 18, 1 + seed % 4)
    with TemporaryDirectory() as folder:
        made = in_spark(session, pool.frame, Path(folder))
        check_same(instruction, pool, owed, made, Path(folder) / "out", seed % 3)


def test_the_round_of_the_pstq_on_spark_is_that_of_the_command(session, tmp_path, capsys):
    instruction = read_instruction(PSTQ)
    frame = sample.generate(instruction.regulation, 20_000, seed=7, on=instruction.facts_on)
    frame.write_parquet(tmp_path / "p.parquet")
    ran = tirage("round", "run", PSTQ, "--pool", tmp_path / "p.parquet", "--out", tmp_path / "round", "--json")
    assert ran.status == 0
    pool = check_pool(
        frame, instruction.regulation, facts_on=instruction.facts_on, extracted_at=instruction.source.extracted_at
    )
    drawn = check_same(instruction, pool, Contribution(), in_spark(session, frame, tmp_path), tmp_path / "out", 10_000)
    order = ["selection", "rank"]
    found = pl.read_parquet(tmp_path / "out" / "invitations.parquet" / "*.parquet").sort(order)
    kept = pl.read_parquet(tmp_path / "round" / "invitations.parquet").sort(order)
    assert_frame_equal(found.with_columns(pl.col("submitted_at").cast(kept.schema["submitted_at"])), kept)
    told = [one["cut_off"] for one in json.loads(ran.out)["selections"]]
    assert [one.cut_off for one in drawn.selections] == told
    with capsys.disabled():
        print("\nMoved to the driver:")  # noqa: T201 - what ``make spark`` is asked to tell
        for one in drawn.selections:
            print(f"  {one.id:4} {one.candidates:6} candidates, {one.moved.rows:4} rows, {one.moved.bytes:6} bytes")  # noqa: T201
        print(f"  all  {frame.height:6} declarations, {drawn.moved.rows:4} rows, {drawn.moved.bytes:6} bytes")  # noqa: T201


def test_spark_leaves_nothing_behind(session):
    assert session.range(3).count() == 3
    assert not [name for name in ("spark-warehouse", "metastore_db", "derby.log") if Path(name).exists()]

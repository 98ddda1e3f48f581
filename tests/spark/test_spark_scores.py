"""Spark gives the same rows as polars: on the invented law, on random laws, on every law of the library, at edges."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from strategies import DAY, LUMEN, amended, examples, laws, make_pool, pools
from test_command_line import tirage

import ranking
import rules
from ranking import sample, spark
from ranking.faults import PoolError
from rules.program import LAW

LUMEN_DAYS = [date(2030, 1, 1), date(2031, 7, 1), date(2032, 6, 1)]


def check_same(frame, regulation, session, facts_on):
    scored = spark.score(frame, regulation, session, facts_on=facts_on)
    assert_frame_equal(scored, ranking.score(frame, regulation, facts_on=facts_on))


@pytest.mark.parametrize("day", LUMEN_DAYS)
def test_spark_agrees_on_the_invented_law(session, day):
    regulation = rules.load(LUMEN).on(day)
    for seed in range(2):
        frame = make_pool(regulation, LUMEN, seed, 300, day).frame()
        check_same(frame, regulation, session, day)
        check_same(frame.reverse(), regulation, session, day)


@examples(6)
@given(data=st.data())
def test_spark_agrees_on_random_laws(session, data):
    law = data.draw(laws())
    with law.written() as folder:
        regulation = rules.load(folder).on(DAY)
        pool, facts_on = data.draw(pools(regulation, folder, most=60))
        check_same(pool.frame(), regulation, session, facts_on)


@pytest.mark.parametrize("program", rules.library())
def test_spark_agrees_on_every_law_of_the_library(session, program):
    law = rules.load(program)
    day = min(date(2026, 4, 30), law.source.ends or date.max)
    regulation = law.on(day)
    frame = sample.generate(regulation, 3_000, seed=7, on=day)
    check_same(frame, regulation, session, day)
    check_same(make_pool(regulation, LAW / program, 1, 100, day).frame(), regulation, session, day)


SIGHT_ROWS = '  ["none", 3],\n  ["[20, 60)", 0],\n  ["[60, 90)", 10],\n'
WIDE = '  ["none", 1],\n  ["(-, -999999)", 2],\n  ["[-999999, 999999)", 3],\n  ["[999999, +)", 4],\n'
NARROW = '  ["none", 1],\n  ["(-, -32767)", 4],\n  ["[-32767, 32767)", 5],\n  ["[32767, +)", 6],\n'
EDGES = {
    "[-1000000, 1000000)": (WIDE, [-1_000_000, -999_999, 999_998, 999_999, 0, None]),
    "[-32768, 32768)": (NARROW, [-(2**15), -(2**15) + 1, 2**15 - 2, 2**15 - 1, 0, None]),
}


@pytest.mark.parametrize("domain", EDGES)
def test_spark_agrees_at_the_edges_of_integer_types(session, domain, tmp_path):
    table, values = EDGES[domain]
    domains = ("attributes.toml", 'domain = "[0, 101)"', f'domain = "{domain}"')
    folder = amended(tmp_path, domains, ("criteria/sight.toml", SIGHT_ROWS, table))
    regulation = rules.load(folder).on(LUMEN_DAYS[0])
    pool = make_pool(regulation, folder, 1, 60, regulation.day, complete=True)
    frame = pool.frame(typed=True)
    column = pl.Series("sight_test", (values * frame.height)[: frame.height], dtype=frame.schema["sight_test"])
    check_same(frame.with_columns(column), regulation, session, regulation.day)


def test_a_pool_that_lies_in_spark_is_scored_there(session, tmp_path):
    regulation = rules.load("quebec/pstq").on(date(2026, 4, 27))
    frame = sample.generate(regulation, 3_000, seed=7, on=regulation.day)
    frame.write_parquet(tmp_path / "p.parquet")
    pool = session.read.parquet(str(tmp_path / "p.parquet"))
    spark.scores(pool, regulation).write.parquet(str(tmp_path / "s"))
    found = pl.read_parquet(tmp_path / "s" / "*.parquet").sort("declaration_id")
    assert_frame_equal(found, ranking.score(frame, regulation).sort("declaration_id"))
    with pytest.raises(PoolError, match="experience_months"):
        spark.scores(pool.selectExpr("* EXCEPT (experience_months)", "61 AS experience_months"), regulation)


def test_spark_scores_a_pool_of_nobody_with_the_same_columns_and_types(session):
    regulation = rules.load(LUMEN).on(LUMEN_DAYS[0])
    check_same(make_pool(regulation, LUMEN, 1, 3, regulation.day).frame().clear(), regulation, session, regulation.day)


def test_all_engines_write_the_same_rows_in_the_order_of_the_file(session, tmp_path):
    assert session is not None
    regulation = rules.load("quebec/pstq").on(date(2026, 4, 27))
    sample.generate(regulation, 2_000, seed=7, on=regulation.day).reverse().write_parquet(tmp_path / "p.parquet")
    written = []
    for engine in ("polars", "duckdb", "spark"):
        out = tmp_path / f"{engine}.parquet"
        asked = ("--program", "quebec/pstq", "--on", "2026-04-27", "--engine", engine, "--out", out)
        assert tirage("score", tmp_path / "p.parquet", *asked).status == 0
        written.append(pl.read_parquet(out))
    assert_frame_equal(written[1], written[0])
    assert_frame_equal(written[2], written[0])

"""A pool scored as a stream, from a LazyFrame or straight from its files, is the pool scored in memory.

The same rows in the same order, the same refusals in the same words, the same quarantine.
"""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from strategies import DAY, LUMEN, examples, laws, make_pool, pools
from test_bad_pools import cases, written

import ranking
import rules
from ranking import admission, repeated, sample, second, streamed
from ranking.pieces import find
from ranking.pool import check_pool
from rules.program import LAW

LUMEN_LAW = rules.load(LUMEN)
LUMEN_DAYS = [date(2030, 1, 1), date(2031, 7, 1), date(2032, 6, 1)]


def refusal(run, *arguments, **options):
    """Give the words of a refusal."""
    with pytest.raises(ranking.PoolError) as refused:
        run(*arguments, **options)
    return str(refused.value), refused.value.render("fr")


def from_files(frame, regulation, facts_on, folder, *, breakdown=True, pieces=1):
    """Score a frame by way of Parquet, in as many files as asked, by both engines."""
    source = folder / f"pool in {pieces}"
    source.mkdir(exist_ok=True)
    height = frame.height
    for number in range(pieces):
        first, end = height * number // pieces, height * (number + 1) // pieces
        frame[first:end].write_parquet(source / f"p-{number}.parquet")
    later = datetime(9999, 1, 1, tzinfo=UTC)
    done = streamed.score_file(
        source, regulation, folder / "s.parquet", facts_on=facts_on, extracted_at=later, breakdown=breakdown
    )
    second.score_file(source, regulation, folder / "t.parquet", facts_on=facts_on, breakdown=breakdown)
    scored = pl.read_parquet(folder / "s.parquet")
    assert_frame_equal(pl.read_parquet(folder / "t.parquet"), scored)
    assert done.scored == height
    return scored, done


def check_same(frame, regulation, facts_on, folder):
    """Score in memory, lazily and from files, with and without a breakdown."""
    for breakdown in (True, False):
        expected = ranking.score(frame, regulation, facts_on=facts_on, breakdown=breakdown)
        lazy = ranking.score(frame.lazy(), regulation, facts_on=facts_on, breakdown=breakdown)
        assert isinstance(lazy, pl.LazyFrame)
        assert lazy.collect_schema() == expected.schema
        assert_frame_equal(lazy.collect(), expected)
        assert_frame_equal(lazy.collect(engine="in-memory"), expected)
        for pieces in (1, 3):
            scored, done = from_files(frame, regulation, facts_on, folder, breakdown=breakdown, pieces=pieces)
            assert_frame_equal(scored, expected)
            assert done.median == expected["score"].median()


# The law on which the forms agree: the invented one, those of the package, random ones.


@examples(8)
@given(data=st.data(), day=st.sampled_from(LUMEN_DAYS), typed=st.booleans())
def test_all_forms_give_the_same_scores_under_the_invented_law(data, day, typed, tmp_path_factory):
    regulation = LUMEN_LAW.on(day)
    pool, facts_on = data.draw(pools(regulation, LUMEN))
    check_same(pool.frame(typed=typed), regulation, facts_on, tmp_path_factory.mktemp("pool"))


@pytest.mark.parametrize("program", rules.library())
def test_all_forms_give_the_same_scores_under_every_law_of_the_package(program, tmp_path):
    law = rules.load(program)
    regulation = law.on(law.source.begins)
    pool = make_pool(regulation, LAW / program, seed=3, size=60, facts_on=regulation.day)
    check_same(pool.frame(), regulation, regulation.day, tmp_path)


@examples(5)
@given(data=st.data())
def test_all_forms_give_the_same_scores_under_random_laws(data, tmp_path_factory):
    law = data.draw(laws())
    with law.written() as folder:
        regulation = rules.load(folder).on(DAY)
        pool, facts_on = data.draw(pools(regulation, folder, most=15))
        check_same(pool.frame(), regulation, facts_on, tmp_path_factory.mktemp("pool"))


def test_a_pool_of_nobody_gives_the_same_columns_in_every_form(tmp_path):
    regulation = LUMEN_LAW.on(LUMEN_DAYS[0])
    pool = make_pool(regulation, LUMEN, seed=1, size=3, facts_on=regulation.day)
    check_same(pool.frame().clear(), regulation, regulation.day, tmp_path)


def test_optional_columns_may_be_absent_and_unknown_ones_there(tmp_path):
    regulation = LUMEN_LAW.on(LUMEN_DAYS[0])
    pool = make_pool(regulation, LUMEN, seed=1, size=40, facts_on=regulation.day, complete=True)
    needed = ["declaration_id", "submitted_at", *regulation.needed, *regulation.test_columns]
    frame = pool.frame().select(name for name in pool.columns if name in needed)
    frame = frame.with_columns(score=pl.lit(7), age_points=pl.lit("—"), lanters=pl.lit(1))
    check_same(frame, regulation, regulation.day, tmp_path)
    read = check_pool(frame, regulation)
    _, done = from_files(frame, regulation, regulation.day, tmp_path)
    assert (done.unknown, done.absent) == (read.unknown, read.absent)


# What no table can read is refused, never scored, in the words of a pool in memory.

WRONG = {"reading": 99, "months_lit_here": None, "craft": "no such craft"}


@pytest.mark.parametrize("column", WRONG)
@pytest.mark.parametrize("breakdown", [True, False])
def test_a_wrong_value_is_refused_lazily_in_the_same_words(column, breakdown):
    regulation = LUMEN_LAW.on(LUMEN_DAYS[0])
    frame = make_pool(regulation, LUMEN, seed=1, size=60, facts_on=regulation.day).frame()
    wrong = pl.when(pl.int_range(pl.len()) % 25 == 3).then(pl.lit(WRONG[column])).otherwise(pl.col(column))
    bad = frame.with_columns(wrong.cast(frame.schema[column]).alias(column))
    said = refusal(ranking.score, bad, regulation, breakdown=breakdown)
    lazy = ranking.score(bad.lazy(), regulation, breakdown=breakdown)
    assert refusal(lazy.collect) == said
    assert refusal(lazy.select("score").collect) == said


@pytest.mark.parametrize("change", [{"drop": "reading"}, {"cast": "reading"}])
def test_a_column_that_is_missing_or_of_the_wrong_kind_is_refused_before_anything_is_read(change):
    regulation = LUMEN_LAW.on(LUMEN_DAYS[0])
    frame = make_pool(regulation, LUMEN, seed=1, size=5, facts_on=regulation.day).frame()
    bad = frame.drop("reading") if "drop" in change else frame.with_columns(reading=pl.lit(date(2030, 1, 1)))
    assert refusal(ranking.score, bad.lazy(), regulation) == refusal(ranking.score, bad, regulation)


@pytest.fixture(scope="module")
def pstq():
    return rules.load("quebec/pstq").on(date(2026, 4, 27))


@pytest.mark.parametrize("case", cases(messages=False))
def test_a_bad_file_is_refused_and_quarantined_as_in_memory(case, pstq, tmp_path):
    path, out = written(case, tmp_path), tmp_path / "s.parquet"
    if path.suffix != ".parquet":
        pytest.skip("only Parquet is streamed")
    assert refusal(streamed.score_file, path, pstq, out) == refusal(ranking.read_pool, path, pstq)
    assert refusal(streamed.check_file, path, pstq) == refusal(ranking.read_pool, path, pstq)
    assert sorted(file.name for file in tmp_path.iterdir() if file != path) == []
    if "quarantined" not in case:
        assert refusal(streamed.score_file, path, pstq, out, quarantine=True)[0]
        return
    read = ranking.read_pool(path, pstq, quarantine=True)
    done = streamed.score_file(path, pstq, out, quarantine=True)
    assert_frame_equal(done.quarantine, read.quarantine)
    assert done.faults == read.faults
    assert_frame_equal(pl.read_parquet(out), ranking.score(read.frame, pstq))


def test_many_parts_of_a_stream_keep_the_order_and_count_every_fault(pstq, tmp_path):
    """So many rows that the stream has several parts, out of order, with faults and repeated numbers across them."""
    path, out = tmp_path / "pool.parquet", tmp_path / "s.parquet"
    good = sample.generate(pstq, 300_000, seed=5, on=pstq.day).sample(fraction=1, shuffle=True, seed=1)
    good.write_parquet(path)
    streamed.score_file(path, pstq, out)
    expected = ranking.score(good, pstq)
    assert_frame_equal(pl.read_parquet(out), expected)
    assert_frame_equal(ranking.score(pl.scan_parquet(path), pstq).collect(), expected)
    row = pl.int_range(pl.len())
    bad = good.with_columns(
        declaration_id=pl.when(row % 90_000 == 7).then(pl.lit("S0000001")).otherwise("declaration_id"),
        french_listening=pl.when(row % 70_000 == 9).then(77).otherwise("french_listening").cast(pl.Int16),
    )
    bad.write_parquet(path)
    assert refusal(streamed.score_file, path, pstq, out) == refusal(ranking.read_pool, path, pstq)
    lazy = ranking.score(pl.scan_parquet(path), pstq)
    assert refusal(lazy.collect) == refusal(ranking.score, bad, pstq)
    read = ranking.read_pool(path, pstq, quarantine=True)
    done = streamed.score_file(path, pstq, out, quarantine=True)
    assert_frame_equal(done.quarantine, read.quarantine)
    assert done.faults == read.faults
    assert_frame_equal(pl.read_parquet(out), ranking.score(read.frame, pstq))


# Values that stand twice.

names = st.lists(st.one_of(st.none(), st.sampled_from(["", "a", "b", "c", "d", "é"])), max_size=12)


@given(values=names, rising=st.booleans())
def test_the_positions_of_repeated_values_are_those_of_duplicates_that_are_not_null(values, rising):
    column = pl.Series("x", sorted({value for value in values if value}) if rising else values, dtype=pl.String)
    expected = (column.is_duplicated() & column.is_not_null()).arg_true()
    assert repeated.positions(column).to_list() == expected.to_list()


@pytest.mark.parametrize("at_once", [1, 2, 2**25])
def test_numbers_that_stand_twice_are_found_across_files_in_any_number_of_passes(at_once, pstq, tmp_path, monkeypatch):
    monkeypatch.setattr(admission, "HASHED_AT_ONCE", at_once)
    good = sample.generate(pstq, 30, seed=5, on=pstq.day)
    for number, rows in enumerate((good[:10], good[8:20], good[20:])):
        rows.write_parquet(tmp_path / f"p-{number}.parquet")
    out = tmp_path / "out" / "s.parquet"
    text, _ = refusal(streamed.score_file, tmp_path, pstq, out)
    assert "column declaration_id: 4 rows" in text
    assert "row 9 (S0000009): S0000009 · row 10 (S0000010): S0000010 · row 11 (S0000009): S0000009" in text
    done = streamed.score_file(tmp_path, pstq, out, quarantine=True)
    assert done.quarantine["row"].to_list() == [9, 10, 11, 12]
    assert pl.read_parquet(out)["declaration_id"].to_list() == [
        *good["declaration_id"][:8],
        *good["declaration_id"][10:],
    ]


# Pieces.


def test_pieces_are_a_folder_or_a_pattern_in_the_order_of_their_names(pstq, tmp_path):
    good = sample.generate(pstq, 30, seed=5, on=pstq.day)
    for name, rows in {"p-2": good[20:], "p-1": good[:20], "q": good[:1]}.items():
        rows.write_parquet(tmp_path / f"{name}.parquet")
    (tmp_path / "notes.txt").write_text("—")
    assert [file.name for file in find(tmp_path).files] == ["p-1.parquet", "p-2.parquet", "q.parquet"]
    found = find(tmp_path / "p-*.parquet")
    assert_frame_equal(found.scan().collect()[:, 1:], good)
    assert_frame_equal(found.rows(19, 4), good[18:22])


def test_a_piece_with_other_columns_is_refused_and_named(pstq, tmp_path):
    good = sample.generate(pstq, 4, seed=5, on=pstq.day)
    good.write_parquet(tmp_path / "a.parquet")
    good.drop("education").with_columns(pl.col("job_offer").cast(pl.String)).write_parquet(tmp_path / "b.parquet")
    text, _ = refusal(find, tmp_path)
    assert text.startswith("Pool refused\n\nb.parquet\n  found    : education: absent, job_offer: String")


def test_a_folder_or_a_pattern_without_parquet_is_refused(tmp_path):
    (tmp_path / "pool.csv").write_text("declaration_id\n")
    assert "no .parquet file" in refusal(find, tmp_path)[0]
    assert "no .parquet file" in refusal(find, tmp_path / "x-*.parquet")[0]


def test_a_pool_generated_in_pieces_is_one_pool_and_the_same_each_time(pstq):
    made = [sample.generate_piece(pstq, 1000, seed=7, on=pstq.day, piece=piece, pieces=3) for piece in range(3)]
    again = sample.generate_piece(pstq, 1000, seed=7, on=pstq.day, piece=1, pieces=3)
    assert_frame_equal(again, made[1])
    whole = pl.concat(made)
    assert whole["declaration_id"].to_list() == [f"S{number:07}" for number in range(1, 1001)]
    assert check_pool(whole, pstq).faults == ()
    assert (
        not made[0]
        .drop("declaration_id", "person_id")
        .head(300)
        .equals(made[1].drop("declaration_id", "person_id").head(300))
    )
    assert set(made[0]["person_id"]).isdisjoint(made[1]["person_id"])

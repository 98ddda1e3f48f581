"""The commands on a pool in pieces: a folder or a pattern of Parquet files is read as the one file they make."""

import json

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from test_command_line import on_one_line, tirage

LAW = ["--program", "quebec/pstq", "--on", "2026-04-27"]
MADE = ["pool", "generate", "quebec/pstq", "--size", "90", "--seed", "7", "--on", "2026-04-27"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A pool in three pieces, and the same pool in one file and as CSV."""
    folder = tmp_path_factory.mktemp("pieces")
    assert tirage(*MADE, "--pieces", "3", "--out", folder / "pool").status == 0
    whole = pl.read_parquet(folder / "pool" / "p-*.parquet")
    whole.write_parquet(folder / "pool.parquet")
    whole.write_csv(folder / "pool.csv")
    return folder


def scores(folder, source, *more, out="s.parquet"):
    """Score, and give the figures and the rows."""
    ran = tirage("score", folder / source, *LAW, "--out", folder / out, "--json", *more)
    assert ran.status == 0, ran.err
    rows = pl.read_parquet(folder / out) if out.endswith(".parquet") else pl.read_csv(folder / out)
    return {name: value for name, value in json.loads(ran.out).items() if name != "file"}, rows


def test_generating_in_pieces_gives_the_same_files_each_time(folder, tmp_path):
    tirage(*MADE, "--pieces", "3", "--out", tmp_path / "again")
    names = sorted(file.name for file in (tmp_path / "again").iterdir())
    assert names == ["p-1.parquet", "p-2.parquet", "p-3.parquet"]
    for name in names:
        assert_frame_equal(pl.read_parquet(folder / "pool" / name), pl.read_parquet(tmp_path / "again" / name))


def test_pieces_are_not_written_among_other_files_nor_with_wrong_rows(folder):
    ran = tirage(*MADE, "--pieces", "2", "--out", folder / "pool")
    assert ran.status == 1
    assert "p-1.parquet" in ran.err
    ran = tirage(*MADE, "--pieces", "2", "--wrong", "0.1", "--out", folder / "other", "--lang", "fr")
    assert ran.status == 2
    assert "--pieces ne va pas avec --wrong" in ran.err


@pytest.mark.parametrize("source", ["pool", "pool/p-*.parquet", "pool.csv"])
@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("more", [[], ["--no-breakdown"]])
def test_a_pool_in_pieces_has_the_scores_of_the_pool_in_one_file(source, engine, more, folder):
    figures, rows = scores(folder, source, "--engine", engine, *more)
    expected, wanted = scores(folder, "pool.parquet", *more)
    assert_frame_equal(rows, wanted)
    assert figures == expected
    assert figures["scored"] == 90
    assert figures["median"] == wanted["score"].median()


def test_scores_of_pieces_are_written_as_csv(folder):
    figures, rows = scores(folder, "pool", out="s.csv")
    expected, wanted = scores(folder, "pool.parquet")
    assert figures == expected
    assert rows["score"].to_list() == wanted["score"].to_list()


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_bad_rows_of_pieces_go_to_the_quarantine(engine, folder, tmp_path):
    for file in (folder / "pool").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    last = pl.read_parquet(tmp_path / "p-3.parquet")
    last.with_columns(french_reading=pl.lit(77, pl.Int16)).tail(2).write_parquet(tmp_path / "p-4.parquet")
    last.head(28).write_parquet(tmp_path / "p-3.parquet")
    out, bad = tmp_path / "out" / "s.parquet", tmp_path / "out" / "bad.parquet"
    given = ["score", tmp_path, *LAW, "--out", out, "--engine", engine]
    ran = tirage(*given)
    assert ran.status == 1
    assert "column french_reading: 2 rows" in ran.err
    assert not out.exists()
    assert tirage(*given, "--quarantine", bad).status == 0
    assert pl.read_parquet(bad)["row"].to_list() == [89, 90]
    assert_frame_equal(pl.read_parquet(out), scores(folder, "pool.parquet")[1].head(88))


def test_scores_are_not_written_among_the_pieces(folder):
    for source in ("pool", "pool/p-*.parquet"):
        ran = tirage("score", folder / source, *LAW, "--out", folder / "pool" / "p-9.parquet")
        assert ran.status == 1
        assert "a file among those that are read" in on_one_line(ran.err)


@pytest.mark.parametrize("source", ["pool", "pool/p-*.parquet", "pool.parquet", "pool.csv"])
def test_a_declaration_is_explained_alike_from_any_form_of_the_pool(source, folder):
    ran = tirage("explain", folder / source, "S0000047", *LAW, "--json")
    expected = tirage("explain", folder / "pool.parquet", "S0000047", *LAW, "--json")
    assert ran.status == 0
    assert json.loads(ran.out) == json.loads(expected.out)
    ran = tirage("explain", folder / source, "S0000470", *LAW)
    assert ran.status == 1
    assert "S0000470" in ran.err


def test_explaining_checks_the_one_row_and_that_its_number_is_its_own(folder, tmp_path):
    pool = pl.read_parquet(folder / "pool.parquet")
    row = pl.int_range(pl.len())
    bad = pool.with_columns(
        french_reading=pl.when(row == 4).then(77).otherwise("french_reading").cast(pl.Int16),
        declaration_id=pl.when(row == 8).then(pl.lit("S0000007")).otherwise("declaration_id"),
    )
    bad.write_parquet(tmp_path / "bad.parquet")
    given = ["explain", tmp_path / "bad.parquet"]
    assert tirage(*given, "S0000003", *LAW).status == 0
    ran = tirage(*given, "S0000005", *LAW)
    assert ran.status == 1
    assert "row 5 (S0000005): 77" in on_one_line(ran.err)
    ran = tirage(*given, "S0000007", *LAW)
    assert ran.status == 1
    assert "each number only once" in ran.err
    assert "row 7 (S0000007)" in ran.err
    assert "row 9 (S0000007)" in ran.err

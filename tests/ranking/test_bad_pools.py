"""Bad pools: what an analyst reads when a pool is refused, and what a quarantine keeps. One case a file in bad_pools/.

A case patches the five declarations of bad_pools/base.py; a cell without a value is null. ``poor`` says why a message
is not yet what it should be, ``wrong`` why the pool is not yet treated as it should be; both are expected failures,
with the wording proposed.
"""

import tomllib
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from bad_pools import base
from polars.testing import assert_frame_equal

import ranking
import rules
from ranking.instruction import read_instruction
from ranking.reference import data_folder
from ranking.round import run_round

CASES = {
    path.stem: tomllib.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parent / "bad_pools").glob("*.toml"))
}
ROUND = data_folder() / "instructions" / "quebec" / "pstq" / "2026-04-30.toml"


def cases(*, messages: bool):
    """Every case; those with a known fault are expected to fail, a poor message only where messages are read."""
    marks = {name: [] for name in CASES}
    for name, case in CASES.items():
        if "wrong" in case:
            marks[name].append(pytest.mark.xfail(strict=True, reason=case["wrong"]))
        if "poor" in case and messages:
            marks[name].append(pytest.mark.xfail(strict=True, raises=AssertionError, reason=case["poor"]))
    return [pytest.param(case, id=name, marks=marks[name]) for name, case in CASES.items()]


@pytest.fixture(scope="module")
def law():
    return rules.load("quebec/pstq").on(date(2026, 4, 27))


def patched(case) -> pl.DataFrame:
    """The rows of the file, as the file has them: the five declarations with the changes of a case."""
    rows = base.text() if case.get("file", "").endswith(".csv") else base.frame()
    for name in case.get("integers", ()):
        rows = rows.with_columns(pl.Series(name, range(1, len(rows) + 1)))
    rows = rows.with_columns(pl.col(case.get("decimals", [])).cast(pl.Float64))
    rows = rows.with_columns(pl.col(case.get("naive", [])).dt.replace_time_zone(None))
    for cell in case.get("cells", ()):
        values = rows[cell["column"]].to_list()
        values[cell["row"] - 1] = cell.get("value")
        rows = rows.with_columns(pl.Series(cell["column"], values, dtype=rows[cell["column"]].dtype))
    rows = pl.concat([rows, *[rows[row - 1] for row in case.get("repeat", ())]])
    return rows.drop(case.get("drop", [])).rename(case.get("rename", {}))


def written(case, folder: Path) -> Path:
    """The file of a case."""
    path = folder / case.get("file", "pool.parquet")
    if case.get("absent"):
        return path
    if "content" in case:
        path.write_text(case["content"], "utf-8")
    elif case.get("format", path.suffix) == ".csv":
        text = patched(case).write_csv(separator=case.get("separator", ","))
        for found, put in case.get("replace", ()):
            assert text.count(found) == 1, f"{found!r} must stand once in the file"
            text = text.replace(found, put)
        path.write_bytes(text.encode(case.get("encoding", "utf-8")))
    else:
        patched(case).write_parquet(path)
        path.write_bytes(path.read_bytes()[: case.get("keep_bytes")])
    return path


@pytest.mark.parametrize("case", cases(messages=True))
def test_a_bad_pool_is_refused_with_this_message(case, law, tmp_path):
    with pytest.raises(ranking.PoolError) as refused:
        ranking.read_pool(written(case, tmp_path), law)
    assert refused.value.render("fr") == case["expected_fr"]
    assert refused.value.render("en") == case["expected_en"]


@pytest.mark.parametrize("case", cases(messages=False))
def test_a_quarantine_keeps_the_bad_rows_apart_and_loses_nothing(case, law, tmp_path):
    path = written(case, tmp_path)
    if "quarantined" not in case:
        with pytest.raises(ranking.PoolError) as refused:
            ranking.read_pool(path, law)
        with pytest.raises(ranking.PoolError) as still_refused:
            ranking.read_pool(path, law, quarantine=True)
        assert str(still_refused.value) == str(refused.value)
        return
    pool = ranking.read_pool(path, law, quarantine=True)
    raw, reasons = patched(case), {int(row): reason for row, reason in case["quarantined"].items()}
    assert dict(pool.quarantine.select("row", "reasons").iter_rows()) == reasons
    assert pool.frame.height + pool.quarantine.height == raw.height

    bad = [row - 1 for row in reasons]
    good = [row for row in range(raw.height) if row not in bad]
    untouched = pl.concat([base.frame(), *[base.frame()[row - 1] for row in case.get("repeat", ())]])[good]
    assert pool.frame.rows(named=True) == untouched.rows(named=True)
    if "replace" not in case:
        assert_frame_equal(pool.quarantine.select(raw.columns), raw[bad])
    for fr, en in pool.quarantine.select("reasons_fr", "reasons_en").iter_rows():
        assert "attendu " in fr
        assert "expected " in en


def test_the_five_declarations_have_no_fault(law, tmp_path):
    for file in ("pool.parquet", "pool.csv"):
        pool = ranking.read_pool(written({"file": file}, tmp_path), law)
        assert pool.frame.rows(named=True) == base.declarations()
        assert (pool.quarantine.height, pool.faults, pool.unknown, pool.absent) == (0, (), (), ())


def test_a_quarantine_has_the_same_columns_when_it_is_empty(law, tmp_path):
    bad = ranking.read_pool(written(CASES["negative_number"], tmp_path), law, quarantine=True)
    none = ranking.read_pool(written({}, tmp_path), law, quarantine=True)
    assert none.quarantine.schema == bad.quarantine.schema


@pytest.mark.parametrize("file", ["pool.parquet", "pool.csv"])
@pytest.mark.parametrize("size", [0, 1])
def test_a_pool_of_nobody_and_a_pool_of_one_are_pools(file, size, tmp_path):
    instruction = read_instruction(ROUND)
    path, rows = tmp_path / file, (base.text() if file.endswith(".csv") else base.frame()).head(size)
    rows.write_csv(path) if file.endswith(".csv") else rows.write_parquet(path)
    pool = ranking.read_pool(
        path, instruction.regulation, facts_on=instruction.facts_on, extracted_at=instruction.source.extracted_at
    )
    scored = ranking.score(pool.frame, instruction.regulation, facts_on=instruction.facts_on)
    done = run_round(instruction, pool)
    assert scored["declaration_id"].to_list() == ["A1"][:size]
    assert scored["score"].null_count() == 0
    assert done.outcomes.rows() == [("A1", "invited", "1.1")][:size]
    assert done.invitations["declaration_id"].to_list() == ["A1"][:size]


def test_a_parquet_of_untyped_empty_columns_is_a_pool_of_nobody(law, tmp_path):
    pl.DataFrame({name: [] for name in base.frame().columns}).write_parquet(tmp_path / "pool.parquet")
    pool = ranking.read_pool(tmp_path / "pool.parquet", law)
    assert pool.frame.height == 0
    assert ranking.score(pool.frame, law).height == 0


@pytest.mark.parametrize("end", ["\n", "\r\n", ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n"])
def test_a_blank_line_at_the_end_of_a_csv_is_nobody(end, law, tmp_path):
    path = tmp_path / "pool.csv"
    path.write_text(base.text().write_csv() + end, "utf-8")
    assert ranking.read_pool(path, law).frame.height == 5


def test_a_quarantine_that_was_not_mended_can_be_checked_again(law, tmp_path):
    first = ranking.read_pool(written(CASES["negative_number"], tmp_path), law, quarantine=True)
    first.quarantine.write_parquet(tmp_path / "bad.parquet")
    again = ranking.read_pool(tmp_path / "bad.parquet", law, quarantine=True)
    assert again.quarantine["reasons"].to_list() == first.quarantine["reasons"].to_list()


def test_a_column_of_the_file_does_not_hide_the_reasons(law, tmp_path):
    rows = patched(CASES["negative_number"]).with_columns(reasons=pl.lit("mine"))
    rows.write_parquet(tmp_path / "pool.parquet")
    pool = ranking.read_pool(tmp_path / "pool.parquet", law, quarantine=True)
    assert pool.quarantine["reasons"].to_list() == ["quebec_study_months bounds"]


@pytest.mark.parametrize("name", ["tirage row", "tirage ragged", "tirage note"])
def test_no_name_of_a_column_is_forbidden(name, law, tmp_path):
    base.frame().with_columns(pl.lit(True).alias(name)).write_parquet(tmp_path / "pool.parquet")
    assert ranking.read_pool(tmp_path / "pool.parquet", law).unknown == (name,)


def test_a_byte_that_is_neither_utf_8_nor_windows_1252_is_refused(law, tmp_path):
    path = tmp_path / "pool.csv"
    path.write_bytes(base.text().write_csv().encode().replace(b"A3", b"A\x81"))
    with pytest.raises(ranking.PoolError):
        ranking.read_pool(path, law)

"""Pools: what is read, what is carried along, what a fingerprint sees, and what goes out again to a spreadsheet."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from bad_pools import base
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import ranking
import rules
from ranking import contract, fingerprint
from ranking.cli.terminal import escaped, save
from ranking.pool import check_pool, suggestions

LAW = rules.load("quebec/pstq").on(date(2026, 4, 27))
FIVE = base.frame()
QUICK = settings(max_examples=20, deadline=None, database=None)
VISIBLE = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"])


def with_cell(frame: pl.DataFrame, row: int, column: str, value: object) -> pl.DataFrame:
    values = frame[column].to_list()
    values[row] = value
    return frame.with_columns(pl.Series(column, values, dtype=frame[column].dtype))


def another(value: object) -> object:
    """A value of the same kind that is not this one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, date):
        return value + timedelta(days=1)
    return f"{value} "


# Fingerprints


@QUICK
@given(rows=st.permutations(range(5)), columns=st.permutations(FIVE.columns))
def test_the_order_of_rows_and_columns_does_not_change_the_fingerprint(rows, columns):
    assert check_pool(FIVE[rows].select(columns), LAW).fingerprint == check_pool(FIVE, LAW).fingerprint


def test_the_width_of_a_whole_number_does_not_change_the_fingerprint():
    narrow = FIVE.with_columns(pl.col(pl.Int64).cast(pl.Int8))
    decimal = FIVE.with_columns(pl.col(pl.Int64).cast(pl.Float64))
    assert check_pool(narrow, LAW).fingerprint == check_pool(FIVE, LAW).fingerprint
    assert check_pool(decimal, LAW).fingerprint == check_pool(FIVE, LAW).fingerprint
    assert fingerprint.of_frame(narrow, ["declaration_id"]) == fingerprint.of_frame(FIVE, ["declaration_id"])


def test_labels_as_text_or_as_categories_do_not_change_the_fingerprint():
    typed = check_pool(FIVE, LAW).frame
    assert isinstance(typed["education"].dtype, pl.Enum)
    assert fingerprint.of_frame(typed, ["declaration_id"]) == fingerprint.of_frame(FIVE, ["declaration_id"])
    categorical = FIVE.with_columns(pl.col("education", "job_offer").cast(pl.Categorical))
    assert check_pool(categorical, LAW).fingerprint == check_pool(FIVE, LAW).fingerprint


@pytest.mark.parametrize("zone", ["America/Toronto", "Asia/Kathmandu", "UTC"])
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_the_zone_and_the_unit_of_an_instant_do_not_change_the_fingerprint(zone, unit):
    elsewhere = FIVE.with_columns(pl.col("submitted_at").dt.convert_time_zone(zone).dt.cast_time_unit(unit))
    assert check_pool(elsewhere, LAW).fingerprint == check_pool(FIVE, LAW).fingerprint


def test_a_pool_has_one_fingerprint_in_parquet_and_in_csv(tmp_path):
    FIVE.write_parquet(tmp_path / "pool.parquet")
    base.text().write_csv(tmp_path / "pool.csv")
    from_parquet = ranking.read_pool(tmp_path / "pool.parquet", LAW)
    from_csv = ranking.read_pool(tmp_path / "pool.csv", LAW)
    assert_frame_equal(from_csv.frame, from_parquet.frame)
    assert from_csv.fingerprint == from_parquet.fingerprint


@pytest.mark.parametrize("column", FIVE.columns)
def test_one_value_changed_changes_the_fingerprint(column):
    before = fingerprint.of_frame(FIVE, ["declaration_id"])
    row = next(row for row in range(5) if FIVE[column][row] is not None)
    changed = with_cell(FIVE, row, column, another(FIVE[column][row]))
    assert fingerprint.of_frame(changed, ["declaration_id"]) != before
    assert fingerprint.of_frame(with_cell(FIVE, row, column, None), ["declaration_id"]) != before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["ab", "c"], ["a", "bc"]),
        (["", "a"], [None, "a"]),
        (["none", "a"], [None, "a"]),
        ([0, 1], [None, 1]),
        ([1, None], [None, 1]),
        ([False, True], [None, True]),
        ([0.0, 1.5], [None, 1.5]),
        (["a", "b"], ["b", "a"]),
    ],
)
def test_values_that_look_alike_have_fingerprints_of_their_own(one, other):
    frames = [pl.DataFrame({"declaration_id": ["A1", "A2"], "x": values}, strict=False) for values in (one, other)]
    assert fingerprint.of_frame(frames[0], ["declaration_id"]) != fingerprint.of_frame(frames[1], ["declaration_id"])


def test_the_name_of_a_column_and_the_number_of_rows_are_in_the_fingerprint():
    frames = [FIVE, FIVE.rename({"person_id": "person"}), FIVE.head(4), FIVE.drop("person_id")]
    assert len({fingerprint.of_frame(frame, ["declaration_id"]) for frame in frames}) == len(frames)


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("note", ["x", None, "z", "", "é"]),
        pl.Series("note", [1.5, None, float("nan"), 0.0, -1.0]),
        pl.Series("note", [[1], [], None, [2, 3], [4]]),
        pl.Series("note", [{"a": 1}] * 5),
        pl.Series("note", [b"\xff"] * 5),
        pl.Series("note", [None] * 5),
        pl.Series("note", ["x"] * 5, dtype=pl.Categorical),
        pl.Series("note", ["1.50"] * 5).cast(pl.Decimal(10, 2)),
        pl.Series("note", [timedelta(days=1)] * 5),
        pl.Series("note", [2**64 - 1] * 5, dtype=pl.UInt64),
        pl.Series("note", [[1, 2]] * 5, dtype=pl.Array(pl.Int64, 2)),
    ],
    ids=lambda column: str(column.dtype),
)
def test_a_column_that_nobody_knows_may_have_any_type(column, tmp_path):
    FIVE.with_columns(column).write_parquet(tmp_path / "pool.parquet")
    pool = ranking.read_pool(tmp_path / "pool.parquet", LAW)
    assert_frame_equal(pool.frame.select("note"), column.to_frame())
    assert pool.fingerprint not in (check_pool(FIVE, LAW).fingerprint, "")
    assert pool.fingerprint == ranking.read_pool(tmp_path / "pool.parquet", LAW).fingerprint


# Columns


def test_columns_that_nobody_knows_are_carried_along_and_named():
    noted = FIVE.with_columns(office=pl.lit("Lévis"), batch=pl.Series(range(5)))
    pool = check_pool(noted, LAW)
    assert pool.unknown == ("office", "batch")
    assert_frame_equal(pool.frame.select("office", "batch"), noted.select("office", "batch"))


def test_a_column_that_nobody_knows_is_carried_along_in_both_parts_of_a_pool():
    noted = with_cell(FIVE, 2, "french_reading", 13).with_columns(office=pl.Series(["a", "b", "c", "d", "e"]))
    pool = check_pool(noted, LAW, quarantine=True)
    assert pool.frame["office"].to_list() == ["a", "b", "d", "e"]
    assert pool.quarantine["office"].to_list() == ["c"]


def test_a_misspelt_optional_column_is_reported_with_the_one_that_may_be_meant():
    pool = check_pool(FIVE.rename({"staying_in_quebec": "stay_in_quebec"}), LAW)
    assert (pool.unknown, pool.absent) == (("stay_in_quebec",), ("staying_in_quebec",))
    [(name, guess)] = suggestions(pool.unknown, pool.absent)
    assert name == "stay_in_quebec"
    assert guess.fr == "voulez-vous dire « staying_in_quebec » ?"
    assert guess.en == "did you mean “staying_in_quebec”?"


def test_an_unknown_column_is_reported_even_when_every_attribute_is_there():
    pool = check_pool(FIVE.with_columns(office=pl.lit("Lévis")), LAW)
    assert [name for name, _ in suggestions(pool.unknown, pool.absent)] == ["office"]


def test_what_needs_an_absent_column_is_unknown_and_scores_stay_as_they_are():
    optional = ["person_id", "regulated_job", "main_occupation_quebec_months", "exceptional_talent"]
    pool = check_pool(FIVE.drop(optional), LAW)
    assert sorted(pool.absent) == sorted(optional)
    scored, whole = ranking.score(pool.frame, LAW), ranking.score(check_pool(FIVE, LAW).frame, LAW)
    assert scored["score"].to_list() == whole["score"].to_list()
    assert whole.filter(declaration_id="A5").select("eligible_3", "eligible_4").row(0) == (True, False)
    assert scored.filter(declaration_id="A5").select("eligible_3", "eligible_4").row(0) == (None, None)
    assert scored["eligible_1"].to_list() == [None] * 5
    assert scored["eligible_2"].to_list() == [False] * 5, (
        "no FEER of these occupations is of stream 2, whatever else is true"
    )


def test_what_is_false_whatever_the_absent_column_would_say_stays_false():
    young = with_cell(FIVE, 0, "french_speaking", 0).drop("regulated_job")
    scored = ranking.score(check_pool(young, LAW).frame, LAW)
    assert scored["eligible_1"].to_list()[:2] == [False, None]


@pytest.mark.parametrize("name", ["sex", "citizenship", "region"])
def test_descriptive_columns_are_not_missed(name):
    assert name not in check_pool(FIVE, LAW).absent


# Reading again


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_a_pool_saved_and_read_again_is_the_same_pool(ending, tmp_path):
    pool = check_pool(FIVE.with_columns(office=pl.lit("Lévis; « sud », 2e")), LAW)
    save(pool.frame, tmp_path / f"pool{ending}")
    again = ranking.read_pool(tmp_path / f"pool{ending}", LAW)
    assert_frame_equal(again.frame, pool.frame)
    assert again.fingerprint == pool.fingerprint


@pytest.mark.parametrize(
    "column",
    ["education", "quebec_diploma", "job_offer", "quebec_study_status", "family_in_quebec", "exceptional_talent"],
)
def test_a_null_label_is_the_answer_none(column):
    said, silent = with_cell(FIVE, 0, column, "none"), with_cell(FIVE, 0, column, None)
    assert check_pool(silent, LAW).frame[column][0] == "none"
    assert check_pool(silent, LAW).fingerprint == check_pool(said, LAW).fingerprint
    assert fingerprint.of_frame(silent, ["declaration_id"]) != fingerprint.of_frame(said, ["declaration_id"])


def test_a_null_label_of_a_spouse_who_is_not_there_stays_null():
    frame = check_pool(FIVE, LAW).frame
    assert frame["spouse_education"].to_list() == [None, "technical_3y", None, "technical_3y", None]


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_a_quarantine_mended_by_hand_is_a_pool(ending, tmp_path):
    pool = check_pool(with_cell(FIVE, 2, "french_reading", 13), LAW, quarantine=True)
    path = tmp_path / f"bad{ending}"
    save(pool.quarantine, path)
    kept = pl.read_csv(path, infer_schema=False) if ending == ".csv" else pl.read_parquet(path)
    assert kept.select("row", "declaration_id", "french_reading", "reasons").rows() in (
        [(3, "A3", 13, "french_reading bounds")],
        [("3", "A3", "13", "french_reading bounds")],
    )
    mended = with_cell(kept, 0, "french_reading", "9" if ending == ".csv" else 9)
    again = check_pool(mended, LAW)
    assert again.frame.select(FIVE.columns).rows() == FIVE[2].rows()
    assert again.unknown == ("row", "reasons", "reasons_fr", "reasons_en")


# CSV


@pytest.mark.parametrize(
    ("separator", "encoding", "end"),
    [
        (",", "utf-8", "\n"),
        (";", "cp1252", "\r\n"),
        (";", "utf-8-sig", "\r\n"),
        (",", "cp1252", "\n"),
        (",", "utf-8", ""),
    ],
)
def test_a_csv_from_a_spreadsheet_reads_well(separator, encoding, end, tmp_path):
    rows = base.text().with_columns(office=pl.lit("Québec, œuvre ; 2 €"))
    text = rows.write_csv(separator=separator).removesuffix("\n").replace("\n", end or "\n") + end
    (tmp_path / "pool.csv").write_bytes(text.encode(encoding))
    pool = ranking.read_pool(tmp_path / "pool.csv", LAW)
    assert pool.frame.select(FIVE.columns).rows() == FIVE.rows()
    assert set(pool.frame["office"]) == {"Québec, œuvre ; 2 €"}


def test_spaces_around_headings_and_capitals_of_booleans_do_not_matter(tmp_path):
    text = base.text().write_csv().replace("person_id", " person_id ").replace("true", "TRUE").replace("false", "False")
    (tmp_path / "pool.csv").write_text(text, "utf-8")
    assert ranking.read_pool(tmp_path / "pool.csv", LAW).frame.rows() == FIVE.rows()


def test_a_csv_keeps_the_leading_zeros_of_codes_and_of_numbers(tmp_path):
    with_cell(base.text(), 2, "declaration_id", "007").write_csv(tmp_path / "pool.csv")
    row = ranking.read_pool(tmp_path / "pool.csv", LAW).frame.row(2, named=True)
    assert (row["declaration_id"], row["main_occupation"]) == ("007", "00012")


@pytest.mark.parametrize(
    "written",
    [
        "2025-11-02T01:30:00-05:00",
        "2025-11-02T01:30-05:00",
        "2025-11-02 01:30:00-0500",
        "2025-11-02T06:30:00Z",
        "2025-11-02T06:30:00.000000+00:00",
        " 2025-11-02T12:00:00.0+05:30 ",
    ],
)
def test_an_instant_may_be_written_with_any_offset(written):
    pool = check_pool(with_cell(base.text(), 1, "submitted_at", written), LAW)
    assert pool.frame["submitted_at"][1] == datetime(2025, 11, 2, 6, 30, tzinfo=UTC)


def test_the_two_half_past_ones_of_the_autumn_clock_change_keep_their_order():
    first = with_cell(base.text(), 0, "submitted_at", "2025-11-02T01:30:00-04:00")
    both = with_cell(first, 1, "submitted_at", "2025-11-02T01:10:00-05:00")
    instants = check_pool(both, LAW).frame["submitted_at"]
    assert instants[0] < instants[1]


# Values


@QUICK
@given(st.lists(st.one_of(st.integers(-3, 15), st.integers(-(2**63), 2**63 - 1)), min_size=5, max_size=5))
def test_a_whole_number_is_good_exactly_when_it_lies_in_its_domain(levels):
    frame = FIVE.with_columns(pl.Series("french_reading", levels, dtype=pl.Int64))
    pool = check_pool(frame, LAW, quarantine=True)
    good = [row for row, level in enumerate(levels) if 0 <= level <= 12]
    assert pool.frame.rows() == frame[good].rows()
    bad = [level for level in levels if not 0 <= level <= 12]
    assert pool.quarantine["french_reading"].to_list() == bad


@QUICK
@given(st.lists(st.one_of(st.floats(-2, 14), st.floats(), st.integers(0, 12).map(float)), min_size=5, max_size=5))
def test_a_decimal_is_good_exactly_when_it_is_a_whole_number_of_the_domain(levels):
    frame = FIVE.with_columns(pl.Series("french_reading", levels, dtype=pl.Float64))
    pool = check_pool(frame, LAW, quarantine=True)
    assert pool.frame["french_reading"].to_list() == [level for level in levels if level in range(13)]
    assert pool.frame.height + pool.quarantine.height == 5


@QUICK
@given(st.text(VISIBLE, max_size=6) | st.from_regex(r"[ +-]?[0-9]{1,3}(\.0)?", fullmatch=True))
def test_text_is_a_whole_number_only_when_it_is_written_as_one(cell):
    pool = check_pool(with_cell(base.text(), 0, "french_reading", cell), LAW, quarantine=True)
    digits = cell.strip()
    written = digits.isascii() and digits.removeprefix("-").isdigit() and 0 <= int(digits) <= 12
    assert ("A1" in pool.frame["declaration_id"]) == written
    assert pool.frame.height + pool.quarantine.height == 5


# The last instant of a pool


@pytest.mark.parametrize(
    ("facts_on", "end"),
    [
        (date(2026, 4, 27), "2026-04-28T04:00:00+00:00"),
        (date(2026, 1, 15), "2026-01-16T05:00:00+00:00"),
        (date(2026, 3, 8), "2026-03-09T04:00:00+00:00"),
        (date(2025, 11, 1), "2025-11-02T04:00:00+00:00"),
        (date(2025, 11, 2), "2025-11-03T05:00:00+00:00"),
    ],
    ids=["summer", "winter", "spring change", "eve of the autumn change", "autumn change"],
)
def test_a_day_ends_at_midnight_in_quebec(facts_on, end):
    assert contract.last_instant(LAW, facts_on) == datetime.fromisoformat(end)


def test_without_an_extraction_instant_the_last_submission_is_on_the_local_day_of_the_facts():
    end = datetime(2026, 4, 28, 4, 0, tzinfo=UTC)
    assert check_pool(with_cell(FIVE, 0, "submitted_at", end - timedelta(microseconds=1)), LAW).frame.height == 5
    with pytest.raises(ranking.PoolError, match="an instant before the extraction"):
        check_pool(with_cell(FIVE, 0, "submitted_at", end), LAW)
    with pytest.raises(ranking.PoolError, match="an instant before the extraction"):
        check_pool(FIVE, LAW, facts_on=date(2026, 3, 30))


def test_a_submission_on_the_extraction_instant_is_too_late():
    at = datetime(2026, 4, 27, 10, 30, tzinfo=UTC)
    late = with_cell(FIVE, 0, "submitted_at", at)
    pool = check_pool(late, LAW, extracted_at=at, quarantine=True)
    assert pool.quarantine["declaration_id"].to_list() == ["A1"]
    assert check_pool(late, LAW, extracted_at=at + timedelta(microseconds=1)).frame.height == 5


def test_ages_are_bounded_by_the_day_of_the_facts_and_not_by_that_of_the_law():
    born = with_cell(FIVE, 0, "birth_date", date(2026, 4, 27))
    assert check_pool(born, LAW).frame.height == 5
    with pytest.raises(ranking.PoolError, match="a date from 1905-04-27 to 2026-04-26"):
        check_pool(born, LAW, facts_on=date(2026, 4, 26))


# What goes out


@pytest.mark.parametrize("cell", ["=1+1", "+33", "-5", "@SUM(A1)", "\tx", "\rx"])
def test_a_cell_that_a_spreadsheet_would_run_is_escaped(cell, tmp_path):
    save(pl.DataFrame({"declaration_id": [cell, "A1", None, ""]}), tmp_path / "out.csv")
    assert pl.read_csv(tmp_path / "out.csv", infer_schema=False)["declaration_id"].to_list()[0] == f"'{cell}"


@QUICK
@given(st.lists(st.text(max_size=8) | st.none(), max_size=6))
def test_escaping_changes_no_other_text(cells):
    out = escaped(pl.DataFrame({"x": pl.Series(cells, dtype=pl.String)}))["x"].to_list()
    assert out == [f"'{cell}" if cell and cell[0] in "=+-@\t\r" else cell for cell in cells]


def test_escaping_leaves_numbers_alone_and_gives_instants_their_offset():
    at = pl.Series([datetime(2025, 11, 2, 6, 30, tzinfo=UTC)]).dt.convert_time_zone("America/Toronto")
    out = escaped(pl.DataFrame({"months": [-6], "at": at, "on": [date(2026, 4, 27)]}))
    assert out.rows() == [(-6, "2025-11-02T01:30:00-05:00", date(2026, 4, 27))]


def test_a_category_that_a_spreadsheet_would_run_is_escaped():
    out = escaped(pl.DataFrame({"note": pl.Series(["=1+1"], dtype=pl.Categorical)}))
    assert out["note"].to_list() == ["'=1+1"]


def test_a_heading_that_a_spreadsheet_would_run_is_escaped(tmp_path):
    save(pl.DataFrame({"=1+1": ["x"]}), tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").read_text("utf-8").startswith("=")


def test_parquet_is_never_escaped(tmp_path):
    save(pl.DataFrame({"declaration_id": ["=1+1"]}), tmp_path / "out.parquet")
    assert pl.read_parquet(tmp_path / "out.parquet")["declaration_id"].to_list() == ["=1+1"]


def test_a_table_that_cannot_be_saved_leaves_the_file_that_was_there(tmp_path, monkeypatch):
    path = tmp_path / "out.csv"
    save(pl.DataFrame({"x": [1]}), path)
    monkeypatch.setattr(pl.DataFrame, "write_csv", fail_half_way)
    with pytest.raises(OSError, match="no space left"):
        save(pl.DataFrame({"x": [2]}), path)
    assert path.read_text("utf-8") == "x\n1\n"
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"]


def fail_half_way(_, path):
    path.write_text("x\n", "utf-8")
    raise OSError(28, "no space left")


def test_a_column_that_a_csv_cannot_hold_is_written_as_text(tmp_path):
    save(pl.DataFrame({"x": [[1, 2], None]}), tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text("utf-8") == 'x\n"[1, 2]"\n\n'

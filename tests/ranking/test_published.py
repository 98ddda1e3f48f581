"""Published figures: what comes with the product passes its checks; bad tables do not, with every fault at once."""

import polars as pl
import pytest

from ranking import published
from ranking.faults import PublishedError
from ranking.published import (
    BANDS,
    contradictions,
    distributions,
    express_entry_rounds,
    quebec_occupations,
    quebec_rounds,
)
from ranking.published.contradictions import ADMIT, admitted
from ranking.published.rounds import rounds_folder
from ranking.reference import data_folder

ROUNDS = rounds_folder() / "canada-express_entry.csv"
QUEBEC = rounds_folder() / "quebec.csv"
COUNTS = data_folder() / "distributions" / "canada-express_entry.csv"


def damaged(tmp_path, file, *changes):
    """Write a copy of a table in which some texts were replaced; each must be there once at least."""
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    copy = tmp_path / file.name
    copy.write_text(text, encoding="utf-8")
    return copy


def test_every_table_loads_whole():
    heights = [table().height for table in (express_entry_rounds, distributions, quebec_rounds, quebec_occupations)]
    assert heights == [438, 223, 329, 1433]
    assert set(published.__all__) >= {"express_entry_rounds", "quebec_rounds", "distributions", "contradictions"}


def test_bands_cover_every_score_once():
    assert sorted(score for band in BANDS for score in range(band.low, band.high + 1)) == list(range(1201))


def test_every_distribution_has_a_round_after_its_count():
    joined = distributions().join(express_entry_rounds(), on="round", how="left", validate="1:1")
    assert joined["round_date"].null_count() == 0
    assert (joined["counted_on"] <= joined["round_date"]).all()


def test_every_contradiction_that_a_row_admits_is_listed():
    listed = set(contradictions().select("program", "round").rows())
    admitting = admitted(express_entry_rounds(), distributions(), quebec_rounds())
    assert admitting <= listed
    assert listed - admitting == {("quebec/prtq", "2019"), ("quebec/prtq", "2020")}  # totals of years: in no row


def test_the_contradictions_that_are_known_are_there():
    found = set(contradictions().select("round", "value", "other_value").rows())
    assert ("208", "681", "888") in found
    assert ("247", "55867", "55687") in found
    assert ("2025-08-14:3", "275", "277") in found
    assert {"223", "224", "227"} <= {one for one, *_ in found}


def test_totals_of_years_are_those_that_the_list_gives():
    totals = quebec_rounds().filter(pl.col("selection").is_null(), pl.col("program") == "prtq")
    by_year = totals.group_by(pl.col("round_date").dt.year()).agg(pl.col("invitations").sum())
    sums = dict(by_year.rows())
    years = contradictions().filter(pl.col("round").str.len_chars() == 4)
    stated = {year: int(located) for year, located in years.select("round", "other_value").rows()}
    assert {year: sums[int(year)] for year in stated} == stated


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([(",779,886,", ",0,886,")], "invitations = 0"),
        ([(",779,886,", ",779,1300,")], "min_score = 1300"),
        ([(",779,886,", ",x79,886,")], "invitations = x79"),
        ([("\n2,2,2015-02-07", "\n2,2,2016-02-07")], "number = 3, round_date = 2015-02-20"),
        ([("\n2,2,2015-02-07", "\n1,2,2015-02-07")], "round = 1"),
        ([("day_differs_from_instant", "")], "round_date = 2018-11-14"),
        ([(",779,886,,ircc_rounds,", ",779,886,,ircc_rounds,day_differs_from_instant")], "day_differs_from_instant"),
        ([(",779,886,,ircc_rounds,", ",779,886,,ircc_rounds,dubious")], "flags = dubious"),
        ([("general,general,,fsw", "special,general,,fsw")], "kind = special"),
        ([("invitations,min_score", "invitations,minimum")], "no column “min_score”"),
    ],
)
def test_a_bad_round_is_refused(tmp_path, changes, said):
    with pytest.raises(PublishedError) as refused:
        express_entry_rounds(damaged(tmp_path, ROUNDS, *changes))
    assert any(said in fault.found.en or said in fault.where.en for fault in refused.value.faults)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([("899,5106,47202", "899,5106,47203")], "s451_500 = 47203"),
        ([("5799,196685", "5799,196686")], "total = 196686"),
        ([("parts_of_451_500_off:-180", "")], "s451_500 = 55867"),
        ([("parts_of_451_500_off:-180", "parts_of_451_500_off:-179")], "parts_of_451_500_off:-179"),
        ([("same_as:219;", "")], "flags = counted_on_another_day"),
        ([(";counted_on_another_day", "")], "counted_on = 2022-04-11"),
        ([("899,5106,47202", "-899,5106,47202")], "total = 196685"),
    ],
)
def test_a_bad_distribution_is_refused(tmp_path, changes, said):
    with pytest.raises(PublishedError) as refused:
        distributions(damaged(tmp_path, COUNTS, *changes))
    assert any(said in fault.found.en for fault in refused.value.faults)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([("26,571,354,", "26,571,353,")], "invitations = 983"),
        ([("2026-04-30,pstq,1,,,,571,983", "2026-04-30,pstq,1,,,,572,983")], "min_score = 572"),
        ([("2026-04-30,pstq,1,,,,571,983", "2026-04-30,pstq,5,,,,571,983")], "stream = 5"),
        (
            [("staying_in_quebec;quebec_diploma,,716", "staying;quebec_diploma,,716")],
            "criteria = staying;quebec_diploma",
        ),
    ],
)
def test_a_bad_round_of_quebec_is_refused(tmp_path, changes, said):
    with pytest.raises(PublishedError) as refused:
        quebec_rounds(damaged(tmp_path, QUEBEC, *changes))
    assert any(said in fault.found.en for fault in refused.value.faults)


def test_all_faults_come_at_once_and_say_what_to_write(tmp_path):
    changes = [(",779,886,", ",0,1300,"), ("general,general,,fsw", "special,general,,fsw")]
    with pytest.raises(PublishedError) as refused:
        express_entry_rounds(damaged(tmp_path, ROUNDS, *changes))
    assert len(refused.value.faults) == 3
    assert refused.value.render("fr").startswith("Chiffres publiés : refusés")
    assert all(fault.write.fr and fault.expected.en for fault in refused.value.faults)


def test_a_flag_admits_and_nothing_else_does():
    assert "invitations_derived" not in ADMIT
    assert set(ADMIT) >= {"withdrawn", "disputed", "total_off"}


def test_running_totals_of_communiques_agree_with_the_rounds():
    """4,385 invited from December 2025 to January 2026 and 6,928 to February, stream 4 not counted (2 March 2026)."""
    totals = quebec_rounds().filter(pl.col("program") == "pstq", pl.col("selection").is_null(), pl.col("stream") != "4")
    by_day = dict(totals.group_by(pl.col("round_date").cast(pl.String)).agg(pl.col("invitations").sum()).rows())
    assert by_day["2025-12-04"] + by_day["2026-01-29"] == 4385
    assert by_day["2025-12-04"] + by_day["2026-01-29"] + by_day["2026-02-26"] == 6928

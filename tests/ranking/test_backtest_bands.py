"""Calibration: pools of given bands, and the interval that the engine finds, against its closed form."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

import rules
from ranking.pool import Pool
from ranking.published import BANDS, distributions, express_entry_rounds
from ranking.round import run_round
from ranking.scoring import score
from ranking.simulate.backtest import calibration
from ranking.simulate.backtest.bands import NOMINEES, BandPools, counted, members
from ranking.simulate.backtest.calibration import (
    assumed_shares,
    calibrate,
    calibrate_round,
    closed_form,
    implied_share,
    joined,
)
from ranking.simulate.backtest.exceptions import _why, exceptions
from ranking.simulate.backtest.kinds import KINDS, instruction_of
from ranking.simulate.backtest.profiles import PROGRAM, profiles

BEFORE, AFTER = date(2024, 2, 29), date(2026, 8, 19)


@pytest.fixture(scope="module")
def build():
    return BandPools(profiles())


def made_up(counts, category="general", size=10, day=AFTER, min_score=500):
    """A round with a distribution, as the published tables give one."""
    row = {band.column: count for band, count in zip(BANDS, counts, strict=True)}
    return row | {
        "round": "x",
        "round_date": day,
        "counted_on": day,
        "category": category,
        "invitations": size,
        "min_score": min_score,
        "count_flags": None,
        "version": None,
    }


def scores_of(pool, day):
    law = rules.load(PROGRAM).on(day)
    return score(pool.frame, law, facts_on=day)


@pytest.mark.parametrize("day", [BEFORE, AFTER])
@pytest.mark.parametrize("end", ["low", "high"])
def test_a_pool_has_the_exact_counts_of_every_band_under_the_law_of_the_day(build, day, end):
    counts = dict(zip(BANDS, range(3, 3 + len(BANDS)), strict=True))
    pool = build.pool(counts, day, end)
    scored = scores_of(pool, day)
    assert {band: scored["score"].is_between(*band).sum() for band in BANDS} == counts
    ends = {score_ for band in BANDS for score_ in [build.ends(band)[0 if end == "low" else 1]]}
    assert set(scored["score"].unique()) == ends
    assert scored.select(pl.any_horizontal("eligible_fsw", "eligible_cec", "eligible_fst"))["eligible_fsw"].all()
    assert pool.frame["declaration_id"].is_unique().all()
    assert pool.frame["submitted_at"].is_unique().all()
    assert (pool.frame["nomination"] == (scored["score"] > 600)).all()


def test_the_ends_of_a_band_are_its_ends(build):
    """The profiles reach both ends of every published band, but for the two that nobody can reach: 0 and 601."""
    for category in ("general", "cec", "french"):
        for band in BANDS[1:-1]:
            assert build.ends(band, category, inside=category != "general") == band
    assert build.ends(NOMINEES) == (624, 1200)
    assert build.ends(BANDS[-1])[1] == 300


small = st.lists(st.integers(0, 12), min_size=len(BANDS), max_size=len(BANDS)).filter(any)


@given(small, st.integers(1, 60), st.sampled_from(["general", "pnp"]), st.sampled_from([BEFORE, AFTER]))
@examples(10)
def test_the_engine_finds_the_closed_form_where_no_share_is_assumed(build, counts, size, category, day):
    row = made_up(counts, category, size, day)
    tested = calibrate_round(row, [], build, None)
    assert (tested.low, tested.high) == tuple(closed_form(row, None, end, build) for end in ("low", "high"))
    there = counts[0] if category == "pnp" else sum(counts)
    assert tested.took_low == tested.took_high == min(size, there)


@given(small, st.integers(1, 30), st.sampled_from(["cec", "french", "trade", "transport"]), st.floats(0.05, 1))
@examples(10)
def test_the_engine_finds_the_closed_form_of_a_category_at_a_share(build, counts, size, category, share):
    row = made_up(counts, category, size)
    past = [share, share]
    tested = calibrate_round(row, past, build, None)
    low, high = assumed_shares(past)
    assert (tested.share_low, tested.share_high) == (low, high)
    assert tested.low == closed_form(row, low, "low", build)
    assert tested.high == closed_form(row, high, "high", build)


@given(small, st.integers(1, 60), st.integers(0, 2**32 - 1))
@examples(10)
def test_any_pool_with_these_counts_has_its_cut_off_between_the_ends(build, counts, size, seed):
    row = made_up(counts, "general", size)
    tested = calibrate_round(row, [], build, None)
    draws = np.random.default_rng(seed)
    of = build.profiles
    rows = [
        draws.choice(np.flatnonzero((of.score >= b.low) & (of.score <= b.high) & (of.nominee == (b == NOMINEES))), n)
        for b, n in zip(BANDS, counts, strict=True)
    ]
    like = build.pool(dict(zip(BANDS, counts, strict=True)), AFTER, "low").frame
    frame = of.at(AFTER)[np.concatenate(rows)].with_columns(like["declaration_id"], like["submitted_at"])
    cut_off = run_round(instruction_of(row), Pool(frame, frame.clear())).results[0].cut_off
    assert tested.low <= cut_off <= tested.high


def test_members_are_a_share_of_each_band_but_the_nominees():
    counts = dict.fromkeys(BANDS, 10)
    assert set(list(members(counts, 0.25, "low").values())[1:]) == {2}
    assert set(list(members(counts, 0.25, "high").values())[1:]) == {3}
    assert members(counts, 0.25, "high")[NOMINEES] == 0
    assert members(counts, 1.0, "high") == {band: 0 if band == NOMINEES else 10 for band in BANDS}


def test_the_share_that_a_round_implies_by_hand():
    counts = [7, 100, *[0] * 13]
    assert implied_share(made_up(counts, "cec", 30, min_score=551)) == pytest.approx(30 / 50)
    assert implied_share(made_up(counts, "cec", 30, min_score=501)) == pytest.approx(30 / 100)
    assert assumed_shares([0.3]) == (None, None)
    assert assumed_shares([0.9, 0.2, 0.3, 0.4]) == (0.2 / 1.25, 0.4 * 1.25)
    assert assumed_shares([0.5, 0.9]) == (0.5 / 1.25, 1.0)


def scaled(counts):
    """The published distributions, a hundredth of them, so that rounds run fast."""
    return counts.with_columns(pl.col(band.column) // 100 for band in BANDS)


def test_a_round_is_tested_with_what_the_rounds_before_it_taught_and_no_more(build):
    rounds = express_entry_rounds().filter(category="trade").with_columns(pl.col("invitations") // 100)
    counts = scaled(distributions())
    whole = calibrate(rounds, counts, build)
    later = rounds.with_columns(
        min_score=pl.when(pl.int_range(pl.len()) >= 4).then(300).otherwise("min_score").cast(pl.Int32),
        invitations=pl.when(pl.int_range(pl.len()) >= 4).then(1).otherwise("invitations").cast(pl.Int32),
    )
    assert calibrate(later, counts, build).head(4).equals(whole.head(4))
    assert whole["inside"].null_count() == calibration.FEWEST
    shares = [implied_share(row) for row in joined(rounds, counts)]
    assert whole["implied_share"].to_list() == shares
    assert whole.row(3, named=True)["share_low"] == min(shares[:3]) / calibration.STRETCH


@pytest.mark.parametrize(("number", "interval", "inside"), [("245", (481, 490), True), ("238", (491, 500), False)])
def test_two_general_rounds_as_they_were_published(build, number, interval, inside):
    row = next(one for one in joined(express_entry_rounds(), distributions()) if one["round"] == number)
    tested = calibrate_round(row, [], build, None)
    assert (tested.low, tested.high) == interval
    assert tested.inside is inside
    assert sum(counted(row).values()) == row["total"]


def test_every_exception_says_why_in_both_languages(build):
    wanted = ["221", "223", "238", "260"]
    rows = [one for one in joined(express_entry_rounds(), scaled(distributions())) if one["round"] in wanted]
    past, last = [0.5, 0.5], {"round_date": date(2023, 7, 12), "min_score": 375, "version": "v1"}
    tested = pl.DataFrame(
        [vars(calibrate_round(row | {"invitations": row["invitations"] // 100}, past, build, last)) for row in rows],
        infer_schema_length=None,
    )
    found = exceptions(tested)
    said = dict(found.select("round", "why_en").iter_rows())
    assert "on the day itself" in said["221"]
    assert "21 days before, had taken the best down to 375" in said["260"]
    assert found.select(pl.col("why_fr", "why_en").str.len_chars().min()).row(0) > (40, 40)


def test_every_kind_of_round_that_was_published_is_known():
    assert set(express_entry_rounds()["category"]) <= set(KINDS) | {"fst"}
    rounds = express_entry_rounds().filter(pl.col("round_date") >= date(2022, 1, 1))
    assert set(rounds["category"]) <= set(KINDS)


def test_the_instruction_of_a_round_asks_for_its_category_where_the_law_knows_it():
    rounds = {row["round"]: row for row in express_entry_rounds().to_dicts()}
    by_number = {
        number: instruction_of(rounds[number]).selections[0] for number in ("294", "340", "347", "341", "398", "434")
    }
    assert by_number["294"].stream == ("fsw", "cec", "fst")
    assert by_number["340"].where == {"nomination": True}
    assert by_number["347"].stream == ("cec",)
    assert by_number["341"].category == "french"
    assert by_number["398"].where == {"occupation": "31301"}
    assert by_number["434"].category == "transport"
    assert {one.size for one in by_number.values()} == {2095, 536, 500, 7500, 4000, 300}


def test_a_share_that_is_not_assumed_is_explained_by_what_goes_with_it():
    row = {"new_version": False, "days_since": 20, "last_score": 450, "min_score": 440}
    assert "even spread" in _why(row, 0.1, 0.2, 0.3).en
    assert "down to 450" in _why(row, 0.1, 0.05, 0.3).en
    assert "lower than the last one (450)" in _why(row, 0.1, 0.4, 0.3).en
    assert "filled up again" in _why(row | {"days_since": 200}, 0.1, 0.4, 0.3).en
    assert "definition" in _why(row | {"new_version": True}, 0.1, 0.4, 0.3).en

"""The rounds of Québec as they were published, the intake by arrival, and the command itself."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounds import tirage
from strategies import examples

from ranking.instruction import read_instruction
from ranking.instruction_check import attainable, findings
from ranking.published import distributions, quebec_occupations, quebec_rounds
from ranking.simulate.backtest import express_entry, first_come, reform
from ranking.simulate.backtest.first_come import Intake, compare, finished
from ranking.simulate.backtest.rounds_of_quebec import instruction_files

FILES = instruction_files()
NAMES = [file.stem for file in FILES]


def published(name):
    """The published rows of a round: totals by stream, selections by their id."""
    rows = quebec_rounds().filter(pl.col("program") == "pstq", pl.col("round_date").cast(pl.String) == name)
    totals = {row["stream"]: row for row in rows.to_dicts() if row["selection"] is None}
    parts = {f"{row['stream']}.{row['selection']}": row for row in rows.to_dicts() if row["selection"] is not None}
    return totals, parts


def test_every_round_of_the_pstq_has_an_instruction():
    days = quebec_rounds().filter(program="pstq")["round_date"].cast(pl.String).unique().sort().to_list()
    assert days == NAMES


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_an_instruction_loads_contradicts_nothing_and_agrees_with_what_was_published(file):
    instruction = read_instruction(file)
    assert [one.said.en for one in findings(instruction) if one.kind == "contradiction"] == []
    totals, parts = published(file.stem)
    most = attainable(instruction.regulation)
    assert [one.id for one in instruction.selections] == list(parts)
    for selection in instruction.selections:
        row, said = parts[selection.id], selection.published
        doubtful = "doubtful" in (row["flags"] or "")
        assert (said.invitations if said else None) == (None if doubtful else row["invitations"])
        assert (said.min_score if said else None) == row["min_score"]
        assert row["min_score"] is None or row["min_score"] <= most
        least, last = row["at_least"], row["at_most"]
        if selection.size is not None:
            assert doubtful or selection.size == row["invitations"] or least <= selection.size <= last
        if selection.mechanism == "threshold":
            assert selection.min_score == row["min_score"]
        assert (selection.certainty == "inferred") <= (selection.note is not None)
    for stream, total in totals.items():
        sizes = [one.size for one in instruction.selections if one.stream == (stream,)]
        if None not in sizes:
            assert sum(sizes) == (total["invitations"] or 314)  # 27 August 2026: the total that the page misplaced


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_the_lists_of_an_instruction_are_those_that_were_published(file):
    instruction = read_instruction(file)
    wanted = quebec_occupations().filter(pl.col("round_date").cast(pl.String) == file.stem, pl.col("program") == "pstq")
    codes = {f"{row['stream']}.{row['selection']}": set() for row in wanted.to_dicts()}
    for row in wanted.to_dicts():
        codes[f"{row['stream']}.{row['selection']}"].add(row["occupation"])
    used = {
        one.id: set(instruction.lists[one.where["main_occupation"]["in_list"]].codes)
        for one in instruction.selections
        if one.where and "main_occupation" in one.where
    }
    assert used == codes


# First come


def test_one_session_serves_in_the_order_of_arrival():
    intake = Intake(people=4, places=2, sessions=1, burst=1, form=10, spread=0)
    done = finished(intake, np.array([3.0, 0.0, 30.0, 1.0]), np.random.default_rng(1))
    assert done.tolist() == [30.0, 10.0, 40.0, 20.0]


@given(st.integers(1, 8), st.lists(st.floats(0, 100), min_size=1, max_size=60), st.integers(0, 99))
@examples(40)
def test_no_more_than_the_sessions_are_in_at_once(sessions, arrivals, seed):
    intake = replace(Intake(), people=len(arrivals), sessions=sessions)
    arrived = np.array(arrivals)
    done = finished(intake, arrived, np.random.default_rng(seed))
    forms = intake.form * np.exp(intake.spread * np.random.default_rng(seed).standard_normal(len(arrivals)))
    began = done - forms
    assert (began >= arrived - 1e-9).all()
    inside = [int(((began <= at + 1e-9) & (done > at + 1e-9)).sum()) for at in began]
    assert max(inside) <= sessions


@pytest.fixture(scope="module")
def intake_runs():
    return compare(Intake(people=600, places=90, sessions=8), 12, 3)


def test_as_many_are_taken_as_ranked_and_who_is_lost_makes_room(intake_runs):
    sums = intake_runs.group_by("way", "replication").agg(
        pl.col("candidates", "ranked", "taken", "lost", "gained").sum()
    )
    assert set(sums["candidates"]) == {600}
    assert set(sums["ranked"]) == set(sums["taken"]) == {90}
    assert (sums["lost"] == sums["gained"]).all()


def test_blind_arrival_loses_what_a_lot_would(intake_runs):
    """Of K places among N people, a lot leaves out K (1 − K/N) of the best K: hypergeometric."""
    lost = intake_runs.filter(way="blind").group_by("replication").agg(pl.col("lost").sum())["lost"]
    mean = 90 * (1 - 90 / 600)
    deviation = (mean * (90 / 600) * (1 - 90 / 600) * 600 / 599) ** 0.5
    assert abs(lost.mean() - mean) < 4 * deviation / 12**0.5


def test_the_same_seed_gives_the_same_arrivals():
    small = Intake(people=300, places=40, sessions=5)
    assert compare(small, 2, 3).equals(compare(small, 2, 3))
    assert not compare(small, 2, 3).equals(compare(small, 2, 4))


# The reform


def test_the_two_laws_differ_by_the_points_of_an_offer_alone():
    eve, day = reform.law_pair()
    changed = {one.id for one in eve.criteria if day.parts[one.id].source != one.source}
    assert changed == {"job_offer"}


def test_the_law_alone_moves_people_between_bands_and_loses_nobody(monkeypatch):
    monkeypatch.setattr(reform, "DRAWN", 60_000)
    bands = reform.reform(distributions(), 7)
    for name in ("0_5", "1", "2"):
        assert bands[f"law_{name}"].sum() == 0
    assert (bands["published"] - bands["law_1"] == bands["remainder"]).all()
    top = bands.filter(low=501).row(0, named=True)
    assert top["law_2"] < top["law_1"] < top["law_0_5"] < 0
    assert top["published"] == 19782 - 25522
    assert bands.filter(low=601)["law_1"].item() == 0


def test_nobody_with_an_offer_moves_nobody(monkeypatch):
    monkeypatch.setattr(reform, "DRAWN", 20_000)
    monkeypatch.setattr(reform, "SCALES", (0.0, 1.0))
    bands = reform.reform(distributions(), 7)
    assert set(bands["law_0"]) == {0}
    assert set(bands["offers_0"]) == {0.0}


# The command


def test_the_command_for_quebec_lists_contradictions_and_says_that_it_simulates(tmp_path, monkeypatch):
    monkeypatch.setattr(first_come, "Intake", lambda: Intake(people=300, places=40, sessions=5))
    ran = tirage(
        "simulate",
        "backtest",
        "quebec/pstq",
        "--size",
        "2000",
        "--replications",
        "2",
        "--out",
        tmp_path / "b",
        "--format",
        "csv",
        "--lang",
        "fr",
    )
    assert ran.status == 0, ran.err
    out = ran.out
    assert "314" in out
    assert "contredisent" in out
    made = json.loads((tmp_path / "b" / "summary.json").read_text(encoding="utf-8"))
    assert made["simulation"] is True
    assert made["figures"]["rounds"] == 14
    assert made["figures"]["contradictions"] == 11
    assert {"first_come.svg", "minima.svg", "rounds.csv", "contradictions.csv"} <= {
        file.name for file in (tmp_path / "b").iterdir()
    }


def test_the_command_for_express_entry_on_four_rounds(monkeypatch):
    few = distributions().filter(pl.col("round").is_in(["238", "340", "341", "342"]))
    monkeypatch.setattr(express_entry, "distributions", lambda: few)
    monkeypatch.setattr(reform, "DRAWN", 40_000)
    ran = tirage("simulate", "backtest", "canada/express_entry", "--lang", "en")
    assert ran.status == 0, ran.err
    out = ran.out
    assert "888" in out
    assert "SIMULATION" in out
    assert "0 times out of 1" in out
    assert "better than both naive forecasts" in out
    assert "no better than a naive forecast" in out

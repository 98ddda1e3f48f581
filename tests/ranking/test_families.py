"""One instruction a family of mechanisms, in data/instructions/mechanisms: each runs on a small generated pool."""

from functools import cache

import polars as pl
import pytest

from ranking import receipt, sample
from ranking.instruction import read_instruction
from ranking.pool import check_pool
from ranking.reference import data_folder
from ranking.round import run_round

FILES = {path.stem: path for path in sorted((data_folder() / "instructions" / "mechanisms").glob("*.toml"))}
MECHANISMS = {"all", "apportion", "count", "first_come", "floors", "reserves", "shares", "threshold", "tiers"}


@cache
def done(name):
    instruction = read_instruction(FILES[name])
    regulation = instruction.regulation
    frame = sample.generate(regulation, 2_000, seed=7, on=instruction.facts_on)
    pool = check_pool(
        frame, regulation, facts_on=instruction.facts_on, extracted_at=instruction.source.extracted_at, quarantine=True
    )
    return run_round(instruction, pool)


def stages(name, selection):
    told = next(one for one in receipt.receipt(done(name))["selections"] if one["id"] == selection)
    return {stage["id"]: stage["taken"] for stage in told["stages"]}, told


def test_every_mechanism_but_the_named_one_has_a_family():
    used = {selection.mechanism for name in FILES for selection in read_instruction(FILES[name]).selections}
    assert used == MECHANISMS


@pytest.mark.parametrize("name", FILES)
def test_a_family_invites_people_and_is_the_same_whatever_the_order_of_rows(name, tmp_path):
    made = done(name)
    assert made.invitations.height > 0
    assert made.outcomes.height == made.pool.frame.height
    told = receipt.save(made, tmp_path / "round")
    again = pl.concat([made.pool.frame[1000:], made.pool.frame[:1000]])
    instruction = read_instruction(tmp_path / "round" / "instruction.toml", tmp_path / "round" / "law")
    pool = check_pool(
        again, instruction.regulation, facts_on=instruction.facts_on, extracted_at=instruction.source.extracted_at
    )
    replayed = receipt.receipt(run_round(instruction, pool))
    assert replayed["fingerprints"] == told["fingerprints"]
    assert replayed["selections"] == told["selections"]


def test_a_reserve_of_ten_outside_the_metropolis():
    for order in ("open-first", "reserved-first"):
        taken, told = stages("reserves", order)
        assert taken == {"open": 50, "outside": 10}
        assert told["invited"] == 60


def test_floors_are_met_and_name_those_whom_they_let_in():
    made = done("floors")
    ids = made.invitations["declaration_id"].implode()
    frame = made.pool.frame.filter(pl.col("declaration_id").is_in(ids))
    assert frame["living_outside_cmm"].sum() >= 30
    _, told = stages("floors", "1")
    assert set(told["only_by_floor"]) == {"outside", "trades"}
    assert sum(map(len, told["only_by_floor"].values())) > 0


def test_every_prefix_keeps_both_shares():
    made = done("shares")
    listed = made.invitations.sort("rank").join(made.pool.frame, on="declaration_id", maintain_order="left")
    outside = listed["living_outside_cmm"].fill_null(value=False).cast(pl.Int32).cum_sum().to_list()
    assert all(count * 100 >= 25 * place for place, count in enumerate(outside, 1))


def test_ceilings_hold_in_a_slice_and_in_a_crossing():
    used = receipt.receipt(done("ceilings"))["ceilings"]
    assert used["teer"]["1"] <= 60
    assert max(used["teer"].get(feer, 0) for feer in "2345") <= 20
    assert max(used["region"].values()) <= 12
    first = done("ceilings").results[0]
    assert 0 < len(first.taken.positions) <= 100


def test_the_lots_of_both_meanings_are_kept():
    made = done("weighted-lots")
    assert [len(result.taken.positions) for result in made.results] == [50, 50]
    assert set(made.lots["selection"]) == {"tickets", "proportional"}


def test_a_general_round_counts_its_labels():
    told = receipt.receipt(done("express-entry-labels"))["selections"][0]
    assert sum(told["invited_by_label"].values()) <= told["invited"] == 60

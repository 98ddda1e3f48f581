"""Policy targets: read strictly; every share is that of the whole round; the answer is the least there is."""

import json
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from test_command_line import tirage

from ranking import sample
from ranking.faults import TargetError
from ranking.instruction import read_instruction
from ranking.pool import check_pool
from ranking.reference import data_folder
from ranking.round import run_round
from ranking.simulate.shares import Shares
from ranking.simulate.target import aim, between, frontier
from ranking.simulate.wanted import read_target
from rules.scenario import Scenario, apply, read_scenario

INSTRUCTION = """
program = "quebec/pstq"
id = "trial"
title = { fr = "essai", en = "trial" }
law_on = 2026-04-30
extracted_at = 2026-04-27T06:30:00-04:00

[cite]
act = "essai"
provision = "essai"
provision_checked = false
url = "https://example.org"
read_on = 2026-11-24
certainty = { fr = "inventé", en = "invented" }

[[selection]]
id = "a"
title = { fr = "volet 1", en = "stream 1" }
stream = "1"
mechanism = "count"
size = 40
ties = "key"
certainty = "published"

[[selection]]
id = "b"
title = { fr = "volets 1 et 3", en = "streams 1 and 3" }
stream = ["1", "3"]
mechanism = "count"
size = 30
ties = "all_in"
certainty = "published"
"""

WANT = """
title = { fr = "essai", en = "trial" }
program = "quebec/pstq"

[[want]]
id = "outside"
title = { fr = "hors de la CMM", en = "outside the CMM" }
where = { living_outside_cmm = true }
at_least = 46.1

[[want]]
id = "women"
title = { fr = "femmes", en = "women" }
where = { sex = "F" }
among = ["a"]
at_most = 70.5

[[may]]
id = "stay"
title = { fr = "séjour", en = "stay" }
at = ["criteria.outside_cmm_residence.points['[24, 36)']", "criteria.outside_cmm_residence.points['[48, +)']"]
percent = [50, 400]
step = 50

[[may]]
id = "offer"
title = { fr = "offre", en = "offer" }
at = "criteria.job_offer.points['outside_cmm']"
add = [-20, 100]
step = 20
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """An instruction, a target and a pool of three thousand."""
    folder = tmp_path_factory.mktemp("target")
    (folder / "instruction.toml").write_text(INSTRUCTION, encoding="utf-8")
    (folder / "want.toml").write_text(WANT, encoding="utf-8")
    instruction = read_instruction(folder / "instruction.toml")
    frame = sample.generate(instruction.regulation, 3000, seed=5, on=date(2026, 4, 27))
    frame.write_parquet(folder / "pool.parquet")
    when = {"facts_on": instruction.facts_on, "extracted_at": instruction.source.extracted_at}
    pool = check_pool(frame, instruction.regulation, quarantine=True, **when)
    return folder, instruction, pool


def by_brute_force(instruction, pool, target, steps):
    """Count the wants on a round that is really run under the changed law."""
    places = [place for move in target.moves for place in move.places]
    points = np.concatenate([move.points[step] for move, step in zip(target.moves, steps, strict=True)])
    law = instruction.regulation
    for place, to in zip(places, points, strict=True):
        if place.base != to:
            law = apply(scenario_of({"at": place.at, "was": place.base, "to": int(to)}), law)
    done = run_round(replace(instruction, regulation=law), pool)
    facts = pool.frame.select("declaration_id", "living_outside_cmm", "sex")
    invited = done.invitations.join(facts, on="declaration_id")
    first = invited.filter(selection="a")
    return (
        (int(invited["living_outside_cmm"].sum()), int((first["sex"] == "F").sum())),
        (invited.height, first.height),
    )


def scenario_of(change):
    said = {"title": {"fr": "essai", "en": "trial"}, "program": "quebec/pstq", "base": date(2026, 4, 30)}
    return Scenario.model_validate(said | {"change": [change]})


def test_the_shares_of_a_combination_are_those_of_the_round_under_the_changed_law(desk):
    folder, instruction, pool = desk
    target = read_target(folder / "want.toml", instruction)
    shares = Shares.of(target, pool)
    ends = [range(0, len(move.costs), 3) for move in target.moves]
    for steps in product(*ends):
        assert tuple(shares.counted(np.array(steps))) == by_brute_force(instruction, pool, target, steps)


def test_the_answer_is_the_least_of_all_combinations(desk):
    folder, instruction, pool = desk
    target = read_target(folder / "want.toml", instruction)
    made = aim(target, pool, curve=0)
    lattice, shares = made.lattice, Shares.of(target, pool)
    meets = [
        lattice.cost(np.array(steps))
        for steps in product(*[range(len(one)) for one in lattice.costs])
        if shares.shortfalls(np.array([steps]))[0] == 0
    ]
    assert made.found.proven
    assert made.found.cost == min(meets)
    assert made.found.cost > 0


def test_a_target_that_the_law_meets_changes_nobody(desk, tmp_path):
    _, instruction, pool = desk
    (tmp_path / "easy.toml").write_text(WANT.replace("at_least = 46.1", "at_least = 0"), encoding="utf-8")
    made = aim(read_target(tmp_path / "easy.toml", instruction), pool, curve=0)
    assert (made.found.cost, made.moves(), made.scenario()) == (0, (0, 0), None)


def test_a_target_out_of_reach_is_said_to_be_so_with_proof(desk, tmp_path):
    _, instruction, pool = desk
    (tmp_path / "hard.toml").write_text(WANT.replace("at_least = 46.1", "at_least = 100"), encoding="utf-8")
    made = aim(read_target(tmp_path / "hard.toml", instruction), pool, curve=0)
    assert (made.found.steps, made.found.proven, made.found.tried) == (None, True, len(made.lattice))


def test_per_cent_are_rounded_to_whole_points_halves_away_from_zero(desk):
    folder, instruction, _ = desk
    stay = read_target(folder / "want.toml", instruction).moves[0]
    doubled = [(12, 20), (24, 40), (36, 60), (48, 80), (60, 100), (72, 120), (84, 140), (96, 160)]
    assert sorted(map(tuple, stay.points.tolist())) == doubled
    assert stay.costs[0] == 0


def test_the_command_writes_a_result_and_a_scenario_that_other_commands_read(desk, tmp_path):
    folder, instruction, pool = desk
    words = (
        "--pool",
        folder / "pool.parquet",
        "--instruction",
        folder / "instruction.toml",
        "--want",
        folder / "want.toml",
    )
    ran = tirage("simulate", "target", *words, "--curve", 50, "--out", tmp_path / "out")
    assert ran.status == 0, ran.err
    said = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert (said["simulation"], said["figures"]["proven"]) == (True, True)
    scenario = read_scenario(tmp_path / "out" / "scenario.toml")
    law = apply(scenario, instruction.regulation)
    done = run_round(replace(instruction, regulation=law), pool)
    outside = done.invitations.join(pool.frame, on="declaration_id")["living_outside_cmm"]
    wants = pl.read_csv(tmp_path / "out" / "wants.csv")
    assert wants["members_after"][0] == outside.sum()
    assert wants["invited_after"][0] == done.invitations.height


BAD = {
    "program": ('program = "quebec/pstq"', 'program = "canada/express_entry"', "the program quebec/pstq"),
    "no place": ("job_offer.points['outside_cmm']", "job_offer.points['moon']", "moon"),
    "no selection": ('among = ["a"]', 'among = ["z"]', "selections of the instruction"),
    "no column": ("living_outside_cmm = true", "living_on_the_moon = true", "living_on_the_moon"),
    "two ways": ("add = [-20, 100]", "add = [-20, 100]\npercent = [1, 2]", "one of the two keys"),
    "no way": ("add = [-20, 100]\n", "", "one of the two keys"),
    "upside down": ("add = [-20, 100]", "add = [100, -20]", "the smaller value first"),
    "bounds": ("at_least = 46.1", "at_least = 46.1\nat_most = 20", "at_least no more than at_most"),
    "too fine": ("at_least = 46.1", "at_least = 46.15", "at_least"),
    "place twice": ("job_offer.points['outside_cmm']", "outside_cmm_residence.points['[48, +)']", "each only once"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_target_is_refused_in_words(desk, tmp_path, name):
    old, new, said = BAD[name]
    assert old in WANT
    (tmp_path / "want.toml").write_text(WANT.replace(old, new), encoding="utf-8")
    with pytest.raises(TargetError) as refused:
        read_target(tmp_path / "want.toml", desk[1])
    assert said in refused.value.render("en")
    assert refused.value.render("fr") != refused.value.render("en")


def test_the_targets_of_the_library_are_read():
    instruction = read_instruction(data_folder() / "instructions" / "quebec" / "pstq" / "2026-04-30.toml")
    found = sorted(Path(data_folder() / "targets").glob("*.toml"))
    assert found
    for path in found:
        assert read_target(path, instruction).moves


def test_a_frontier_keeps_what_no_cheaper_combination_reaches():
    counted = pl.DataFrame({"cost": [0, 1, 1, 2, 3], "w": [5, 4, 6, 6, 9], "w_of": [10] * 5})
    assert frontier(counted, "w").rows() == [(0, 5, 10, 0.5), (1, 6, 10, 0.6), (3, 9, 10, 0.9)]


def test_a_trade_off_keeps_what_nothing_betters_in_both():
    counted = pl.DataFrame(
        {"cost": [0, 1, 2, 3], "a": [1, 2, 3, 2], "a_of": [4] * 4, "b": [4, 3, 1, 2], "b_of": [4] * 4}
    )
    assert between(counted, "a", "b").rows() == [(0, 0.25, 1.0), (1, 0.5, 0.75), (2, 0.75, 0.25)]

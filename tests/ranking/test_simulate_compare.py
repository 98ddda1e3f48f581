"""Two laws or instructions on one pool: by hand on few people, against brute force on many, and what must add up."""

import json
import re
import shutil
from functools import cache, reduce
from itertools import permutations
from operator import add

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounds import make_here, pool_of, tirage
from strategies import LUMEN, examples, make_pool
from test_round import EVERYONE, LETTERS, count, declaration, write_instruction

from ranking import sample
from ranking.instruction import read_instruction
from ranking.outcomes import Outcome
from ranking.pool import check_pool
from ranking.reference import data_folder
from ranking.round import run_round
from ranking.simulate.changes import Changes
from ranking.simulate.compare import compare, decompose
from ranking.simulate.elasticity import one_point, stakes
from ranking.simulate.flows import MOVES, PARTS, SUMS, flows, groups
from ranking.simulate.groups_of import Attributes
from ranking.simulate.orders import MOST_ORDERS, orders
from ranking.simulate.rerun import Rerun
from ranking.simulate.shapley import MOST, shapley, subsets
from rules.citation import Title
from rules.faults import TirageError
from rules.program import load
from rules.scenario import Change, Scenario

WICK, OIL, ARC = (f"criteria.lamp.points['{lamp}'][false]" for lamp in ("wick", "oil", "arc"))
OLD = {WICK: 5, OIL: 15, ARC: 25, "criteria.letters.cap": None}


@pytest.fixture(scope="module", autouse=True)
def _law_read_once():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ranking.instruction.load", cache(load))
        yield


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return make_here(tmp_path_factory.mktemp("compare"))


def scenario(instruction, **to):
    """A scenario that sets points of lamps."""
    places = {"wick": WICK, "oil": OIL, "arc": ARC}
    changes = tuple(Change(at=places[name], was=OLD[places[name]], to=points) for name, points in to.items())
    title = Title(fr=f"essai {' '.join(to)}", en=f"trial {' '.join(to)}")
    return Scenario(title=title, program="lumen/guild", base=instruction.regulation.day, change=changes)


def compared(here, rows, selections, scenarios=(), instead=None):
    """Compare on a few people; ``scenarios`` are points of lamps, ``instead`` other selections."""
    before = write_instruction(here, selections)
    other = None if instead is None else write_instruction(here, instead)
    changes = Changes(before, other, tuple(scenario(before, **one) for one in scenarios))
    pool = rows if hasattr(rows, "frame") else pool_of(rows, before)
    return changes, pool, compare(run_round(before, pool), run_round(changes.after, pool))


@pytest.fixture(scope="module")
def crowd(here):
    """Two hundred people as the law allows them, most of them eligible."""
    instruction = write_instruction(here, [EVERYONE])
    chance = np.random.default_rng(3)
    lamps, letters = ["none", "wick", "oil", "arc"], list(LETTERS)
    rows = [
        declaration(
            f"D{number:03}",
            letters[chance.integers(len(letters))],
            lamp=lamps[chance.integers(4)],
            ward=["north", "south", "harbour"][chance.integers(3)],
            person_id=f"P{number - (number % 20 == 1)}",
            lanterns=int(chance.integers(3, 12)),
        )
        for number in range(200)
    ]
    return pool_of(rows, instruction)


THREE = [count(20, where={"ward": "north"}), count(30), count(15, where={"lanterns": "[6, +)"})]


def test_one_person_by_hand(here):
    rows = [declaration("A", lamp="wick")]
    _, _, found = compared(here, rows, [count(1)], [{"wick": 20}])
    person = found.people.row(0, named=True)
    assert person["score_after"] - person["score_before"] == 15
    assert (person["rank_before"], person["rank_after"], person["change"]) == (1, 1, "kept")
    [selection] = found.selections
    assert (selection.move, selection.keeping) == (15, (1, 1))


def test_two_people_change_places_by_hand(here):
    rows = [declaration("A", lamp="oil"), declaration("B", lamp="wick")]
    _, _, found = compared(here, rows, [count(1)], [{"wick": 20}])
    people = {row["declaration_id"]: row for row in found.people.to_dicts()}
    assert (people["A"]["change"], people["B"]["change"]) == ("lost", "gained")
    assert (people["A"]["rank_before"], people["A"]["rank_after"]) == (1, 2)
    assert found.counts == {"kept": 0, "gained": 1, "lost": 1, "neither": 0}
    [selection] = found.selections
    assert selection.move == 5
    assert selection.keeping == (2, 2)
    assert found.scores == {"up": 1, "down": 0, "same": 1}


def test_places_that_keep_the_cut_off_keep_it(here, crowd):
    changes, pool, found = compared(here, crowd, THREE, [{"oil": 30}])
    checked = 0
    for number, one in enumerate(found.selections):
        if one.keeping is None:
            continue
        wanted = one.cut_off[0]
        has_it = (found.after.scored["score"] == wanted).any()
        for size in {one.keeping.least, one.keeping.most} if has_it else set():
            said = [dict(each) for each in THREE]
            said[number]["size"] = size
            other = Changes(changes.before, write_instruction(here, said), changes.scenarios)
            checked += 1
            assert run_round(other.after, pool).results[number].cut_off == wanted
    assert checked >= 2


@pytest.mark.parametrize("scenarios", [[{}], [{"wick": 5}], [{"oil": 15}, {"arc": 25}]])
def test_what_changes_nothing_changes_nobody(here, crowd, scenarios):
    changes, pool, found = compared(here, crowd, THREE, scenarios)
    assert (found.counts["gained"], found.counts["lost"], found.scores["up"], found.scores["down"]) == (0, 0, 0, 0)
    assert all(one.move in (0, None) for one in found.selections)
    assert (found.people["rank_before"] == found.people["rank_after"]).all()
    moved = flows(found, 10).filter(pl.col("band_before") != pl.col("band_after"))
    assert moved.height == 0
    for effects in decompose(changes, pool, found.before).values():
        assert not any(effects)


def test_another_instruction_is_a_change_like_another(here, crowd):
    instead = [count(10, where={"ward": "north"}), count(45)]
    changes, pool, found = compared(here, crowd, THREE, [{"wick": 22}], instead)
    assert [change.scenario is None for change in changes.each] == [True, False]
    assert [one.id for one in found.selections] == ["s1", "s2", "s3"]
    assert found.selections[2].number is None
    effects = decompose(changes, pool, found.before)
    assert sum(effects["gained"]) == found.counts["gained"]
    assert "cut_off s3" not in effects


def test_people_are_counted_once_where_they_have_two_declarations(here, crowd):
    _, pool, found = compared(here, crowd, THREE, [{"wick": 26, "arc": 6}])
    assert found.people.height == pool.frame["person_id"].n_unique() == 190
    switched = found.people.filter(pl.col("outcome_before") == "duplicate_person")
    assert switched.height == 0


@examples(10)
@given(seed=st.integers(0, 2**32 - 1), wick=st.integers(0, 40), arc=st.integers(0, 40))
def test_every_person_is_what_both_rounds_say(here, seed, wick, arc):
    before = write_instruction(here, [count(6), count(5, stream="lighter")])
    rows = make_pool(before.regulation, LUMEN, seed, 30, before.facts_on, complete=True)
    at = before.source.extracted_at
    pool = check_pool(rows.frame(), before.regulation, facts_on=before.facts_on, extracted_at=at, quarantine=True)
    _, _, found = compared(here, pool, [count(6), count(5, stream="lighter")], [{"wick": wick, "arc": arc}])
    for when, done in (("before", found.before), ("after", found.after)):
        part = found.people.filter(pl.col(f"score_{when}").is_not_null())
        assert part.height == int((done.sheet.outcome > Outcome.excluded).sum())
        invited = part.filter(pl.col("change").is_in(["kept", "gained" if when == "after" else "lost"]))
        assert invited.height == done.invitations.height
        assert sorted(part[f"rank_{when}"]) == list(range(1, part.height + 1))
        assert set(part.filter(pl.col(f"outcome_{when}") == "invited")["declaration_id"]) <= set(
            found.people["declaration_id"]
        )


def test_flows_and_groups_conserve_people(here, crowd):
    changes, pool, found = compared(here, crowd, THREE, [{"oil": 30}])
    moving = flows(found, 10)
    assert {name: moving[name].sum() for name in PARTS} == found.counts
    for when in ("before", "after"):
        banded = found.people.group_by((pl.col(f"score_{when}") // 10 * 10).alias("band")).len("n").sort("band")
        summed = moving.group_by(pl.col(f"band_{when}").alias("band")).agg(n=pl.col("people").sum()).sort("band")
        assert banded["n"].to_list() == summed["n"].to_list()
    attributes = Attributes(pool.frame, changes.before.regulation, changes.before.facts_on)
    by = groups(found, attributes.by(["ward", "lamp", "lanterns", "age", "submitted_by"][:4]))
    for part in by.partition_by("attribute"):
        assert {name: part[name].sum() for name in PARTS} == found.counts
        assert part["people"].sum() == found.people.height
        assert part["share_before"].sum() == pytest.approx(1)
        assert part["share_after"].sum() == pytest.approx(1)
    for whole, parts in (*SUMS.items(), ("people", MOVES)):
        assert (by[whole] == reduce(add, [by[name] for name in parts])).all()
    far = (by["share_after"] - by["share_before"]).abs()
    assert far.to_list() == sorted(far, reverse=True)


def test_an_attribute_that_is_not_there_is_refused(crowd, here):
    law = write_instruction(here, THREE).regulation
    with pytest.raises(TirageError, match="ward"):
        Attributes(crowd.frame, law, law.day).by(["wards"])


def test_whole_numbers_are_banded_by_the_law_or_by_their_spread(crowd, here):
    instruction = write_instruction(here, THREE)
    attributes = Attributes(crowd.frame, instruction.regulation, instruction.facts_on)
    [age, lanterns] = attributes.by(["age", "lanterns"])
    assert age.values == ("[16, 30)",)
    assert len(lanterns.values) > 1
    numbers = attributes.frame["lanterns"].to_list()
    for number, code in zip(numbers, lanterns.codes, strict=True):
        low, _, high = lanterns.values[code].strip("[()").partition(", ")
        assert low == "-" or int(low) <= number
        assert high == "+" or number < int(high)


def by_permutations(count_, value):
    """The Shapley value as it is defined: the mean, over every order, of what a change adds when it comes."""
    total = [0.0] * count_
    every = list(permutations(range(count_)))
    for order in every:
        there = frozenset()
        for player in order:
            total[player] += (value(there | {player}) - value(there)) / len(every)
            there |= {player}
    return total


def test_a_decomposition_is_the_mean_over_all_orders_and_sums_to_the_whole(here, crowd):
    changes, pool, found = compared(here, crowd, THREE, [{"wick": 21}, {"oil": 4}, {"arc": 33}])
    effects = decompose(changes, pool, found.before)
    assert sum(effects["gained"]) == found.counts["gained"] > 0
    change = int(found.after.scored["score"].sum()) - int(found.before.scored["score"].sum())
    assert sum(effects["score"]) == change
    for one in found.selections:
        assert sum(effects[f"cut_off {one.id}"]) == one.move
    runs = {chosen: run_round(changes.some(chosen), pool) for chosen in subsets(3)}
    base = set(runs[frozenset()].invitations["declaration_id"])

    def gained(chosen):
        return len(set(runs[chosen].invitations["declaration_id"]) - base)

    assert [float(effect) for effect in effects["gained"]] == pytest.approx(by_permutations(3, gained))


@examples(20)
@given(count_=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
def test_shapley_values_of_any_game(count_, seed):
    chance = np.random.default_rng(seed)
    worth = {one: int(chance.integers(-50, 50)) if one else 0 for one in subsets(count_)}
    found = shapley(count_, lambda chosen: {"x": worth[chosen], "sometimes": None if len(chosen) == 1 else 3})
    assert list(found) == ["x"]
    assert sum(found["x"]) == worth[frozenset(range(count_))]
    assert [float(one) for one in found["x"]] == pytest.approx(by_permutations(count_, worth.__getitem__))


def test_a_single_scenario_is_decomposed_by_the_parts_of_the_law_that_it_reaches(here):
    before = write_instruction(here, [EVERYONE])
    age = Change(at="criteria.age.points['[16, 30)']", was=[30], to=[28])
    lamps = scenario(before, wick=6)
    both = lamps.model_copy(update={"change": (*lamps.change, age)})
    assert [change.title.en for change in Changes(before, None, (both,)).each] == ["Lamp certificate", "Age"]
    assert len(Changes(before, None, (lamps,)).each) == 1


def test_too_many_changes_are_refused():
    with pytest.raises(TirageError, match=str(MOST)):
        subsets(MOST + 1)


def test_every_order_of_few_selections_against_brute_force(here, crowd):
    _, pool, found = compared(here, crowd, THREE, [{"oil": 30}])
    tried = orders(Rerun(found.after))
    base = set(found.after.invitations["declaration_id"])
    always, ever = set(base), set(base)
    assert tried.whole
    assert len(tried.tried) == 5
    for one in tried.tried:
        said = [{"id": f"s{number + 1}"} | THREE[number] for number in one.order]
        other = Changes(write_instruction(here, said), None, (scenario(found.before.instruction, oil=30),))
        invited = set(run_round(other.after, pool).invitations["declaration_id"])
        assert (one.gained, one.lost) == (len(invited - base), len(base - invited))
        always, ever = always & invited, ever | invited
    assert (tried.always, tried.ever) == (len(always), len(ever))


def test_neighbours_are_swapped_where_orders_are_too_many(here, crowd):
    six = [count(3, where={"ward": ward}) for ward in ("north", "south", "harbour")] + [count(4)] * 3
    instruction = write_instruction(here, six)
    tried = orders(Rerun(run_round(instruction, crowd)))
    assert not tried.whole
    assert len(tried.tried) == 5 < MOST_ORDERS
    assert all(sum(place != one for place, one in enumerate(each.order)) == 2 for each in tried.tried)
    assert orders(Rerun(run_round(write_instruction(here, [count(9)]), crowd))) is None


def test_one_more_place_goes_to_the_score_that_is_said(here, crowd):
    instruction = write_instruction(here, [count(40)])
    done = run_round(instruction, crowd)
    [stake] = stakes(Rerun(done))
    more = run_round(write_instruction(here, [count(41)]), crowd)
    assert more.results[0].cut_off == stake.next_score
    assert stake.cut_off == done.results[0].cut_off
    lower = run_round(write_instruction(here, [count(40 + stake.to_lower)]), crowd)
    same = run_round(write_instruction(here, [count(39 + stake.to_lower)]), crowd)
    assert lower.results[0].cut_off < stake.cut_off == same.results[0].cut_off


def test_one_more_point_of_a_criterion_against_scores_by_hand(here, crowd):
    instruction = write_instruction(here, THREE)
    done = run_round(instruction, crowd)
    found = {one.criterion: one for one in one_point(Rerun(done))}
    assert set(found) == {criterion.id for criterion in instruction.regulation.criteria}
    lamp = found["lamp"]
    assert lamp.holders == int((crowd.frame["lamp"].cast(pl.String) != "none").sum())
    changes = Changes(instruction, None, (scenario(instruction, wick=6, oil=16, arc=26),))
    after = run_round(changes.after, crowd)
    new, old = (set(one.invitations["declaration_id"]) for one in (after, done))
    assert (lamp.gained, lamp.lost) == (len(new - old), len(old - new))
    assert found["debt"].gained == found["debt"].lost


# The command.

ROUND = data_folder() / "instructions" / "quebec" / "pstq" / "2026-04-30.toml"
SCENARIO = data_folder() / "scenarios" / "pstq-outside-cmm-doubled.toml"


@pytest.fixture(scope="module")
def round_file(tmp_path_factory):
    """The real instruction, with places for a smaller pool."""
    folder = tmp_path_factory.mktemp("instruction")
    shutil.copytree(ROUND.parent / "lists", folder / "lists")
    text = ROUND.read_text(encoding="utf-8")
    smaller = re.sub(r"^size = ([0-9]+)$", lambda found: f"size = {int(found[1]) // 40 + 1}", text, flags=re.MULTILINE)
    (folder / "round.toml").write_text(smaller, encoding="utf-8")
    return folder / "round.toml"


@pytest.fixture(scope="module")
def pool_file(tmp_path_factory):
    file = tmp_path_factory.mktemp("pool") / "p.parquet"
    law = read_instruction(ROUND)
    sample.generate(law.regulation, 6000, seed=7, on=law.facts_on).write_parquet(file)
    return file


@pytest.fixture(scope="module")
def said(pool_file, round_file):
    return ("simulate", "compare", "--pool", pool_file, "--instruction", round_file, "--scenario", SCENARIO)


@pytest.fixture(scope="module")
def ran(said, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cmp")
    more = ("--lang", "fr", "--by", "sex", "--by", "living_outside_cmm", "--people", folder / "people.parquet")
    return folder, tirage(*said, *more, "--out", folder / "cmp")


def test_the_command_prints_a_page_and_writes_a_folder(ran):
    folder, done = ran
    assert done.status == 0, done.err
    assert "SIMULATION – pas une décision" in done.out
    assert "Scénario inventé" in done.out
    summary = json.loads((folder / "cmp" / "summary.json").read_text(encoding="utf-8"))
    assert set(summary["files"]) == {path.name for path in (folder / "cmp").iterdir()}
    assert {"flows.svg", "groups.csv", "selections.parquet", "page.html", "tables.xlsx"} <= set(summary["files"])
    assert len(summary["provenance"]["laws"]["before"]) == 64
    people = pl.read_parquet(folder / "people.parquet")
    assert (people["change"] == "gained").sum() == summary["figures"]["gained"] > 0
    assert not any("people" in name for name in summary["files"])


def test_what_the_command_publishes_is_the_same_each_time_and_has_no_small_count(ran, said, tmp_path):
    more = ("--no-decompose", "--publish", "--least", 10, "--by", "sex", "--by", "living_outside_cmm")
    for name in ("one", "two"):
        done = tirage(*said, *more, "--out", tmp_path / name)
        assert done.status == 0, done.err
    names = {path.name for path in (tmp_path / "one").iterdir()}
    assert names < {path.name for path in (ran[0] / "cmp").iterdir()}
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    for name in ("groups", "flows", "selections"):
        frame = pl.read_csv(tmp_path / "one" / f"{name}.csv")
        whole = pl.read_csv(ran[0] / "cmp" / f"{name}.csv")
        for column in {*SUMS, *PARTS}.intersection(frame.columns):
            assert not ((frame[column] > 0) & (frame[column] < 10)).any(), (name, column)
        few = json.loads((tmp_path / "one" / "summary.json").read_text(encoding="utf-8"))["figures"]
        assert all(few[part] is None or few[part] == 0 or few[part] >= 10 for part in (*SUMS, *PARTS, *MOVES))
        assert few["orders_most_who_come_in"] is None or few["orders_most_who_come_in"] >= 10
        assert ((whole["after"] > 0) & (whole["after"] < 10)).any() or name == "groups"


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ((), "--scenario"),
        (("--scenario", SCENARIO, "--by", "regions"), "region"),
        (("--scenario", SCENARIO, "--scenario", SCENARIO), "two changes"),
        (("--scenario", data_folder() / "scenarios" / "crs-without-job-offer.toml"), "quebec/pstq"),
        (("--instruction-b", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_wrong_use_is_said_without_a_traceback(pool_file, more, found):
    done = tirage("simulate", "compare", "--pool", pool_file, "--instruction", ROUND, *more)
    assert done.status == 1
    assert found in done.err

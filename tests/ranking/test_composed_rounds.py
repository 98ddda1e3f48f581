"""Rounds whose instruction composes: ceilings, exclusions, lots, named people, labels, the history of scores."""

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import polars as pl
import pytest
import test_round
from strategies import toml
from test_round import CITE, EXTRACTED, TITLE, count, day_of_law, declaration, frame_of, invited, outcomes

from ranking import receipt
from ranking.contribution import EXCLUSIONS, Contribution
from ranking.faults import InstructionError, RoundError
from ranking.history import read_history
from ranking.instruction import read_instruction
from ranking.pool import check_pool
from ranking.round import run_round

here, _law_read_once = test_round.here, test_round._law_read_once
SEED = {"value": "beacon-123", "protocol": "drawn", "provenance": TITLE}
EVERYONE = {"mechanism": "all"}


def dated(value):
    """Write a value, dates without quotes."""
    return re.sub(r'"(\d{4}-\d\d-\d\d)"', r"\1", toml(value))


def write(where, selections, **said):
    """Write an instruction with keys of the round, and read it back."""
    head = {"program": "lumen/guild", "id": "trial", "title": TITLE, "cite": CITE} | said
    lines = [f"{key} = {dated(value)}" for key, value in head.items()]
    lines += [f"law_on = {day_of_law(EXTRACTED)}", f"extracted_at = {EXTRACTED.isoformat()}"]
    for number, one in enumerate(selections, 1):
        given = {"id": f"s{number}", "title": TITLE, "certainty": "published"} | one
        lines += ["[[selection]]", *[f"{key} = {toml(value)}" for key, value in given.items()]]
    path = where.folder / "composed.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_instruction(path, program=where.law)


def run(where, rows, selections, contribution=None, history=None, **said):
    instruction = write(where, selections, **said)
    frame = frame_of(rows, instruction.regulation)
    pool = check_pool(
        frame, instruction.regulation, facts_on=instruction.facts_on, extracted_at=instruction.source.extracted_at
    )
    return run_round(instruction, pool, contribution, history)


def ceiling(by="ward", **said):
    return {"id": "c", "title": TITLE, "by": by, "carried": False} | said


# As if alone.


def test_as_if_alone_each_selection_sees_everyone_and_the_union_is_invited(here):
    pool = [declaration(n, points) for n, points in {"a": 60, "b": 54, "c": 48}.items()]
    assert invited(run(here, pool, [count(1), count(2)])) == {"s1": "a", "s2": "bc"}
    done = run(here, pool, [count(1), count(2)], combine="as_if_alone")
    assert invited(done) == {"s1": "a", "s2": "b"}
    told = receipt.receipt(done)["selections"]
    assert [(one["invited"], one["invited_by_an_earlier_one"]) for one in told] == [(1, 0), (2, 1)]
    assert done.invitations.filter(pl.col("declaration_id") == "b")["rank"].to_list() == [2]


# Ceilings.

WARDS = [
    declaration("a", 60),
    declaration("b", 54),
    declaration("c", 48, ward="south"),
    declaration("d", 42, ward=None),
]


def test_a_ceiling_binds_every_selection_of_the_round_and_an_unknown_group_is_unknown(here):
    done = run(here, WARDS, [count(1), EVERYONE], ceiling=[ceiling(limits={"north": 1})])
    assert invited(done) == {"s1": "a", "s2": "c"}
    assert outcomes(done)["b"] == ("ceiling_reached", "s2")
    assert outcomes(done)["d"] == ("unknown", "s1")
    assert receipt.receipt(done)["ceilings"] == {"c": {"north": 1, "south": 1}}


def test_a_selection_may_name_the_ceilings_that_bind_it(here):
    done = run(here, WARDS, [EVERYONE | {"ceilings": []}], ceiling=[ceiling(limits={"north": 1})])
    assert invited(done) == {"s1": "abcd"}
    assert receipt.receipt(done)["ceilings"] == {"c": {}}


def test_a_ceiling_over_two_columns_nests_in_one_over_one(here):
    pool = [
        declaration(n, p, lamp=lamp)
        for n, p, lamp in [("a", 60, "wick"), ("b", 54, "wick"), ("c", 48, "oil"), ("d", 42, "oil")]
    ]
    both = [ceiling(limits={"north": 3}), ceiling(["ward", "lamp"], limits={"north|wick": 1}) | {"id": "fine"}]
    done = run(here, pool, [EVERYONE], ceiling=both)
    assert invited(done) == {"s1": "acd"} or invited(done) == {"s1": "cda"}
    assert receipt.receipt(done)["ceilings"]["fine"] == {"north|oil": 2, "north|wick": 1}


def test_what_earlier_rounds_used_counts_where_the_ceiling_is_carried(here):
    owed = Contribution(used={"c": {"north": 1, "harbour": 4}})
    for carried, expected in ((True, "ac"), (False, "abc")):
        done = run(here, WARDS, [EVERYONE], owed, ceiling=[ceiling(limits={"north": 2}, carried=carried)])
        assert invited(done) == {"s1": expected}
    done = run(here, WARDS, [EVERYONE], owed, ceiling=[ceiling(limits={"north": 2}, carried=True)])
    assert receipt.receipt(done)["ceilings"] == {"c": {"harbour": 4, "north": 2, "south": 1}}


def test_a_slice_is_what_is_left_over_the_rounds_left_rounded_down(here):
    pool = [declaration(n, p) for n, p in {"a": 60, "b": 54, "c": 48, "d": 42}.items()]
    owed = Contribution(used={"c": {"north": 2}})
    done = run(here, pool, [EVERYONE], owed, ceiling=[ceiling(limits={"north": 9}, carried=True, rounds_left=3)])
    assert invited(done) == {"s1": "ab"}


def test_a_ceiling_that_the_ledger_has_closed_refuses_a_selection_for_its_group_alone(here):
    owed = Contribution(used={"c": {"north": 2}})
    one = ceiling(limits={"north": 2}, carried=True)
    with pytest.raises(RoundError, match="used up"):
        run(here, WARDS, [EVERYONE | {"where": {"ward": "north"}}], owed, ceiling=[one])
    assert invited(run(here, WARDS, [EVERYONE], owed, ceiling=[one])) == {"s1": "c"}


def test_limits_may_come_from_a_list_beside_the_instruction(here):
    head = f"title = {toml(TITLE)}\nkey = 'ward'\n[[version]]\nin_force = 2030-01-01\ncite = {dated(CITE)}\n"
    (here.folder / "lists" / "wards.toml").write_text(head, encoding="utf-8")
    (here.folder / "lists" / "wards.csv").write_text("ward,limit\nnorth,1\nsouth,0\n", encoding="utf-8")
    done = run(here, WARDS, [EVERYONE], ceiling=[ceiling(limits_from={"list": "wards"})])
    assert invited(done) == {"s1": "a"}
    assert {name for name, _ in done.instruction.files} >= {"lists/wards.csv", "lists/wards.toml"}


# Exclusions.


def test_an_exclusion_names_its_reason_and_is_kept_with_the_round(here, tmp_path):
    said = [
        {"id": "audit", "title": TITLE, "declarations": ["a"], "author": "A. B."},
        {"id": "south", "title": TITLE, "where": {"ward": "south"}, "author": "A. B."},
    ]
    done = run(here, WARDS, [EVERYONE], exclusion=said)
    assert outcomes(done) == {
        "a": ("excluded", None),
        "b": ("invited", "s1"),
        "c": ("excluded", None),
        "d": ("unknown", None),
    }
    made = receipt.save(done, tmp_path / "round")
    assert made["exclusions"] == {"audit": 1, "south": 1}
    kept = pl.read_parquet(tmp_path / "round" / "exclusions.parquet")
    assert sorted(kept.select("declaration_id", "exclusion").rows()) == [("a", "audit"), ("c", "south")]
    again = run_round(done.instruction, done.pool, Contribution(kept))
    assert receipt.receipt(again) == made


def test_an_excluded_person_s_own_reason_and_the_ledger_s_stand_together(here):
    owed = Contribution(pl.DataFrame([(None, "Pb", "already_invited")], schema=EXCLUSIONS, orient="row"))
    said = [{"id": "audit", "title": TITLE, "declarations": ["a", "b"], "author": "A. B."}]
    found = outcomes(run(here, WARDS, [EVERYONE], owed, exclusion=said))
    assert (found["a"][0], found["b"][0]) == ("excluded", "already_invited")


# Without criteria, and by name.

NEITHER = {"lamp": "none", "craft": "L408"}


def test_a_class_is_invited_without_criteria(here):
    pool = [declaration("a", ward="south", **NEITHER), declaration("b", **NEITHER)]
    done = run(here, pool, [EVERYONE | {"criteria": False, "where": {"ward": "south"}}])
    assert outcomes(done) == {"a": ("invited", "s1"), "b": ("not_eligible", None)}
    told = receipt.receipt(done)["selections"][0]
    assert (told["criteria"], told["cut_off"]) == (False, None)


def test_an_author_names_whom_to_invite(here):
    pool = [declaration("a"), declaration("b"), declaration("c", **NEITHER)]
    named = {"mechanism": "named", "declarations": ["b", "c"], "author": "La ministre"}
    done = run(here, pool, [named])
    assert outcomes(done) == {"a": ("no_selection", None), "b": ("invited", "s1"), "c": ("not_eligible", None)}
    assert receipt.receipt(done)["selections"][0]["author"] == "La ministre"
    assert invited(run(here, pool, [named | {"criteria": False}])) == {"s1": "bc"}
    with pytest.raises(RoundError, match="not in the pool"):
        run(here, pool, [named | {"declarations": ["z"]}])


def test_a_label_is_the_first_stream_that_one_is_eligible_for(here):
    pool = [declaration("both", 60), declaration("keeper", lamp="none")]
    for labels, expected in ((["lighter", "keeper"], "lighter"), (["keeper", "lighter"], "keeper")):
        done = run(here, pool, [EVERYONE | {"labels": labels}])
        found = dict(done.invitations.select("declaration_id", "label").rows())
        assert found == {"both": expected, "keeper": "keeper"}
    assert receipt.receipt(done)["selections"][0]["invited_by_label"] == {"keeper": 2, "lighter": 0}


# Lots.


def test_the_lots_of_a_round_are_kept_and_one_person_has_one(here, tmp_path):
    pool = [declaration(n, person_id=None if n == "d" else f"P{n}") for n in "abcd"]
    done = run(here, pool, [count(2, ties="lot")], seed=SEED)
    made = receipt.save(done, tmp_path / "round")
    drawn = pl.read_parquet(tmp_path / "round" / "lots.parquet")
    assert sorted(drawn["person_id"]) == ["Pa", "Pb", "Pc", "d"]
    best = drawn.sort("lot")["declaration_id"].head(2).to_list()
    assert done.invitations.sort("rank")["declaration_id"].to_list() == best
    assert made["seed"]["value"] == "beacon-123"
    assert made["selections"][0]["last_in"]["lot"] == drawn["lot"].sort()[1]
    assert json.loads((tmp_path / "round" / "receipt.json").read_text("utf-8")) == made


def test_a_lot_alone_draws_among_those_above_the_minimum(here):
    pool = [declaration(n, points) for n, points in {"a": 60, "b": 54, "c": 48, "d": 0}.items()]
    least = 80
    asked = count(2, ties="lot", order="lot", min_score=least)
    done = run(here, pool, [asked], seed=SEED)
    assert set(done.lots["declaration_id"]) == {"a", "b", "c"}
    assert outcomes(done)["d"] == ("below_minimum", "s1")
    assert done.results[0].cut_off is None


def test_weights_weigh_and_an_unknown_weight_is_unknown(here):
    pool = [declaration("a", ward="north"), declaration("b", ward="south"), declaration("c", ward=None)]
    weights = {"by": "ward", "of": {"north": 1, "south": 4, "harbour": 1}}
    asked = count(1, ties="lot", order="lot", weights=weights)
    for meaning in ("tickets", "proportional"):
        wins = [run(here, pool, [asked | {"meaning": meaning}], seed=SEED | {"value": f"{n}"}) for n in range(40)]
        assert {outcomes(done)["c"][0] for done in wins} == {"unknown"}
        assert sum(invited(done)["s1"] == "b" for done in wins) > 22


# The instant at which a score was reached.


@pytest.fixture(scope="module")
def reached(here):
    """Give the invented law with the order that Australia had: points, then when they were reached."""
    law = here.folder / "reached"
    shutil.copytree(here.law, law)
    text = (law / "program.toml").read_text(encoding="utf-8")
    text, changed = re.subn(r'key = "submitted_at"', 'key = "score_reached_at"', text)
    assert changed
    (law / "program.toml").write_text(text, encoding="utf-8")
    return SimpleNamespace(folder=here.folder, law=law)


DAY_1 = datetime(2030, 8, 1, tzinfo=UTC)


def history_of(score, **days):
    """Give a history: for each declaration, the days on which it had 65, the current score (``now``) or another."""
    rows = [
        (n, DAY_1 + timedelta(days=day), score if what == "now" else what)
        for n, of in days.items()
        for day, what in of.items()
    ]
    return pl.DataFrame(
        rows, schema={"declaration_id": pl.String, "at": pl.Datetime("us", "UTC"), "score": pl.Int32}, orient="row"
    )


def test_the_one_who_reached_the_score_first_comes_first_and_a_return_begins_anew(reached):
    pool = [declaration(n) for n in "abc"]
    score = 68
    history = history_of(score, a={0: 1, 30: "now"}, b={0: 1, 20: "now"}, c={0: "now", 5: 1, 25: "now"})
    done = run(reached, pool, [EVERYONE], history=history)
    assert done.invitations.sort("rank")["declaration_id"].to_list() == ["b", "c", "a"]
    assert receipt.receipt(done)["selections"][0]["last_in"]["score_reached_at"] == "2030-08-31T00:00:00+00:00"
    assert "history" in receipt.receipt(done)["fingerprints"]


def test_a_history_is_asked_for_and_must_end_with_the_score_of_the_round(reached):
    pool = [declaration("a")]
    with pytest.raises(RoundError, match="no history"):
        run(reached, pool, [EVERYONE])
    for wrong in ({0: 1}, {0: "now", 40: 2}):
        with pytest.raises(RoundError, match="a among them"):
            run(reached, pool, [EVERYONE], history=history_of(68, a=wrong))
    late = history_of(68, a={0: "now", 300: 1})
    assert invited(run(reached, pool, [EVERYONE], history=late)) == {"s1": "a"}


def test_65_on_1_august_and_70_on_5_october_is_5_october(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("declaration_id,at,score\nD,2018-10-05T00:00:00+10:00,70\nD,2018-08-01T00:00:00+10:00,65\n")
    found = read_history(path)
    assert found["score"].to_list() == [65, 70]
    assert found["at"].to_list()[1] == datetime(2018, 10, 4, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "declaration_id,at\nD,2018-10-05T00:00:00Z\n",
        "declaration_id,at,score\nD,2018-10-05,70\n",
        "declaration_id,at,score\nD,2018-10-05T00:00:00+10:00,\n",
    ],
    ids=["no score", "no offset", "empty score"],
)
def test_a_history_that_cannot_be_read_is_refused(text, tmp_path):
    path = tmp_path / "history.csv"
    path.write_text(text)
    with pytest.raises(RoundError):
        read_history(path)


# What is refused when an instruction is read.


def test_a_floor_above_the_ceiling_of_its_group_is_refused(here):
    floor = {"id": "f", "title": TITLE, "where": {"ward": "north"}, "size": 3}
    asked = {"mechanism": "floors", "size": 5, "ties": "key", "floors": [floor]}
    with pytest.raises(InstructionError, match="a floor that the ceiling allows"):
        write(here, [asked], ceiling=[ceiling(limits={"north": 2})])
    write(here, [asked], ceiling=[ceiling(limits={"north": 3})])

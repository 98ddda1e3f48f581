"""Before a round: what the law makes impossible, proved, and what the numbers of an instruction do on a pool."""

import json
import random

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounds import declaration, make_here, pool_of, tirage
from strategies import examples
from test_composed_rounds import ceiling, write
from test_round import EVERYONE, WHERE, count, draw_round, run_on, write_instruction

from ranking import sizing
from ranking.candidates import candidates
from ranking.instruction_check import attainable, curves, findings, forecasts, never_taken, try_on
from ranking.reference import data_folder
from rules import provable
from rules.conditions import ConditionReader
from rules.text import same

ROUND = data_folder() / "instructions" / "quebec" / "pstq" / "2026-04-30.toml"


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return make_here(tmp_path_factory.mktemp("check"))


def found(here, *selections):
    return [(one.kind, one.selection, one.said.en) for one in findings(write_instruction(here, list(selections)))]


def contradictions(here, *selections):
    return [selection for kind, selection, _ in found(here, *selections) if kind == "contradiction"]


# What the law makes impossible


def test_a_size_of_nobody_and_a_minimum_above_what_the_law_gives(here):
    most = attainable(write_instruction(here, [EVERYONE]).regulation)
    assert contradictions(here, count(0), count(1)) == ["s1"]
    assert contradictions(here, count(1, min_score=most)) == []
    assert contradictions(here, count(1, min_score=most + 1)) == ["s1"]


@pytest.mark.parametrize(
    ("stream", "where", "never"),
    [
        ("lighter", {"age": "[18, 20)"}, False),
        ("lighter", {"age": "(-, 18)"}, True),
        ("keeper", {"rank": 3}, True),
        ("keeper", {"rank": 2}, True),  # its crafts are all of the night, which no keeper has
        ("keeper", {"rank": 1}, False),
        ("keeper", {"craft": {"in_list": "night_crafts"}}, True),
        ("keeper", {"sight_test": {"not": "[20, +)"}}, False),
        ("keeper", {"debt": "default"}, True),
        (["keeper", "lighter"], {"debt": "default"}, False),
        ("lighter", {"lamp": "none", "sworn": False, "night_work": False}, True),
        (None, [{"mentor": True}, {"rank": 4}], False),
    ],
    ids=["young", "minor", "rank 3", "rank 2", "rank 1", "night", "no test", "debt", "two streams", "unable", "any"],
)
def test_a_filter_that_contradicts_its_stream(here, stream, where, never):
    assert (contradictions(here, EVERYONE | {"stream": stream, "where": where}) == ["s1"]) is never


def test_a_code_of_a_list_that_the_rest_of_the_filter_rules_out(here):
    listed = EVERYONE | {"where": {"craft": {"in_list": "wanted"}, "rank": 1}, "stream": "keeper"}
    ((kind, _, said),) = found(here, listed)
    assert kind == "remark"
    assert "can never take 2 code(s) of the list “wanted”" in said
    assert said.endswith("L010, L301")


@pytest.mark.parametrize(
    ("earlier", "later", "never"),
    [
        (EVERYONE, EVERYONE, True),
        (EVERYONE, count(1, where={"ward": "north"}), True),
        (EVERYONE | {"where": {"ward": "north"}}, count(1), False),
        (EVERYONE | {"where": {"ward": ["north", "south"]}}, count(1, where={"ward": "north", "sworn": True}), True),
        (EVERYONE | {"stream": "keeper"}, count(1), False),
        (EVERYONE, count(1, stream="keeper"), True),
        ({"mechanism": "threshold", "min_score": 50}, count(1, min_score=50), True),
        ({"mechanism": "threshold", "min_score": 50}, count(1, min_score=49), False),
        (count(1), count(1), False),
    ],
)
def test_an_earlier_selection_takes_all(here, earlier, later, never):
    assert contradictions(here, earlier, later) == (["s2"] if never else [])


def test_a_selection_after_a_wider_count_is_only_remarked_on(here):
    ((kind, selection, said),) = found(here, count(1), count(1, where={"ward": "north"}))
    assert (kind, selection) == ("remark", "s2")
    assert "only those below its cut-off are left" in said


@examples(60)
@given(st.data())
def test_what_is_proved_is_true_of_every_pool(here, data):
    ran = draw_round(data, here)
    never = {one.selection for one in findings(ran.instruction) if one.kind == "contradiction"}
    for result in ran.done.results:
        if result.selection.id in never:
            assert len(result.taken.positions) == 0


@examples(60)
@given(st.integers(0, 2**32 - 1))
def test_an_implied_condition_holds_wherever_the_other_does(here, seed):
    law = write_instruction(here, [EVERYONE]).regulation
    chance = random.Random(seed)  # noqa: S311
    usable = [one for one in WHERE if "wanted" not in str(one)]
    narrow, wide = ([*_options(chance.choice(usable))] for _ in range(2))
    both = [a | b for a in narrow for b in wide if not a.keys() & b.keys()]
    read = [ConditionReader(same("x"), law.scope).read(one) for one in (both or narrow, narrow)]
    boxes = [provable.boxes(one, law) for one in read]
    assert provable.implied(boxes[0], boxes[1])


def _options(where):
    return where if isinstance(where, list) else [where]


def test_a_selection_without_criteria_is_for_people_whom_no_stream_takes(here):
    debtors = {"criteria": False, "where": {"debt": "default"}}
    assert contradictions(here, EVERYONE | {"where": debtors["where"], "stream": "keeper"}) == ["s1"]
    assert contradictions(here, EVERYONE | debtors) == []
    assert contradictions(here, EVERYONE, EVERYONE | debtors) == []
    assert contradictions(here, EVERYONE | debtors, EVERYONE | {"where": debtors["where"]}) == []


def test_as_if_alone_no_selection_takes_people_from_another(here):
    def told(*selections):
        return [(f.kind, f.selection, f.said.en) for f in findings(write(here, selections, combine="as_if_alone"))]

    assert told(count(1), count(1, where={"ward": "north"})) == []
    said = "adds nobody: selection s1, written first, invites all those that it is for"
    assert told(EVERYONE, count(1)) == [("remark", "s2", said)]


# On a pool: eight people with 60 54 48 48 42 42 42 8 points of letters, three places.

LETTERS = dict(zip("abcdefgh", (60, 54, 48, 48, 42, 42, 42, 8), strict=True))
POOL = [declaration(number, points) for number, points in LETTERS.items()]


def forecast(here, *selections, rows=POOL):
    instruction = write_instruction(here, list(selections))
    done = try_on(instruction, pool_of(rows, instruction))
    return done, forecasts(done)


def test_the_tie_group_at_the_cut_off_that_is_asked(here):
    _, (one,) = forecast(here, count(3))
    assert (one.candidates, one.taken, one.tied, one.tied_taken) == (8, 3, 2, 1)


@pytest.mark.parametrize(
    ("ties", "taken"), [("key", [1, 2, 3, 4, 6, 8]), ("all_in", [1, 2, 4, 4, 7, 8]), ("all_out", [1, 2, 2, 4, 4, 8])]
)
def test_the_curve_follows_the_rule_of_ties(here, ties, taken):
    scores = np.array(list(LETTERS.values()), dtype=np.int32)
    assert [sizing.point(scores, size, ties).taken for size in (1, 2, 3, 4, 6, 8)] == taken
    done, (one,) = forecast(here, count(3, ties=ties))
    asked = one.points[sizing.FACTORS.index(1.0)]
    assert asked.taken == one.taken == len(done.invitations)


def test_the_whole_curve_counts_each_score_and_above(here):
    _, found_ = forecast(here, count(2), count(3, where={"ward": "north"}))
    table = curves(found_).filter(selection="s2")
    assert table["at"].to_list() == [2, 3, 1]
    assert table["at_or_above"].to_list() == [2, 5, 6]


@examples(60)
@given(st.data())
def test_the_point_asked_is_what_the_round_does(here, data):
    ran = draw_round(data, here)
    for result, positions, one in zip(ran.done.results, candidates(ran.done), forecasts(ran.done), strict=True):
        assert len(positions) == result.candidates == one.curve["at"].sum()
        asked = next((p for p, f in zip(one.points, sizing.FACTORS, strict=False) if f == 1.0), None)
        if asked is not None and asked.size == (result.selection.size or one.taken):
            assert asked.taken == one.taken
            if one.taken == asked.size:
                assert asked.cut_off == one.cut_off


COMPOSED = {
    "in order": ([count(3), count(2)], {}),
    "as if alone": ([count(3), count(2), EVERYONE], {"combine": "as_if_alone"}),
    "a ceiling": ([count(3), EVERYONE], {"ceiling": [ceiling(limits={"north": 2})]}),
    "names": ([{"mechanism": "named", "declarations": ["c", "h"], "author": "A"}, count(2)], {}),
    "without criteria": ([EVERYONE | {"criteria": False, "where": {"ward": "south"}}, count(2)], {}),
}


@pytest.mark.parametrize(("selections", "said"), COMPOSED.values(), ids=COMPOSED)
def test_the_candidates_are_those_that_the_round_counted(here, selections, said):
    rows = [declaration(name, points, ward=None if name in "fg" else "north") for name, points in LETTERS.items()]
    instruction = write(here, selections, **said)
    done = try_on(instruction, pool_of([*rows, declaration("s", ward="south", craft="L408")], instruction))
    found = candidates(done)
    assert [len(positions) for positions in found] == [result.candidates for result in done.results]
    for result, positions, one in zip(done.results, found, forecasts(done), strict=True):
        assert set(result.taken.positions) <= set(positions)
        assert one.candidates == one.curve["at"].sum() == result.candidates


def test_as_if_alone_the_page_says_that_each_sees_the_whole_pool(here):
    instruction = write(here, [count(3), count(2)], combine="as_if_alone")
    pool_of(POOL, instruction).frame.write_parquet(here.folder / "alone.parquet")
    path = here.folder / "composed.toml"
    ran = tirage("instruction", "check", path, "--program", here.law, "--pool", here.folder / "alone.parquet")
    assert "Each selection by itself, on the whole pool." in ran.out
    people = next(line for line in ran.out.splitlines() if "People invited" in line)
    assert people.split("│")[6].strip() == "3"


def test_those_eligible_whom_no_selection_is_for(here):
    rows = [declaration("a"), declaration("b", ward="south"), declaration("c", ward="south", craft="L408")]
    done, _ = forecast(here, EVERYONE | {"where": {"ward": "north"}}, rows=rows)
    assert never_taken(done) == {"lighter": 2, "keeper": 1}
    assert run_on(done.pool.frame, done.instruction).outcomes.equals(done.outcomes)


# The command


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "fr",
            ("invite les 379 mieux classées", "Séjourne au Québec : oui", "remarque", "maximum atteignable", "déduit"),
        ),
        ("en", ("invites the best 379", "Staying in Québec: yes", "remark", "attainable maximum", "inferred")),
    ],
    ids=["fr", "en"],
)
def test_a_real_instruction_in_words(lang, words):
    ran = tirage("instruction", "check", ROUND, "--lang", lang)
    flat = " ".join(ran.out.split())
    assert ran.status == 0
    for word in words:
        assert word in flat, word


def test_an_instruction_that_contradicts_itself_ends_with_1(here):
    write_instruction(here, [EVERYONE, count(1)])
    ran = tirage("instruction", "check", here.folder / "instruction.toml", "--program", here.law, "--json")
    assert ran.status == 1
    assert [one["kind"] for one in json.loads(ran.out)["findings"]] == ["contradiction"]


def test_with_a_pool_the_curves_are_printed_and_saved(here):
    instruction = write_instruction(here, [count(3), count(2)])
    pool, table, html = (here.folder / name for name in ("p.parquet", "curves.csv", "check.html"))
    pool_of(POOL, instruction).frame.write_parquet(pool)
    said = ("instruction", "check", here.folder / "instruction.toml", "--program", here.law, "--pool", pool)
    ran = tirage(*said, "--out", table)
    assert ran.status == 0
    assert "× 0.5" in ran.out
    assert pl.read_csv(table).columns == ["selection", "score", "at", "at_or_above"]
    assert tirage(*said, "--out", html, "--lang", "fr").status == 0
    assert "courbe entière" in html.read_text("utf-8")
    forecasts_ = json.loads(tirage(*said, "--json").out)["forecasts"]
    assert [one["taken"] for one in forecasts_] == [3, 2]


@pytest.mark.parametrize(
    ("out", "words"), [("x.csv", "no pool"), ("x.pdf", "the ending “.pdf”")], ids=["no pool", "ending"]
)
def test_what_the_command_refuses(here, out, words):
    ran = tirage("instruction", "check", ROUND, "--out", out)
    assert ran.status == 1
    assert words in ran.err
    twice = (
        ROUND.read_text("utf-8")
        .replace('id = "1.2"', 'id = "1.1"')
        .replace("law_on = 2026-04-30", "law_on = 2026-04-01")
    )
    (here.folder / "twice.toml").write_text(twice, encoding="utf-8")
    ran = tirage("instruction", "check", here.folder / "twice.toml")
    assert ran.status == 1
    assert "the selection “1.1” twice" in ran.err
    assert "an extraction no later than the day of the round" in ran.err

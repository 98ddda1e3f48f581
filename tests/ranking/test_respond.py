"""Responses to a reform: who responds, what they undo, and what responses that change nothing leave alone."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from rounds import make_here, tirage
from strategies import toml
from test_projection import crowd, scenario
from test_round import TITLE, count, declaration, frame_of, write_instruction

from ranking.reference import data_folder
from ranking.simulate.behaviour import Behaviour
from ranking.simulate.respond import effect, trial, under
from ranking.simulate.respond_results import respond
from ranking.simulate.response import read_response
from rules.faults import LawError
from rules.program import load
from rules.scenario import apply, read_scenario


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return make_here(tmp_path_factory.mktemp("respond"))


@pytest.fixture(scope="module", autouse=True)
def _law_read_once():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ranking.instruction.load", cache(load))
        yield


def write_response(here, *responses, target=None, name="response"):
    """Write a file of responses as a person would."""
    head = [f"title = {toml(TITLE)}", 'program = "lumen/guild"']
    for number, said in enumerate(responses, 1):
        given = {"id": f"r{number}", "title": TITLE, "share": {"value": 100, "source": "assumed"}} | said
        head += ["[[response]]", *[f"{key} = {toml(value)}" for key, value in given.items()]]
    if target:
        head += ["[target]", f"title = {toml(TITLE)}", f"where = {toml(target)}"]
    path = here.folder / f"{name}.toml"
    path.write_text("\n".join(head) + "\n", encoding="utf-8")
    return path


def prepare(here, rows, selections, *responses, changes=(), target=None, seed=0):
    instruction = write_instruction(here, selections)
    law = instruction.regulation
    reform = apply(read_scenario(scenario(here, "reform", *changes)), law) if changes else law
    source = read_response(write_response(here, *responses, target=target), reform)
    behaviour = Behaviour(source, law, reform, instruction.facts_on, seed)
    return trial(frame_of(rows, law), instruction, under(instruction, reform), behaviour)


def measured(made, share=None):
    before, _ = made.inside(made.before)
    after, _ = made.inside(made.after)
    return effect(made, before, after, made.behaviour.respond(made.frame, share))


PATRON = ("criteria.patron.points['guild']", 10, 22)
CLAIM = {"set": {"patron": "guild"}, "who": {"patron": "none"}}


def test_a_reform_by_hand_and_what_one_response_undoes(here):
    """One place. Before, A leads by 6 points. The reform gives 12 more for a patron of the guild: B leads.

    A claims a patron too, and is back: both changes of the reform are undone, and the target, truly having a patron of
    the guild, is where it was.
    """
    rows = [declaration("A", 16), declaration("B", 0, patron="guild")]
    made = prepare(here, rows, [count(1)], CLAIM, changes=[PATRON], target={"patron": "guild"})
    found = measured(made)
    assert (found.changed, found.undone, found.displaced, found.responded) == (2, 2, 1, 1)
    assert found.share_undone == 100
    assert found.target == (0, 100, 0, 100)
    assert found.target_undone == 100
    nobody = measured(made, 0)
    assert (nobody.changed, nobody.undone, nobody.displaced, nobody.responded) == (2, 0, 0, 0)
    assert nobody.target_undone == 0


def test_without_reform_or_response_nobody_changes(here):
    made = prepare(here, crowd(30), [count(5)], CLAIM)
    assert measured(made, 0).share_undone is None
    found = made.behaviour.respond(made.frame, 0)
    assert len(found.rows) == 0
    before, _ = made.inside(made.before)
    with_them, _ = made.inside(made.after, found)
    assert (before == with_them).all()


def test_who_responds_at_ten_per_cent_does_at_twenty(here):
    made = prepare(here, crowd(60), [count(5)], CLAIM)
    rows = [set(made.behaviour.respond(made.frame, share).rows.tolist()) for share in range(0, 101, 10)]
    assert all(fewer <= more for fewer, more in pairwise(rows))
    assert rows[0] == set()
    assert len(rows[10]) == 60
    assert len(rows[5]) not in (0, 60)


def test_responses_do_not_depend_on_the_order_of_the_file(here):
    rows = crowd(40)
    one, other = (prepare(here, some, [count(5)], CLAIM, changes=[PATRON]) for some in (rows, rows[::-1]))
    assert measured(one, 40) == measured(other, 40)


def test_only_those_who_gain_respond(here):
    rows = [declaration("A", patron="mentor"), declaration("B", patron="guild"), declaration("C")]
    made = prepare(here, rows, [count(1)], {"set": {"patron": "mentor"}})
    found = made.behaviour.respond(made.frame)
    assert (found.could, found.gained, found.did) == ({"r1": 3}, {"r1": 1}, {"r1": 1})
    assert found.frame["patron"].to_list() == ["mentor", "guild", "mentor"]
    whatever = prepare(here, rows, [count(1)], {"set": {"patron": "mentor"}, "only": "any"})
    assert whatever.behaviour.respond(whatever.frame).frame["patron"].to_list() == ["mentor"] * 3
    later = prepare(here, rows, [count(1)], {"set": {"patron": "mentor"}, "only": "reform_gains"})
    assert len(later.behaviour.respond(later.frame).rows) == 0


def test_the_best_code_of_a_group_is_declared(here):
    rows = crowd(40)
    said = {"best_of": {"column": "craft", "digits": 2}}
    made = prepare(here, rows, [count(5)], said)
    behaviour = made.behaviour
    found = behaviour.respond(made.frame)
    codes = behaviour.after.inputs["craft"].labels
    own = behaviour._points(made.frame, behaviour.after)
    each = [
        behaviour._points(
            made.frame.with_columns(pl.lit(code).cast(made.frame.schema["craft"]).alias("craft")), behaviour.after
        )
        for code in codes
        if code[:2] == "L0"
    ]
    assert set(made.frame["craft"].cast(pl.String).str.slice(0, 2)) == {"L0"}
    after = behaviour._points(found.frame, behaviour.after)
    assert (after == np.maximum(own, np.max(each, axis=0))).all()
    assert set(found.frame["craft"].cast(pl.String).str.slice(0, 2)) == {"L0"}


PAIRS = {"birth_date": "mentor_birth_date", "lamp": "mentor_lamp"}
COUPLE = {
    "mentor": True,
    "birth_date": date(2000, 5, 5),
    "mentor_birth_date": date(1970, 5, 5),
    "lamp": "wick",
    "mentor_lamp": "arc",
    "mentor_months": 60,
    "mentor_sworn": True,
}


def test_partners_who_swap_twice_are_as_they_were(here):
    rows = [declaration("A") | COUPLE | {"patron": "mentor"}, declaration("B")]
    swap = {"swap": {"couple": "mentor", "pairs": PAIRS, "labels": {"patron": ["mentor", "guild"]}}, "only": "any"}
    once = prepare(here, rows, [count(1)], swap)
    found = once.behaviour.respond(once.frame).frame
    assert found.row(0, named=True)["birth_date"] == date(1970, 5, 5)
    assert found.row(0, named=True)["mentor_lamp"] == "wick"
    assert found["patron"].to_list() == ["guild", "none"]
    assert_frame_equal(found[1:], once.frame[1:], check_dtypes=False, categorical_as_str=True)
    twice = prepare(here, rows, [count(1)], swap, swap)
    assert_frame_equal(twice.behaviour.respond(twice.frame).frame, twice.behaviour.respond(twice.frame, 0).frame)


def test_the_partner_with_more_points_comes_first(here):
    """The swap gives the lamp of the mentor and a worse age: it is made where it pays, and only there."""
    rows = [declaration("A") | COUPLE, declaration("B") | COUPLE | {"mentor_lamp": "none"}]
    made = prepare(here, rows, [count(1)], {"swap": {"couple": "mentor", "pairs": PAIRS}})
    own = made.behaviour._points(made.frame, made.behaviour.after)
    found = made.behaviour.respond(made.frame)
    after = made.behaviour._points(found.frame, made.behaviour.after)
    assert (after >= own).all()
    assert (found.rows == np.flatnonzero(after > own)).all()


def test_a_second_declaration_that_is_detected_changes_nothing(here):
    rows = [declaration(f"D{n}", submitted_at=datetime(2030, 9, 1, tzinfo=UTC) + timedelta(hours=n)) for n in range(9)]
    again = {"copies": 2, "detected": {"value": 100, "source": "assumed"}}
    caught = prepare(here, rows, [count(3)], {"again": again, "only": "any"})
    found = caught.behaviour.respond(caught.frame)
    assert found.frame.height == 27
    assert (caught.inside(caught.before)[0] == caught.inside(caught.after, found)[0]).all()
    hidden = again | {"detected": {"value": 0, "source": "assumed"}}
    passed = prepare(here, rows, [count(3)], {"again": hidden, "only": "any"})
    people, places = passed.inside(passed.after, passed.behaviour.respond(passed.frame))
    assert (people.sum(), places.sum()) == (1, 3)


def test_the_result_says_all_this(here):
    made = prepare(here, crowd(40), [count(6)], CLAIM, changes=[PATRON], target={"patron": "guild"})
    found = respond(made, [], {}, "pool")
    curve = found.tables["curve"].frame
    assert curve["share"].to_list() == list(range(0, 101, 10))
    assert curve["responded"].is_sorted()
    assert curve["undone"][0] == 0
    assert found.figures["invited_before"] == found.figures["invited_after"] == 6
    assert {one.fr for one in found.sentences(found.figures)} != {one.en for one in found.sentences(found.figures)}
    assert set(found.charts) >= {"target"}


# Files and the command.


def test_every_response_of_the_library_is_read_with_its_law():
    laws = {"quebec/pstq": date(2026, 4, 30), "canada/express_entry": date(2025, 3, 24)}
    paths = sorted((data_folder() / "responses").glob("*.toml"))
    found = []
    for path in paths:
        program = "quebec/pstq" if path.name.startswith("pstq") else "canada/express_entry"
        found.append(read_response(path, load(program).on(laws[program])))
    kinds = {one.kind for file in found for one in file.response}
    assert kinds == {"set", "best_of", "swap", "again"}


def test_wrong_responses_say_what_to_write(here):
    law = here.program.on(date(2030, 9, 17))
    path = write_response(here, {"set": {"patronn": "guild"}}, {"set": {"patron": "gild"}}, {}, name="wrong")
    with pytest.raises(LawError) as raised:
        read_response(path, law)
    assert len(raised.value.faults) == 3
    said = raised.value.render("en")
    assert "patron" in said
    assert "guild" in said


def test_the_command_writes_its_folder(here, tmp_path):
    made = prepare(here, crowd(40), [count(6)], CLAIM, changes=[PATRON], target={"patron": "guild"})
    made.frame.write_parquet(tmp_path / "pool.parquet")
    asked = ["simulate", "respond", "--pool", tmp_path / "pool.parquet", "--program", here.law, "--lang", "fr"]
    asked += ["--instruction", here.folder / "instruction.toml", "--scenario", here.folder / "reform.toml"]
    done = tirage(*asked, "--response", here.folder / "response.toml", "--out", tmp_path / "out")
    assert done.status == 0, done.err
    assert "Personnes qui réagissent" in done.out
    assert {"summary.json", "curve.csv", "target.svg", "page.html"} <= {
        path.name for path in (tmp_path / "out").iterdir()
    }

"""Scenarios: what a small diff does to the law, and what it may not do."""

from datetime import date
from pathlib import Path

import pytest

import ranking
import rules
from ranking import sample
from rules.faults import LawError
from rules.scenario import Change, Scenario, Title, apply, compose, invert, read_scenario

SCENARIOS_FOLDER = Path(__file__).parents[2] / "data" / "scenarios"
SCENARIOS = sorted(SCENARIOS_FOLDER.glob("*.toml"))
BASE = date(2026, 4, 30)
LUMEN = Path(__file__).parents[1] / "law" / "lumen" / "guild"
AGE_31 = "criteria.age.points['[31, 32)'][false]"


@pytest.fixture(scope="module")
def law():
    return rules.load("quebec/pstq").on(BASE)


def scenario(*changes):
    return Scenario(title=Title(fr="essai", en="trial"), program="quebec/pstq", base=BASE, change=changes)


CHANGES = {
    "a cell": Change(at=AGE_31, was=110, to=115),
    "a cell of a boolean row": Change(at="criteria.practice_authorization.points[true]", was=50, to=40),
    "a row": Change(at="criteria.age.points['[31, 32)']", was=[110, 95], to=[112, 96]),
    "a row split": Change(at="criteria.age.points['[20, 31)']", split=[["[20, 25)", 120, 100], ["[25, 31)", 110, 90]]),
    "a row dropped": Change(at="criteria.age.points['[44, 45)']", drop=True),
    "a row added": Change(at="criteria.age.points.rows", add=["[45, 46)", 5, 4]),
    "a cap set": Change(at="criteria.age.cap", was={}, to=100),
    "a group cap": Change(at="groups.quebec_needs.cap", was=700, to=600),
    "a column of a cap": Change(at="groups.human_capital.cap[true]", was=420, to=400),
    "a criterion repealed": Change(at="criteria.job_offer", drop=True),
    "a requirement dropped": Change(at="streams.1.requirements.adult", drop=True),
    "a condition": Change(at="streams.2.requirements.feer.where", was={"feer": [3, 4, 5]}, to={"feer": [3, 4]}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_apply_then_invert_is_the_base_and_the_base_is_untouched(name, law):
    before = law.hash
    change = scenario(CHANGES[name])
    changed = apply(change, law)
    assert changed.hash != before
    assert changed.scenario is not None
    assert apply(invert(change, law), changed).hash == before
    assert law.hash == before


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_scenarios_of_the_library_hold_against_the_law(path):
    read = read_scenario(path)
    base = rules.load(read.program).on(read.base)
    before = base.hash
    changed = apply(read, base)
    assert changed.hash != before
    assert apply(invert(read, base), changed).hash == before


def test_the_crs_without_job_offers_as_a_scenario_is_the_real_law_of_the_next_day():
    program = rules.load("canada/express_entry")
    before, real = program.on(date(2025, 3, 24)), program.on(date(2025, 3, 25))
    scenario_law = apply(read_scenario(SCENARIOS_FOLDER / "crs-without-job-offer.toml"), before)
    pool = sample.generate(before, 20_000, seed=11, on=date(2025, 3, 24))
    scored, wanted = (ranking.score(pool, law, facts_on=date(2025, 3, 25)) for law in (scenario_law, real))
    assert scored.equals(wanted)
    assert not scored.equals(ranking.score(pool, before, facts_on=date(2025, 3, 25)))


def test_the_empty_scenario_changes_nothing(law):
    assert apply(scenario(), law) is law


def test_a_repealed_criterion_keeps_its_column_and_gives_nothing(law):
    changed = apply(scenario(CHANGES["a criterion repealed"]), law)
    repealed = changed.parts["job_offer"]
    assert repealed.tables == ()
    assert repealed.ended == BASE


def test_a_stale_scenario_is_refused(law):
    with pytest.raises(LawError, match="the scenario is stale"):
        apply(scenario(Change(at=AGE_31, was=111, to=115)), law)


def test_two_changes_to_one_place_are_refused(law):
    with pytest.raises(LawError, match="two changes to"):
        apply(scenario(CHANGES["a row"], CHANGES["a cell"]), law)
    with pytest.raises(LawError, match="two changes to"):
        compose(scenario(CHANGES["a cell"]), scenario(Change(at=AGE_31, was=110, to=120)))


def test_composed_scenarios_do_what_both_do(law):
    both = compose(scenario(CHANGES["a cell"]), scenario(CHANGES["a group cap"]))
    one_after_the_other = apply(scenario(CHANGES["a group cap"]), apply(scenario(CHANGES["a cell"]), law))
    assert apply(both, law).hash == one_after_the_other.hash


def test_an_unknown_place_is_named_with_what_may_be_meant(law):
    with pytest.raises(LawError, match="did you mean “age”"):
        apply(scenario(Change(at="criteria.agee.cap", was={}, to=1)), law)


def test_a_scenario_is_checked_as_a_law_is(law):
    with pytest.raises(LawError, match="whole number"):
        apply(scenario(Change(at=AGE_31, was=110, to="many")), law)
    with pytest.raises(LawError, match="a gap between"):
        apply(scenario(Change(at="criteria.age.points['[31, 32)']", drop=True)), law)


# Hashes, and the ways to write one change.

FILE = """
title = { fr = "Un essai", en = "A trial" }
program = "quebec/pstq"
base = 2026-04-30
note = "Des notes."

[[change]]
to = 115
at = 'criteria.age.points["[31,32)"]["false"]'
was = 110

[[change]]
at = "streams.1.requirements"

[change.add]
where = { age = "[18,+)" }
title = { en = "Again", fr = "Encore" }
id = "again"
cite = { url = "—", act = "—", read_on = 2026-11-24, provision = "—", certainty = "—", provision_checked = false }

[[change]]
at = "criteria.age.cap"
to = 100
"""


@pytest.fixture
def as_python():
    cite = {"act": "—", "provision": "—", "provision_checked": False, "certainty": "—", "url": "—"}
    again = {"id": "again", "title": {"fr": "Encore", "en": "Again"}, "where": {"age": "(17, +)"}}
    return [
        Change(at="criteria.age.cap", was={}, to=100),
        Change(at=AGE_31, was=110, to=115),
        Change(at="streams['1'].requirements", add={**again, "cite": {**cite, "read_on": date(2026, 11, 24)}}),
    ]


def test_a_scenario_in_a_file_and_the_same_in_python_have_one_hash(tmp_path, as_python, law):
    (tmp_path / "trial.toml").write_text(FILE, "utf-8")
    read = read_scenario(tmp_path / "trial.toml")
    assert read.hash == scenario(*as_python).hash
    assert len(read.hash) == 64
    assert apply(read, law).hash == apply(scenario(*as_python), law).hash


@pytest.mark.parametrize("left_out", range(3))
def test_a_scenario_that_changes_something_else_has_another_hash(as_python, left_out):
    others = [change for position, change in enumerate(as_python) if position != left_out]
    assert scenario(*as_python).hash != scenario(*others).hash


@pytest.mark.parametrize(
    "update", [{"base": date(2026, 5, 1)}, {"program": "canada/express_entry"}], ids=["base", "program"]
)
def test_a_scenario_on_another_law_has_another_hash(update):
    change = scenario(CHANGES["a cell"])
    assert change.hash != change.model_copy(update=update).hash


def test_true_is_not_one():
    assert scenario(Change(at=AGE_31, was=110, to=1)).hash != scenario(Change(at=AGE_31, was=110, to=True)).hash
    with pytest.raises(LawError):
        apply(
            scenario(Change(at="criteria.age.points['[45, +)'][false]", was=False, to=1)),
            rules.load("quebec/pstq").on(BASE),
        )


SAME_PLACE = {
    "other spaces": ("criteria.age.points['[31,32)'][false]", {"was": 110, "to": 120}),
    "other brackets": ("criteria.age.points['(30, 31]'][false]", {"was": 110, "to": 120}),
    "other quotes": ('criteria.age["points"]["[31, 32)"]["false"]', {"was": 110, "to": 120}),
    "the whole table": ("criteria.age.points", {"was": [], "to": []}),
    "all rows": ("criteria.age.points.rows", {"was": [], "to": []}),
    "the criterion": ("criteria.age", {"drop": True}),
}


@pytest.mark.parametrize("name", SAME_PLACE)
def test_two_changes_to_one_place_are_found_however_it_is_written(name, law):
    at, said = SAME_PLACE[name]
    with pytest.raises(LawError, match="two changes to"):
        apply(scenario(CHANGES["a cell"], Change(at=at, **said)), law)


NEW = {
    "title": {"fr": "Bénévolat", "en": "Volunteering"},
    "group": "adaptation",
    "cite": {"act": "—", "provision": "—", "provision_checked": False, "certainty": "—", "url": "—", "read_on": BASE},
    "table": [{"id": "points", "row_input": "staying_in_quebec", "rows": [[False, 0], [True, 7]]}],
}
SEVERAL = {
    "two rows split in one table": [
        Change(at="criteria.age.points['[20, 31)']", split=[["[20, 25)", 120, 100], ["[25, 31)", 110, 90]]),
        Change(at="criteria.age.points['[44, 45)']", drop=True),
        CHANGES["a cell"],
    ],
    "two requirements dropped": [
        Change(at="streams.1.requirements.adult", drop=True),
        Change(at="streams.1.requirements.diploma", drop=True),
    ],
    "a requirement changed beside one dropped": [
        Change(at="streams.2.requirements.adult", drop=True),
        CHANGES["a condition"],
    ],
    "a group cap dropped": [Change(at="groups.quebec_needs.cap", was=700, drop=True)],
    "a cap given": [Change(at="criteria.age.cap", add=100)],
}


@pytest.mark.parametrize("name", SEVERAL)
def test_several_changes_inverted_are_the_base(name, law):
    change = scenario(*SEVERAL[name])
    changed = apply(change, law)
    assert changed.hash != law.hash
    assert apply(invert(change, law), changed).hash == law.hash


def test_a_criterion_added_then_inverted_leaves_no_trace():
    base = rules.load(LUMEN).on(date(2030, 6, 1))
    new = {
        **NEW,
        "group": "work",
        "table": [{"id": "points", "row_input": "night_work", "rows": [[False, 0], [True, 7]]}],
    }
    change = scenario(Change(at="criteria.volunteering", add=new)).model_copy(
        update={"program": base.program, "base": base.day}
    )
    changed = apply(change, base)
    assert "volunteering" in changed.parts["work"].members
    back = apply(invert(change, base), changed)
    assert (back.hash, list(back.parts)) == (base.hash, list(base.parts))


def test_columns_of_caps_set_one_by_one_are_the_whole_cap_set(law):
    cap = {"input": "accompanying_spouse", "columns": [False, True], "points": [520, 420]}
    whole = Change(at="groups.human_capital.cap", was=cap, to={**cap, "points": [500, 400]})
    one = Change(at="groups.human_capital.cap['false']", was=520, to=500)
    other = Change(at="groups.human_capital.cap[true]", was=420, to=400)
    assert apply(scenario(one, other), law).hash == apply(scenario(whole), law).hash
    for both in ((one, whole), (other, other)):
        with pytest.raises(LawError, match="two changes to"):
            apply(scenario(*both), law)


@pytest.mark.parametrize(
    ("place", "was", "to", "read"),
    [("cap[true]", 22, 20, lambda part: part.cap), ("announced_maximum[false]", 24, 25, lambda part: part.announced)],
    ids=["cap", "announced maximum"],
)
def test_a_criterion_has_its_maxima_by_column_too(place, was, to, read):
    base = rules.load("canada/express_entry").on(BASE)
    at = f"criteria.second_language.{place}"
    there = Scenario(
        title=Title(fr="essai", en="trial"), program=base.program, base=BASE, change=[Change(at=at, was=was, to=to)]
    )
    after = apply(there, base)
    before, now = (read(law.parts["second_language"]).points for law in (base, after))
    assert sorted(set(now) - set(before)) == [to]
    assert sum(one != other for one, other in zip(before, now, strict=True)) == 1
    [back] = invert(there, base).change
    assert (back.at, back.was, back.to) == (at, to, was)


WRONG = {
    "a column of a cap dropped": (Change(at="groups.human_capital.cap[true]", drop=True), "the whole cap"),
    "a column of a cap split": (Change(at="groups.human_capital.cap[true]", split=[["a", 1]]), "the whole cap"),
    "a column of a cap added": (Change(at="groups.human_capital.cap[true]", add=1), "expected : nothing"),
    "a column of a cap set to nothing": (Change(at="groups.human_capital.cap[true]", was=420, to={}), "whole number"),
    "a stale column of a cap": (Change(at="groups.human_capital.cap[true]", was=421, to=1), "found +: 420"),
    "a column that a cap has not": (Change(at="groups.human_capital.cap.spouse", was=1, to=2), "“spouse”, unknown"),
    "a column of a cap that has none": (
        Change(at="groups.quebec_needs.cap[true]", was=700, to=1),
        "found +: cap = 700",
    ),
    "a column of no cap": (Change(at="criteria.age.cap[true]", was=1, to=2), "a maximum by column"),
    "no such criterion to repeal": (Change(at="criteria.agee", drop=True), "did you mean “age”"),
    "a cap that is not there": (Change(at="criteria.age.cap", drop=True), "something to take away"),
    "a stale cap": (Change(at="groups.quebec_needs.cap", was=600, drop=True), "found +: 700"),
    "a cap split": (Change(at="groups.quebec_needs.cap", split=[["a", 1]]), "a row of a table"),
    "a path too deep": (Change(at="criteria.age.points['[31, 32)'][false].x", was=1, to=2), "criteria.…"),
    "a path with no end": (Change(at="criteria", drop=True), "criteria.…"),
    "no operation": (Change(at="criteria.age", drop=False), "one of the keys"),
    "two operations": (Change(at="criteria.age.cap", add=1, to=2), "one of the keys"),
    "one thing added where there is one": (Change(at="groups.quebec_needs.cap", add=1), "expected : nothing"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_change_is_told(name, law):
    change, message = WRONG[name]
    with pytest.raises(LawError, match=message):
        apply(scenario(change), law)


@pytest.mark.parametrize(
    "other", [{"at": "criteria.age", "drop": True}, {"at": "criteria.age.points.outside", "was": 0, "to": 1}]
)
def test_outside_is_a_place_like_any_other(other, law):
    outside = Change(at="criteria.age.points.outside", was=0, to=2)
    with pytest.raises(LawError, match="two changes to"):
        apply(scenario(outside, Change(**other)), law)

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

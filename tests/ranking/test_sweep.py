"""Sweeps: every variant is what scoring under the changed law gives, by each way, to the last declaration."""

import random
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DAY, LUMEN, examples, laws, make_pool

import ranking
import rules
from ranking import sample
from ranking.order import Standing, cut
from ranking.pool import check_pool
from ranking.simulate import Variants, sweep
from ranking.simulate.variants import place
from rules.citation import Title
from rules.faults import LawError
from rules.scenario import Change, Scenario, apply

ON = date(2025, 3, 24)
WAYS = ["whole", "changed", "auto"]
REAL = [("canada/express_entry", ON), ("quebec/pstq", date(2026, 4, 27)), ("australia/skilled_189", ON)]


def chance_of(seed):
    return random.Random(seed)  # noqa: S311 - no secret is made of it


def places_of(law):
    """Every cell and every cap of a law, as a scenario writes them."""
    found = []
    for criterion in law.criteria:
        for table in criterion.tables:
            for row in range(len(table.rows.keys)):
                names = [table.columns.name(column) for column in range(len(table.points[0]))] if table.columns else []
                at = f"criteria.{criterion.id}.{table.id}['{table.rows.name(row)}']"
                found += [f"{at}['{name}']" for name in names] or [at]
    for kind, parts in (("criteria", law.criteria), ("groups", law.groups)):
        for part in parts:
            if part.cap is not None and part.cap.input is None:
                found.append(f"{kind}.{part.id}.cap")
    return found


def scenario_of(law, places, values):
    changes = tuple(
        Change(at=at, was=place(at, law).base, to=int(value)) for at, value in zip(places, values, strict=True)
    )
    title = Title(fr="essai", en="trial")
    return Scenario(title=title, program=law.program, base=law.day, change=changes)


def draw_variants(law, chance, count):
    every = places_of(law)
    places = chance.sample(every, min(len(every), chance.randint(1, 6)))
    base = [place(at, law).base for at in places]
    values = [[max(was + chance.choice([-30, -5, -1, 0, 0, 1, 7, 40]), 0) for was in base] for _ in range(count)]
    return places, np.array(values, dtype=np.int64)


def check(frame, law, facts_on, chance, count=3):
    """Hold each variant to the scores under the changed law."""
    places, values = draw_variants(law, chance, count)
    among = pl.Series([chance.random() < 0.8 for _ in range(frame.height)], dtype=pl.Boolean)
    for way in WAYS:
        swept = sweep(frame, law, Variants.of(law, places, values), facts_on=facts_on, among=among, way=way)
        for number in range(count):
            changed = apply(scenario_of(law, places, values[number]), law)
            wanted = ranking.score(frame, changed, facts_on=facts_on, breakdown=False)["score"]
            assert swept.scores(number).equals(wanted)
            counts, low = swept.histogram(number)
            there = np.sort(wanted.filter(among).to_numpy())
            assert np.repeat(np.arange(len(counts)) + low, counts).tolist() == there.tolist()
            size = chance.randint(0, frame.height + 1)
            end = cut(there, size) if size and len(there) else None
            assert swept.cut_off(number, size) == (end.score if end else None)


@pytest.mark.parametrize(("program", "day"), REAL, ids=[program for program, _ in REAL])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_each_variant_of_a_real_law_scores_as_the_changed_law(program, day, seed):
    law = rules.load(program).on(day)
    check(sample.generate(law, 300, seed=seed, on=day), law, day, chance_of(seed))


@pytest.mark.parametrize("day", [date(2030, 1, 1), date(2032, 6, 1)], ids=str)
@pytest.mark.parametrize("seed", range(6))
def test_each_variant_of_the_invented_law_scores_as_the_changed_law(day, seed):
    law = rules.load(LUMEN).on(day)
    pool = make_pool(law, LUMEN, seed, 80, day, complete=True)
    frame = check_pool(pool.frame(), law, facts_on=day).frame
    if frame.height:
        check(frame, law, day, chance_of(seed))


@examples(25)
@given(law=laws(), seed=st.integers(0, 2**32 - 1))
def test_each_variant_of_a_random_law_scores_as_the_changed_law(law, seed):
    with law.written() as folder:
        regulation = rules.load(folder).on(DAY)
        if not places_of(regulation):
            return
        pool = make_pool(regulation, folder, seed, 30, DAY, complete=True)
        if pool.rows:
            check(check_pool(pool.frame(), regulation).frame, regulation, DAY, chance_of(seed), count=2)


@pytest.fixture(scope="module")
def swept():
    law = rules.load("canada/express_entry").on(ON)
    frame = sample.generate(law, 2_000, seed=3, on=ON)
    places = [
        "criteria.age.points['[20, 30)'][false]",
        "groups.transferability.cap",
        "criteria.nomination.points[true]",
    ]
    values = [[110, 100, 600], [60, 100, 600], [110, 40, 600], [110, 100, 0]]
    return sweep(frame, law, Variants.of(law, places, values))


def taken(swept, law, size):
    scores = ranking.score(swept.pool, law, breakdown=False)["score"]
    standing = Standing.of(swept.pool, scores, law)
    return standing.ordered(np.arange(len(scores)))[:size].tolist()


def test_a_variant_that_changes_nothing_moves_nobody(swept):
    comes, goes = swept.moves(0, 200)
    assert (len(comes), len(goes)) == (0, 0)
    assert swept.scores(0).equals(ranking.score(swept.pool, swept.law, breakdown=False)["score"])


@pytest.mark.parametrize("number", [1, 2, 3])
def test_who_enters_and_who_leaves_is_the_difference_of_two_rounds(swept, number):
    values = swept.variants.values[number]
    law = apply(scenario_of(swept.law, [place.at for place in swept.variants.places], values), swept.law)
    before, after = taken(swept, swept.law, 200), taken(swept, law, 200)
    comes, goes = swept.moves(number, 200)
    assert swept.taken(number, 200).tolist() == after
    assert set(comes.tolist()) == set(after) - set(before)
    assert set(goes.tolist()) == set(before) - set(after)
    assert len(comes) == len(goes)


def test_shares_add_up_to_the_places(swept):
    shares = swept.shares(1, 200, "first_official_language")
    assert (shares["law"].sum(), shares["variant"].sum()) == (200, 200)


def test_scenarios_become_variants_with_the_law_where_they_say_nothing(swept):
    law = swept.law
    age = scenario_of(law, ["criteria.age.points['[20, 30)'][false]"], [60])
    cap = scenario_of(law, ["groups.transferability.cap"], [40])
    row = Change(at="criteria.age.points['[31, 32)']", was=[99, 90], to=[1, 2])
    of = Variants.of_scenarios(law, [age, cap, age.model_copy(update={"change": (row,)})])
    found = sweep(swept.pool, law, of)
    assert found.scores(0).equals(swept.scores(1))
    assert found.scores(1).equals(swept.scores(2))


@pytest.mark.parametrize(
    ("places", "values", "found"),
    [
        (["criteria.ages.points['[20, 30)'][false]"], [[1]], "ages"),
        (["criteria.age.points['[20, 31)'][false]"], [[1]], "[20, 31)"),
        (["criteria.age.cap"], [[1]], "cap"),
        (["groups.transferability.cap"], [[1, 2]], "1 × 2"),
        (["groups.transferability.cap"], [[1.5]], "float64"),
        (["groups.transferability.cap"] * 2, [[1, 2]], "transferability"),
        (["groups.transferability.cap"], [[10_000_000]], "10000000"),
    ],
)
def test_wrong_variants_are_refused_with_words(swept, places, values, found):
    with pytest.raises(LawError) as caught:
        Variants.of(swept.law, places, values)
    [fault] = caught.value.faults
    assert found in fault.found.en
    assert fault.write.fr


def test_a_scenario_that_does_more_than_set_points_is_no_variant(swept):
    repeal = scenario_of(swept.law, [], []).model_copy(update={"change": (Change(at="criteria.age", drop=True),)})
    with pytest.raises(LawError, match="apply"):
        Variants.of_scenarios(swept.law, [repeal])

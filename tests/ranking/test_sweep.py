"""Sweeps: every variant is what scoring under the changed law gives, by each way, to the last declaration."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DAY, LUMEN, examples, laws, make_pool
from variant_draws import chance_of, changed, draw_variants, places_of, scenario_of

import ranking
import rules
from ranking import sample
from ranking.order import Standing, cut
from ranking.pool import check_pool
from ranking.simulate import Variants, sweep
from ranking.simulate.variants import place
from rules.faults import LawError
from rules.scenario import Change, apply

ON = date(2025, 3, 24)
WAYS = ["whole", "changed", "auto"]
REAL = [("canada/express_entry", ON), ("quebec/pstq", date(2026, 4, 27)), ("australia/skilled_189", ON)]


def check(frame, law, facts_on, chance, count=3):
    """Hold each variant to the scores under the changed law, by each way; and all variants at once to one by one."""
    places, values = draw_variants(law, chance, count)
    among = pl.Series([chance.choice([True, True, True, False, None]) for _ in range(frame.height)], dtype=pl.Boolean)
    variants = Variants.of(law, places, values)
    size = chance.randint(0, frame.height + 1)
    for way in WAYS:
        swept = sweep(frame, law, variants, facts_on=facts_on, among=among, way=way)
        for number in range(count):
            new = changed(law, places, values[number])
            wanted = ranking.score(frame, new, facts_on=facts_on, breakdown=False)["score"]
            assert swept.scores(number).equals(wanted)
            counts, low = swept.histogram(number)
            there = np.sort(wanted.filter(among).to_numpy())
            assert np.repeat(np.arange(len(counts)) + low, counts).tolist() == there.tolist()
            end = cut(there, size) if size and len(there) else None
            assert swept.cut_off(number, size) == (end.score if end else None)
        check_all(swept, size)
    assert swept.base_scores.equals(ranking.score(frame, law, facts_on=facts_on, breakdown=False)["score"])


def check_all(swept, size):
    """Hold what is told of all variants at once, by one thread or two, to what is told of each."""
    told = []
    frames = [
        (
            swept.histogram_frame(threads=threads),
            swept.cut_offs([0, size, size + 1], threads=threads, progress=lambda *of: told.append(of)),
            swept.all_moves(size, threads=threads),
            swept.all_shares(size, "declaration_id", threads=threads),
        )
        for threads in (1, 2)
    ]
    assert all(one.equals(other) for one, other in zip(*frames, strict=True))
    assert told[-1:] == ([(len(swept), len(swept))] if len(swept) else [])
    counted, ends, moves, shares = frames[0]
    for number in range(len(swept)):
        counts, low = swept.histogram(number)
        mine = counted.filter(variant=number)
        assert dict(zip(mine["score"], mine["declarations"], strict=True)) == {
            low + step: count for step, count in enumerate(counts.tolist()) if count
        }
        cuts = ends.filter(variant=number)
        assert cuts["cut_off"].to_list() == [swept.cut_off(number, one) for one in cuts["size"]]
        enter, leave = swept.moves(number, size)
        assert moves.row(number) == (number, swept.cut_off(number, size), len(enter), len(leave))
        taken = shares.filter(pl.col("variant") == number, pl.col("taken") > 0)["value"]
        assert taken.to_list() == swept.ids(swept.taken(number, size)).sort().to_list()


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


def test_a_variant_that_says_what_the_law_says_is_in_no_block_of_its_own(swept):
    """Cells that no variant moves, or that all move alike, are not told apart."""
    law = swept.law
    age = [at for at in places_of(law) if at.startswith("criteria.age.points")]
    base = np.array([place(at, law).base for at in age])
    one = sweep(swept.pool, law, Variants.of(law, age, base + np.array([[0], [5], [-2]])))
    none = sweep(swept.pool, law, Variants.of(law, age, base[None]))
    assert (none.kinds.blocks, one.kinds.criteria["age"].reads.shape[1]) == (1, 1)
    assert none.scores(0).equals(none.base_scores)
    assert one.all_moves(200)["enter"].to_list() == [0, *(len(one.moves(n, 200)[0]) for n in (1, 2))]


@pytest.mark.parametrize("size", [0, 1, 2])
@pytest.mark.parametrize("height", [0, 1])
def test_a_pool_of_one_and_of_nobody(swept, height, size):
    alone = sweep(swept.pool.head(height), swept.law, swept.variants)
    for way in WAYS:
        check_all(replace(alone, way=way), size)
    assert [len(alone.histogram(n)[0]) for n in range(4)] == [height] * 4
    assert alone.cut_off(0, 1) is None
    assert len(alone.taken(0, size)) == min(size, height)


def test_nobody_takes_part(swept):
    nobody = sweep(swept.pool, swept.law, swept.variants, among=[False] * swept.pool.height)
    assert nobody.histogram(1) == (pytest.approx([]), 0)
    check_all(nobody, 3)
    assert nobody.all_shares(3, "education").is_empty()


def test_no_variants_and_variants_of_nothing(swept):
    none = sweep(swept.pool, swept.law, Variants.of(swept.law, ["groups.core.cap['false']"], np.zeros((0, 1), int)))
    check_all(none, 10)
    nothing = sweep(swept.pool, swept.law, Variants.of(swept.law, [], np.zeros((2, 0), int)))
    check_all(nothing, 10)
    assert nothing.scores(1).equals(nothing.base_scores)


def test_more_variants_than_a_batch_come_in_order(swept):
    law = swept.law
    values = np.arange(100)[:, None]
    many = sweep(swept.pool, law, Variants.of(law, ["criteria.sibling.points[true]"], values))
    told = []
    found = list(many.histograms(threads=2, progress=lambda done, of: told.append((done, of))))
    assert [(counts.tolist(), low) for counts, low in found] == [
        (counts.tolist(), low) for counts, low in map(many.histogram, range(100))
    ]
    assert told == sorted(set(told))
    assert told[-1] == (100, 100)


def test_points_at_the_ends_of_what_a_law_may_give(swept):
    law = swept.law
    places = [
        "criteria.age.points['[20, 30)'][false]",
        "criteria.first_language.points['[9, 10)'][false]",
        "groups.core.cap['false']",
        "groups.score.cap",
    ]
    values = [[999_999, 999_999, 999_999, 999_999], [-999_999, -999_999, 0, 0], [40_000, -40_000, 999_999, 0]]
    for way in WAYS:
        ends = sweep(swept.pool, law, Variants.of(law, places, values), way=way)
        for number, row in enumerate(values):
            wanted = ranking.score(swept.pool, changed(law, places, row), breakdown=False)["score"]
            assert ends.scores(number).equals(wanted)
            counts, low = ends.histogram(number)
            assert (low, low + len(counts) - 1, counts.sum()) == (wanted.min(), wanted.max(), len(wanted))


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
        (["groups.transferability.cap"], [[-1]], "-1"),
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

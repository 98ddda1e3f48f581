"""Rounds under variants: what the same round gives under the changed law, by counting and in full."""

import shutil
from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounds import declaration, make_here, pool_of
from strategies import examples
from test_round import make_round, write_instruction
from variant_draws import chance_of, changed, draw_variants

from ranking import sample
from ranking.faults import RoundError
from ranking.instruction import read_instruction
from ranking.outcomes import Outcome
from ranking.pool import check_pool
from ranking.reference import data_folder
from ranking.round import run_round
from ranking.simulate import Variants, sweep
from rules.program import load

DATA = data_folder() / "instructions"
FAMILIES = sorted((DATA / "mechanisms").glob("*.toml"))
REAL = [DATA / "quebec" / "pstq" / "2026-04-30.toml", DATA / "canada" / "express_entry" / "2026-02-19.toml"]


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return make_here(tmp_path_factory.mktemp("sweep"))


@pytest.fixture(scope="module", autouse=True)
def _law_read_once():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ranking.instruction.load", cache(load))
        yield


def nothing_of(law):
    return Variants.of(law, [], np.zeros((1, 0), int))


def swept_rounds(instruction, pool, chance, count):
    law = instruction.regulation
    places, values = draw_variants(law, chance, count)
    swept = sweep(pool.frame, law, Variants.of(law, places, values), facts_on=instruction.facts_on)
    laws = [changed(law, places, row) for row in values]
    return swept.rounds(instruction, pool), [run_round(replace(instruction, regulation=law), pool) for law in laws]


def who_took(done):
    """The place of the selection that invited each row; -1 where none did."""
    return [
        int(place) if outcome == Outcome.invited else -1
        for outcome, place in zip(done.sheet.outcome, done.sheet.selection, strict=True)
    ]


def check(instruction, pool, chance, count=2):
    """Hold the round of each variant to the round under the changed law."""
    found, wanted = swept_rounds(instruction, pool, chance, count)
    for number, done in enumerate(wanted):
        made = found.run(number)
        assert made.invitations.equals(done.invitations)
        assert found.taken(number).tolist() == who_took(done)
        assert made.outcomes.equals(done.outcomes)
        assert found.results(number) == [(len(one.taken.positions), one.cut_off) for one in done.results]
    told = found.frame()
    assert told.equals(found.frame(threads=2))
    rows = [
        (n, one.selection.id, len(one.taken.positions), one.cut_off)
        for n, done in enumerate(wanted)
        for one in done.results
    ]
    assert told.rows() == rows


@examples(25)
@given(seed=st.integers(0, 2**32 - 1), size=st.sampled_from([18, 18, 6, 1, 0]), alone=st.booleans())
def test_the_selections_of_a_random_round_take_what_they_take_under_the_changed_law(here, seed, size, alone):
    drawn = make_round(here.program, seed, size, 1 + seed % 4)
    instruction = write_instruction(here, drawn.selections, drawn.extracted_at)
    if alone:
        instruction = replace(instruction, source=instruction.source.model_copy(update={"combine": "as_if_alone"}))
    assert pool_of(drawn.pool.rows, instruction).frame.height == len(drawn.pool.rows)
    check(instruction, pool_of(drawn.pool.rows, instruction), chance_of(seed))


def pool_for(instruction, size, seed):
    law, day = instruction.regulation, instruction.facts_on
    frame = sample.generate(law, size, seed=seed, on=day)
    return check_pool(frame, law, facts_on=day, extracted_at=instruction.source.extracted_at, quarantine=True)


@pytest.mark.parametrize("path", REAL, ids=[path.stem for path in REAL])
def test_a_real_round_is_counted_as_under_the_changed_law(path):
    instruction = read_instruction(path)
    pool = pool_for(instruction, 3_000, 4)
    several = pool.frame.with_columns(person_id=pl.lit("P") + (pl.int_range(pl.len()) // 2).cast(pl.String))
    for frame in (pool.frame, several):
        found, _ = swept_rounds(instruction, replace(pool, frame=frame), chance_of(1), 1)
        assert found.counted
        check(instruction, replace(pool, frame=frame), chance_of(7))


@pytest.mark.parametrize("path", FAMILIES, ids=[path.stem for path in FAMILIES])
def test_every_family_of_mechanisms_runs_in_full(path):
    instruction = read_instruction(path)
    check(instruction, pool_for(instruction, 600, 3), chance_of(11), count=1)


def test_a_round_of_another_law_day_or_pool_is_refused_with_words(here):
    instruction = write_instruction(here, [{"mechanism": "all"}])
    pool = pool_of([declaration("a"), declaration("b", 8)], instruction)
    other = pool_of([declaration("c"), declaration("d", 8)], instruction)
    law = here.program.on(instruction.source.law_on.replace(year=2033))
    swept = sweep(pool.frame, law, nothing_of(law), facts_on=law.day)
    with pytest.raises(RoundError) as caught:
        swept.rounds(instruction, other)
    assert [fault.expected.en[:16] for fault in caught.value.faults] == [
        "the law swept, o",
        f"facts_on = {law.day}"[:16],
        "the pool swept",
    ]


def test_an_order_that_reads_a_history_gives_counts_and_no_list(here, tmp_path):
    folder = shutil.copytree(here.law, tmp_path / "law")
    text = (folder / "program.toml").read_text("utf-8")
    text = text.replace('key = "submitted_at"', 'key = "score_reached_at"')
    (folder / "program.toml").write_text(text, "utf-8")
    instruction = write_instruction(here, [{"mechanism": "all"}])
    frame = pool_of([declaration("a"), declaration("b", 8)], instruction).frame
    law = load(folder).on(instruction.source.law_on)
    assert any(key.key == "score_reached_at" for key in law.order)
    swept = sweep(frame, law, nothing_of(law), facts_on=instruction.facts_on)
    assert swept.histogram(0)[0].sum() == 2
    with pytest.raises(RoundError, match="history of scores"):
        swept.taken(0, 1)

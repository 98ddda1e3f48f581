"""Synthetic pools: the same from the same seed, valid, plausible, and near the published minima of a real round."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

import rules
from ranking import fingerprint, sample
from ranking.columns import column_type
from ranking.faults import PoolError
from ranking.instruction import read_instruction
from ranking.pool import check_pool
from ranking.round import run_round, valid
from ranking.sample import draws as drawing
from ranking.sample import filing, generic, pstq_shapes
from ranking.sample.draws import Draws
from ranking.sample.pstq_jobs import FAMILIES, JOBS
from ranking.sample.pstq_people import KINDS
from rules import conditions
from rules.attributes import Attribute
from rules.citation import Title
from rules.domains import Domain

ROUND = Path(__file__).parents[2] / "data/instructions/quebec/pstq/2026-04-30.toml"
ON = date(2026, 4, 27)
ON_GUILD = date(2031, 5, 5)
SIZE = 30_000
MONTHS = ("main_occupation_quebec_months", "main_occupation_months", "quebec_experience_months", "experience_months")


@pytest.fixture(scope="module")
def law():
    return rules.load("quebec/pstq").on(ON)


@pytest.fixture(scope="module")
def another(law):
    """The same law under a name that no module of the package knows."""
    return dataclasses.replace(law, program="elsewhere/other")


@pytest.fixture(scope="module")
def pool(law):
    return sample.generate(law, SIZE, seed=7, on=ON)


@pytest.fixture(scope="module")
def guild():
    return rules.load(Path(__file__).parents[1] / "law/lumen/guild").on(ON_GUILD)


def share(answers):
    return answers.mean()


def of(frame):
    return fingerprint.of_frame(frame, ["declaration_id"])


# Determinism


def test_same_seed_same_pool(law, pool):
    again = sample.generate(law, SIZE, seed=7, on=ON)
    assert again.equals(pool)
    assert again.schema == pool.schema
    assert of(again) == of(pool)


def test_other_seed_other_pool(law):
    one, other = (sample.generate(law, 500, seed=seed, on=ON) for seed in (7, 8))
    assert of(one) != of(other)


def test_draws_are_pinned():
    """A change of this stream would change every pool that anyone has made."""
    assert Draws(7, 4).of("age").tolist() == [3673105871, 3259654362, 2024147017, 983461200]


def test_a_name_has_its_own_stream():
    draws = Draws(7, 100)
    assert draws.of("age").tolist() == Draws(7, 100).of("age").tolist()
    assert draws.of("age").tolist() != draws.of("job").tolist()
    assert draws.of("age").tolist() != Draws(7, 100, "wrong").of("age").tolist()
    assert Draws(7, 50).of("age").tolist() == draws.of("age").tolist()[:50]


def test_choices_follow_their_weights():
    draw = Draws(1, 100_000).of("x")
    by = np.arange(100_000) % 2
    picked = drawing.chosen_by(draw, by, [[1, 0, 3], [0, 1, 0]])
    assert set(picked[by == 1].tolist()) == {1}
    assert set(picked[by == 0].tolist()) == {0, 2}
    assert abs((picked[by == 0] == 2).mean() - 0.75) < 0.01
    assert drawing.chosen(np.array([0, 2**31 - 1, 2**31, 2**32 - 1]), [1, 1]).tolist() == [0, 0, 1, 1]


def test_amounts_follow_their_quantiles():
    quantiles = [(0, 10, 20, 40, 60, 90, 100), (5, 5, 5, 5, 5, 5, 5)]
    draw = np.array([0, drawing.share(50), 2**32 - 1, 12345])
    assert drawing.amount_by(draw, np.array([0, 0, 0, 1]), quantiles).tolist() == [0, 40, 99, 5]


def test_quotas_add_up():
    assert drawing.quotas([1, 1, 1], 10) == [4, 3, 3]
    assert drawing.quotas([3, 0, 7], 0) == [0, 0, 0]
    assert sum(drawing.quotas([kind.share for kind in KINDS], 12_345)) == 12_345


# The frame


def test_types_are_those_of_the_law(law, pool):
    wanted = {name: column_type(name, law) for name in law.attributes if name in pool.columns}
    assert dict(pool.schema) == wanted
    left_out = [a for name, a in law.attributes.items() if name not in pool.columns]
    assert all(attribute.descriptive or attribute.optional for attribute in left_out)


def test_check_finds_nothing(law, pool):
    checked = check_pool(pool, law, facts_on=ON, extracted_at=datetime(2026, 4, 27, 10, 30, tzinfo=UTC))
    assert checked.frame.height == SIZE
    assert checked.faults == ()
    assert checked.unknown == ()
    assert checked.absent == ()


@pytest.mark.parametrize("on", [date(2025, 7, 14), date(2026, 2, 28), date(2026, 3, 9), date(2026, 11, 2)])
def test_valid_on_other_days(on):
    law = rules.load("quebec/pstq").on(on)
    pool = sample.generate(law, 3_000, seed=2, on=on)
    check_pool(pool, law, facts_on=on)
    midnight = datetime(on.year, on.month, on.day, tzinfo=ZoneInfo("America/Toronto"))
    assert pool["submitted_at"].max() < midnight


@pytest.mark.parametrize("size", [0, 1, 2, 17])
def test_small_pools(law, another, size):
    for program in (law, another):
        pool = sample.generate(program, size, seed=0, on=ON)
        assert pool.height == size
        assert check_pool(pool, program, facts_on=ON).frame.height == size


def test_ids_say_synthetic_and_some_persons_filed_twice(pool):
    assert pool["declaration_id"].is_unique().all()
    assert pool["declaration_id"][0] == "S0000001"
    assert pool["person_id"].str.starts_with("SYN-").all()
    twice = pool.filter(pl.col("person_id").is_duplicated())
    assert 0.002 < twice["person_id"].n_unique() / SIZE < 0.004
    same = twice.group_by("person_id").agg(pl.col("birth_date").n_unique(), pl.col("main_occupation").n_unique())
    assert same["birth_date"].max() == 1
    assert same["main_occupation"].max() == 1


def test_submissions(law, pool):
    instants = pool["submitted_at"]
    assert instants.max() < datetime(2026, 4, 27, tzinfo=ZoneInfo("America/Toronto"))
    assert instants.min() > datetime(2025, 2, 20, tzinfo=UTC)
    live = valid(instants, datetime(2026, 4, 27, 10, 30, tzinfo=UTC), law)
    assert 0.04 < share(~live) < 0.06
    assert 0.0005 < share(instants.is_duplicated()) < 0.01
    assert instants.dt.microsecond().n_unique() > 500


# What hangs together


def test_spouse_columns_are_null_exactly_without_spouse(pool):
    alone = ~pool["accompanying_spouse"]
    for name in (name for name in pool.columns if name.startswith("spouse_")):
        assert (pool[name].is_null() == alone).all(), name


def test_months_hold_each_other(pool):
    main_here, main, here, total = (pool[name] for name in MONTHS)
    assert (main_here <= main).all()
    assert (main <= total).all()
    assert (main_here <= here).all()
    assert (here <= total).all()
    assert (pool["outside_cmm_study_months"] <= pool["outside_cmm_residence_months"]).all()
    assert ((pool["quebec_study_status"] == "none") == (pool["quebec_study_months"] == 0)).all()


def test_place(pool):
    outside, staying = pool["living_outside_cmm"], pool["staying_in_quebec"]
    assert not (outside & ~staying).any()
    for name in ("outside_cmm_residence_months", "outside_cmm_work_months", "outside_cmm_study_months"):
        assert pool.filter(outside)[name].mean() > 3 * pool.filter(staying & ~outside)[name].mean()
    assert (
        pool.filter(staying)["quebec_experience_months"].mean()
        > 20 * pool.filter(~staying)["quebec_experience_months"].mean()
    )
    assert set(pool.filter(pl.col("job_offer") == "outside_cmm")["living_outside_cmm"]) == {True}
    assert set(pool.filter(~staying)["region"]) == {"Hors du Québec"}


def test_french(pool):
    columns = ["french_listening", "french_speaking", "french_reading", "french_writing", "spouse_french_speaking"]
    between = pool.filter("accompanying_spouse").select(columns).to_numpy().astype(float)
    correlation = np.corrcoef(between.T)
    assert correlation[:4, :4].min() > 0.8
    assert 0.2 < correlation[1, 4] < 0.9
    assert pool["french_speaking"].mean() > pool["french_writing"].mean()


def test_diplomas(pool):
    held = pool.filter(pl.col("quebec_diploma") != "none")
    rank = {level: number for number, level in enumerate(pstq_shapes.LEVELS)}
    for column, local in (("education", "quebec_diploma"), ("spouse_education", "spouse_quebec_diploma")):
        pairs = pool.select(
            pl.col(column, local).cast(pl.String).replace_strict(rank, return_dtype=pl.Int32)
        ).drop_nulls()
        assert (pairs[column] >= pairs[local]).all()
    local = pool.filter(pl.col("education").cast(pl.String).str.ends_with("_quebec"))
    assert (local["education"].cast(pl.String) == local["quebec_diploma"].cast(pl.String)).all()
    assert share(held["staying_in_quebec"]) > 0.8


def test_jobs(law, pool):
    code = pl.col("main_occupation").cast(pl.String)
    nurses = pool.filter(code == "31301")
    assert nurses["regulated_job"].all()
    assert share(nurses["sex"] == "F") > 0.6
    assert not pool.filter(code.str.slice(0, 4) == "6320")["regulated_job"].any()
    licensed = pool.group_by("regulated_job").agg(pl.col("practice_authorization").mean()).sort("regulated_job")
    assert licensed["practice_authorization"][1] > 5 * licensed["practice_authorization"][0]
    codes = set(law.lists["occupations"].codes)
    assert {c for family in FAMILIES.values() for c in family} <= codes
    assert {name for families in JOBS.values() for name in families} <= {*FAMILIES, "any"}


def test_shares_are_plausible(pool):
    age = (pl.lit(ON) - pl.col("birth_date")).dt.total_days() / 365.2425
    ages = pool.select(age.alias("age"))["age"]
    assert ages.min() >= 18
    assert 30 < ages.median() < 35
    assert 0.42 < share(pool["accompanying_spouse"]) < 0.50
    assert 0.25 < share(pool["staying_in_quebec"]) < 0.40
    assert 0.05 < share(pool["quebec_diploma"] != "none") < 0.15
    assert 0.001 < share(pool["job_offer"] != "none") < 0.01
    assert 0.02 < share(pool["quebec_study_status"] != "none") < 0.08
    assert 0.05 < share(pool["family_in_quebec"] != "none") < 0.12
    assert 0.35 < share(pool["sex"] == "F") < 0.5
    assert pool["main_occupation"].n_unique() > 300
    assert pool["exceptional_talent"].value_counts().filter(pl.col("exceptional_talent") != "none")["count"].sum() <= 4


def test_shares_are_of_150_000():
    assert sum(kind.share for kind in KINDS) == 150_000


# Any program


def test_generic_pool_is_valid(another):
    pool = sample.generate(another, 5_000, seed=3, on=ON)
    checked = check_pool(pool, another, facts_on=ON)
    assert checked.absent == ()
    assert dict(pool.schema) == {name: column_type(name, another) for name in pool.columns}
    assert pool["regulated_job"].null_count() > 0
    for name, attribute in another.attributes.items():
        domain = another.inputs.get(name)
        if name in pool.columns and domain is not None and not attribute.at_most and domain.size < 20:
            assert set(pool[name].drop_nulls()) == set(domain.answers), name


def test_generic_pool_of_a_law_in_a_folder(guild):
    pool = sample.generate(guild, 5_000, seed=3, on=ON_GUILD)
    assert check_pool(pool, guild, facts_on=ON_GUILD).faults == ()
    assert (pool["mentor_months"].is_null() == ~pool["mentor"]).all()
    assert 0.2 < share(pool["sight_test"].is_null()) < 0.4
    live = valid(pool["submitted_at"], datetime(2031, 5, 5, tzinfo=UTC), guild)
    assert 0.03 < share(~live) < 0.07


def test_generic_keeps_contradictions_and_limits(another):
    pool = sample.generate(another, 5_000, seed=3, on=ON)
    assert not pool.filter((pl.col("family_in_quebec") == "spouse") & ~pl.col("accompanying_spouse")).height
    assert (pool["main_occupation_months"] <= pool["experience_months"]).all()


def test_generic_fills_what_a_module_does_not_know(law):
    title = Title(fr="Nouveau", en="New")
    new = {
        "new_label": Attribute(type="label", title=title, labels={"a": title, "b": title}),
        "new_months": Attribute(type="whole", title=title, domain="[2, 9)", only_when={"accompanying_spouse": True}),
        "new_test": Attribute(type="whole", title=title, domain="[0, 13)", missing="none"),
    }
    inputs = {**law.inputs, "new_label": Domain("label", labels=("a", "b"))}
    amended = dataclasses.replace(law, attributes={**law.attributes, **new}, inputs=inputs)
    pool = sample.generate(amended, 1_000, seed=1, on=ON)
    check_pool(pool, amended, facts_on=ON)
    assert set(pool["new_label"]) == {"a", "b"}
    assert (pool["new_months"].is_null() == ~pool["accompanying_spouse"]).all()
    assert 0.2 < share(pool["new_test"].is_null()) < 0.4
    known = sample.generate(law, 1_000, seed=1, on=ON)
    assert pool.select(known.columns).equals(known)


def test_generic_leaves_room_for_what_is_held(law):
    title = Title(fr="Mois", en="Months")
    attributes = {
        "part": Attribute(type="whole", title=title, domain="[6, 61)", at_most=("all",)),
        "all": Attribute(type="whole", title=title, domain="[0, 61)"),
    }
    bare = dataclasses.replace(law, attributes=attributes, contradictions=())
    frame = generic.complete(pl.DataFrame(), bare, Draws(1, 2_000), ON)
    assert (frame["part"] <= frame["all"]).all()
    assert frame["part"].min() >= 6


def test_generic_refuses_what_cannot_be_said(another):
    tests = [conditions.Test("accompanying_spouse", (answer,)) for answer in (True, False)]
    always = conditions.Condition(tuple((test,) for test in tests))
    whatever = dataclasses.replace(another.contradictions[0], id="whatever_one_says", where=always)
    impossible = dataclasses.replace(another, contradictions=(whatever,))
    with pytest.raises(PoolError, match="whatever_one_says"):
        sample.generate(impossible, 10, seed=1, on=ON)


# Wrong rows


def changed(clean, wrong):
    """Positions of the rows of which some value differs, as text."""
    text = [
        (pl.lit(clean[n].cast(pl.String)).ne_missing(pl.lit(wrong[n].cast(pl.String)))).alias(n) for n in clean.columns
    ]
    return set(pl.select(text).select(pl.any_horizontal(pl.all())).to_series().arg_true())


@pytest.mark.parametrize(("seed", "wrong_share"), [(7, 0.02), (8, 0.2), (9, 1.0)])
@pytest.mark.parametrize("program", ["law", "another", "guild"])
def test_wrong_rows_are_found_all_and_only_they(program, seed, wrong_share, request):
    law = request.getfixturevalue(program)
    clean = sample.generate(law, 4_000, seed=seed, on=law.day)
    wrong = sample.generate(law, 4_000, seed=seed, on=law.day, wrong_share=wrong_share)
    checked = check_pool(wrong, law, quarantine=True)
    found = {row - 1 for row in checked.quarantine["row"]}
    repeated = set(wrong["declaration_id"].is_duplicated().arg_true())
    assert found == changed(clean, wrong) | repeated
    assert len(found) == round(4_000 * wrong_share)
    assert checked.frame.height == 4_000 - len(found)
    with pytest.raises(PoolError):
        check_pool(wrong, law)


def test_every_way_of_going_wrong_happens(law):
    wrong = sample.generate(law, 4_000, seed=7, on=ON, wrong_share=0.25)
    reasons = set("; ".join(check_pool(wrong, law, facts_on=ON, quarantine=True).quarantine["reasons"]).split("; "))
    assert {
        "declaration_id unique",
        "declaration_id present",
        "submitted_at bounds",
        "birth_date bounds",
        "birth_date readable",
        "birth_date present",
        "main_occupation readable",
        "education readable",
        "french_listening readable",
        "experience_months bounds",
        "main_occupation_quebec_months at most main_occupation_months",
        "spouse_birth_date present",
        "spouse_birth_date absent",
        "family_of_absent_spouse",
    } <= reasons
    assert wrong.filter(pl.col("main_occupation").str.len_chars() < 5).height


def test_wrong_rows_are_the_same_from_the_same_seed(law):
    one, two = (sample.generate(law, 1_000, seed=7, on=ON, wrong_share=0.1) for _ in range(2))
    assert one.equals(two)


@pytest.mark.parametrize("size", [0, 1, 5])
def test_small_wrong_pools(law, size):
    wrong = sample.generate(law, size, seed=1, on=ON, wrong_share=1)
    assert check_pool(wrong, law, facts_on=ON, quarantine=True).quarantine.height == size


@pytest.mark.parametrize("wrong_share", [-0.1, 1.1])
def test_share_out_of_range(law, wrong_share):
    with pytest.raises(ValueError, match="wrong_share"):
        sample.generate(law, 10, seed=1, on=ON, wrong_share=wrong_share)


def test_earlier_rows_come_before():
    rows = filing.earlier_rows(Draws(1, 1_000), "x")
    assert (rows[1:] < np.arange(1, 1_000)).all()
    assert rows[0] == 0


# Calibration


def test_minima_lie_near_the_published_ones(law):
    instruction = read_instruction(ROUND)
    frame = sample.generate(law, 150_000, seed=7, on=ON)
    pool = check_pool(frame, law, facts_on=instruction.facts_on, extracted_at=instruction.source.extracted_at)
    done = run_round(instruction, pool)
    for result in done.results:
        selection, taken = result.selection, len(result.taken.positions)
        if selection.size is not None:
            assert taken == selection.size, selection.id
        minimum = selection.published.min_score
        if minimum is not None:
            room = 60 if selection.certainty == "published" else 100
            assert abs(done.scored["score"][result.last_in] - minimum) <= room, selection.id
    taken = {result.selection.id: len(result.taken.positions) for result in done.results}
    assert 11 <= taken["3.3"] <= 24
    assert 1 <= taken["4.1"] <= 3
    assert 4 <= taken["4.2"] <= 8

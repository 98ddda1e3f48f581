"""The CRS of ``rules/law`` against a second one, written plainly from the facts: the same points on every profile.

``SIZE`` profiles a version, half of them scored on its first day and half on its last: the eve of the next change.
"""

from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
import reference_crs

import ranking
import rules
from ranking.sample import generate
from rules.faults import LawError

SIZE = 100_000
PROGRAM = "canada/express_entry"
FIRST_DAYS = (reference_crs.BEGINS, *reference_crs.CHANGES)
VERSIONS = [(a, b - timedelta(days=1)) for a, b in pairwise((*FIRST_DAYS, reference_crs.NOT_PUBLISHED))]
DAYS = [day for version in VERSIONS for day in version]
WHO = ("english", "french", "spouse")
YEARS = ("canadian_work_years", "foreign_work_years", "spouse_canadian_work_years")
TOUCHED = ({"job_offer", "canadian_education"}, {"sibling", "french"}, {"french"}, {"job_offer"})
WITHOUT_POINTS = (date(2018, 6, 26), date(2022, 11, 16), date(2023, 4, 25), date(2024, 8, 9))
FLUENT = {f"{language}_{ability}": 7 for language in WHO[:2] for ability in reference_crs.ABILITIES}


def law(day):
    return rules.load(PROGRAM).on(day)


def profiles(day, size=SIZE // 2):
    """Valid profiles, with ages, levels and years of work brought near the edges of the tables."""
    frame = generate(law(day), size, seed=day.toordinal(), on=day)
    chance = np.random.Generator(np.random.PCG64(day.toordinal()))
    years = [pl.Series(name, chance.integers(0, 7, size)) for name in YEARS]
    near_the_edges = [births(day, size, chance), *years, *(one for who in WHO for one in levels(who, size, chance))]
    only_of_a_spouse = pl.when("accompanying_spouse").then(pl.col("^spouse_.*$"))
    return frame.with_columns(near_the_edges).with_columns(only_of_a_spouse.name.keep())


def births(day, size, chance):
    """Births of people from 16 to 46 years old; one in ten has a birthday on the day."""
    born = pl.Series(np.datetime64(day) - chance.integers(16 * 365, 47 * 365, size)).cast(pl.Date)
    birthdays = pl.Series([day.replace(year=day.year - age) for age in chance.integers(16, 47, size).tolist()])
    return birthdays.zip_with(pl.Series(chance.integers(0, 10, size) == 0), born).alias("birth_date")


def levels(who, size, chance):
    """Four levels near one another, as in life, so that each lowest level is met; one test in ten is missing."""
    near = chance.integers(0, 13, size)
    tested = chance.integers(0, 10, size) > 0
    for ability in reference_crs.ABILITIES:
        level = np.clip(near + chance.integers(-1, 3, size), 0, 12)
        whole = tested & (chance.integers(0, 50, size) > 0)
        yield pl.when(pl.Series(whole)).then(pl.Series(level, dtype=pl.Int16)).alias(f"{who}_{ability}")


@cache
def scored(day):
    """The profiles of a day with what the law gives, and what the reference gives."""
    frame, regulation = profiles(day), law(day)
    found = ranking.score(frame, regulation)
    expected = pl.DataFrame([reference_crs.score(profile, day) for profile in frame.iter_rows(named=True)])
    return frame, found.select(pl.exclude("declaration_id", "^eligible_.*$")), expected


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_law_gives_every_profile_the_points_of_the_reference(day):
    frame, found, expected = scored(day)
    assert set(found.columns) == set(expected.columns)
    for name in found.columns:
        different = found[name] != expected[name]
        assert not different.any(), (name, found[name].filter(different)[0], frame.filter(different).row(0, named=True))


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_profiles_are_ones_that_can_be_submitted(day, tmp_path):
    frame, regulation = profiles(day, 2_000), law(day)
    frame.write_parquet(tmp_path / "pool.parquet")
    assert ranking.read_pool(tmp_path / "pool.parquet", regulation, facts_on=day).frame.height == frame.height


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_the_profiles_reach_the_maximum_of_every_criterion(day):
    _, found, _ = scored(day)
    most = {name.removesuffix("_points"): found[name].max() for name in found.columns}
    assert [most["age"], most["education"], most["first_language"], most["canadian_work"]] == [110, 150, 136, 80]
    assert [most["second_language"], most["spouse_language"], most["transferability"]] == [24, 20, 100]
    assert [most["additional"], most["french"]] == [600, reference_crs.french(FLUENT, day)]


def name(value):
    return "+".join(sorted(value)) if isinstance(value, (set, frozenset)) else str(value)


@pytest.mark.parametrize(("day", "changed"), list(zip(reference_crs.CHANGES, TOUCHED, strict=True)), ids=name)
def test_a_change_touches_only_the_criteria_that_it_names(day, changed):
    frame, old, new = profiles(day, 5_000), law(day - timedelta(days=1)), law(day)
    before, after = (ranking.score(frame, regulation, facts_on=day) for regulation in (old, new))
    different = {one.id for one in new.criteria if not before[f"{one.id}_points"].equals(after[f"{one.id}_points"])}
    assert different == changed


@pytest.mark.parametrize("day", WITHOUT_POINTS, ids=str)
def test_an_instruction_without_a_change_of_points_changes_none(day):
    frame = profiles(day, 5_000)
    before, after = (ranking.score(frame, law(d), facts_on=day) for d in (day - timedelta(days=1), day))
    assert before.equals(after)


@pytest.mark.parametrize("day", [reference_crs.NOT_PUBLISHED, date(2027, 1, 1)], ids=str)
def test_from_3_november_2026_the_law_is_refused_because_its_points_are_not_public(day):
    with pytest.raises(LawError) as refused:
        law(day)
    told = str(refused.value)
    assert str(day) in told
    assert "A version of 3 November 2026 exists" in told
    assert "our sources do not give its points" in told
    assert law(reference_crs.NOT_PUBLISHED - timedelta(days=1)).criteria


def test_there_was_no_express_entry_before_2015():
    with pytest.raises(LawError, match="2014-12-31"):
        law(reference_crs.BEGINS - timedelta(days=1))

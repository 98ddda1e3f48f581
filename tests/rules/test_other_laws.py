"""The laws beside Québec's and Express Entry's: the federal grid, Australia's three subclasses, British Columbia."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

import ranking
import rules
from ranking import receipt
from rules import bounds
from rules.faults import LawError
from rules.program import LAW, Program

CASES = Path(__file__).parents[1] / "cases"
FEDERAL = "canada/federal_skilled_worker"
BC = "canada/bc_sirs"
SUBCLASSES = {"189": "australia/skilled_189", "190": "australia/skilled_190", "491": "australia/skilled_491"}
AUSTRALIA = tuple(SUBCLASSES.values())
BEGINS = {FEDERAL: date(2015, 1, 1), BC: date(2022, 11, 16), **dict.fromkeys(AUSTRALIA, date(2012, 7, 1))}
OLD, AGE_45, NEW = date(2012, 7, 1), date(2017, 7, 1), date(2019, 11, 16)
NOW = date(2026, 11, 24)
DAY = timedelta(days=1)
NOTHING = {
    FEDERAL: {
        "birth_date": date(1960, 1, 1),
        "accompanying_spouse": False,
        "education": "none",
        "first_official_language": "english",
        "skilled_work_years": 0,
        **dict.fromkeys(("arranged_employment", "own_study_in_canada", "own_work_in_canada"), False),
        **dict.fromkeys(("partner_language_clb4", "partner_study_in_canada", "partner_work_in_canada"), None),
        "relative_in_canada": False,
    },
    BC: {
        "directly_related_months": 0,
        **dict.fromkeys(("canadian_related_year", "working_for_employer", "professional_designation"), False),
        "education": "none",
        "study_place": "none",
        "first_official_language": "english",
        "hourly_wage_cents": 0,
        "employment_area": "metro_vancouver",
        **dict.fromkeys(("regional_work", "regional_graduation"), False),
    },
    AUSTRALIA: {
        "birth_date": date(1960, 1, 1),
        "english": "none",
        "overseas_employment_years": 0,
        "australian_employment_years": 0,
        "qualification": "none",
        **dict.fromkeys(("professional_year", "specialist_education", "australian_study"), False),
        **dict.fromkeys(("community_language", "regional_study"), False),
        "partner": "other",
        "state_nomination": True,
        "regional_nomination": "state",
    },
}
THIRTY, FORTY = {"birth_date": date(1996, 1, 1)}, {"birth_date": date(1986, 1, 1)}
SKILLS = ("listening", "speaking", "reading", "writing")


def levels(language, level):
    return {f"{language}_{skill}": level for skill in SKILLS}


def scored(program, on, **given):
    """Score one declaration: what is given, and nothing for the rest."""
    regulation = rules.load(program).on(on)
    blank = NOTHING[AUSTRALIA if program in AUSTRALIA else program]
    tests = levels("english", None) | levels("french", None)
    values = {"declaration_id": "1", "submitted_at": "2012-07-02T00:00:00Z", **tests, **blank, **given}
    row = {name: value for name, value in values.items() if name in regulation.attributes}
    schema = {name: pl.Int64 for name in row if regulation.attributes[name].type == "whole"}
    schema |= {name: pl.Boolean for name in row if regulation.attributes[name].type == "boolean"}
    return ranking.score(pl.DataFrame([row], schema_overrides=schema), regulation, facts_on=on).to_dicts()[0]


# Days.


@pytest.mark.parametrize("program", BEGINS)
def test_a_program_has_law_from_its_first_day(program):
    begins = BEGINS[program]
    assert rules.load(program).on(begins).groups[-1].id == "score"
    assert rules.load(program).on(NOW).criteria
    with pytest.raises(rules.LawError, match=str(begins)):
        rules.load(program).on(begins - DAY)


@pytest.mark.parametrize("program", AUSTRALIA)
@pytest.mark.parametrize("day", [AGE_45, NEW], ids=str)
def test_the_law_changes_on_its_day_and_not_the_day_before(program, day):
    law = rules.load(program)
    last = {AGE_45: OLD, NEW: AGE_45}[day]
    assert law.on(day - DAY).hash == law.on(last).hash != law.on(day).hash
    assert law.on(day).hash == law.on(day + DAY).hash


@pytest.mark.parametrize(
    ("given", "before", "after"),
    [
        ({"partner": "single_or_resident"}, 0, 10),
        ({"partner": "skilled"}, 5, 10),
        ({"partner": "competent_english"}, 0, 5),
        ({"partner": "other"}, 0, 0),
        ({"specialist_education": True}, 5, 10),
        ({"australian_study": True}, 5, 5),
    ],
    ids=str,
)
def test_what_changed_in_australia_on_16_november_2019(given, before, after):
    nomination = {"189": (0, 0), "190": (5, 5), "491": (10, 15)}
    for subclass, program in SUBCLASSES.items():
        old, new = nomination[subclass]
        assert scored(program, NEW - DAY, **given)["score"] == before + old
        assert scored(program, NEW, **given)["score"] == after + new


@pytest.mark.parametrize("subclass", SUBCLASSES)
def test_45_was_young_enough_until_june_2017(subclass):
    given = {"birth_date": date(1972, 1, 1), "english": "competent"}
    for day, answer in ((AGE_45 - DAY, True), (AGE_45, False)):
        found = scored(SUBCLASSES[subclass], day, **given)
        assert (found["age_points"], found[f"eligible_{subclass}"]) == (0, answer)


# Whole declarations.


def test_the_most_that_each_law_can_give():
    most = {FEDERAL: {BEGINS[FEDERAL]: 100}, BC: {BEGINS[BC]: 200}}
    most |= {SUBCLASSES["189"]: {OLD: 120, NEW: 130}, SUBCLASSES["190"]: {OLD: 125, NEW: 135}}
    most |= {SUBCLASSES["491"]: {OLD: 130, NEW: 145}}
    for program, days in most.items():
        for day, wanted in days.items():
            regulation = rules.load(program).on(day)
            assert bounds.of_part(regulation.parts["score"], regulation.parts, {}) == (0, wanted)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, 0),
        ({"birth_date": date(1998, 1, 1), "english": "competent"}, 30),
        ({"english": "superior", "overseas_employment_years": 5, "australian_employment_years": 5}, 40),
        ({"qualification": "doctorate", "specialist_education": True, "partner": "competent_english"}, 35),
        ({"birth_date": date(1990, 1, 1), "english": "proficient", "qualification": "bachelor_or_master"}, 50),
    ],
    ids=str,
)
def test_one_profile_has_three_scores_in_australia(given, wanted):
    found = [scored(SUBCLASSES[subclass], NOW, **given)["score"] for subclass in ("189", "190", "491")]
    assert found == [wanted, wanted + 5, wanted + 15]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (THIRTY | levels("english", 9) | {"education": "masters", "skilled_work_years": 3}, 24 + 23 + 11 + 12),
        (THIRTY | levels("english", 7) | {"education": "bachelors", "skilled_work_years": 1}, 16 + 21 + 9 + 12),
        (FORTY | levels("english", 8) | {"education": "doctoral", "skilled_work_years": 6}, 20 + 25 + 15 + 7),
        ({"first_official_language": "french", **levels("french", 9), **levels("english", 5)}, 28),
        ({"first_official_language": "french", **levels("english", 9)}, 4),
        ({"arranged_employment": True}, 15),
        ({"own_work_in_canada": True, "relative_in_canada": True}, 10),
        ({"accompanying_spouse": True, "partner_language_clb4": True}, 5),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_whole_profiles_of_the_federal_grid(given, wanted):
    if given.get("accompanying_spouse"):
        given = {"partner_study_in_canada": False, "partner_work_in_canada": False, **given}
    assert scored(FEDERAL, NOW, **given)["score"] == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"hourly_wage_cents": 1599}, 0),
        ({"hourly_wage_cents": 1600}, 1),
        ({"hourly_wage_cents": 6999, "employment_area": "fraser_and_squamish"}, 59),
        ({"hourly_wage_cents": 7000, "employment_area": "elsewhere", "regional_work": True}, 80),
        ({"employment_area": "elsewhere", "regional_work": True, "regional_graduation": True}, 25),
        ({"education": "doctoral", "study_place": "bc", "professional_designation": True}, 40),
        ({**levels("english", 9), **levels("french", 4)}, 40),
        ({**levels("english", 9), **levels("french", 4), "french_writing": 3}, 30),
        ({"directly_related_months": 60, "canadian_related_year": True, "working_for_employer": True}, 40),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_whole_registrations_of_british_columbia(given, wanted):
    assert scored(BC, NOW, **given)["score"] == wanted


@pytest.mark.parametrize("dollars", range(101))
def test_the_wage_of_british_columbia_is_one_point_a_whole_dollar(dollars):
    table = next(one for one in rules.load(BC).on(NOW).criteria if one.id == "wage").tables[0]
    wanted = 0 if dollars < 16 else min(dollars - 15, 55)
    assert {table.cell(dollars * 100 + cents)[2] for cents in (0, 1, 50, 99)} == {wanted}


# What the three subclasses share is written once, for 189.

SHARED = sorted(path.name for path in (LAW / SUBCLASSES["189"] / "criteria").glob("*.toml"))


@pytest.mark.parametrize("subclass", ["190", "491"])
def test_the_other_subclasses_have_the_criteria_of_189_and_their_own_nomination(subclass):
    one, other = (rules.load(SUBCLASSES[name]).sources.criteria for name in ("189", subclass))
    assert set(other) - set(one) == {"nomination"}
    assert all(other[name] == one[name] for name in one)


def test_the_law_that_a_round_keeps_stands_by_itself(tmp_path):
    program = rules.load(SUBCLASSES["190"])
    receipt.copy_law(program, tmp_path / "law")
    assert Program(tmp_path / "law").on(NOW).hash == program.on(NOW).hash


@pytest.mark.parametrize("named", ["../nowhere", "../../quebec", ".", "/etc"])
def test_criteria_are_shared_only_with_a_program_beside(named, tmp_path):
    folder = tmp_path / "skilled_190"
    shutil.copytree(LAW / SUBCLASSES["190"], folder)
    file = folder / "program.toml"
    file.write_text(file.read_text("utf-8").replace("../skilled_189", named), "utf-8")
    with pytest.raises(LawError, match="a program beside this one"):
        Program(folder).on(NOW)


@pytest.mark.parametrize("name", [name.replace(".toml", ".csv") for name in SHARED])
def test_the_cases_of_what_the_subclasses_share_are_the_same_to_the_byte(name):
    assert len({(CASES / program / name).read_bytes() for program in AUSTRALIA}) == 1


def test_only_the_nomination_tells_the_subclasses_apart():
    criteria = {path.name for path in LAW.glob("australia/*/criteria/*.toml")}
    assert criteria - set(SHARED) == {"nomination.toml"}
    attributes = [(LAW / program / "attributes.toml").read_text(encoding="utf-8") for program in AUSTRALIA]
    assert all(text.startswith(attributes[0]) for text in attributes)

"""Derived inputs: ages, digits and values of codes; and that each form of a function gives the same."""

from datetime import date, timedelta

import polars as pl
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from strategies import DAY, LUMEN, examples, laws, make_pool, pools

import rules
from ranking.conform import conform
from ranking.scoring import with_inputs
from rules import plain
from rules.explain import values_of
from rules.inputs import complete_years, days_by_year, earliest_birth

PROGRAM = rules.load(LUMEN)
DAYS = [
    date(2026, 1, 1),
    date(2026, 12, 31),
    date(2026, 2, 28),
    date(2026, 3, 1),
    date(2028, 2, 28),
    date(2028, 2, 29),
    date(2028, 3, 1),
    date(2100, 2, 28),
    date(2100, 3, 1),
    date(2000, 2, 29),
    date(2026, 7, 15),
]


# Complete years.


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(1996, 7, 2), date(2026, 7, 1), 29),
        (date(1996, 7, 2), date(2026, 7, 2), 30),
        (date(1996, 7, 2), date(2026, 7, 3), 30),
        (date(2026, 7, 2), date(2026, 7, 2), 0),
        (date(1995, 12, 31), date(2026, 1, 1), 30),
        (date(1996, 1, 1), date(2025, 12, 31), 29),
    ],
)
def test_a_year_is_complete_on_the_birthday(born, on, years):
    assert complete_years(born, on) == years


@pytest.mark.parametrize(
    ("on", "years"),
    [
        (date(2026, 2, 28), 29),
        (date(2026, 3, 1), 30),
        (date(2028, 2, 28), 31),
        (date(2028, 2, 29), 32),
        (date(2028, 3, 1), 32),
        (date(2100, 2, 28), 103),
        (date(2100, 3, 1), 104),
    ],
)
def test_someone_born_on_29_february_is_a_year_older_on_1_march_of_a_common_year(on, years):
    assert complete_years(date(1996, 2, 29), on) == years


def test_someone_born_on_28_february_or_1_march_has_that_birthday_in_every_year():
    assert [complete_years(date(1996, 2, 28), date(2026, 2, day)) for day in (27, 28)] == [29, 30]
    assert [complete_years(date(1996, 3, 1), on) for on in (date(2028, 2, 29), date(2028, 3, 1))] == [31, 32]


@examples(300)
@given(st.dates(date(1890, 1, 1), date(2030, 1, 1)), st.integers(0, 60_000))
def test_complete_years_are_the_birthdays_lived_through(born, days):
    on = min(born + timedelta(days=days), date(2100, 12, 31))
    assert complete_years(born, on) == reference.age(born, on)


# Ages by the day of birth: what the lookups of an age are made of.


@pytest.mark.parametrize("facts_on", DAYS, ids=str)
def test_days_by_year_agree_with_complete_years_day_by_day(facts_on):
    counts = days_by_year(facts_on, 70)
    ages = [years for years, count in enumerate(counts) for _ in range(count)]
    assert len(counts) == 71
    assert ages == [complete_years(facts_on - timedelta(days=lived), facts_on) for lived in range(len(ages))]
    assert complete_years(facts_on - timedelta(days=len(ages)), facts_on) == 71


@pytest.mark.parametrize("facts_on", DAYS, ids=str)
@pytest.mark.parametrize("years", [0, 1, 2, 3, 17, 29, 99])
def test_earliest_birth_is_the_first_day_at_which_the_years_are_not_exceeded(facts_on, years):
    first = earliest_birth(facts_on, years)
    assert complete_years(first, facts_on) == years
    assert complete_years(first - timedelta(days=1), facts_on) == years + 1


@examples(200)
@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(0, 120))
def test_earliest_birth_holds_on_any_day(facts_on, years):
    first = earliest_birth(facts_on, years)
    assert complete_years(first, facts_on) == years
    assert complete_years(first - timedelta(days=1), facts_on) == years + 1


# Digits and values of codes, from dated lists.


def derived(name, code, day):
    return dict(PROGRAM.on(day).derived[name].of_values)[code]


def test_a_digit_is_the_one_at_its_position_counted_from_1():
    assert {code: derived("rank", code, date(2030, 1, 1)) for code in ("L000", "L110", "L230", "L408")} == {
        "L000": 0,
        "L110": 1,
        "L230": 2,
        "L408": 4,
    }


def test_a_value_of_a_code_is_that_of_the_list_in_force():
    assert derived("need", "L010", date(2031, 12, 31)) == "plenty"
    assert derived("need", "L010", date(2032, 1, 1)) == "scarce"


def test_a_code_enters_and_leaves_the_domain_with_its_list():
    before, after = (PROGRAM.on(day).inputs["craft"].labels for day in (date(2031, 12, 31), date(2032, 1, 1)))
    assert ("L408" in before, "L440" in before) == (True, False)
    assert ("L408" in after, "L440" in after) == (False, True)


def test_a_cell_with_a_comma_is_one_cell():
    assert PROGRAM.on(date(2030, 1, 1)).lists["crafts"].by_code["L230"]["title_fr"] == "Crieur, de nuit"


# The domain of a derived input.


def test_an_age_goes_from_0_to_the_years_that_the_date_may_lie_back():
    domain = PROGRAM.on(date(2030, 1, 1)).inputs["age"]
    assert (domain.kind, domain.low, domain.high, domain.none) == ("whole", 0, 101, False)


def test_an_input_is_none_where_its_attribute_has_nothing_to_say():
    inputs = PROGRAM.on(date(2030, 1, 1)).inputs
    assert (inputs["mentor_age"].none, inputs["rank"].none, inputs["need"].none) == (True, False, False)


# The forms of a function: plain Python, when/then, lookups (SQL is compared through scores).


def check_forms(regulation, folder, pool, facts_on):
    """Derive every input by each form, and compare with the reference; what is unknown is null in all."""
    typed = conform(pool.frame(), regulation, facts_on)
    by_lookup, absent = with_inputs(typed, regulation, facts_on)
    names = ["declaration_id", *[name for name in regulation.derived if name not in absent]]
    by_when_then = typed
    for stage in plain.stages(regulation, facts_on, typed.columns)[: len(regulation.derived)]:
        by_when_then = by_when_then.with_columns([e for e in stage if e.meta.output_name() in names])
    rows = [reference.facts_of(regulation, folder, row, facts_on) for row in pool.rows]
    wanted = [{name: None if row[name] is reference.UNKNOWN else row[name] for name in names} for row in rows]
    assert by_lookup.collect().select(names).to_dicts() == wanted
    assert by_when_then.select(names).to_dicts() == wanted
    in_python = [values_of(row, regulation, facts_on) for row in typed.to_dicts()]
    assert [{name: row[name] for name in names[1:]} for row in in_python] == [
        {name: row[name] for name in names[1:]} for row in wanted
    ]
    assert not any(set(absent) & set(row) for row in in_python)


@examples(10)
@given(data=st.data(), day=st.sampled_from([date(2030, 1, 1), date(2032, 1, 1)]))
def test_every_form_of_a_derived_input_agrees_on_the_invented_law(data, day):
    regulation = PROGRAM.on(day)
    pool, facts_on = data.draw(pools(regulation, LUMEN))
    check_forms(regulation, LUMEN, pool, facts_on)


@examples(25)
@given(data=st.data())
def test_every_form_of_a_derived_input_agrees_on_random_laws(data):
    law = data.draw(laws())
    with law.written() as folder:
        regulation = rules.load(folder).on(DAY)
        pool, facts_on = data.draw(pools(regulation, folder))
        check_forms(regulation, folder, pool, facts_on)


def test_every_code_has_its_value_by_every_form():
    regulation = PROGRAM.on(date(2030, 1, 1))
    pool = make_pool(regulation, LUMEN, seed=1, size=1, facts_on=regulation.day, complete=True)
    codes = regulation.inputs["craft"].labels
    rows = [pool.rows[0] | {"craft": code, "declaration_id": code} for code in codes]
    check_forms(regulation, LUMEN, type(pool)(rows, pool.columns, regulation), regulation.day)


@pytest.mark.parametrize("facts_on", DAYS, ids=str)
def test_every_day_of_birth_has_its_age_by_every_form(facts_on):
    regulation = PROGRAM.on(date(2030, 1, 1))
    born = pl.Series("birth_date", [facts_on - timedelta(days=lived) for lived in range(41 * 366)])
    pool = make_pool(regulation, LUMEN, seed=1, size=1, facts_on=facts_on, complete=True)
    frame = pl.concat([pool.frame()] * len(born)).with_columns(born)
    typed = conform(frame, regulation, facts_on)
    ages = [complete_years(day, facts_on) for day in born]
    stages = plain.stages(regulation, facts_on, typed.columns)
    [age] = [column for stage in stages for column in stage if column.meta.output_name() == "age"]
    assert typed.select(age)["age"].to_list() == ages
    assert with_inputs(typed, regulation, facts_on)[0].collect()["age"].to_list() == ages

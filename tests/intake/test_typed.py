"""What was typed → JSON values, and back: digits 0 to 9 only, nothing guessed, nothing lost."""

from datetime import date

import pytest
from declarations import GUILD, LAWS, law, one, sampled
from hypothesis import given
from hypothesis import strategies as st
from strategies import DAY, days_of_facts, examples, laws, make_pool

from intake.fields import declared_names
from intake.models import check
from intake.typed import shown, trimmed, typed
from rules.program import load

PSTQ = "quebec/pstq"
PROGRAMS = pytest.mark.parametrize("program", list(LAWS), ids=["pstq", "express_entry", "lumen"])


def read(program=PSTQ, **form):
    return {name: value for name, value in typed(form, law(program)).items() if value is not None}


@PROGRAMS
def test_what_is_shown_is_read_as_it_was(program):
    for row in sampled(program):
        values = check(row, law(program), LAWS[program]).values
        fields = shown(values, law(program))
        assert typed(fields, law(program)) == values
        without_parts = {name: text for name, text in fields.items() if name in values}
        assert typed(without_parts, law(program)) == values


@examples(40)
@given(st.data())
def test_it_is_so_under_any_law(data):
    with data.draw(laws()).written() as folder:
        regulation = load(folder).on(DAY)
        today = data.draw(days_of_facts(DAY))
        for row in make_pool(regulation, folder, data.draw(st.integers(0, 2**32 - 1)), 10, today).rows:
            said = {n: row.get(n) for n in declared_names(regulation)}
            values = {n: v.isoformat() if isinstance(v, date) else v for n, v in said.items()}
            assert typed(shown(values, regulation), regulation) == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("7 ", 7),
        ("\u00a07\u202f", 7),
        ("\u200b 7\ufeff", 7),
        ("07", 7),
        ("-1", -1),
        ("７", "７"),
        ("٧", "٧"),
        ("7.0", "7.0"),
        ("7,5", "7,5"),
        ("1 000", "1 000"),
        ("+7", "+7"),
        ("sept", "sept"),
        ("1" * 30, "1" * 30),
        ("", None),
        (" \u00a0", None),
    ],
)
def test_whole_numbers(text, value):
    assert typed({"experience_months": text}, law(PSTQ))["experience_months"] == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("oui", True),
        ("Yes ", True),
        ("false", False),
        ("NON", False),
        ("no", False),
        ("1", "1"),
        ("", None),
    ],
)
def test_yes_and_no(text, value):
    assert typed({"regulated_job": text}, law(PSTQ))["regulated_job"] is value or value == "1"
    assert check(one() | typed({"regulated_job": "1"}, law(PSTQ)), law(PSTQ), LAWS[PSTQ]).values is None


@pytest.mark.parametrize(
    ("year", "month", "day", "value"),
    [
        ("1990", "2", "3", "1990-02-03"),
        (" 1990", "02 ", "\u00a03", "1990-02-03"),
        ("2025", "2", "29", "2025-02-29"),
        ("90", "2", "3", "90-2-3"),
        ("1990", "février", "3", "1990-février-3"),
        ("1990", "", "3", "1990-?-3"),
        ("１９９０", "2", "3", "１９９０-2-3"),
        ("", "", "", None),
    ],
)
def test_dates_in_three_fields(year, month, day, value):
    form = {"birth_date_year": year, "birth_date_month": month, "birth_date_day": day}
    assert typed(form, law(PSTQ))["birth_date"] == value


def test_three_fields_come_before_the_one():
    assert read(birth_date="1990-02-03") == {"birth_date": "1990-02-03"}
    assert read(birth_date="1990-02-03", birth_date_year="1991", birth_date_month="2", birth_date_day="3") == {
        "birth_date": "1991-02-03"
    }


def test_codes_keep_their_zeros_and_nothing_else_of_the_form_is_read():
    assert read(main_occupation=" 00012 ", csrf="x", submitted_at="now", **{"": "y"}) == {"main_occupation": "00012"}
    assert list(typed({}, law(PSTQ))) == list(declared_names(law(PSTQ)))
    assert set(typed({}, law(PSTQ)).values()) == {None}


def test_text_keeps_the_spaces_inside():
    assert read(str(GUILD), hair="  brun  clair ") == {"hair": "brun  clair"}


@examples(200)
@given(st.dictionaries(st.sampled_from([*shown({}, law(PSTQ))]), st.text(max_size=30), max_size=10))
def test_whatever_is_typed_is_read_or_stays_as_typed(form):
    values = typed(form, law(PSTQ))
    assert set(values) == set(declared_names(law(PSTQ)))
    for name, value in values.items():
        if isinstance(value, str) and law(PSTQ).attributes[name].type != "date":
            assert value == trimmed(form[name])
    check(values, law(PSTQ), LAWS[PSTQ])


@examples(200)
@given(st.text())
def test_trimming_twice_changes_nothing(text):
    assert trimmed(trimmed(text)) == trimmed(text)

"""Intervals, domains, axes, tables and caps: a value lies in one row, and the row gives the points."""

from datetime import date

import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from strategies import LUMEN, examples

import rules
from rules import bounds
from rules.domains import Domain, Interval
from rules.tables import Cap, TableCheck, TableModel
from rules.text import same

LAW = rules.load(LUMEN).on(date(2030, 1, 1))
DOMAINS = {
    "age": Domain("whole", 0, 121),
    "test": Domain("whole", 0, 101, none=True),
    "lamp": Domain("label", labels=("none", "wick", "arc")),
    "spouse_lamp": Domain("label", labels=("wick", "arc"), none=True),
    "spouse": Domain("boolean"),
}


def table(**said):
    """Read a table as a law file says it."""
    said = {"id": "points"} | said
    return TableCheck(same("here"), DOMAINS).table(TableModel.model_validate(said))


def test_a_table_of_several_inputs_is_bounded_by_all_that_they_can_be():
    read = table(each=["test", "age"], rows=[["[0, 101)", 1]], outside=5)
    assert bounds.of_table(read, {}) == (2, 10)


# Intervals.


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("[18, 31)", 18, 30),
        ("[18, 30]", 18, 30),
        ("(17, 31)", 18, 30),
        ("(17, 30]", 18, 30),
        ("[18,31)", 18, 30),
        ("  [ 18 , 31 )  ", 18, 30),
        ("[5, 5]", 5, 5),
        ("(4, 6)", 5, 5),
        ("[-5, -2)", -5, -3),
        ("(-5, 0]", -4, 0),
        ("[007, 010)", 7, 9),
    ],
)
def test_an_interval_holds_the_numbers_between_its_brackets(written, first, last):
    interval = Interval.parse(written)
    assert [n for n in range(-20, 60) if n in interval] == list(range(first, last + 1))


@pytest.mark.parametrize("written", ["[48, +)", "(47, +)", "[48,+]", "(47,+]"])
def test_a_plus_leaves_the_upper_end_open(written):
    interval = Interval.parse(written)
    assert (47 in interval, 48 in interval, 10**12 in interval) == (False, True, True)


@pytest.mark.parametrize("written", ["(-, 18)", "[-, 18)", "(-, 17]", "[-,17]"])
def test_a_minus_leaves_the_lower_end_open(written):
    interval = Interval.parse(written)
    assert (-(10**12) in interval, 17 in interval, 18 in interval) == (True, True, False)


def test_an_interval_open_at_both_ends_holds_every_number():
    interval = Interval.parse("(-, +)")
    assert all(n in interval for n in (-(10**12), 0, 10**12))


@pytest.mark.parametrize(
    "written",
    [
        "[31, 18)",
        "[5, 5)",
        "(5, 5]",
        "(5, 6)",
        "[18, 31",
        "18, 31",
        "18-30",
        "[18; 31)",
        "[a, b)",
        "",
        "[]",
        "[18)",
        "[1.5, 3)",
        "[+, 5)",
        "[5, -)",
        "[1 000, 2 000)",
        "[١, ٥)",
        "{18, 31}",
        "[18, 31) [31, 40)",
        "≥ 18",
    ],
)
def test_what_holds_no_number_is_no_interval(written):
    assert Interval.parse(written) is None


@examples(100)
@given(st.sampled_from("[("), st.integers(-50, 50), st.integers(-50, 50), st.sampled_from(")]"), st.integers(-60, 60))
def test_a_square_bracket_includes_its_end_and_a_round_one_does_not(opening, low, high, closing, value):
    interval = Interval.parse(f"{opening}{low}, {high}{closing}")
    above = value >= low if opening == "[" else value > low
    below = value <= high if closing == "]" else value < high
    assert (interval is not None and value in interval) == (above and below)


@examples(50)
@given(st.one_of(st.none(), st.integers(-50, 50)), st.integers(1, 50), st.booleans())
def test_an_interval_written_out_and_read_again_is_the_same(low, length, open_end):
    interval = Interval(low, None if open_end else (low or 0) + length)
    assert Interval.parse(str(interval)) == interval


# Domains.


def test_a_whole_number_is_no_boolean_and_a_boolean_no_whole_number():
    assert 1 in DOMAINS["age"]
    assert True not in DOMAINS["age"]
    assert True in DOMAINS["spouse"]
    assert 1 not in DOMAINS["spouse"]


def test_a_domain_ends_before_its_upper_bound():
    assert [n in DOMAINS["age"] for n in (-1, 0, 120, 121)] == [False, True, True, False]


def test_null_is_a_value_only_where_none_is():
    assert {name: None in domain for name, domain in DOMAINS.items()} == {
        "age": False,
        "test": True,
        "lamp": False,
        "spouse_lamp": True,
        "spouse": False,
    }


def test_the_size_of_a_domain_counts_null_where_it_is_a_value():
    assert {name: domain.size for name, domain in DOMAINS.items()} == {
        "age": 121,
        "test": 102,
        "lamp": 3,
        "spouse_lamp": 3,
        "spouse": 2,
    }


# Tables.


def test_a_table_gives_the_points_of_the_row_that_holds_the_value():
    by_age = table(row_input="age", rows=[["[18, 31)", 120], ["[31, 45]", 60]], outside=-5)
    assert [by_age.cell(age)[2] for age in (17, 18, 30, 31, 45, 46)] == [-5, 120, 120, 60, 60, -5]


def test_a_value_beyond_the_ends_lies_in_no_row():
    by_age = table(row_input="age", rows=[["[18, 31)", 120]], outside=0)
    assert [by_age.cell(age)[0] for age in (17, 18, 31)] == [None, 0, None]
    assert [by_age.rows.name(by_age.cell(age)[0]) for age in (17, 18)] == ["outside", "[18, 31)"]


def test_a_second_input_chooses_the_column():
    by_both = table(
        row_input="age", column_input="spouse", columns=[True, False], rows=[["[18, +)", 100, 120]], outside=0
    )
    assert by_both.cell(20, True) == (0, 0, 100)
    assert by_both.cell(20, False) == (0, 1, 120)
    assert by_both.cell(17, False) == (None, 1, 0)


def test_columns_may_be_intervals_when_they_hold_every_number():
    by_both = table(
        row_input="spouse", column_input="age", columns=["(-, 30]", "(30, +)"], rows=[[False, 1, 2], [True, 3, 4]]
    )
    assert [by_both.cell(spouse, age)[2] for spouse in (False, True) for age in (0, 30, 31, 120)] == [
        1,
        1,
        2,
        2,
        3,
        3,
        4,
        4,
    ]


def test_none_is_the_row_of_a_null():
    by_test = table(row_input="test", rows=[["[0, 50)", 1], ["none", 7], ["[50, 101)", 2]], outside=0)
    assert [by_test.cell(value)[2] for value in (None, 0, 49, 50, 100)] == [7, 1, 1, 2, 2]
    assert by_test.rows.name(by_test.cell(None)[0]) == "none"


def test_none_is_a_label_where_the_attribute_has_that_label():
    by_lamp = table(row_input="lamp", rows=[["arc", 9], ["none", 1], ["wick", 4]])
    assert [by_lamp.cell(lamp)[2] for lamp in ("none", "wick", "arc")] == [1, 4, 9]


def test_none_is_a_null_where_the_attribute_has_no_such_label():
    by_lamp = table(row_input="spouse_lamp", rows=[["arc", 9], ["none", 1], ["wick", 4]])
    assert [by_lamp.cell(lamp)[2] for lamp in (None, "wick", "arc")] == [1, 4, 9]


def test_a_row_of_true_is_no_row_of_one():
    by_spouse = table(row_input="spouse", rows=[[False, 3], [True, 8]])
    assert [by_spouse.cell(value)[2] for value in (False, True)] == [3, 8]


def test_the_first_row_may_begin_below_the_domain_and_the_last_end_beyond_it():
    by_age = table(row_input="age", rows=[["[-10, 50)", 1], ["[50, 500)", 2]], outside=99)
    assert {by_age.cell(age)[2] for age in range(121)} == {1, 2}


def test_the_same_table_read_for_several_inputs_names_them_all():
    letters = next(criterion for criterion in LAW.criteria if criterion.id == "letters").tables[0]
    assert letters.row_inputs == ("reading", "writing", "reckoning")
    assert letters.inputs == ("reading", "writing", "reckoning", "mentor")


def test_every_cell_of_the_invented_law_is_found_by_the_reference_too():
    compared = 0
    for criterion in LAW.criteria:
        for one in criterion.tables:
            rows = [*LAW.inputs[one.row_inputs[0]].answers, *([None] if None in one.rows.keys else [])]
            columns = [*LAW.inputs[one.column_input].answers] if one.column_input else [None]
            for row in rows:
                for column in columns:
                    assert one.cell(row, column)[2] == reference.cell(one, row, column), (criterion.id, row, column)
                    compared += 1
    assert compared > 15_000


# Caps.


def test_a_cap_is_one_number_or_one_by_the_value_of_an_input():
    assert Cap((50,)).at({}) == 50
    by_spouse = Cap((24, 22), "spouse", (False, True))
    assert [by_spouse.at({"spouse": value}) for value in (False, True)] == [24, 22]


def test_a_cap_by_labels_follows_the_order_in_which_they_are_written():
    cap = next(c for c in LAW.criteria if c.id == "mentor_practice").cap
    assert {patron: cap.at({"patron": patron}) for patron in ("none", "guild", "mentor")} == {
        "none": 6,
        "guild": 15,
        "mentor": 20,
    }

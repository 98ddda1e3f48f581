"""Conditions: each test is true, false or unknown, and they combine by Kleene's logic."""

from datetime import date

import polars as pl
import pytest
from strategies import LUMEN

import rules
from rules import plain
from rules.conditions import ALWAYS, ConditionReader, all_of, any_of, as_raw
from rules.functions import column_type
from rules.text import same

LAW = rules.load(LUMEN).on(date(2030, 1, 1))
UNKNOWN = None


def condition(raw):
    """Read a condition as a law file says it."""
    return ConditionReader(same("here"), LAW.scope).read(raw)


def holds(raw, **values):
    """Answer a condition for one declaration by ``Condition.holds``; when/then must answer alike."""
    read = condition(raw)
    answer = read.holds(values)
    columns = {name: pl.Series([value], dtype=column_type(LAW.inputs[name])) for name, value in values.items()}
    absent = [name for name in read.inputs if name not in values]
    assert pl.DataFrame(columns or {"row": [0]}).select(answer=plain.condition(read, absent))["answer"].to_list() == [
        answer
    ]
    return answer


# Kleene's logic.


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (True, True, True, True),
        (True, False, False, True),
        (True, UNKNOWN, UNKNOWN, True),
        (False, False, False, False),
        (False, UNKNOWN, False, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_false_decides_all_of_and_true_decides_any_of(left, right, both, either):
    assert all_of([left, right]) is all_of([right, left]) is both
    assert any_of([left, right]) is any_of([right, left]) is either


def test_all_of_nothing_is_true_and_any_of_nothing_is_false():
    assert all_of([]) is True
    assert any_of([]) is False


# One test.


def test_a_label_is_asked_for_by_its_name():
    assert holds({"lamp": "arc"}, lamp="arc") is True
    assert holds({"lamp": "arc"}, lamp="oil") is False


def test_one_of_several_labels_is_asked_for_by_a_list():
    assert [holds({"lamp": ["arc", "oil"]}, lamp=lamp) for lamp in ("none", "wick", "oil", "arc")] == [
        False,
        False,
        True,
        True,
    ]


def test_a_number_is_asked_for_by_itself_by_a_list_or_by_an_interval():
    assert [holds({"rank": 2}, rank=rank) for rank in range(5)] == [False, False, True, False, False]
    assert [holds({"rank": [0, 4]}, rank=rank) for rank in range(5)] == [True, False, False, False, True]
    assert [holds({"rank": "(0, 2]"}, rank=rank) for rank in range(5)] == [False, True, True, False, False]


def test_an_interval_may_reach_beyond_the_domain():
    assert [holds({"rank": "[-7, 3)"}, rank=rank) for rank in range(5)] == [True, True, True, False, False]


def test_a_boolean_is_asked_for_by_true_or_false():
    assert [holds({"mentor": True}, mentor=mentor) for mentor in (True, False)] == [True, False]
    assert [holds({"mentor": False}, mentor=mentor) for mentor in (True, False)] == [False, True]


def test_a_code_is_asked_for_by_a_list_of_the_law():
    read = condition({"craft": {"in_list": "night_crafts"}})
    assert read.lists == ("night_crafts",)
    assert [holds({"craft": {"in_list": "night_crafts"}}, craft=code) for code in ("L205", "L010")] == [True, False]


def test_not_turns_any_test_round():
    assert [holds({"lamp": {"not": "arc"}}, lamp=lamp) for lamp in ("oil", "arc")] == [True, False]
    assert [holds({"lamp": {"not": ["arc", "oil"]}}, lamp=lamp) for lamp in ("wick", "arc")] == [True, False]
    assert [holds({"rank": {"not": "[2, +)"}}, rank=rank) for rank in (1, 2)] == [True, False]
    assert [holds({"mentor": {"not": True}}, mentor=mentor) for mentor in (False, True)] == [True, False]
    assert [holds({"craft": {"not": {"in_list": "night_crafts"}}}, craft=code) for code in ("L010", "L205")] == [
        True,
        False,
    ]


# Nulls: an answer, an unknown, an absent column.


def test_who_took_no_test_has_passed_none_and_failed_none():
    assert holds({"sight_test": "[60, +)"}, sight_test=None) is False
    assert holds({"sight_test": "[0, 60)"}, sight_test=None) is False
    assert holds({"sight_test": 60}, sight_test=None) is False
    assert holds({"sight_test": [59, 60]}, sight_test=None) is False


def test_not_holds_for_a_null_that_is_an_answer():
    assert holds({"sight_test": {"not": "[0, 20)"}}, sight_test=None) is True
    assert holds({"sight_test": {"not": 10}}, sight_test=None) is True
    assert holds({"mentor_lamp": {"not": "arc"}}, mentor_lamp=None) is True
    assert holds({"mentor_sworn": {"not": True}}, mentor_sworn=None) is True
    assert holds({"mentor_age": {"not": "[0, 30)"}}, mentor_age=None) is True


def test_a_null_that_is_not_known_stays_unknown_even_turned_round():
    for wanted in (True, {"not": True}, False, {"not": False}):
        assert holds({"sworn": wanted}, sworn=None) is UNKNOWN
    for wanted in ("north", ["north", "south"], {"not": "north"}, {"not": ["north", "south", "harbour"]}):
        assert holds({"ward": wanted}, ward=None) is UNKNOWN
    for wanted in (3, [3, 4], "[3, +)", {"not": 3}, {"not": "(-, 10]"}):
        assert holds({"lanterns": wanted}, lanterns=None) is UNKNOWN


def test_an_absent_column_is_unknown_even_where_its_null_would_be_an_answer():
    assert holds({"sight_test": "[60, +)"}) is UNKNOWN
    assert holds({"sight_test": {"not": "[60, +)"}}) is UNKNOWN
    assert holds({"lamp": {"not": "none"}}) is UNKNOWN
    assert holds({"ward": "north"}) is UNKNOWN


def test_a_label_none_is_a_value_like_any_other():
    assert holds({"lamp": {"not": "none"}}, lamp="none") is False
    assert holds({"lamp": {"not": "none"}}, lamp="wick") is True
    assert holds({"lamp": "none"}, lamp="none") is True


# Several tests.


def test_the_keys_of_one_table_must_all_hold():
    both = {"mentor": True, "rank": [0, 1]}
    answers = [holds(both, mentor=mentor, rank=rank) for mentor in (True, False) for rank in (1, 2)]
    assert answers == [True, False, False, False]


def test_one_table_of_a_list_must_hold():
    either = [{"mentor": True}, {"rank": [0, 1]}]
    answers = [holds(either, mentor=mentor, rank=rank) for mentor in (True, False) for rank in (1, 2)]
    assert answers == [True, True, True, False]


def test_what_is_unknown_matters_only_where_the_rest_does_not_decide():
    assert holds({"sworn": True, "mentor": True}, sworn=None, mentor=False) is False
    assert holds({"sworn": True, "mentor": True}, sworn=None, mentor=True) is UNKNOWN
    assert holds([{"sworn": True}, {"mentor": True}], sworn=None, mentor=True) is True
    assert holds([{"sworn": True}, {"mentor": True}], sworn=None, mentor=False) is UNKNOWN
    assert holds([{"sworn": True}, {"mentor": True}], mentor=False) is UNKNOWN


def test_a_condition_without_options_always_holds():
    assert ALWAYS.holds({}) is True
    assert ALWAYS.inputs == ()


def test_a_condition_names_each_input_once_in_order():
    read = condition([{"rank": 1, "mentor": True}, {"mentor": False, "craft": {"in_list": "night_crafts"}}])
    assert read.inputs == ("rank", "mentor", "craft")


def test_written_out_a_condition_spells_its_lists_and_keeps_its_nots():
    read = condition([{"craft": {"in_list": "night_crafts"}, "rank": {"not": "(1, 3]"}}, {"mentor": True}])
    assert as_raw(read) == [{"craft": ["L205", "L230", "L400"], "rank": {"not": "[2, 4)"}}, {"mentor": [True]}]


# Requirements and streams.


def stream(name):
    return next(stream for stream in LAW.streams if stream.id == name)


KEEPER = {"rank": 1, "craft": "L110", "sworn": True, "sight_test": 50, "debt": "clear"}


def test_a_stream_holds_when_every_requirement_does():
    assert stream("keeper").holds(KEEPER) is True
    assert stream("keeper").holds(KEEPER | {"debt": "default"}) is False


def test_one_requirement_that_fails_decides_though_another_is_unknown():
    unsworn = {"sworn": None, "ward": None, "lanterns": None}
    assert stream("keeper").holds(KEEPER | unsworn) is UNKNOWN
    assert stream("keeper").holds(KEEPER | unsworn | {"sight_test": 10}) is False


def test_another_way_to_meet_a_requirement_settles_what_is_unknown():
    assert stream("keeper").holds(KEEPER | {"sworn": None, "ward": "north", "lanterns": 11}) is True
    assert stream("keeper").holds(KEEPER | {"sworn": None, "ward": "harbour", "lanterns": 11}) is UNKNOWN
    assert stream("keeper").holds(KEEPER | {"sworn": False, "ward": "harbour", "lanterns": 11}) is False

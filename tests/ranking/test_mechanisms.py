"""Mechanisms: the examples of the definitions, how ties end, and what becomes of those who are not taken."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
import reference_round
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from ranking.contest import Contest
from ranking.instruction import Selection
from ranking.mechanisms import MECHANISMS
from ranking.order import Standing
from ranking.outcomes import Outcome

TIES = ["key", "all_in", "all_out"]
HOUR_0 = datetime(2030, 6, 1, tzinfo=UTC)


def people(text):
    """Read ``a500@9 b-3@2``: who, with how many points, submitted at what hour."""
    words = [(word[0], *word[1:].split("@")) for word in text.split()]
    return [(name, int(points), int(hour)) for name, points, hour in words]


def standing_of(candidates):
    rows = [(points, HOUR_0 + timedelta(hours=hour), name) for name, points, hour in candidates]
    schema = {"score": pl.Int32, "submitted_at": pl.Datetime("us", "UTC"), "declaration_id": pl.String}
    return Standing(pl.DataFrame(rows, schema=schema, orient="row"), (True, False))


def selection(mechanism, **given_):
    title = {"fr": "essai", "en": "trial"}
    return Selection(id="1", title=title, mechanism=mechanism, certainty="published", **given_)


def pick(candidates, mechanism, **given_):
    """Give those taken, best first, as one word, and the outcome of each candidate."""
    positions = np.arange(len(candidates), dtype=np.int64)
    taken = MECHANISMS[mechanism].pick(Contest(selection(mechanism, **given_), standing_of(candidates), positions))
    names = [name for name, _, _ in candidates]
    outcomes = {name: Outcome(int(code)).name for name, code in zip(names, taken.outcomes, strict=True)}
    return "".join(names[position] for position in taken.positions), outcomes


def count(candidates, size, ties="key", **given_):
    return pick(candidates, "count", size=size, ties=ties, **given_)


# The examples of the definitions.

EIGHT = people("a500@9 b500@3 c500@7 d495@8 e495@2 f495@5 g495@6 h490@1")


@pytest.mark.parametrize(("ties", "expected"), [("key", "bcaef"), ("all_in", "bcaefgd"), ("all_out", "bca")])
def test_five_places_for_three_above_and_four_equals(ties, expected):
    taken, outcomes = count(EIGHT, 5, ties)
    assert taken == expected
    assert {name for name, outcome in outcomes.items() if outcome == "invited"} == set(expected)
    assert {name for name, outcome in outcomes.items() if outcome == "tie_lost"} == set("defg") - set(expected)
    assert outcomes["h"] == "below_cut_off"


@pytest.mark.parametrize("french_first", [False, True])
def test_the_order_of_two_selections_changes_who_is_invited(french_first):
    pool = [("1", 480, 0), ("2", 470, 0), ("3", 460, 0), ("4", 450, 0), ("5", 440, 0), ("6", 430, 0)]
    french = [person for person in pool if person[0] in "1356"]
    first, _ = count(french if french_first else pool, 2)
    left = [person for person in (pool if french_first else french) if person[0] not in first]
    second, _ = count(left, 2)
    assert (first, second) == (("13", "24") if french_first else ("12", "35"))


def test_a_threshold_takes_all_at_or_above_it_and_the_count_is_a_result():
    taken, outcomes = pick(EIGHT, "threshold", min_score=495)
    assert taken == "bcaefgd"
    assert outcomes["h"] == "below_minimum"
    assert pick(EIGHT, "threshold", min_score=501) == ("", dict.fromkeys("abcdefgh", "below_minimum"))


def test_all_takes_all_best_first():
    assert pick(EIGHT, "all") == ("bcaefgdh", dict.fromkeys("abcdefgh", "invited"))


# Those who are not taken.


def test_under_the_minimum_under_the_cut_off_and_at_it_are_three_things():
    candidates = people("a9@1 b8@1 c8@2 d7@1 e5@1 f4@9")
    taken, outcomes = count(candidates, 2, min_score=5)
    assert taken == "ab"
    del outcomes["a"], outcomes["b"]
    assert outcomes == {"c": "tie_lost", "d": "below_cut_off", "e": "below_cut_off", "f": "below_minimum"}


def test_those_under_the_minimum_leave_their_places_empty():
    taken, outcomes = count(people("a9@1 b8@1 c4@1"), 3, min_score=5)
    assert taken == "ab"
    assert outcomes["c"] == "below_minimum"


def test_those_under_the_minimum_are_below_it_even_where_the_selection_filled_up_above():
    _, outcomes = count(people("a9@1 b8@1 c4@1"), 1, min_score=5)
    assert outcomes == {"a": "invited", "b": "below_cut_off", "c": "below_minimum"}


def test_a_minimum_may_be_negative_and_zero_is_a_minimum():
    candidates = people("a1@1 b0@1 c-1@1 d-2@1")
    assert pick(candidates, "threshold", min_score=0)[0] == "ab"
    assert pick(candidates, "threshold", min_score=-1)[0] == "abc"
    assert count(candidates, 9, min_score=0)[0] == "ab"


@pytest.mark.parametrize("ties", TIES)
def test_fewer_candidates_than_places_are_all_taken(ties):
    assert count(people("a1@2 b1@1"), 3, ties) == ("ba", {"a": "invited", "b": "invited"})


@pytest.mark.parametrize("ties", TIES)
def test_no_place_takes_nobody_and_nobody_lost_a_tie(ties):
    assert count(people("a1@2 b1@1"), 0, ties) == ("", {"a": "below_cut_off", "b": "below_cut_off"})


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("size", [0, 1])
def test_no_candidate_gives_no_invitation(size, ties):
    assert count([], size, ties) == ("", {})
    assert count([], size, ties, min_score=3) == ("", {})


def test_no_candidate_gives_no_invitation_by_the_other_mechanisms():
    assert pick([], "threshold", min_score=3) == ("", {})
    assert pick([], "all") == ("", {})


@pytest.mark.parametrize("ties", TIES)
def test_equals_who_fit_exactly_are_taken_however_ties_end(ties):
    assert count(EIGHT, 7, ties) == ("bcaefgd", dict.fromkeys("abcdefg", "invited") | {"h": "below_cut_off"})


def test_everyone_equal_is_nobody_when_all_are_out():
    assert count(people("a1@2 b1@1"), 1, "all_out") == ("", {"a": "tie_lost", "b": "tie_lost"})


# What holds of any candidates.


@st.composite
def crowds(draw):
    """Draw up to ten candidates, many with equal points or one instant, and a count of places."""
    points = st.integers(-2, 2)
    names = draw(st.permutations("abcdefghij"))[: draw(st.integers(0, 10))]
    return [(name, draw(points), draw(st.integers(0, 2))) for name in names], draw(st.integers(0, 11))


@examples(150)
@given(crowd=crowds(), min_score=st.one_of(st.none(), st.integers(-2, 2)), ties=st.sampled_from(TIES))
def test_a_count_is_what_the_definition_says(crowd, min_score, ties):
    candidates, size = crowd
    rows = [
        reference_round.Row(name, None, HOUR_0 + timedelta(hours=hour), points, {}, [])
        for name, points, hour in candidates
    ]
    asked = reference_round.Pick("1", "count", (), size, min_score, ties)
    expected = {row.id: reference_round.verdict(row, rows, asked) for row in rows}
    invited = [row for row in rows if expected[row.id] == "invited"]
    ranks = {name: rank for _, rank, name in reference_round.ranked("1", invited)}
    taken, outcomes = count(candidates, size, ties, min_score=min_score)
    assert outcomes == expected
    assert {name: rank for rank, name in enumerate(taken, 1)} == ranks


@examples(80)
@given(crowds())
def test_all_out_is_among_those_by_key_and_they_among_all_in(crowd):
    candidates, size = crowd
    all_out, key, all_in = (count(candidates, size, ties)[0] for ties in ("all_out", "key", "all_in"))
    assert key.startswith(all_out)
    assert all_in.startswith(key)
    assert len(key) == min(size, len(candidates))


@examples(80)
@given(crowds())
def test_the_ways_to_end_ties_agree_where_equals_fit_exactly_and_only_there(crowd):
    candidates, size = crowd
    points = sorted((points for _, points, _ in candidates), reverse=True)
    split = 0 < size < len(points) and points[size - 1] == points[size]
    assert (len({count(candidates, size, ties)[0] for ties in TIES}) > 1) == split


@examples(80)
@given(crowd=crowds(), ties=st.sampled_from(TIES), more=st.integers(1, 4), data=st.data())
def test_more_points_never_lose_a_place(crowd, ties, more, data):
    candidates, size = crowd
    taken, _ = count(candidates, size, ties)
    if not taken:
        return
    lucky = data.draw(st.sampled_from(taken))
    raised = [(name, points + more * (name == lucky), hour) for name, points, hour in candidates]
    assert lucky in count(raised, size, ties)[0]


@pytest.mark.parametrize("mechanism", ["count", "threshold", "all"])
def test_a_mechanism_takes_none_but_its_candidates(mechanism):
    given_ = {"size": 2, "ties": "key", "min_score": 490}
    needed = {key: given_[key] for key in MECHANISMS[mechanism].needs}
    some = np.array([7, 3, 6], dtype=np.int64)
    taken = MECHANISMS[mechanism].pick(Contest(selection(mechanism, **needed), standing_of(EIGHT), some))
    expected = [6, 3] if mechanism == "count" else [6, 3, 7]
    assert taken.positions.tolist() == expected
    assert [position for position, code in zip(some, taken.outcomes, strict=True) if code == Outcome.invited] == [
        position for position in some if position in expected
    ]


def test_a_receipt_can_tell_how_many_were_tied_and_how_many_of_them_were_taken():
    positions = np.arange(len(EIGHT), dtype=np.int64)
    told = {}
    for ties in TIES:
        asked = selection("count", size=5, ties=ties)
        taken = MECHANISMS["count"].pick(Contest(asked, standing_of(EIGHT), positions))
        told[ties] = (taken.tied, taken.tied_taken)
    assert told == {"key": (4, 2), "all_in": (4, 4), "all_out": (4, 0)}

"""The one total order of a pool, and the cut-off found in it by counting."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import LUMEN, examples, make_pool

import ranking
import rules
from ranking.order import Cut, Standing, cut
from ranking.pool import check_pool

DAY = date(2030, 6, 15)
DAWN = datetime(2030, 6, 1, 5, 0, tzinfo=UTC)

# Few different scores, so that many are tied; and the far ends of the range.
SCORES = st.lists(st.one_of(st.integers(-3, 3), st.integers(-1400, 1400)), min_size=1, max_size=60)
# Numbers that collations, UTF-16 and UTF-8 put in different orders, and numbers that begin with another.
NUMBERS = st.text(alphabet="aAéZz09-\ufffd\U0001d11e", min_size=1, max_size=3)


@pytest.fixture(scope="module")
def law():
    return rules.load(LUMEN).on(DAY)


# The cut-off.


def check_that_counting_is_sorting(scores, size):
    """Everyone above the cut-off and ``places`` of those at it are the head of the sorted scores."""
    found = cut(np.array(scores, dtype=np.int32), size)
    if size >= len(scores):
        assert found is None
        return
    at = scores.count(found.score)
    above = sorted((score for score in scores if score > found.score), reverse=True)
    assert above + [found.score] * found.places == sorted(scores, reverse=True)[:size]
    assert 0 <= found.places <= at
    assert found.places > 0 or size == 0


@examples(400)
@given(SCORES, st.integers(0, 70))
def test_a_cut_off_by_counting_is_that_of_sorting_and_taking_the_head(scores, size):
    check_that_counting_is_sorting(scores, size)


@examples(60)
@given(SCORES)
def test_so_it_is_for_one_place_for_all_but_one_for_all_and_for_one_more(scores):
    for size in {1, len(scores) - 1, len(scores), len(scores) + 1}:
        check_that_counting_is_sorting(scores, size)


@pytest.mark.parametrize(
    ("scores", "size", "expected"),
    [
        ([5], 1, None),
        ([5], 0, Cut(5, 0)),
        ([5, 5, 5], 2, Cut(5, 2)),
        ([-7, -9, -9], 1, Cut(-7, 1)),
        ([-7, -9, -9], 2, Cut(-9, 1)),
        ([3, -3, 0], 2, Cut(0, 1)),
        ([], 0, None),
        ([], 3, None),
    ],
)
def test_where_places_end(scores, size, expected):
    assert cut(np.array(scores, dtype=np.int32), size) == expected


# The order.


@st.composite
def standings(draw):
    """Draw the keys of some declarations: few scores and instants, a microsecond apart; numbers all different."""
    numbers = draw(st.lists(NUMBERS, max_size=12, unique=True))
    instants = st.sampled_from([DAWN, DAWN + timedelta(microseconds=1), DAWN - timedelta(days=1)])
    return [(draw(st.integers(-2, 2)), draw(instants), number) for number in numbers]


def standing_of(rows, law):
    schema = {"declaration_id": pl.String, "submitted_at": pl.Datetime("us", "UTC")}
    frame = pl.DataFrame([(number, instant) for _, instant, number in rows], schema=schema, orient="row")
    return Standing.of(frame, pl.Series([score for score, _, _ in rows], dtype=pl.Int32), law)


def by_hand(row):
    score, instant, number = row
    return -score, instant, number.encode()


def every_position(rows):
    return np.arange(len(rows), dtype=np.int64)


@examples(150)
@given(rows=standings(), chance=st.randoms(use_true_random=False))
def test_more_points_come_first_then_the_earlier_then_the_smaller_number_by_its_bytes(rows, chance, law):
    chosen = sorted(chance.sample(range(len(rows)), chance.randint(0, len(rows))))
    found = standing_of(rows, law).ordered(np.array(chosen, dtype=np.int64))
    assert found.tolist() == sorted(chosen, key=lambda position: by_hand(rows[position]))


@examples(100)
@given(rows=standings(), chance=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, chance, law):
    shuffled = chance.sample(rows, len(rows))
    first, second = (
        [some[position] for position in standing_of(some, law).ordered(every_position(some))]
        for some in (rows, shuffled)
    )
    assert first == second


@examples(60)
@given(rows=standings(), data=st.data())
def test_of_any_two_one_comes_first_whichever_is_asked_first(rows, data, law):
    if len(rows) < 2:
        return
    one, other = data.draw(st.lists(st.sampled_from(range(len(rows))), min_size=2, max_size=2, unique=True))
    standing = standing_of(rows, law)
    pair = np.array([one, other], dtype=np.int64)
    assert standing.ordered(pair).tolist() == standing.ordered(pair[::-1]).tolist()


def test_a_microsecond_comes_before_a_number(law):
    rows = [(10, DAWN + timedelta(microseconds=1), "a"), (10, DAWN, "b")]
    assert standing_of(rows, law).ordered(every_position(rows)).tolist() == [1, 0]


def test_one_instant_written_in_two_zones_is_one_instant(law):
    summer = datetime.fromisoformat("2030-06-01T01:00:00-04:00")
    rows = [(10, DAWN, "b"), (10, summer, "a")]
    assert standing_of(rows, law).ordered(every_position(rows)).tolist() == [1, 0]


def test_a_law_that_ranks_by_points_alone_ends_with_the_number_too(law):
    keys = standing_of([(1, DAWN, "b"), (1, DAWN + timedelta(days=1), "a"), (2, DAWN, "c")], law).keys
    standing = Standing(keys.select("score", "submitted_at", "declaration_id"), (True,))
    assert standing.ordered(np.arange(3, dtype=np.int64)).tolist() == [2, 1, 0]


def test_the_keys_of_a_declaration_are_told_as_they_are(law):
    told = standing_of([(7, DAWN, "a")], law).key(0)
    assert told == {"score": 7, "submitted_at": "2030-06-01T05:00:00+00:00", "declaration_id": "a"}


# Null and NaN rank first in a descending sort: none may come as far.


@examples(40)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_key_of_a_pool_is_null_however_much_is_unknown(seed, law):
    made = make_pool(law, LUMEN, seed, 20, DAY)
    pool = check_pool(made.frame(), law, facts_on=DAY)
    scores = ranking.score(pool.frame, law, facts_on=DAY, breakdown=False)["score"]
    keys = Standing.of(pool.frame, scores, law).keys
    assert keys["score"].dtype == pl.Int32
    assert sum(keys.null_count().row(0)) == 0


def pool_with(column, values, law):
    made = make_pool(law, LUMEN, 3, 30, DAY)
    assert len(made.rows) > len(values)
    return made.frame().head(len(values)).with_columns(pl.Series(column, values))


NOT_A_KEY = {
    "a score from NaN": ("reading", [5.0, float("nan"), 7.0]),
    "a score from infinity": ("reading", [5.0, float("inf"), 7.0]),
    "a score from a null": ("reading", [5, None, 7]),
    "no instant": ("submitted_at", [DAWN, None, DAWN]),
    "no number": ("declaration_id", ["a", None, "c"]),
    "one number twice": ("declaration_id", ["a", "b", "a"]),
}


@pytest.mark.parametrize("case", NOT_A_KEY)
def test_what_cannot_be_ranked_never_reaches_the_order(case, law):
    raw = pool_with(*NOT_A_KEY[case], law)
    with pytest.raises(ranking.PoolError):
        check_pool(raw, law, facts_on=DAY)
    pool = check_pool(raw, law, facts_on=DAY, quarantine=True)
    assert pool.quarantine.height > 0
    scores = ranking.score(pool.frame, law, facts_on=DAY, breakdown=False)["score"]
    assert sum(Standing.of(pool.frame, scores, law).keys.null_count().row(0)) == 0

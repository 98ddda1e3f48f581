"""Forecasts: from what was known before the day alone, by a model that finds the scale of data made by its own law."""

from datetime import date, timedelta
from functools import cache
from math import log

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from ranking.published import express_entry_rounds
from ranking.simulate.backtest import forecast as model
from ranking.simulate.backtest.forecast import Held, forecast, half_width, history, scale_of, summary

COLUMNS = ("round", "number", "round_date", "category", "invitations", "min_score")


@cache
def rounds():
    return express_entry_rounds()


def table(*rows):
    """Rounds of one kind: day, invitations, minimum score."""
    frame = pl.DataFrame(rows, schema=["round_date", "invitations", "min_score"], orient="row")
    return frame.with_columns(
        category=pl.lit("cec"), number=pl.int_range(pl.len()), round=pl.int_range(pl.len()).cast(pl.String)
    )


@given(st.data())
@examples(40)
def test_nothing_that_happens_on_the_day_or_later_can_change_a_forecast(data):
    held = rounds().filter(pl.col("round_date") >= date(2022, 1, 1))
    row = held.row(data.draw(st.integers(0, held.height - 1)), named=True)
    day, category = row["round_date"], row["category"]
    whole = forecast(rounds(), category, day, row["invitations"])
    later = pl.col("round_date") >= day
    what = data.draw(st.sampled_from(["gone", "other", "more"]))
    if what == "gone":
        changed = rounds().filter(~later)
    elif what == "other":
        score, size = data.draw(st.integers(1, 1200)), data.draw(st.integers(1, 30_000))
        changed = rounds().with_columns(
            min_score=pl.when(later).then(score).otherwise("min_score").cast(pl.Int32),
            invitations=pl.when(later).then(size).otherwise("invitations").cast(pl.Int32),
            category=pl.when(later).then(pl.lit(category)).otherwise("category"),
        )
    else:
        extra = rounds().filter(later).with_columns(category=pl.lit(category), min_score=pl.lit(1, pl.Int32))
        changed = pl.concat([extra, rounds()])
    assert forecast(changed, category, day, row["invitations"]) == whole


def test_what_happened_before_does_change_it():
    """The test above would pass of a forecast that reads nothing."""
    day = date(2026, 8, 18)
    changed = rounds().with_columns(
        min_score=pl.when(pl.col("round_date") < day).then(pl.col("min_score") + 7).otherwise("min_score")
    )
    moved = zip(forecast(rounds(), "cec", day, 1000), forecast(changed, "cec", day, 1000), strict=True)
    assert all(after.point == pytest.approx(before.point + 7) for before, after in moved)


def test_rounds_of_the_same_day_are_not_known():
    rows = table((date(2030, 1, 1), 100, 500), (date(2030, 2, 1), 100, 510), (date(2030, 2, 1), 100, 520))
    assert [one.score for one in history(rows, "cec", date(2030, 2, 1))] == [500]


def refilled(scale, moves):
    """Rounds whose cut-offs follow the model exactly: from 500, by the change of invitations a day."""
    held = [Held(0, 1000, 500), Held(21, 1000, 500)]
    scores = [500.0, 500.0]
    for days, size in moves:
        before = held[-1].day - held[-2].day
        change = log(size / held[-1].size) - log(days / before)
        scores.append(scores[-1] - scale * change)
        held.append(Held(held[-1].day + days, size, scores[-1]))
    return held


@given(st.floats(1, 60), st.lists(st.tuples(st.integers(5, 60), st.integers(200, 8000)), min_size=8, max_size=20))
@examples(40)
def test_the_model_finds_the_scale_of_rounds_that_follow_it(scale, moves):
    held = refilled(scale, moves)
    weights = [abs(model._rate_change(held[:n], held[n])) for n in range(2, len(held))]
    found = scale_of(held)
    if sum(weights) > model.PRIOR + 1e-9:
        assert found == pytest.approx(scale)
    else:
        assert found in (0.0, pytest.approx(scale))


def test_a_scale_is_never_negative_and_forgets_what_came_long_after():
    assert scale_of([Held(0, 100, 500), Held(20, 1000, 600), Held(40, 100, 500)]) == 0
    assert scale_of([Held(0, 100, 500), Held(20, 100, 500), Held(400, 100_000, 100)]) == 0


def test_the_naive_forecasts_by_hand():
    first = date(2030, 1, 1)
    rows = table(*((first + timedelta(days=20 * n), 1000, score) for n, score in enumerate([500, 510, 520, 530])))
    made = {one.method: one for one in forecast(rows, "cec", date(2030, 6, 1), 1000)}
    assert made["last"].point == 530
    assert made["mean_3"].point == 520
    assert made["last"].known == 4
    assert made["last"].low is None  # three errors only
    assert forecast(rows, "french", date(2030, 6, 1), 1000) == []


def test_half_a_width_is_the_error_that_eighty_percent_and_one_more_do_not_exceed():
    assert half_width([1, 2, 3, 4]) is None
    assert half_width([5, 1, 4, 2, 3]) == 5  # place 5 of 5 and one more
    assert half_width(list(range(1, 10))) == 8  # place 8 of 9 and one more
    assert half_width([0.0] * 20) == 0


def test_a_summary_counts_each_round_once_a_method_and_says_where_the_model_is_no_better():
    first = date(2024, 6, 1)
    rows = table(*((first + timedelta(days=20 * n), 1000, 500 + n % 2) for n in range(20)))
    made = model.backtest(rows)
    assert made.height == 3 * 19
    summed = {(row["period"], row["method"]): row for row in summary(made).filter(category="cec").to_dicts()}
    assert summed["all", "last"]["error"] == 1
    assert summed["all", "refill"]["better"] is False
    assert summed["all", "last"]["rounds"] == sum(summed[p, "last"]["rounds"] for p in ("until_2024", "since_2025"))


def test_the_next_round_of_each_kind_is_foreseen_from_all_that_was_published():
    made = model.next_rounds(rounds())
    assert {"cec", "french", "pnp"} <= set(made["category"])
    assert "general" not in set(made["category"])  # none for two years
    assert (made["day"] > rounds()["round_date"].max()).all()
    row = made.filter(category="cec").row(0, named=True)
    direct = forecast(rounds(), "cec", row["day"], row["size"])[0]
    assert (row["point"], row["low"], row["high"]) == (direct.point, direct.low, direct.high)

"""The removal of job-offer points on 25 March 2025: what the law alone does to a pool like that of 16 March.

The pool has the exact counts of every published band, of synthetic people who have been scored under the law of the
eve. The same people are then scored under the law of the day, and counted again: nobody comes, nobody goes. Who has an
offer, band by band, was not published: the share in each band is that of the synthetic pool, and half of it, and twice.
Above 600 everyone is taken to be a nominee.

Between the two published counts, four weeks apart, other things happened: two rounds, arrivals, expiries. What the law
does not explain is shown as a remainder, not explained away.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

import rules
from ranking.published import BANDS
from ranking.sample import generate
from ranking.scoring import score
from ranking.simulate.backtest.bands import NOMINEES, counted
from ranking.simulate.backtest.profiles import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ranking.published import Band
    from ranking.sample.draws import Flags, Whole
    from rules.regulation import Regulation

REFORM = date(2025, 3, 25)
EVE = date(2025, 3, 24)
BEFORE, AFTER = "340", "342"
"""The rounds with which the two counts were published."""
SCALES = (0.5, 1.0, 2.0)
DRAWN = 400_000


def law_pair() -> tuple[Regulation, Regulation]:
    """Give the law of the eve and that of the day."""
    program = rules.load(PROGRAM)
    return program.on(EVE), program.on(REFORM)


def counts_of(distributions: pl.DataFrame, round_: str) -> dict[str, Any]:
    """Find the distribution published with a round."""
    return distributions.filter(pl.col("round") == round_).row(0, named=True)


def reform(distributions: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Count the bands before, after the law alone for each share of offers, and as published after; best band first.

    ``offers_*`` is the share with an offer that a band is given; ``law_*`` its change by the law alone; ``published``
    the change between the two counts, ``remainder`` what of it the law does not explain at the middle share.
    """
    before, after = (counted(counts_of(distributions, one)) for one in (BEFORE, AFTER))
    eve, day = law_pair()
    frame = generate(eve, DRAWN, seed=seed, on=date(2025, 3, 16))
    scores = [score(frame, law, facts_on=EVE, breakdown=False)["score"].to_numpy() for law in (eve, day)]
    offer, nominee = (frame["job_offer"] != "none").to_numpy(), frame["nomination"].to_numpy()
    table = pl.DataFrame(
        {
            "band": [f"{band.low}–{band.high}" for band in BANDS],
            "low": [band.low for band in BANDS],
            "before": list(before.values()),
        }
    )
    for scale in SCALES:
        name = f"{scale:g}".replace(".", "_")
        shares, changed = _by_law(before, scores[0], scores[1], offer, nominee, scale)
        table = table.with_columns(
            pl.Series(f"offers_{name}", shares), pl.Series(f"law_{name}", changed - np.array(list(before.values())))
        )
    published = np.array(list(after.values())) - np.array(list(before.values()))
    return table.with_columns(pl.Series("after", list(after.values())), pl.Series("published", published)).with_columns(
        remainder=pl.col("published") - pl.col("law_1")
    )


def _by_law(
    before: Mapping[Band, int], old: Whole, new: Whole, offer: Flags, nominee: Flags, scale: float
) -> tuple[list[float], NDArray[np.int64]]:
    """Build the pool with a share of offers and count it under the new law; and give the share in each band."""
    chosen, shares = [], []
    for band, count in before.items():
        inside = (old >= band.low) & (old <= band.high) & (nominee == (band == NOMINEES))
        share = min(1.0, scale * float(offer[inside].mean()))
        holders = round(share * count)
        chosen += [
            _spread(np.flatnonzero(inside & offer), holders),
            _spread(np.flatnonzero(inside & ~offer), count - holders),
        ]
        shares.append(holders / count if count else 0.0)
    found = new[np.concatenate(chosen)]
    counts = [int(((found >= band.low) & (found <= band.high)).sum()) for band in BANDS]
    return shares, np.array(counts, dtype=np.int64)


def _spread(places: Whole, count: int) -> Whole:
    """Take ``count`` of some places, evenly, each about as often."""
    return places[np.arange(count, dtype=np.int64) * len(places) // max(count, 1)] if len(places) else places


def between(rounds: pl.DataFrame, distributions: pl.DataFrame) -> pl.DataFrame:
    """Give the rounds held between the two counts."""
    days = [counts_of(distributions, one)["counted_on"] for one in (BEFORE, AFTER)]
    return rounds.filter(pl.col("round_date").is_between(days[0], days[1], closed="right")).select(
        "round", "round_date", "category", "invitations", "min_score"
    )

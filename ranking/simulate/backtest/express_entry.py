"""The backtest of Express Entry: calibration by bands, forecasts, the reform of 25 March 2025, contradictions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from ranking.published import contradictions, distributions, express_entry_rounds
from ranking.simulate.backtest import calibration, forecast, pictures, reform, tables
from ranking.simulate.backtest.bands import BandPools
from ranking.simulate.backtest.exceptions import exceptions
from ranking.simulate.backtest.profiles import PROGRAM, profiles
from ranking.simulate.backtest.said import sentences
from ranking.simulate.results import Chart, Provenance, Results
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ranking.simulate.results import Figures

DRAWN = {
    "general": Text("Rondes générales", "General rounds"),
    "cec": Text("Rondes de l’expérience canadienne", "Rounds of Canadian experience"),
    "french": Text("Rondes en français", "French rounds"),
}
TITLE = Text("Entrée express : ce que disent les rondes passées", "Express Entry: what past rounds say")


def results(seed: int, provenance: Provenance, done: Callable[[int, int], None] = lambda *_: None) -> Results:
    """Run the whole backtest. ``done(n, of)`` is told as rounds are calibrated."""
    rounds, counts = express_entry_rounds(), distributions()
    tested = calibration.calibrate(rounds, counts, BandPools(profiles()), done)
    foreseen = forecast.backtest(rounds)
    bands = reform.reform(counts, seed)
    found = exceptions(tested)
    summed = forecast.summary(foreseen)
    kinds = by_kind(tested)
    made = {
        "calibration": tables.calibration_table(tested),
        "calibration_by_kind": tables.by_kind_table(kinds),
        "exceptions": tables.exceptions_table(found),
        "forecasts": tables.forecasts_table(foreseen),
        "forecasts_by_kind": tables.summary_table(summed),
        "next": tables.next_table(forecast.next_rounds(rounds)),
        "reform": tables.reform_table(bands),
        "between": tables.between_table(reform.between(rounds, counts)),
        "contradictions": tables.contradiction_table(PROGRAM),
    }
    return Results(TITLE, provenance, figures(kinds, found, summed, bands), made, _charts(), sentences)


def _charts() -> dict[str, Chart]:
    made = {}
    for name, kind in DRAWN.items():
        title = Text(
            f"{kind.fr} : seuil publié, intervalle des tranches", f"{kind.en}: published cut-off, interval of the bands"
        )
        made[f"calibration_{name}"] = Chart(title, partial(pictures.calibration, category=name), of=("calibration",))
        title = Text(f"{kind.fr} : seuil prévu, seuil publié", f"{kind.en}: cut-off foreseen, cut-off published")
        made[f"forecast_{name}"] = Chart(title, partial(pictures.forecasts, category=name), of=("forecasts",))
    title = Text(
        "Points des offres d’emploi retirés le 25 mars 2025 : la règle seule, et ce qui fut publié",
        "Job-offer points removed on 25 March 2025: the law alone, and what was published",
    )
    return made | {"reform": Chart(title, pictures.reform, of=("reform",))}


def by_kind(tested: pl.DataFrame) -> pl.DataFrame:
    """Sum a calibration up by kind of round: how many could be tested, how many fell inside, how wide the interval is.

    ``since_2025`` and ``inside_since_2025`` are of rounds since 2025. ``enough`` counts rounds for which the bands held
    as many candidates as were invited.
    """
    known = pl.col("inside").is_not_null()
    late = pl.col("round_date") >= forecast.LATE
    return tested.group_by("category", maintain_order=True).agg(
        rounds=pl.len(),
        tested=known.sum(),
        inside=pl.col("inside").sum(),
        width=(pl.col("high") - pl.col("low") + 1).filter(known).mean(),
        enough=(pl.col("took_high") == pl.col("size")).sum(),
        since_2025=(known & late).sum(),
        inside_since_2025=(pl.col("inside") & late).sum(),
    )


def figures(kinds: pl.DataFrame, found: pl.DataFrame, summed: pl.DataFrame, bands: pl.DataFrame) -> Figures:
    """Give the figures that matter, for machines and for the sentences."""
    whole = summed.filter(pl.col("category").is_in(["all_but_pnp", "pnp"]))
    top = bands.filter(pl.col("low") == 501).row(0, named=True)
    return {
        "calibration": {row["category"]: {k: v for k, v in row.items() if k != "category"} for row in kinds.to_dicts()},
        "exceptions": found.height,
        "forecast": [{k: v for k, v in row.items() if v is not None} for row in whole.to_dicts()],
        "reform_501_600": {key: top[key] for key in ("before", "law_0_5", "law_1", "law_2", "published", "offers_1")},
        "contradictions": contradictions().filter(program=PROGRAM).height,
    }

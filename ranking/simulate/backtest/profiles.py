"""Profiles of Express Entry: plain declarations, some for every score, from which pools of given bands are built.

Nobody in them exists. Each meets a class of the law, has no job offer (so that its score is the same before and after
25 March 2025) and an age far from a birthday. The law alone says what each scores and which class it meets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

import rules
from ranking.columns import ID, column_type
from ranking.conform import conform
from ranking.sample.draws import Draws
from ranking.scoring import score, with_inputs

if TYPE_CHECKING:
    from ranking.sample.draws import Flags, Whole
    from rules.regulation import Regulation

PROGRAM = "canada/express_entry"
DRAWN = 60_000
SEED = 1
MEASURED = date(2022, 1, 15)
"""The day on which profiles are scored; ages move with the day of the round, so that they stay what they are."""
HALF_A_YEAR = 182
LEAN = 3
"""Percent of profiles with hardly any points: the least with which one is in the pool."""
EDUCATION = ("none", "secondary", "one_year", "two_year", "bachelors", "two_or_more", "masters", "doctoral")
STUDY = ("none", "one_or_two_years", "three_plus_years")
ABILITIES = ("listening", "speaking", "reading", "writing")
LEVELS = (5, 6, 7, 8, 9, 10)
SECOND = (0, 4, 5, 7, 9)
OTHER_WORK = "21231"
"""The occupation of those who are in no category: software engineers."""


@dataclass(frozen=True, eq=False)
class Profiles:
    """Profiles with their ``score``, and whether each is a nominee, of the Canadian experience class, speaks French."""

    frame: pl.DataFrame
    score: Whole
    nominee: Flags
    marks: dict[str, Flags]

    def at(self, day: date) -> pl.DataFrame:
        """Give the declarations with the same ages on another day."""
        age = MEASURED.year - 1 - self.frame["birth_date"].dt.year()
        birth = pl.date(pl.lit(day.year - age), day.month, 1).dt.offset_by(f"-{HALF_A_YEAR}d")
        return self.frame.with_columns(birth_date=birth)


def profiles(law: Regulation | None = None) -> Profiles:
    """Draw profiles and score them under the law of ``MEASURED``; those who meet no class are left out."""
    law = law or rules.load(PROGRAM).on(MEASURED)
    frame = _drawn(Draws(SEED, DRAWN), law)
    scored = score(frame, law, facts_on=MEASURED)
    inputs, _ = with_inputs(conform(frame, law, MEASURED), law, MEASURED)
    french = inputs.select("lowest_french").collect()["lowest_french"].fill_null(0) >= 7
    eligible = scored.select(pl.any_horizontal("eligible_fsw", "eligible_cec", "eligible_fst"))["eligible_fsw"]
    kept = np.flatnonzero(eligible.fill_null(value=False).to_numpy())
    marks = {"cec": scored["eligible_cec"], "fsw": scored["eligible_fsw"], "french": french}
    return Profiles(
        frame[kept],
        scored["score"].to_numpy()[kept],
        frame["nomination"].to_numpy()[kept],
        {name: column.fill_null(value=False).to_numpy()[kept] for name, column in marks.items()},
    )


def _drawn(draws: Draws, law: Regulation) -> pl.DataFrame:
    lean = draws.happens("lean", LEAN)
    age = np.where(lean, 46, draws.whole("age", 20, 46))
    first = np.where(lean, 0, draws.whole("first", 0, len(LEVELS)))
    second = np.where(lean, 0, draws.whole("second", 0, len(SECOND)))
    french = draws.happens("french first", 20)
    trade = lean & draws.happens("trade", 50)
    here = np.where(lean, ~trade, draws.whole("here", 0, 6))
    school = np.where(lean, draws.whole("little school", 0, 2), draws.whole("education", 0, len(EDUCATION)))
    study = np.where(lean, 0, draws.whole("study", 0, len(STUDY)))
    columns = {
        ID: pl.int_range(draws.size, eager=True).cast(pl.String),
        "submitted_at": pl.Series([MEASURED] * draws.size).cast(pl.Datetime("us", "UTC")),
        "birth_date": pl.select(
            pl.date(MEASURED.year - pl.lit(pl.Series(age)), MEASURED.month, 1).dt.offset_by(f"-{HALF_A_YEAR}d")
        ).to_series(),
        "accompanying_spouse": np.zeros(draws.size, dtype=bool),
        "education": pl.Series(EDUCATION).gather(school),
        "first_official_language": pl.Series(["english", "french"]).gather(french.astype(int)),
        "canadian_work_years": here,
        "foreign_work_years": np.where(lean, 0, draws.whole("away", 0, 4)),
        "certificate_of_qualification": draws.happens("certificate", 5) & ~lean,
        "job_offer": pl.Series(["none"] * draws.size),
        "nomination": draws.happens("nomination", 40),
        "canadian_education": pl.Series(STUDY).gather(study),
        "sibling_in_canada": draws.happens("sibling", 30) & ~lean,
        "teer": draws.whole("teer", 1, 4),
        "continuous_work_months": np.full(draws.size, 12),
        "canadian_skilled_months": np.minimum(here * 12, 36),
        "trade_months": np.where(trade, 24, 0),
        "trade_offer": trade,
        "fsw_points": np.where(first >= LEVELS.index(7), 67, 0),
        **{
            name: np.ones(draws.size, dtype=bool)
            for name in ("credential_recognized", "settlement_funds", "outside_quebec")
        },
        "authorized_with_offer": np.zeros(draws.size, dtype=bool),
        "occupation": pl.Series([OTHER_WORK] * draws.size),
        "occupation_months": np.full(draws.size, 12),
        "occupation_canadian_months": np.minimum(here * 12, 12),
    }
    columns |= _languages(draws, first, second, french)
    spouse = {name: one for name, one in law.attributes.items() if one.only_when}
    columns |= {name: pl.repeat(None, draws.size, dtype=column_type(name, law), eager=True) for name in spouse}
    return conform(pl.DataFrame(columns), law, MEASURED)


def _languages(draws: Draws, first: Whole, second: Whole, french: Flags) -> dict[str, pl.Series]:
    """Four levels of the first official language around one, and one level of the second in all four, or no test."""
    made = {}
    for ability in ABILITIES:
        most = np.minimum(
            first
            + np.where(first > 0, draws.whole(f"above {ability}", 0, 3), draws.whole(f"above least {ability}", 0, 2)),
            len(LEVELS) - 1,
        )
        own, other = np.array(LEVELS)[most], np.array(SECOND)[second]
        for language, levels in (("english", np.where(french, other, own)), ("french", np.where(french, own, other))):
            series = pl.Series(levels, dtype=pl.Int64)
            made[f"{language}_{ability}"] = series.set(series == 0, None)
    return made

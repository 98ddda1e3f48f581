"""The federal grid in a synthetic pool of Express Entry: its points by its own law, and who sat a test again for them.

Nobody is in the pool as a skilled worker below the pass mark. Those whom the grid would keep out did what people do
about it: the spouse sat a test, they sat theirs again and gained a level, up to three times, a relative was found. A
few remain short.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

import rules
from ranking.sample.typed import typed
from ranking.scoring import score

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from ranking.sample.draws import Flags, Whole
    from ranking.sample.typed import Columns

PROGRAM = "canada/federal_skilled_worker"
PASS = 67
MONTHS_OF_EXPERIENCE = 12  # in Canada: with them nobody needs the grid
TIMES = 3
ENOUGH = 4  # of the spouse, in every ability
BEST = 9  # the grid gives nothing for more
ABILITIES = ("listening", "speaking", "reading", "writing")


def skilled_workers(columns: Columns, words: Mapping[str, Sequence[str]], on: date) -> None:
    """Add ``fsw_points`` to ``columns``; those who need the grid and fail it change what ``CHANCES`` says, in turn."""
    _answers(columns)
    needing = columns["canadian_skilled_months"] < MONTHS_OF_EXPERIENCE
    needing &= ~(columns["certificate_of_qualification"] | columns["trade_offer"])
    points = _points(columns, words, on)
    for change in CHANCES:
        change(columns, needing & (points < PASS))
        points = _points(columns, words, on)
    columns["fsw_points"] = points


def _answers(to: Columns) -> None:
    """What the grid asks and Express Entry does not, or asks otherwise."""
    to["skilled_work_years"] = np.minimum((to["here"] + to["away"]) // 12, 10)
    to["arranged_employment"] = to["job_offer"] > 0
    to["own_study_in_canada"] = to["canadian_education"] > 0
    to["own_work_in_canada"] = to["canadian_work_years"] > 0
    to["partner_work_in_canada"] = to["spouse_canadian_work_years"] > 0
    to["partner_language_clb4"] = np.minimum.reduce([to[f"spouse_{ability}"] for ability in ABILITIES]) >= ENOUGH
    to["relative_in_canada"] = to["sibling_in_canada"] | to["other relative"]


def _sit_again(to: Columns, short: Flags) -> None:
    """Give one level more in every ability of the first official language, where the grid has points for it."""
    for language, first in (
        ("english", to["first_official_language"] == 0),
        ("french", to["first_official_language"] == 1),
    ):
        for ability in ABILITIES:
            levels = to[f"{language}_{ability}"]
            to[f"{language}_{ability}"] = np.where(short & first & (levels < BEST), levels + 1, levels)


def _spouse_sits(to: Columns, short: Flags) -> None:
    """Give the accompanying spouse the level that counts, in every ability."""
    short = short & to["accompanying_spouse"]
    for ability in ABILITIES:
        to[f"spouse_{ability}"] = np.where(short, np.maximum(to[f"spouse_{ability}"], ENOUGH), to[f"spouse_{ability}"])
    _answers(to)


def _has_relative(to: Columns, short: Flags) -> None:
    """Give a relative in Canada, other than a sibling."""
    to["other relative"] = to["other relative"] | short
    _answers(to)


def _points(columns: Columns, words: Mapping[str, Sequence[str]], on: date) -> Whole:
    """Score the grid by its law on the day."""
    law = rules.load(PROGRAM).on(on)
    alone = ~columns["accompanying_spouse"]
    nulls = {name: alone for name, attribute in law.attributes.items() if attribute.only_when}
    frame = typed({name: columns[name] for name in law.needed}, words, nulls, law)
    numbered = frame.with_columns(pl.arange(frame.height, eager=True).cast(pl.String).alias("declaration_id"))
    points: Whole = score(numbered, law, breakdown=False)["score"].cast(pl.Int64).to_numpy()
    return points


CHANCES: tuple[Callable[[Columns, Flags], None], ...] = (_spouse_sits, *(_sit_again,) * TIMES, _has_relative)

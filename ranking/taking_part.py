"""Who takes part in a round: valid, not excluded, and one declaration a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.columns import ID
from ranking.contribution import EXCLUSIONS
from ranking.outcomes import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from ranking.contribution import Contribution
    from ranking.instruction import Instruction
    from ranking.order import Positions, Standing
    from ranking.outcomes import OutcomeSheet
    from rules.regulation import Regulation


def with_own_exclusions(
    owed: Contribution, instruction: Instruction, frame: pl.DataFrame, answers: pl.DataFrame
) -> Contribution:
    """Add the exclusions of the instruction itself to what a ledger gives, each declaration under its reason."""
    rows = [owed.exclusions]
    for number, exclusion in enumerate(instruction.source.exclusion):
        ids = pl.Series(exclusion.declarations, dtype=pl.String)
        if f"excluded {number}" in answers.columns:
            ids = frame[ID].filter(answers[f"excluded {number}"].fill_null(value=False))
        rows.append(
            ids.to_frame(ID).select(
                ID, pl.lit(None, pl.String).alias("person_id"), pl.lit(exclusion.id).alias("exclusion")
            )
        )
    if len(rows) == 1:
        return owed
    kept = pl.concat([one.select(list(EXCLUSIONS)) for one in rows]).unique(maintain_order=True)
    return replace(owed, exclusions=kept)


def present(
    frame: pl.DataFrame,
    instruction: Instruction,
    owed: Contribution,
    answers: pl.DataFrame,
    sheet: OutcomeSheet,
) -> NDArray[np.bool_]:
    """Find the declarations that are valid and not excluded, several of a person where they have several.

    Of whom it is not known whether an exclusion of the instruction is for them, the outcome is unknown.
    """
    regulation = instruction.regulation
    live = valid(frame["submitted_at"], instruction.source.extracted_at, regulation).to_numpy().copy()
    sheet.note(np.flatnonzero(~live), Outcome.expired)
    for outcome, positions in owed.excluded(frame):
        live[positions] = False
        sheet.note(positions, outcome)
    for number in range(len(instruction.source.exclusion)):
        if f"excluded {number}" in answers.columns:
            unsure = np.flatnonzero(live & answers[f"excluded {number}"].is_null().to_numpy())
            live[unsure] = False
            sheet.note(unsure, Outcome.unknown)
    return live


def valid(submitted_at: pl.Series, at: datetime, regulation: Regulation) -> pl.Series:
    """Tell which declarations are valid: ``at`` is before submission plus the program's months, by local calendar.

    29 February counts as the 28th where the later year has none. A local time that comes twice counts as the later, one
    that a clock change skips as an hour later: both in the favour of the person.
    """
    months = regulation.lifecycle.validity_months
    if months is None:
        return pl.Series([True] * len(submitted_at), dtype=pl.Boolean)
    now = at.astimezone(UTC)
    surely = (submitted_at > now - timedelta(days=30 * months - 6)).to_numpy().copy()  # no month is that short
    if not surely.all():
        older = submitted_at.filter(pl.Series(~surely))
        surely[~surely] = (ends(older, months, regulation) > now).to_numpy()
    return pl.Series(surely)


def ends(submitted_at: pl.Series, months: int, regulation: Regulation) -> pl.Series:
    """Give the instant at which each declaration ceases to be valid, ``months`` local calendar months after it."""
    zone = regulation.source.time_zone
    local = pl.lit(submitted_at).dt.convert_time_zone(zone).dt.replace_time_zone(None)
    end = local.dt.offset_by(f"{months}mo")
    known = end.dt.replace_time_zone(zone, ambiguous="latest", non_existent="null")
    skipped = (end + pl.duration(hours=1)).dt.replace_time_zone(zone, ambiguous="latest", non_existent="null")
    return pl.select(pl.coalesce(known, skipped).dt.convert_time_zone("UTC")).to_series()


def one_a_person(frame: pl.DataFrame, standing: Standing, live: NDArray[np.bool_], sheet: OutcomeSheet) -> None:
    """Take out of ``live`` all but the best ranked declaration of each person, and note why."""
    if "person_id" in frame.columns:
        others = other_declarations(frame["person_id"], np.flatnonzero(live), standing)
        live[others] = False
        sheet.note(others, Outcome.duplicate_person)


def other_declarations(person: pl.Series, live: Positions, standing: Standing) -> Positions:
    """Find, of persons with several live declarations, all but the best ranked; no number, nobody's double."""
    ordered = standing.ordered(repeated(person, live))
    first = person.gather(ordered).is_first_distinct().to_numpy().astype(bool)
    others: Positions = ordered[~first]
    return others


def repeated(person: pl.Series, live: Positions) -> Positions:
    """Find, of some declarations, those of persons who have several of them; no number, nobody's double."""
    mine = person.gather(live)
    known = mine.is_not_null() & (mine != "").fill_null(value=False)
    found: Positions = live[(mine.is_duplicated() & known).to_numpy()]
    return found

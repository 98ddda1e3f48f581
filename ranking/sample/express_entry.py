"""Synthetic pools of ``canada/express_entry``: kinds of people whose age, languages, schooling and work hang together.

Nobody in them exists. The parameters, and what each comes from, stand in ``express_entry_people``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.columns import column_type
from ranking.sample import express_entry_people as given
from ranking.sample.draws import EPOCH, Draws, amount_by, chosen_by, days
from ranking.sample.express_entry_grid import ABILITIES, skilled_workers
from ranking.sample.express_entry_people import KINDS
from ranking.sample.filing import filed_again, submissions
from ranking.sample.typed import typed

if TYPE_CHECKING:
    from datetime import date

    from ranking.sample.draws import Flags, Whole
    from ranking.sample.typed import Columns
    from rules.regulation import Regulation

YEAR, THREE_YEARS, FIVE_YEARS, TEN_YEARS = 12, 36, 60, 120
LANGUAGES = ("english", "french")
REGIONS = tuple(dict.fromkeys(name for row in given.REGIONS for name in row))
EDUCATION = ("none", "secondary", "one_year", "two_year", "bachelors", "two_or_more", "masters", "doctoral")
WORDS = {
    "education": EDUCATION,
    "spouse_education": EDUCATION,
    "first_official_language": LANGUAGES,
    "job_offer": ("none", "other", "noc_00"),
    "canadian_education": ("none", "one_or_two_years", "three_plus_years"),
    "sex": ("M", "F"),
    "region": REGIONS,
}


def people(regulation: Regulation, draws: Draws, on: date) -> pl.DataFrame:
    """Draw what each declaration says, one row each, typed as the law says. Numbers are for ``filing``.

    Submissions lie within the twelve months before ``on``, ages are measured on ``on``. Spouse columns are null exactly
    where no spouse accompanies, levels of a language where it was not tested. An attribute that may be missing and that
    is not known here is null in every row.
    """
    kind = draws.divided("kind", [k.share for k in KINDS])
    columns: Columns = {}
    _schooling(draws, kind, columns)
    _place(draws, kind, columns)
    _age(draws, kind, columns)
    _work(draws, kind, columns)
    _languages(draws, kind, columns)
    _job(draws, kind, columns)
    _couple(draws, kind, columns)
    _about(draws, kind, columns)
    columns["birth_date"] = (on - EPOCH).days - columns["days"]
    skilled_workers(columns, WORDS, on)
    words = WORDS | _occupation(draws, columns, regulation)
    first = filed_again(draws)
    columns = {name: values[first] for name, values in columns.items()}
    frame = typed(columns, words, _nulls(columns, regulation), regulation)
    when = submissions(draws, on, regulation, days=given.DAYS_SINCE_SUBMISSION)
    return frame.with_columns(when, *_unknown(frame, regulation))


def _schooling(draws: Draws, kind: Whole, to: Columns) -> None:
    """The highest diploma that counts, and study in Canada: of the length that goes with the diploma."""
    to["education"] = draws.chosen_by("education", kind, [given.SCHOOLS[k.school] for k in KINDS])
    studied = draws.happens_by("studied", kind, [k.studied for k in KINDS]) & (to["education"] > 1)
    long = draws.happens_by("long study", to["education"], given.LONG_STUDY)
    to["canadian_education"] = np.where(studied, 1 + long, 0)


def _place(draws: Draws, kind: Whole, to: Columns) -> None:
    """Who lives in Canada, and the months of work there of those and of a few others."""
    staying = draws.happens_by("staying", kind, [k.staying for k in KINDS])
    before = draws.happens("worked before", given.WORKED_BEFORE)
    here = amount_by(draws.of("here"), kind, [k.here for k in KINDS])
    elsewhere = amount_by(draws.of("here before"), np.zeros_like(kind), [given.WORKED_BEFORE_MONTHS])
    to["staying"] = staying
    to["here"] = np.where(staying, here, np.where(before, elsewhere, 0))


def _age(draws: Draws, kind: Whole, to: Columns) -> None:
    """Ages in days: of the kind, and not below what the diploma and a year of work, or the work in Canada, take."""
    old = amount_by(draws.of("age"), kind, [[days(years) for years in k.age] for k in KINDS])
    months = np.array(given.SCHOOL_ENDS, dtype=np.int64)[to["education"]] * YEAR + np.maximum(to["here"], YEAR)
    least = months * 146_097 // 4800 + draws.whole("age above the least", 30, 700)
    to["days"] = np.maximum(old, least)


def _work(draws: Draws, kind: Whole, to: Columns) -> None:
    """Months of skilled work in ten years: in Canada, elsewhere as far as age leaves room, without a break, recent."""
    ends = np.array(given.SCHOOL_ENDS, dtype=np.int64)[to["education"]] * YEAR
    room = np.clip(to["days"] * 4800 // 146_097 - ends, 0, TEN_YEARS) - to["here"]
    away = np.minimum(amount_by(draws.of("away"), kind, [k.away for k in KINDS]), np.maximum(room, 0))
    longest = np.maximum(to["here"], away)
    steady = longest * np.array(given.STEADY_STEPS, dtype=np.int64)[draws.chosen("steady", given.STEADY)] // 100
    recent = to["here"] * np.array(given.RECENT_STEPS, dtype=np.int64)[draws.chosen("recent", given.RECENT)] // 100
    to["away"] = away
    to["canadian_work_years"], to["foreign_work_years"] = to["here"] // YEAR, away // YEAR
    to["continuous_work_months"] = np.maximum(steady, np.minimum(longest, YEAR))
    now = np.maximum(recent, np.minimum(to["here"], YEAR))
    past = draws.whole("recent before", 0, 101) * to["here"] // 100
    to["canadian_skilled_months"] = np.minimum(np.where(to["staying"], now, past), THREE_YEARS)


def _languages(draws: Draws, kind: Whole, to: Columns) -> None:
    """Four levels in each language: the lowest is that of the kind, and none is far above it."""
    french = np.array([k.french for k in KINDS])[kind]
    to["first_official_language"] = french.astype(np.int64)
    first = _levels(draws, "first", draws.chosen_by("first", kind, [given.LOWEST[k.first] for k in KINDS]))
    second = _levels(draws, "second", draws.chosen_by("second", kind, [given.LOWEST[k.second] for k in KINDS]))
    for ability in ABILITIES:
        to[f"english_{ability}"] = np.where(french, second[ability], first[ability])
        to[f"french_{ability}"] = np.where(french, first[ability], second[ability])


def _levels(draws: Draws, name: str, lowest: Whole) -> Columns:
    """Give the levels of the four abilities from positions of the lowest among the levels; 0 is no test."""
    least = np.array(given.LEVELS, dtype=np.int64)[lowest]
    above = {ability: draws.chosen(f"{name} {ability}", given.ABOVE[ability != "writing"]) for ability in ABILITIES}
    top = given.LEVELS[-1]
    return {ability: np.where(least > 0, np.minimum(least + more, top), 0) for ability, more in above.items()}


def _job(draws: Draws, kind: Whole, to: Columns) -> None:
    """Category of the occupation, trade, certificate, offer, nomination."""
    to["teer"] = draws.chosen_by("teer", kind, [given.TEERS[k.jobs] for k in KINDS])
    trade = draws.happens_by("trade", kind, [k.trade for k in KINDS]) & ((to["teer"] == 2) | (to["teer"] == 3))
    offer = draws.happens_by("offer", kind, [k.offer[0] for k in KINDS])
    top = draws.happens_by("offer in 00", kind, [k.offer[1] for k in KINDS]) & (to["teer"] == 0)
    to["job_offer"] = np.where(top, 2, offer)
    to["trade_months"] = np.where(trade, np.minimum(to["here"] + to["away"], FIVE_YEARS), 0)
    certified = draws.happens_by("certificate", kind, [k.certificate for k in KINDS])
    to["certificate_of_qualification"] = trade & certified
    to["trade_offer"] = trade & (to["job_offer"] > 0)
    to["authorized_with_offer"] = to["staying"] & (to["job_offer"] > 0)
    to["nomination"] = np.array([k.nominated for k in KINDS])[kind]


def _occupation(draws: Draws, to: Columns, regulation: Regulation) -> dict[str, tuple[str, ...]]:
    """One occupation, as likely as any other of its category, and recent months in it. Gives the codes of the law."""
    found = regulation.lists.get("noc_2021")
    if found is None:
        return {}
    category = np.array([int(code[1]) for code in found.codes])
    places = [np.flatnonzero(category == teer) for teer in range(category.max() + 1)]
    counts = np.array([len(place) for place in places])
    starts = np.cumsum([0, *counts[:-1]])
    within = draws.of("occupation") * counts[to["teer"]] >> 32
    to["occupation"] = np.concatenate(places)[starts[to["teer"]] + within]
    to["occupation_canadian_months"] = to["canadian_skilled_months"]
    elsewhere = np.minimum(to["away"], THREE_YEARS - to["canadian_skilled_months"])
    to["occupation_months"] = to["canadian_skilled_months"] + elsewhere
    return {"occupation": found.codes}


def _couple(draws: Draws, kind: Whole, to: Columns) -> None:
    """Who has an accompanying spouse, and the spouse: often alike in schooling, at work where both live."""
    to["accompanying_spouse"] = draws.happens_by("couple", kind, [k.couple for k in KINDS])
    rank = np.where(draws.happens("alike", given.ALIKE), draws.of("education"), draws.of("spouse education"))
    to["spouse_education"] = chosen_by(rank, kind, [given.SCHOOLS[k.school] for k in KINDS])
    lowest = draws.chosen_by("spouse", kind, [given.LOWEST[k.spouse] for k in KINDS])
    for ability, levels in _levels(draws, "spouse", lowest).items():
        to[f"spouse_{ability}"] = levels
    years = draws.chosen_by("spouse years", to["staying"].astype(np.int64), given.SPOUSE_YEARS)
    to["spouse_canadian_work_years"] = np.minimum(years, (to["here"] + YEAR) // YEAR)
    to["partner_study_in_canada"] = to["staying"] & draws.happens("partner studied", given.PARTNER_STUDIED)


def _about(draws: Draws, kind: Whole, to: Columns) -> None:
    """Relatives, funds, diploma recognized, where to settle; then what no rule reads: sex and region."""
    to["sibling_in_canada"] = draws.happens("sibling", given.SIBLING)
    to["other relative"] = draws.happens("other relative", given.OTHER_RELATIVE)
    cec = (to["canadian_skilled_months"] >= YEAR).astype(np.int64)
    to["settlement_funds"] = draws.happens_by("funds", cec, given.FUNDS)
    to["credential_recognized"] = (to["education"] > 0) & draws.happens("recognized", given.RECOGNIZED)
    to["outside_quebec"] = draws.happens("outside quebec", given.OUTSIDE_QUEBEC)
    to["sex"] = draws.happens_by("sex", kind, [k.women for k in KINDS]).astype(np.int64)
    rows = [[row.get(name, 0) for name in REGIONS] for row in given.REGIONS]
    to["region"] = draws.chosen_by("region", to["staying"].astype(np.int64), rows)


def _nulls(columns: Columns, regulation: Regulation) -> dict[str, Flags]:
    """Find the rows that are null in a column: no spouse, no test."""
    alone = ~columns["accompanying_spouse"]
    nulls = {name: alone for name, attribute in regulation.attributes.items() if attribute.only_when}
    for name in (f"{whose}_{ability}" for whose in (*LANGUAGES, "spouse") for ability in ABILITIES):
        untested = columns[name] == 0
        nulls[name] = untested | alone if name.startswith("spouse") else untested
    return nulls


def _unknown(frame: pl.DataFrame, regulation: Regulation) -> list[pl.Series]:
    """Leave empty what may be missing and is not known here, so that nothing contradicts the rest."""
    return [
        pl.repeat(None, frame.height, dtype=column_type(name, regulation), eager=True).alias(name)
        for name, attribute in regulation.attributes.items()
        if attribute.missing != "error"
        and not attribute.optional
        and attribute.type != "text"
        and name not in frame.columns
    ]

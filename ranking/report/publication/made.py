"""What is published of a round, made of its folder: counts hidden where they must be, and nobody's number."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ranking.disclosure import NEAREST
from ranking.outcomes import TITLES, Outcome
from ranking.receipt import RECEIPT
from ranking.report.publication import form
from ranking.report.publication.figures import UNNAMED, figures_of
from ranking.report.publication.protection import TOTAL, system_of
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable

    from ranking.kept import Kept
    from ranking.report.publication.figures import Figures
    from ranking.selection import Selection

    Shown = Callable[[str, str], int | None]

SYNTHETIC = "SYN-"
"""How the numbers of people begin who were made by ``tirage pool generate``."""
PERSON = Text("exclusion au nom de la personne", "exclusion in the name of the person")


def publish(kept: Kept, least: int, *, rounding: bool) -> form.PublishedRound:
    """Make what is published of a round: a count of 1 to ``least`` - 1 is hidden, and what would give it back."""
    figures = figures_of(kept)
    shown = shown_of(figures, least, rounding=rounding)
    receipt, source, law = kept.receipt, kept.instruction.source, kept.instruction.regulation
    return form.PublishedRound(
        format=form.FORMAT,
        program=receipt["program"],
        program_title=form.Title.of(law.title),
        round=receipt["round"],
        title=form.Title.of(source.title.text),
        act=source.cite.act,
        provision=source.cite.provision,
        law_on=receipt["law_on"],
        extracted_at=receipt["extracted_at"],
        synthetic=synthetic(kept),
        rule=form.Rule(least=least, rounded_to=NEAREST if rounding else None),
        fingerprints=form.Fingerprints(
            law=receipt["fingerprints"]["law"],
            instruction=receipt["fingerprints"]["instruction"],
            receipt=hashlib.sha256((kept.folder / RECEIPT).read_bytes()).hexdigest(),
        ),
        invited=shown("invited", TOTAL),
        declarations=shown("declarations", TOTAL),
        eligible=shown("eligible", TOTAL),
        selections=_selections(kept, shown),
        outcomes=_outcomes(figures, shown),
        exclusions=_exclusions(kept, figures, shown),
        bands=_bands(figures, shown),
    )


def shown_of(figures: Figures, least: int, *, rounding: bool) -> Shown:
    """Give what is shown of each count, by its table and row: None where it is hidden."""
    system = system_of(figures)
    hidden = system.hidden(least)

    def shown(table: str, row: str) -> int | None:
        cell = table, row
        if cell in hidden or cell not in system.counts:
            return None
        count = system.counts[cell]
        return (count + NEAREST // 2) // NEAREST * NEAREST if rounding else count

    return shown


def synthetic(kept: Kept) -> bool:
    """Tell whether the people invited were made up by this program; False where nobody was invited."""
    persons = kept.invitations["person_id"]
    return bool(len(persons)) and bool(persons.str.starts_with(SYNTHETIC).fill_null(value=False).all())


def _selections(kept: Kept, shown: Shown) -> tuple[form.Selection, ...]:
    """Give each selection; no cut-off where the count is hidden, or where all are taken: it would be one's score."""
    ran = {one["id"]: one for one in kept.receipt["selections"]}
    found = []
    for one in kept.instruction.selections:
        invited, took = shown("selection", one.id), ran[one.id]
        known, ranked = invited is not None, one.by_score and one.mechanism != "all"
        found.append(
            form.Selection(
                id=one.id,
                title=form.Title.of(one.title.text),
                invited=invited,
                cut_off=took["cut_off"] if known and ranked else None,
                last_submitted_at=_last(one, took, kept) if known and not one.parts else None,
            )
        )
    return tuple(found)


def _last(selection: Selection, took: dict[str, Any], kept: Kept) -> str | None:
    """Give the instant of the last taken, on the clock of the program, where submission told equals apart."""
    last, first = took.get("last_in") or {}, took.get("first_out") or {}
    if "lot" in last or not last.get("submitted_at", "") < first.get("submitted_at", ""):
        return None
    if selection.mechanism != "first_come":
        names = [item["key"] for item in kept.receipt["order"]]
        before = names[: names.index("submitted_at")] if "submitted_at" in names else []
        equal = before and all(last.get(key) == first.get(key) for key in before)
        if not equal or took["tied_taken"] >= took["tied_at_cut_off"]:
            return None
    zone = ZoneInfo(kept.instruction.regulation.source.time_zone)
    return datetime.fromisoformat(last["submitted_at"]).astimezone(zone).isoformat()


def _outcomes(figures: Figures, shown: Shown) -> tuple[form.Outcome, ...]:
    """Give every outcome that somebody has; who is invited is the total of the selections."""
    return tuple(
        form.Outcome(
            code=code,
            title=form.Title.of(TITLES[Outcome[code]]),
            declarations=shown("invited", TOTAL) if code == "invited" else shown("outcome", code),
        )
        for code in figures.outcomes
    )


def _exclusions(kept: Kept, figures: Figures, shown: Shown) -> tuple[form.Exclusion, ...]:
    titles = {one.id: one.title.text for one in kept.instruction.source.exclusion} | {UNNAMED: PERSON}
    return tuple(
        form.Exclusion(
            id=name, title=form.Title.of(titles.get(name, same(name))), declarations=shown("exclusion", name)
        )
        for name in figures.excluded
    )


def _bands(figures: Figures, shown: Shown) -> tuple[form.Band, ...]:
    if figures.bands is None:
        return ()
    return tuple(
        form.Band(
            low=low,
            high=high,
            declarations=shown("declarations", str(low)),
            eligible=shown("eligible", str(low)),
            invited=shown("invited", str(low)),
        )
        for low, high in figures.bands.select("low", "high").iter_rows()
    )

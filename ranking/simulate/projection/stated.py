"""The table of what a projection assumes: of the law, of the pool, of the file, each with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.simulate.projection.wording import titles
from ranking.simulate.results import Table
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.simulate.projection.setting import Setting


PLACES = {
    "law": Text("Règle du", "Law of"),
    "validity_months": Text("Validité, mois", "Validity, months"),
    "answer_days": Text("Délai de réponse, jours", "Time to answer, days"),
    "days": Text("Délai de réponse, jours", "Time to answer, days"),
    "after_decline": Text("Après un refus", "After a decline"),
    "after_silence": Text("Sans réponse", "Without an answer"),
    "arrivals": Text("Arrivées par mois", "Arrivals a month"),
    "donors": Text("Arrivées semblables à", "Arrivals are like"),
    "arrivals.window_days": Text("Jours observés pour le rythme", "Days looked at for the pace"),
    "arrivals.by_month": Text("Facteur de chaque mois", "Factor of each month"),
    "accepted": Text("Acceptent, %", "Accept, %"),
    "declined": Text("Refusent, %", "Decline, %"),
    "withdrawals.a_month": Text("Se retirent chaque mois, %", "Withdraw each month, %"),
    "tests.validity_months": Text("Validité d’un test, mois", "Validity of a test, months"),
    "tests.renewed": Text("Refont le test à temps, %", "Take the test again in time, %"),
}
Row = tuple[Text, str, Text]


def stated(made: Setting) -> Table:
    """List every assumption with its source, those that the law or the pool gives too."""
    rows = [*_of_law(made), *_of_arrivals(made)]
    rows.append((Text("Nombres à inviter", "Numbers to invite"), f"× {made.wanted.scale:g}", same("instruction")))
    for path, value, source in made.assumed.stated():
        if not _said_by_law(path, made):
            rows.append((_place(path, made), value, source))
    rows += [(Text("Hors du modèle", "Not modelled"), "–", one.text) for one in made.assumed.not_modelled]
    frame = pl.DataFrame(
        {
            "place_fr": [row[0].fr for row in rows],
            "place_en": [row[0].en for row in rows],
            "value": [row[1] for row in rows],
            "source_fr": [row[2].fr for row in rows],
            "source_en": [row[2].en for row in rows],
        }
    )
    return Table(frame, Text("Hypothèses", "Assumptions"), titles(frame), rows=80)


def _of_law(made: Setting) -> Iterator[Row]:
    law, source = made.law.lifecycle, Text("règle", "law")
    yield PLACES["law"], str(made.law.day), Text("la même tout l’horizon", "the same over the whole horizon")
    said = {name: getattr(law, name) for name in ("validity_months", "answer_days", "after_decline", "after_silence")}
    for name, value in said.items():
        if value is not None:
            yield PLACES[name], str(value), source


def _of_arrivals(made: Setting) -> Iterator[Row]:
    found, (first, last) = made.source, made.source.window
    source = Text(f"dépôts de la banque, du {first} au {last}", f"submissions of the pool, {first} to {last}")
    if made.wanted.arrivals is not None:
        source = same("--arrivals")
    yield PLACES["arrivals"], f"{found.a_month:.0f}", source
    alike = Text(
        "lignes de la banque tirées avec remise, à l’âge du dépôt",
        "rows of the pool, drawn with replacement, at their age when submitting",
    )
    yield PLACES["donors"], str(len(found.donors)), alike


def _place(path: str, made: Setting) -> Text:
    """Name a parameter of the file of assumptions."""
    if path.startswith("gain."):
        title = made.assumed.gain[int(path.split(".")[1]) - 1].title
        return Text(f"Gagnent un mois par mois, % : {title.fr}", f"Gain by the month, %: {title.en}")
    return PLACES.get(path.removeprefix("answers."), same(path))


def _said_by_law(path: str, made: Setting) -> bool:
    """Tell whether the law settles what an assumption would."""
    key = {"answers.days": "answer_days"}.get(path, path.removeprefix("answers."))
    return path.startswith("answers.") and getattr(made.law.lifecycle, key, None) is not None

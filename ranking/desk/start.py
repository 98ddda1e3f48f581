"""The start page of the desk: what can be done, in the language asked for."""

from __future__ import annotations

import os
from html import escape
from typing import TYPE_CHECKING

from ranking.desk import place
from rules.text import Text

if TYPE_CHECKING:
    from rules.text import Lang

TITLE = Text("Le bureau de tirage", "The tirage desk")
OTHER = Text("English", "Français")
CARDS = {
    "round": (
        Text("Exécuter une ronde", "Run a round"),
        Text(
            "Vérifier une banque, relire l’instruction, voir qui serait invité et ce qui surprend ; exécuter, "
            "vérifier, approuver à deux, publier, et prendre le procès-verbal.",
            "Check a pool, read the instruction, see who would be invited and what looks unusual; run, verify, approve "
            "by two people, release, and take the minutes.",
        ),
    ),
    "reform": (
        Text("Changer une règle", "Change a rule"),
        Text(
            "Déplacer des points ou un plafond, et voir aussitôt qui entre, qui sort et où vont les seuils ; comparer "
            "trois variantes ; prolonger d’un an ; garder le scénario.",
            "Move points or a cap, and see at once who comes in, who leaves and where cut-offs go; compare three "
            "variants; look a year ahead; keep the scenario.",
        ),
    ),
    "candidate": (
        Text("Une candidature, et la règle", "One candidate, and the law"),
        Text(
            "Le pointage d’une déclaration, ligne par ligne, avec ses dispositions et sa lettre ; la règle d’un jour, "
            "ses versions et ses modifications côte à côte.",
            "The score of one declaration, row by row, with its provisions and its letter; the law of a day, its "
            "versions and its amendments side by side.",
        ),
    ),
}
LEAD = Text("Trois choses à faire ici.", "Three things to do here.")
PRIVATE = Text(
    "Tout reste sur cet ordinateur : le bureau n’écoute que 127.0.0.1 et ne va rien chercher ailleurs.",
    "Everything stays on this computer: the desk listens on 127.0.0.1 alone and fetches nothing from elsewhere.",
)
WHERE = Text("Dossier de travail", "Working folder")

CSS = """
:root { color-scheme: light; --ink: #1a1a1a; --soft: #4d4d4d; --blue: #00507d; --line: #8a8a8a; }
* { box-sizing: border-box; }
body { font: 1.0625rem/1.55 system-ui, "Liberation Sans", Arial, sans-serif; color: var(--ink); background: #fff;
  margin: 0 auto; max-width: 62rem; padding: 1.5rem; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; flex-wrap: wrap; }
h1 { font-size: 2rem; margin: .5rem 0; } p.lead { margin: 0 0 1.5rem; }
a { color: var(--blue); } a:focus-visible { outline: 3px solid #0072B2; outline-offset: 3px; }
nav ul { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem; list-style: none;
  padding: 0; margin: 0; }
nav li { border: 1px solid var(--line); border-top: 6px solid #0072B2; border-radius: 4px; padding: 1rem 1.2rem; }
nav li:nth-child(2) { border-top-color: #009E73; } nav li:nth-child(3) { border-top-color: #D55E00; }
nav a { font-size: 1.25rem; font-weight: 600; } nav p { margin: .5rem 0 0; color: var(--soft); }
footer { margin-top: 2rem; border-top: 1px solid #c4c4c4; padding-top: 1rem; color: var(--soft); }
code { overflow-wrap: anywhere; }
"""


def lang_of(asked: str | None) -> Lang:
    """Choose the language of a page: the one asked for, else that of the desk, else French."""
    return "en" if (asked or os.environ.get(place.LANG, "fr")) == "en" else "fr"


def page(lang: Lang) -> str:
    """Write the start page."""
    other = "en" if lang == "fr" else "fr"
    cards = "".join(
        f'<li><a href="{name}/?lang={lang}">{escape(title.to(lang))}</a><p>{escape(said.to(lang))}</p></li>'
        for name, (title, said) in CARDS.items()
    )
    title, where = escape(TITLE.to(lang)), escape(str(place.folder()))
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        f"<title>{title}</title><style>{CSS}</style></head><body><header><h1>{title}</h1>"
        f'<a href="?lang={other}" lang="{other}" hreflang="{other}">{OTHER.to(lang)}</a></header>'
        f'<main><p class="lead">{escape(LEAD.to(lang))}</p><nav><ul>{cards}</ul></nav></main>'
        f"<footer><p>{escape(PRIVATE.to(lang))}</p><p>{escape(WHERE.to(lang))}{' ' if lang == 'fr' else ''}: "
        f"<code>{where}</code></p></footer></body></html>"
    )

"""What the desk shows: notices, key figures, tables and pictures as HTML, and errors in words."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from ranking.desk.start import OTHER
from ranking.page import Picture, body
from rules.faults import TirageError
from rules.text import Text, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import altair as alt

    from ranking.desk.opened import Opened
    from ranking.page import Block
    from rules.text import Lang

T = TypeVar("T")
Kind = Literal["note", "good", "warning", "wrong"]
SIGNS: dict[Kind, str] = {"note": "ℹ", "good": "✓", "warning": "!", "wrong": "✕"}
UNEXPECTED = Text(
    "Quelque chose d’imprévu s’est produit ; le détail est dans le terminal.",
    "Something unexpected happened; the details are in the terminal.",
)
FILE = Text("Fichier illisible ou impossible à écrire", "A file cannot be read or written")
HOME = Text("Le bureau", "The desk")
NAVIGATION = Text("Navigation", "Navigation")


@dataclass(frozen=True)
class Tried(Generic[T]):
    """What came of an attempt: a value, or what went wrong in words, as HTML."""

    value: T | None
    trouble: str = ""


def attempt(work: Callable[[], T], lang: Lang) -> Tried[T]:
    """Do something; whatever goes wrong is said in words and never shown as a traceback."""
    try:
        return Tried(work())
    except TirageError as error:
        return Tried(None, faults(error, lang))
    except OSError as error:
        return Tried(None, notice("wrong", f"{FILE.to(lang)} : {error.filename or ''} {error.strerror or ''}"))
    except Exception:  # the last place before a person: what is not foreseen goes to the terminal
        logging.getLogger("tirage.desk").exception("desk")
        return Tried(None, notice("wrong", UNEXPECTED.to(lang)))


def faults(error: TirageError, lang: Lang) -> str:
    """Write an error with all its faults."""
    each = "".join(f"<pre>{escape(fault.render(lang))}</pre>" for fault in error.faults)
    return notice("wrong", error.heading.to(lang), each)


def notice(kind: Kind, text: str, inner: str = "") -> str:
    """Write a notice; ``inner`` is HTML. The sign says the kind to who sees no colour."""
    role = "alert" if kind == "wrong" else "status"
    sign = f'<span class="sign" aria-hidden="true">{SIGNS[kind]}</span>'
    return f'<div class="notice {kind}" role="{role}">{sign}<div><p>{escape(text)}</p>{inner}</div></div>'


def short(words: str, most: int = 48) -> str:
    """Cut what a choice is called where a page enlarged twice would have no room for it."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def title(text: str, level: int = 2) -> str:
    """Write a title."""
    return f"<h{level}>{escape(text)}</h{level}>"


def text(words: str, style: str = "") -> str:
    """Write a paragraph."""
    return f'<p class="{style}">{escape(words)}</p>'


def figures(each: Sequence[tuple[str, str, str]]) -> str:
    """Write key figures: label, figure, and how it stands to something else (may be empty)."""
    cards = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(figure)}"
        + (f"<small>{escape(beside)}</small>" if beside else "")
        + "</dd></div>"
        for label, figure, beside in each
    )
    return f'<dl class="figures">{cards}</dl>'


def blocks(each: Iterable[Block]) -> str:
    """Write blocks; tables can be scrolled sideways with the keyboard."""
    made = body(each)
    made = made.replace("<table>", '<div class="wide" tabindex="0" role="region"><table>')
    return f'<div class="desk">{made.replace("</table>", "</table></div>")}</div>'


def drawing(chart: alt.TopLevelMixin, said: str, lang: Lang, *, simulated: bool = True) -> Picture:
    """Draw a chart, with the watermark of simulations unless it is a real round."""
    from ranking.chart import svg  # noqa: PLC0415 - heavy

    return Picture(svg(chart, said, lang, watermark=simulated), said)


def pool_line(opened: Opened, lang: Lang) -> str:
    """Say in one line which pool is open, and how many of its rows were kept apart."""
    good, bad = opened.pool.frame.height, opened.pool.quarantine.height
    said = Text(
        f"{opened.file.name} : {number(good, 'fr')} déclarations conformes, {number(bad, 'fr')} mises à part.",
        f"{opened.file.name}: {number(good, 'en')} declarations in order, {number(bad, 'en')} kept apart.",
    )
    return notice("warning" if bad else "good", said.to(lang))


def details(summary: str, inner: str, *, opened: bool = False) -> str:
    """Fold HTML under a line."""
    return f"<details{' open' if opened else ''}><summary>{escape(summary)}</summary>{inner}</details>"


def page(*parts: str) -> str:
    """Put parts in the frame that the style sheet knows."""
    return f'<div class="desk">{"".join(parts)}</div>'


def banner(heading: Text, lead: Text, lang: Lang, kept: Mapping[str, str]) -> str:
    """Write the head of a notebook: the way home, the other language with what is ``kept``, title and lead."""
    from urllib.parse import urlencode  # noqa: PLC0415 - of this function alone

    other = "en" if lang == "fr" else "fr"
    query = escape(urlencode({**kept, "lang": other}), quote=True)
    home = f'<a href="../?lang={lang}">← {escape(HOME.to(lang))}</a>'
    switch = f'<a href="?{query}" lang="{other}" hreflang="{other}" target="_self">{OTHER.to(lang)}</a>'
    nav = f'<nav aria-label="{NAVIGATION.to(lang)}">{home}{switch}</nav>'
    return page(nav, title(heading.to(lang), 1), text(lead.to(lang), "lead"))

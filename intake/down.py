"""The pages that a proxy shows when the service is down: nobody loses their place.

One asks again by itself; one, a link away, stays as it is, for who reads slowly or by ear (WCAG 2.2.1).
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from rules.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

AGAIN = 30
TITLE = Text("Le service revient bientôt", "The service will be back soon")
MOVING = Text(
    "Le service ne répond pas en ce moment. Vous n’avez rien à faire : cette page essaie de nouveau toutes les "
    "{again} secondes.",
    "The service does not answer at the moment. There is nothing you need to do: this page tries again every "
    "{again} seconds.",
)
STILL = Text(
    "Le service ne répond pas en ce moment. Cette page ne se recharge pas d’elle-même : essayez de nouveau par le lien "
    "ci-dessous, quand vous voudrez.",
    "The service does not answer at the moment. This page does not reload by itself: try again with the link below, "
    "whenever you like.",
)
SENTENCES = (
    Text(
        "Votre place dans la file est gardée : elle est enregistrée par le service, et votre billet reste dans ce "
        "navigateur. Vous ne reculerez pas.",
        "Your place in the line is kept: the service has recorded it, and your ticket stays in this browser. You will "
        "not move back.",
    ),
    Text(
        "Ce que vous avez enregistré dans le formulaire est gardé aussi. Si vous veniez d’envoyer une page, revenez en "
        "arrière et envoyez-la de nouveau : elle ne sera pas comptée deux fois.",
        "What you saved in the form is kept too. If you had just sent a page, go back and send it again: it will not "
        "be counted twice.",
    ),
    Text(
        "Gardez cet onglet ouvert, ou fermez-le et revenez plus tard, d’ici ou d’un autre appareil, par le lien de "
        "connexion : dans les deux cas, rien n’est perdu.",
        "Keep this tab open, or close it and come back later, from here or from another device, by the sign-in link: "
        "either way, nothing is lost.",
    ),
    Text(
        "La place dans la file ne donne aucun point. Recharger la page plus souvent, ou changer de navigateur, ne "
        "fait pas avancer.",
        "Your place in the line gives no points. Reloading the page more often, or another browser, does not move "
        "you forward.",
    ),
)
TRY = Text("Essayer maintenant", "Try now")
STOP = Text("Ne plus recharger cette page d’elle-même", "Stop this page from reloading by itself")
OTHER = Text("English", "Français")
LANGS: tuple[Lang, ...] = ("fr", "en")
CSS = (
    "body{font:1.1em/1.5 sans-serif;color:#1a1a1a;background:#fff;max-width:40em;margin:2em auto;padding:0 1em}"
    "h1{font-size:1.5em}a{color:#003f8a}"
)


def write_down_pages(folder: Path, service: Mapping[Lang, str] | None = None, again: int = AGAIN) -> list[Path]:
    """Write the pages, each complete in itself, and give their paths.

    ``down.fr.html`` and ``down.en.html`` reload the address that was asked for after ``again`` seconds: a proxy must
    show them there, with status 503 and Retry-After, and not redirect to them. ``down-still.fr.html`` and
    ``down-still.en.html``, at the root of the site, do not. ``service``: where a language of the service begins
    (``/fr/`` and ``/en/`` unless given). No page sets a cookie or fetches anything.
    """
    addresses = service or {"fr": "/fr/", "en": "/en/"}
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for lang in LANGS:
        for name, seconds in ((f"down.{lang}.html", again), (f"down-still.{lang}.html", None)):
            written.append(folder / name)
            written[-1].write_text(down_page(lang, addresses, seconds), encoding="utf-8", newline="\n")
    return written


def down_page(lang: Lang, service: Mapping[Lang, str], again: int | None = AGAIN) -> str:
    """Write the page of one language: plain HTML that the oldest browsers and screen readers know.

    ``again``: after how many seconds it reloads; None: it does not.
    """
    first = STILL if again is None else MOVING
    sentences = "\n".join(f"<p>{escape(text.to(lang).format(again=again))}</p>" for text in (first, *SENTENCES))
    refresh = "" if again is None else f'<meta http-equiv="refresh" content="{again}">\n'
    links = "\n".join(_links(lang, service, reloads=again is not None))
    title = escape(TITLE.to(lang))
    return f"""<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
{refresh}<title>{title}</title>
<style>{CSS}</style>
</head>
<body>
<main role="main">
<h1>{title}</h1>
{sentences}
{links}
</main>
</body>
</html>
"""


def _links(lang: Lang, service: Mapping[Lang, str], *, reloads: bool) -> list[str]:
    other: Lang = "en" if lang == "fr" else "fr"
    links = [f'<p><a href="{escape(service[lang])}">{escape(TRY.to(lang))}</a></p>']
    if reloads:
        links.append(f'<p><a href="/down-still.{lang}.html">{escape(STOP.to(lang))}</a></p>')
    return [*links, f'<p><a href="{escape(service[other])}" hreflang="{other}" lang="{other}">{OTHER.to(lang)}</a></p>']

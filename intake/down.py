"""The page that a proxy shows when the service is down: it asks again by itself, and nobody loses their place."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from rules.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

AGAIN = 30
TITLE = Text("Le service revient bientôt", "The service will be back soon")
SENTENCES = (
    Text(
        "Le service ne répond pas en ce moment. Vous n’avez rien à faire : cette page essaie de nouveau toutes les "
        "{again} secondes.",
        "The service does not answer at the moment. There is nothing you need to do: this page tries again every "
        "{again} seconds.",
    ),
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
OTHER = Text("English", "Français")
CSS = (
    "body{font:1.1em/1.5 sans-serif;color:#1a1a1a;background:#fff;max-width:40em;margin:2em auto;padding:0 1em}"
    "h1{font-size:1.5em}a{color:#003f8a}"
)


def write_down_pages(folder: Path, service: Mapping[Lang, str] | None = None, again: int = AGAIN) -> list[Path]:
    """Write ``down.fr.html`` and ``down.en.html``, each complete in itself, and give their paths.

    ``service``: where a language of the service begins (``/fr/`` and ``/en/`` unless given). The page reloads the
    address that was asked for after ``again`` seconds: a proxy must show it there, with status 503 and Retry-After,
    and not redirect to it. It sets no cookie and asks for nothing else.
    """
    addresses = service or {"fr": "/fr/", "en": "/en/"}
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for lang in ("fr", "en"):
        path = folder / f"down.{lang}.html"
        path.write_text(down_page(lang, addresses, again), encoding="utf-8", newline="\n")
        written.append(path)
    return written


def down_page(lang: Lang, addresses: Mapping[Lang, str], again: int = AGAIN) -> str:
    """Write the page of one language: plain HTML that the oldest browsers and screen readers know."""
    other: Lang = "en" if lang == "fr" else "fr"
    title = escape(TITLE.to(lang))
    sentences = "\n".join(f"<p>{escape(text.to(lang).format(again=again))}</p>" for text in SENTENCES)
    own, others = escape(addresses[lang], quote=True), escape(addresses[other], quote=True)
    return f"""<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="{again}">
<title>{title}</title>
<style>{CSS}</style>
</head>
<body>
<main role="main">
<h1>{title}</h1>
{sentences}
<p><a href="{own}">{escape(TRY.to(lang))}</a></p>
<p><a href="{others}" hreflang="{other}" lang="{other}">{escape(OTHER.to(lang))}</a></p>
</main>
</body>
</html>
"""

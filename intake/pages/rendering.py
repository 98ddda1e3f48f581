"""Pages from templates: words in two languages, headers that keep what is personal out of caches."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from intake.pages.dates import day_and_hour, duration
from intake.pages.paths import PATHS, path
from rules.text import Lang, Text, number, signed, written
from rules.titles import points

if TYPE_CHECKING:
    from starlette.requests import Request

HERE = Path(__file__).parents[1]
STYLE = (HERE / "static" / "style.css").read_bytes()
STYLE_PATH = f"/static/style.{hashlib.sha256(STYLE).hexdigest()[:12]}.css"
OTHER: dict[Lang, Lang] = {"fr": "en", "en": "fr"}
BEFORE, AFTER = re.compile(r" (?=[:;?!»])"), re.compile(r"(?<=«) ")
HEADERS = {"Cache-Control": "no-store", "Vary": "Cookie"}


@cache
def _templates() -> Environment:
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.globals |= {"style": STYLE_PATH, "PATHS": PATHS}
    return found


def page(
    request: Request,
    template: str,
    lang: Lang,
    *,
    here: Text,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **said: Any,  # noqa: ANN401 - whatever a template shows
) -> Response:
    """Make a page. ``here``: its address in each language; the link to the other language leads there."""

    def say(fr: str | Text, en: str | None = None) -> str:
        words = fr.to(lang) if isinstance(fr, Text) else fr if en is None or lang == "fr" else en
        return set_in_french(words) if lang == "fr" else words

    visitor = getattr(request.state, "visitor", None)
    words = {
        "lang": lang,
        "other": OTHER[lang],
        "there": here.to(OTHER[lang]),
        "here": here.to(lang),
        "say": say,
        "to": lambda name, **parts: path(name, lang, **parts),
        "number": lambda count: number(count, lang),
        "signed": signed,
        "points": lambda count: points(count, lang),
        "written": lambda day: written(day, lang),
        "day_and_hour": lambda at, zone: day_and_hour(at, zone, lang),
        "duration": lambda seconds: duration(seconds, lang),
        "colon": say(" :", ":"),
        "visitor": visitor,
        "csrf": "" if visitor is None else visitor.csrf,
        "refresh": None,
        "faults": (),
    }
    html = _templates().get_template(template).render(words | said)
    return HTMLResponse(html, status, {**HEADERS, "Content-Language": lang, **(headers or {})})


def set_in_french(words: str) -> str:
    """Put no-break spaces where French has them: before the high signs, inside quotation marks."""
    return AFTER.sub("\u00a0", BEFORE.sub("\u00a0", words))


def see_other(address: str) -> Response:
    """Send the browser on after a POST: a reload then asks for a page, and does nothing again."""
    return Response(status_code=303, headers={"Location": address, "Cache-Control": "no-store"})

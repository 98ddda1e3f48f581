"""The law at the desk: programs, the days on which they change, two days side by side, and a search in their words."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from ranking.cli import law_page
from ranking.desk import shown
from ranking.page import Grid, Line
from rules.diff import differences, said_by
from rules.program import library, load
from rules.text import Text, number, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ranking.page import Block
    from rules.dates import Dated
    from rules.program import Program
    from rules.regulation import Regulation
    from rules.text import Lang

MOST = 60
SAME = Text("Les deux jours ont la même règle.", "Both days have the same law.")
NOTHING = Text("Rien ne répond à ces mots.", "Nothing answers to these words.")


def programs(lang: Lang) -> dict[str, str]:
    """Name the programs of the library."""
    return {shown.short(f"{one} – {load(one).source.title.text.to(lang)}"): one for one in library()}


def days(program: str, lang: Lang) -> dict[str, date]:
    """Name the days on which the law of a program changes, newest first."""
    found = load(program)
    return {written(day, lang): day for day in sorted(changing(found), reverse=True)}


def changing(found: Program) -> set[date]:
    """Give the days on which a version of something in a law begins or ends, while the program is in force."""
    sources = found.sources
    versions: list[Dated] = [version for file in sources.criteria.values() for version in file.version]
    versions += [*sources.groups.version, *sources.streams.version, *sources.categories.version]
    versions += [*found.source.ranking, *found.source.lifecycle]
    edges = {version.in_force for version in versions} | {version.until for version in versions if version.until}
    return {day for day in {*edges, found.source.begins} if found.in_force(day)}


def law(program: str, day: date) -> Regulation:
    """Give the law of a day."""
    return load(program).on(day)


def consolidated(regulation: Regulation, lang: Lang) -> list[Block]:
    """Write the law of a day."""
    return list(law_page.consolidated(regulation, lang))


def beside(before: Regulation, after: Regulation, lang: Lang) -> list[Block]:
    """Write the law of two days side by side: only what differs, with the provision behind it."""
    found = differences(before, after)
    return list(law_page.amendment(before, after, found, lang)) if found else [Line(SAME.to(lang))]


def search(regulation: Regulation, words: str, lang: Lang) -> Iterator[Block]:
    """Find the places of a law whose title, place or value has every word, or whose provision has; accents aside."""
    wanted = _plain(words).split()
    if not wanted:
        return
    rows = [row for row in _places(regulation, lang) if all(word in _plain(" ".join(row)) for word in wanted)]
    if not rows:
        yield Line(NOTHING.to(lang))
        return
    columns = Text("Où|Place|Dit|Disposition", "Where|Place|Says|Provision").to(lang).split("|")
    count = Text("{} places de la règle", "{} places in the law").to(lang).format(number(len(rows), lang))
    more = Text("Les {} premières.", "The first {}.").to(lang).format(MOST) if len(rows) > MOST else ""
    yield Grid(count, tuple(columns), tuple(rows[:MOST]), note=more)


def _places(regulation: Regulation, lang: Lang) -> Iterator[tuple[str, str, str, str]]:
    provisions = {one.id: one.source.cite.provision for one in regulation.criteria if one.source}
    asked = {
        f"streams.{stream.id}.requirements.{one.id}.where": one.cite.provision
        for stream in regulation.streams
        for one in stream.requirements
    }
    for at, said in said_by(regulation).items():
        cited = asked.get(at) or provisions.get(at.split(".")[1] if "." in at else "", "")
        yield said.title.to(lang), said.place.to(lang), said.value.to(lang), cited


def _plain(words: str) -> str:
    apart = unicodedata.normalize("NFKD", words.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one)).replace("’", "'")


def page(program: str, day: date, before: date | None, words: str, lang: Lang) -> str:
    """Show the law of a day, as HTML: what was searched, what differs from another day, then the whole."""
    regulation = law(program, day)
    parts = [shown.blocks(search(regulation, words, lang))]
    if before is not None:
        parts.append(shown.blocks(beside(law(program, before), regulation, lang)))
    whole = Text("Toute la règle de ce jour", "The whole law of that day").to(lang)
    return shown.page(*parts, shown.details(whole, shown.blocks(consolidated(regulation, lang))))

"""Lints: checks of a whole law, on the first day of every version and the day before each change.

What makes a law wrong is refused when it loads; a lint loads it on every day that matters and gathers the faults, then
looks for what no single day can show: a column that nothing reads, a source read before it was published.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from rules.criteria import repealed
from rules.faults import Fault, LawError
from rules.text import Text, same
from rules.wording import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.assembly import Sources
    from rules.citation import Cite
    from rules.dates import Dated
    from rules.program import Program
    from rules.regulation import Regulation

OWN_USE = ("declaration_id", "person_id", "submitted_at")


@dataclass(frozen=True)
class Finding:
    """One thing that a lint found: an error, which makes the law wrong, or a remark, which a jurist should look at."""

    level: Literal["error", "remark"]
    program: str
    fault: Fault


def check(program: Program, name: str) -> list[Finding]:
    """Check a law as a whole; errors first."""
    try:
        sources = program.sources
    except LawError as error:
        return [Finding("error", name, fault) for fault in error.faults]
    faults: dict[Fault, None] = {}
    laws: list[Regulation] = []
    for day in days(sources):
        try:
            laws.append(program.on(day))
        except LawError as error:
            faults |= dict.fromkeys(error.faults)
    errors = [Finding("error", name, fault) for fault in faults]
    remarks = [*_stale(sources), *_uncited_repeals(sources), *(_unused(sources, laws) if not errors else [])]
    return errors + [Finding("remark", name, fault) for fault in remarks]


def days(sources: Sources) -> list[date]:
    """Give the first day of every version and the day before each change, while the program has law."""
    begins, ends = sources.program.begins, sources.program.ends or date.max
    edges = {begins, *([ends] if sources.program.ends else [])}
    for _, version in versions(sources):
        edges |= {version.in_force, *([version.until] if version.until else [])}
    every = {day for edge in edges for day in (edge - timedelta(days=1), edge)}
    return sorted(day for day in every if begins <= day < ends)


def versions(sources: Sources) -> Iterator[tuple[str, Dated]]:
    """Give every version of every dated part, with the file that it stands in."""
    for name, file in sources.criteria.items():
        yield from ((f"criteria/{name}.toml", version) for version in file.version)
    yield from (("groups.toml", version) for version in sources.groups.version)
    yield from (("streams.toml", version) for version in sources.streams.version)
    yield from (("categories.toml", version) for version in sources.categories.version)
    yield from (("program.toml", version) for version in (*sources.program.ranking, *sources.program.lifecycle))


def _stale(sources: Sources) -> Iterator[Fault]:
    """Find sources read before they were published, or before what they decide came into force."""
    for file, version in versions(sources):
        where = Text(f"{file}, version du {version.in_force}", f"{file}, version of {version.in_force}")
        decided: list[tuple[Cite, date]] = [(version.cite, version.in_force)]
        repeal = getattr(version, "until_cite", None)
        if repeal is not None and version.until is not None:
            decided.append((repeal, version.until))
        for cite, day in decided:
            latest = max(day, cite.published or day)
            if cite.read_on < latest:
                expected = Text(f"une lecture du {latest} ou après", f"a reading of {latest} or later")
                write = Text("relisez la source, puis changez read_on", "read the source again, then change read_on")
                yield Fault(where, same(f"read_on = {cite.read_on}"), expected, write)


def _uncited_repeals(sources: Sources) -> Iterator[Fault]:
    """Find criteria that end, while the program has law, by no provision that their file cites."""
    ends = sources.program.ends or date.max
    for name, file in sources.criteria.items():
        for version in repealed(file.version):
            if version.until_cite is None and version.until is not None and version.until < ends:
                where = Text(
                    f"criteria/{name}.toml, version du {version.in_force}",
                    f"criteria/{name}.toml, version of {version.in_force}",
                )
                found = Text(
                    f"until = {version.until}, une abrogation sans source",
                    f"until = {version.until}, a repeal without a source",
                )
                expected = Text("la disposition qui abroge ce critère", "the provision that repeals this criterion")
                yield Fault(where, found, expected, same(f"until_cite = {EXAMPLES['cite'].removeprefix('cite = ')}"))


def _unused(sources: Sources, laws: list[Regulation]) -> Iterator[Fault]:
    """Find attributes and derived inputs that no law of any day reads."""
    read = {name for law in laws for name in _read(law)}
    for name, attribute in sources.attributes.items():
        if name not in read and name not in OWN_USE and not attribute.descriptive and not attribute.for_rounds:
            where = Text(f"attributes.toml, {name}", f"attributes.toml, {name}")
            found = Text("un attribut que rien ne lit", "an attribute that nothing reads")
            expected = Text(
                "une grille, une condition ou un filtre de ronde", "a table, a requirement or a filter of rounds"
            )
            yield Fault(
                where, found, expected, Text("supprimez-le, ou for_rounds = true", "delete it, or for_rounds = true")
            )
    for name in sources.inputs:
        if name not in read:
            where = same(f"inputs.toml, {name}")
            found = Text("un intrant que rien ne lit", "an input that nothing reads")
            expected = Text("une grille ou une condition", "a table or a requirement")
            yield Fault(where, found, expected, Text("supprimez-le", "delete it"))


def _read(law: Regulation) -> set[str]:
    """Name all that a law reads, and what that is derived from."""
    names = {name for criterion in law.criteria for name in criterion.inputs}
    names |= {name for stream in law.streams for name in stream.inputs}
    names |= {name for category in law.categories for name in category.where.inputs}
    names |= {name for label in law.labels for name in label.where.inputs}
    names |= {name for contradiction in law.contradictions for name in contradiction.where.inputs}
    names |= {group.cap.input for group in law.groups if group.cap and group.cap.input}
    for attribute in law.attributes.values():
        names |= {*attribute.at_most, *(attribute.only_when or {})}
    for name in reversed(list(law.derived)):
        if name in names:
            names |= set(law.derived[name].of)
    return names

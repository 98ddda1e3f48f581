"""Scenarios at the desk: files to begin with, a draft written as one, and variants put aside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranking.desk import place, shown
from ranking.desk.sheets import parts as parts_of
from ranking.faults import Fault
from ranking.reference import data_folder
from rules.faults import LawError
from rules.places import address
from rules.scenario import read_scenario, written
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ranking.desk.draft import Draft
    from rules.text import Lang

Numbers = dict[str, int]
FIRST_PART = "outside_cmm_residence"
USE = Text(
    "Le fichier se lit ensuite avec « tirage simulate compare --scenario scenario.toml », et ici.",
    "The file is then read by “tirage simulate compare --scenario scenario.toml”, and here.",
)


def parts(draft: Draft, lang: Lang) -> dict[str, str]:
    """Name the criteria and groups of a law, for a choice."""
    found = parts_of(draft.law)
    groups = {group.id for group in draft.law.groups}
    label = Text("groupe : ", "group: ").to(lang)
    return {shown.short(f"{label if one in groups else ''}{title.to(lang)}"): one for one, title in found.items()}


def first_part(draft: Draft, lang: Lang) -> str:
    """Name the part that is shown first."""
    names = parts(draft, lang)
    return next((name for name, one in names.items() if one == FIRST_PART), next(iter(names)))


def known(program: str, lang: Lang) -> dict[str, str]:
    """Name the scenarios of a program: those of the folder, and those that come with the product."""
    folder = place.folder()
    own = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    found = {}
    for path in [*own, *sorted((data_folder() / "scenarios").glob("*.toml"))]:
        try:
            read = read_scenario(path)
        except LawError:  # another kind of file, or one that is not in order: it is not offered
            continue
        if read.program == program:
            found[shown.short(read.title.text.to(lang))] = str(path)
    return found


def load(draft: Draft, path: str) -> None:
    """Set a draft to a scenario that moves numbers. One that does more is a LawError that names what."""
    scenario = read_scenario(Path(path))
    by_place = {address(key, same(key)): key for key in draft.cells}
    numbers: Numbers = {}
    faults = []
    for change in scenario.change:
        found = dict(_numbers(change.at, change.to, by_place))
        numbers |= found
        if not found and not change.at.endswith("announced_maximum"):
            expected = Text("un nombre d’une grille, ou un plafond", "a number of a table, or a cap")
            write = Text("comparez-le avec tirage simulate compare", "compare it with tirage simulate compare")
            faults.append(Fault(same(change.at), same(str(change.value(change.operation))), expected, write))
    if faults:
        raise LawError(faults)
    draft.take(numbers)


def _numbers(at: str, to: Any, by_place: dict[Any, str]) -> Iterator[tuple[str, int]]:  # noqa: ANN401 - a TOML value
    """Give the cells that a change sets: one, those of a row, or those of a cap."""
    steps = address(at, same(at))
    if isinstance(to, int) and steps in by_place:
        yield by_place[steps], to
        return
    points = to.get("points") if isinstance(to, dict) else to
    inside = [key for place, key in by_place.items() if place[:-1] == steps]
    if isinstance(points, (list, tuple)) and len(points) == len(inside):
        yield from zip(inside, points, strict=True)


def put(name: str, draft: Draft) -> Callable[[dict[str, Numbers]], dict[str, Numbers]]:
    """Put what a draft moves aside under a name, beside what is there."""
    moved = draft.moved
    return lambda aside: dict(sorted({**aside, name: moved}.items()))


def file(draft: Draft, title: str) -> str:
    """Write a draft as the file of a scenario."""
    return written(draft.scenario(same(title.strip() or "?")))

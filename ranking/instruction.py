"""The instruction of a round, read strictly: an ordered list of selections."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ranking.coherence import of_round, of_selection, where_of
from ranking.coherence_places import closed, of_ceilings, of_groups, of_parts
from ranking.faults import Fault, InstructionError
from ranking.selection import InstructionFile, Published, Selection
from rules.conditions import ALWAYS, Condition, ConditionReader, both
from rules.faults import LawError, meant
from rules.lists import DatedList, load_list
from rules.program import load
from rules.source import build, read_toml
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from ranking.parts import Ceiling, Where
    from rules.conditions import Scope
    from rules.program import Program
    from rules.regulation import Regulation

__all__ = ["Instruction", "InstructionFile", "Published", "Selection", "read_instruction"]


@dataclass(frozen=True)
class Instruction:
    """An instruction checked against the law of its day. ``conditions`` and ``lists`` go with the selections.

    ``parts`` are the filters of tiers, reserves, floors and shares, by the number of the selection and their id.
    ``excluded`` go with the exclusions (None: by declarations). ``limits`` are those of each ceiling, lists read.
    ``files`` are the instruction and its lists as they were when read, for the folder of the round.
    """

    source: InstructionFile
    regulation: Regulation
    conditions: tuple[Condition, ...]
    lists: dict[str, DatedList]
    law: Program
    files: tuple[tuple[str, bytes], ...]
    parts: Mapping[tuple[int, str], Condition] = field(default_factory=dict)
    excluded: tuple[Condition | None, ...] = ()
    limits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def selections(self) -> tuple[Selection, ...]:
        """The selections, in the order in which they run."""
        return self.source.selection

    @property
    def facts_on(self) -> date:
        """The local day of the extraction, on which facts, validity and ages are measured."""
        return self.source.extracted_at.astimezone(ZoneInfo(self.regulation.source.time_zone)).date()


def read_instruction(path: Path, program: str | Path | None = None) -> Instruction:
    """Read an instruction and check it against the law of its day, or raise every fault at once.

    ``program`` stands in for the program that the file names, where the law lies in a folder.
    """
    name = path.name
    if not path.is_file():
        expected = Text("l’instruction d’une ronde", "the instruction of a round")
        write = Text("vérifiez le chemin", "check the path")
        raise InstructionError([Fault(same(path.name), Text("aucun fichier", "no file"), expected, write)])
    try:
        source = build(InstructionFile, read_toml(path, name), name)
    except LawError as error:
        raise InstructionError(error.faults) from None
    found, regulation = _law(source, program, name)
    lists: dict[str, DatedList] = {}
    beside = tuple(sorted(found.stem for found in (path.parent / "lists").glob("*.toml")))
    scope = replace(
        regulation.scope,
        codes_of=lambda wanted: _codes(wanted, path, regulation, lists),
        list_names=(*beside, *regulation.lists),
    )
    read = _Read(source, regulation, scope, name)
    limits = {
        one.id: read.limits_of(one, lambda wanted: _beside(wanted, path, regulation, lists)) for one in source.ceiling
    }
    if not read.faults:
        read.faults += closed(source, read.conditions, read.parts, limits, {}, regulation, name)
    if read.faults:
        raise InstructionError(read.faults)
    kept = (("instruction.toml", path.read_bytes()), *_list_files(path.parent / "lists", lists))
    return Instruction(source, regulation, read.conditions, lists, found, kept, read.parts, read.excluded, limits)


class _Read:
    """An instruction while it is read: its conditions, and every fault found."""

    def __init__(self, source: InstructionFile, regulation: Regulation, scope: Scope, name: str) -> None:
        self.faults = list(of_round(source, regulation, name))
        self.scope, self.regulation, self.name = scope, regulation, name
        self.parts: dict[tuple[int, str], Condition] = {}
        conditions = []
        for number, selection in enumerate(source.selection):
            self.faults += [*of_selection(selection, regulation, name), *of_parts(selection, regulation, name)]
            where = where_of(name, selection)
            conditions.append(both(self._condition(selection.where, where), self._category(selection)))
            self.parts |= {(number, one.id): self._condition(one.where, where) for one in selection.parts}
        self.conditions = tuple(conditions)
        self.excluded = tuple(
            None if one.where is None else self._condition(one.where, same(f"{name}, exclusion {one.id}"))
            for one in source.exclusion
        )
        self.faults += of_ceilings(source, regulation, name)

    def _condition(self, said: Where | None, where: Text) -> Condition:
        """Read a condition; one that is wrong is a fault, and for now holds always."""
        try:
            return ALWAYS if said is None else ConditionReader(where, self.scope).read(said)
        except LawError as error:
            self.faults += error.faults
            return ALWAYS

    def _category(self, selection: Selection) -> Condition:
        """Give the condition of the category that a selection names; an unknown one is a fault."""
        try:
            return _category(selection, self.regulation, self.name)
        except LawError as error:
            self.faults += error.faults
            return ALWAYS

    def limits_of(self, ceiling: Ceiling, list_of: Callable[[str], DatedList | None]) -> dict[str, int]:
        """Give the limits of a ceiling, read from its list where it has one."""
        if ceiling.limits_from is None:
            return dict(ceiling.limits)
        where = Text(f"{self.name}, contingent {ceiling.id}", f"{self.name}, ceiling {ceiling.id}")
        wanted, column = ceiling.limits_from.list, ceiling.limits_from.column
        try:
            found = list_of(wanted)
        except LawError as error:
            self.faults += error.faults
            return {}
        if found is None:
            said = Text(f"la liste inconnue « {wanted} »", f"the unknown list “{wanted}”")
            expected = Text("une liste du dossier lists/", "a list of the folder lists/")
            self.faults.append(Fault(where, said, expected, meant(wanted, self.scope.list_names)))
            return {}
        wrong = [code for code, row in found.by_code.items() if not _whole(row.get(column, ""))]
        if wrong:
            said = Text(
                f"la liste « {wanted} », {wrong[0]} : « {column} »", f"the list “{wanted}”, {wrong[0]}: “{column}”"
            )
            expected = Text("un nombre entier dans cette colonne", "a whole number in that column")
            self.faults.append(Fault(where, said, expected, Text("corrigez la liste", "mend the list")))
            return {}
        self.faults += of_groups(ceiling.by, found.codes, self.regulation, where)
        return {code: int(row[column]) for code, row in found.by_code.items()}


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _list_files(folder: Path, lists: dict[str, DatedList]) -> Iterator[tuple[str, bytes]]:
    """Read the files of the lists that an instruction used, by the names that a folder of its own gives them."""
    for name, found in sorted(lists.items()):
        for file in (f"{name}.toml", found.version.file or f"{name}.csv"):
            yield f"lists/{file}", (folder / file).read_bytes()


def _law(source: InstructionFile, program: str | Path | None, name: str) -> tuple[Program, Regulation]:
    """Find the law of an instruction; what is wrong is said of the instruction, not of the law."""
    try:
        found = load(program or source.program)
    except LawError as error:
        where = Text(f"{name}, clé program", f"{name}, key program")
        raise InstructionError([replace(fault, where=where) for fault in error.faults]) from None
    try:
        return found, found.on(source.law_on)
    except LawError as error:
        if found.in_force(source.law_on):
            raise InstructionError(error.faults) from None
        where = Text(f"{name}, clé law_on", f"{name}, key law_on")
        begins = same(f"law_on = {found.source.begins}")
        said = same(f"law_on = {source.law_on}")
        faults = [replace(fault, where=where, found=said, write=begins) for fault in error.faults]
        raise InstructionError(faults) from None


def _codes(wanted: str, path: Path, regulation: Regulation, lists: dict[str, DatedList]) -> tuple[str, ...] | None:
    """Find a list beside the instruction, then in the law."""
    found = _beside(wanted, path, regulation, lists)
    return regulation.scope.codes_of(wanted) if found is None else found.codes


def _beside(wanted: str, path: Path, regulation: Regulation, lists: dict[str, DatedList]) -> DatedList | None:
    """Find a list beside the instruction, and keep it among those that it used."""
    folder = path.parent / "lists"
    if wanted not in lists and "/" not in wanted and (folder / f"{wanted}.toml").is_file():
        found = load_list(folder, wanted, regulation.day, "lists")
        if found is not None:
            lists[wanted] = found
    return lists.get(wanted)


def _category(selection: Selection, regulation: Regulation, name: str) -> Condition:
    """Give the condition of the category that a selection names."""
    known = {category.id: category.where for category in regulation.categories}
    if selection.category is None:
        return ALWAYS
    if selection.category in known:
        return known[selection.category]
    found = Text(f"la catégorie inconnue « {selection.category} »", f"the unknown category “{selection.category}”")
    expected = Text(f"une catégorie de la règle du {regulation.day}", f"a category of the law of {regulation.day}")
    if not known:
        write = Text("where = { … } : la règle de ce jour n’en a aucune", "where = { … }: the law of this day has none")
        raise LawError([Fault(where_of(name, selection), found, expected, write)])
    raise LawError([Fault(where_of(name, selection), found, expected, meant(selection.category, known))])

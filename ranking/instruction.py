"""The instruction of a round, read strictly: an ordered list of selections."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BeforeValidator, Field

from ranking.faults import Fault, InstructionError
from ranking.mechanisms import MECHANISMS
from rules.citation import Cite, Remark, Strict, Title, Words
from rules.conditions import ALWAYS, Condition, ConditionReader, both
from rules.faults import LawError, meant
from rules.lists import DatedList, load_list
from rules.program import load
from rules.source import build, read_toml
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rules.program import Program
    from rules.regulation import Regulation


def _streams(value: object) -> object:
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


class Published(Strict):
    """What the ministry published of a selection. Only compared with, never read by the engine."""

    invitations: int | None = None
    min_score: int | None = None


class Selection(Strict):
    """One pick inside a round: who may be taken, how many, how ties end."""

    id: Words
    title: Title
    stream: Annotated[tuple[Words, ...], BeforeValidator(_streams)] = ()
    category: Words | None = None
    where: dict[str, Any] | list[dict[str, Any]] | None = None
    mechanism: Words
    size: int | None = Field(default=None, ge=0)
    min_score: int | None = None
    ties: Literal["key", "all_in", "all_out"] | None = None
    certainty: Literal["published", "inferred"]
    note: Remark | None = None
    published: Published | None = None


class InstructionFile(Strict):
    """The instruction, as written."""

    program: Words
    id: Words
    title: Title
    law_on: date
    extracted_at: AwareDatetime
    cite: Cite
    note: Remark | None = None
    selection: tuple[Selection, ...] = Field(min_length=1, strict=False)


@dataclass(frozen=True)
class Instruction:
    """An instruction checked against the law of its day. ``conditions`` and ``lists`` go with the selections.

    ``files`` are the instruction and its lists as they were when read, for the folder of the round.
    """

    source: InstructionFile
    regulation: Regulation
    conditions: tuple[Condition, ...]
    lists: dict[str, DatedList]
    law: Program
    files: tuple[tuple[str, bytes], ...]

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
    faults = list(_of_round(source, regulation, name))
    lists: dict[str, DatedList] = {}
    beside = tuple(sorted(found.stem for found in (path.parent / "lists").glob("*.toml")))
    scope = replace(
        regulation.scope,
        codes_of=lambda wanted: _codes(wanted, path, regulation, lists),
        list_names=(*beside, *regulation.lists),
    )
    conditions = []
    for selection in source.selection:
        faults += _of_selection(selection, regulation, name)
        try:
            reader = ConditionReader(_where(name, selection), scope)
            where = reader.read(selection.where) if selection.where is not None else ALWAYS
            conditions.append(both(where, _category(selection, regulation, name)))
        except LawError as error:
            faults += error.faults
    if faults:
        raise InstructionError(faults)
    kept = (("instruction.toml", path.read_bytes()), *_list_files(path.parent / "lists", lists))
    return Instruction(source, regulation, tuple(conditions), lists, found, kept)


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
    if wanted in lists:
        return lists[wanted].codes
    folder = path.parent / "lists"
    if "/" not in wanted and (folder / f"{wanted}.toml").is_file():
        found = load_list(folder, wanted, regulation.day, "lists")
        if found is not None:
            lists[wanted] = found
            return found.codes
    return regulation.scope.codes_of(wanted)


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
        raise LawError([Fault(_where(name, selection), found, expected, write)])
    raise LawError([Fault(_where(name, selection), found, expected, meant(selection.category, known))])


def _where(name: str, selection: Selection) -> Text:
    return Text(f"{name}, exercice {selection.id}", f"{name}, selection {selection.id}")


def _of_round(source: InstructionFile, regulation: Regulation, name: str) -> list[Fault]:
    faults = []
    ids = [selection.id for selection in source.selection]
    for twice in sorted({i for i in ids if ids.count(i) > 1}):
        found = Text(f"l’exercice « {twice} » deux fois", f"the selection “{twice}” twice")
        expected = Text("chaque exercice une seule fois", "each selection only once")
        faults.append(Fault(same(name), found, expected, Text("donnez un autre id", "give another id")))
    facts = source.extracted_at.astimezone(ZoneInfo(regulation.source.time_zone)).date()
    if facts > source.law_on:
        found = Text(
            f"extracted_at = {facts}, law_on = {source.law_on}", f"extracted_at = {facts}, law_on = {source.law_on}"
        )
        expected = Text(
            "une extraction au plus tard le jour de la ronde", "an extraction no later than the day of the round"
        )
        faults.append(Fault(same(name), found, expected, same(f"law_on = {facts}")))
    return faults


def _of_selection(selection: Selection, regulation: Regulation, name: str) -> list[Fault]:
    where = _where(name, selection)
    faults = []
    if selection.stream == () and "stream" in selection.model_fields_set:
        expected = Text("au moins un élément", "at least one item")
        faults.append(Fault(where, same("stream = []"), expected, same('stream = "1"')))
    streams = [stream.id for stream in regulation.streams]
    for stream in selection.stream:
        if stream not in streams:
            found = Text(f"le volet inconnu « {stream} »", f"the unknown stream “{stream}”")
            expected = Text("un volet du programme", "a stream of the program")
            faults.append(Fault(where, found, expected, meant(stream, streams)))
    if selection.certainty == "inferred" and selection.note is None:
        expected = Text("une note qui dit ce qui est déduit", "a note that says what is inferred")
        found = Text("« inferred » sans note", "“inferred” without a note")
        faults.append(Fault(where, found, expected, same('note = { fr = "…", en = "…" }')))
    registered = MECHANISMS.get(selection.mechanism)
    if registered is None:
        found = Text(
            f"le mécanisme inconnu « {selection.mechanism} »", f"the unknown mechanism “{selection.mechanism}”"
        )
        expected = Text(f"l’un de : {', '.join(MECHANISMS)}", f"one of: {', '.join(MECHANISMS)}")
        return [*faults, Fault(where, found, expected, meant(selection.mechanism, MECHANISMS))]
    given = {key for key in ("size", "min_score", "ties") if getattr(selection, key) is not None}
    for key in sorted(set(registered.needs) - given):
        found = Text(f"« {key} » absent", f"“{key}” missing")
        expected = Text(
            f"« {key} », que « {selection.mechanism} » demande", f"“{key}”, which “{selection.mechanism}” needs"
        )
        faults.append(
            Fault(where, found, expected, same({"size": "size = 354", "ties": 'ties = "key"'}.get(key, f"{key} = 571")))
        )
    for key in sorted(given - {*registered.needs, *registered.may_have}):
        found = Text(f"« {key} » avec « {selection.mechanism} »", f"“{key}” with “{selection.mechanism}”")
        expected = Text(
            f"« {selection.mechanism} » ne lit pas « {key} »", f"“{selection.mechanism}” does not read “{key}”"
        )
        faults.append(Fault(where, found, expected, Text(f"supprimez « {key} »", f"delete “{key}”")))
    return faults

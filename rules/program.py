"""A program: its law files, read when first needed, and the regulation that they make on a day."""

from __future__ import annotations

from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rules.assembly import ContradictionModel, ContradictionsModel, ProgramFile, Sources, assemble
from rules.attributes import Attribute, check_attributes, shared_columns
from rules.categories import CategoriesFile
from rules.criteria import CriterionFile, check_repeals
from rules.dates import check_dates, ends_first
from rules.faults import Fault, LawError, meant
from rules.groups import GroupsFile
from rules.inputs import InputModel
from rules.lists import DatedList, load_list
from rules.source import build, build_each, read_toml
from rules.streams import StreamsFile
from rules.text import Text, same

if TYPE_CHECKING:
    from datetime import date

    from rules.regulation import Regulation

LAW = Path(__file__).parent / "law"


class Program:
    """The law files of a program, read when first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._days: dict[date, Regulation] = {}

    @cached_property
    def source(self) -> ProgramFile:
        """What ``program.toml`` says."""
        source = build(ProgramFile, read_toml(self.folder / "program.toml", "program.toml"), "program.toml")
        if source.ends is not None and source.ends <= source.begins:
            raise LawError([ends_first(same("program.toml"), "ends", source.begins, source.ends)])
        for versions in (source.ranking, source.lifecycle):
            check_dates(versions, "program.toml")
        return source

    @property
    def id(self) -> str:
        """The id of the program."""
        return self.source.id

    @cached_property
    def sources(self) -> Sources:
        """What all files of the program say, all versions."""
        attributes, contradictions = self._attributes()
        return Sources(
            program=self.source,
            attributes=attributes,
            inputs=self._inputs(),
            contradictions=contradictions,
            criteria=self._criteria(),
            groups=self._groups(),
            streams=self._streams(),
            categories=self._categories(),
            lists=self._lists,
            list_names=tuple(path.stem for path in self._list_files()),
        )

    def on(self, day: date) -> Regulation:
        """Give the law in force on ``day``. A day before the program begins or after it ends is a LawError."""
        self._check_day(day)
        if day not in self._days:
            self._days[day] = assemble(self.sources, day)
        return self._days[day]

    def _attributes(self) -> tuple[dict[str, Attribute], tuple[ContradictionModel, ...]]:
        """Read the columns of a declaration, the optional descriptive ones of every program last."""
        raw = read_toml(self.folder / "attributes.toml", "attributes.toml")
        said = {"contradiction": raw.pop("contradiction", [])}
        contradictions = build(ContradictionsModel, said, "attributes.toml").contradiction
        read = build_each(Attribute, raw, "attributes.toml")
        check_attributes(read, raw, "attributes.toml")
        columns = read | {name: column for name, column in shared_columns().items() if name not in read}
        return columns, contradictions

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """The folders whose criteria and inputs this law has: the one that it shares with, then its own."""
        if self.source.criteria_from is None:
            return (self.folder,)
        shared = (self.folder / self.source.criteria_from).resolve()
        beside = shared.parent == self.folder.resolve().parent and shared != self.folder.resolve()
        if not beside or not (shared / "criteria").is_dir():
            found = same(f'criteria_from = "{self.source.criteria_from}"')
            expected = Text("le dossier d’un programme voisin", "the folder of a program beside this one")
            raise LawError([Fault(same("program.toml"), found, expected, same('criteria_from = "../skilled_189"'))])
        return (shared, self.folder)

    def _inputs(self) -> dict[str, InputModel]:
        own = self.folder / "inputs.toml"
        raw = read_toml(own if own.is_file() else self.folders[0] / "inputs.toml", "inputs.toml")
        return build_each(InputModel, raw, "inputs.toml")

    def _criteria(self) -> dict[str, CriterionFile]:
        files = {}
        paths = {path.name: path for folder in self.folders for path in (folder / "criteria").glob("*.toml")}
        for _, path in sorted(paths.items()):
            shown = f"criteria/{path.name}"
            files[path.stem] = build(CriterionFile, read_toml(path, shown), shown)
            check_dates(files[path.stem].version, shown)
            check_repeals(files[path.stem].version, shown)
        return files

    def _groups(self) -> GroupsFile:
        file = build(GroupsFile, read_toml(self.folder / "groups.toml", "groups.toml"), "groups.toml")
        check_dates(file.version, "groups.toml")
        return file

    def _streams(self) -> StreamsFile:
        file = build(StreamsFile, read_toml(self.folder / "streams.toml", "streams.toml"), "streams.toml")
        check_dates(file.version, "streams.toml")
        return file

    def _list_files(self) -> list[Path]:
        return sorted((self.folder / "lists").glob("*.toml"))

    def _categories(self) -> CategoriesFile:
        """Read the categories of rounds; a program without the file has none."""
        if not (self.folder / "categories.toml").is_file():
            return CategoriesFile()
        file = build(CategoriesFile, read_toml(self.folder / "categories.toml", "categories.toml"), "categories.toml")
        check_dates(file.version, "categories.toml")
        return file

    def _lists(self, day: date) -> dict[str, DatedList]:
        loaded = {path.stem: load_list(path.parent, path.stem, day, "lists") for path in self._list_files()}
        return {name: found for name, found in loaded.items() if found is not None}

    def in_force(self, day: date) -> bool:
        """Tell whether the program has law on a day."""
        return self.source.begins <= day and (self.source.ends is None or day < self.source.ends)

    def _check_day(self, day: date) -> None:
        if self.in_force(day):
            return
        source = self.source
        end = source.ends or "…"
        found = Text(f"le {day}", f"{day}")
        expected = Text(
            f"un jour à partir du {source.begins} et avant le {end}", f"a day from {source.begins} and before {end}"
        )
        write = same(f"--on {source.begins}")
        if source.after is not None and day > source.begins:
            write = source.after.text
        raise LawError([Fault(same(f"{source.id}, program.toml"), found, expected, write)])


def library() -> list[str]:
    """Give the ids of the programs inside the package."""
    return sorted(path.parent.relative_to(LAW).as_posix() for path in LAW.glob("*/*/program.toml"))


@lru_cache(maxsize=64)
def _packaged(program: str) -> Program:
    return Program(LAW / program)


def load(program: str | Path) -> Program:
    """Find a program by its id (``quebec/pstq``) or by the path of its folder."""
    if str(program) in library():
        return _packaged(str(program))
    if (Path(program) / "program.toml").is_file():
        return Program(Path(program))
    found = Text(f"le programme inconnu « {program} »", f"the unknown program “{program}”")
    expected = Text(
        "l’id d’un programme ou un dossier avec program.toml", "the id of a program or a folder with program.toml"
    )
    raise LawError([Fault(same(str(program)), found, expected, meant(str(program), library()))])

"""What can be chosen at the desk: pools and rounds of its folder, instructions, laws; and what is dropped into it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ranking.desk import place
from ranking.pool import READERS, WORKBOOKS
from ranking.reference import data_folder
from rules.text import Text, number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from ranking.instruction import Instruction
    from rules.text import Lang

    class Dropped(Protocol):
        """A file dropped into a page."""

        name: str
        contents: bytes


SIZES = (150_000, 20_000)
SEED = 7
ENDINGS = (*READERS, *WORKBOOKS)
LARGEST = 2_000_000_000
"""Bytes of a file that can be dropped into the page."""
SYNTHETIC = "synthetic:"
FIRST = "quebec/pstq/2026-04-30.toml"
DROP = Text("ou déposez ici un fichier de banque : {}", "or drop the file of a pool here: {}")
MADE_UP = Text("Banque synthétique, {} déclarations inventées", "Synthetic pool, {} invented declarations")


def pools(lang: Lang) -> dict[str, str]:
    """Name the pools that can be chosen, and say what to choose them by: files of the folder, then invented ones."""
    folder = place.folder()
    found = [one for one in sorted(folder.glob("*")) if one.suffix.lower() in ENDINGS] if folder.is_dir() else []
    made = {one.name: str(one) for one in found}
    return made | {MADE_UP.to(lang).format(number(size, lang)): f"{SYNTHETIC}{size}" for size in SIZES}


def instructions(program: str = "") -> dict[str, str]:
    """Name the instructions of real rounds, newest first, and those of the folder."""
    root = data_folder() / "instructions"
    known = [one for one in root.glob("*/*/*.toml") if not program or one.is_relative_to(root / program)]
    newest = sorted(known, key=lambda one: (one.parent.as_posix(), one.stem), reverse=True)
    made = {f"{one.parent.relative_to(root).as_posix()} · {one.stem}": str(one) for one in newest}
    folder = place.folder()
    own = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    return {**{one.name: str(one) for one in own if _is_instruction(one)}, **made}


def first_instruction() -> str:
    """Give the instruction that the desk begins with."""
    return str(data_folder() / "instructions" / FIRST)


def rounds() -> dict[str, str]:
    """Name the rounds kept in the folder."""
    folder = place.folder()
    found = sorted(folder.glob("*/receipt.json")) if folder.is_dir() else []
    return {one.parent.name: str(one.parent) for one in found}


def chosen(names: dict[str, str], *wanted: str | None) -> str:
    """Give the name of the first of some choices that is there; else the first of all."""
    by_choice = {choice: name for name, choice in names.items()}
    return next((by_choice[one] for one in wanted if one in by_choice), next(iter(names)))


def choice(chosen_one: str, drop: Sequence[Dropped]) -> str:
    """Give the file dropped into the page, if there is one; else what was chosen."""
    return str(dropped(drop[0].name, drop[0].contents)) if drop else chosen_one


def dropped(name: str, contents: bytes) -> Path:
    """Keep a file dropped into the page until the desk is closed."""
    path = place.private() / Path(name).name
    if not path.is_file() or path.read_bytes() != contents:
        path.write_bytes(contents)
    return path


def file_of(choice: str, instruction: Instruction) -> Path:
    """Give the file of a choice among ``pools``; an invented pool is made when it is first asked for."""
    if not choice.startswith(SYNTHETIC):
        return Path(choice)
    from ranking import sample  # noqa: PLC0415 - heavy

    size = int(choice.removeprefix(SYNTHETIC))
    law, day = instruction.regulation, instruction.facts_on
    path = place.private() / f"synthetic-{law.program.replace('/', '-')}-{day}-{size}.parquet"
    if not path.is_file():
        draft = path.with_suffix(".part")
        sample.generate(law, size, seed=SEED, on=day).write_parquet(draft)
        draft.replace(path)
    return path


def _is_instruction(path: Path) -> bool:
    return "[[selection]]" in path.read_text(encoding="utf-8", errors="replace")

"""A round kept in a folder: what is needed to run it again on another pool, and what it made of everyone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.contribution import Contribution
from ranking.faults import Fault, RoundError
from ranking.instruction import read_instruction
from rules.text import Text, same

if TYPE_CHECKING:
    from ranking.instruction import Instruction
    from ranking.pool import Pool

FILES = ("receipt.json", "instruction.toml", "law", "invitations.parquet", "outcomes.parquet", "exclusions.parquet")


@dataclass(frozen=True)
class Kept:
    """A round as its folder has it. Nothing here is computed again."""

    folder: Path
    instruction: Instruction
    contribution: Contribution
    receipt: dict[str, Any]
    invitations: pl.DataFrame
    outcomes: pl.DataFrame

    @property
    def cut_offs(self) -> dict[str, int | None]:
        """The score of the last taken of each selection; None where nobody was."""
        return {one["id"]: one["cut_off"] for one in self.receipt["selections"]}


def read_kept(folder: str | Path) -> Kept:
    """Read the folder of a round with its own law and exclusions. What is missing or broken is a RoundError."""
    path = Path(folder)
    missing = [name for name in FILES if not (path / name).exists()]
    if missing:
        raise RoundError([_not_a_round(path, missing)])
    try:
        receipt = json.loads((path / "receipt.json").read_text(encoding="utf-8"))
        tables = [pl.read_parquet(path / f"{name}.parquet") for name in ("invitations", "outcomes", "exclusions")]
        ledger = receipt["ledger"]
        contribution = Contribution(tables[2], ledger["used"], ledger["head"])
        _ = [one["cut_off"] for one in receipt["selections"]], receipt["fingerprints"]["pool"]
    except (ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        raise RoundError([_broken(path)]) from None
    instruction = read_instruction(path / "instruction.toml", path / "law")
    return Kept(path, instruction, contribution, receipt, tables[0], tables[1])


def check_same_pool(kept: Kept, pool: Pool, shown: str) -> None:
    """Fail because a pool is not the one that the round was run on."""
    wanted = kept.receipt["fingerprints"]["pool"]
    if pool.fingerprint == wanted:
        return
    found = Text(
        f"une banque d’empreinte {pool.fingerprint[:16]}…", f"a pool with the fingerprint {pool.fingerprint[:16]}…"
    )
    expected = Text(f"la banque de la ronde, {wanted[:16]}…", f"the pool of the round, {wanted[:16]}…")
    write = Text("le fichier sur lequel la ronde fut exécutée", "the file on which the round was run")
    raise RoundError([Fault(same(shown), found, expected, write)])


def _not_a_round(path: Path, missing: list[str]) -> Fault:
    names = ", ".join(missing)
    found = Text(f"sans {names}", f"without {names}")
    if not path.is_dir():
        found = Text("aucun dossier", "no folder")
    expected = Text("le dossier d’une ronde", "the folder of a round")
    write = Text("le dossier que tirage round run a écrit", "the folder that tirage round run wrote")
    return Fault(same(str(path)), found, expected, write)


def _broken(path: Path) -> Fault:
    found = Text("un reçu ou une table illisible", "a receipt or a table that cannot be read")
    expected = Text("le dossier d’une ronde, entier", "the whole folder of a round")
    write = Text("refaites la ronde, ou reprenez une copie du dossier", "run the round again, or take a copy of it")
    return Fault(same(str(path)), found, expected, write)

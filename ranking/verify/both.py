"""Verification by both roads, and its result."""

from __future__ import annotations

import platform
from contextlib import nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranking.pool import read_pool
from ranking.verify.archive import open_archive
from ranking.verify.chain import in_the_ledger
from ranking.verify.files import fingerprints
from ranking.verify.given import read_given
from ranking.verify.proof import prove
from ranking.verify.replay import run_again
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ranking.verify.archive import Archive
    from ranking.verify.findings import Finding


@dataclass(frozen=True)
class Verification:
    """What verification found: every property, and the versions that differ from those of the receipt."""

    round: str
    findings: tuple[Finding, ...]
    versions: dict[str, tuple[str | None, str | None]]

    @property
    def agrees(self) -> bool:
        """Tell whether everything that was compared agrees."""
        return all(finding.agrees for finding in self.findings)

    @property
    def failed(self) -> tuple[Finding, ...]:
        """The properties that do not hold."""
        return tuple(finding for finding in self.findings if not finding.agrees)

    def as_json(self) -> dict[str, Any]:
        """Give the result as plain values."""
        return {
            "round": self.round,
            "agrees": self.agrees,
            "properties": [{"road": one.kind.road, **one.as_json()} for one in self.findings],
            "versions": {name: {"receipt": kept, "now": now} for name, (kept, now) in self.versions.items()},
        }


def verify(
    folder: str | Path,
    pool_file: str | Path,
    ledger: str | Path | None = None,
    *,
    step: Callable[[Text], AbstractContextManager[Any]] | None = None,
) -> Verification:
    """Verify the round of a folder against its pool, by replay and by proof.

    Raises RoundError where the folder lacks a file, holds one that cannot be read or has a newer format; PoolError,
    InstructionError or LawError where the pool, the instruction or the law is refused. Whatever can be read is
    compared, and what does not agree is in the result. ``step`` shows that a step is under way.
    """
    under = step or (lambda _: nullcontext())
    with under(Text("Dossier et banque lus", "Folder and pool read")):
        archive = open_archive(Path(folder))
        given = read_given(archive.folder)
        pool = read_pool(
            pool_file,
            given.regulation,
            quarantine=True,
            facts_on=given.facts_on,
            extracted_at=given.extracted_at,
        )
        files = fingerprints(archive, given, pool.frame)
    with under(Text("Ronde reprise", "Round run again")):
        again = run_again(archive, pool)
    with under(Text("Ronde prouvée par l’autre chemin", "Round proven by the other road")):
        proven = prove(archive, given, pool.frame)
    chain = in_the_ledger(archive, Path(ledger) if ledger else None)
    return Verification(str(archive.receipt["round"]), (*files, *chain, *again, *proven), _versions(archive))


def _versions(archive: Archive) -> dict[str, tuple[str | None, str | None]]:
    """Give the versions that differ: those of the receipt, and those of today. They are told, and fail nothing."""
    made = {"tirage": version("tirage"), "python": platform.python_version()}
    made |= {name: version(name) for name in ("polars", "numpy")}
    kept = archive.receipt["versions"]
    names = sorted({*kept, *made})
    return {name: (kept.get(name), made.get(name)) for name in names if kept.get(name) != made.get(name)}

"""The states of a round in a ledger: recorded as a draft, approved by two people, released.

The folder and the entry go together: the folder is renamed into place between the writing of the entry and its commit.
A process killed before the commit leaves no round: at most a folder that the ledger does not know, which nobody can
approve and which running the instruction again writes over. There is never an entry without its folder.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from ranking import fingerprint, receipt
from ranking.columns import ID
from ranking.contribution import EXCLUSIONS
from ranking.faults import Fault, LedgerError, TirageError
from ranking.instruction import read_instruction
from ranking.ledger import chain
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from ranking.ledger.chain import Entry
    from ranking.ledger.file import Ledger
    from ranking.round import Round
    from rules.assembly import Lifecycle

Rule = Literal["returns", "leaves"]
# Where no source says: who declines may be invited again, as in the one system whose rule is published; who does not
# answer leaves. Both can be asked for otherwise, round by round.
DEFAULTS: dict[str, Rule] = {"after_decline": "returns", "after_silence": "leaves"}
PEOPLE = ("selection", "rank", "declaration_id", "person_id")


def returns(life: Lifecycle, asked: Mapping[str, Rule | None]) -> dict[str, dict[str, str]]:
    """Say what becomes of who declines and of who does not answer, and whether the law, the command or nobody says it.

    Asking for another rule than that of the law is a LedgerError.
    """
    found = {}
    for key, default in DEFAULTS.items():
        law: Rule | None = getattr(life, key)
        wanted = asked.get(key)
        option = "--" + key.replace("_", "-")
        if law is not None and wanted not in (None, law):
            expected = Text(f"{law}, selon la règle", f"{law}, by the law")
            write = Text(f"sans {option}", f"no {option}")
            raise LedgerError([Fault(same(option), same(str(wanted)), expected, write)])
        said_by = "law" if law else "command" if wanted else "default"
        found[key] = {"rule": law or wanted or default, "said_by": said_by}
    return found


def draft_body(
    done: Round, asked: Mapping[str, Rule | None], *, again: bool, override: dict[str, str] | None
) -> dict[str, Any]:
    """Give what the entry of a draft holds: the receipt, who would be invited (numbers only), ceilings, return rule."""
    made = receipt.receipt(done)
    people = done.invitations.select(PEOPLE)
    return {
        "program": made["program"],
        "round": made["round"],
        "receipt": made,
        "fingerprint": chain.of_receipt(made),
        "invitations": people.to_dict(as_series=False),
        "ceilings": _ceilings(done, made),
        "returns": returns(done.instruction.regulation.lifecycle, asked),
        "again": again,
        "override": override,
    }


def _ceilings(done: Round, made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give, for each ceiling of the receipt, the places used by group, and the limits that the instruction gives."""
    rules = {rule["id"]: rule for rule in done.instruction.source.model_dump(mode="json").get("ceiling") or ()}
    found = {}
    for ceiling, places in (made.get("ceilings") or {}).items():
        rule = rules.get(ceiling, {})
        limits = rule.get("limits") if isinstance(rule.get("limits"), dict) else {}
        most = {group: limits.get(group, rule.get("otherwise")) for group in places}
        carried = bool(rule.get("carried", True))
        known = {group: limit for group, limit in most.items() if limit is not None}
        found[ceiling] = {"places": dict(places), "most": known, "carried": carried}
    return found


def record(ledger: Ledger, done: Round, body: dict[str, Any], folder: Path, at: datetime) -> Entry:
    """Write the folder of a round and its draft in the ledger, both or neither. Raises LedgerError and RoundError."""
    there = folder.exists()
    try:
        return ledger.append("draft", body, at, together=lambda: receipt.save(done, folder))
    except BaseException:
        if not there:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def approve(ledger: Ledger, folder: Path, by: str, at: datetime) -> Entry:
    """Note that a person approves the round of a folder, which must be the one recorded. Raises LedgerError."""
    draft, mark = _draft_of(ledger, folder)
    return ledger.append("approved", {"draft": draft, "receipt": mark, "by": " ".join(by.split())}, at)


def release(ledger: Ledger, folder: Path, at: datetime, override: dict[str, str] | None = None) -> Entry:
    """Release the round of a folder: from now on its people are invited. Raises LedgerError."""
    draft, mark = _draft_of(ledger, folder)
    return ledger.append("released", {"draft": draft, "receipt": mark, "override": override}, at)


def correct(
    ledger: Ledger,
    draft: int,
    remedy: Literal["add", "void"],
    reason: str,
    by: tuple[str, str],
    report: str,
    at: datetime,
    added: pl.DataFrame | None = None,
) -> Entry:
    """Note a correction that two people signed, beside the round and never over it.

    ``add`` invites the missed (``added``: selection, rank, declaration_id, person_id); ``void`` cancels the round, and
    its instruction may then be run again. ``report`` is the fingerprint of the report on which it rests.
    """
    people = pl.DataFrame(schema=dict.fromkeys(PEOPLE, pl.String)) if added is None else added.select(PEOPLE)
    body = {"draft": draft, "remedy": remedy, "reason": reason, "by": list(by), "report": report}
    return ledger.append("correction", body | {"invitations": people.to_dict(as_series=False)}, at)


def draft_of(ledger: Ledger, folder: Path) -> int:
    """Give the entry of the draft that a folder holds, unchanged; a LedgerError where there is none."""
    return _draft_of(ledger, folder)[0]


def _draft_of(ledger: Ledger, folder: Path) -> tuple[int, str]:
    """Find the draft that a folder holds: it must be in the ledger as it is, every file of it."""
    kept = read_folder(folder)
    mark = chain.of_receipt(kept)
    drafts = [draft for draft in ledger.book.drafts.values() if draft.fingerprint == mark]
    where = same(str(folder))
    if not drafts:
        known = (kept.get("program"), kept.get("round")) in ledger.book.current
        found = Text(
            "un dossier changé depuis, ou une autre exécution de cette ronde"
            if known
            else "une ronde que ce registre n’a pas",
            "a folder changed since, or another run of this round" if known else "a round that this ledger lacks",
        )
        expected = Text(f"une ronde enregistrée dans {ledger.path.name}", f"a round recorded in {ledger.path.name}")
        raise LedgerError([Fault(where, found, expected, same("tirage round run … --ledger …"))])
    changed = changed_files(folder, kept)
    if changed:
        found = Text(f"changé depuis : {', '.join(changed)}", f"changed since: {', '.join(changed)}")
        expected = Text("le dossier tel qu’il a été enregistré", "the folder as it was recorded")
        write = Text("exécutez la ronde de nouveau : --again", "run the round again: --again")
        raise LedgerError([Fault(where, found, expected, write)])
    return drafts[-1].number, mark


def read_folder(folder: Path) -> dict[str, Any]:
    """Read the receipt of a folder. Raises LedgerError where there is none that can be read."""
    path = folder / receipt.RECEIPT
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        read = None
    if not isinstance(read, dict) or not isinstance(read.get("fingerprints"), dict):
        found = Text("aucun reçu lisible", "no receipt that can be read")
        expected = Text("le dossier d’une ronde", "the folder of a round")
        raise LedgerError([Fault(same(str(folder)), found, expected, Text("vérifiez le chemin", "check the path"))])
    return read


def changed_files(folder: Path, kept: dict[str, Any]) -> list[str]:
    """Name the files of a folder that are not what its receipt says; the pool is not there to be compared."""
    marks = kept["fingerprints"]
    tables = {"invitations": ["selection", "rank"], "outcomes": [ID], "exclusions": list(EXCLUSIONS)}
    tables |= {"distribution": ["score"]} if "distribution" in marks else {}
    changed = [f"{name}.parquet" for name, by in tables.items() if _mark(folder, name, by) != marks.get(name)]
    try:
        read = read_instruction(folder / "instruction.toml", folder / "law")
    except (OSError, TirageError):
        return [*changed, "instruction.toml"]
    if receipt.of_instruction(read) != marks.get("instruction"):
        changed.append("instruction.toml")
    return changed if read.regulation.hash == marks.get("law") else [*changed, "law"]


def _mark(folder: Path, name: str, by: list[str]) -> str | None:
    try:
        return fingerprint.of_frame(pl.read_parquet(folder / f"{name}.parquet"), by)
    except (pl.exceptions.PolarsError, OSError):
        return None

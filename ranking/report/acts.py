"""What people did to a round, read from the entries of a ledger: recorded, approved, released, corrected, plan kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.ledger.rows import listed
from ranking.report.minutes import Act
from rules.text import Text, number

if TYPE_CHECKING:
    from ranking.ledger.chain import Entry
    from ranking.ledger.file import Ledger

NOBODY = "–"


def acts_of(ledger: Ledger, draft: int) -> tuple[Act, ...]:
    """Give every act on the round of an entry, oldest first."""
    recorded = ledger.entries[draft - 1]
    mine = [entry for entry in ledger.entries if entry.kind in ACTS and entry.body.get("draft") == draft]
    return (_recorded(recorded), *(ACTS[entry.kind](entry) for entry in mine))


def _recorded(entry: Entry) -> Act:
    override = entry.body.get("override")
    again = Text("Exécutée de nouveau et inscrite", "Run again and recorded")
    what = again if entry.body.get("again") else Text("Inscrite au registre", "Recorded in the ledger")
    return Act(_overridden(what, override), _who(override), entry.at)


def _approved(entry: Entry) -> Act:
    return Act(Text("Approuvée", "Approved"), entry.body["by"], entry.at)


def _released(entry: Entry) -> Act:
    override = entry.body.get("override")
    return Act(_overridden(Text("Publiée", "Released"), override), _who(override), entry.at)


def _corrected(entry: Entry) -> Act:
    count = len(listed(entry.body["invitations"]))
    added = Text(f"Correction : {number(count, 'fr')} ajoutées", f"Correction: {number(count, 'en')} added")
    what = Text("Correction : ronde annulée", "Correction: round voided") if entry.body["remedy"] == "void" else added
    said = Text(f"{what.fr} ({entry.body['reason']})", f"{what.en} ({entry.body['reason']})")
    return Act(said, ", ".join(entry.body["by"]), entry.at)


def _overridden(what: Text, override: dict[str, str] | None) -> Text:
    if not override:
        return what
    reason = override.get("reason", "")
    return Text(f"{what.fr}, par dérogation : {reason}", f"{what.en}, by override: {reason}")


def _who(override: dict[str, str] | None) -> str:
    return override.get("by", NOBODY) if override else NOBODY


ACTS = {"approved": _approved, "released": _released, "correction": _corrected}

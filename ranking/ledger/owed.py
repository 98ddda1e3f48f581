"""What a ledger contributes to a round: who is out because of earlier rounds, and the places used.

Read at an extraction instant. Whatever takes a person out counts as soon as the ledger knows it: an invitation, an
acceptance, a withdrawal. Whatever brings a person back (declined or unanswered, where the rule says that it does;
cancelled) counts only from its own instant on: at an earlier extraction the person was not in the pool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.contribution import EXCLUSIONS, Contribution

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ranking.ledger.book import Draft, Invitation
    from ranking.ledger.file import Ledger

RULE_OF = {"declined": "after_decline", "expired": "after_silence"}
Row = tuple[str | None, str | None, str]


def contribution(ledger: Ledger, program: str, extracted_at: datetime) -> Contribution:
    """Give what the rounds of a program owe to a round extracted at an instant; its head is that of the ledger."""
    rows = [
        row
        for draft in ledger.book.drafts.values()
        if draft.program == program
        for invitation in draft.invitations
        for row in _exclusions(invitation, draft, extracted_at)
    ]
    columns = list(zip(*rows, strict=True)) or [()] * len(EXCLUSIONS)
    frame = pl.DataFrame(dict(zip(EXCLUSIONS, columns, strict=True)), schema=EXCLUSIONS)
    return Contribution(frame.unique().sort(list(EXCLUSIONS)), ledger.book.used(program), ledger.head)


def _exclusions(invitation: Invitation, draft: Draft, extracted_at: datetime) -> Iterator[Row]:
    """Exclude the person while the invitation holds, else only the declaration, if the rule does not bring it back."""
    declaration, person = invitation.declaration_id, invitation.person_id
    match invitation.status_at(extracted_at):
        case "open" | "accepted":
            yield declaration, person, "already_invited"
            if person:
                yield None, person, "already_invited"
        case "withdrawn":
            yield declaration, person, "withdrawn"
        case ("declined" | "expired") as ended if draft.returns[RULE_OF[ended]] == "leaves":
            yield declaration, person, "already_invited"

"""Prove that a ledger agrees with itself: the chain, then every entry against those before it, then the tables."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ranking.faults import Fault
from ranking.ledger import chain, schema
from ranking.ledger.book import Book
from ranking.ledger.refusals import refusals
from rules.text import Text, listed, same

if TYPE_CHECKING:
    from ranking.ledger.file import Ledger

TITLES = {
    "chain": Text("La chaîne : entrées à la suite l’une de l’autre", "The chain: entries that follow one another"),
    "receipts": Text("Les reçus : empreinte, tête et nombres", "The receipts: fingerprint, head and counts"),
    "states": Text("Les états : deux personnes avant de publier", "The states: two people before a release"),
    "invited_once": Text("Personne d’invité deux fois", "Nobody invited twice"),
    "answers": Text("Les réponses : de personnes invitées, dans l’ordre", "The answers: of people invited, in order"),
    "ceilings": Text("Les contingents, jamais dépassés", "The ceilings, never exceeded"),
    "plan": Text("Le plan, dépassé seulement avec une raison", "The plan, exceeded only with a reason"),
    "tables": Text("Les tables disent ce que dit la chaîne", "The tables say what the chain says"),
    "head": Text("La tête attendue est dans la chaîne", "The head expected is in the chain"),
}


class Checked(NamedTuple):
    """One property: how many things were checked (``of`` says what), and what does not agree."""

    id: str
    figure: int
    of: Text
    faults: tuple[Fault, ...]

    @property
    def title(self) -> Text:
        """The property in words."""
        return TITLES[self.id]

    @property
    def agrees(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.faults


def check(ledger: Ledger, head: str | None = None) -> list[Checked]:
    """Check every property of a ledger; ``head`` is a hash that was printed or kept elsewhere.

    Where the chain is broken, the properties after it are not checked and are not in the list: nothing of the ledger
    can be relied on.
    """
    entries = Text("entrées", "entries")
    broken = tuple(_broken(number) for number in chain.breaks(ledger.entries))
    if not ledger.entries or ledger.entries[0].kind_or_none != "opened":
        broken = (*broken, _broken(1))
    found = [Checked("chain", len(ledger.entries), entries, broken)]
    if head is not None:
        found.append(_head(ledger, head))
    if broken:
        return found
    book = Book()
    faults: dict[str, list[Fault]] = {}
    for entry in ledger.entries:
        try:
            for refusal in refusals(book, entry):
                faults.setdefault(refusal.breaks, []).append(refusal.fault)
            book.note(entry)
        except (LookupError, TypeError, ValueError, AttributeError):
            where = Text(f"entrée {entry.number}", f"entry {entry.number}")
            expected = Text(f"une entrée « {entry.kind} » entière", f"a whole entry “{entry.kind}”")
            unread = Text("ce que cette version ne lit pas", "what this version cannot read")
            write = Text("une copie du registre", "a copy of the ledger")
            return [*found, Checked("states", entry.number, entries, (Fault(where, unread, expected, write),))]
    found += [
        Checked(key, count, of, tuple(faults.get(key, ()))) for key, (count, of) in _figures(ledger, book).items()
    ]
    return [*found, _tables(ledger)]


def _broken(number: int) -> Fault:
    where = Text(f"entrée {number}", f"entry {number}")
    expected = Text("SHA-256 de la précédente et de son contenu", "the SHA-256 of the one before and of its content")
    write = Text("une copie du registre d’avant ce changement", "a copy of the ledger from before this change")
    return Fault(where, Text("une empreinte qui ne suit pas", "a hash that does not follow"), expected, write)


def _head(ledger: Ledger, head: str) -> Checked:
    after = [entry.number for entry in ledger.entries if entry.hash == head]
    of = Text("entrées depuis", "entries since")
    if after:
        return Checked("head", len(ledger.entries) - after[0], of, ())
    found = Text("aucune entrée de cette empreinte", "no entry of this hash")
    expected = Text("une entrée de cette empreinte", "an entry of this hash")
    write = Text("une copie plus récente du registre", "a later copy of the ledger")
    return Checked("head", 0, of, (Fault(same(head), found, expected, write),))


def _figures(ledger: Ledger, book: Book) -> dict[str, tuple[int, Text]]:
    """Count what each property was checked on."""
    kinds = Counter(entry.kind for entry in ledger.entries)
    steps = kinds["draft"] + kinds["approved"] + kinds["released"] + kinds["correction"]
    groups = sum(len(said["places"]) for draft in book.drafts.values() for said in draft.ceilings.values())
    replies = sum(len(entry.body["answers"]["answer"]) for entry in ledger.entries if entry.kind == "answers")
    return {
        "receipts": (kinds["draft"], Text("reçus", "receipts")),
        "states": (steps, Text("étapes", "steps")),
        "invited_once": (len(book.invitations), Text("invitations", "invitations")),
        "answers": (replies, Text("réponses", "answers")),
        "ceilings": (groups, Text("groupes", "groups")),
        "plan": (len(book.plans), Text("plans annuels", "yearly plans")),
    }


def _tables(ledger: Ledger) -> Checked:
    """Compare the tables with the chain row by row, and the views with those of the schema."""
    count, faults = 0, []
    for table in schema.tables_of(ledger.version):
        rows, wrong = ledger.disagreements(table)
        count += rows
        if wrong:
            found = Text(
                f"{wrong} lignes qui ne sont pas celles de la chaîne", f"{wrong} rows that are not the chain’s"
            )
            expected = Text("les lignes de la chaîne", "the rows of the chain")
            where = Text(f"table {table}", f"table {table}")
            faults.append(Fault(where, found, expected, Text("une copie du registre", "a copy of the ledger"), wrong))
    views = ledger.views_differ() if ledger.version == schema.VERSION else []
    if views:
        found = Text(f"des vues changées : {listed(views)}", f"views changed: {listed(views)}")
        expected = Text("les vues de ce schéma", "the views of this schema")
        faults.append(
            Fault(same(listed(views)), found, expected, Text("une copie du registre", "a copy of the ledger"))
        )
    return Checked("tables", count, Text("lignes", "rows"), tuple(faults))

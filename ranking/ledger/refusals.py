"""What may not be written: entry by entry, against the book so far. Writing refuses it; ``check`` reports it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ranking.faults import Fault
from ranking.ledger import chain
from ranking.ledger.book import AFTER, HOLDING
from ranking.ledger.names import same_person
from ranking.ledger.rows import answers, listed
from rules.text import Text, same
from rules.text import listed as joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ranking.ledger.book import Book, Draft
    from ranking.ledger.chain import Entry

Property = Literal["states", "receipts", "invited_once", "answers", "ceilings", "plan"]
KINDS = ("opened", "draft", "approved", "released", "answers", "correction", "plan")


class Refusal(NamedTuple):
    """Why an entry may not be written, and which property it would break."""

    breaks: Property
    fault: Fault


def refusals(book: Book, entry: Entry) -> Iterator[Refusal]:
    """Find all that forbids an entry after the entries of ``book``."""
    if entry.kind not in KINDS:
        expected = Text(f"l’un de : {', '.join(KINDS)}", f"one of: {', '.join(KINDS)}")
        yield Refusal("states", Fault(_entry(entry), same(entry.kind), expected, expected))
        return
    if entry.kind in RULES:
        yield from RULES[entry.kind](book, entry)


def _entry(entry: Entry) -> Text:
    return Text(f"entrée {entry.number}", f"entry {entry.number}")


def _round(draft: Draft | None, entry: Entry) -> Text:
    if draft is None:
        return _entry(entry)
    return Text(f"ronde {draft.round}, {draft.program}", f"round {draft.round}, {draft.program}")


def _draft(book: Book, entry: Entry) -> Iterator[Refusal]:
    body = entry.body
    where = Text(f"ronde {body['round']}, {body['program']}", f"round {body['round']}, {body['program']}")
    before = book.drafts.get(book.current.get((body["program"], body["round"]), 0))
    if before is not None:
        yield from _again(before, body, where)
    yield from _receipt(entry, where)
    yield from _twice(book, body["program"], listed(body["invitations"]), where)
    yield from _ceilings(book, body["program"], body["ceilings"], where)


def _again(before: Draft, body: dict[str, Any], where: Text) -> Iterator[Refusal]:
    """Refuse the same round a second time: a draft is replaced if asked, a released round never."""
    found = Text(f"cette ronde, déjà au registre : {before.shown}", f"this round, already recorded: {before.shown}")
    if before.state == "released":
        expected = Text(
            "une ronde par instruction : une ronde publiée ne se refait pas",
            "one round an instruction: a released round is not run again",
        )
        write = Text(
            "un autre id dans l’instruction, ou une correction", "another id in the instruction, or a correction"
        )
        yield Refusal("states", Fault(where, found, expected, write))
    elif not body["again"]:
        expected = Text("une instruction exécutée une seule fois", "an instruction run only once")
        yield Refusal(
            "states",
            Fault(where, found, expected, Text("--again pour remplacer l’ébauche", "--again to replace the draft")),
        )
    elif before.approvals and before.state == "draft" and not body.get("override"):
        found = Text(
            f"une ébauche approuvée par {joined(before.approvals)}", f"a draft approved by {joined(before.approvals)}"
        )
        expected = Text("une raison et un nom pour l’écarter", "a reason and a name to set it aside")
        yield Refusal("states", Fault(where, found, expected, same('--override "…" --by …')))


def _receipt(entry: Entry, where: Text) -> Iterator[Refusal]:
    """Refuse a receipt that does not agree with the entry that carries it."""
    body = entry.body
    receipt = body["receipt"]
    write = Text("exécutez la ronde de nouveau", "run the round again")
    if chain.of_receipt(receipt) != body["fingerprint"]:
        expected = Text("l’empreinte du reçu", "the fingerprint of the receipt")
        yield Refusal("receipts", Fault(where, same(body["fingerprint"]), expected, write))
    if receipt["ledger"]["head"] != entry.previous:
        found = Text(
            f"une ronde calculée sur la tête {receipt['ledger']['head']}",
            f"a round computed on the head {receipt['ledger']['head']}",
        )
        yield Refusal(
            "receipts", Fault(where, found, Text(f"la tête {entry.previous}", f"the head {entry.previous}"), write)
        )
    counts = {one["id"]: one["invited"] for one in receipt["selections"]}
    people = listed(body["invitations"])
    for selection, count in counts.items():
        ranks = [rank for of, rank, _, _ in people if of == selection]
        if ranks != list(range(1, count + 1)):
            found = Text(
                f"{len(ranks)} personnes à l’exercice {selection}", f"{len(ranks)} people in the selection {selection}"
            )
            expected = Text(f"les rangs 1 à {count}, dans l’ordre", f"the ranks 1 to {count}, in order")
            yield Refusal("receipts", Fault(where, found, expected, write))
    if len(people) != sum(counts.values()) or len({row[2] for row in people}) != len(people):
        found = Text("une personne sans exercice, ou deux fois", "someone of no selection, or listed twice")
        yield Refusal("receipts", Fault(where, found, Text("chacune une fois", "each once"), write))


def _twice(book: Book, program: str, people: list[Any], where: Text) -> Iterator[Refusal]:
    """Refuse to invite someone whose invitation is open or accepted."""
    held = [d for _, _, d, p in people if any(i.status in HOLDING for i in book.invited_before(program, d, p))]
    if held:
        found = Text(f"{len(held)} personnes déjà invitées", f"{len(held)} people already invited")
        expected = Text("aucune invitation ouverte ou acceptée", "no invitation that is open or accepted")
        write = Text("exécutez la ronde de nouveau, avec ce registre", "run the round again, with this ledger")
        yield Refusal("invited_once", Fault(where, found, expected, write, len(held), tuple(held[:3])))


def _ceilings(book: Book, program: str, ceilings: dict[str, Any], where: Text) -> Iterator[Refusal]:
    """Refuse more places than a ceiling has, with those that earlier rounds used."""
    used = book.used(program)
    for ceiling, said in ceilings.items():
        before = used.get(ceiling, {}) if said["carried"] else {}
        for group, places in said["places"].items():
            most, total = said["most"].get(group), before.get(group, 0) + places
            if most is not None and total > most:
                found = Text(
                    f"contingent {ceiling}, {group} : {total} places", f"ceiling {ceiling}, {group}: {total} places"
                )
                write = Text("exécutez la ronde de nouveau, avec ce registre", "run the round again, with this ledger")
                yield Refusal("ceilings", Fault(where, found, Text(f"au plus {most}", f"at most {most}"), write))


def _plan(book: Book, of: tuple[str, int], more: int, where: Text) -> Iterator[Refusal]:
    """Refuse to go beyond the plan of the year."""
    planned = book.plans.get(of)
    if planned is None:
        return
    total = book.invited_in(*of) + more
    if total > planned:
        found = Text(f"{total} invitations en {of[1]}", f"{total} invitations in {of[1]}")
        expected = Text(f"au plus {planned}, selon le plan", f"at most {planned}, by the plan")
        yield Refusal("plan", Fault(where, found, expected, same('--override "…" --by …')))


def _known(book: Book, entry: Entry, state: str) -> Iterator[Refusal]:
    """Refuse what is said of no draft, of another receipt, or of a round in another state."""
    draft = book.drafts.get(entry.body["draft"])
    where = _round(draft, entry)
    if draft is None:
        found = Text(f"l’ébauche {entry.body['draft']}", f"the draft {entry.body['draft']}")
        expected = Text("une ébauche du registre", "a draft of the ledger")
        yield Refusal("states", Fault(where, found, expected, same("tirage ledger show")))
        return
    if draft.state != state:
        expected = STATES[state]
        write = Text(
            "tirage ledger show donne l’état de chaque ronde", "tirage ledger show gives the state of each round"
        )
        yield Refusal("states", Fault(where, STATES[draft.state], expected, write))
    if entry.body.get("receipt", draft.fingerprint) != draft.fingerprint:
        expected = Text(f"le reçu {draft.fingerprint}", f"the receipt {draft.fingerprint}")
        write = Text("le dossier tel qu’il a été enregistré", "the folder as it was recorded")
        yield Refusal("receipts", Fault(where, same(entry.body["receipt"]), expected, write))


STATES = {
    "draft": Text("une ébauche", "a draft"),
    "released": Text("une ronde publiée", "a released round"),
    "replaced": Text("une ébauche remplacée", "a draft that was replaced"),
    "void": Text("une ronde annulée", "a void round"),
}


def _approved(book: Book, entry: Entry) -> Iterator[Refusal]:
    yield from _known(book, entry, "draft")
    draft, by = book.drafts.get(entry.body["draft"]), entry.body["by"]
    if not same_person(by, by):
        expected = Text("le nom d’une personne", "the name of a person")
        yield Refusal("states", Fault(_round(draft, entry), same(f"« {by} »"), expected, same("--by …")))
    if draft is not None and any(same_person(by, other) for other in draft.approvals):
        found = Text(f"une seconde approbation de {by}", f"a second approval by {by}")
        expected = Text("deux personnes différentes", "two different people")
        write = Text("--by avec le nom de l’autre personne", "--by with the name of the other person")
        yield Refusal("states", Fault(_round(draft, entry), found, expected, write))


def _released(book: Book, entry: Entry) -> Iterator[Refusal]:
    yield from _known(book, entry, "draft")
    draft = book.drafts.get(entry.body["draft"])
    if draft is None:
        return
    where = _round(draft, entry)
    if len(draft.approvals) < 2:
        names = joined(draft.approvals) if draft.approvals else "–"
        found = Text(f"approuvée par : {names}", f"approved by: {names}")
        expected = Text("l’approbation de deux personnes", "the approval of two people")
        yield Refusal("states", Fault(where, found, expected, same("tirage round approve … --by …")))
    yield from _twice(book, draft.program, draft.people, where)
    yield from _ceilings(book, draft.program, draft.ceilings, where)
    if not entry.body.get("override"):
        yield from _plan(book, (draft.program, draft.year), len(draft.people), where)


def _correction(book: Book, entry: Entry) -> Iterator[Refusal]:
    yield from _known(book, entry, "released")
    body = entry.body
    draft = book.drafts.get(body["draft"])
    where = _round(draft, entry)
    if len(body["by"]) != 2 or not all(map(same_person, body["by"], body["by"])) or same_person(*body["by"][:2]):
        found = same(", ".join(body["by"]) or "–")
        expected = Text("deux personnes différentes", "two different people")
        yield Refusal("states", Fault(where, found, expected, same("--by … --by …")))
    if body["remedy"] not in ("add", "void") or not body["reason"]:
        expected = Text("add ou void, et une raison", "add or void, and a reason")
        yield Refusal("states", Fault(where, same(f"{body['remedy']}, {body['reason']}"), expected, expected))
    if draft is not None:
        yield from _twice(book, draft.program, listed(body["invitations"]), where)


def _plan_entry(_: Book, entry: Entry) -> Iterator[Refusal]:
    body = entry.body
    if not isinstance(body["invitations"], int) or body["invitations"] < 0:
        expected = Text("un nombre entier d’invitations", "a whole number of invitations")
        yield Refusal(
            "plan", Fault(_entry(entry), same(str(body["invitations"])), expected, same("--invitations 32600"))
        )


def _answers(book: Book, entry: Entry) -> Iterator[Refusal]:
    """Refuse an answer of someone never invited, or that cannot follow the one before it."""
    status: dict[tuple[int, str], tuple[str, datetime]] = {}
    for draft, declaration, _, answer, at in answers(entry.body["answers"]):
        invitation = book.invitations.get((draft, declaration))
        where = Text(f"réponse de {declaration}", f"answer of {declaration}")
        if invitation is None:
            expected = Text("une personne invitée", "a person who was invited")
            yield Refusal("answers", Fault(where, Text("aucune invitation", "no invitation"), expected, expected))
            continue
        last = invitation.answers[-1][1] if invitation.answers else invitation.invited_at
        before, since = status.get((draft, declaration), (invitation.status, last))
        instant = datetime.fromisoformat(at)
        if answer not in AFTER[before]:
            after = ", ".join(AFTER[before]) or "–"
            found = Text(f"« {answer} » après « {before} »", f"“{answer}” after “{before}”")
            yield Refusal("answers", Fault(where, found, same(after), same(after)))
        elif instant < since or (before != "open" and instant == since):
            expected = Text(f"un instant après {since.isoformat()}", f"an instant after {since.isoformat()}")
            yield Refusal("answers", Fault(where, same(at), expected, expected))
        status[draft, declaration] = (answer, instant)


RULES: dict[str, Callable[[Book, Entry], Iterator[Refusal]]] = {
    "draft": _draft,
    "approved": _approved,
    "released": _released,
    "answers": _answers,
    "correction": _correction,
    "plan": _plan_entry,
}

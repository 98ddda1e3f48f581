"""``tirage intake root``, ``proof`` and ``check-proof``: roots of the log, and what is under them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import category

import click

from intake.clock import server_clock
from intake.faults import BankError, Fault
from intake.proof import check, publish
from intake.proof import proof as proven
from ranking.cli import intake_bank, terminal, words
from ranking.cli.intake_extract import save_json
from rules.text import Lang, Text, number, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.proof import Checked

HEX = re.compile("[0-9a-f]{64}")
MOST = 10_000_000  # characters of a proof or a root

STEPS = {
    "body": Text(
        "ce qui est déclaré est bien ce dont l’événement {n} porte l’engagement",
        "what is declared is what event {n} commits to",
    ),
    "no_body": Text("l’événement {n} ne déclare rien (c’est une fin)", "event {n} declares nothing (it is an end)"),
    "erased": Text(
        "l’événement {n} : ce qui était déclaré n’est pas joint (effacé, ou retiré de la preuve)",
        "event {n}: what was declared is not with it (erased, or taken out of the proof)",
    ),
    "included": Text("l’événement {n} est sous la racine de la preuve", "event {n} is under the root of the proof"),
    "root": Text("la racine de la preuve est la racine publiée", "the root of the proof is the published root"),
    "older": Text(
        "le journal de l’ancienne racine n’a fait que croître jusqu’à celle-ci",
        "the log of the older root has only grown up to this one",
    ),
}
EVENT = Text("Événement", "Event")
KINDS = {
    "deposit": Text("dépôt de", "deposit of"),
    "amend": Text("modification de", "amendment of"),
    "withdraw": Text("retrait de", "withdrawal of"),
    "expire": Text("expiration de", "expiry of"),
    "erase": Text("effacement de", "erasure of"),
}
VERDICT = {
    True: Text("La preuve est bonne.", "The proof holds."),
    False: Text("La preuve ne tient pas.", "The proof does not hold."),
}
OUT = words.option(
    "--out", required=True, type=click.Path(dir_okay=False), words=Text("Fichier JSON à écrire.", "JSON file to write.")
)


@words.command(
    Text(
        "Calcule la racine de Merkle du journal (RFC 6962), la garde dans la banque et l’écrit, à publier : quiconque "
        "pourra vérifier que son dépôt est dessous, et que rien n’a été réécrit depuis les racines d’avant.",
        "Computes the Merkle root of the log (RFC 6962), keeps it in the bank and writes it, to be published: anyone "
        "can then check that their deposit is under it, and that nothing was rewritten since earlier roots.",
    ),
    "tirage intake root --bank out/bank.sqlite --out out/root.json",
)
@intake_bank.bank
@words.option(
    "--at",
    "at",
    type=intake_bank.Moment(),
    words=Text("Ce qui a été écrit avant cet instant ; sinon, tout.", "What was written before it; else everything."),
)
@OUT
@words.as_json
def root(address: str, at: int | None, out: str, as_json: bool, lang: Lang) -> None:
    """Publish a root."""
    with intake_bank.opened(address) as store:
        made = publish(store, server_clock, at)
    save_json(made, Path(out))
    if as_json:
        terminal.print_json(made)
        return
    size = number(made["size"], lang)
    said = Text(f"Racine de {size} événements → {out}", f"Root of {size} events → {out}")
    click.echo(f"{said.to(lang)}\n{made['root']}")


@words.command(
    Text(
        "Écrit la preuve qu’une déclaration est sous la dernière racine publiée. Elle contient ce qui est déclaré : "
        "remettez-la à sa personne, et à nul autre.",
        "Writes the proof that a declaration is under the last published root. It holds what is declared: give it to "
        "its person, and to nobody else.",
    ),
    "tirage intake proof D-0000-0000-0001 --bank out/bank.sqlite --out out/proof.json",
)
@click.argument("declaration_id")
@intake_bank.bank
@OUT
@words.as_json
def proof(declaration_id: str, address: str, out: str, as_json: bool, lang: Lang) -> None:
    """Write a proof."""
    with intake_bank.opened(address) as store, store.read() as tx:
        made = proven(tx, declaration_id)
    save_json(made, Path(out))
    if as_json:
        terminal.print_json(made)
        return
    many, size = number(len(made["events"]), lang), number(made["size"], lang)
    said = Text(
        f"Événements prouvés : {many}, sous la racine de {size} → {out}",
        f"Events proven: {many}, under the root of {size} → {out}",
    )
    click.echo(said.to(lang))


@words.command(
    Text(
        "Vérifie une preuve sans la banque : ce qui est déclaré, l’événement, la racine publiée (son fichier ou ses 64 "
        "caractères) ; avec --older, que le journal n’a fait que croître depuis une racine d’avant.",
        "Checks a proof without the bank: what is declared, the event, the published root (its file or its 64 "
        "characters); with --older, that the log has only grown since an earlier root.",
    ),
    "tirage intake check-proof out/proof.json --root out/root.json",
    name="check-proof",
)
@click.argument("file", metavar="PROOF", type=click.Path())
@words.option(
    "--root",
    "published",
    required=True,
    metavar="HEX|FILE",
    words=Text("La racine publiée : 64 caractères, ou son fichier.", "The published root: 64 characters, or its file."),
)
@words.option(
    "--older", type=click.Path(), metavar="FILE", words=Text("Une racine publiée avant.", "A root published before.")
)
@words.as_json
def check_proof(file: str, published: str, older: str | None, as_json: bool, lang: Lang) -> None:
    """Check a proof: exit status 0 only if it holds."""
    given = {"root": published} if HEX.fullmatch(published) else _read(published)
    if older is not None and "consistent_with" not in given:
        raise BankError([_whole_root(published)])
    shown = _read(file)
    steps = check(shown, given, None if older is None else _read(older))
    holds = all(step.holds for step in steps)
    if as_json:
        found = [{"step": one.step, "event": one.sequence, "holds": one.holds} for one in steps]
        terminal.print_json({"holds": holds, "steps": found})
    else:
        for line in [*_told(shown, lang), *(_line(step, lang) for step in steps)]:
            click.echo(line)
        click.echo(VERDICT[holds].to(lang))
    if not holds:
        raise SystemExit(1)


def _told(proof: dict[str, Any], lang: Lang) -> Iterator[str]:
    """Tell what a proof says happened, so that its person sees whether it is theirs; nothing of what cannot be read."""
    for one in proof["events"] if isinstance(proof.get("events"), list) else []:
        try:
            event, kind = one["event"], KINDS[one["event"]["kind"]].to(lang)
            said = f"{number(event['sequence'], lang)}, {intake_bank.shown(event['at'])}, {kind} {event['declaration']}"
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
            continue
        body = one.get("body")
        yield _printable(f"{EVENT.to(lang)} {said}" + (f"\n  {body}" if isinstance(body, str) else ""))


def _printable(text: str) -> str:
    """Show what a file says, but nothing that would act on a terminal."""
    return "".join("\ufffd" if one != "\n" and category(one).startswith("C") else one for one in text)


def _line(step: Checked, lang: Lang) -> str:
    words_of = STEPS[step.step].to(lang).format(n="?" if step.sequence is None else number(step.sequence, lang))
    return f"{'✓' if step.holds else '✗'} {words_of}"


def _read(name: str) -> dict[str, Any]:
    path = Path(name)
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() and path.stat().st_size <= MOST else ""
        read = json.loads(text)
    except (ValueError, RecursionError):
        read = None
    if isinstance(read, dict):
        return read
    raise BankError([_not_json(path)])


def _not_json(path: Path) -> Fault:
    found = Text("autre chose", "something else") if path.is_file() else Text("aucun fichier", "no file")
    return Fault(
        same(str(path)),
        found,
        Text("un fichier de preuve ou de racine (JSON)", "a file of a proof or of a root (JSON)"),
        Text("le fichier écrit par tirage intake proof ou root", "the file that tirage intake proof or root wrote"),
    )


def _whole_root(published: str) -> Fault:
    return Fault(
        same("--root"),
        same(published),
        Text("avec --older, le fichier entier de la racine", "with --older, the whole file of the root"),
        same("--root root.json"),
    )

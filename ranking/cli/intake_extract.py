"""``tirage intake extract``: the pool exactly as it was at an instant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from intake.clock import instant, server_clock
from intake.extraction import extract as extracted
from ranking import fingerprint
from ranking.cli import intake_bank, terminal, words
from rules import load
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from pathlib import Path

    from intake.extraction import Extraction

FORMAT = 1


@words.command(
    Text(
        "Extrait la banque d’un programme telle qu’elle était à un instant, avec son empreinte et la tête de la chaîne "
        "(dans un fichier .json à côté). Ce qui a été écrit avant l’instant compte, et rien d’autre : la même "
        "extraction redonne les mêmes valeurs, sauf les personnes effacées depuis. En ordre de dépôt.",
        "Extracts the pool of a program as it was at an instant, with its fingerprint and the head of the chain (in a "
        ".json file beside it). What was written before the instant counts, and nothing else: the same extraction "
        "gives the same values again, but for persons erased since. In order of deposit.",
    ),
    "tirage intake extract --bank out/bank.sqlite --program quebec/pstq --at now --out out/pool.parquet",
)
@intake_bank.bank
@words.program
@words.option(
    "--at",
    "at",
    required=True,
    type=intake_bank.MomentOrNow(),
    words=Text(
        "Instant avec décalage (2026-04-27T06:30:00-04:00), ou now.",
        "Instant with an offset (2026-04-27T06:30:00-04:00), or now.",
    ),
)
@words.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False),
    words=Text("Fichier de la banque extraite (.parquet ou .csv).", "File of the pool (.parquet or .csv)."),
)
@words.as_json
def extract(address: str, program: str, at: int, out: str, as_json: bool, lang: Lang) -> None:
    """Extract a pool."""
    law = load(program)
    target = terminal.check_target(out, address)
    with intake_bank.opened(address) as store:
        made = extracted(store, server_clock, law.id, law.sources.attributes, intake_bank.asked(at))
    said = record(made)
    terminal.save(made.frame, target)
    save_json(said, target.with_suffix(".json"))
    if as_json:
        terminal.print_json(said)
        return
    click.echo(sentences(said, target, lang))


def record(made: Extraction) -> dict[str, Any]:
    """Say all that identifies an extraction; the fingerprint is that of ``ranking.read_pool`` of its file."""
    return {
        "format": FORMAT,
        "program": made.program,
        "extracted_at": instant(made.at).isoformat(),
        "rows": made.frame.height,
        "erased_since": made.erased_since,
        "fingerprint": fingerprint.of_frame(made.frame, ["declaration_id"]),
        "order": "deposit",
        "head": {"sequence": made.sequence, "link": made.link.hex()},
        "unknown_columns": list(made.unknown),
    }


def save_json(said: dict[str, Any], path: Path) -> None:
    """Write a record, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def sentences(said: dict[str, Any], target: Path, lang: Lang) -> str:
    """Tell of an extraction."""
    rows, erased = number(said["rows"], lang), number(said["erased_since"], lang)
    head, beside = said["head"], target.with_suffix(".json")
    last = number(head["sequence"], lang)
    lines = [
        Text(f"Déclarations en vigueur : {rows} → {target}", f"Live declarations: {rows} → {target}"),
        Text(f"Instant   : {said['extracted_at']}", f"Instant    : {said['extracted_at']}"),
        Text(f"Empreinte : {said['fingerprint']}", f"Fingerprint: {said['fingerprint']}"),
        Text(f"Tête      : événement {last}, {head['link']}", f"Head       : event {last}, {head['link']}"),
    ]
    if said["erased_since"]:
        lines.append(
            Text(
                f"Déclarations absentes, de personnes effacées depuis cet instant : {erased}",
                f"Declarations not there, of persons erased since that instant: {erased}",
            )
        )
    lines += [
        Text(f"Colonne inconnue, gardée telle quelle : {name}", f"Unknown column, carried along: {name}")
        for name in said["unknown_columns"]
    ]
    lines.append(Text(f"Le tout est noté dans {beside}", f"All of this is noted in {beside}"))
    return "\n".join(line.to(lang) for line in lines)

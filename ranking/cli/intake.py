"""``tirage intake``: the bank of declarations, the service in front of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.cli import words
from rules.text import Text

if TYPE_CHECKING:
    import click

COMMANDS = {
    "serve": words.Later(
        "ranking.cli.intake_serve:serve",
        Text(
            "Le service : déclarations, file d’attente, formulaire.",
            "The service: declarations, waiting line, form.",
        ),
    ),
    "extract": words.Later(
        "ranking.cli.intake_extract:extract",
        Text("Extraire la banque à un instant, pour une ronde.", "Extract the pool at an instant, for a round."),
    ),
    "verify": words.Later(
        "ranking.cli.intake_verify:verify",
        Text("Vérifier la chaîne, et tout ce qui en découle.", "Verify the chain, and all that follows from it."),
    ),
    "root": words.Later(
        "ranking.cli.intake_proof:root",
        Text("Publier la racine du journal.", "Publish the root of the log."),
    ),
    "proof": words.Later(
        "ranking.cli.intake_proof:proof",
        Text("Prouver qu’une déclaration est sous une racine publiée.", "Prove that a declaration is under a root."),
    ),
    "check-proof": words.Later(
        "ranking.cli.intake_proof:check_proof",
        Text("Vérifier une preuve, sans la banque.", "Check a proof, without the bank."),
    ),
    "expire": words.Later(
        "ranking.cli.intake_expire:expire",
        Text("Sortir de la banque ce qui n’est plus valide.", "Take out of the bank what is no longer valid."),
    ),
    "backup": words.Later(
        "ranking.cli.intake_backup:backup",
        Text("Copier la banque pendant qu’elle sert.", "Copy the bank while it serves."),
    ),
    "restore": words.Later(
        "ranking.cli.intake_backup:restore",
        Text("Refaire une banque à partir d’une copie.", "Make a bank of a backup."),
    ),
    "down-pages": words.Later(
        "ranking.cli.intake_down:down_pages",
        Text("Écrire les pages d’un service arrêté, pour le mandataire.", "Write the pages of a service that is down."),
    ),
}

intake: click.Group = words.LazyGroup(
    "intake",
    COMMANDS,
    Text(
        "La banque de déclarations : servir, extraire, vérifier, prouver, copier.",
        "The bank of declarations: serve, extract, verify, prove, copy.",
    ),
    "tirage intake serve --bank out/bank.sqlite --port 8080",
)

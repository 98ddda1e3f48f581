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
}

intake: click.Group = words.LazyGroup(
    "intake",
    COMMANDS,
    Text(
        "La banque de déclarations : service, extraction, vérification.",
        "The bank of declarations: service, extraction, verification.",
    ),
    "tirage intake serve --bank out/bank.sqlite --port 8080",
)

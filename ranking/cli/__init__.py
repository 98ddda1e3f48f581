"""The command line. Commands are imported when they run, so that help stays quick."""

from __future__ import annotations

import sys

import click

from ranking.cli.start import quickly
from ranking.cli.words import Later, LazyGroup, lang_of, usage_error
from rules.faults import TirageError
from rules.text import Text

COMMANDS = {
    "demo": Later(
        "ranking.cli.demo:demo",
        Text(
            "Une vraie ronde sur une banque synthétique, de bout en bout.",
            "A real round on a synthetic pool, end to end.",
        ),
    ),
    "law": Later(
        "ranking.cli.law:law",
        Text("Les programmes, et la règle consolidée d’un jour.", "Programs, and the consolidated law of a day."),
    ),
    "pool": Later(
        "ranking.cli.pool:pool",
        Text("Fabriquer, vérifier, comparer des banques.", "Make, check and compare pools."),
    ),
    "columns": Later(
        "ranking.cli.columns:columns",
        Text("Traduire vos colonnes et vos codes (--columns).", "Map your own columns and codes (--columns)."),
    ),
    "score": Later(
        "ranking.cli.score:score",
        Text("Calculer le pointage de chaque déclaration.", "Compute the score of every declaration."),
    ),
    "explain": Later(
        "ranking.cli.explain:explain",
        Text("Expliquer le pointage d’une déclaration.", "Explain the score of one declaration."),
    ),
    "lot": Later("ranking.cli.lot:lot", Text("Recalculer un numéro de tirage au sort.", "Compute a lot number again.")),
    "instruction": Later(
        "ranking.cli.instruction:instruction",
        Text("Vérifier une instruction avant sa ronde.", "Check an instruction before its round."),
    ),
    "round": Later(
        "ranking.cli.round:round_",
        Text(
            "Exécuter une ronde, la vérifier, la corriger, l’approuver, la publier.",
            "Run a round, verify it, correct it, approve it, release it.",
        ),
    ),
    "ledger": Later(
        "ranking.cli.ledger:ledger",
        Text(
            "Le registre : rondes, invitations, réponses, contingents et plan de l’année.",
            "The ledger: rounds, invitations, answers, ceilings and the year’s plan.",
        ),
    ),
    "intake": Later(
        "ranking.cli.intake:intake",
        Text(
            "La banque de déclarations : le service, la file d’attente, l’extraction.",
            "The bank of declarations: the service, the waiting line, the extraction.",
        ),
    ),
    "simulate": Later(
        "ranking.cli.simulate:simulate",
        Text(
            "Simuler : une autre règle, une autre instruction, une autre taille.",
            "Simulate: another law, another instruction, another size.",
        ),
    ),
    "desk": Later(
        "ranking.desk.command:desk",
        Text(
            "Le bureau, dans le navigateur : rondes, réformes, candidatures.",
            "The desk, in the browser: rounds, reforms, candidates.",
        ),
    ),
}

tirage = LazyGroup(
    "tirage",
    COMMANDS,
    Text(
        "Classe les déclarations d’intérêt d’une banque selon la règle en vigueur, et choisit les personnes invitées.",
        "Ranks the declarations of interest of a pool by the law in force, and picks the invitees of a round.",
    ),
    "tirage demo",
)


def main() -> None:
    """Run a command. Exit status: 0 done, 1 the input or the law is wrong, 2 wrong use."""
    quickly()
    lang = lang_of(sys.argv[1:])
    try:
        sys.exit(tirage.main(standalone_mode=False) or 0)
    except TirageError as error:
        click.echo(error.render(lang), err=True)
        sys.exit(1)
    except click.ClickException as error:
        click.echo(usage_error(error).to(lang), err=True)
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo(Text("Interrompu.", "Interrupted.").to(lang), err=True)
        sys.exit(130)
    except OSError as error:
        where = error.filename or ""
        click.echo(
            Text(
                f"Impossible de lire ou d’écrire {where} : {error.strerror}",
                f"Cannot read or write {where}: {error.strerror}",
            ).to(lang),
            err=True,
        )
        sys.exit(1)

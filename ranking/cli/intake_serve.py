"""``tirage intake serve``: the service, until a signal ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ranking.cli import words
from rules.faults import Fault, TirageError
from rules.text import Lang, Text, same

if TYPE_CHECKING:
    from datetime import datetime


class Instant(click.ParamType["datetime"]):
    """An instant with its offset from UTC."""

    name = "INSTANT"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read an instant strictly."""
        from datetime import datetime  # noqa: PLC0415 - the name is needed at run time here only

        try:
            read = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            read = None
        if read is None or read.tzinfo is None:
            self.fail(f"{value} (2027-01-15T08:00:00-05:00)", param, ctx)
        return read


@words.command(
    Text(
        "Ouvre le service : déclarations, file d’attente, formulaire ; Ctrl+C l’arrête, et ce qui attend est écrit.",
        "Opens the service: declarations, waiting line, form; Ctrl+C stops it, and what waits is written.",
    ),
    "tirage intake serve --bank out/bank.sqlite --port 8080",
)
@words.option(
    "--bank",
    metavar="FILE|ADDRESS",
    words=Text(
        "La banque : un fichier SQLite, fait s’il n’existe pas, ou postgresql://…",
        "The bank: a SQLite file, made where there is none, or postgresql://…",
    ),
)
@words.option(
    "--program",
    "programs",
    multiple=True,
    metavar="PROGRAM",
    words=Text(
        "Programme reçu ; à répéter. [par défaut : quebec/pstq]", "Program taken in; repeatable. [default: quebec/pstq]"
    ),
)
@words.option(
    "--host", words=Text("Adresse d’écoute. [par défaut : 127.0.0.1]", "Address to listen at. [default: 127.0.0.1]")
)
@words.option(
    "--port",
    type=click.IntRange(0, 65535),
    words=Text("Port d’écoute ; 0 : un port libre. [par défaut : 8080]", "Port; 0: a free one. [default: 8080]"),
)
@words.option(
    "--config",
    "settings",
    type=click.Path(dir_okay=False),
    metavar="FILE.toml",
    words=Text(
        "Réglages : courriel, limites ; la ligne de commande l’emporte.",
        "Settings: mail, limits; the command line goes before them.",
    ),
)
@words.option(
    "--policy",
    type=click.Choice(["arrival", "random"]),
    words=Text(
        "Ordre de la file : d’arrivée, ou au sort entre ceux qui sont venus avant l’ouverture.",
        "Order of the line: of arrival, or by lot among those who came before the opening.",
    ),
)
@words.option(
    "--opens-at",
    type=Instant(),
    words=Text("Instant de l’ouverture ; sans lui, ouvert.", "Instant of the opening; open at once without it."),
)
def serve(
    bank: str | None,
    programs: tuple[str, ...],
    host: str | None,
    port: int | None,
    settings: str | None,
    policy: str | None,
    opens_at: datetime | None,
    lang: Lang,
) -> None:
    """Serve."""
    given = {"bank": bank, "programs": programs, "host": host, "port": port, "policy": policy, "opens_at": opens_at}
    said = {name: value for name, value in given.items() if value not in (None, ())}
    try:
        from intake.config import read_config  # noqa: PLC0415 - an optional extra
        from intake.service import serve as run  # noqa: PLC0415 - as above
    except ModuleNotFoundError as missing:
        raise TirageError([_not_installed(missing)]) from missing
    run(read_config(settings or "", said), lambda words: click.echo(words.to(lang), err=True))


def _not_installed(missing: ModuleNotFoundError) -> Fault:
    found = Text(f"le module {missing.name} n’est pas installé", f"the module {missing.name} is not installed")
    expected = Text("les modules du service", "the modules of the service")
    return Fault(same("tirage intake serve"), found, expected, same("pip install 'tirage[intake]'"))

"""``tirage desk``: the workplace, in the browser, on this computer alone."""

from __future__ import annotations

import os
from importlib.util import find_spec

import click
from click.core import ParameterSource

from ranking.cli import words
from ranking.desk import place
from ranking.faults import EngineError, Fault
from rules.text import Lang, Text, same


@words.command(
    Text(
        "Ouvre le bureau dans le navigateur : exécuter une ronde, changer une règle, regarder une candidature. En "
        "français, sauf avec --lang en.",
        "Opens the desk in the browser: run a round, change a rule, look at a candidate. In French, unless with "
        "--lang en.",
    ),
    "tirage desk --lang en",
)
@words.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True, words=Text("Port.", "Port."))
@words.option("--no-browser", is_flag=True, words=Text("Sans ouvrir le navigateur.", "Without opening the browser."))
@words.option(
    "--folder",
    type=click.Path(file_okay=False),
    default=place.DEFAULT,
    show_default=True,
    words=Text("Dossier des banques, des rondes et du registre.", "Folder of pools, rounds and the ledger."),
)
def desk(port: int, folder: str, lang: Lang, *, no_browser: bool) -> None:
    """Serve the desk."""
    if find_spec("marimo") is None:
        expected = Text("le paquet « marimo »", "the package “marimo”")
        found = Text("il n’est pas installé", "it is not installed")
        raise EngineError([Fault(same("tirage desk"), found, expected, same('pip install "tirage[desk]"'))])
    asked = click.get_current_context().get_parameter_source("lang")
    os.environ[place.LANG] = "fr" if asked in (ParameterSource.DEFAULT, None) else lang
    os.environ[place.FOLDER] = folder
    address = f"http://127.0.0.1:{port}/"
    click.echo(Text(f"Le bureau : {address} (Ctrl-C pour finir)", f"The desk: {address} (Ctrl-C to end)").to(lang))
    from ranking.desk import server  # noqa: PLC0415 - heavy

    if not no_browser:
        import threading  # noqa: PLC0415 - of this branch alone

        threading.Timer(2.0, click.launch, [address]).start()
    try:
        server.serve(port)
    except OSError as error:
        found = Text(f"le port {port} est pris", f"the port {port} is taken")
        expected, write = Text("un port libre", "a free port"), same(f"--port {port + 1}")
        raise EngineError([Fault(same(f"127.0.0.1:{port}"), found, expected, write)]) from error

"""What commands of simulation share: where a result goes, in which formats, whether it is fit to publish."""

from __future__ import annotations

from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking.cli import page, terminal, words
from ranking.disclosure import LEAST
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ranking.simulate.results import Results
    from rules.text import Lang

FORMATS = ("parquet", "csv", "xlsx", "json")

_OUT = words.option(
    "--out",
    "out",
    type=click.Path(file_okay=False),
    words=Text("Dossier du résultat.", "Folder of the result."),
)
_FORMAT = words.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(FORMATS),
    words=Text("Format des tableaux, répétable ; sinon tous.", "Format of the tables, repeatable; else all."),
)
_PUBLISH = words.option(
    "--publish",
    is_flag=True,
    words=Text(
        "Masquer les petits nombres, et ceux qui les redonneraient.", "Hide small counts, and what would reveal them."
    ),
)
_LEAST = words.option(
    "--least",
    type=click.IntRange(2),
    default=LEAST,
    show_default=True,
    words=Text("Le plus petit nombre publié.", "The smallest count that is published."),
)
_ROUNDING = words.option(
    "--rounding",
    is_flag=True,
    words=Text("Avec --publish : arrondir à 5.", "With --publish: round to 5."),
)


law_folder = words.option(
    "--program",
    metavar="FOLDER",
    words=Text("Dossier de la règle, hors bibliothèque.", "Folder of the law, outside the library."),
)
_POOL = words.option("--pool", "pool_file", required=True, type=click.Path(), words=Text("Banque.", "Pool."))
_INSTRUCTION = words.option(
    "--instruction",
    "instruction_file",
    required=True,
    type=click.Path(),
    words=Text("Instruction, et la règle de son jour.", "Instruction, and the law of its day."),
)


def pool_and_instruction(run: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``pool_file`` and ``instruction_file``."""
    made: Callable[..., Any] = _POOL(_INSTRUCTION(run))
    return made


def options(run: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``out``, ``formats``, ``publish``, ``least``, ``rounding`` and ``as_json``."""
    several = (_OUT, _FORMAT, _PUBLISH, _LEAST, _ROUNDING, words.as_json)
    return reduce(lambda made, option: option(made), reversed(several), run)


def deliver(
    results: Results,
    out: str | None,
    formats: tuple[str, ...],
    lang: Lang,
    *,
    publish: bool = False,
    least: int = LEAST,
    rounding: bool = False,
    as_json: bool = False,
) -> None:
    """Write the folder of a result, where one is named, and print its page or its summary."""
    if rounding and not publish:
        raise click.UsageError(Text("--rounding demande --publish", "--rounding needs --publish").to(lang))
    if out is not None:
        with terminal.step(Text("Dossier écrit", "Folder written"), lang):
            results.write(Path(out), lang, formats or FORMATS, publish=publish, rounding=rounding, least=least)
    made = results.published(least, rounding=rounding) if publish else results
    if as_json:
        terminal.print_json(made.summary())
    else:
        page.show(made.blocks(lang))

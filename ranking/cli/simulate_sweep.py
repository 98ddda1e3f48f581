"""``tirage simulate sweep``: many variants of points of one law, on one pool, through the selections of a round."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking.cli import reading, results, terminal, words
from rules.text import Text, number

if TYPE_CHECKING:
    from rules.text import Lang


@words.command(
    Text(
        "Essaie beaucoup de variantes des points d’une règle sur une banque : pour chacune, les seuils, qui entre, qui "
        "sort, et les parts des personnes invitées.",
        "Tries many variants of the points of a law on a pool: for each, cut-offs, who comes in, who leaves, and the "
        "shares of the people invited.",
    ),
    "tirage simulate sweep data/sweeps/pstq-outside-cmm.toml --pool out/p.parquet "
    "--instruction data/instructions/quebec/pstq/2026-04-30.toml --out out/sweep",
)
@click.argument("file", type=click.Path())
@results.pool_and_instruction
@words.option(
    "--by",
    "by",
    multiple=True,
    metavar="COLUMN",
    words=Text("Compter les parts de cette colonne, répétable.", "Count the shares of this column, repeatable."),
)
@words.option(
    "--program",
    metavar="PROGRAM",
    words=Text("Programme, s’il est dans un dossier.", "Program, where it lies in a folder."),
)
@results.options
@words.reads_pools
def sweep(
    file: str,
    pool_file: str,
    instruction_file: str,
    by: tuple[str, ...],
    program: str | None,
    out: str | None,
    formats: tuple[str, ...],
    lang: Lang,
    **delivery: Any,  # noqa: ANN401 - passed on
) -> None:
    """Sweep."""
    from ranking.instruction import read_instruction  # noqa: PLC0415 - heavy
    from ranking.receipt import of_instruction  # noqa: PLC0415
    from ranking.simulate import sweep as prepare  # noqa: PLC0415
    from ranking.simulate import sweep_results  # noqa: PLC0415
    from ranking.simulate.groups_of import Attributes  # noqa: PLC0415
    from ranking.simulate.results import Provenance  # noqa: PLC0415
    from ranking.simulate.sweep_file import read_sweep  # noqa: PLC0415

    instruction = read_instruction(Path(instruction_file), program)
    law, day = instruction.regulation, instruction.facts_on
    swept = read_sweep(Path(file), law)
    pool = reading.read_for(instruction, pool_file, lang)
    groupings = Attributes(pool.frame, law, day).by(by)
    said = {"file": file, "pool": pool_file, "instruction": instruction_file, "by": by}
    provenance = Provenance(
        "simulate sweep",
        said,
        law.program,
        {"law": str(law.day)},
        {"law": law.hash},
        {"instruction": of_instruction(instruction)},
        {},
        pool.fingerprint,
    )
    count = len(swept.variants)
    done = Text(f"{number(count, 'fr')} variantes exécutées", f"{number(count, 'en')} variants run")
    with terminal.step(done, lang):
        rounds = prepare(pool.frame, law, swept.variants, facts_on=day).rounds(instruction, pool)
        made = sweep_results.results(swept, rounds, groupings, provenance)
    terminal.report_pool(pool, lang, None)
    results.deliver(made, out, formats, lang, **delivery)

"""``tirage simulate target``: the smallest change of points that meets a policy target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking.cli import results, terminal, words
from ranking.instruction import read_instruction
from ranking.pool import read_pool
from rules.scenario import written
from rules.text import Text

if TYPE_CHECKING:
    from rules.text import Lang


@words.command(
    Text(
        "Le plus petit changement de points qui atteint une cible : parts voulues, points qui peuvent bouger, et leurs "
        "bornes. Toutes les combinaisons sont essayées, les moins coûteuses d’abord, chacune sur la ronde entière.",
        "The smallest change of points that meets a target: shares wanted, points that may move, and their bounds. "
        "Every combination is tried, the cheapest first, each on the whole round.",
    ),
    "tirage simulate target --pool out/p.parquet --want data/targets/outside-cmm-share.toml --instruction "
    "data/instructions/quebec/pstq/2026-04-30.toml --out out/target",
)
@words.option(
    "--pool", "pool_file", required=True, type=click.Path(), words=Text("Banque extraite.", "Pool extracted.")
)
@words.option(
    "--instruction",
    required=True,
    type=click.Path(),
    words=Text("Instruction de la ronde.", "Instruction of the round."),
)
@words.option(
    "--want", "want_file", required=True, type=click.Path(), words=Text("Fichier de la cible.", "File of the target.")
)
@words.option(
    "--most",
    type=click.IntRange(1),
    default=20_000,
    show_default=True,
    words=Text("Combinaisons essayées au plus.", "Combinations tried at most."),
)
@words.option(
    "--curve",
    type=click.IntRange(0),
    default=1_000,
    show_default=True,
    words=Text("Combinaisons de plus, pour les courbes.", "Combinations more, for the curves."),
)
@results.law_folder
@results.options
@words.reads_pools
def target(
    pool_file: str,
    instruction: str,
    want_file: str,
    most: int,
    curve: int,
    program: str | None,
    out: str | None,
    formats: tuple[str, ...],
    lang: Lang,
    **delivery: Any,  # noqa: ANN401 - passed on
) -> None:
    """Aim at a target."""
    from ranking.receipt import of_instruction  # noqa: PLC0415 - heavy
    from ranking.simulate.results import Provenance  # noqa: PLC0415
    from ranking.simulate.target import aim  # noqa: PLC0415
    from ranking.simulate.target_results import results as results_of  # noqa: PLC0415
    from ranking.simulate.wanted import read_target  # noqa: PLC0415

    order = read_instruction(Path(instruction), program)
    wanted = read_target(Path(want_file), order)
    law = order.regulation
    with terminal.step(Text("Banque lue et vérifiée", "Pool read and checked"), lang):
        pool = read_pool(pool_file, law, facts_on=order.facts_on, extracted_at=order.source.extracted_at)
    with terminal.counting(Text("Combinaisons essayées", "Combinations tried"), lang) as told:
        made = aim(wanted, pool, most=most, curve=curve, told=told)
    said = {"pool": pool_file, "instruction": instruction, "want": want_file, "most": most, "curve": curve}
    provenance = Provenance(
        "simulate target",
        said,
        program=law.program,
        law_days={"law": str(law.day), "facts": str(order.facts_on)},
        laws={"law": law.hash},
        instructions={"instruction": of_instruction(order)},
        pool=pool.fingerprint,
    )
    results.deliver(results_of(made, provenance), out, formats, lang, **delivery)
    found = made.scenario()
    if out is not None and found is not None:
        path = Path(out) / "scenario.toml"
        path.write_text(written(found), encoding="utf-8")
        shown = Text(f"Le changement trouvé, en scénario : {path}", f"The change that was found, as a scenario: {path}")
        click.echo(shown.to(lang), err=True)

"""``tirage simulate respond``: how much of a reform a share of people who adapt to it undoes."""

from __future__ import annotations

from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking.cli import results, terminal, words
from ranking.cli.reading import read_for
from ranking.instruction import read_instruction
from rules.scenario import apply, compose, read_scenario
from rules.text import Text

if TYPE_CHECKING:
    from rules.text import Lang


@words.command(
    Text(
        "Réactions à une réforme : une part de ceux qui pourraient changer leur déclaration le font. Avant la réforme, "
        "après, et après avec les réactions : ce qu’elles en défont. Plusieurs scénarios font une seule réforme.",
        "Responses to a reform: a share of those who could change their declaration do. Before the reform, after it, "
        "and after it with the responses: how much they undo. Several scenarios make one reform.",
    ),
    "tirage simulate respond --pool out/p.parquet --instruction data/instructions/quebec/pstq/2026-04-30.toml "
    "--scenario data/scenarios/pstq-outside-cmm-doubled.toml "
    "--response data/responses/pstq-outside-cmm-claimed.toml --out out/resp",
)
@words.option(
    "--pool", "pool_file", required=True, type=click.Path(), words=Text("Banque extraite.", "The pool extracted.")
)
@words.option(
    "--instruction", "file", required=True, type=click.Path(), words=Text("Instruction de la ronde.", "The round.")
)
@words.option(
    "--scenario",
    "scenarios",
    multiple=True,
    type=click.Path(),
    words=Text(
        "La réforme, répétable ; sinon la règle telle quelle.", "The reform, repeatable; else the law as it is."
    ),
)
@words.option(
    "--response", required=True, type=click.Path(), words=Text("Les réactions (data/responses).", "The responses.")
)
@words.option("--seed", default=0, show_default=True, type=int, words=Text("Graine du hasard.", "Seed of the chance."))
@results.law_folder
@words.quarantine
@results.options
@words.reads_pools
def respond(
    pool_file: str,
    file: str,
    scenarios: tuple[str, ...],
    response: str,
    seed: int,
    program: str | None,
    quarantine: str | None,
    out: str | None,
    formats: tuple[str, ...],
    lang: Lang,
    **delivery: Any,  # noqa: ANN401 - passed on
) -> None:
    """Measure what responses undo."""
    from ranking.simulate.behaviour import Behaviour  # noqa: PLC0415 - heavy
    from ranking.simulate.respond import trial, under  # noqa: PLC0415 - heavy
    from ranking.simulate.respond_results import respond as run  # noqa: PLC0415 - heavy
    from ranking.simulate.response import read_response  # noqa: PLC0415 - heavy
    from ranking.simulate.results import check_folder  # noqa: PLC0415 - heavy

    if out is not None:
        check_folder(Path(out))
    kept = terminal.check_target(quarantine, pool_file) if quarantine else None
    instruction = read_instruction(Path(file), program)
    law = instruction.regulation
    read = [read_scenario(Path(one)) for one in scenarios]
    reform = apply(reduce(compose, read), law) if read else law
    source = read_response(Path(response), reform)
    pool = read_for(instruction, pool_file, lang, quarantine=kept)
    terminal.report_pool(pool, lang, quarantine)
    behaviour = Behaviour(source, law, reform, instruction.facts_on, seed)
    with terminal.step(Text("Réactions simulées", "Responses simulated"), lang):
        made = trial(pool.frame, instruction, under(instruction, reform), behaviour)
        arguments = {
            "pool": Path(pool_file).name,
            "instruction": Path(file).name,
            "scenario": [Path(one).name for one in scenarios],
            "response": Path(response).name,
        }
        found = run(made, read, arguments, pool.fingerprint)
    results.deliver(found, out, formats, lang, **delivery)

"""``tirage simulate compare``: two laws or two instructions on the same pool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking.cli import reading, results, terminal, words
from ranking.faults import Fault, RoundError
from rules.text import Text, same

if TYPE_CHECKING:
    from ranking.pool import Pool
    from ranking.simulate.changes import Changes
    from ranking.simulate.compare import Comparison
    from ranking.simulate.results import Provenance, Results
    from rules.text import Lang


@words.command(
    Text(
        "Compare deux règles ou deux instructions sur la même banque, personne par personne : qui entre, qui sort, où "
        "vont les seuils, et la part de chaque changement.",
        "Compares two laws or two instructions on the same pool, person by person: who comes in, who leaves, where "
        "cut-offs go, and what each change adds.",
    ),
    "tirage simulate compare --pool out/p.parquet --instruction data/instructions/quebec/pstq/2026-04-30.toml "
    "--scenario data/scenarios/pstq-outside-cmm-doubled.toml --out out/cmp",
)
@results.pool_and_instruction
@words.option(
    "--instruction-b",
    "instead",
    type=click.Path(),
    words=Text("L’instruction à lui comparer.", "The instruction to compare it with."),
)
@words.option(
    "--scenario",
    "scenario_files",
    multiple=True,
    type=click.Path(),
    words=Text("Changement de la règle, répétable.", "Change of the law, repeatable."),
)
@words.option(
    "--by",
    "by",
    multiple=True,
    metavar="COLUMN",
    words=Text("Décrire les personnes par cette colonne, répétable.", "Describe people by this column, repeatable."),
)
@words.option(
    "--people",
    type=click.Path(dir_okay=False),
    words=Text("Écrire chaque personne (.parquet ou .csv).", "Write every person (.parquet or .csv)."),
)
@words.option(
    "--no-decompose", is_flag=True, words=Text("Sans la part de chaque changement.", "Without what each change adds.")
)
@words.option(
    "--program",
    metavar="PROGRAM",
    words=Text("Programme, s’il est dans un dossier.", "Program, where it lies in a folder."),
)
@results.options
@words.reads_pools
def compare(
    pool_file: str,
    instruction_file: str,
    instead: str | None,
    scenario_files: tuple[str, ...],
    by: tuple[str, ...],
    people: str | None,
    program: str | None,
    out: str | None,
    formats: tuple[str, ...],
    lang: Lang,
    *,
    no_decompose: bool,
    **delivery: Any,  # noqa: ANN401 - passed on
) -> None:
    """Compare."""
    said = {
        "pool": pool_file,
        "instruction": instruction_file,
        "instruction_b": instead,
        "scenario": scenario_files,
        "by": by,
        "no_decompose": no_decompose,
    }
    target = terminal.check_target(people, pool_file) if people else None
    changes = _changes(instruction_file, instead, scenario_files, program)
    pool = reading.read_for(changes.before, pool_file, lang)
    found, made = _run(changes, pool, by, said, lang, decomposing=not no_decompose)
    if target is not None:
        with terminal.step(Text("Personnes écrites", "People written"), lang):
            terminal.save(found.people.drop("row"), target)
    terminal.report_pool(pool, lang, None)
    results.deliver(made, out, formats, lang, **delivery)


def _changes(instruction: str, instead: str | None, scenarios: tuple[str, ...], program: str | None) -> Changes:
    """Read what is compared."""
    from ranking.instruction import read_instruction  # noqa: PLC0415 - heavy
    from ranking.simulate.changes import Changes  # noqa: PLC0415
    from rules.scenario import read_scenario  # noqa: PLC0415

    if not instead and not scenarios:
        found = Text("ni --scenario ni --instruction-b", "neither --scenario nor --instruction-b")
        expected = Text("ce qu’il faut comparer à l’instruction", "what to compare with the instruction")
        raise RoundError([Fault(same("simulate compare"), found, expected, same("--scenario FILE.toml"))])
    made = Changes(
        read_instruction(Path(instruction), program),
        read_instruction(Path(instead), program) if instead else None,
        tuple(read_scenario(Path(one)) for one in scenarios),
    )
    if made.instead is not None and made.instead.source.program != made.before.source.program:
        found, expected = same(made.instead.source.program), same(made.before.source.program)
        raise RoundError([Fault(same("--instruction-b"), found, expected, same(f'program = "{expected.en}"'))])
    _ = made.after
    return made


def _run(
    changes: Changes, pool: Pool, by: tuple[str, ...], said: dict[str, Any], lang: Lang, *, decomposing: bool
) -> tuple[Comparison, Results]:
    from ranking.round import run_round  # noqa: PLC0415 - heavy
    from ranking.simulate import compare_results  # noqa: PLC0415
    from ranking.simulate.compare import compare as compared  # noqa: PLC0415
    from ranking.simulate.elasticity import one_point, stakes  # noqa: PLC0415
    from ranking.simulate.groups_of import Attributes  # noqa: PLC0415
    from ranking.simulate.orders import orders  # noqa: PLC0415

    law = changes.before.regulation
    attributes = Attributes(pool.frame, law, changes.before.facts_on)
    groupings = attributes.by(by or attributes.usual(changes.before, changes.parts))
    with terminal.step(Text("Deux rondes exécutées", "Two rounds run"), lang):
        found = compared(run_round(changes.before, pool), run_round(changes.after, pool))
    decomposed = _decomposed(changes, pool, found, lang) if decomposing and len(changes.each) > 1 else None
    with terminal.step(Text("Ordre des exercices et seuils essayés", "Order of selections and cut-offs tried"), lang):
        tried, at_stake, points = orders(found.rerun), stakes(found.rerun), list(one_point(found.rerun))
    made = compare_results.results(
        found, changes, groupings, _provenance(changes, pool, said), decomposed, tried, at_stake, points
    )
    return found, made


def _decomposed(changes: Changes, pool: Pool, found: Comparison, lang: Lang) -> Any:  # noqa: ANN401 - of decompose
    from ranking.simulate.compare import decompose  # noqa: PLC0415 - heavy

    count = 2 ** len(changes.each)
    words_ = Text(f"{count} ensembles de changements exécutés", f"{count} sets of changes run")
    with terminal.step(words_, lang):
        return decompose(changes, pool, found.before)


def _provenance(changes: Changes, pool: Pool, said: dict[str, Any]) -> Provenance:
    from ranking.receipt import of_instruction  # noqa: PLC0415 - heavy
    from ranking.simulate.results import Provenance  # noqa: PLC0415

    sides = {"before": changes.before, "after": changes.after}
    return Provenance(
        "simulate compare",
        said,
        changes.before.source.program,
        {when: str(side.regulation.day) for when, side in sides.items()},
        {when: side.regulation.hash for when, side in sides.items()},
        {when: of_instruction(side) for when, side in sides.items()},
        {one.title.en: one.hash for one in changes.scenarios},
        pool.fingerprint,
    )

"""``tirage law``: the library, the consolidated law of a day, what an amendment changed, checks of a whole law."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from ranking.cli import law_compile, law_page, law_scenario, page, terminal, words
from rules import diff as comparing
from rules import library, lint, load
from rules.program import Program
from rules.text import Lang, Text

if TYPE_CHECKING:
    from datetime import date

law = words.Group(
    "law",
    Text(
        "La règle : les programmes, la règle consolidée d’un jour, ce qu’une modification a changé.",
        "The law: programs, the consolidated law of a day, what an amendment changed.",
    ),
    "tirage law show quebec/pstq --on 2026-04-27 --lang fr",
)


@words.command(Text("Énumère les programmes.", "Lists the programs."), "tirage law list", name="list")
@words.as_json
def list_(as_json: bool, lang: Lang) -> None:
    """List programs."""
    sources = [load(name).source for name in library()]
    if as_json:
        kept = {"id", "title", "begins", "ends"}
        terminal.print_json([source.model_dump(mode="json", include=kept) for source in sources])
        return
    columns = Text("Programme|Titre|Début|Fin", "Program|Title|Begins|Ends").to(lang).split("|")
    made = terminal.table(Text("Programmes", "Programs").to(lang), *columns)
    for source in sources:
        made.add_row(source.id, source.title.text.to(lang), str(source.begins), str(source.ends or ""))
    terminal.console().print(made)


@words.command(
    Text(
        "Montre la règle consolidée d’un jour : grilles, plafonds, volets, dispositions, points ouverts.",
        "Shows the consolidated law of a day: tables, caps, streams, provisions, open points.",
    ),
    "tirage law show quebec/pstq --on 2026-04-27 --lang fr --out out/pstq.html",
)
@click.argument("program")
@words.on
@words.out
@words.as_json
def show(program: str, on: date, out: str | None, as_json: bool, lang: Lang) -> None:
    """Show the law of a day."""
    regulation = load(program).on(on)
    if as_json:
        terminal.print_json({"day": str(on), "hash": regulation.hash, **regulation.content()})
        return
    page.publish(law_page.consolidated(regulation, lang), regulation.title.to(lang), out, lang)


@words.command(
    Text(
        "Compare la règle de deux jours, ligne par ligne : l’ancien et le nouveau.",
        "Compares the law of two days, row by row: old and new.",
    ),
    "tirage law diff canada/express_entry 2025-03-24 2025-03-25 --lang fr",
)
@click.argument("program")
@click.argument("first", type=words.Day())
@click.argument("second", type=words.Day())
@words.out
@words.as_json
def diff(program: str, first: date, second: date, out: str | None, as_json: bool, lang: Lang) -> None:
    """Compare two days."""
    found = load(program)
    before, after = found.on(first), found.on(second)
    differences = comparing.differences(before, after)
    if as_json:
        terminal.print_json([law_page.plain(difference) for difference in differences])
        return
    page.publish(law_page.amendment(before, after, differences, lang), before.title.to(lang), out, lang)


@words.command(
    Text(
        "Vérifie un programme ou un dossier, chaque jour où la règle change ; sans argument, toute la bibliothèque et "
        "les scénarios fournis.",
        "Checks a program or a folder, on every day on which the law changes; without an argument, the whole library "
        "and the scenarios that come with it.",
    ),
    "tirage law check quebec/pstq",
)
@click.argument("program", required=False)
@words.as_json
def check(program: str | None, as_json: bool, lang: Lang) -> int:
    """Check a law as a whole."""
    names, scenarios = ([program], []) if program else (library(), law_scenario.library())
    findings = [finding for name in names for finding in lint.check(_fresh(name), name)]
    findings += [finding for path in scenarios for finding in law_scenario.check(path)]
    counts = Counter(finding.level for finding in findings)
    if as_json:
        terminal.print_json([{"level": f.level, "program": f.program, "fault": f.fault.render(lang)} for f in findings])
    for finding in [] if as_json else findings:
        level = {"error": Text("Erreur", "Error"), "remark": Text("Remarque", "Remark")}[finding.level]
        click.echo(f"{level.to(lang)} — {finding.program}\n{finding.fault.render(lang)}\n", err=True)
    if not as_json:
        of = Text(f" Scénarios : {len(scenarios)}.", f" Scenarios: {len(scenarios)}.") if scenarios else Text("", "")
        fr = f"Programmes vérifiés : {len(names)}.{of.fr} Erreurs : {counts['error']}. Remarques : {counts['remark']}."
        en = f"Programs checked: {len(names)}.{of.en} Errors: {counts['error']}. Remarks: {counts['remark']}."
        click.echo(Text(fr, en).to(lang))
    return 1 if counts["error"] else 0


def _fresh(name: str) -> Program:
    """Read a program anew, so that a check sees the files as they are."""
    return Program(load(name).folder)


for _command in (list_, show, diff, law_scenario.scenario, law_compile.compile_, check):
    law.add_command(_command)

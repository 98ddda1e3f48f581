"""``tirage law``: the library, the consolidated law of a day, what an amendment changed, checks of a whole law."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking.cli import law_page, page, terminal, words
from ranking.pool import ending
from rules import diff as comparing
from rules import library, lint, load
from rules.faults import Fault, LawError
from rules.program import Program
from rules.text import Lang, Text, same

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
out = words.option(
    "--out", type=click.Path(dir_okay=False), words=Text("Écrire la page en HTML.", "Write the page as HTML.")
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
@out
@words.as_json
def show(program: str, on: date, out: str | None, as_json: bool, lang: Lang) -> None:
    """Show the law of a day."""
    regulation = load(program).on(on)
    if as_json:
        terminal.print_json({"day": str(on), "hash": regulation.hash, **regulation.content()})
        return
    _publish(law_page.consolidated(regulation, lang), regulation.title.to(lang), out, lang)


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
@out
@words.as_json
def diff(program: str, first: date, second: date, out: str | None, as_json: bool, lang: Lang) -> None:
    """Compare two days."""
    found = load(program)
    before, after = found.on(first), found.on(second)
    differences = comparing.differences(before, after)
    if as_json:
        terminal.print_json([_plain(difference) for difference in differences])
        return
    _publish(law_page.amendment(before, after, differences, lang), before.title.to(lang), out, lang)


def _plain(found: comparing.Difference) -> dict[str, Any]:
    texts = {"title": found.title, "place": found.place, "before": found.before, "after": found.after}
    source = found.source and found.source.model_dump(mode="json", exclude_none=True)
    return {"at": found.at, **{key: text and text._asdict() for key, text in texts.items()}, "source": source}


def _publish(blocks: list[page.Block], title: str, out: str | None, lang: Lang) -> None:
    """Print a page, or write it as HTML."""
    if out is None:
        page.show(blocks)
        return
    path = Path(out)
    if path.suffix.lower() not in (".html", ".htm"):
        expected, found = Text("un fichier .html", "an .html file"), ending(path)
        raise LawError([Fault(same(out), found, expected, same(str(path.with_suffix(".html"))))])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page.html(blocks, title, lang), encoding="utf-8")
    click.echo(Text(f"Page écrite : {out}", f"Page written: {out}").to(lang))


@words.command(
    Text(
        "Vérifie toute la bibliothèque, un programme ou un dossier, chaque jour où la règle change.",
        "Checks the whole library, a program or a folder, on every day on which the law changes.",
    ),
    "tirage law check quebec/pstq",
)
@click.argument("program", required=False)
@words.as_json
def check(program: str | None, as_json: bool, lang: Lang) -> int:
    """Check a law as a whole."""
    names = [program] if program else library()
    findings = [finding for name in names for finding in lint.check(_fresh(name), name)]
    counts = Counter(finding.level for finding in findings)
    if as_json:
        terminal.print_json([{"level": f.level, "program": f.program, "fault": f.fault.render(lang)} for f in findings])
    for finding in [] if as_json else findings:
        level = {"error": Text("Erreur", "Error"), "remark": Text("Remarque", "Remark")}[finding.level]
        click.echo(f"{level.to(lang)} — {finding.program}\n{finding.fault.render(lang)}\n", err=True)
    if not as_json:
        fr = f"Programmes vérifiés : {len(names)}. Erreurs : {counts['error']}. Remarques : {counts['remark']}."
        en = f"Programs checked: {len(names)}. Errors: {counts['error']}. Remarks: {counts['remark']}."
        click.echo(Text(fr, en).to(lang))
    return 1 if counts["error"] else 0


def _fresh(name: str) -> Program:
    """Read a program anew, so that a check sees the files as they are."""
    return Program(load(name).folder)


for _command in (list_, show, diff, check):
    law.add_command(_command)

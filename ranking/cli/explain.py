"""``tirage explain``: why one declaration has its score and its streams."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking.cli import terminal, words
from ranking.declared import declared, search
from ranking.faults import Fault, TirageError
from ranking.files import ending
from rules import explain as explaining
from rules import load
from rules.text import Lang, Text, number, same, written
from rules.titles import colon
from rules.what_next import next_steps

if TYPE_CHECKING:
    from datetime import date

    from rich.table import Table

    from ranking.why import Tried
    from rules.explain import Eligibility, Explanation, Fact, Points
    from rules.regulation import Regulation
    from rules.what_next import NextStep

ANSWERS = {True: Text("oui", "yes"), False: Text("non", "no"), None: Text("inconnu", "unknown")}


@words.command(
    Text(
        "Explique le pointage d’une déclaration : chaque fait, chaque ligne de la grille, chaque disposition.",
        "Explains the score of one declaration: each fact, each row of the law, each provision.",
    ),
    "tirage explain out/p.parquet S0000001 --program quebec/pstq --on 2026-04-27 --lang fr",
)
@click.argument("file", type=click.Path())
@click.argument("declaration_id")
@words.program
@words.on
@words.facts_on
@words.option(
    "--round",
    "round_folder",
    type=click.Path(file_okay=False),
    words=Text(
        "Dossier d’une ronde : dire la distance aux seuils.", "Folder of a round: tell the distance to its cut-offs."
    ),
)
@words.option(
    "--out", type=click.Path(dir_okay=False), words=Text("Écrire une lettre, en PDF.", "Write a letter, as PDF.")
)
@words.reads_pools
@words.as_json
def explain(
    file: str,
    declaration_id: str,
    program: str,
    on: date,
    facts_on: date | None,
    round_folder: str | None,
    out: str | None,
    as_json: bool,
    lang: Lang,
) -> None:
    """Explain one declaration.

    It is checked as ``tirage pool check`` would; of the other rows of the file, only that none has its number.
    """
    with ThreadPoolExecutor(1) as beside:
        sought = search(file, declaration_id, beside)
        regulation = load(program).on(on)
    pool = declared(sought, regulation, facts_on or on)
    declaration = pool.frame.row(0, named=True)
    found = explaining.explain(declaration, regulation, facts_on or on)
    steps = next_steps(declaration, regulation, facts_on or on)
    tried = _tried(round_folder, declaration, found.score) if round_folder else ()
    if as_json:
        said = {**found.as_dict(), "what_next": [step_values(step) for step in steps]}
        terminal.print_json(said | _of_round(round_folder, declaration_id, tried))
        return
    if out is not None:
        save_letter(found, regulation, steps, tried, out, lang)
        return
    print_explanation(found, lang)
    print_next(steps, tried, lang)
    if round_folder:
        from ranking.why import outcome_in  # noqa: PLC0415 - only rounds need it

        click.echo(outcome_in(Path(round_folder), declaration_id, lang))


def _tried(folder: str, declaration: dict[str, Any], score: int) -> tuple[Tried, ...]:
    from ranking.why import tried_in  # noqa: PLC0415 - only rounds need it

    return tried_in(Path(folder), declaration, score)


def _of_round(folder: str | None, declaration_id: str, tried: tuple[Tried, ...]) -> dict[str, Any]:
    if folder is None:
        return {}
    from ranking.why import values_in  # noqa: PLC0415 - only rounds need it

    return {"round": values_in(Path(folder), declaration_id, tried)}


def step_values(step: NextStep) -> dict[str, Any]:
    """Give a next step as plain values."""
    texts = {"title": step.title, "now": step.now, "better": step.better}
    return {
        "attribute": step.attribute,
        "value": step.value,
        "gain": step.gain,
        **{k: t._asdict() for k, t in texts.items()},
    }


def save_letter(
    found: Explanation,
    regulation: Regulation,
    steps: tuple[NextStep, ...],
    tried: tuple[Tried, ...],
    out: str,
    lang: Lang,
) -> None:
    """Write the letter, if its file is a PDF."""
    path = Path(out)
    if path.suffix.lower() != ".pdf":
        expected = Text("un fichier .pdf", "a .pdf file")
        raise TirageError([Fault(same(out), ending(path), expected, same(str(path.with_suffix(".pdf"))))])
    from ranking.report import letter  # noqa: PLC0415 - Typst is only loaded for a letter

    letter.save(found, regulation, steps, tried, path, lang)
    click.echo(Text(f"Lettre écrite : {out}", f"Letter written: {out}").to(lang))


def print_next(steps: tuple[NextStep, ...], tried: tuple[Tried, ...], lang: Lang) -> None:
    """Print what next: the nearest better rows, and the distance to the cut-offs of a round."""
    columns = Text("Fait|Aujourd’hui|Ligne suivante|Ajouterait", "Fact|Today|Next row|Would add").to(lang).split("|")
    heading = Text("Et ensuite ? (chacun à lui seul)", "What next? (each by itself)").to(lang)
    made = terminal.table(heading, *columns, right=(3,))
    for step in steps[:10]:
        made.add_row(step.title.to(lang), step.now.to(lang), step.better.to(lang), f"+{step.gain}")
    screen = terminal.console()
    if steps:
        screen.print(made)
    if tried:
        from ranking.why import distances  # noqa: PLC0415 - only rounds need it

        for line in distances(tried, lang):
            screen.print(line)


def print_explanation(found: Explanation, lang: Lang) -> None:
    """Print an explanation as tables: points, what caps took, streams with the requirement that decided."""
    screen = terminal.console()
    screen.print(points_table(found, lang))
    for criterion in found.criteria:
        if criterion.taken_by_cap:
            screen.print(_cap_note(criterion.title, criterion.cap, criterion.taken_by_cap, lang))
    for group in found.groups:
        if group.taken_by_cap:
            screen.print(_cap_note(group.title, group.cap, group.taken_by_cap, lang))
    screen.print(streams_table(found.streams, lang))
    acts = dict.fromkeys(c.cite.act for c in found.criteria if c.cite)
    source = Text("Sources", "Sources").to(lang)
    screen.print(f"{source}{' ' if lang == 'fr' else ''}: {'; '.join(acts)}")
    law_on, facts = written(found.law_on, lang), written(found.facts_on, lang)
    screen.print(
        Text(
            f"Règle du {law_on}, empreinte {found.law_hash[:16]} ; faits au {facts}.",
            f"Law of {law_on}, fingerprint {found.law_hash[:16]}; facts on {facts}.",
        ).to(lang)
    )


def _cap_note(title: Text, cap: int | None, taken: int, lang: Lang) -> str:
    return Text(
        f"{title.fr} : le plafond de {cap} retire {taken} points.",
        f"{title.en}: the cap of {cap} takes {taken} points away.",
    ).to(lang)


def points_table(found: Explanation, lang: Lang) -> Table:
    """Make the table of points: one line a reading, one line a group; a fact that several criteria read comes once."""
    heading = Text(
        f"Déclaration {found.declaration_id} : {found.score} points",
        f"Declaration {found.declaration_id}: {found.score} points",
    ).to(lang)
    columns = Text("Critère|Fait|Ligne|Points", "Criterion|Fact|Row|Points").to(lang).split("|")
    made = terminal.table(heading, *columns, right=(3,))
    common = common_facts(found)
    if common:
        facts = [f"{fact.title.to(lang)}{colon(lang)}{fact.shown.to(lang)}" for fact in common.values()]
        made.caption, made.caption_justify = Text("Colonne lue : ", "Column read: ").to(lang) + ", ".join(facts), "left"
    by_id = {criterion.id: criterion for criterion in found.criteria}
    for group in found.groups:
        for member in group.members:
            if member in by_id:
                _criterion_rows(made, by_id[member], set(common), lang)
        cap = "" if group.cap is None else Text("plafond ", "cap ").to(lang) + number(group.cap, lang)
        made.add_row(f"[bold]{group.title.to(lang)}[/]", "", cap, f"[bold]{group.points}[/]", end_section=True)
    return made


def common_facts(found: Explanation) -> dict[str, Fact]:
    """Find the facts that choose the column of more than one criterion."""
    columns = [(c.id, step.facts[1]) for c in found.criteria for step in c.steps if len(step.facts) > 1]
    by_input: dict[str, set[str]] = {}
    for criterion, fact in columns:
        by_input.setdefault(fact.input, set()).add(criterion)
    return {fact.input: fact for _, fact in columns if len(by_input[fact.input]) > 1}


def _criterion_rows(made: Table, criterion: Points, common: set[str], lang: Lang) -> None:
    title = criterion.title.to(lang)
    if not criterion.steps:
        day = written(criterion.since, lang) if criterion.since else ""
        by = f" ({criterion.cite.provision})" if criterion.cite else ""
        reason = {
            "not_yet": Text(f"commence le {day}", f"begins on {day}"),
            "repealed": Text(f"abrogé le {day}{by}", f"repealed on {day}{by}"),
        }.get(criterion.state, Text("ne s’applique pas", "does not apply"))
        made.add_row(title, f"[dim]{reason.to(lang)}[/]", "", "0")
    for step in criterion.steps:
        facts = [fact for fact in step.facts if fact.input not in common]
        words = [
            fact.shown.to(lang)
            if fact.title == criterion.title
            else f"{fact.title.to(lang)}{colon(lang)}{fact.shown.to(lang)}"
            for fact in facts
        ]
        made.add_row(title, "\n".join(words), step.row_words.to(lang), str(step.points))
        title = ""


def streams_table(streams: tuple[Eligibility, ...], lang: Lang) -> Table:
    """Make the table of streams: the answer, and the requirements that decided."""
    columns = Text(
        "Volet|Admissible|Conditions non remplies|Disposition", "Stream|Eligible|Requirements not met|Provision"
    )
    made = terminal.table(Text("Volets", "Streams").to(lang), *columns.to(lang).split("|"))
    for stream in streams:
        decisive = stream.decisive
        met = Text("aucune", "none").to(lang)
        made.add_row(
            stream.title.to(lang),
            ANSWERS[stream.holds].to(lang),
            "\n".join(answer.title.to(lang) for answer in decisive) or met,
            "\n".join(dict.fromkeys(answer.cite.provision for answer in decisive)),
        )
    return made

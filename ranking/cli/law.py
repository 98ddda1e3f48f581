"""``tirage law``: the library, and the consolidated law of a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ranking.cli import terminal, words
from rules import library, load
from rules.bounds import beyond
from rules.text import Lang, Text, number, written
from rules.titles import condition, input_title, shown

if TYPE_CHECKING:
    from datetime import date

    from rich.table import Table

    from rules.criteria import Criterion
    from rules.groups import Group
    from rules.regulation import Regulation
    from rules.tables import Cap
    from rules.tables import Table as LawTable

law = words.Group(
    "law",
    Text(
        "La règle : les programmes, et la règle consolidée d’un jour.",
        "The law: programs, and the consolidated law of a day.",
    ),
    "tirage law show quebec/pstq --on 2026-04-27 --lang fr",
)


@words.command(Text("Énumère les programmes.", "Lists the programs."), "tirage law list", name="list")
@words.as_json
def list_(as_json: bool, lang: Lang) -> None:
    """List programs."""
    sources = [load(name).source for name in library()]
    if as_json:
        terminal.print_json(
            [source.model_dump(mode="json", include={"id", "title", "begins", "ends"}) for source in sources]
        )
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
    "tirage law show quebec/pstq --on 2026-04-27 --lang fr",
)
@click.argument("program")
@words.on
@words.as_json
def show(program: str, on: date, as_json: bool, lang: Lang) -> None:
    """Show the law of a day."""
    regulation = load(program).on(on)
    if as_json:
        terminal.print_json({"day": str(on), "hash": regulation.hash, **regulation.content()})
        return
    screen = terminal.console()
    for part in document(regulation, lang):
        screen.print(part)


def document(regulation: Regulation, lang: Lang) -> list[Table | str]:
    """Give the consolidated law as titles and tables, in the order in which a jurist reads it."""
    source = regulation.source
    parts: list[Table | str] = [
        f"[bold]{source.title.text.to(lang)}[/]",
        Text(
            f"Règle du {written(regulation.day, 'fr')}, empreinte {regulation.hash[:16]}",
            f"Law of {written(regulation.day, 'en')}, fingerprint {regulation.hash[:16]}",
        ).to(lang),
        _citation(source.cite.act, source.cite.provision, lang),
    ]
    for group in regulation.groups[:-1]:
        parts.append(f"\n[bold underline]{group.title.to(lang)}[/]{_cap_words(group, regulation, lang)}")
        for criterion in regulation.criteria:
            if criterion.id in group.members:
                parts += _criterion(criterion, regulation, lang)
    root = regulation.groups[-1]
    parts.append(f"\n[bold underline]{root.title.to(lang)}[/]{_cap_words(root, regulation, lang)}")
    parts.append(_order(regulation, lang))
    parts.append(streams(regulation, lang))
    parts += _remarks(regulation, lang)
    return parts


def _citation(act: str, provision: str, lang: Lang) -> str:
    head = Text("Source", "Source").to(lang)
    return f"[dim]{head}{' ' if lang == 'fr' else ''}: {act}. {provision}[/]"


def _cap_words(group: Group, regulation: Regulation, lang: Lang) -> str:
    if group.cap is None:
        return ""
    word = Text("plafond", "cap").to(lang)
    return f" — {word} {_cap(group.cap, regulation, lang)}"


def _cap(cap: Cap, regulation: Regulation, lang: Lang) -> str:
    if cap.input is None:
        return number(cap.points[0], lang)
    title = input_title(cap.input, regulation).to(lang)
    pairs = [
        f"{number(points, lang)} ({title}{' ' if lang == 'fr' else ''}: {shown(key, cap.input, regulation).to(lang)})"
        for key, points in zip(cap.columns, cap.points, strict=True)
    ]
    return ", ".join(pairs)


def _criterion(criterion: Criterion, regulation: Regulation, lang: Lang) -> list[Table | str]:
    if criterion.source is None:
        reason = (
            Text(f"commence le {written(criterion.begins, 'fr')}", f"begins on {written(criterion.begins, 'en')}")
            if criterion.begins
            else Text(f"abrogé le {criterion.ended}", f"repealed on {criterion.ended}")
        )
        return [f"{criterion.title.to(lang)} : {reason.to(lang)}"]
    parts: list[Table | str] = [""]
    parts += [_table(criterion, found, regulation, lang) for found in criterion.tables]
    cite = criterion.source.cite
    checked = (
        Text("disposition vérifiée", "provision checked")
        if cite.provision_checked
        else Text("disposition non vérifiée au texte", "provision not checked against the text")
    )
    parts.append(
        f"[dim]{cite.provision} · {Text('en vigueur le', 'in force').to(lang)}"
        f" {written(criterion.source.in_force, lang)}"
        f" · {cite.certainty.text.to(lang)} · {checked.to(lang)}[/]"
    )
    if criterion.applies_when.options:
        parts.append(
            Text("Seulement si : ", "Only if: ").to(lang) + condition(criterion.applies_when, regulation, lang)
        )
    if criterion.source.note:
        parts.append(f"[italic]{criterion.source.note.text.to(lang)}[/]")
    return parts


def _table(criterion: Criterion, found: LawTable, regulation: Regulation, lang: Lang) -> Table:

    titles = [input_title(name, regulation).to(lang) for name in found.row_inputs]
    rows = titles[0] if len(titles) == 1 else Text("Pour chacun, additionnés", "For each, added up").to(lang)
    columns = [Text("points", "points").to(lang)]
    if found.columns and found.column_input:
        title = input_title(found.column_input, regulation).to(lang)
        colon = " : " if lang == "fr" else ": "
        columns = [f"{title}{colon}{shown(key, found.column_input, regulation).to(lang)}" for key in found.columns.keys]
    made = terminal.table(criterion.title.to(lang), rows, *columns, right=tuple(range(1, len(columns) + 1)))
    for key, points in zip(found.rows.keys, found.points, strict=True):
        made.add_row(shown(key, found.row_inputs[0], regulation).to(lang), *map(str, points))
    if len(titles) > 1:
        made.caption, made.caption_justify = " + ".join(titles), "left"
    if beyond(found.rows):
        made.add_row(
            Text("au-delà des bouts", "beyond the ends").to(lang), *[str(found.outside)] * len(columns), style="dim"
        )
    return made


def _order(regulation: Regulation, lang: Lang) -> str:
    names = {
        "score": Text("pointage", "score"),
        "submitted_at": Text("date et heure du dépôt", "submission instant"),
    }
    ways = {"descending": Text("décroissant", "descending"), "ascending": Text("croissant", "ascending")}
    keys = ", ".join(f"{names[i.key].to(lang)} ({ways[i.direction].to(lang)})" for i in regulation.order)
    last = Text(
        "puis, en dernier recours, le numéro de déclaration, ce que la règle ne dit pas",
        "then, as a last resort that the law does not give, the declaration number",
    ).to(lang)
    life = regulation.lifecycle
    days = Text(
        f"Validité : {life.validity_months} mois. Réponse : {life.answer_days} jours.",
        f"Validity: {life.validity_months} months. Answer: {life.answer_days} days.",
    ).to(lang)
    return Text(f"Ordre : {keys}, {last}.\n{days}", f"Order: {keys}, {last}.\n{days}").to(lang)


def streams(regulation: Regulation, lang: Lang) -> Table:
    """Make the table of streams and requirements."""
    columns = (
        Text("Volet|Condition|Ce qui est lu|Disposition", "Stream|Requirement|What is read|Provision")
        .to(lang)
        .split("|")
    )
    made = terminal.table(Text("Volets et conditions", "Streams and requirements").to(lang), *columns)
    for stream in regulation.streams:
        title = stream.title.to(lang)
        for position, requirement in enumerate(stream.requirements):
            last = position == len(stream.requirements) - 1
            made.add_row(
                title,
                requirement.title.to(lang),
                condition(requirement.where, regulation, lang),
                requirement.cite.provision,
                end_section=last,
            )
            title = ""
    return made


def _remarks(regulation: Regulation, lang: Lang) -> list[Table | str]:
    remarks = [point.text.to(lang) for point in regulation.source.open_points]
    if not remarks:
        return []
    heading = Text("Ce que les sources laissent ouvert", "What the sources leave open").to(lang)
    return [f"\n[bold]{heading}[/]", *[f"• {remark}" for remark in remarks]]


law.add_command(list_)
law.add_command(show)

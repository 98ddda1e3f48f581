"""The consolidated law of a day, and what an amendment changed, as pages that a jurist reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ranking.cli.page import Block, Grid, Heading, Line
from rules.bounds import beyond
from rules.text import Lang, Text, written
from rules.titles import AFTER, RETURNS, cap_words, colon, condition, input_title, order_words, shown

if TYPE_CHECKING:
    from rules.assembly import Lifecycle
    from rules.criteria import Criterion
    from rules.diff import Difference
    from rules.groups import Group
    from rules.inputs import Derived
    from rules.regulation import Regulation
    from rules.tables import Table

NOTHING = "–"
LONGEST_VALUE = 12


def consolidated(regulation: Regulation, lang: Lang) -> list[Block]:
    """Give the law of a day: titles and tables, in the order in which a jurist reads them."""
    source = regulation.source
    day, mark = written(regulation.day, lang), regulation.hash[:16]
    blocks: list[Block] = [
        Heading(source.title.text.to(lang), 1),
        Line(Text(f"Règle du {day}, empreinte {mark}", f"Law of {day}, fingerprint {mark}").to(lang)),
        Line(f"Source{colon(lang)}{source.cite.act} · {source.cite.provision}", "dim"),
    ]
    if regulation.scenario is not None:
        simulated = Text("Simulation, non la règle", "Simulation, not the law").to(lang)
        blocks.append(Line(f"{simulated}{colon(lang)}{regulation.scenario.to(lang)}", "italic"))
    if source.note is not None:
        blocks.append(Line(source.note.text.to(lang), "italic"))
    for group in regulation.groups:
        blocks.append(Heading(group.title.to(lang) + _cap_words(group, regulation, lang)))
        for criterion in regulation.criteria:
            if criterion.id in group.members:
                blocks += _criterion(criterion, regulation, lang)
    ends = (_levels, _order, _streams, _categories, _open)
    return blocks + [block for end in ends for block in end(regulation, lang)]


def _levels(regulation: Regulation, lang: Lang) -> list[Block]:
    """Show the lists by which a test score becomes a level, one grid a list."""
    bound = [(regulation.sources.inputs[name], source) for name, source in regulation.levels.items()]
    blocks: list[Block] = []
    for wanted in dict.fromkeys(model.list for model, _ in bound if model.list):
        found = regulation.lists[wanted]
        tests = {
            label: title
            for model, source in bound
            if model.list == wanted
            for label, title in _tests(source, regulation)
        }
        abilities = [column for column in found.columns if column in {model.column for model, _ in bound}]
        titles = [next(s.title.to(lang) for m, s in bound if (m.list, m.column) == (wanted, one)) for one in abilities]
        rows = [
            (tests[r["test"]].to(lang), r["level"], *[_decimal(r[one], lang) for one in abilities])
            for r in found.by_code.values()
            if r["test"] in tests
        ]
        heads = Text("Test|Niveau", "Test|Level").to(lang).split("|")
        blocks.append(Heading(found.title.to(lang)))
        blocks.append(Grid("", (*heads, *titles), tuple(rows), tuple(range(1, 2 + len(abilities)))))
        blocks.append(Line(f"Source{colon(lang)}{found.version.cite.act} · {found.version.cite.provision}", "dim"))
        blocks += [Line(found.version.note.text.to(lang), "italic")] if found.version.note else []
    return blocks


def _decimal(score: str, lang: Lang) -> str:
    return score.replace(".", Text(",", ".").to(lang))


def _tests(source: Derived, regulation: Regulation) -> list[tuple[str, Text]]:
    labels = regulation.attributes[source.of[1]].labels
    return [(label, title.text) for label, title in labels.items()]


def _cap_words(group: Group, regulation: Regulation, lang: Lang) -> str:
    if group.cap is None:
        return ""
    return f" — {Text('plafond', 'cap').to(lang)} {cap_words(group.cap, regulation, lang)}"


def _criterion(criterion: Criterion, regulation: Regulation, lang: Lang) -> list[Block]:
    title = criterion.title.to(lang)
    if criterion.source is None:
        when = criterion.begins or criterion.ended
        day = written(when, lang) if when else "…"
        later = Text(f"critère qui commence le {day}", f"criterion that begins on {day}")
        by = f" · {criterion.repeal.provision}" if criterion.repeal else ""
        gone = Text(f"critère abrogé le {day}{by}", f"criterion repealed on {day}{by}")
        return [Line(f"{title}{colon(lang)}{(later if criterion.begins else gone).to(lang)}", "dim")]
    blocks: list[Block] = [_table(title, table, regulation, lang) for table in criterion.tables]
    cite = criterion.source.cite
    checked = Text("disposition vérifiée", "provision checked")
    unchecked = Text("disposition non vérifiée au texte", "provision not checked against the text")
    since = Text("en vigueur le", "in force").to(lang) + f" {written(criterion.source.in_force, lang)}"
    certainty = cite.certainty.text.to(lang)
    said = (checked if cite.provision_checked else unchecked).to(lang)
    blocks.append(Line(f"{cite.provision} · {since} · {certainty} · {said}", "dim"))
    if criterion.cap is not None:
        cap = cap_words(criterion.cap, regulation, lang)
        blocks.append(Line(Text(f"Plafond du critère : {cap}", f"Cap of the criterion: {cap}").to(lang)))
    if criterion.applies_when.options:
        only = condition(criterion.applies_when, regulation, lang)
        blocks.append(Line(Text(f"Seulement si : {only}", f"Only if: {only}").to(lang)))
    if criterion.source.note:
        blocks.append(Line(criterion.source.note.text.to(lang), "italic"))
    return blocks


def _table(title: str, table: Table, regulation: Regulation, lang: Lang) -> Grid:
    names = [input_title(name, regulation).to(lang) for name in table.row_inputs]
    rows_of = names[0] if len(names) == 1 else Text("Pour chacun, additionnés", "For each, added up").to(lang)
    columns = [Text("points", "points").to(lang)]
    if table.columns and table.column_input:
        over = input_title(table.column_input, regulation).to(lang)
        columns = [
            f"{over}{colon(lang)}{shown(key, table.column_input, regulation).to(lang)}" for key in table.columns.keys
        ]
    rows = [
        (shown(key, table.row_inputs[0], regulation).to(lang), *map(str, points))
        for key, points in zip(table.rows.keys, table.points, strict=True)
    ]
    if beyond(table.rows):
        ends = Text("hors des bornes", "outside the range").to(lang)
        rows.append((ends, *[str(table.outside)] * len(columns)))
    note = " + ".join(names) if len(names) > 1 else ""
    return Grid(title, (rows_of, *columns), tuple(rows), tuple(range(1, len(columns) + 1)), note=note)


def _order(regulation: Regulation, lang: Lang) -> list[Block]:
    keys = order_words(regulation.order).to(lang)
    last = Text(
        "puis, en dernier recours, le numéro de déclaration, ce que la règle ne dit pas",
        "then, as a last resort that the law does not give, the declaration number",
    ).to(lang)
    life = regulation.lifecycle
    return [
        Line(Text(f"Ordre : {keys}, {last}.", f"Order: {keys}, {last}.").to(lang)),
        Line(_times(life.validity_months, life.answer_days, lang)),
        Line(_returns(life, lang)),
        *([Line(life.note.text.to(lang), "italic")] if life.note else []),
    ]


def _times(validity_months: int | None, answer_days: int | None, lang: Lang) -> str:
    unknown = Text("aucune source ne le dit", "no source says").to(lang)
    months = (
        unknown if validity_months is None else Text(f"{validity_months} mois", f"{validity_months} months").to(lang)
    )
    days = unknown if answer_days is None else Text(f"{answer_days} jours", f"{answer_days} days").to(lang)
    return Text(f"Validité : {months}. Réponse : {days}.", f"Validity: {months}. Answer: {days}.").to(lang)


def _returns(life: Lifecycle, lang: Lang) -> str:
    said = (f"{words.to(lang)}{colon(lang)}{RETURNS[getattr(life, key)].to(lang)}" for key, words in AFTER.items())
    return ". ".join(one[0].upper() + one[1:] for one in said) + "."


def _streams(regulation: Regulation, lang: Lang) -> list[Block]:
    if not regulation.streams:
        return []
    heading = Text("Volets et conditions", "Streams and requirements").to(lang)
    columns = Text(
        "Volet|Condition|Vérification sur la déclaration|Disposition", "Stream|Requirement|Test applied|Provision"
    ).to(lang)
    rows = [
        (
            stream.title.to(lang) if position == 0 else "",
            requirement.title.to(lang),
            condition(requirement.where, regulation, lang),
            requirement.cite.provision,
        )
        for stream in regulation.streams
        for position, requirement in enumerate(stream.requirements)
    ]
    return [Heading(heading), Grid("", tuple(columns.split("|")), tuple(rows))]


def _categories(regulation: Regulation, lang: Lang) -> list[Block]:
    """Show the categories of rounds, and the order of the classes under which people are invited."""
    blocks: list[Block] = []
    if regulation.categories:
        columns = Text("Catégorie|Vérification sur la déclaration|Disposition", "Category|Test applied|Provision")
        rows = [
            (one.title.to(lang), condition(one.where, regulation, lang), one.cite.provision)
            for one in regulation.categories
        ]
        blocks.append(Heading(Text("Catégories de rondes", "Categories of rounds").to(lang)))
        blocks.append(Grid("", tuple(columns.to(lang).split("|")), tuple(rows)))
    if regulation.labels:
        names = " > ".join(label.title.to(lang) for label in regulation.labels)
        head = Text(
            "Qui remplit plusieurs catégories d’immigration est invité au titre de la première",
            "Whoever meets several classes is invited under the first",
        )
        blocks.append(Line(f"{head.to(lang)}{colon(lang)}{names}"))
    return blocks


def _open(regulation: Regulation, lang: Lang) -> list[Block]:
    sources = regulation.sources
    left = {
        Text("Ce que les sources laissent ouvert", "What the sources leave open"): regulation.source.open_points,
        Text("Ce qu’aucune colonne ne permet de vérifier", "What no column can decide"): sources.streams.not_encoded,
        Text("Catégories qui ne sont pas écrites ici", "Categories not written here"): sources.categories.not_encoded,
    }
    blocks: list[Block] = []
    for heading, points in left.items():
        blocks += [Heading(heading.to(lang)), *[Line(f"• {one.text.to(lang)}") for one in points]] if points else []
    return blocks


def amendment(before: Regulation, after: Regulation, differences: list[Difference], lang: Lang) -> list[Block]:
    """Give what changed between two days, place by place, old and new, with the provisions of the new law."""
    first, second = written(before.day, lang), written(after.day, lang)
    compared = Text(
        f"Règle du {second}, comparée à celle du {first}", f"Law of {second}, compared with that of {first}"
    )
    head: list[Block] = [Heading(before.source.title.text.to(lang), 1), Line(compared.to(lang))]
    return [*head, changes(differences, lang), *_provisions(differences, lang)]


def changes(differences: list[Difference], lang: Lang) -> Block:
    """Give the table of what differs between two laws, or a line that says that nothing does."""
    if not differences:
        return Line(Text("Rien ne change.", "Nothing changes.").to(lang))
    rows = []
    for found in differences:
        values = [NOTHING if value is None else value.to(lang) for value in (found.before, found.after)]
        rows.append((found.title.to(lang), found.place.to(lang), *values))
    columns = Text("Critère, groupe ou volet|Place|Avant|Après", "Criterion, group or stream|Place|Before|After")
    count = len(differences)
    label = Text(f"{count} changement{'s' if count > 1 else ''}", f"{count} change{'s' if count > 1 else ''}").to(lang)
    right = (2, 3) if all(len(cell) <= LONGEST_VALUE for row in rows for cell in row[2:]) else ()
    return Grid(label, tuple(columns.to(lang).split("|")), tuple(rows), right=right)


def plain(found: Difference) -> dict[str, Any]:
    """Give a difference as plain values, for JSON."""
    texts = {"title": found.title, "place": found.place, "before": found.before, "after": found.after}
    source = {"source": found.source.model_dump(mode="json", exclude_none=True)} if found.source else {}
    return {"at": found.at, **{key: text and text._asdict() for key, text in texts.items()}, **source}


def _provisions(differences: list[Difference], lang: Lang) -> list[Block]:
    """Name the provision behind each change; a repeal whose provision no file cites is told as such."""
    uncited = Text("aucune source citée pour l’abrogation", "no source cited for the repeal")
    lines: dict[str, None] = {}
    for found in differences:
        said = uncited.to(lang) if found.source is None else found.source.provision
        lines[f"{found.title.to(lang)}{colon(lang)}{said}"] = None
    heading = Text("Dispositions de la nouvelle règle", "Provisions of the new law").to(lang)
    return [Heading(heading), *[Line(f"• {line}", "dim") for line in lines]] if lines else []

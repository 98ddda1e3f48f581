"""The consolidated law of a day, and what an amendment changed, as pages that a jurist reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.cli.page import Block, Grid, Heading, Line
from rules.bounds import beyond
from rules.text import Lang, Text, number, written
from rules.titles import AFTER, RETURNS, colon, condition, input_title, shown

if TYPE_CHECKING:
    from rules.assembly import Lifecycle
    from rules.criteria import Criterion
    from rules.diff import Difference
    from rules.groups import Group
    from rules.inputs import Derived
    from rules.regulation import Regulation
    from rules.tables import Cap, Table

ORDER = {"score": Text("pointage", "score"), "submitted_at": Text("date et heure du dépôt", "submission instant")}
WAYS = {"descending": Text("décroissant", "descending"), "ascending": Text("croissant", "ascending")}


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
    ends = (_levels, _order, _streams, _open)
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


def cap_words(cap: Cap, regulation: Regulation, lang: Lang) -> str:
    """Write a cap: one number, or one for each value of an input."""
    if cap.input is None:
        return number(cap.points[0], lang)
    title = input_title(cap.input, regulation).to(lang)
    return ", ".join(
        f"{number(points, lang)} ({title}{colon(lang)}{shown(key, cap.input, regulation).to(lang)})"
        for key, points in zip(cap.columns, cap.points, strict=True)
    )


def _criterion(criterion: Criterion, regulation: Regulation, lang: Lang) -> list[Block]:
    title = criterion.title.to(lang)
    if criterion.source is None:
        when = criterion.begins or criterion.ended
        day = written(when, lang) if when else "…"
        later = Text(f"commence le {day}", f"begins on {day}")
        gone = Text(f"abrogé le {day}", f"repealed on {day}")
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
    keys = ", ".join(f"{ORDER[item.key].to(lang)} ({WAYS[item.direction].to(lang)})" for item in regulation.order)
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


def _open(regulation: Regulation, lang: Lang) -> list[Block]:
    if not regulation.source.open_points:
        return []
    heading = Text("Ce que les sources laissent ouvert", "What the sources leave open").to(lang)
    return [Heading(heading), *[Line(f"• {point.text.to(lang)}") for point in regulation.source.open_points]]


def amendment(before: Regulation, after: Regulation, differences: list[Difference], lang: Lang) -> list[Block]:
    """Give what changed between two days, place by place, old and new."""
    first, second = written(before.day, lang), written(after.day, lang)
    title = before.source.title.text.to(lang)
    blocks: list[Block] = [
        Heading(title, 1),
        Line(
            Text(
                f"Règle du {second}, comparée à celle du {first}", f"Law of {second}, compared with that of {first}"
            ).to(lang)
        ),
    ]
    if not differences:
        return [*blocks, Line(Text("Rien ne change.", "Nothing changes.").to(lang))]
    nothing = "–"
    rows = [
        (
            found.title.to(lang),
            found.place.to(lang),
            nothing if found.before is None else found.before.to(lang),
            nothing if found.after is None else found.after.to(lang),
        )
        for found in differences
    ]
    columns = Text("Critère|Ligne|Avant|Après", "Criterion|Row|Before|After").to(lang).split("|")
    count = len(differences)
    label = Text(f"{count} changement{'s' if count > 1 else ''}", f"{count} change{'s' if count > 1 else ''}").to(lang)
    return [*blocks, Grid(label, tuple(columns), tuple(rows), right=(2, 3))]

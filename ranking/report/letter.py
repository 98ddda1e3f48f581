"""The letter that explains a score, under the four headings that a right to an explanation asks for.

How the system took part; which data, and from where; the parameters and their weights as applied to this person;
the operations performed. Records first, sentences last: every line comes from an ``Explanation``. The headings are
those of France's décret 2017-330, the most exact outline there is. The letter is a tagged PDF (PDF/UA-1), the same
bytes each time.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst

from ranking.why import distances
from rules.explain import sentence
from rules.text import Lang, Text, number, written

if TYPE_CHECKING:
    from ranking.why import Tried
    from rules.explain import Explanation
    from rules.regulation import Regulation
    from rules.what_next import NextStep

TEMPLATE = Path(__file__).parent / "letter.typ"
ANSWERS = {True: Text("oui", "yes"), False: Text("non", "no"), None: Text("inconnu", "unknown")}
HEADINGS = (
    Text("1. La part du système dans la décision", "1. How the system took part"),
    Text("2. Les données lues, et leur origine", "2. The data read, and where they come from"),
    Text(
        "3. Les paramètres et leur poids, pour cette déclaration",
        "3. The parameters and their weights, as applied here",
    ),
    Text("4. Les opérations effectuées", "4. The operations performed"),
    Text("Les volets", "Streams"),
    Text("Et ensuite ?", "What next?"),
)
FIRST_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)


def save(
    found: Explanation,
    regulation: Regulation,
    steps: tuple[NextStep, ...],
    tried: tuple[Tried, ...],
    path: Path,
    lang: Lang,
) -> None:
    """Write the letter as a tagged PDF. ``tried`` is what a round made of the declaration, if one was asked for."""
    data = json.dumps(letter(found, regulation, steps, tried, lang), ensure_ascii=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    pdf = typst.compile(
        TEMPLATE,
        format="pdf",
        sys_inputs={"data": data},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        timestamp=int(FIRST_INSTANT.timestamp()),
    )
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(pdf)
    draft.replace(path)


def letter(
    found: Explanation, regulation: Regulation, steps: tuple[NextStep, ...], tried: tuple[Tried, ...], lang: Lang
) -> dict[str, Any]:
    """Give the letter as plain values, for the template."""
    program = regulation.title.to(lang)
    title = Text(
        f"Explication du pointage de la déclaration {found.declaration_id}",
        f"Explanation of the score of declaration {found.declaration_id}",
    )
    eligible = not found.streams or any(stream.holds is not False for stream in found.streams)
    sections = [
        (HEADINGS[0], _part_taken(lang)),
        (HEADINGS[1], _data(found, lang)),
        (HEADINGS[2], _weights(found, lang)),
        (HEADINGS[3], _operations(found, lang)),
        (HEADINGS[4], _streams(found, lang)),
        (HEADINGS[5], _next(steps, tried, lang, eligible=eligible)),
    ]
    law_on, facts_on = written(found.law_on, lang), written(found.facts_on, lang)
    return {
        "lang": lang,
        "author": "tirage",
        "title": title.to(lang),
        "intro": [
            program,
            Text(f"Pointage : {found.score} points.", f"Score: {found.score} points.").to(lang),
            Text(f"Règle du {law_on} ; faits au {facts_on}.", f"Law of {law_on}; facts on {facts_on}.").to(lang),
        ],
        "sections": [{"title": heading.to(lang), "parts": parts} for heading, parts in sections if parts],
    }


def _line(text: str) -> dict[str, Any]:
    return {"kind": "line", "text": text}


def _list(items: list[str]) -> list[dict[str, Any]]:
    return [{"kind": "list", "items": items}] if items else []


def _table(
    columns: Text, rows: list[list[str]], lang: Lang, widths: list[int], right: list[int], totals: list[int]
) -> dict[str, Any]:
    heads = columns.to(lang).split("|")
    return {"kind": "table", "columns": heads, "rows": rows, "widths": widths, "right": right, "totals": totals}


def _part_taken(lang: Lang) -> list[dict[str, Any]]:
    return [
        _line(
            Text(
                "Le pointage est calculé par un programme, sans appréciation personnelle : chaque fait déclaré est lu "
                "dans une grille publiée, qui donne les points. Le programme classe ; une personne du ministère décide "
                "des invitations et en répond. Une erreur dans les faits peut être signalée et corrigée.",
                "The score is computed by a program, with no personal judgement: each declared fact is looked up in a "
                "published table, which gives the points. The program ranks; a person at the ministry decides on the "
                "invitations and answers for them. An error in the facts can be reported and corrected.",
            ).to(lang)
        )
    ]


def _data(found: Explanation, lang: Lang) -> list[dict[str, Any]]:
    facts = {fact.input: fact for criterion in found.criteria for step in criterion.steps for fact in step.facts}
    facts |= {fact.input: fact for s in found.streams for answer in s.answers for fact in answer.facts}
    rows = []
    for fact in facts.values():
        declared = ", ".join(f"{name} = {'–' if value is None else value}" for name, value in fact.declared)
        rows.append([fact.title.to(lang), fact.shown.to(lang), declared])
    columns = Text("Donnée|Telle que lue|Telle que déclarée", "Fact|As read|As declared")
    source = Text(
        "Les renseignements viennent de la déclaration d’intérêt. Ce qui dépend de la profession se lit dans les "
        "listes de la règle ; un âge est celui du jour des faits.",
        "The facts come from the declaration of interest. What depends on the occupation is looked up in the lists of "
        "the law; an age is that of the day of the facts.",
    ).to(lang)
    return [_line(source), _table(columns, rows, lang, [5, 4, 5], [], [])]


def _weights(found: Explanation, lang: Lang) -> list[dict[str, Any]]:
    by_id = {criterion.id: criterion for criterion in found.criteria}
    rows: list[list[str]] = []
    totals: list[int] = []
    for group in found.groups:
        for member in group.members:
            if member in by_id:
                criterion = by_id[member]
                cite = criterion.cite.provision if criterion.cite else "–"
                rows.append([criterion.title.to(lang), cite, number(criterion.points, lang)])
        cap = "" if group.cap is None else Text("plafond ", "cap ").to(lang) + number(group.cap, lang)
        totals.append(len(rows))
        rows.append([group.title.to(lang), cap, number(group.points, lang)])
    columns = Text("Critère ou groupe|Disposition|Points", "Criterion or group|Provision|Points")
    acts = dict.fromkeys((c.cite.act, c.cite.url) for c in found.criteria if c.cite)
    sources = [f"{act} — {url}" for act, url in acts]
    return [_table(columns, rows, lang, [6, 7, 2], [2], totals), *_list(sources)]


def _operations(found: Explanation, lang: Lang) -> list[dict[str, Any]]:
    caps = [
        Text(
            f"{part.title.fr} : {part.before_cap} points, ramenés à {part.points} par le plafond.",
            f"{part.title.en}: {part.before_cap} points, brought down to {part.points} by the cap.",
        ).to(lang)
        for part in found.groups
        if part.taken_by_cap
    ]
    sums = " + ".join(f"{part.title.to(lang)} {part.points}" for part in found.groups[:-1])
    total = Text(f"Total : {sums} = {found.score} points.", f"Total: {sums} = {found.score} points.").to(lang)
    mark = Text(f"Empreinte de la règle : {found.law_hash}", f"Fingerprint of the law: {found.law_hash}").to(lang)
    return [*_list([sentence(criterion, lang) for criterion in found.criteria] + caps + [total]), _line(mark)]


def _streams(found: Explanation, lang: Lang) -> list[dict[str, Any]]:
    met = Text("aucune", "none").to(lang)
    rows = [
        [
            stream.title.to(lang),
            ANSWERS[stream.holds].to(lang),
            "\n".join(f"{a.title.to(lang)} ({a.cite.provision})" for a in stream.decisive) or met,
        ]
        for stream in found.streams
    ]
    columns = Text("Volet|Admissible|Conditions non remplies", "Stream|Eligible|Requirements not met")
    return [_table(columns, rows, lang, [5, 2, 8], [], [])] if rows else []


def _next(steps: tuple[NextStep, ...], tried: tuple[Tried, ...], lang: Lang, *, eligible: bool) -> list[dict[str, Any]]:
    rows = [[step.title.to(lang), step.now.to(lang), step.better.to(lang), f"+{step.gain}"] for step in steps[:10]]
    columns = Text("Fait|Aujourd’hui|Ligne suivante|Points", "Fact|Today|Next row|Points")
    alone = Text(
        "Ce que chaque changement ajouterait à lui seul, le reste demeurant égal : les dix plus fortes hausses.",
        "What each change would add by itself, everything else staying as it is: the ten largest gains.",
    ).to(lang)
    nowhere = Text(
        "Cette déclaration n’est admissible à aucun volet : sans cela, aucun point ne peut mener à une invitation.",
        "This declaration is eligible for no stream: without that, no point can lead to an invitation.",
    ).to(lang)
    first = [_line(nowhere)] if not eligible else []
    parts = [*first, _line(alone), _table(columns, rows, lang, [6, 4, 4, 2], [3], [])] if rows else []
    return [*parts, *_list(distances(tried, lang))]

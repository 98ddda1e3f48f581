"""The minutes of a round: what a person signs and files. Every figure is read from the folder of the round.

Nothing is computed anew: the receipt, the lists, the law and the instruction say what was done; the record of a
verification says what was compared; the ledger, where one is given, says who approved. What is not there is said not
to be there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ranking.instruction_words import sentences
from ranking.outcomes import TITLES, Outcome
from ranking.page import Grid, Heading, Line
from ranking.report.distribution import bands
from rules.text import Lang, Text, number, written
from rules.titles import ORDER, WAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from ranking.kept import Kept
    from ranking.page import Block
    from ranking.verify.record import Record
    from rules.citation import Cite

NONE = Text("–", "–")
LINE = " "


@dataclass(frozen=True)
class Act:
    """Something that a person did to a round, as the ledger has it: what, who, and when."""

    what: Text
    who: str
    at: datetime


@dataclass(frozen=True)
class Filed:
    """All that minutes are made of. ``acts`` is None where no ledger was given."""

    kept: Kept
    distribution: pl.DataFrame | None
    record: Record | None
    acts: tuple[Act, ...] | None

    @property
    def title(self) -> Text:
        """The title of the minutes."""
        round_ = self.kept.instruction.source.title
        return Text(f"Procès-verbal – {round_.fr}", f"Minutes – {round_.en}")


def minutes(filed: Filed, lang: Lang) -> list[Block]:
    """Write the minutes of a round as a page."""
    program = filed.kept.instruction.regulation.title.to(lang)
    sections = (_basis, _instruction, _pool, _results, _ties, _outcomes, _ceilings, _distribution, _checks, _acts)
    blocks: list[Block] = [Heading(filed.title.to(lang), 1), Line(program)]
    place = 0
    for section in sections:
        found = list(section(filed, lang))
        if found:
            place += 1
            blocks += [Heading(f"{place}. {found[0].text}", 2), *found[1:]] if isinstance(found[0], Heading) else found
    return [*blocks, *_marks(filed, lang, place + 1), *_signatures(lang, place + 2)]


def _basis(filed: Filed, lang: Lang) -> Iterator[Block]:
    """Say which law was in force, and of which acts its provisions come."""
    yield Heading(Text("Fondement légal", "Legal basis").to(lang))
    law, source = filed.kept.instruction.regulation, filed.kept.instruction.source
    said = Text(f"Règle en vigueur le {written(law.day, 'fr')}.", f"Law in force on {written(law.day, 'en')}.")
    yield Line(said.to(lang))
    cites = [part.source.cite for part in law.criteria if part.source]
    cites += [requirement.cite for stream in law.streams for requirement in stream.requirements]
    counts = Counter((cite.act, cite.provision_checked) for cite in cites)
    checked, unchecked = Text("vérifiées sur le texte", "checked in the text"), Text("non vérifiées", "not checked")
    rows = tuple(
        (act, number(count, lang), (checked if seen else unchecked).to(lang)) for (act, seen), count in counts.items()
    )
    columns = Text("Acte|Dispositions|Lecture du texte légal", "Act|Provisions|Read in the legal text")
    yield Grid("", tuple(columns.to(lang).split("|")), rows, right=(1,))
    yield from _cited(source.cite, Text("Instruction", "Instruction"), lang)


def _cited(cite: Cite, what: Text, lang: Lang) -> Iterator[Block]:
    published = "" if cite.published is None else f", {written(cite.published, lang)}"
    yield Line(Text(f"{what.fr} : ", f"{what.en}: ").to(lang) + f"{cite.act}, {cite.provision}{published}.")
    yield Line(Text("Certitude : ", "Certainty: ").to(lang) + cite.certainty.text.to(lang) + ".", "dim")


def _instruction(filed: Filed, lang: Lang) -> Iterator[Block]:
    """Write the instruction in words, selection by selection."""
    yield Heading(Text("Instruction", "Instruction").to(lang))
    instruction = filed.kept.instruction
    if instruction.source.note is not None:
        yield Line(instruction.source.note.text.to(lang), "italic")
    rows = tuple(
        (one.id, one.title.text.to(lang), " ".join(sentences(instruction, place, lang)))
        for place, one in enumerate(instruction.selections)
    )
    columns = Text("Exercice|Titre|Ce qui est ordonné", "Selection|Title|What is ordered")
    yield Grid("", tuple(columns.to(lang).split("|")), rows)


def _pool(filed: Filed, lang: Lang) -> Iterator[Block]:
    """Name the pool, its instant, and what was kept apart."""
    yield Heading(Text("Banque", "Pool").to(lang))
    receipt, zone = filed.kept.receipt, filed.kept.instruction.regulation.source.time_zone
    pool = receipt["pool"]
    facts = written(date.fromisoformat(receipt["facts_on"]), lang)
    rows = [
        (Text("Extraite le", "Extracted"), instant(datetime.fromisoformat(receipt["extracted_at"]), zone, lang)),
        (Text("Faits mesurés le", "Facts measured on"), facts),
        (Text("Déclarations", "Declarations"), number(pool["declarations"], lang)),
        (Text("Lignes refusées à la lecture", "Rows refused when read"), number(pool["quarantined"], lang)),
        (Text("Colonnes absentes", "Columns absent"), ", ".join(pool["columns_absent"]) or NONE.to(lang)),
        (Text("Colonnes inconnues", "Columns unknown"), ", ".join(pool["columns_unknown"]) or NONE.to(lang)),
    ]
    yield _pairs(rows, lang)


def _results(filed: Filed, lang: Lang) -> Iterator[Block]:
    """Give what each selection did: candidates, places, people invited, the cut-off."""
    yield Heading(Text("Résultats", "Results").to(lang))
    selections = filed.kept.receipt["selections"]
    titles = {one.id: one.title.text.to(lang) for one in filed.kept.instruction.selections}
    rows = [
        (one["id"], titles.get(one["id"], ""), *(_count(one.get(key), lang) for key in KEYS_OF_RESULTS))
        for one in selections
    ]
    total = number(sum(one["invited"] for one in selections), lang)
    rows.append((Text("Total", "Total").to(lang), "", "", "", "", total, ""))
    columns = Text(
        "Exercice|Titre|Candidates|Inconnues|Places|Invitées|Seuil",
        "Selection|Title|Candidates|Unknown|Places|Invited|Cut-off",
    )
    yield Grid("", tuple(columns.to(lang).split("|")), tuple(rows), right=(2, 3, 4, 5, 6), totals=(len(rows) - 1,))


KEYS_OF_RESULTS = ("candidates", "unknown", "size", "invited", "cut_off")


def _ties(filed: Filed, lang: Lang) -> Iterator[Block]:
    """Give the order of ranking, the equals at each cut-off, and the seed of the lots with its provenance."""
    yield Heading(Text("Ordre, égalités et tirages au sort", "Order, ties and lots").to(lang))
    receipt = filed.kept.receipt
    keys = (f"{_key(one['key']).to(lang)} ({WAYS[one['direction']].to(lang)})" for one in receipt["order"])
    yield Line(Text("Ordre : ", "Order: ").to(lang) + ", ".join(keys) + ".")
    zone = filed.kept.instruction.regulation.source.time_zone
    tied = [one for one in receipt["selections"] if (one.get("tied_at_cut_off") or 0) > 1]
    rows = tuple((one["id"], *_tie(one, zone, lang)) for one in tied)
    columns = Text(
        "Exercice|Seuil|À égalité|Prises|Dernière prise, déposée le|Première écartée, déposée le",
        "Selection|Cut-off|Equal|Taken|Last in, submitted|First out, submitted",
    )
    if rows:
        yield Grid("", tuple(columns.to(lang).split("|")), rows, right=(1, 2, 3))
    else:
        yield Line(Text("Aucune égalité à un seuil.", "No tie at any cut-off.").to(lang))
    yield from _seed(filed, lang)


def _seed(filed: Filed, lang: Lang) -> Iterator[Block]:
    seed = filed.kept.instruction.source.seed
    if seed is None:
        yield Line(
            Text("Aucun tirage au sort : rien ne dépend du hasard.", "No lot: nothing depends on chance.").to(lang)
        )
        return
    rows = [
        (Text("Graine", "Seed"), seed.value),
        (Text("Protocole", "Protocol"), PROTOCOLS[seed.protocol].to(lang)),
        (Text("Provenance", "Provenance"), seed.provenance.text.to(lang)),
        (Text("Engagements publiés", "Commitments published"), "\n".join(seed.commitments) or NONE.to(lang)),
    ]
    yield _pairs(rows, lang)


PROTOCOLS = {
    "beacon": Text("balise publique", "public beacon"),
    "commit_reveal": Text("engagement, puis révélation", "commit and reveal"),
    "drawn": Text("tirée devant témoins", "drawn before witnesses"),
}


def _key(name: str) -> Text:
    return ORDER.get(name, Text("numéro de la déclaration", "number of the declaration"))


def _tie(one: dict[str, Any], zone: str, lang: Lang) -> tuple[str, ...]:
    counts = (_count(one[key], lang) for key in ("cut_off", "tied_at_cut_off", "tied_taken"))
    return (*counts, *(_submitted(one, end, zone, lang) for end in ("last_in", "first_out")))


def _submitted(one: dict[str, Any], end: str, zone: str, lang: Lang) -> str:
    """Give the instant of who is on one side of the cut-off, where they are equals at it."""
    key = one.get(end) or {}
    if key.get("score") != one["cut_off"] or "submitted_at" not in key:
        return NONE.to(lang)
    return instant(datetime.fromisoformat(key["submitted_at"]), zone, lang, seconds=True)


def _outcomes(filed: Filed, lang: Lang) -> Iterator[Block]:
    """Count what became of everyone, and those excluded by reason."""
    yield Heading(Text("Issue de chaque déclaration", "Outcome of every declaration").to(lang))
    counts = filed.kept.receipt["outcomes"]
    rows = [(TITLES[Outcome[code]].to(lang), code, number(count, lang)) for code, count in counts.items()]
    rows.append((Text("Total", "Total").to(lang), "", number(sum(counts.values()), lang)))
    columns = Text("Issue|Code|Déclarations", "Outcome|Code|Declarations")
    yield Grid("", tuple(columns.to(lang).split("|")), tuple(rows), right=(2,), totals=(len(rows) - 1,))
    excluded = Counter(filed.kept.contribution.exclusions["exclusion"].to_list())
    titles = {one.id: one.title.text.to(lang) for one in filed.kept.instruction.source.exclusion}
    reasons = tuple(
        (titles.get(name, _reason(name).to(lang)), name, number(n, lang)) for name, n in sorted(excluded.items())
    )
    if reasons:
        heads = Text("Exclusion|Nom|Inscriptions", "Exclusion|Name|Entries")
        title = Text("Exclusions, par motif", "Exclusions, by reason").to(lang)
        yield Grid(title, tuple(heads.to(lang).split("|")), reasons, right=(2,))
    else:
        yield Line(Text("Aucune exclusion.", "No exclusion.").to(lang))


def _reason(name: str) -> Text:
    return TITLES[Outcome[name]] if name in Outcome.__members__ else Text(name, name)


def _ceilings(filed: Filed, lang: Lang) -> Iterator[Block]:
    """Give the places used of each ceiling after the round, against its limits."""
    used = filed.kept.receipt["ceilings"]
    if not used:
        return
    yield Heading(Text("Contingents après la ronde", "Ceilings after the round").to(lang))
    rules = {one.id: one for one in filed.kept.instruction.source.ceiling}
    rows = []
    for name, groups in used.items():
        limits, rule = filed.kept.instruction.limits.get(name, {}), rules.get(name)
        for group, places in sorted(groups.items()):
            limit = limits.get(group, rule.otherwise if rule else None)
            title = rule.title.text.to(lang) if rule else name
            rows.append((title, group, number(places, lang), _count(limit, lang)))
    columns = Text("Contingent|Groupe|Places prises|Limite", "Ceiling|Group|Places used|Limit")
    yield Grid("", tuple(columns.to(lang).split("|")), tuple(rows), right=(2, 3))


def _distribution(filed: Filed, lang: Lang) -> Iterator[Block]:
    """Show the pool and the invited by band of scores."""
    yield Heading(Text("Distribution des pointages", "Distribution of scores").to(lang))
    if filed.distribution is None:
        yield Line(
            Text(
                "Le dossier de cette ronde ne garde pas les comptes par pointage.",
                "The folder of this round keeps no counts by score.",
            ).to(lang)
        )
        return
    yield from bands(filed.distribution, lang)


def _checks(filed: Filed, lang: Lang) -> Iterator[Block]:
    """Print what a verification compared, with its figures; or say that nobody verified this receipt."""
    yield Heading(Text("Vérifications", "Checks").to(lang))
    if filed.record is None or not filed.record.current:
        unverified = Text(
            "Cette ronde n’a pas été vérifiée, ou ne l’a pas été depuis que son reçu a changé : tirage round verify.",
            "This round was not verified, or not since its receipt changed: tirage round verify.",
        )
        yield Line(unverified.to(lang), "warning")
        return
    properties = filed.record.said["properties"]
    rows = tuple((one["title"][lang], one["figure"][lang], ANSWERS[one["agrees"]].to(lang)) for one in properties)
    verdict = Text(
        f"La ronde a été reprise depuis son dossier et prouvée par un autre moteur : {len(rows)} propriétés.",
        f"The round was run again from its folder and proven by another engine: {len(rows)} properties.",
    )
    yield Line(verdict.to(lang))
    if not filed.record.agrees:
        yield Line(Text("TOUT NE CONCORDE PAS.", "NOT EVERYTHING AGREES.").to(lang), "warning")
    columns = Text("Propriété|Chiffre|Concorde", "Property|Figure|Agrees")
    yield Grid("", tuple(columns.to(lang).split("|")), rows)


ANSWERS = {True: Text("oui", "yes"), False: Text("NON", "NO"), None: Text("non comparé", "not compared")}


def _acts(filed: Filed, lang: Lang) -> Iterator[Block]:
    """Name who approved, released and corrected, and when."""
    yield Heading(Text("Approbations, publication, corrections", "Approvals, release, corrections").to(lang))
    zone = filed.kept.instruction.regulation.source.time_zone
    if filed.acts is None:
        nothing = Text(
            "Aucun registre n’a été donné à ce procès-verbal : il ne dit pas qui a approuvé la ronde.",
            "No ledger was given to these minutes: they do not say who approved the round.",
        )
        yield Line(nothing.to(lang))
        return
    rows = tuple((one.what.to(lang), one.who, instant(one.at, zone, lang)) for one in filed.acts)
    columns = Text("Acte|Par|Quand", "Act|By|When")
    yield Grid("", tuple(columns.to(lang).split("|")), rows)


def _marks(filed: Filed, lang: Lang, place: int) -> Iterator[Block]:
    """Print the fingerprints and the versions, by which the round can be replayed."""
    yield Heading(f"{place}. " + Text("Empreintes et versions", "Fingerprints and versions").to(lang))
    receipt = filed.kept.receipt
    prints = tuple(
        (MARKS.get(name, Text(name, name)).to(lang), value) for name, value in receipt["fingerprints"].items()
    )
    head = receipt["ledger"]["head"]
    prints += ((Text("registre lu", "ledger read").to(lang), head),) if head else ()
    columns = Text("Empreinte SHA-256 de|Valeur", "SHA-256 fingerprint of|Value")
    yield Grid("", tuple(columns.to(lang).split("|")), prints)
    versions = ", ".join(f"{name} {value}" for name, value in receipt["versions"].items())
    yield Line(Text("Versions : ", "Versions: ").to(lang) + versions + ".", "dim")


MARKS = {
    "law": Text("la règle", "the law"),
    "instruction": Text("l’instruction", "the instruction"),
    "pool": Text("la banque", "the pool"),
    "invitations": Text("les invitations", "the invitations"),
    "outcomes": Text("les issues", "the outcomes"),
    "exclusions": Text("les exclusions", "the exclusions"),
    "distribution": Text("la distribution des pointages", "the distribution of scores"),
    "lots": Text("les numéros tirés", "the lots"),
    "history": Text("l’historique des pointages", "the history of scores"),
}


def _signatures(lang: Lang, place: int) -> Iterator[Block]:
    yield Heading(f"{place}. " + Text("Signatures", "Signatures").to(lang))
    columns = Text("Nom et fonction|Date|Signature", "Name and function|Date|Signature")
    yield Grid("", tuple(columns.to(lang).split("|")), ((LINE, LINE, LINE),) * 3)


def _pairs(rows: list[tuple[Text, str]], lang: Lang) -> Grid:
    columns = Text("Renseignement|Valeur", "Fact|Value")
    return Grid("", tuple(columns.to(lang).split("|")), tuple((name.to(lang), value) for name, value in rows))


def _count(value: int | None, lang: Lang) -> str:
    return NONE.to(lang) if value is None else number(value, lang)


def instant(at: datetime, zone: str | tzinfo, lang: Lang, *, seconds: bool = False) -> str:
    """Write an instant on the clock of a program: 27 avril 2026, 6 h 30 (UTC−4), or 27 April 2026, 06:30 (UTC−4)."""
    local = at.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)
    hours, minutes_ = divmod(int((local.utcoffset() or timedelta()).total_seconds()) // 60, 60)
    zoned = f"UTC{hours:+d}".replace("-", "−") + (f":{minutes_:02}" if minutes_ else "")
    fine = Text(f" min {local:%S} s", f":{local:%S}").to(lang) if seconds else ""
    clock = Text(f"{local.hour} h {local:%M}{fine} ({zoned})", f"{local:%H:%M}{fine} ({zoned})")
    return f"{written(local.date(), lang)}, {clock.to(lang)}"

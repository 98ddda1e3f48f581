"""What in an instruction contradicts the law, a mechanism or itself: the keys of selections and of the round."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ranking.contribution import OUTCOMES
from ranking.faults import Fault
from ranking.mechanisms import MECHANISMS
from rules.faults import meant
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ranking.selection import InstructionFile, Selection
    from rules.regulation import Regulation

MECHANISM_KEYS = (
    "size",
    "min_score",
    "ties",
    "order",
    "weights",
    "meaning",
    "ceilings",
    "labels",
    "tiers",
    "reserves",
    "reserve_order",
    "floors",
    "shares",
    "apportion",
    "declarations",
    "author",
    "comparison_only",
)
EXAMPLES = {
    "size": "size = 354",
    "ties": 'ties = "key"',
    "min_score": "min_score = 571",
    "tiers": "[[selection.tiers]]",
    "reserves": "[[selection.reserves]]",
    "reserve_order": 'reserve_order = "reserved_first"',
    "floors": "[[selection.floors]]",
    "shares": "[[selection.shares]]",
    "apportion": 'apportion = { by = "region", by_population = true, method = "sainte_lague", leftover = "unfilled" }',
    "declarations": 'declarations = ["…"]',
    "author": 'author = "…"',
    "comparison_only": "comparison_only = true",
}
SEED = 'seed = { value = "…", protocol = "beacon", provenance = { fr = "…", en = "…" } }'


def where_of(name: str, selection: Selection) -> Text:
    """Name a selection of a file."""
    return Text(f"{name}, exercice {selection.id}", f"{name}, selection {selection.id}")


def of_round(source: InstructionFile, regulation: Regulation, name: str) -> Iterator[Fault]:
    """Find what is wrong with the round as a whole."""
    for twice in _twice(selection.id for selection in source.selection):
        found = Text(f"l’exercice « {twice} » deux fois", f"the selection “{twice}” twice")
        expected = Text("chaque exercice une seule fois", "each selection only once")
        yield Fault(same(name), found, expected, Text("donnez un autre id", "give another id"))
    facts = source.extracted_at.astimezone(ZoneInfo(regulation.source.time_zone)).date()
    if facts > source.law_on:
        found = same(f"extracted_at = {facts}, law_on = {source.law_on}")
        expected = Text(
            "une extraction au plus tard le jour de la ronde", "an extraction no later than the day of the round"
        )
        yield Fault(same(name), found, expected, same(f"law_on = {facts}"))
    yield from _of_seed(source, name)
    yield from _of_exclusions(source, name)


def _twice(ids: Iterable[str]) -> list[str]:
    given = list(ids)
    return sorted({one for one in given if given.count(one) > 1})


def _of_seed(source: InstructionFile, name: str) -> Iterator[Fault]:
    lots = [selection.id for selection in source.selection if selection.by_lot]
    where = Text(f"{name}, graine", f"{name}, seed")
    if lots and source.seed is None:
        found = Text(
            f"aucune graine, et l’exercice {lots[0]} tire au sort", f"no seed, and selection {lots[0]} draws lots"
        )
        expected = Text(
            "une graine et sa provenance : qui l’a tirée, quand, comment",
            "a seed and its provenance: who drew it, when, how",
        )
        yield Fault(where, found, expected, same(SEED))
    if source.seed is not None and not lots:
        found = Text("une graine qu’aucun exercice ne lit", "a seed that no selection reads")
        expected = Text("une graine seulement là où l’on tire au sort", "a seed only where lots are drawn")
        yield Fault(where, found, expected, Text("supprimez « seed »", "delete “seed”"))
    if source.seed is not None and source.seed.protocol == "commit_reveal" and len(source.seed.commitments) < 2:
        found = Text(f"{len(source.seed.commitments)} engagement", f"{len(source.seed.commitments)} commitment")
        expected = Text(
            "au moins deux engagements publiés d’avance, de deux personnes",
            "at least two commitments published beforehand, by two people",
        )
        yield Fault(where, found, expected, same('commitments = ["<SHA-256>", "<SHA-256>"]'))


def _of_exclusions(source: InstructionFile, name: str) -> Iterator[Fault]:
    for twice in _twice([exclusion.id for exclusion in source.exclusion]):
        found = Text(f"l’exclusion « {twice} » deux fois", f"the exclusion “{twice}” twice")
        expected = Text("chaque exclusion une seule fois", "each exclusion only once")
        yield Fault(same(name), found, expected, Text("donnez un autre id", "give another id"))
    for exclusion in source.exclusion:
        where = Text(f"{name}, exclusion {exclusion.id}", f"{name}, exclusion {exclusion.id}")
        if (exclusion.where is None) == (not exclusion.declarations):
            both = exclusion.where is not None
            found = Text("« where » et « declarations »", "“where” and “declarations”") if both else NO_ONE
            expected = Text("« where » ou « declarations », l’un des deux", "“where” or “declarations”, one of them")
            yield Fault(where, found, expected, same('declarations = ["…"]'))
        if exclusion.cite is None and exclusion.author is None:
            found = Text("aucune référence et aucun auteur", "no citation and no author")
            expected = Text(
                "la disposition qui exclut, ou la personne qui en répond",
                "the provision that excludes, or the person who answers for it",
            )
            yield Fault(where, found, expected, same('author = "…"'))
        if exclusion.id in OUTCOMES:
            expected = Text("un nom propre à cette exclusion", "a name of its own")
            yield Fault(where, same(f'id = "{exclusion.id}"'), expected, Text("donnez un autre id", "give another id"))


NO_ONE = Text("personne de désigné", "nobody named")


def of_selection(selection: Selection, regulation: Regulation, name: str) -> Iterator[Fault]:
    """Find what is wrong with the keys of a selection: streams, notes, and what its mechanism needs and reads."""
    where = where_of(name, selection)
    if selection.stream == () and "stream" in selection.model_fields_set:
        expected = Text("au moins un élément", "at least one item")
        yield Fault(where, same("stream = []"), expected, same('stream = "1"'))
    streams = [stream.id for stream in regulation.streams]
    for stream in selection.stream:
        if stream not in streams:
            found = Text(f"le volet inconnu « {stream} »", f"the unknown stream “{stream}”")
            expected = Text("un volet du programme", "a stream of the program")
            yield Fault(where, found, expected, meant(stream, streams))
    if selection.certainty == "inferred" and selection.note is None:
        expected = Text("une note qui dit ce qui est déduit", "a note that says what is inferred")
        found = Text("« inferred » sans note", "“inferred” without a note")
        yield Fault(where, found, expected, same('note = { fr = "…", en = "…" }'))
    if selection.mechanism not in MECHANISMS:
        found = Text(
            f"le mécanisme inconnu « {selection.mechanism} »", f"the unknown mechanism “{selection.mechanism}”"
        )
        expected = Text(f"l’un de : {', '.join(sorted(MECHANISMS))}", f"one of: {', '.join(sorted(MECHANISMS))}")
        yield Fault(where, found, expected, meant(selection.mechanism, MECHANISMS))
        return
    yield from _of_keys(selection, where)
    yield from _of_labels(selection, selection.stream or tuple(streams), where)
    yield from _of_lots(selection, where)
    yield from _of_no_criteria(selection, where)


def _of_keys(selection: Selection, where: Text) -> Iterator[Fault]:
    registered, name = MECHANISMS[selection.mechanism], selection.mechanism
    given = {key for key in MECHANISM_KEYS if getattr(selection, key) is not None}
    for key in sorted(set(registered.needs) - given):
        found = Text(f"« {key} » absent", f"“{key}” missing")
        expected = Text(f"« {key} », que « {name} » demande", f"“{key}”, which “{name}” needs")
        yield Fault(where, found, expected, same(EXAMPLES[key]))
    unread = given - {*registered.needs, *registered.may_have}
    for key in sorted(unread):
        found = Text(f"« {key} » avec « {name} »", f"“{key}” with “{name}”")
        expected = Text(f"« {name} » ne lit pas « {key} »", f"“{name}” does not read “{key}”")
        yield Fault(where, found, expected, Text(f"supprimez « {key} »", f"delete “{key}”"))
    if "ties" in given - unread and selection.ties not in registered.ties:
        choices = ", ".join(registered.ties)
        found = Text(f'ties = "{selection.ties}" avec « {name} »', f'ties = "{selection.ties}" with “{name}”')
        expected = Text(f"l’un de : {choices}", f"one of: {choices}")
        yield Fault(where, found, expected, same('ties = "key"'))
    if selection.comparison_only is False:
        expected = Text(
            "un mécanisme qui ne sert qu’à comparer, et l’instruction le dit",
            "a mechanism that only serves to compare, and the instruction says so",
        )
        yield Fault(where, same("comparison_only = false"), expected, same("comparison_only = true"))


def _of_labels(selection: Selection, streams: tuple[str, ...], where: Text) -> Iterator[Fault]:
    for label in selection.labels or ():
        if label not in streams:
            found = Text(f"l’étiquette « {label} »", f"the label “{label}”")
            expected = Text("un volet de l’exercice", "a stream of the selection")
            yield Fault(where, found, expected, meant(label, streams))
    for twice in _twice(selection.labels or ()):
        found = Text(f"l’étiquette « {twice} » deux fois", f"the label “{twice}” twice")
        expected = Text("chaque étiquette une seule fois", "each label only once")
        yield Fault(where, found, expected, Text("supprimez l’une des deux", "delete one of the two"))


def _of_lots(selection: Selection, where: Text) -> Iterator[Fault]:
    if selection.order == "lot" and selection.ties not in (None, "lot"):
        found = same(f'order = "lot", ties = "{selection.ties}"')
        expected = Text("un tirage au sort qui décide aussi des égalités", "a lot that ends ties too")
        yield Fault(where, found, expected, same('ties = "lot"'))
    if selection.weights is not None and selection.meaning is None:
        found = Text("« weights » sans « meaning »", "“weights” without “meaning”")
        expected = Text(
            "le sens des poids : des billets, ou une chance proportionnelle",
            "what weights mean: tickets, or a proportional chance",
        )
        yield Fault(where, found, expected, same('meaning = "tickets"'))
    if selection.meaning is not None and selection.weights is None:
        found = Text("« meaning » sans « weights »", "“meaning” without “weights”")
        expected = Text("les poids de chaque groupe", "the weight of each group")
        yield Fault(where, found, expected, same('weights = { by = "…", of = { "1" = 1, "2" = 2 } }'))
    if selection.weights is not None and selection.order != "lot":
        found = Text("« weights » sans tirage au sort", "“weights” without a lot")
        expected = Text("des poids dans un tirage au sort", "weights in a lot")
        yield Fault(where, found, expected, same('order = "lot"'))
    if selection.meaning == "proportional" and selection.mechanism != "count":
        found = Text(
            f"une chance proportionnelle avec « {selection.mechanism} »",
            f"a proportional chance with “{selection.mechanism}”",
        )
        expected = Text(
            "« count », dont le nombre de places donne les chances", "“count”, whose size gives the chances"
        )
        yield Fault(where, found, expected, same('mechanism = "count"'))


def _of_no_criteria(selection: Selection, where: Text) -> Iterator[Fault]:
    if selection.criteria:
        return
    for key in ("stream", "min_score", "labels"):
        if getattr(selection, key) not in (None, ()):
            found = Text(f"« {key} » avec « criteria = false »", f"“{key}” with “criteria = false”")
            expected = Text("une catégorie invitée sans critères", "a class invited without criteria")
            yield Fault(where, found, expected, Text(f"supprimez « {key} »", f"delete “{key}”"))
    if selection.where is None and selection.declarations is None:
        found = Text("« criteria = false » pour toute la banque", "“criteria = false” for the whole pool")
        expected = Text("un filtre qui dit quelle catégorie", "a filter that says which class")
        yield Fault(where, found, expected, same('where = { exceptional_talent = "achievement" }'))

"""What in an instruction contradicts its places: parts above the total, unknown groups, ceilings against the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.coherence import where_of
from ranking.faults import Fault
from ranking.filling import OPEN
from ranking.groups import all_labels, can_group, known_labels
from ranking.parts import JOIN
from ranking.places import UNLIMITED, limit_of
from ranking.prefix import BOTH
from ranking.sharing import REVERTED
from rules.faults import meant
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ranking.parts import Ceiling
    from ranking.selection import InstructionFile, Selection
    from rules.conditions import Condition, Test
    from rules.domains import Value
    from rules.regulation import Regulation


def of_parts(selection: Selection, regulation: Regulation, name: str) -> Iterator[Fault]:
    """Find what is wrong with the parts of a selection: ids, sums, groups."""
    where = where_of(name, selection)
    ids = [part.id for part in selection.parts]
    for wrong in sorted({one for one in ids if ids.count(one) > 1 or one in (OPEN, REVERTED, BOTH)}):
        found = Text(f"l’id « {wrong} »", f"the id “{wrong}”")
        expected = Text(
            f"un id propre à chaque partie, autre que {OPEN}, {REVERTED} et {BOTH}",
            f"an id of its own for each part, other than {OPEN}, {REVERTED} and {BOTH}",
        )
        yield Fault(where, found, expected, Text("donnez un autre id", "give another id"))
    yield from _of_sums(selection, where)
    for tier in selection.tiers or ():
        if tier.everyone and tier.size is not None:
            found = Text(
                f"« everyone » et « size » au palier « {tier.id} »", f"“everyone” and “size” in tier “{tier.id}”"
            )
            expected = Text("tout le palier, ou un nombre", "the whole tier, or a number")
            yield Fault(where, found, expected, Text("supprimez « size »", "delete “size”"))
    shared = selection.apportion
    if shared is not None:
        if (shared.weights is None) == (not shared.by_population):
            found = Text("« weights » et « by_population »", "“weights” and “by_population”")
            found = found if shared.by_population else Text("aucun poids", "no weight")
            expected = Text(
                "« weights » ou « by_population », l’un des deux", "“weights” or “by_population”, one of them"
            )
            yield Fault(where, found, expected, same("by_population = true"))
        elif shared.weights is not None and not sum(shared.weights.values()):
            expected = Text("au moins un poids", "at least one weight")
            yield Fault(
                where, Text("des poids tous nuls", "weights that are all zero"), expected, same("weights = { … = 1 }")
            )
        yield from of_groups(shared.by, shared.weights or {}, regulation, where)
    if selection.weights is not None:
        yield from of_groups(selection.weights.by, selection.weights.of, regulation, where)
        yield from _unweighed(selection.weights.by, selection.weights.of, regulation, where)


def _of_sums(selection: Selection, where: Text) -> Iterator[Fault]:
    """Compare the parts of a total with it."""
    kinds = {
        "reserves": (Text("réserves", "reserves"), sum(part.size for part in selection.reserves or ())),
        "floors": (Text("minimums garantis", "floors"), sum(part.size for part in selection.floors or ())),
    }
    for key, (title, total) in kinds.items():
        if getattr(selection, key) is not None and selection.size is not None and total > selection.size:
            found = Text(
                f"{title.fr} : {total} places, pour {selection.size} en tout",
                f"{title.en}: {total} places, of {selection.size} in all",
            )
            expected = Text("au plus le total de l’exercice", "at most the total of the selection")
            yield Fault(where, found, expected, same(f"size = {total}"))
    percent = sum(share.percent for share in selection.shares or ())
    if percent > 100:
        found = Text(f"des parts de {percent} % en tout", f"shares of {percent}% in all")
        yield Fault(where, found, Text("au plus 100 %", "at most 100%"), same("percent = 50"))


def of_groups(by: tuple[str, ...], named: Iterable[str], regulation: Regulation, where: Text) -> list[Fault]:
    """Find columns that make no groups, and groups that the law cannot make."""
    wrong = [column for column in by if not can_group(column, regulation)]
    if wrong:
        names = dict.fromkeys([*regulation.attributes, *regulation.derived])
        known = [name for name in names if can_group(name, regulation)]
        expected = Text("un attribut qui fait des groupes", "an attribute that makes groups")
        return [Fault(where, same(f'by = "{column}"'), expected, meant(column, known)) for column in wrong]
    faults = []
    labels = known_labels(by, regulation)
    for group in named:
        parts = group.split(JOIN)
        if len(parts) != len(by):
            found = Text(f"le groupe « {group} »", f"the group “{group}”")
            expected = Text(f"{len(by)} valeurs : {JOIN.join(by)}", f"{len(by)} values: {JOIN.join(by)}")
            faults.append(Fault(where, found, expected, same(f'"{JOIN.join("…" for _ in by)}"')))
            continue
        for column, said, known_here in zip(by, parts, labels, strict=True):
            if known_here is not None and said not in known_here:
                found = Text(f"le groupe inconnu « {said} »", f"the unknown group “{said}”")
                expected = Text(f"une valeur de « {column} »", f"a value of “{column}”")
                faults.append(Fault(where, found, expected, meant(said, known_here)))
    return faults


def _unweighed(by: tuple[str, ...], weights: Mapping[str, int], regulation: Regulation, where: Text) -> Iterator[Fault]:
    labels = known_labels(by, regulation) if all(can_group(column, regulation) for column in by) else []
    if labels and None not in labels:
        missing = [group for group in all_labels([list(known or ()) for known in labels]) if group not in weights]
        if missing:
            found = Text(f"aucun poids pour « {missing[0]} »", f"no weight for “{missing[0]}”")
            expected = Text("un poids pour chaque groupe", "a weight for each group")
            yield Fault(where, found, expected, same(f'of = {{ "{missing[0]}" = 1, … }}'))


def of_ceilings(source: InstructionFile, regulation: Regulation, name: str) -> Iterator[Fault]:
    """Find what is wrong with ceilings as written: ids, columns, groups."""
    ids = [ceiling.id for ceiling in source.ceiling]
    for ceiling in source.ceiling:
        where = Text(f"{name}, contingent {ceiling.id}", f"{name}, ceiling {ceiling.id}")
        if ids.count(ceiling.id) > 1:
            expected = Text("chaque contingent une seule fois", "each ceiling only once")
            found = Text(f"le contingent « {ceiling.id} » deux fois", f"the ceiling “{ceiling.id}” twice")
            yield Fault(where, found, expected, Text("donnez un autre id", "give another id"))
        if bool(ceiling.limits) == (ceiling.limits_from is not None) and (ceiling.limits or ceiling.otherwise is None):
            found = Text("« limits » et « limits_from »", "“limits” and “limits_from”")
            found = found if ceiling.limits else Text("aucune limite", "no limit")
            expected = Text(
                "« limits », ou « limits_from », ou « otherwise »", "“limits”, or “limits_from”, or “otherwise”"
            )
            yield Fault(where, found, expected, same('limits = { "21231" = 100 }'))
        yield from of_groups(ceiling.by, ceiling.limits, regulation, where)
    if source.ceiling and source.combine == "as_if_alone":
        found = Text("des contingents avec « as_if_alone »", "ceilings with “as_if_alone”")
        expected = Text(
            "des exercices dans l’ordre : ensemble, des exercices faits à part dépasseraient un contingent",
            "selections in order: together, selections made apart would pass a ceiling",
        )
        yield Fault(same(name), found, expected, same('combine = "in_order"'))
    for selection in source.selection:
        for wanted in selection.ceilings or ():
            if wanted not in ids:
                found = Text(f"le contingent inconnu « {wanted} »", f"the unknown ceiling “{wanted}”")
                expected = Text("un contingent de l’instruction", "a ceiling of the instruction")
                write = meant(wanted, ids) if ids else Text("supprimez « ceilings »", "delete “ceilings”")
                yield Fault(where_of(name, selection), found, expected, write)


def closed(
    source: InstructionFile,
    conditions: tuple[Condition, ...],
    parts: Mapping[tuple[int, str], Condition],
    limits: Mapping[str, Mapping[str, int]],
    used: Mapping[str, Mapping[str, int]],
    regulation: Regulation,
    name: str,
) -> Iterator[Fault]:
    """Find selections that only closed groups could fill, and floors above what ceilings leave."""
    for number, selection in enumerate(source.selection):
        where = where_of(name, selection)
        for ceiling in binding(source, selection):
            known = (ceiling, limits[ceiling.id], used.get(ceiling.id, {}), regulation)
            if room_for([conditions[number]], *known) == 0:
                found = Text(f"le contingent « {ceiling.id} » est épuisé", f"the ceiling “{ceiling.id}” is used up")
                expected = Text(
                    "des places pour au moins un groupe de l’exercice", "places for at least one group of the selection"
                )
                write = Text("retirez l’exercice, ou relevez le contingent", "drop the selection, or raise the ceiling")
                yield Fault(where, found, expected, write)
                continue
            for floor in selection.floors or ():
                room = room_for([conditions[number], parts[number, floor.id]], *known)
                if room is not None and room < floor.size:
                    found = Text(
                        f"minimum garanti « {floor.id} » : {floor.size}, contingent « {ceiling.id} » : {room}",
                        f"floor “{floor.id}”: {floor.size}, ceiling “{ceiling.id}”: {room}",
                    )
                    expected = Text("un minimum que le contingent permet", "a floor that the ceiling allows")
                    yield Fault(where, found, expected, same(f"size = {room}"))


def binding(source: InstructionFile, selection: Selection) -> list[Ceiling]:
    """Give the ceilings that bind a selection: those that it names, or all."""
    named = selection.ceilings
    return [ceiling for ceiling in source.ceiling if named is None or ceiling.id in named]


def room_for(
    conditions: list[Condition],
    ceiling: Ceiling,
    limits: Mapping[str, int],
    used: Mapping[str, int],
    regulation: Regulation,
) -> int | None:
    """Give the most that a ceiling lets in of those of all ``conditions``; None where some group has no limit."""
    labels = known_labels(ceiling.by, regulation)
    if ceiling.otherwise is None and not any(condition.options for condition in conditions):
        return None
    if any(known is None for known in labels):
        return None
    columns = dict(zip(ceiling.by, (known or {} for known in labels), strict=True))
    groups = set.intersection(*(_groups(condition, columns) for condition in conditions))
    total = sum(limit_of(ceiling, limits, group, used) for group in groups)
    return None if total >= UNLIMITED else total


def _groups(condition: Condition, columns: Mapping[str, Mapping[str, Value]]) -> set[str]:
    """Give the groups that a condition may let in, by what it says of the columns of a ceiling."""
    options: tuple[tuple[Test, ...], ...] = condition.options or ((),)
    found: set[str] = set()
    for option in options:
        allowed = [
            [said for said, value in values.items() if all(t.holds(value) for t in option if t.input == column)]
            for column, values in columns.items()
        ]
        found |= set(all_labels(allowed))
    return found

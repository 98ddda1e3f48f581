"""Proof of the lists: scores, people, counts, ranks, eligibility, limits. Each is one pass over plain values."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ranking.verify.expected import eligible, streams_of
from ranking.verify.findings import Finding, compared, differs
from rules.text import Text, number, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ranking.verify.case import Case, Invited


NOT_OUT = (None, "unknown")
"""Of whom it is not known whether an exclusion is for them is not out of the pool."""


def prove_lists(case: Case) -> list[Finding]:
    """Prove what holds of any round, whatever its mechanisms."""
    return [
        scores(case),
        *distribution(case),
        identities(case),
        everyone(case),
        sums(case),
        selections(case),
        disjoint(case),
        eligibility(case),
    ]


def scores(case: Case) -> Finding:
    """Compare each score of the list with the one that the law gives as SQL."""
    law = case.facts.scores
    wrong = [
        differs(row.declaration, row.score, None if row.position is None else law[row.position])
        for row in case.invited
        if row.position is None or row.score != law[row.position]
    ]
    return compared("scores", len(case.invited), wrong)


def distribution(case: Case) -> list[Finding]:
    """Count declarations by score again, and compare with what the folder keeps, where it keeps any."""
    kept = case.archive.distribution
    if kept is None:
        return []
    facts, invited = case.facts, {row.declaration for row in case.invited}
    counts: dict[int, list[int]] = {}
    for position, score in enumerate(facts.scores):
        there = case.round.out.get(position) in NOT_OUT
        of_score = counts.setdefault(score, [0, 0, 0, 0])
        told = (True, there, there and eligible(facts, position, ()) is True, facts.ids[position] in invited)
        for column, holds in enumerate(told):
            of_score[column] += holds
    said = {row[0]: list(row[1:]) for row in kept.rows()}
    wrong = [
        differs(str(score), said.get(score), counts.get(score))
        for score in sorted({*said, *counts})
        if said.get(score) != counts.get(score)
    ]
    return [compared("distribution", len(counts), wrong)]


def identities(case: Case) -> Finding:
    """Compare person and instant of each invitation with the pool; a declaration that it lacks is told."""
    return compared("identities", len(case.invited), [one for row in case.invited for one in _identity(case, row)])


def _identity(case: Case, row: Invited) -> list[Text]:
    facts, at = case.facts, row.position
    if at is None:
        return [Text(f"{row.declaration} : absente de la banque", f"{row.declaration}: not in the pool")]
    if row.person != facts.persons[at]:
        return [differs(row.declaration, row.person, facts.persons[at])]
    if row.submitted != facts.submitted[at]:
        return [differs(row.declaration, row.submitted.isoformat(), facts.submitted[at].isoformat())]
    return []


def everyone(case: Case) -> Finding:
    """Compare the declarations that have an outcome with those of the pool."""
    listed = Counter(case.archive.outcomes["declaration_id"].to_list())
    there = set(case.facts.ids)
    wrong = [_twice(str(one), times) for one, times in sorted(listed.items(), key=str) if times > 1]
    wrong += [Text(f"{one} : sans issue", f"{one}: no outcome") for one in sorted(there - set(listed))]
    strangers = sorted(map(str, set(listed) - there))
    wrong += [Text(f"{one} : absente de la banque", f"{one}: not in the pool") for one in strangers]
    return compared("everyone", len(there), wrong)


def _twice(who: str, times: int) -> Text:
    return Text(f"{who} : {times} fois", f"{who}: {times} times")


def sums(case: Case) -> Finding:
    """Compare the counts of the receipt with those of the lists: by outcome, by selection, in all."""
    receipt = case.archive.receipt
    outcomes = Counter(case.archive.outcomes["outcome"].to_list())
    pairs: list[tuple[str, Any, Any]] = [
        (f"outcomes.{name}", receipt["outcomes"].get(name), outcomes.get(name))
        for name in sorted({*receipt["outcomes"], *map(str, outcomes)})
    ]
    for one, rows in case.lists.items():
        told = case.archive.selection(one)
        pairs.append((one, told.get("invited"), len(rows) + told.get("invited_by_an_earlier_one", 0)))
    pairs += [
        ("invited", outcomes.get("invited", 0), len(case.invited)),
        ("declarations", receipt["pool"].get("declarations"), len(case.facts.ids)),
        ("outcomes", sum(outcomes.values()), len(case.facts.ids)),
    ]
    wrong = [differs(name, said, found) for name, said, found in pairs if said != found]
    return Finding("sums", _by_stream(case), tuple(wrong))


def _by_stream(case: Case) -> Text:
    """Write how many were invited by the streams of each selection, and the total."""
    counts: Counter[str] = Counter()
    for said in case.given.selections:
        counts["+".join(streams_of(said))] += len(case.lists[str(said["id"])])
    return Text(
        f"{' + '.join(number(n, 'fr') for n in counts.values())} = {number(len(case.invited), 'fr')}",
        f"{' + '.join(number(n, 'en') for n in counts.values())} = {number(len(case.invited), 'en')}",
    )


def selections(case: Case) -> Finding:
    """Compare the selections that the receipt and the lists name with those of the instruction."""
    wanted = [str(said["id"]) for said in case.given.selections]
    told = [str(one.get("id")) for one in case.archive.receipt["selections"]]
    named = {row.selection for row in case.invited} | {where for _, where in case.told.values() if where is not None}
    strangers = sorted(map(str, named - set(wanted)))
    wrong = [Text(f"{one} : pas dans l’instruction", f"{one}: not in the instruction") for one in strangers]
    if told != wanted:
        wrong.append(differs("selections", ", ".join(told), ", ".join(wanted)))
    wrong += [differs(name, said, asked) for name, said, asked in _parameters(case) if said != asked]
    return compared("selections", len(wanted), wrong)


def _parameters(case: Case) -> Iterator[tuple[str, Any, Any]]:
    """Pair what the receipt says was asked for with what the instruction asks for."""
    receipt, asked = case.archive.receipt, case.given.said
    for key, written in (("program", "program"), ("round", "id"), ("law_on", "law_on")):
        yield key, receipt[key], str(asked.get(written))
    yield "extracted_at", receipt["extracted_at"], case.given.extracted_at.isoformat()
    for said in case.given.selections:
        told = case.archive.selection(str(said["id"]))
        for key in ("mechanism", "size", "min_score", "ties"):
            yield f"{said['id']}, {key}", told.get(key), said.get(key)
        yield f"{said['id']}, stream", tuple(told.get("stream", ())), streams_of(said)


def disjoint(case: Case) -> Finding:
    """Find declarations and persons invited more than once."""
    wrong = [
        *_repeated(row.declaration for row in case.invited),
        *_repeated(row.person or None for row in case.invited),
    ]
    return compared("disjoint", len(case.invited), wrong)


def _repeated(who: Iterable[str | None]) -> list[Text]:
    times = Counter(one for one in who if one is not None)
    return [_twice(one, count) for one, count in sorted(times.items()) if count > 1]


def eligibility(case: Case) -> Finding:
    """Ask again of each person invited whether the selection was for them, and whether they took part at all."""
    number_of = {str(said["id"]): place for place, said in enumerate(case.given.selections)}
    wrong = []
    for row in case.invited:
        if row.position is None or row.selection not in number_of:
            wrong.append(same(f"{row.declaration}"))
        elif row.position in case.round.out:
            wrong.append(same(f"{row.declaration}: {case.round.out[row.position]}"))
        else:
            place = number_of[row.selection]
            answer = case.round.covered[place][row.position]
            if answer is not True:
                wrong.append(_not_for(row, unknown=answer is None))
    return compared("eligibility", len(case.invited), wrong)


def _not_for(row: Invited, *, unknown: bool) -> Text:
    if unknown:
        return Text(
            f"{row.declaration} : on ne sait pas ({row.selection})", f"{row.declaration}: unknown ({row.selection})"
        )
    return Text(f"{row.declaration} : non ({row.selection})", f"{row.declaration}: no ({row.selection})")

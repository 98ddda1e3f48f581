"""Proof of the outcomes: each declaration has one, and the reason that it gives is true."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ranking.verify.findings import EXAMPLES, Finding, compared, differs
from ranking.verify.outcome_codes import OUT_OF_POOL
from ranking.verify.taking_part import own_exclusions

if TYPE_CHECKING:
    from ranking.verify.case import Case

NAMED = ("withdrawn", "already_invited", "excluded")


def prove_outcomes(case: Case) -> list[Finding]:
    """Compare the outcomes of the folder with those that the definitions give, by kind of reason."""
    return [
        _out(case, "validity", ("expired",)),
        _exclusions(case),
        _out(case, "duplicates", ("duplicate_person",)),
        _others(case),
    ]


def _out(case: Case, name: str, codes: tuple[str, ...]) -> Finding:
    """Compare those out of the pool for some reasons, both ways: whoever should be, and whoever is."""
    wanted = {one: code for one, code in case.round.out.items() if code in codes}
    told = {one: code for one, (code, _) in case.told.items() if code in codes}
    wrong = [
        differs(case.facts.ids[one], case.told.get(one, (None, None))[0], _wanted(case, one))
        for one in sorted({*wanted, *told})
        if wanted.get(one) != told.get(one)
    ]
    return compared(name, len(wanted), wrong)


def _exclusions(case: Case) -> Finding:
    """Compare those excluded with those whom exclusions.parquet names, and its reasons with the instruction's own."""
    found = _out(case, "exclusions", NAMED)
    own = {str(said["id"]) for said in case.given.said.get("exclusion", ())}
    wanted = own_exclusions(case.facts, case.given)
    kept = {row for row in case.archive.excluded if row[2] in own}
    wrong = [
        differs(str(row[0]), _kept(row in kept, row), _kept(row in wanted, row))
        for row in sorted(wanted ^ kept, key=str)
    ]
    return replace(found, wrong=(*found.wrong, *wrong)[:EXAMPLES], count=found.count + len(wrong))


def _kept(there: bool, row: tuple[str | None, str | None, str]) -> str | None:  # noqa: FBT001 - a plain fact
    return row[2] if there else None


def _wanted(case: Case, one: int) -> str:
    return case.round.outcomes[one][0]


def _others(case: Case) -> Finding:
    """Compare the outcome and the selection of all those who took part.

    Where some selection is not covered, only those out of the pool can be told; that it is not is a finding of its own.
    """
    there = [one for one, (code, _) in case.round.outcomes.items() if code not in OUT_OF_POOL]
    if not case.round.complete:
        return compared("reasons", 0, [])
    wrong = [
        differs(case.facts.ids[one], _pair(case.told.get(one)), _pair(case.round.outcomes[one]))
        for one in there
        if case.told.get(one) != case.round.outcomes[one]
    ]
    return compared("reasons", len(there), wrong)


def _pair(said: tuple[str, str | None] | None) -> str | None:
    if said is None:
        return None
    outcome, where = said
    return outcome if where is None else f"{outcome} ({where})"

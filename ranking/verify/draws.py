"""Proof of the lots: a seed with its provenance, each lot computed again, and lots that favour no one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.verify.chance import independence
from ranking.verify.findings import Finding, compared, differs
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable

    from ranking.verify.case import Case
    from ranking.verify.expected import Chosen

SO_UNLIKELY = 1e-6
PARTS = 4


def prove_draws(case: Case) -> list[Finding]:
    """Prove the lots of a round; nothing where no selection draws any and none are kept."""
    drawn = [chosen for chosen in case.round.chosen if case.by_lot(chosen.said)]
    if not drawn and case.archive.lots is None and "seed" not in case.given.said:
        return []
    found = [_seed(case), _lots(case)]
    found += [_uniform(case, chosen) for chosen in drawn if chosen.contest is not None and "weights" not in chosen.said]
    return found


def _seed(case: Case) -> Finding:
    """Check that the seed has a value, a protocol and where it comes from, alike in the instruction and the receipt."""
    said = case.given.said.get("seed", {})
    wrong = [Text(f"« {key} » absent", f"“{key}” missing") for key in ("value", "protocol") if not said.get(key)]
    provenance = said.get("provenance", {})
    if not (isinstance(provenance, dict) and provenance.get("fr") and provenance.get("en")):
        wrong.append(Text("aucune provenance", "no provenance"))
    kept = case.archive.receipt.get("seed")
    if kept is not None and kept.get("value") != said.get("value"):
        wrong.append(differs("receipt", kept.get("value"), said.get("value")))
    return Finding("seed", same(f"{said.get('protocol', '–')}: {str(said.get('value', '–'))[:12]}"), tuple(wrong))


def _lots(case: Case) -> Finding:
    """Compute each lot again, and compare those that the folder keeps with them, both ways."""
    wanted = {
        (name, case.facts.ids[one]): (lot, case.round.draw.person(one))
        for name, lots in case.lots.items()
        for one, lot in lots.items()
    }
    kept = case.archive.lots
    rows = [] if kept is None else kept.select("selection", "declaration_id", "lot", "person_id").rows()
    found = {(name, declaration): (lot, person) for name, declaration, lot, person in rows}
    wrong = [
        differs(f"{key[0]}, {key[1]}", _lot(found.get(key)), _lot(wanted.get(key)))
        for key in sorted({*found, *wanted}, key=str)
        if found.get(key) != wanted.get(key)
    ]
    if len(rows) != len(found):
        wrong.append(differs("lots", len(rows), len(found)))
    return compared("lots", len(wanted), wrong)


def _lot(said: tuple[str, str] | None) -> str | None:
    return None if said is None else f"{said[0][:12]} ({said[1]})"


def _uniform(case: Case, chosen: Chosen) -> Finding:
    """Compare those whom the lots took with all those among whom they decided, by arrival, number and region."""
    pool = _among(case, chosen)
    taken = set(case.taken(chosen.name))
    tests: dict[str, Callable[[int], object]] = {
        "arrival": _quarter(pool, lambda one: (case.facts.submitted[one], case.facts.ids[one])),
        "id": _quarter(pool, lambda one: case.facts.ids[one]),
    }
    if "region" in case.facts.values:
        tests["region"] = lambda one: case.facts.values["region"][one]
    chances = {name: independence([(group(one), one in taken) for one in pool]) for name, group in tests.items()}
    least = min(chances.values(), default=1.0)
    wrong = [
        differs(name, f"p = {chance:.1e}", f"p ≥ {SO_UNLIKELY:.0e}")
        for name, chance in chances.items()
        if chance < SO_UNLIKELY
    ]
    return Finding("uniformity", same(f"p = {least:.3f} (n = {len(pool)})"), tuple(wrong), chosen.name)


def _among(case: Case, chosen: Chosen) -> list[int]:
    """Give those among whom lots decided: everyone with a lot, or the equals at the cut-off."""
    drawn = [one for one in chosen.candidates if one in case.lots[chosen.name]]
    if chosen.said.get("order") == "lot" or chosen.pick is None:
        return drawn
    lost = {one for one, outcome in chosen.pick.outcomes.items() if outcome == "tie_lost"}
    scores = {case.facts.scores[one] for one in lost}
    return [one for one in drawn if case.facts.scores[one] in scores]


def _quarter(pool: list[int], key: Callable[[int], object]) -> Callable[[int], object]:
    """Part some into quarters by a key: who came first, or has the smaller number."""
    line = sorted(pool, key=key)  # type: ignore[arg-type]
    part = {one: place * PARTS // len(line) for place, one in enumerate(line)}
    return part.__getitem__

"""Why this outcome: what each selection of a round made of one declaration, and by how much it missed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.columns import ID
from ranking.faults import Fault, PoolError
from ranking.instruction import read_instruction
from ranking.outcomes import TITLES, Outcome
from rules.conditions import any_of
from rules.explain import values_of
from rules.faults import meant
from rules.text import Lang, Text, same

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ranking.instruction import Instruction, Selection
    from ranking.round import Round, SelectionResult
    from rules.domains import Value


AT_THE_CUT_OFF = {
    "key": Text(", où l’ordre des dépôts départage", ", where the order of submission decides"),
    "all_out": Text(", où les places ne suffisaient pas pour tous", ", where places did not suffice for all"),
}


@dataclass(frozen=True)
class Tried:
    """One selection seen from one declaration: was it for them (None: unknown), and where did it end.

    ``by_score`` is false where it invited people whatever their scores: by lot, by name, by arrival.
    """

    selection: str
    title: Text
    for_them: bool | None
    cut_off: int | None
    score: int
    by_score: bool = True
    ties: str | None = None

    @property
    def above(self) -> int | None:
        """How many points the declaration had above the cut-off (below: negative); None where nobody was invited."""
        return None if self.cut_off is None else self.score - self.cut_off


@dataclass(frozen=True)
class Why:
    """The outcome of one declaration, with every selection that was tried."""

    declaration_id: str
    outcome: Outcome
    selection: str | None
    rank: int | None
    score: int
    tried: tuple[Tried, ...]


def why(done: Round, declaration_id: str) -> Why:
    """Say what a round made of a declaration. An id that the pool does not have is a PoolError."""
    declaration = find(done, declaration_id)
    position = int(done.pool.frame[ID].index_of(declaration_id) or 0)
    values = values_of(declaration, done.instruction.regulation, done.instruction.facts_on)
    score = int(done.standing.scores[position])
    tried = tuple(_tried(done, number, result, values, score) for number, result in enumerate(done.results))
    number = int(done.sheet.selection[position])
    outcome = Outcome(int(done.sheet.outcome[position]))
    rank = None
    if outcome is Outcome.invited:
        rank = int((done.results[number].taken.positions == position).nonzero()[0][0]) + 1
    selection = done.results[number].selection.id if number >= 0 else None
    return Why(declaration_id, outcome, selection, rank, score, tried)


def find(done: Round, declaration_id: str) -> dict[str, Any]:
    """Find a declaration of the pool by its number."""
    position = done.pool.frame[ID].index_of(declaration_id)
    if position is None:
        expected = Text("le numéro d’une déclaration de la banque", "the number of a declaration of the pool")
        write = meant(declaration_id, done.pool.frame[ID].head(1000).to_list())
        raise PoolError([Fault(same(ID), same(declaration_id), expected, write)])
    return done.pool.frame.row(position, named=True)


def tried_in(folder: Path, declaration: Mapping[str, Any], score: int) -> tuple[Tried, ...]:
    """Say how far a declaration was from each selection of a round kept in ``folder`` that was for it."""
    instruction = read_instruction(folder / "instruction.toml", folder / "law")
    receipt = json.loads((folder / "receipt.json").read_text(encoding="utf-8"))
    ends = {one["id"]: _end(one) for one in receipt["selections"]}
    values = values_of(declaration, instruction.regulation, instruction.facts_on)
    return tuple(
        _seen(instruction, number, bar(selection, *ends[selection.id]), values, score)
        for number, selection in enumerate(instruction.selections)
    )


def _end(kept: dict[str, Any]) -> tuple[int, int | None]:
    """Give what ``bar`` needs, from a receipt."""
    tied, taken = kept["tied_at_cut_off"], kept["tied_taken"]
    return kept["invited"] + tied - taken, kept["first_out"]["score"] if tied and not taken else kept["cut_off"]


def _tried(done: Round, number: int, result: SelectionResult, values: dict[str, Value], score: int) -> Tried:
    taken = result.taken
    end = result.first_out if taken.tied and not taken.tied_taken else result.last_in
    last = None if end is None or result.cut_off is None else int(done.standing.scores[end])
    reached = len(taken.positions) + taken.tied - taken.tied_taken
    return _seen(done.instruction, number, bar(result.selection, reached, last), values, score)


def bar(selection: Selection, reached: int, last: int | None) -> int | None:
    """Give the score that was needed: the instruction's minimum where places were left, else that of the ``last``.

    ``reached`` counts those taken and their equals who were not; the last is one of these where all of them are out.
    """
    filled = selection.size is not None and reached >= selection.size
    return last if filled or selection.min_score is None else selection.min_score


def _seen(instruction: Instruction, number: int, cut_off: int | None, values: dict[str, Value], score: int) -> Tried:
    regulation, selection = instruction.regulation, instruction.selections[number]
    streams = [s for s in regulation.streams if not selection.stream or s.id in selection.stream]
    asked = selection.criteria and regulation.streams
    eligible = any_of([stream.holds(values) for stream in streams]) if asked else True
    where = instruction.conditions[number].holds(values)
    for_them = False if False in (eligible, where) else None if None in (eligible, where) else True
    return Tried(selection.id, selection.title.text, for_them, cut_off, score, selection.by_score, selection.ties)


def sentences(found: Why, lang: Lang) -> list[str]:
    """Write the outcome as sentences, from its record alone."""
    outcome = TITLES[found.outcome].to(lang)
    lines = [Text(f"Issue : {outcome}.", f"Outcome: {outcome}.").to(lang)]
    if found.outcome is Outcome.invited:
        lines = [
            Text(
                f"Invitée à l’exercice {found.selection}, au rang {found.rank}, avec {found.score} points.",
                f"Invited in selection {found.selection}, at rank {found.rank}, with {found.score} points.",
            ).to(lang)
        ]
    if found.outcome is not Outcome.invited:
        lines += distances(found.tried, lang)
    return lines


def _missed(tried: Tried, lang: Lang) -> str:
    head = Text(f"Exercice {tried.selection} : ", f"Selection {tried.selection}: ").to(lang)
    if not tried.by_score:
        return head + Text("le pointage n’y décidait pas.", "the score did not decide there.").to(lang)
    if tried.above is None:
        return head + Text("personne n’a été invité.", "nobody was invited.").to(lang)
    points, cut_off = tried.score, tried.cut_off
    if tried.above < 0:
        less = -tried.above
        under = Text(
            f"{points} points, {less} de moins que le seuil ({cut_off}).",
            f"{points} points, {less} under the cut-off ({cut_off}).",
        )
        return head + under.to(lang)
    if tried.above == 0:
        equal = Text(f"{points} points, soit le seuil", f"{points} points, the cut-off").to(lang)
        return head + equal + AT_THE_CUT_OFF.get(tried.ties or "", same("")).to(lang) + "."
    over = Text(f"{points} points, au-dessus du seuil ({cut_off}).", f"{points} points, above the cut-off ({cut_off}).")
    return head + over.to(lang)


def distances(tried: tuple[Tried, ...], lang: Lang) -> list[str]:
    """Write how far a declaration was from the cut-off of each selection that was for it."""
    return [_missed(one, lang) for one in tried if one.for_them]


def outcome_in(folder: Path, declaration_id: str, lang: Lang) -> str:
    """Say what the round kept in ``folder`` made of a declaration."""
    return _told(*_found_in(folder, declaration_id)).to(lang)


def values_in(folder: Path, declaration_id: str, tried: tuple[Tried, ...]) -> dict[str, Any]:
    """Give as plain values what a round made of a declaration, and every selection with its distance.

    ``outcome`` is null for one that was not in the pool of the round; ``above`` is the score less the ``cut_off``, null
    where there is none. What is ``said`` of a selection is what the page says, null where it was not for them.
    """
    outcome, selection = _found_in(folder, declaration_id)
    said = _told(outcome, selection)._asdict()
    named = None if outcome is None else outcome.name
    return {"outcome": named, "selection": selection, "said": said, "selections": [_values(one) for one in tried]}


def _values(tried: Tried) -> dict[str, Any]:
    kept = {name: getattr(tried, name) for name in ("for_them", "by_score", "score", "cut_off", "above")}
    said = Text(_missed(tried, "fr"), _missed(tried, "en"))._asdict() if tried.for_them else None
    return {"id": tried.selection, "title": tried.title._asdict(), **kept, "said": said}


def _found_in(folder: Path, declaration_id: str) -> tuple[Outcome | None, str | None]:
    """Find the outcome of a declaration and its selection; none for one that was not in the pool of the round."""
    row = pl.read_parquet(folder / "outcomes.parquet").filter(pl.col(ID) == declaration_id)
    return (None, None) if row.is_empty() else (Outcome[row["outcome"][0]], row["selection"][0])


def _told(outcome: Outcome | None, selection: str | None) -> Text:
    if outcome is None:
        return Text(
            "Cette déclaration n’était pas dans la banque de la ronde.",
            "This declaration was not in the pool of the round.",
        )
    title = TITLES[outcome]
    there = same("") if selection is None else Text(f" (exercice {selection})", f" (selection {selection})")
    return Text(f"Issue de la ronde : {title.fr}{there.fr}.", f"Outcome of the round: {title.en}{there.en}.")

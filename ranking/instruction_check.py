"""Before a round: what an instruction says that the law makes impossible, and what its numbers do on a pool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from ranking import sizing
from ranking.candidates import candidates
from ranking.outcomes import Outcome
from ranking.round import run_round
from rules import provable
from rules.bounds import cases, of_part, pivots
from rules.text import Text, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.contribution import Contribution
    from ranking.instruction import Instruction, Selection
    from ranking.pool import Pool
    from ranking.round import Round
    from ranking.sizing import Point
    from rules.provable import Box
    from rules.regulation import Regulation

# The keys of a selection that are said in words.
KNOWN = {"id", "title", "stream", "category", "where", "mechanism", "size", "min_score", "ties", "certainty"}
KNOWN |= {"note", "published"}


@dataclass(frozen=True)
class Finding:
    """What is to be known of a selection. A contradiction is one that can never do what it says."""

    kind: Literal["contradiction", "remark"]
    selection: str
    said: Text


@dataclass(frozen=True)
class Forecast:
    """What a selection would do on a pool, after those before it: with the curve around what is asked."""

    selection: str
    candidates: int
    unknown: int
    taken: int
    cut_off: int | None
    tied: int
    tied_taken: int
    points: tuple[Point | None, ...]
    curve: pl.DataFrame


def findings(instruction: Instruction) -> list[Finding]:
    """Find what no selection can do under the law of the round, in the order of the selections.

    Reading the instruction has already refused what is wrong in it. What is said here is proved from the law alone.
    """
    most = attainable(instruction.regulation)
    boxes = [_boxes(instruction, number) for number in range(len(instruction.selections))]
    found: list[Finding] = []
    for number, selection in enumerate(instruction.selections):
        found += _of_numbers(selection, most)
        found += _of_filter(instruction, number, boxes[number])
        found += _of_earlier(instruction, number)
    return found


def attainable(regulation: Regulation) -> int:
    """Give the most points that anyone can have under a law."""
    root, parts, inputs = regulation.groups[-1], regulation.parts, regulation.inputs
    return max(of_part(root, parts, fixed)[1] for fixed in cases(pivots(parts, inputs), inputs))


def _of_numbers(selection: Selection, most: int) -> Iterator[Finding]:
    if selection.size == 0:
        said = Text("n’invite personne : size = 0", "invites nobody: size = 0")
        yield Finding("contradiction", selection.id, said)
    if selection.min_score is not None and selection.min_score > most:
        least = selection.min_score
        said = Text(
            f"n’invite personne : min_score = {least}, et nul ne peut avoir plus de {most} points",
            f"invites nobody: min_score = {least}, and nobody can have more than {most} points",
        )
        yield Finding("contradiction", selection.id, said)


def _boxes(instruction: Instruction, number: int) -> list[Box] | None:
    """Give what a selection allows under any of its streams; None where that is too long to tell."""
    regulation, selection = instruction.regulation, instruction.selections[number]
    where = provable.boxes(instruction.conditions[number], regulation)
    streams = [s for s in regulation.streams if not selection.stream or s.id in selection.stream]
    if not streams or not selection.criteria:
        return where
    found: list[Box] = []
    for stream in streams:
        met = provable.meet([where, *(provable.boxes(r.where, regulation) for r in stream.requirements)])
        if met is None:
            return None
        found += met
    return found


def _of_filter(instruction: Instruction, number: int, met: list[Box] | None) -> Iterator[Finding]:
    selection = instruction.selections[number]
    if met is None:
        return
    if not met:
        said = Text(
            "n’invite personne : son filtre contredit les conditions de son volet, ou se contredit",
            "invites nobody: its filter contradicts the requirements of its stream, or itself",
        )
        yield Finding("contradiction", selection.id, said)
        return
    for name, code_of, values in _lists(instruction, number):
        reached = {value for box in met for value in box.get(code_of, frozenset(values))}
        never = [str(value) for value in values if value not in reached]
        if never:
            said = Text(
                f"ne peut jamais prendre {len(never)} code(s) de la liste « {name} », que le reste du filtre ou "
                f"le volet écarte : {listed(never, 10)}",
                f"can never take {len(never)} code(s) of the list “{name}”, which the rest of the filter or the stream "
                f"rules out: {listed(never, 10)}",
            )
            yield Finding("remark", selection.id, said)


def _lists(instruction: Instruction, number: int) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """Give the lists that a filter takes people by: name, input, codes."""
    for option in instruction.conditions[number].options:
        for test in option:
            if test.list_name and not test.negated:
                yield test.list_name, test.input, test.values


def _of_earlier(instruction: Instruction, number: int) -> Iterator[Finding]:
    """Say where an earlier selection takes whoever this one could, or leaves it only those below its cut-off.

    As if alone, an earlier one takes nobody from this one, which only has no invitation of its own left to make.
    """
    selection, alone = instruction.selections[number], instruction.source.combine == "as_if_alone"
    for before in range(number):
        earlier = instruction.selections[before]
        if not _covers(instruction, before, number):
            continue
        if _takes_all(earlier, selection) and alone:
            said = Text(
                f"n’ajoute personne : l’exercice {earlier.id}, écrit avant, invite tous ceux qu’il vise",
                f"adds nobody: selection {earlier.id}, written first, invites all those that it is for",
            )
            yield Finding("remark", selection.id, said)
            return
        if _takes_all(earlier, selection):
            said = Text(
                f"n’invite personne : l’exercice {earlier.id}, qui passe avant, prend tous ceux qu’il vise",
                f"invites nobody: selection {earlier.id}, which runs first, takes all those that it is for",
            )
            yield Finding("contradiction", selection.id, said)
            return
        if earlier.mechanism == "count" and not alone:
            said = Text(
                f"ne vise que des personnes déjà visées par l’exercice {earlier.id} : il ne lui reste que celles qui "
                "étaient sous son seuil",
                f"is only for people whom selection {earlier.id} was for: only those below its cut-off are left",
            )
            yield Finding("remark", selection.id, said)


def _covers(instruction: Instruction, before: int, after: int) -> bool:
    """Tell whether whoever the later selection is for, the earlier one was for too: proved, not guessed."""
    regulation, selections = instruction.regulation, instruction.selections
    if selections[before].criteria and not selections[after].criteria:
        return False
    wide, narrow = set(selections[before].stream), set(selections[after].stream)
    if wide and not (narrow and narrow <= wide):
        return False
    filters = [provable.boxes(instruction.conditions[number], regulation) for number in (after, before)]
    return provable.implied(filters[0], filters[1])


def other_keys(selection: Selection) -> list[str]:
    """Name the keys of a selection that this check has no words for: a limit of theirs may leave people behind."""
    return sorted(key for key in selection.model_fields_set - KNOWN if getattr(selection, key) is not None)


def _takes_all(earlier: Selection, later: Selection) -> bool:
    if other_keys(earlier):
        return False
    if earlier.mechanism == "all":
        return True
    least = earlier.min_score
    return earlier.mechanism == "threshold" and least is not None and (later.min_score or least - 1) >= least


# On a pool.


def try_on(instruction: Instruction, pool: Pool, contribution: Contribution | None = None) -> Round:
    """Run the instruction without keeping anything. ``contribution`` is what a ledger knows: who is excluded."""
    return run_round(instruction, pool, contribution)


def forecasts(done: Round) -> list[Forecast]:
    """Say what each selection would do. Where a size is asked the curve is around it, else around how many come."""
    found = []
    for result, positions in zip(done.results, candidates(done), strict=True):
        selection, scores = result.selection, done.standing.scores[positions]
        taken = done.standing.scores[result.taken.positions]
        enough = scores if selection.min_score is None else scores[scores >= selection.min_score]
        cut_off = None if result.last_in is None else int(done.standing.scores[result.last_in])
        open_ended = selection.mechanism in ("all", "threshold")
        asked = len(taken) if open_ended or selection.size is None else selection.size
        around = scores if open_ended else enough
        ties = "all_in" if open_ended else selection.ties
        found.append(
            Forecast(
                selection.id,
                len(positions),
                result.unknown,
                len(taken),
                cut_off,
                int((enough == cut_off).sum()) if cut_off is not None else 0,
                int((taken == cut_off).sum()) if cut_off is not None else 0,
                tuple(sizing.points(around, asked, ties)) if selection.mechanism != "all" else (),
                sizing.curve(scores),
            )
        )
    return found


def curves(found: list[Forecast]) -> pl.DataFrame:
    """Give the whole curves in one table: ``selection``, ``score``, ``at``, ``at_or_above``."""
    return pl.concat([one.curve.select(pl.lit(one.selection).alias("selection"), pl.all()) for one in found])


def never_taken(done: Round) -> dict[str, int]:
    """Count, by stream, those eligible for it whom no selection is for."""
    nobody = pl.Series(done.sheet.outcome == Outcome.no_selection)
    streams = [stream.id for stream in done.instruction.regulation.streams]
    return {one: int((done.scored[f"eligible_{one}"].fill_null(value=False) & nobody).sum()) for one in streams}

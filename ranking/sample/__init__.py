"""Synthetic pools: declarations that nobody made, for demonstrations, tests and benches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.sample import corrected, express_entry, filing, generic, pstq, wrong
from ranking.sample.draws import Draws

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from rules.regulation import Regulation

__all__ = ["generate", "generate_piece"]

PEOPLE: dict[str, Callable[[Regulation, Draws, date], pl.DataFrame]] = {
    "canada/express_entry": express_entry.people,
    "quebec/pstq": pstq.people,
}


def generate(
    regulation: Regulation, size: int, *, seed: int, on: date, wrong_share: float = 0.0, corrections: int = 0
) -> pl.DataFrame:
    """Make a pool of ``size`` declarations of people who do not exist, typed as the law of ``regulation`` says.

    The same arguments give the same frame on any platform. Submissions lie before the local day ``on``, over fourteen
    months where twelve are valid, so that some are expired, or only over those twelve where a program's own module says
    so; ages are meant on that day. Columns: every attribute but
    the descriptive ones, of which a program's own module may give some. Nulls are where ``only_when`` asks for them,
    and in programs without a module of their own also where a null is an answer or not known. A few persons filed
    twice.

    ``corrections`` of the declarations are mended as people do: see ``corrected.correct``. The others, and everything
    else, are those of the pool without.

    ``wrong_share`` (0 to 1) of the rows, rounded, are then damaged as pools are in life: see ``wrong.damage``. The
    columns that hold what cannot be read are then text. The other rows stay as they are.
    """
    if not 0 <= wrong_share <= 1:
        message = f"wrong_share must lie between 0 and 1, not {wrong_share}"
        raise ValueError(message)
    draws = Draws(seed, size)
    frame = _frame(regulation, draws, on)
    if corrections:
        frame = corrected.correct(frame, regulation, count=corrections, seed=seed, on=on)
    return wrong.damage(frame, regulation, draws, on, wrong_share) if wrong_share else frame


def generate_piece(regulation: Regulation, size: int, *, seed: int, on: date, piece: int, pieces: int) -> pl.DataFrame:
    """Make one of the ``pieces`` of a pool of ``size`` declarations, by its number from 0, without the others.

    Put together in order, the pieces are one pool: numbers rise through them and none comes twice. Every piece has
    draws of its own, so that the same seed in another number of pieces is another pool. See ``generate``.
    """
    if not 0 <= piece < pieces:
        message = f"piece must lie between 0 and {pieces - 1}, not {piece}"
        raise ValueError(message)
    first, end = size * piece // pieces, size * (piece + 1) // pieces
    draws = Draws(seed, end - first, f"piece {piece} of {pieces}", first=first, whole=size)
    return _frame(regulation, draws, on)


def _frame(regulation: Regulation, draws: Draws, on: date) -> pl.DataFrame:
    known = PEOPLE.get(regulation.program)
    said = pl.DataFrame() if known is None else known(regulation, draws, on)
    return filing.numbered(generic.complete(said, regulation, draws, on), regulation, draws, on)

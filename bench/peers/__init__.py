"""The peers: other ways to compute the same scores, each from the law's own tables, so that no point is typed by hand.

A module here has ``build(regulation, facts_on)``, which gives a ``Peer``. One whose library is not installed, or that
cannot hold a law, is told as such in the results.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from rules import Regulation


class Peer(Protocol):
    """A way to score. Only ``score`` and ``breakdown`` are timed; a peer without a breakdown has none."""

    def take(self, frame: pl.DataFrame) -> Any:
        """Put a pool where the peer keeps its data, in its own types."""

    def score(self, pool: Any) -> Any:
        """Compute the total of each declaration."""

    def breakdown(self, pool: Any) -> Any:
        """Compute the points of every criterion and group, and the total."""

    def read(self, result: Any) -> pl.DataFrame:
        """Give a result as a frame in the order of the pool, to be compared."""


@dataclass(frozen=True)
class Named:
    """A peer by its module, the words for it in the results, and its threads.

    It is not asked for more than ``most`` rows; ``streams`` says that its breakdown can answer them too.
    """

    module: str
    title: str
    threads: str
    how: str
    most: int | None = None
    part: str = "build"
    streams: bool = False


PEERS = (
    Named("polars_when", "polars when/then", "all", "one lazy query", streams=True),
    Named("polars_replace", "polars replace_strict", "all", "one lazy query, a replacement a table and column"),
    Named(
        "duckdb_case", "DuckDB CASE", "all", "SQL from a native table, labels as ENUM, to a native table", streams=True
    ),
    Named("pandas_select", "pandas np.select", "1", "a condition a row of the table; labels categorical, NaN for null"),
    Named("openfisca", "OpenFisca-core", "1", "a variable a criterion, tables as scales and nodes of parameters"),
    Named("zen", "GoRules zen-engine", "1", "a decision graph with a decision table a table, in batches", most=20_000),
    Named("numba_kernel", "numba kernel", "1", "compiled loop over rows; no check of a value"),
    Named("numba_kernel", "numba kernel, threads", "all", "the same, in parallel", part="build_parallel"),
    Named("c_kernel", "C kernel", "1", "the practical limit: compiled loop over rows; no check of a value"),
)


class OnFrames:
    """A peer that scores a frame of polars as it is, and gives one."""

    def __init__(self, built: Any) -> None:
        self.score, self.breakdown = built.score, built.breakdown

    def take(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Keep the frame."""
        return frame

    def read(self, result: pl.DataFrame) -> pl.DataFrame:
        """Give the result."""
        return result


class AbsentError(Exception):
    """A peer that cannot run here, and why."""


def peer(named: Named, regulation: Regulation, facts_on: date) -> Peer:
    """Build a peer, or raise ``AbsentError`` because it is not installed or cannot hold this law."""
    try:
        built: Peer = getattr(import_module(f"bench.peers.{named.module}"), named.part)(regulation, facts_on)
    except ImportError as error:
        message = f"not installed ({error})"
        raise AbsentError(message) from error
    except NotImplementedError as error:
        raise AbsentError(str(error)) from error
    if built is None:
        message = "no C compiler (cc)"
        raise AbsentError(message)
    return built if hasattr(built, "take") else OnFrames(built)


def absent(frame: pl.DataFrame, regulation: Regulation) -> set[str]:
    """Name the inputs that no column of a pool gives."""
    return set(regulation.inputs) - {*frame.columns, *regulation.derivable(frame.columns)}


def names(regulation: Regulation) -> list[str]:
    """Name the columns of points that all breakdowns have: criteria, groups, the total."""
    return [column(part) for part in regulation.parts]


def column(part: str) -> str:
    """Name the column of a part of the law."""
    return part if part == "score" else f"{part}_points"

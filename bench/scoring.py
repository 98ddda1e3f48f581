"""Scoring: this engine against the peers, at several sizes, each first checked to give exactly the same points."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from bench import machine
from bench.peers import PEERS, AbsentError, Named, column, names, peer
from bench.timing import interleaved, say
from ranking import score
from ranking.columns import ID

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.laws import Law
    from bench.peers import Peer

TIRAGE = "tirage"
KINDS = ("score", "breakdown")
STREAMS = "streams"
LONGEST = 6_000
"""Milliseconds: a contender that would take longer for one run at the next size is left out there, and said so."""
FULL_MEMORY = 900
"""Bytes a declaration that the frame, the copies of the peers and what they make on the way take together."""


class Scoring:
    """The scoring of one law. ``rows`` are the figures, ``absent`` who did not run and why."""

    def __init__(self, law: Law, rounds: int) -> None:
        self.law, self.rounds = law, rounds
        self.points_only = replace(law.regulation, streams=())
        self.rows: list[dict[str, Any]] = []
        self.absent: list[dict[str, Any]] = []
        self.peers: dict[str, tuple[Named, Peer]] = {}
        self.slow: set[tuple[str, str]] = set()
        for named in PEERS:
            try:
                self.peers[named.title] = named, peer(named, self.points_only, law.day)
            except AbsentError as reason:
                self.leave_out(named.title, str(reason))

    def leave_out(self, title: str, why: str, size: int | None = None) -> None:
        """Note who does not run."""
        say(f"{self.law.program}: {title} left out{f' at {size:,}' if size else ''}: {why}")
        self.absent.append({"law": self.law.program, "contender": title, "size": size, "why": why})

    def at(self, whole: pl.DataFrame, sizes: Sequence[int]) -> None:
        """Time every size, from the smallest to the largest, on the first rows of a pool."""
        for number, size in enumerate(sizes):
            wanted = size * FULL_MEMORY
            if wanted > machine.available():
                self.leave_out("everyone", f"{wanted / machine.GIB:.0f} GiB of free memory wanted", size)
                continue
            self._size(whole.head(size))
            if number + 1 < len(sizes):
                self._foresee(size, sizes[number + 1])

    def _size(self, frame: pl.DataFrame) -> None:
        size = frame.height
        taken = {title: built.take(frame) for title, (named, built) in self.peers.items() if self._asked(named, size)}
        for kind in KINDS:
            say(f"{self.law.program}: {kind}, {size:,} declarations")
            whole = kind == "breakdown"
            mine = partial(score, frame, self.points_only, facts_on=self.law.day, breakdown=whole)
            contenders: dict[str, Callable[[], Any]] = {TIRAGE: mine}
            expected = mine()
            for title, pool in taken.items():
                built = self.peers[title][1]
                if (title, kind) in self.slow or not hasattr(built, kind):
                    continue
                run = partial(getattr(built, kind), pool)
                if self._same(built.read, run, expected, title, kind):
                    contenders[title] = run
            del expected
            self._note(interleaved(contenders, self._turns(size), warm=False), kind, size)
        taken.clear()
        self._streams(frame)

    @staticmethod
    def _asked(named: Named, size: int) -> bool:
        return named.most is None or size <= named.most

    def _turns(self, size: int) -> int:
        return self.rounds if size <= 1_000_000 else min(self.rounds, 3)

    def _same(self, read: Any, run: Callable[[], Any], expected: pl.DataFrame, title: str, kind: str) -> bool:
        """Check a contender, which warms it up too; one that fails or differs is not timed."""
        try:
            found = read(run())
            differ(found, expected, names(self.law.regulation) if kind == "breakdown" else [column("score")])
        except Exception as error:  # noqa: BLE001 - whatever a peer does, the others are measured
            self.leave_out(title, f"{kind}: {type(error).__name__}: {error}", expected.height)
            return False
        return True

    def _streams(self, frame: pl.DataFrame) -> None:
        """Time the breakdown with the streams, which only two peers answer."""
        law = self.law
        contenders: dict[str, Callable[[], Any]] = {TIRAGE: partial(score, frame, law.regulation, facts_on=law.day)}
        for named in PEERS:
            if named.streams and named.title in self.peers and (named.title, "breakdown") not in self.slow:
                built = peer(named, law.regulation, law.day)
                contenders[named.title] = partial(built.breakdown, built.take(frame))
        self._note(interleaved(contenders, self._turns(frame.height)), STREAMS, frame.height)

    def _note(self, medians: dict[str, float], kind: str, size: int) -> None:
        for title, milliseconds in medians.items():
            row = {"law": self.law.program, "kind": kind, "size": size, "contender": title, "ms": milliseconds}
            self.rows.append(row)
            say(f"    {title}: {milliseconds:.1f} ms")

    def _foresee(self, size: int, after: int) -> None:
        """Leave out at the next size who would take too long."""
        rows = [row for row in self.rows if row["size"] == size and row["kind"] != STREAMS]
        for row in (one for one in rows if one["contender"] in self.peers):
            expected = row["ms"] * after / size
            asked = (row["contender"], row["kind"])
            if expected > LONGEST and asked not in self.slow and self.peers[row["contender"]][0].most is None:
                self.slow.add(asked)
                self.leave_out(row["contender"], f"{row['kind']} would take about {expected / 1000:.0f} s a run", after)


def differ(found: pl.DataFrame, expected: pl.DataFrame, columns: Sequence[str]) -> None:
    """Fail because a column of points differs anywhere; rows are matched by identifier where the result has one."""
    if ID in found.columns and not found[ID].equals(expected[ID]):
        found, expected = found.sort(ID), expected.sort(ID)
    for name in columns:
        wrong = int((found[name].cast(pl.Int64) != expected[name].cast(pl.Int64)).sum())
        if wrong or found.height != expected.height:
            message = f"{name} differs in {wrong} of {expected.height} declarations"
            raise AssertionError(message)


def scoring(law: Law, pool: pl.DataFrame, sizes: Sequence[int], rounds: int) -> dict[str, Any]:
    """Time scoring under a law at several sizes, and at the size of those that go row by row."""
    measured = Scoring(law, rounds)
    few = {named.most for named, _ in measured.peers.values() if named.most}
    measured.at(pool, sorted({*sizes, *few}))
    return {"scoring": measured.rows, "absent": measured.absent}

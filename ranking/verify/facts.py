"""The facts of a round by the other road: the law as SQL in DuckDB gives scores, eligibility and answers to filters.

Shared with the engine are the reading of the law, of the instruction and of the file of the pool, the SQL that
``rules.sql`` writes from the tables, and nothing that scores, orders or picks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from ranking.columns import ID
from ranking.conform import absent_inputs, conform
from rules import sql
from rules.sql_functions import name as column

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ranking.verify.given import Given
    from rules.conditions import Condition
    from rules.regulation import Regulation

Answer = bool | None


class Stream:
    """A frame that DuckDB reads without pyarrow."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:  # noqa: ANN401 - an Arrow capsule
        return self._frame.__arrow_c_stream__(requested_schema)


@dataclass(frozen=True)
class Facts:
    """What is known of each declaration, by its position in the pool. None is unknown, or nobody's number."""

    ids: list[str]
    persons: list[str | None]
    submitted: list[datetime]
    scores: list[int]
    eligible: dict[str, list[Answer]]
    answers: dict[str, list[Answer]]
    values: dict[str, list[str | None]]
    reached: list[datetime] | None = None

    @property
    def everyone(self) -> range:
        """Every position."""
        return range(len(self.ids))


def gather(frame: pl.DataFrame, given: Given, conditions: Mapping[str, Condition], values: set[str]) -> Facts:
    """Recompute everything that a round reads of a pool. ``values`` names columns and inputs that limits group by."""
    regulation = given.regulation
    found = _ask(frame, given, conditions, sorted(values & set(regulation.inputs)))
    carried = {known: frame[known].to_list() for known in values - set(regulation.inputs) if known in frame.columns}
    derived = {known: found[f"value {known}"] for known in values if f"value {known}" in found}
    nobody: list[str | None] = [None] * frame.height
    return Facts(
        ids=frame[ID].to_list(),
        persons=frame["person_id"].to_list() if "person_id" in frame.columns else nobody,
        submitted=frame["submitted_at"].to_list(),
        scores=found["score"],
        eligible={stream.id: found[f"eligible_{stream.id}"] for stream in regulation.streams},
        answers={known: found[f"answer {number}"] for number, known in enumerate(conditions)},
        values={known: _labels(known, column_, regulation) for known, column_ in (carried | derived).items()},
    )


def _labels(known: str, values: list[Any], regulation: Regulation) -> list[str | None]:
    """Write values as labels of groups; a null that is an answer is ``none``, another is unknown."""
    domain = regulation.inputs.get(known)
    null = "none" if domain is not None and domain.none else None
    return [null if one is None else str(one).lower() if isinstance(one, bool) else str(one) for one in values]


def _ask(
    frame: pl.DataFrame, given: Given, conditions: Mapping[str, Condition], inputs: list[str]
) -> dict[str, list[Any]]:
    """Run the law and the filters as one query, rows in the order of the pool."""
    regulation, day = given.regulation, given.facts_on
    typed = conform(frame, regulation, day)
    absent = absent_inputs(typed.columns, regulation)
    read = [known for known in regulation.attributes if known in typed.columns and known != ID]
    rows = pl.int_range(len(typed), dtype=pl.UInt32, eager=True).alias(ID)
    query = sql.scoring(regulation, day, absent=absent)
    for number, condition in enumerate(conditions.values()):
        query = query.select(sql.condition(condition, absent).as_(f"answer {number}", quoted=True))
    for known in inputs:
        if known not in absent:
            query = query.select(column(known).as_(f"value {known}", quoted=True))
    with duckdb.connect() as connection:
        connection.register("pool", Stream(typed.select(rows, *read)))
        table = pl.DataFrame(connection.sql(f'SELECT * FROM ({query.sql(dialect="duckdb")}) ORDER BY "{ID}"'))
    return {known: table[known].to_list() for known in table.columns}

"""Declarations for tests of the models: good ones, from synthetic pools, as the JSON values that are sent."""

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import polars as pl

import rules
from intake.fields import declared_names
from ranking.pool import check_pool
from ranking.sample import generate

GUILD = Path(__file__).parent.parent / "law" / "lumen" / "guild"
TODAY = date(2026, 4, 30)
LAWS = {"quebec/pstq": TODAY, "canada/express_entry": TODAY, str(GUILD): date(2030, 6, 15)}


@cache
def law(program):
    return rules.load(program).on(LAWS[program])


def sent(row, regulation):
    """Give a row of a pool as JSON values, without what the bank gives."""
    names = [name for name in declared_names(regulation) if name in row]
    return {name: row[name].isoformat() if isinstance(row[name], date) else row[name] for name in names}


@cache
def sampled(program, size=150):
    regulation = law(program)
    frame = generate(regulation, size, seed=8, on=LAWS[program])
    return [sent(row, regulation) for row in frame.iter_rows(named=True)]


def one(program="quebec/pstq", **wanted):
    """Give a good declaration that has these values, with others put in its place."""
    return dict(next(row for row in sampled(program) if all(row[name] == value for name, value in wanted.items())))


def pool_of(rows, regulation, today):
    """Read declarations as an extraction would hold them. A bad row is a PoolError."""
    day = datetime(today.year, today.month, today.day, tzinfo=UTC)
    columns = {name: [row[name] for row in rows] for name in declared_names(regulation)}
    schema = {name: KINDS.get(regulation.attributes[name].type, pl.String()) for name in columns}
    frame = pl.DataFrame(columns, schema=schema)
    given = {"declaration_id": [f"D{number}" for number in range(len(rows))], "submitted_at": [day] * len(rows)}
    return check_pool(frame.with_columns(**{n: pl.Series(v) for n, v in given.items()}), regulation, facts_on=today)


KINDS = {"whole": pl.Int64(), "boolean": pl.Boolean()}

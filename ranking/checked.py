"""Which rows break the contract of a pool: counts, examples and reasons, over a whole file or a part of one.

One pass asks of every rule whether it holds everywhere. Where one does not, dataframely gives the rows that break it;
the sentences are ours, because they must say what to write.
"""

from __future__ import annotations

import types
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.columns import ROW
from ranking.csv_file import RAGGED
from ranking.faults import Fault
from rules.faults import meant
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import dataframely as dy

    from ranking.contract import RowRule

EXAMPLES = 3
MANY = 50  # labels, above which the nearest of them are chance
REASONS = ("reasons", "reasons_fr", "reasons_en")


@dataclass(frozen=True)
class Breach:
    """A rule that rows break: how many do, and the first few, by row number, as the file has them."""

    rule: RowRule
    count: int
    first: tuple[tuple[int, dict[str, Any]], ...]


@dataclass(frozen=True)
class Checked:
    """Positions of the good rows (None: all of them), and the bad ones with the rules that each breaks."""

    good: pl.Series | None
    bad: pl.DataFrame
    breaches: tuple[Breach, ...]


def all_hold(frame: pl.DataFrame, rules: Sequence[RowRule]) -> bool:
    """Tell whether every rule holds in every row."""
    held = [rule.holds.all(ignore_nulls=False).alias(str(number)) for number, rule in enumerate(rules)]
    return not rules or all(frame.select(held).row(0))


def check(frame: pl.DataFrame, raw: pl.DataFrame, rules: list[RowRule]) -> Checked:
    """Check every rule on every row: ``frame`` has typed columns and row numbers, ``raw`` the file's own values.

    Good rows keep their order. Each breach counts its rows and has the first few as the file has them.
    """
    if all_hold(frame, rules):
        return Checked(None, _nobody(raw), ())
    _, failure = _schema(frame, rules).filter(frame)
    details, first = failure.details(), frame[ROW][0]
    broken = {
        number: rows
        for number in range(len(rules))
        if len(rows := details.filter(pl.col(f"rule {number}") == "invalid")[ROW].sort())
    }
    breaches = tuple(_breach(rules[number], rows, raw, first) for number, rows in broken.items())
    reasons = _reasons([(rules[number], rows) for number, rows in broken.items()])
    kept = raw.drop("row", *REASONS, strict=False).with_row_index(ROW, offset=first)
    bad = kept.join(reasons, on=ROW, how="inner", maintain_order="left")
    bad = bad.select(pl.col(ROW).cast(pl.Int64).alias("row"), pl.exclude(ROW, RAGGED))
    good = frame.select(ROW).join(reasons.select(ROW), on=ROW, how="anti", maintain_order="left").to_series()
    return Checked(good, bad, breaches)


def _breach(rule: RowRule, rows: pl.Series, raw: pl.DataFrame, first_row: int) -> Breach:
    shown = rows.head(EXAMPLES)
    examples = raw[(shown - first_row).to_list()].iter_rows(named=True)
    return Breach(rule, len(rows), tuple(zip(shown, examples, strict=True)))


def merged(parts: Iterable[Breach], order: Sequence[str]) -> tuple[Breach, ...]:
    """Add up the breaches of several parts of one file, in the ``order`` of the rules' ids."""
    by_rule: dict[str, Breach] = {}
    for part in parts:
        known = by_rule.setdefault(part.rule.id, replace(part, count=0, first=()))
        first = sorted((*known.first, *part.first), key=lambda example: example[0])[:EXAMPLES]
        by_rule[part.rule.id] = replace(known, count=known.count + part.count, first=tuple(first))
    return tuple(sorted(by_rule.values(), key=lambda breach: order.index(breach.rule.id)))


def _schema(frame: pl.DataFrame, rules: list[RowRule]) -> type[dy.Schema]:
    """Write the contract for dataframely: the columns of ``frame``, and each rule by its number."""
    import dataframely as dy  # noqa: PLC0415 - a pool without a bad row does without it

    namespace: dict[str, object] = {ROW: dy.UInt32(nullable=False)}
    namespace |= {name: dy_column(dtype) for name, dtype in frame.schema.items() if name != ROW}
    namespace |= {f"rule {number}": dy.rule()(_constant(rule.holds)) for number, rule in enumerate(rules)}
    return types.new_class("Declaration", (dy.Schema,), exec_body=lambda body: body.update(namespace))


def _nobody(raw: pl.DataFrame) -> pl.DataFrame:
    """Give a quarantine of no row, with the columns that it always has."""
    kept = raw.clear().drop("row", *REASONS, strict=False)
    kept = kept.select(pl.lit(None, pl.Int64).alias("row"), pl.exclude(RAGGED))
    return kept.with_columns(pl.lit(None, pl.String).alias(name) for name in REASONS)


def _reasons(broken: list[tuple[RowRule, pl.Series]]) -> pl.DataFrame:
    """Give each bad row once, with all that it breaks."""
    pieces = [
        rows.alias(ROW)
        .to_frame()
        .with_columns(
            pl.lit(rule.id).alias("rule"), pl.lit(_reason(rule).fr).alias("fr"), pl.lit(_reason(rule).en).alias("en")
        )
        for rule, rows in broken
    ]
    return (
        pl.concat(pieces)
        .group_by(ROW, maintain_order=True)
        .agg(
            pl.col("rule").str.join("; ").alias("reasons"),
            pl.col("fr").str.join(" ; ").alias("reasons_fr"),
            pl.col("en").str.join("; ").alias("reasons_en"),
        )
    )


def dy_column(dtype: pl.DataType) -> dy.Column:
    """Give the dataframely column of a type, nulls left to the rules."""
    import dataframely as dy  # noqa: PLC0415 - as above

    if isinstance(dtype, pl.Enum):
        return dy.Enum(dtype.categories.to_list(), nullable=True)
    if isinstance(dtype, pl.Datetime):
        return dy.Datetime(nullable=True, time_zone=dtype.time_zone, time_unit=dtype.time_unit)
    columns: dict[type[pl.DataType], type[dy.Column]] = {
        pl.Boolean: dy.Bool,
        pl.Date: dy.Date,
        pl.Int16: dy.Int16,
        pl.Int32: dy.Int32,
        pl.String: dy.String,
    }
    return columns[type(dtype)](nullable=True)


def _constant(holds: pl.Expr) -> Callable[[Any], pl.Expr]:
    return lambda _: holds


def _reason(rule: RowRule) -> Text:
    column = f"{rule.column} : " if rule.column else ""
    return Text(f"{column}attendu {rule.expected.fr}", f"{column.replace(' :', ':')}expected {rule.expected.en}")


def fault(breach: Breach, shown: str, theirs: Mapping[str, str] | None = None) -> Fault:
    """Name the column (``theirs`` has the names in the file), how many rows, and the first few as the file has them."""
    rule, count = breach.rule, breach.count
    several = "s" if count > 1 else ""
    columns = Text("colonnes" if "," in rule.column else "colonne", "columns" if "," in rule.column else "column")
    own = theirs.get(rule.column) if theirs else None
    named = Text(f"{rule.column} (« {own} »)", f"{rule.column} (“{own}”)") if own else same(rule.column)
    where = Text(
        f"{shown}{f', {columns.fr} {named.fr}' if rule.column else ''} : {count} ligne{several}",
        f"{shown}{f', {columns.en} {named.en}' if rule.column else ''}: {count} row{several}",
    )
    examples = [_example(row, number, rule) for number, row in breach.first]
    found = Text(" · ".join(example.fr for example in examples), " · ".join(example.en for example in examples))
    write = rule.write
    if rule.id.endswith("readable") and rule.labels:
        write = _suggestion(rule, str(breach.first[0][1][rule.column]))
    if rule.id.endswith("readable") and own:
        write = Text(
            f"corrigez la valeur, ou dites comment la lire sous [columns.{rule.column}] ; {write.fr}",
            f"mend the value, or say how to read it under [columns.{rule.column}]; {write.en}",
        )
    return Fault(where, found, rule.expected, write, count=count)


def _example(row: dict[str, Any], number: int, rule: RowRule) -> Text:
    """Show a row: its number, its declaration, and the cells that the rule looks at."""
    who = f" ({row['declaration_id']})" if row.get("declaration_id") not in (None, "") else ""
    present = [name for name in rule.shows if name in row]
    cells = [_cell(row[name]) for name in present]
    pairs = [Text(f"{name} = {c.fr}", f"{name} = {c.en}") for name, c in zip(present, cells, strict=True)]
    shown = cells if len(cells) == 1 else pairs
    fr, en = ", ".join(c.fr for c in shown), ", ".join(c.en for c in shown)
    return Text(f"ligne {number}{who}{f' : {fr}' if fr else ''}", f"row {number}{who}{f': {en}' if en else ''}")


def _cell(value: object) -> Text:
    if value is None or value == "":
        return Text("(vide)", "(empty)")
    return same(str(value).lower() if isinstance(value, bool) else str(value))


def _suggestion(rule: RowRule, value: str) -> Text:
    """Suggest the label that was meant, or the code with its leading zeros, where there is one."""
    padded = value.strip().zfill(len(rule.labels[0]))
    if padded in rule.labels:
        return meant(padded, [padded])
    if padded.isdigit():  # a code one digit away is another occupation, not a slip
        return rule.write
    if len(rule.labels) > MANY and not get_close_matches(value, rule.labels, n=1, cutoff=0.6):
        return rule.write
    return meant(value, rule.labels, "attributes.toml")

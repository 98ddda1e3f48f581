"""Tables of published figures: read from CSV, every cell typed, every rule checked, all faults at once.

dataframely finds the rows that break a rule; the sentences are ours, because they must say what to write. A figure that
contradicts another is not a fault as long as the row says so in ``flags``: it is kept, and listed in
``data/contradictions.csv``. A contradiction that no flag admits is one, and so is a flag that nothing bears out.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dataframely as dy
import polars as pl

from ranking.checked import dy_column
from ranking.csv_file import read_csv
from ranking.faults import Fault, PoolError, PublishedError
from rules.faults import meant
from rules.text import Text, listed, same

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

EXAMPLES = 3
Columns = dict[str, "pl.DataType | type[pl.DataType]"]
INSTANT = pl.Datetime("us", "UTC")
READ: dict[type[pl.DataType], Text] = {
    pl.Int32: Text("un nombre entier", "a whole number"),
    pl.Date: Text("un jour, AAAA-MM-JJ", "a day, YYYY-MM-DD"),
    pl.Datetime: Text("un instant en UTC, 2026-08-19T12:35:37Z", "an instant in UTC, 2026-08-19T12:35:37Z"),
}


@dataclass(frozen=True)
class Rule:
    """One thing that must hold of every row: null counts as broken. ``shows`` names the columns that a fault quotes."""

    id: str
    holds: pl.Expr
    shows: tuple[str, ...]
    expected: Text
    write: Text


def read_table(
    path: Path,
    columns: Mapping[str, pl.DataType | type[pl.DataType]],
    key: Sequence[str],
    rules: Sequence[Rule],
) -> pl.DataFrame:
    """Read a table of published figures, in the order of its file, or raise a PublishedError with every fault.

    ``columns`` are all those of the file, in its order; empty cells are null. ``key`` names the columns that tell rows
    apart.
    """
    try:
        raw = read_csv(path)
    except PoolError as error:
        raise PublishedError(error.faults) from None
    _check_heading(raw.columns, list(columns), path.name)
    typed = raw.select(_typed(name, dtype).alias(name) for name, dtype in columns.items())
    lost = [_unreadable(name, raw, typed, key, path.name) for name in columns if raw[name].dtype != typed[name].dtype]
    found = _broken(typed, [_unique(key), *rules], key, path.name)
    faults = [*(fault for fault in lost if fault), *found]
    if faults:
        raise PublishedError(faults)
    return typed


def flagged(name: str) -> pl.Expr:
    """Tell whether a row bears a flag, with or without a value after a colon."""
    return pl.col("flags").fill_null("").str.contains(rf"(^|;){name}(:|;|$)")


def flag_value(name: str) -> pl.Expr:
    """Give what a flag says after its colon; null without the flag."""
    return pl.col("flags").str.extract(rf"(?:^|;){name}:([^;]+)")


def complete(*names: str) -> Rule:
    """Ask for a value in every cell of some columns."""
    expected = Text("une valeur dans chaque cellule obligatoire", "a value in every cell that must have one")
    holds = pl.all_horizontal(pl.col(*names).is_not_null())
    return Rule("complete", holds, names, expected, Text("remplissez la cellule vide", "fill the empty cell"))


def in_order(*names: str) -> Rule:
    """Ask that rows follow one another."""
    holds = pl.all_horizontal(pl.col(name) >= pl.col(name).shift(1).fill_null(pl.col(name)) for name in names)
    expected = Text("des lignes en ordre de temps", "rows in order of time")
    write = Text("remettez la ligne à sa place", "put the row where it belongs")
    return Rule("order", holds, names, expected, write)


def known_flags(names: Sequence[str]) -> Rule:
    """Refuse a flag that nothing reads."""
    every = pl.col("flags").fill_null("").str.split(";").list.eval(pl.element().str.extract("^([^:]*)"))
    holds = every.list.set_difference([*names, ""]).list.len() == 0
    expected = Text(f"des drapeaux connus : {listed(tuple(names), 20)}", f"known flags: {listed(tuple(names), 20)}")
    write = Text("l’un d’eux, ou rien", "one of them, or nothing")
    return Rule("known flags", holds, ("flags",), expected, write)


def agrees(rule: str, holds: pl.Expr, flag: str, shows: tuple[str, ...], expected: Text) -> Rule:
    """Ask for either agreement or the flag that admits the contradiction, and never both."""
    write = Text(
        f"corrigez la cellule, ou mettez (ou retirez) le drapeau « {flag} »",
        f"mend the cell, or set (or take out) the flag “{flag}”",
    )
    return Rule(rule, holds.fill_null(value=False) != flagged(flag), (*shows, "flags"), expected, write)


def _check_heading(found: list[str], wanted: list[str], name: str) -> None:
    faults = []
    for column in sorted(set(wanted) - set(found)):
        said = Text(f"pas de colonne « {column} »", f"no column “{column}”")
        faults.append(Fault(same(name), said, Text("toutes les colonnes", "every column"), same(",".join(wanted))))
    for column in sorted(set(found) - set(wanted)):
        said = Text(f"la colonne inconnue « {column} »", f"the unknown column “{column}”")
        expected = Text("les colonnes de data/README.md", "the columns of data/README.md")
        faults.append(Fault(same(name), said, expected, meant(column, wanted)))
    if faults:
        raise PublishedError(faults)


def _typed(name: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
    cell = pl.col(name)
    if dtype == INSTANT:
        return cell.str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="us", strict=False).dt.replace_time_zone("UTC")
    if dtype == pl.Date:
        return cell.str.to_date("%Y-%m-%d", strict=False)
    return cell.cast(dtype, strict=False)


def _unreadable(name: str, raw: pl.DataFrame, typed: pl.DataFrame, key: Sequence[str], file: str) -> Fault | None:
    bad = raw.filter(raw[name].is_not_null() & typed[name].is_null())
    if bad.is_empty():
        return None
    kind = READ[type(typed[name].dtype)]
    return Fault(_where(file, bad, key), same(f"{name} = {bad[name][0]}"), kind, kind, bad.height, _names(bad, key))


def _unique(key: Sequence[str]) -> Rule:
    expected = Text("chaque ligne une seule fois", "each row only once")
    write = Text("gardez une seule de ces lignes", "keep one of these rows")
    return Rule("unique", pl.struct(key).is_unique(), tuple(key), expected, write)


def _schema(typed: pl.DataFrame, rules: Sequence[Rule]) -> type[dy.Schema]:
    """Write the rules for dataframely: the columns as they are typed, each rule by its number."""
    namespace: dict[str, object] = {name: dy_column(dtype) for name, dtype in typed.schema.items()}
    namespace |= {f"rule {number}": dy.rule()(_constant(one.holds)) for number, one in enumerate(rules)}
    return types.new_class("Published", (dy.Schema,), exec_body=lambda body: body.update(namespace))


def _broken(typed: pl.DataFrame, rules: Sequence[Rule], key: Sequence[str], file: str) -> list[Fault]:
    details = _schema(typed, rules).filter(typed).failure.details()
    faults = []
    for number, one in enumerate(rules):
        column = f"rule {number}"
        if column in details.columns:
            bad = details.filter(pl.col(column).cast(pl.String) == "invalid")
            if bad.height:
                said = ", ".join(f"{name} = {bad[name][0]}" for name in one.shows)
                faults.append(
                    Fault(_where(file, bad, key), same(said), one.expected, one.write, bad.height, _names(bad, key))
                )
    return faults


def _constant(holds: pl.Expr) -> Callable[[object], pl.Expr]:
    return lambda _: holds.fill_null(value=False)


def _where(file: str, bad: pl.DataFrame, key: Sequence[str]) -> Text:
    first = _names(bad, key)[0]
    more = bad.height - 1
    return Text(
        f"{file}, {first}" + (f" et {more} autre{'s' if more > 1 else ''}" if more else ""),
        f"{file}, {first}" + (f" and {more} other{'s' if more > 1 else ''}" if more else ""),
    )


def _names(bad: pl.DataFrame, key: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        " ".join("–" if cell is None else str(cell) for cell in row) for row in bad.select(key).head(EXAMPLES).rows()
    )

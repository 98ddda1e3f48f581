"""A pool that an engine reads by itself: its columns are of the kinds that the law reads, its values in their domains.

What ``conform`` checks of a frame is checked here by one row of counts. The contract of a pool (numbers that repeat,
contradictions) is not: ``tirage pool check`` has that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from ranking.columns import ID, KINDS
from ranking.conform import missing_column, span_of
from ranking.faults import Fault, PoolError
from rules.sql_functions import name as column
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date

    from rules.attributes import Attribute
    from rules.regulation import Regulation

POOL = "pool"
"""The name under which an engine reads the columns that the law knows."""
KIND_OF = {"label": "text", "code": "text"}


def check_columns(kinds: Mapping[str, str], regulation: Regulation) -> list[str]:
    """Give the columns that the law knows; one that is missing, or of another kind, is a PoolError."""
    tests = [source.of[2] for source in regulation.levels.values() if source.of[1] in kinds]
    unknown = [name for name in kinds if name not in regulation.attributes]
    faults = [
        missing_column(name, unknown, "source", name in regulation.needed)
        for name in dict.fromkeys([ID, "submitted_at", *regulation.needed, *tests])
        if name not in kinds
    ]
    known = [name for name in regulation.attributes if name in kinds]
    for name in known:
        kind = regulation.attributes[name].type
        if kinds[name] != KIND_OF.get(kind, kind):
            where = Text(f"colonne {name}", f"column {name}")
            faults.append(Fault(where, same(kinds[name]), KINDS[kind], KINDS[kind]))
    if faults:
        raise PoolError(faults)
    return known


def select(regulation: Regulation, columns: Collection[str], source: exp.Query) -> exp.Select:
    """Write the columns of a source that the law knows; a null that is an answer becomes its label."""
    found: list[exp.Expr] = []
    for known in (name for name in regulation.attributes if name in columns):
        here: exp.Expr = column(known)
        if _has_none(regulation.attributes[known]):
            here = exp.Coalesce(this=here, expressions=[exp.convert("none")])
        found.append(exp.alias_(here, known, quoted=True))
    return exp.select(*found).from_(source.subquery("source"))


def _has_none(attribute: Attribute) -> bool:
    return attribute.missing == "none" and "none" in attribute.labels and attribute.only_when is None


def check_values(
    fetch: Callable[[exp.Query], list[tuple[Any, ...]]],
    regulation: Regulation,
    facts_on: date,
    columns: Collection[str],
) -> None:
    """Fail because a value of the table ``pool`` lies outside its domain, or is null where the law has no answer."""
    bad = {name: test for name in columns if (test := outside(name, regulation, facts_on)) is not None}
    counts = [
        exp.alias_(exp.Sum(this=exp.Case().when(test, exp.convert(1)).else_(exp.convert(0))), name, quoted=True)
        for name, test in bad.items()
    ]
    [row] = fetch(exp.select(*counts).from_(POOL))
    faults = []
    for name, rows in zip(bad, row, strict=True):
        if rows:
            expected = _expected(regulation.attributes[name], regulation, name, facts_on)
            found = Text(f"{rows} valeurs nulles ou hors du domaine", f"{rows} values null or outside the domain")
            faults.append(Fault(Text(f"colonne {name}", f"column {name}"), found, expected, expected, count=int(rows)))
    if faults:
        raise PoolError(faults)


def outside(name: str, regulation: Regulation, facts_on: date) -> exp.Expr | None:
    """Write whether a value cannot be read by the law; None where every value can."""
    attribute = regulation.attributes[name]
    here = column(name)
    tests: list[exp.Expr] = []
    span = span_of(name, regulation, facts_on)
    if span is not None:
        low, high = (
            exp.convert(end) if isinstance(end, int) else exp.cast(exp.convert(str(end)), "DATE") for end in span
        )
        tests += [exp.LT(this=here, expression=low), exp.GT(this=here.copy(), expression=high)]
    elif attribute.type in ("label", "code"):
        tests.append(exp.not_(here.isin(*regulation.inputs[name].labels)))
    answered = name in regulation.levels or attribute.missing != "error" or attribute.only_when is not None
    if name in (ID, "submitted_at") or (name in regulation.needed and not answered):
        tests.append(here.copy().is_(exp.null()))
    return exp.or_(*tests) if tests else None


def _expected(attribute: Attribute, regulation: Regulation, name: str, facts_on: date) -> Text:
    span = span_of(name, regulation, facts_on)
    if span is not None:
        return Text(f"de {span[0]} à {span[1]}, à chaque ligne", f"from {span[0]} to {span[1]}, in every row")
    if attribute.type in ("label", "code"):
        return Text(f"une valeur de « {name} » à chaque ligne", f"a value of “{name}” in every row")
    return Text("une valeur à chaque ligne", "a value in every row")

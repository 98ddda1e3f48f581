"""The first road: the round run again from its folder and the pool, compared with what the folder holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.contribution import Contribution
from ranking.instruction import read_instruction
from ranking.receipt import receipt
from ranking.round import run_round
from ranking.verify.findings import EXAMPLES, Finding, compared, differs, out_of
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.pool import Pool
    from ranking.verify.archive import Archive

APART = ("versions",)
ABSENT = object()


def run_again(archive: Archive, pool: Pool) -> list[Finding]:
    """Run the round again; compare invitations, outcomes and receipt value for value. Raises what a round raises."""
    instruction = read_instruction(archive.folder / "instruction.toml", program=archive.folder / "law")
    ledger = archive.receipt["ledger"]
    owed = Contribution(archive.exclusions, ledger.get("used", {}), ledger.get("head"))
    more: dict[str, Any] = {} if archive.history is None else {"history": archive.history}
    done = run_round(instruction, pool, owed, **more)
    return [
        _same_rows("replay_invitations", archive.invitations, done.invitations, ["selection", "rank"]),
        _same_rows("replay_outcomes", archive.outcomes, done.outcomes, ["declaration_id"]),
        _same_receipt(archive.receipt, receipt(done)),
    ]


def _same_rows(name: str, kept: pl.DataFrame, made: pl.DataFrame, by: list[str]) -> Finding:
    """Compare two tables row by row, in whatever order their rows are."""
    if kept.schema != made.schema:
        wrong = Text(f"colonnes {_columns(kept)}", f"columns {_columns(kept)}")
        return Finding(name, out_of(0, made.height), (wrong,))
    if kept.sort(by).equals(made.sort(by)):
        return Finding(name, out_of(made.height, made.height))
    names = made.columns
    both = pl.concat([kept.with_columns(kept=True), made.with_columns(kept=False)])
    odd = both.filter(~pl.struct(names).is_duplicated() | pl.struct([*names, "kept"]).is_duplicated())
    alone = odd.sort([*by, "kept"], descending=[*[False] * len(by), True])
    wrong_rows = [_row(row) for row in alone.head(EXAMPLES).iter_rows(named=True)]
    right = made.height - alone.filter(~pl.col("kept")).height
    return Finding(name, out_of(right, made.height), tuple(wrong_rows), count=alone.height)


def _columns(frame: pl.DataFrame) -> str:
    return ", ".join(f"{name} ({dtype})" for name, dtype in frame.schema.items())


def _row(row: dict[str, Any]) -> Text:
    kept = row.pop("kept")
    shown = ", ".join(str(value) for value in row.values() if value is not None)
    if kept:
        return Text(f"{shown} : seulement au dossier", f"{shown}: only in the folder")
    return Text(f"{shown} : seulement à la reprise", f"{shown}: only in the replay")


def _same_receipt(kept: dict[str, Any], made: dict[str, Any]) -> Finding:
    said, wanted = (dict(_leaves(one)) for one in (kept, made))
    fields = sorted({*said, *wanted})
    wrong = [
        differs(field, said.get(field), wanted.get(field))
        for field in fields
        if said.get(field, ABSENT) != wanted.get(field, ABSENT) or type(said.get(field)) is not type(wanted.get(field))
    ]
    return compared("replay_receipt", len(fields), wrong)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - anything that JSON can hold
    """Give every value of a receipt by its path; an empty list or object is a value."""
    if isinstance(value, (dict, list, tuple)) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            if path or key not in APART:
                yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, list(value) if isinstance(value, tuple) else value

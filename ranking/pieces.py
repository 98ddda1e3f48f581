"""A pool too large for memory: one Parquet file, or a folder or pattern of several that are read as one."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import polars as pl

from ranking.columns import ROW
from ranking.faults import Fault, PoolError
from ranking.files import file_fault, no_file, not_parquet
from rules.text import Text, same

SUFFIX = ".parquet"
FEW = 3


@dataclass(frozen=True)
class Pieces:
    """Files of the same columns, in the order of their names; rows are numbered from 1 through all of them."""

    shown: str
    files: tuple[Path, ...]
    schema: pl.Schema

    def scan(self) -> pl.LazyFrame:
        """Read the rows when asked, with their numbers in the column ``columns.ROW``."""
        return pl.scan_parquet(list(self.files), row_index_name=ROW, row_index_offset=1, hive_partitioning=False)

    def rows(self, first: int, count: int) -> pl.DataFrame:
        """Read some rows, from number ``first`` on, as the files have them."""
        return pl.scan_parquet(list(self.files), hive_partitioning=False).slice(first - 1, count).collect()


def find(source: str | Path) -> Pieces:
    """Find the files of a pool: a file, the Parquet files of a folder, or those of a pattern such as ``p-*.parquet``.

    Raises PoolError when there is none, when one is not Parquet, or has other columns than the first.
    """
    path = Path(source)
    files = _files(path)
    if not files and not are_several(path):
        raise PoolError([no_file(path)])
    if not files:
        found = Text("aucun fichier .parquet", "no .parquet file")
        expected = Text("une banque en Parquet, en un ou plusieurs fichiers", "a pool in Parquet, in one or more files")
        raise PoolError([file_fault(path, found, expected)])
    first, *others = [(file, _schema(file)) for file in files]
    faults = [_other_columns(file, schema, first) for file, schema in others if schema != first[1]]
    if faults:
        raise PoolError(faults)
    return Pieces(path.name, tuple(files), first[1])


def is_parquet(source: str | Path) -> bool:
    """Tell whether a pool is in Parquet, which only then need not be held in memory."""
    return are_several(source) or Path(source).suffix.lower() == SUFFIX


def are_several(source: str | Path) -> bool:
    """Tell whether a name stands for a folder or a pattern of files."""
    path = Path(source)
    return not path.is_file() and (path.is_dir() or "*" in path.name or "?" in path.name)


def would_join(source: str | Path, file: Path) -> bool:
    """Tell whether a file, once written, would be one of the pieces that a name stands for."""
    if not are_several(source):
        return False
    folder, pattern = _pattern(Path(source))
    return file.parent.resolve() == folder.resolve() and fnmatch(file.name, pattern)


def _pattern(path: Path) -> tuple[Path, str]:
    return (path, f"*{SUFFIX}") if path.is_dir() else (path.parent, path.name)


def _files(path: Path) -> list[Path]:
    if not are_several(path):
        return [path] if path.is_file() else []
    folder, pattern = _pattern(path)
    return sorted(file for file in folder.glob(pattern) if file.is_file() and not file.name.startswith("."))


def _schema(file: Path) -> pl.Schema:
    try:
        return pl.scan_parquet(file, hive_partitioning=False).collect_schema()
    except pl.exceptions.PolarsError:
        raise PoolError([not_parquet(file)]) from None


def _other_columns(file: Path, schema: pl.Schema, first: tuple[Path, pl.Schema]) -> Fault:
    """Say how the columns of a piece differ from those of the first."""
    names = dict.fromkeys([*first[1], *schema])
    differing = [name for name in names if schema.get(name) != first[1].get(name)][:FEW]
    fr = ", ".join(f"{name} : {schema.get(name) or 'absente'}" for name in differing) or "un autre ordre"
    en = ", ".join(f"{name}: {schema.get(name) or 'absent'}" for name in differing) or "another order"
    expected = Text(f"les colonnes et les types de {first[0].name}", f"the columns and types of {first[0].name}")
    write = Text("écrivez tous les morceaux de la même façon", "write all pieces in the same way")
    return Fault(same(file.name), Text(fr, en), expected, write)

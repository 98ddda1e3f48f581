"""The draw by counts on Spark: the pool stays in the cluster, counts and the keys of a tie group come to the driver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from ranking.counted.in_sql import SqlEngine
from ranking.spark import KINDS, SETTINGS, SOURCE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import polars as pl


class Spark(SqlEngine):
    """A pool that is a Spark data frame. ``work`` is a folder that the whole cluster can write and read.

    The settings that the queries need (``ranking.spark.SETTINGS``) are made in ``session``.
    """

    dialect = "spark"

    def __init__(self, session: Any, pool: Any, work: Path | str) -> None:  # noqa: ANN401 - pyspark is an extra
        super().__init__(exp.select("*").from_(SOURCE))
        self.session, self.work = session, str(work).rstrip("/")
        for name, value in SETTINGS.items():
            session.conf.set(name, value)
        pool.createOrReplaceTempView(SOURCE)

    def _ask(self, query: exp.Query) -> Any:  # noqa: ANN401 - a data frame of Spark
        return self.session.sql(query.sql(self.dialect))

    def kinds(self, query: exp.Query) -> Mapping[str, str]:
        """Ask Spark, which reads no row for it."""
        return {name: KINDS.get(kind, kind) for name, kind in self._ask(query).dtypes}

    def fetch(self, query: exp.Query) -> list[tuple[Any, ...]]:
        """Bring the rows of a query to the driver."""
        return [tuple(row) for row in self._ask(query).collect()]

    def write(self, query: exp.Query, path: Path | str) -> None:
        """Write a folder of Parquet files, each by the executor that has its rows."""
        self._ask(query).write.parquet(str(path))

    def view(self, name: str, query: exp.Query) -> None:
        """Name a query."""
        self._ask(query).createOrReplaceTempView(name)

    def keep(self, name: str, query: exp.Query) -> None:
        """Write a folder into the work folder."""
        path = f"{self.work}/{name}.parquet"
        self.write(query, path)
        self.session.read.parquet(path).createOrReplaceTempView(name)

    def give(self, name: str, frame: pl.DataFrame) -> None:
        """Send a frame of the driver to the cluster."""
        kinds = ", ".join(
            f"{column} {'int' if kind.is_integer() else 'string'}" for column, kind in frame.schema.items()
        )
        self.session.createDataFrame(frame.rows(), kinds).createOrReplaceTempView(name)

    def micros(self, instant: exp.Expr) -> exp.Expr:
        """Write an instant as whole microseconds since 1970."""
        return exp.Anonymous(this="UNIX_MICROS", expressions=[instant])

    def lot(self, before: bytes, person: exp.Expr) -> exp.Expr:
        """Hash binaries: what comes before, the length of the person in 4 bytes, the person."""

        def call(name: str, *arguments: exp.Expr) -> exp.Expr:
            return exp.Anonymous(this=name, expressions=list(arguments))

        length = call("LPAD", call("HEX", call("OCTET_LENGTH", person)), exp.convert(8), exp.convert("0"))
        text = call("ENCODE", person.copy(), exp.convert("UTF-8"))
        whole = call("CONCAT", call("UNHEX", exp.convert(before.hex())), call("UNHEX", length), text)
        return call("LOWER", call("SHA2", whole, exp.convert(256)))

"""The same regulation on Spark: the third engine, for pools that lie in a cluster. Needs ``tirage[spark]`` and Java 17.

Nothing here is specific to a cluster: whoever has a session gives it; ``local_session`` makes one on this machine.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlglot import exp

from ranking import sql_pool
from ranking.columns import ID, score_columns
from ranking.conform import absent_inputs, conform
from ranking.faults import EngineError, Fault
from rules import sql
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from rules.regulation import Regulation

KINDS = {
    "boolean": "boolean",
    "date": "date",
    "timestamp": "instant",
    "string": "text",
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "whole"),
}
SOURCE = "declared"
JAVA = 17
ENGINE = Text("moteur Spark", "engine Spark")
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
"""What the queries need of a session, whoever made it: instants in UTC, names as written, errors rather than nulls."""


def check_installed() -> None:
    """Fail because Spark is not here, and say what to install."""
    faults = []
    if find_spec("pyspark") is None:
        found = Text("le paquet pyspark est absent", "the package pyspark is missing")
        expected = Text("l’extra « spark » de tirage", "the extra “spark” of tirage")
        faults.append(Fault(ENGINE, found, expected, same("pip install 'tirage[spark]'")))
    if shutil.which("java") is None:
        found = Text("aucune commande java", "no command java")
        expected = Text(f"Java {JAVA} ou plus récent", f"Java {JAVA} or newer")
        write = Text(
            f"installez un Java {JAVA}, ou choisissez --engine polars ou duckdb",
            f"install a Java {JAVA}, or choose --engine polars or duckdb",
        )
        faults.append(Fault(ENGINE, found, expected, write))
    if faults:
        raise EngineError(faults)


@contextmanager
def local_session(*, cores: int = 2, memory: str = "2g", settings: Mapping[str, str] | None = None) -> Iterator[Any]:
    """Give a Spark session on this machine, stopped at the end, that leaves no file behind and asks no network.

    ``memory`` is that of its Java process. Where the process has a session already, that one serves, and goes on.

    Raises:
        EngineError: pyspark or Java is missing, or Java does not start Spark.
    """
    check_installed()
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra

    if SparkSession.getActiveSession() is not None:
        yield SparkSession.getActiveSession()
        return
    with tempfile.TemporaryDirectory() as folder:
        own = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.memory": memory,
            "spark.local.dir": folder,
            "spark.sql.warehouse.dir": f"{folder}/warehouse",
            "spark.sql.catalogImplementation": "in-memory",
            "spark.sql.shuffle.partitions": str(cores),
            "spark.log.level": "ERROR",
        }
        builder = SparkSession.builder.master(f"local[{cores}]").appName("tirage")
        for name, value in {**own, **SETTINGS, **(settings or {})}.items():
            builder = builder.config(name, value)
        session = _started(builder, Path(folder) / "java.log")
        try:
            yield session
        finally:
            session.stop()


def _started(builder: Any, log: Path) -> Any:  # noqa: ANN401 - pyspark is an extra
    """Start Spark, what Java says of itself going to ``log``; where it does not start, the end of that is told."""
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    kept = os.dup(2)
    try:
        with log.open("wb") as quiet:
            os.dup2(quiet.fileno(), 2)
        return builder.getOrCreate()
    except Exception as error:  # noqa: BLE001 - whatever keeps Java from starting
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
        found = Text(f"Java n’a pas démarré Spark : {error}", f"Java did not start Spark: {error}")
        expected = Text(f"Java {JAVA} ou plus récent", f"Java {JAVA} or newer")
        raise EngineError([Fault(ENGINE, found, expected, same(" / ".join(said) or "java -version"))]) from None
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def scores(pool: Any, regulation: Regulation, *, facts_on: date | None = None) -> Any:  # noqa: ANN401 - pyspark is an extra
    """Score a data frame of Spark where it lies: a data frame of Spark with the columns of ``ranking.score``, lazily.

    Rows in no order, as Spark gives them. Columns are of the kinds that the law reads (labels as text, whole numbers,
    dates, booleans, instants). One row of counts comes to the driver, to check that every value is in its domain.
    Makes the views ``declared`` and ``pool``, and the settings ``SETTINGS``, in the session of ``pool``.

    Raises:
        PoolError: a column is missing, of another kind, or has a value outside its domain.
    """
    day, session = facts_on or regulation.day, pool.sparkSession
    for setting, value in SETTINGS.items():
        session.conf.set(setting, value)
    columns = sql_pool.check_columns({name: KINDS.get(kind, kind) for name, kind in pool.dtypes}, regulation)
    pool.createOrReplaceTempView(SOURCE)
    source = exp.select("*").from_(SOURCE)
    session.sql(sql_pool.select(regulation, columns, source).sql("spark")).createOrReplaceTempView(sql_pool.POOL)
    sql_pool.check_values(lambda asked: session.sql(asked.sql("spark")).collect(), regulation, day, columns)
    absent = set(regulation.inputs) - {*columns, *regulation.derivable(columns)}
    return session.sql(sql.scoring(regulation, day, table=sql_pool.POOL, absent=absent).sql("spark"))


def score(frame: pl.DataFrame, regulation: Regulation, session: Any, *, facts_on: date | None = None) -> pl.DataFrame:  # noqa: ANN401 - a SparkSession, not installed everywhere
    """Score a frame as ``ranking.score`` does, on Spark. One row a declaration, in the order of ``frame``.

    The frame goes to Spark and its scores come back as Parquet in a temporary folder; each row bears its place, and
    they are put back in order by it.
    """
    day = facts_on or regulation.day
    typed = conform(frame, regulation, day)
    places = pl.int_range(len(typed), dtype=pl.Int64, eager=True).alias(ID)
    read = [name for name in regulation.attributes if name in typed.columns and name != ID]
    query = sql.scoring(regulation, day, table="pool", absent=absent_inputs(typed.columns, regulation)).sql(
        dialect="spark"
    )
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "pool.parquet", Path(folder) / "scored"
        typed.select(places, *read).write_parquet(source)
        session.read.parquet(str(source)).createOrReplaceTempView("pool")
        session.sql(query).write.parquet(str(target))
        found = pl.read_parquet(target / "*.parquet").sort(ID)
    return pl.DataFrame([typed[ID], *[found[name] for name in score_columns(regulation) if name != ID]])

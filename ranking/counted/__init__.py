"""A draw over a pool that is in no memory: it needs the number of declarations at each score, and the tie group.

``draw(instruction, engine, out)`` runs the selections of an instruction where the pool lies: in Parquet files read by
polars or DuckDB, or in a Spark cluster. The engine writes one row a declaration once (its score, its keys, for which
selections it is); then each selection asks for counts by score, and for the keys of the equals at the cut-off. Who is
taken is a predicate over rows (above the cut-off, or at it with a key up to the last one in), so that they leave the
later selections without any list. The engine writes the invitations and the outcomes itself.

    from ranking.counted import draw
    from ranking.counted.in_polars import Polars          # or in_duckdb.DuckDB, in_spark.Spark

    with TemporaryDirectory() as work:
        done = draw(read_instruction(path), Polars(pl.scan_parquet("pool/*.parquet"), Path(work)), Path("out/round"))
    done.outcomes, done.moved, done.selections[0].cut_off, done.selections[0].moved

The result is that of ``ranking.round.run_round``: same invitations, ranks, cut-offs and outcomes. What needs more than
counts (ceilings, reserves, floors …) is refused by name: see ``ranking.counted.supported``.
"""

from ranking.counted.draw import Draw, Drawn, draw
from ranking.counted.engine import Engine, Moved

__all__ = ["Draw", "Drawn", "Engine", "Moved", "draw"]

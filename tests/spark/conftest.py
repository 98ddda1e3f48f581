"""Tests of the Spark engine: skipped unless pyspark and Java are here. ``make spark`` runs them."""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "ranking"))
# Small pools: what Spark and Java do to make long queries quick takes longer here than the queries.
QUICK = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.adaptive.enabled": "false",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
HERE = find_spec("pyspark") is not None and shutil.which("java") is not None
if not HERE:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def session():
    """Give one session for all tests: Spark takes seconds to start."""
    from ranking.spark import local_session

    with local_session(settings=QUICK) as made:
        yield made

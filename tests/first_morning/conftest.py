"""The results of the first morning: kept as they come, then written and printed."""

import resource
import socket
import sys
from pathlib import Path

import pytest

from bench.first_morning import results as told

sys.path.insert(0, str(Path(__file__).parents[1] / "intake"))
RESULTS: dict[str, dict] = {}


def pytest_addoption(parser):
    parser.addoption("--write", action="store_true", help="write the section of bench/RESULTS.md")


@pytest.fixture(scope="session")
def results():
    return RESULTS


@pytest.fixture(autouse=True)
def all_files():
    """Open as many files as the machine gives."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@pytest.fixture
def port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def pytest_sessionfinish(session):
    if not RESULTS:
        return
    told.write(RESULTS)
    if session.config.getoption("--write"):
        told.write_section(RESULTS)
    sys.stdout.write("\n\n" + told.section(RESULTS))

"""A folder of the desk with a small pool in it, and the notebooks as modules."""

import importlib.util
from datetime import date

import pytest

import rules
from ranking import sample
from ranking.desk import opened, place, shelf


@pytest.fixture(scope="session")
def stocked(tmp_path_factory):
    """Make a folder with a pool of three thousand declarations, thirty of them wrong."""
    law, day = rules.load("quebec/pstq").on(date(2026, 4, 30)), date(2026, 4, 27)
    folder = tmp_path_factory.mktemp("desk")
    sample.generate(law, 3_000, seed=7, on=day, wrong_share=0.01).write_csv(folder / "pool.csv")
    return folder


@pytest.fixture
def desk(stocked, monkeypatch):
    """Point the desk at the folder."""
    monkeypatch.setenv(place.FOLDER, str(stocked))
    monkeypatch.delenv(place.LANG, raising=False)
    return stocked


@pytest.fixture
def case(desk):
    """Open the pool of the folder for the first instruction."""
    return opened.open_pool(str(desk / "pool.csv"), shelf.first_instruction())


@pytest.fixture
def notebook():
    """Load a notebook by its name."""

    def load(name):
        spec = importlib.util.spec_from_file_location(f"notebook_{name}", place.notebook(name))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.app

    return load

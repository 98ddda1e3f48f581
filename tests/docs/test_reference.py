"""The reference says what the commands and the docstrings say today."""

import runpy

import pytest
from pages import ROOT

GENERATED = runpy.run_path(str(ROOT / "docs" / "generate.py"))["pages"]()


@pytest.mark.parametrize("name", GENERATED)
def test_the_reference_is_not_stale(name):
    kept = (ROOT / "docs" / "reference" / name).read_text("utf-8")
    assert kept == GENERATED[name], f"docs/reference/{name} is stale: run make docs"


def test_the_reference_holds_no_other_page():
    assert {path.name for path in (ROOT / "docs" / "reference").iterdir()} == set(GENERATED)

"""The pages on mechanisms name each one with the keys it is registered with, and every example there is."""

import re

import pytest
from pages import ROOT

from ranking.contest import ALWAYS
from ranking.mechanisms import MECHANISMS
from ranking.reference import data_folder

EXAMPLES = sorted(path.name for path in (data_folder() / "instructions" / "mechanisms").glob("*.toml"))
PAGES = [ROOT / "docs" / name for name in ("mechanisms.md", "mecanismes.md")]


def rows(page):
    """The rows of the table of mechanisms: name, needs, may have, used by, ties, example."""
    lines = (line for line in page.read_text("utf-8").splitlines() if re.match(r"\| `\w+` \|.*\|.*\|.*\|.*\|", line))
    return {cells[0].strip(" `"): cells[1:] for line in lines if len(cells := line.strip("|").split("|")) == 6}


def keys(cell):
    return set(re.findall(r"`(\w+)`", cell))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_table_has_the_keys_of_every_mechanism(page):
    table = rows(page)
    assert set(table) == set(MECHANISMS)
    for name, (needs, may_have, _, ties, _) in table.items():
        rule = MECHANISMS[name]
        may = keys(table["count"][1]) if "`count`" in may_have else keys(may_have)
        assert (name, keys(needs), may, keys(ties)) == (name, {*rule.needs}, {*rule.may_have} - {*ALWAYS}, {*rule.ties})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_example_is_linked(page):
    text = page.read_text("utf-8")
    assert [name for name in EXAMPLES if f"data/instructions/mechanisms/{name})" not in text] == []

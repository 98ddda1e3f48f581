"""The plan of a compiled regulation says what the compiler does."""

import json
from datetime import date
from math import prod

import pytest
from click.testing import CliRunner

import rules
from ranking.cli.law_compile import compile_
from rules.blocks import _terms, chooses, tables
from rules.lookup import LARGEST_ALONE, Compiler
from rules.plan import plan

DAYS = {"quebec/pstq": date(2026, 4, 27), "australia/skilled_491": date(2025, 3, 24)}


@pytest.mark.parametrize("program", rules.library())
def test_every_criterion_in_force_is_in_some_table_and_each_table_is_the_product_of_its_inputs(program):
    regulation = rules.load(program).on(DAYS.get(program, date(2025, 3, 24)))
    made = plan(regulation)
    in_force = {part.id for part in regulation.criteria if part.source is not None}
    assert {name for gather in made.gathers for name in gather.criteria} >= in_force
    for gather in made.gathers:
        assert gather.entries == prod(size for _, size in gather.inputs)
        assert gather.fused == (bool(gather.inputs) and gather.entries <= LARGEST_ALONE)
        assert gather.width == ((2 if chooses(regulation) else 4) if gather.fused else 0)
    assert {name for name, _ in made.columns} == set(regulation.needed)
    compiled = tables(regulation, ())
    assert sum(gather.entries for gather in made.gathers if gather.fused) == sum(map(len, compiled.points.values()))
    compiler = Compiler(regulation)
    arrays = [
        points if chooses(regulation) else compiler.array(term).to_numpy()
        for term in _terms(compiled.total)
        if (points := compiled.points.get(id(term))) is not None
    ]
    assert made.bytes_of_tables == sum(array.nbytes for array in arrays)


def test_no_cap_of_the_pstq_binds_and_that_of_transferability_does():
    assert set(plan(rules.load("quebec/pstq").on(DAYS["quebec/pstq"])).dropped) == {
        "human_capital",
        "quebec_needs",
        "adaptation",
        "score",
    }
    express = plan(rules.load("canada/express_entry").on(date(2025, 3, 24)))
    assert "transferability" not in express.dropped


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", "Lus par déclaration"), ("en", "Read a declaration"), ("fr", "65\u202f536"), ("en", "65,536")],
)
def test_the_command_shows_it(lang, words):
    told = CliRunner().invoke(compile_, ["quebec/pstq", "--on", "2026-04-27", "--lang", lang])
    assert told.exit_code == 0
    assert words in told.output
    asked = CliRunner().invoke(compile_, ["quebec/pstq", "--on", "2026-04-27", "--json"])
    assert json.loads(asked.output)["bytes_read"] > 0

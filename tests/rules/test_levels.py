"""Language tests → levels, by cases that a lawyer can read: both sides of every least score of every test."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

import ranking
import rules
from ranking import sample
from ranking.pool import check_pool
from ranking.scoring import with_inputs
from rules.explain import explain, values_of

ON = date(2026, 4, 27)
CASES = Path(__file__).parent / "levels"
LAWS = [
    ("canada", "canada/express_entry", "english", ("ielts_gt", "celpip_g", "pte_core")),
    ("canada", "canada/express_entry", "french", ("tcf_canada", "tef_old", "tef_2019", "tef_2023")),
    ("canada", "canada/express_entry", "spouse", None),
    ("canada", "canada/federal_skilled_worker", "french", ("tcf_canada", "tef_old", "tef_2019", "tef_2023")),
    ("quebec", "quebec/pstq", "french", None),
    ("quebec", "quebec/pstq", "spouse_french", None),
]


def read_cases(name, tests):
    with (CASES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if tests is None or row["test"] in tests]


def law(program):
    return rules.load(program).on(ON)


@pytest.mark.parametrize(("name", "program", "prefix", "tests"), LAWS, ids=lambda value: str(value)[:24])
def test_a_score_reaches_its_level(name, program, prefix, tests):
    regulation = law(program)
    found = []
    for case in read_cases(name, tests):
        ability = f"{prefix}_{case['ability']}"
        said = {ability: None, f"{prefix}_test": case["test"], f"{ability}_tenths": int(10 * Decimal(case["score"]))}
        if values_of(said, regulation, ON)[ability] != int(case["level"]):
            found.append((case, values_of(said, regulation, ON)[ability]))
    assert found == []


@pytest.mark.parametrize(("name", "program", "prefix", "tests"), LAWS, ids=lambda value: str(value)[:24])
def test_every_least_score_of_the_law_has_a_case(name, program, prefix, tests):
    levels = {key: source for key, source in law(program).levels.items() if key.rpartition("_")[0] == prefix}
    wanted = {
        (test, key.rpartition("_")[2], least, level)
        for key, source in levels.items()
        for test, steps in source.scales
        for least, level in steps
    }
    said = {(c["test"], c["ability"], int(10 * Decimal(c["score"])), int(c["level"])) for c in read_cases(name, tests)}
    assert wanted <= said
    assert {test for test, _, _, _ in wanted} == {test for test, _, _, _ in said}


def pools_by(program, prefix, test, tenths):
    """A generated pool, and the same with the levels of its declarations taken from a test."""
    regulation = law(program)
    pool = sample.generate(regulation, 50, seed=3, on=ON)
    abilities = ("listening", "speaking", "reading", "writing")
    scores = [pl.lit(tenths, pl.Int32).alias(f"{prefix}_{one}_tenths") for one in abilities]
    empty = [pl.lit(None, pl.Int32).alias(f"{prefix}_{one}") for one in abilities]
    return regulation, pool, pool.with_columns(pl.lit(test).alias(f"{prefix}_test"), *scores, *empty)


def test_a_level_scores_the_same_declared_or_by_test():
    regulation, pool, by_test = pools_by("quebec/pstq", "french", "tef", 4500)
    abilities = ("listening", "speaking", "reading", "writing")
    declared = pool.with_columns(*[pl.lit(7, pl.Int32).alias(f"french_{one}") for one in abilities])
    wanted = ranking.score(declared, regulation)
    assert ranking.score(check_pool(by_test, regulation, facts_on=ON).frame, regulation).equals(wanted)
    assert ranking.score(by_test, regulation, breakdown=False).equals(wanted.select("declaration_id", "score"))


def test_a_pool_that_has_levels_only_reads_no_test():
    regulation, pool, _ = pools_by("canada/express_entry", "english", "ielts_gt", 75)
    assert not set(regulation.test_columns) & set(pool.columns)
    inputs, absent = with_inputs(pool, regulation, ON)
    assert "english_test" not in inputs.collect_schema().names()
    assert "english_listening" not in absent
    assert check_pool(pool, regulation, facts_on=ON).absent == ()


def refused(frame, regulation):
    with pytest.raises(ranking.PoolError) as caught:
        check_pool(frame, regulation, facts_on=ON)
    return [(fault.where.en, fault.expected.en) for fault in caught.value.faults]


def test_a_level_and_a_test_are_not_declared_together():
    regulation, _, by_test = pools_by("quebec/pstq", "french", "tef", 4500)
    both = by_test.with_columns(pl.lit(7, pl.Int32).alias("french_listening"))
    assert refused(both, regulation) == [
        ("frame, column french_listening: 50 rows", "a level declared or a test, not both")
    ]


def test_a_test_without_a_score_and_a_score_without_a_test_are_refused():
    regulation, _, by_test = pools_by("quebec/pstq", "french", "tef", 4500)
    without = by_test.with_columns(pl.lit(None, pl.Int32).alias("french_reading_tenths"))
    assert ("frame, column french_reading_tenths: 50 rows", "a score for each test, and only there") in refused(
        without, regulation
    )
    nothing = by_test.with_columns(pl.lit("none").alias("french_test"))
    expected = {expected for _, expected in refused(nothing, regulation)}
    assert {"a score for each test, and only there", "a value in every row"} <= expected


def test_a_test_column_without_its_scores_is_a_missing_column():
    regulation, _, by_test = pools_by("quebec/pstq", "french", "tef", 4500)
    with pytest.raises(ranking.PoolError, match="french_writing_tenths"):
        check_pool(by_test.drop("french_writing_tenths"), regulation, facts_on=ON)


def test_an_explanation_names_the_test_and_its_score():
    regulation, _, by_test = pools_by("quebec/pstq", "french", "tef", 4500)
    found = explain(check_pool(by_test, regulation, facts_on=ON).frame.row(0, named=True), regulation, ON)
    french = next(points for points in found.criteria if points.id == "french")
    fact = french.steps[0].facts[0]
    assert fact.value == 7
    assert fact.declared == (("french_listening", None), ("french_test", "tef"), ("french_listening_tenths", "4500"))

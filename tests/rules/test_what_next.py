"""What next: the nearest better row of each attribute, and what it alone would add."""

from datetime import date

import pytest

import ranking
import rules
from ranking import sample
from rules.what_next import next_steps

DAY = date(2026, 4, 27)
LAW = rules.load("quebec/pstq").on(DAY)
POOL = sample.generate(LAW, 40, seed=5, on=DAY)


@pytest.mark.parametrize("row", range(0, 40, 4))
def test_taking_a_step_adds_what_it_says(row):
    frame = POOL[row : row + 1]
    before = ranking.score(frame, LAW, breakdown=False)["score"][0]
    for step in next_steps(frame.row(0, named=True), LAW, DAY):
        changed = frame.to_dicts()[0] | {step.attribute: step.value}
        after = ranking.score(type(frame)([changed], schema=frame.schema), LAW, breakdown=False)["score"][0]
        assert after - before == step.gain > 0


def test_no_step_changes_an_age_or_brings_a_spouse():
    names = {step.attribute for row in POOL.to_dicts() for step in next_steps(row, LAW, DAY)}
    assert names
    assert not names & {"birth_date", "spouse_birth_date", "accompanying_spouse"}


def test_a_person_without_a_spouse_is_told_nothing_of_one():
    alone = POOL.filter(~POOL["accompanying_spouse"]).row(0, named=True)
    assert not [step for step in next_steps(alone, LAW, DAY) if step.attribute.startswith("spouse_")]


def test_the_next_row_is_the_nearest():
    alone = POOL.filter(~POOL["accompanying_spouse"]).row(0, named=True) | {"quebec_experience_months": 11}
    [step] = [s for s in next_steps(alone, LAW, DAY) if s.attribute == "quebec_experience_months"]
    assert (step.value, step.gain) == (12, 40)
    assert step.better.fr == "12 ou plus"

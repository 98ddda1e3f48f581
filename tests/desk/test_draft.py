"""Drafts: numbers moved and taken back, and the scenario that they make."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rules
from ranking.desk import moving, scenarios, sheets
from ranking.desk.draft import Draft
from ranking.reference import data_folder
from rules.faults import LawError
from rules.scenario import apply, read_scenario
from rules.text import same

LAWS = {
    name: rules.load(name).on(day)
    for name, day in (("quebec/pstq", date(2026, 4, 30)), ("canada/express_entry", date(2026, 2, 19)))
}
PSTQ = LAWS["quebec/pstq"]
AGE = "criteria.age.points['[31, 32)'][false]"


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_every_cell_can_be_moved_and_is_the_number_that_the_scenario_sets(law):
    draft = Draft(law)
    wanted = {key: max(cell.points - 1, 0) for key, cell in draft.cells.items()}
    draft.move(wanted)
    made = Draft(apply(draft.scenario(same("everything")), law))
    assert {key: made.points(key) for key in wanted} == wanted


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_a_draft_saved_and_read_again_is_the_same_change(law, tmp_path):
    draft = Draft(law)
    draft.move({key: cell.points + 3 for number, (key, cell) in enumerate(draft.cells.items()) if number % 7 == 0})
    path = tmp_path / "scenario.toml"
    path.write_text(scenarios.file(draft, "Essai « 1 »"), encoding="utf-8")
    assert read_scenario(path).hash == draft.scenario(same("x")).hash
    again = Draft(law)
    scenarios.load(again, str(path))
    assert again.moved == draft.moved


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 200)), max_size=12))
def test_undoing_every_step_gives_the_law_and_redoing_them_the_draft(moves):
    draft = Draft(PSTQ)
    keys = list(draft.cells)
    for number, value in moves:
        draft.move({keys[number]: value})
    whole = draft.moved
    for _ in range(draft.taken):
        draft.undo()
    assert draft.moved == {}
    for _ in range(draft.ahead):
        draft.redo()
    assert draft.moved == whole


def test_one_number_moved_in_a_row_is_one_step():
    draft = Draft(PSTQ)
    for value in (111, 112, 113):
        draft.move({AGE: value})
    assert (draft.taken, draft.moved) == (1, {AGE: 113})
    draft.undo()
    draft.move({AGE: 120})
    assert (draft.taken, draft.ahead) == (1, 0)


def test_moving_back_to_the_law_is_no_change():
    draft = Draft(PSTQ)
    draft.move({AGE: 0})
    draft.move({AGE: draft.cells[AGE].points})
    assert draft.moved == {}
    assert draft.scenario(same("nothing")).change == ()


def test_a_scenario_that_does_more_than_move_numbers_is_refused_by_name():
    draft = Draft(PSTQ)
    with pytest.raises(LawError, match="requirements"):
        scenarios.load(draft, str(data_folder() / "scenarios" / "pstq-stream-4-french.toml"))
    assert draft.moved == {}


def test_the_scenario_of_the_library_moves_the_numbers_that_it_says():
    draft = Draft(PSTQ)
    scenarios.load(draft, str(data_folder() / "scenarios" / "pstq-outside-cmm-doubled.toml"))
    assert draft.moved["groups.quebec_needs.cap"] == 820
    doubled = {key: to for key, to in draft.moved.items() if key.startswith("criteria.outside_cmm")}
    assert doubled == {key: 2 * draft.cells[key].points for key in doubled}
    assert len(doubled) == 15


def test_a_percentage_moves_all_the_numbers_of_a_part():
    draft = Draft(PSTQ)
    half = moving.scaled(draft, "quebec_diploma", 50)
    assert half == {cell.key: (cell.points + 1) // 2 for cell in moving.cells(draft, "quebec_diploma")}


def test_a_slider_reaches_the_number_of_the_law_and_that_of_the_draft():
    for cell in sheets.all_cells(PSTQ).values():
        low, high = moving.bounds(cell, cell.points + 500)
        assert low <= min(cell.points, 0)
        assert high >= cell.points + 500

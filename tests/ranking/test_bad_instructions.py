"""Bad instructions: what the person who prepares a round reads when the instruction is refused. One case a file.

A case patches the instruction of the round of 30 April 2026. ``poor`` says why a message is not yet what it should be,
``wrong`` why the instruction is not yet refused; both are expected failures, with the wording proposed.
"""

import shutil
import tomllib
from pathlib import Path

import pytest

from ranking.faults import InstructionError
from ranking.instruction import read_instruction
from ranking.reference import data_folder

CASES = {
    path.stem: tomllib.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parent / "bad_instructions").glob("*.toml"))
}
FOLDER = data_folder() / "instructions" / "quebec" / "pstq"
REAL = (FOLDER / "2026-04-30.toml").read_text("utf-8")


def cases():
    """Every case; those with a known fault are expected to fail."""
    marks = {name: [] for name in CASES}
    for name, case in CASES.items():
        if "wrong" in case:
            marks[name].append(pytest.mark.xfail(strict=True, reason=case["wrong"]))
        if "poor" in case:
            marks[name].append(pytest.mark.xfail(strict=True, raises=AssertionError, reason=case["poor"]))
    return [pytest.param(case, id=name, marks=marks[name]) for name, case in CASES.items()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the lists of the real round beside the instruction."""
    made = tmp_path_factory.mktemp("instructions")
    shutil.copytree(FOLDER / "lists", made / "lists")
    return made


def patched(case) -> str:
    """The instruction of a case: each text is replaced where it first stands."""
    text = REAL.split(case["keep_until"])[0] if "keep_until" in case else REAL
    for found, put in case.get("replace", ()):
        assert found in text, f"{found!r} is not in the instruction of 30 April 2026"
        text = text.replace(found, put, 1)
    return text


def test_the_instruction_that_the_cases_patch_has_no_fault(folder):
    path = folder / "round.toml"
    path.write_text(REAL, "utf-8")
    read = read_instruction(path)
    assert len(read.selections) == 14
    assert str(read.facts_on) == "2026-04-27"


@pytest.mark.parametrize("case", cases())
def test_a_bad_instruction_is_refused_with_this_message(case, folder):
    path = folder / "round.toml"
    path.unlink(missing_ok=True)
    if "absent" not in case:
        path.write_text(patched(case), "utf-8")
    with pytest.raises(InstructionError) as refused:
        read_instruction(path)
    assert refused.value.render("fr") == case["expected_fr"]
    assert refused.value.render("en") == case["expected_en"]


@pytest.mark.parametrize(
    "extracted_at", ["2026-04-30T23:59:59-04:00", "2026-05-01T03:59:59Z", "2026-04-27T06:30:00-04:00"]
)
def test_the_extraction_may_be_at_any_local_instant_of_the_day_of_the_round(extracted_at, folder):
    path = folder / "round.toml"
    path.write_text(REAL.replace("2026-04-27T06:30:00-04:00", extracted_at), "utf-8")
    assert read_instruction(path).facts_on <= read_instruction(path).source.law_on


def test_an_extraction_on_the_next_local_day_is_refused(folder):
    path = folder / "round.toml"
    path.write_text(REAL.replace("2026-04-27T06:30:00-04:00", "2026-05-01T04:00:00Z"), "utf-8")
    with pytest.raises(InstructionError, match="no later than the day of the round"):
        read_instruction(path)


def test_an_instruction_in_windows_1252_says_which_line_to_look_at(folder):
    path = folder / "round.toml"
    path.write_bytes(REAL.encode("cp1252"))
    with pytest.raises(InstructionError) as refused:
        read_instruction(path)
    assert refused.value.render("fr").endswith("enregistrez le fichier en UTF-8")
    assert "round.toml, line 3" in refused.value.render("en")


def test_the_list_beside_the_instruction_comes_before_that_of_the_law(folder):
    path = folder / "round.toml"
    path.write_text(REAL, "utf-8")
    read = read_instruction(path)
    assert sorted(read.lists) == [
        "2026-04-30-physicians",
        "2026-04-30-stream-1",
        "2026-04-30-stream-2",
        "2026-04-30-stream-3",
        "2026-04-30-stream-3-teer-3-5",
    ]
    path.write_text(REAL.replace('in_list = "2026-04-30-stream-1"', 'in_list = "occupations"'), "utf-8")
    assert "occupations" not in read_instruction(path).lists

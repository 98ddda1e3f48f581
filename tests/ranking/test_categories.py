"""Categories of rounds, as the law of a day has them, and the class under which someone is invited."""

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import rules
from ranking import receipt, sample
from ranking.faults import InstructionError
from ranking.instruction import read_instruction
from ranking.pool import check_pool, read_pool
from ranking.round import run_round
from ranking.selection import Selection
from ranking.verify.both import verify
from ranking.verify.definitions import KEYS, SILENT
from rules.faults import LawError
from rules.program import LAW, Program

EXPRESS = Path(__file__).parents[2] / "data" / "instructions" / "canada" / "express_entry"
ORDER = ["pnc", "cec", "fsw", "fst"]


def categories(day):
    return {one.id: one for one in rules.load("canada/express_entry").on(day).categories}


def test_categories_begin_on_their_day():
    assert categories(date(2023, 6, 27)) == {}
    assert list(categories(date(2023, 6, 28))) == ["french"]
    assert list(categories(date(2026, 2, 17))) == ["french"]
    assert "transport" in categories(date(2026, 2, 18))


@pytest.mark.parametrize(
    ("category", "occupation", "months", "in_canada", "holds"),
    [
        ("transport", "72600", 12, 0, True),
        ("transport", "72600", 11, 11, False),
        ("transport", "72601", 36, 36, False),
        ("transport", "72410", 12, 12, True),
        ("transport", "72404", 12, 12, True),
        ("transport", "22313", 12, 12, True),
        ("physicians_canadian_experience", "31102", 36, 12, True),
        ("physicians_canadian_experience", "31102", 36, 11, False),
        ("physicians_canadian_experience", "31103", 36, 36, False),
        ("researchers_canadian_experience", "41200", 12, 12, True),
        ("researchers_canadian_experience", "41210", 12, 12, False),
        ("senior_managers_canadian_experience", "00012", 12, 12, True),
        ("senior_managers_canadian_experience", "00011", 12, 12, False),
        ("senior_managers_canadian_experience", None, 12, 12, None),
    ],
)
def test_who_is_in_a_category(category, occupation, months, in_canada, holds):
    values = {"occupation_months": months, "occupation_canadian_months": in_canada}
    if occupation is not None:
        values["occupation"] = occupation
    assert categories(date(2026, 2, 18))[category].where.holds(values) is holds


@pytest.mark.parametrize(("lowest", "holds"), [(6, False), (7, True), (None, False)])
def test_the_french_category_asks_for_level_seven_in_all_four(lowest, holds):
    assert categories(date(2025, 3, 21))["french"].where.holds({"lowest_french": lowest}) is holds


@pytest.mark.parametrize("path", sorted(EXPRESS.glob("*.toml")), ids=lambda path: path.stem)
def test_a_real_round_invites_each_under_the_first_class_that_they_meet(path):
    instruction = read_instruction(path)
    regulation = instruction.regulation
    pool = sample.generate(regulation, 3_000, seed=5, on=instruction.facts_on)
    before = instruction.source.extracted_at
    pool = pool.filter(pl.col("submitted_at") < before)
    done = run_round(instruction, check_pool(pool, regulation, facts_on=instruction.facts_on, extracted_at=before))
    scored = done.scored.join(pool.select("declaration_id", "nomination"), on="declaration_id")
    met = scored.select(
        "declaration_id", pnc="nomination", **{name: f"eligible_{name}" for name in ORDER[1:]}
    ).rows_by_key("declaration_id", named=True, unique=True)
    assert done.invitations.height
    for row in done.invitations.to_dicts():
        assert row["label"] == next(name for name in ORDER if met[row["declaration_id"]][name])


def test_a_program_without_labels_has_no_such_column():
    instruction = read_instruction(EXPRESS.parents[1] / "quebec" / "pstq" / "2026-04-30.toml")
    pool = sample.generate(instruction.regulation, 100, seed=5, on=instruction.facts_on)
    checked = check_pool(pool, instruction.regulation, extracted_at=instruction.source.extracted_at)
    assert "label" not in run_round(instruction, checked).invitations.columns


def write(folder, category, day="2025-03-21"):
    text = (EXPRESS / "2025-03-21.toml").read_text(encoding="utf-8")
    text = text.replace('category = "french"', f'category = "{category}"').replace("2025-03-21", day)
    path = folder / "round.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_unknown_category_is_refused_with_the_one_meant(tmp_path):
    with pytest.raises(InstructionError) as caught:
        read_instruction(write(tmp_path, "frensh"))
    [fault] = caught.value.faults
    assert (fault.found.en, fault.write.en) == ("the unknown category “frensh”", "did you mean “french”?")


def test_a_category_that_is_not_in_force_yet_is_refused(tmp_path):
    with pytest.raises(InstructionError) as caught:
        read_instruction(write(tmp_path, "french", "2022-03-21"))
    [fault] = caught.value.faults
    assert fault.expected.fr == "une catégorie de la règle du 2022-03-21"
    assert fault.write.fr == "where = { … } : la règle de ce jour n’en a aucune"


@pytest.mark.parametrize(
    ("was", "to", "found"),
    [
        ("lowest_french", "lowest_frensh", "the unknown input “lowest_frensh”"),
        ('stream = "cec"', 'stream = "cecc"', "the unknown stream “cecc”"),
        ('id = "transport"', 'id = "french"', "french"),
        ('"72600"', '"99999"', "99999"),
    ],
)
def test_a_wrong_category_is_refused(tmp_path, was, to, found):
    folder = tmp_path / "law"
    for path in sorted((LAW / "canada" / "express_entry").rglob("*.*")):
        target = folder / path.relative_to(LAW / "canada" / "express_entry")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    file = folder / "categories.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(was, to), encoding="utf-8")
    with pytest.raises(LawError) as caught:
        Program(folder).on(date(2026, 3, 1))
    assert any(found in fault.found.en for fault in caught.value.faults)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The round of a category, kept in a folder, and its pool."""
    desk = tmp_path_factory.mktemp("category")
    instruction = read_instruction(EXPRESS / "2025-03-21.toml")
    before = instruction.source.extracted_at
    pool = sample.generate(instruction.regulation, 1_000, seed=5, on=instruction.facts_on)
    pool.filter(pl.col("submitted_at") < before).write_parquet(desk / "pool.parquet")
    checked = read_pool(
        desk / "pool.parquet", instruction.regulation, facts_on=instruction.facts_on, extracted_at=before
    )
    receipt.save(run_round(instruction, checked), desk / "round")
    return desk


def wrong(desk):
    return {finding.id for finding in verify(desk / "round", desk / "pool.parquet").failed}


def test_the_round_of_a_category_is_proven(kept):
    assert wrong(kept) == set()


def test_another_class_or_someone_outside_the_category_is_noticed(kept, tmp_path):
    shutil.copytree(kept, tmp_path / "desk")
    path = tmp_path / "desk" / "round" / "invitations.parquet"
    invited = pl.read_parquet(path)
    invited.with_columns(label=pl.lit("fst")).write_parquet(path)
    assert "labels" in wrong(tmp_path / "desk")


def test_verification_knows_every_key_of_a_selection():
    assert set(Selection.model_fields) == KEYS | SILENT

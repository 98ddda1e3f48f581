"""An instruction beside a ledger, before its round: the round already there, the plan, ceilings, who is invited."""

import json
from pathlib import Path

import pytest
from test_command_line import tirage

from ranking.ahead import _ceilings
from ranking.contribution import Contribution
from ranking.instruction import read_instruction
from ranking.ledger.file import opened

DATA = Path(__file__).parents[2] / "data" / "instructions"
ROUND = DATA / "quebec" / "pstq" / "2026-04-30.toml"
AT = ["--at", "2026-05-01T12:00:00Z"]


def run(*words):
    return tirage(*words)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A pool, and a ledger with the round of 30 April as a draft."""
    desk = tmp_path_factory.mktemp("ahead")
    made = ["--size", 4_000, "--seed", 7, "--on", "2026-04-27", "--out", desk / "p.parquet"]
    assert run("pool", "generate", "quebec/pstq", *made).status == 0
    asked = ["--pool", desk / "p.parquet", "--ledger", desk / "l.duckdb", "--out", desk / "r1", *AT]
    assert run("round", "run", ROUND, *asked).status == 0
    return desk


def check(desk, *more):
    ran = run("instruction", "check", ROUND, "--ledger", desk / "l.duckdb", "--json", *more)
    said = json.loads(ran.out)
    return ran.status, [(f["kind"], f["en"]) for f in said["findings"] if f["selection"] == "2026-04-30"]


def test_a_ledger_is_asked_for_its_round_its_plan_and_its_people(desk):
    assert check(desk) == (0, [("remark", "this round is in the ledger already, as a draft: --again would replace it")])
    for name in "AB":
        assert run("round", "approve", desk / "r1", "--ledger", desk / "l.duckdb", "--by", name, *AT).status == 0
    assert run("round", "release", desk / "r1", "--ledger", desk / "l.duckdb", *AT).status == 0
    assert check(desk) == (1, [("contradiction", "this round is in the ledger already, released")])
    year = ["--program", "quebec/pstq", "--year", 2026, "--invitations", 2_700, "--by", "A", *AT]
    planned = run("ledger", "plan", desk / "l.duckdb", *year)
    assert planned.status == 0, planned.err
    status, found = check(desk, "--pool", desk / "p.parquet")
    assert status == 1
    assert ("contradiction", "this round is in the ledger already, released") in found
    assert any(said.startswith("plan of 2026: 2700 invitations, ") for _, said in found)
    french = run("instruction", "check", ROUND, "--ledger", desk / "l.duckdb", "--lang", "fr").out
    assert "cette ronde est déjà au registre, publiée" in " ".join(french.replace("│", " ").split())
    tried = run("instruction", "check", ROUND, "--ledger", desk / "l.duckdb", "--pool", desk / "p.parquet")
    assert "already invited" in tried.out


def test_a_ledger_that_is_none_is_refused_with_words(tmp_path):
    (tmp_path / "l.duckdb").write_text("no ledger", encoding="utf-8")
    ran = run("instruction", "check", ROUND, "--ledger", tmp_path / "l.duckdb")
    assert ran.status == 1
    assert "Traceback" not in ran.err


def test_a_ledger_that_does_not_exist_yet_is_an_empty_one(desk, tmp_path):
    pool = ("--pool", desk / "p.parquet")
    plain = run("instruction", "check", ROUND, *pool, "--json")
    for lang, words in (("fr", "aucun fichier encore"), ("en", "no file yet")):
        ran = run("instruction", "check", ROUND, *pool, "--ledger", tmp_path / "l.duckdb", "--json", "--lang", lang)
        assert (ran.status, ran.json) == (0, plain.json)
        assert words in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_in_a_folder_that_does_not_exist_is_refused_with_words(tmp_path):
    ran = run("instruction", "check", ROUND, "--ledger", tmp_path / "nowhere" / "l.duckdb")
    assert ran.status == 1
    assert "a folder to make one in" in " ".join(ran.err.split())
    assert "no folder" in ran.err


def test_a_ceiling_that_earlier_rounds_used_up_is_found_before_the_round():
    instruction = read_instruction(DATA / "mechanisms" / "ceilings.toml")
    used = {"teer": {"0": 60, "1": 120, "2": 40, "3": 40, "4": 40, "5": 40}}
    found = [(one.kind, one.selection, one.said.en) for one in _ceilings(instruction, Contribution(used=used))]
    said = "the ceiling “teer” is used up, by the ledger"
    assert found == [("contradiction", "1", said), ("contradiction", "2", said)]
    used["teer"]["5"] = 38  # two left, over two rounds: one now
    assert list(_ceilings(instruction, Contribution(used=used))) == []


def test_a_signed_correction_goes_into_the_ledger_beside_the_round(desk, tmp_path):
    ledger, folder = tmp_path / "l.duckdb", tmp_path / "r1"
    asked = ["--pool", desk / "p.parquet", "--ledger", ledger, "--out", folder, *AT]
    assert run("round", "run", ROUND, *asked).status == 0
    made = ["--size", 4_000, "--seed", 7, "--on", "2026-04-27", "--correct", 300, "--out", tmp_path / "p2.parquet"]
    assert run("pool", "generate", "quebec/pstq", *made).status == 0
    correct = ["round", "correct", folder, "--pool", tmp_path / "p2.parquet", "--ledger", ledger, "--reason", "x", *AT]
    early = run(*correct, "--by", "A", "--by", "B")
    assert early.status == 1, "a draft is run again, not corrected"
    for name in "AB":
        assert run("round", "approve", folder, "--ledger", ledger, "--by", name, *AT).status == 0
    assert run("round", "release", folder, "--ledger", ledger, *AT).status == 0
    alone = run(*correct, "--by", "A")
    assert (alone.status, "two people and a reason" in alone.err) == (1, True)
    before = (folder / "invitations.parquet").read_bytes()
    signed = run(*correct, "--by", "A", "--by", "B", "--json")
    assert signed.status == 0, signed.err
    missed = len(signed.json["should_have_been_in"])
    assert missed > 0
    assert (folder / "invitations.parquet").read_bytes() == before
    with opened(ledger) as book:
        [entry] = [entry for entry in book.entries if entry.kind == "correction"]
        assert len(entry.body["invitations"]["declaration_id"]) == missed
    assert run("ledger", "verify", ledger).status == 0
    assert run(*correct, "--by", "A", "--by", "B").status == 1, "nobody is invited twice"

"""The ledger: what it lets happen, what it refuses and in which words, and what is left after a crash."""

import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from copy import copy
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
from ledger_desk import AT, FIRST, Desk
from strategies import LUMEN
from test_command_line import tirage

import rules
from ranking.faults import LedgerError
from ranking.ledger import chain, rounds, schema
from ranking.ledger.check import check
from ranking.ledger.file import opened
from ranking.ledger.names import same_person
from ranking.ledger.owed import contribution
from ranking.ledger.rows import rows
from rules.assembly import Lifecycle

LATER = "2030-10-01T09:00:00+00:00"
SECOND = {"name": "2030-09-17", "extracted": "2030-09-16T18:00:00+00:00"}


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "desk")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A ledger with a released round and answers, for tests that only read it."""
    made = Desk(tmp_path_factory.mktemp("ledger") / "desk")
    tirage("ledger", "plan", made.ledger, "--program", LUMEN, "--year", 2030, "--invitations", 5, "--at", AT)
    made.released()
    assert made.answer([("best", "accepted", LATER), ("docker", "declined", LATER)]).status == 0
    return made


@pytest.fixture(scope="module")
def invited(tmp_path_factory):
    """A ledger with a released round and nothing else, to be copied."""
    made = Desk(tmp_path_factory.mktemp("invited") / "desk")
    made.released()
    return made


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    """A ledger with a draft, to be copied."""
    made = Desk(tmp_path_factory.mktemp("drafted") / "desk")
    assert made.run().status == 0
    return made


def copy_of(made, tmp_path):
    """The same desk, with the ledger as it is there in a file of its own."""
    desk = copy(made)
    desk.ledger = tmp_path / "l.duckdb"
    desk.ledger.write_bytes(made.ledger.read_bytes())
    return desk


# A round: draft, two people, released


def test_a_round_is_recorded_approved_by_two_people_and_released(desk):
    assert desk.run().status == 0
    assert desk.state() == ["draft"]
    assert desk.approve("Ada Tremblay").status == 0
    assert desk.state() == ["approved_once"]
    assert desk.approve("Bruno Roy").status == 0
    assert desk.state() == ["approved"]
    assert desk.release().status == 0
    assert desk.state() == ["released"]
    verified = desk.verify("--json")
    assert (verified.status, verified.json["agrees"]) == (0, True)


def test_the_head_of_the_ledger_is_printed_with_the_round(desk):
    ran = desk.run("2030-09-16", "--lang", "fr")
    [(head,)] = desk.sql("SELECT hash FROM entries ORDER BY number DESC LIMIT 1")
    assert f"Inscrite au registre comme ébauche. Tête du registre : {head}" in ran.out
    assert desk.verify("--head", head).status == 0
    assert desk.verify("--head", "0" * 64).status == 1


def test_the_same_person_does_not_approve_twice(drafted, tmp_path):
    desk = copy_of(drafted, tmp_path)
    desk.approve("Ada")
    for name in ("Ada", " ada ", "A D A", "Ａｄａ"):
        refused = desk.approve(name)
        assert refused.status == 1
        assert "two different people" in refused.err
    assert "two people" in desk.release().err
    assert desk.state() == ["approved_once"]


def test_a_name_of_nobody_approves_nothing(drafted, tmp_path):
    desk = copy_of(drafted, tmp_path)
    assert desk.approve(" . ").status == 1
    assert same_person("É. Roy", "e\u0301. ROY")
    assert not same_person("Roy A.", "Roy B.")


FILES = ("invitations.parquet", "outcomes.parquet", "exclusions.parquet", "receipt.json", "instruction.toml", "law")


def test_a_folder_changed_since_is_neither_approved_nor_released(desk):
    desk.run()
    desk.approve("Ada")
    kept = desk.folder / "kept"
    shutil.copytree(desk.out(), kept)
    for file in FILES:
        alter(desk.out() / file)
        for refused in (desk.approve("Bruno"), desk.release()):
            assert refused.status == 1
            assert "changed since" in refused.err
        shutil.rmtree(desk.out())
        shutil.copytree(kept, desk.out())
    assert desk.approve("Bruno").status == 0
    (desk.out() / "invitations.parquet").unlink()
    assert "changed since: invitations.parquet" in desk.release().err


def alter(path):
    if path.name == "law":
        change(path / "criteria" / "age.toml", "2029-12-01", "2029-12-02")
    elif path.suffix == ".parquet":
        frame = pl.read_parquet(path)
        row = {name: ["x"] if kind == pl.String else [None] for name, kind in frame.schema.items()}
        pl.concat([frame, pl.DataFrame(row, schema=frame.schema)]).write_parquet(path)
    else:
        change(path, "2030-09-17", "2030-09-18")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_folder_that_the_ledger_does_not_know_is_not_approved(desk, tmp_path):
    other = Desk(tmp_path / "other")
    other.run("other")
    desk.run()
    refused = tirage("round", "approve", other.out("other"), "--ledger", desk.ledger, "--by", "Ada", "--at", AT)
    assert refused.status == 1
    assert "a round that this ledger lacks" in refused.err


def test_the_same_instruction_twice_is_refused_unless_asked(desk):
    desk.run()
    refused = desk.run()
    assert refused.status == 1
    assert refused.err.endswith(
        "round 2030-09-16, lumen/guild\n"
        "  found    : this round, already recorded: draft\n"
        "  expected : an instruction run only once\n"
        "  write    : --again to replace the draft\n"
    )
    assert desk.run("2030-09-16", "--again").status == 0
    assert desk.state() == ["replaced", "draft"]


def test_an_approved_draft_is_replaced_with_a_reason_and_a_name(desk):
    desk.run()
    desk.approve("Ada")
    assert desk.run("2030-09-16", "--again").status == 1
    assert desk.run("2030-09-16", "--again", "--override", "wrong list", "--by", "Ada").status == 0
    assert desk.sql("SELECT kind, author, reason FROM overrides") == [("draft", "Ada", "wrong list")]


def test_a_released_round_is_never_run_again(invited, tmp_path):
    desk = copy_of(invited, tmp_path)
    for options in ([], ["--again"], ["--again", "--override", "because", "--by", "Ada"]):
        refused = desk.run(FIRST, *options, out=tmp_path / "elsewhere")
        assert refused.status == 1
        assert "a released round is not run again" in refused.err
    assert not (tmp_path / "elsewhere").exists()


def test_a_refused_round_leaves_no_folder_and_keeps_one_that_was_there(desk):
    desk.run()
    before = (desk.out() / "receipt.json").read_bytes()
    assert desk.run().status == 1
    assert (desk.out() / "receipt.json").read_bytes() == before
    assert desk.run(out=desk.folder / "new").status == 1
    assert not (desk.folder / "new").exists()


@pytest.mark.parametrize(
    "options", [["--again"], ["--after-decline", "leaves"], ["--override", "x", "--by", "y"]], ids=lambda o: o[0]
)
def test_options_of_a_ledger_without_one_are_wrong_use(desk, options):
    ran = tirage("round", "run", desk.instruction(), "--program", LUMEN, "--pool", desk.pool, "--out", "x", *options)
    assert ran.status == 2
    assert "only with --ledger" in ran.err


def test_an_override_needs_a_name_and_an_instant_an_offset(desk):
    assert desk.run(FIRST, "--override", "because").status == 2
    refused = desk.run(at="2030-09-18T09:00:00")
    assert refused.status == 2
    assert "2026-04-30T10:00:00-04:00" in refused.err


# What a round owes to earlier ones


def test_only_a_released_round_invites(desk):
    desk.run()
    desk.run(**SECOND)
    assert desk.invited(SECOND["name"]) == desk.invited()
    desk.approve("Ada")
    desk.approve("Bruno")
    desk.release()
    assert desk.run(SECOND["name"], "--again", out=desk.folder / "b", extracted=SECOND["extracted"]).status == 0
    again = pl.read_parquet(desk.folder / "b" / "invitations.parquet")["declaration_id"].to_list()
    assert not set(again) & set(desk.invited())


def test_a_draft_computed_before_another_round_was_released_cannot_be_released(desk):
    desk.run()
    desk.run(**SECOND)
    for name in (FIRST, SECOND["name"]):
        desk.approve("Ada", name)
        desk.approve("Bruno", name)
    assert desk.release().status == 0
    refused = desk.release(SECOND["name"])
    assert refused.status == 1
    assert "3 people already invited" in refused.err
    assert desk.state(SECOND["name"]) == ["approved"]


OUT = "already_invited"


@pytest.mark.parametrize(
    ("answer", "answered", "outcome"),
    [
        (None, None, OUT),
        ("accepted", "2030-09-19T00:00:00Z", OUT),
        ("accepted", "2030-10-19T00:00:00Z", OUT),
        ("declined", "2030-09-19T00:00:00Z", "invited"),
        ("declined", "2030-10-19T00:00:00Z", OUT),
        ("expired", "2030-09-19T00:00:00Z", "invited"),
        ("withdrawn", "2030-09-19T00:00:00Z", "withdrawn"),
        ("withdrawn", "2030-10-19T00:00:00Z", "withdrawn"),
        ("cancelled", "2030-09-19T00:00:00Z", "invited"),
    ],
    ids=lambda value: str(value)[:10],
)
def test_an_answer_decides_who_takes_part_from_its_instant(invited, tmp_path, answer, answered, outcome):
    """The law of Lumen lets people return after a decline and after silence; extraction: 1 October."""
    desk = copy_of(invited, tmp_path)
    if answer:
        assert desk.answer([("best", answer, answered)]).status == 0
    path = desk.instruction("third", "2030-10-01T06:30:00+00:00")
    change(path, "law_on = 2030-09-17", "law_on = 2030-10-02")
    ran = tirage(
        *("round", "run", path, "--program", LUMEN, "--pool", desk.pool, "--out", tmp_path / "out"),
        *("--ledger", desk.ledger, "--at", LATER),
    )
    assert ran.status == 0, ran.err
    found = dict(pl.read_parquet(tmp_path / "out" / "outcomes.parquet").select("declaration_id", "outcome").iter_rows())
    assert found["best"] == outcome
    person = {OUT: OUT, "invited": "duplicate_person", "withdrawn": "invited"}[outcome]
    assert found["other of best"] == person


def test_where_no_source_says_what_returns_the_command_does_or_a_choice_that_is_recorded():
    life = {"in_force": rules.load(LUMEN).source.begins, "cite": rules.load(LUMEN).source.cite}
    silent = Lifecycle(**life, one_declaration_a_person="best_ranked")
    assert rounds.returns(silent, {}) == {
        "after_decline": {"rule": "returns", "said_by": "default"},
        "after_silence": {"rule": "leaves", "said_by": "default"},
    }
    asked = rounds.returns(silent, {"after_decline": "leaves"})
    assert asked["after_decline"] == {"rule": "leaves", "said_by": "command"}


def test_the_law_decides_what_returns_where_it_says(desk):
    refused = desk.run(FIRST, "--after-decline", "leaves")
    assert refused.status == 1
    assert "returns, by the law" in refused.err
    crs = rules.load("canada/express_entry").on(datetime(2026, 4, 30, tzinfo=UTC).date()).lifecycle
    assert (crs.after_decline, crs.after_silence) == ("returns", "leaves")
    pstq = rules.load("quebec/pstq").on(datetime(2026, 4, 30, tzinfo=UTC).date()).lifecycle
    assert (pstq.after_decline, pstq.after_silence) == (None, None)


def test_a_plan_is_exceeded_only_with_a_reason(desk):
    tirage("ledger", "plan", desk.ledger, "--program", LUMEN, "--year", 2030, "--invitations", 2, "--at", AT)
    desk.run()
    desk.approve("Ada")
    desk.approve("Bruno")
    refused = desk.release()
    assert refused.status == 1
    assert "at most 2, by the plan" in refused.err
    assert desk.release(FIRST, "--override", "a late decision", "--by", "Chloé").status == 0
    [plan] = desk.show()["plan"]
    assert (plan["planned"], plan["invited"], plan["remaining"]) == (2, 3, -1)
    assert desk.verify().status == 0


# Answers


def test_answers_are_refused_all_at_once_and_none_is_imported(invited, tmp_path):
    desk = copy_of(invited, tmp_path)
    head = desk.show()["head"]
    bad = [
        ("best", "accepted", LATER),
        ("nobody", "accepted", LATER),
        ("just below", "declined", LATER),
        ("docker", "yes", LATER),
        ("docker", "declined", "2030-10-01"),
        ("docker", "declined", "2030-09-01T00:00:00Z"),
        ("docker", "accepted", LATER, "another round"),
        ("best", "declined", "2030-11-01T00:00:00Z"),
    ]
    refused = desk.answer(bad)
    assert refused.status == 1
    assert "answers.csv, 3 rows\n  found    : someone never invited" in refused.err
    for words in ("unknown answer: “yes”", "or bare", "before the invitation", "“declined” after “accepted”"):
        assert words in refused.err
    assert desk.show()["head"] == head
    kept = desk.answer(bad, "--quarantine", tmp_path / "bad.parquet", "--json")
    assert (kept.status, kept.json["imported"], kept.json["refused"]) == (0, 1, 7)
    quarantine = pl.read_parquet(tmp_path / "bad.parquet")
    assert quarantine["row"].to_list() == [2, 3, 4, 5, 6, 7, 8]
    assert desk.verify().status == 0


def test_answers_known_already_are_left_out(shared, tmp_path):
    desk = copy_of(shared, tmp_path)
    again = desk.answer([("best", "accepted", LATER)], "--json")
    assert (again.json["imported"], again.json["known"]) == (0, 1)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_answers_by_person_come_from_csv_and_parquet(invited, tmp_path, ending):
    desk = copy_of(invited, tmp_path)
    at = datetime(2030, 10, 1, tzinfo=UTC)
    frame = pl.DataFrame({"person_id": ["P best"], "round": [FIRST], "answer": ["expired"], "at": [at]})
    path = tmp_path / f"answers.{ending}"
    if ending == "csv":
        frame = frame.with_columns(at=pl.lit("2030-09-30T20:00:00-04:00"))
    getattr(frame, f"write_{ending}")(path)
    ran = tirage("ledger", "answers", "import", desk.ledger, path, "--at", AT)
    assert ran.status == 0, ran.err
    assert desk.sql("SELECT declaration_id, answer FROM invitations WHERE answer IS NOT NULL") == [("best", "expired")]


def test_a_file_without_the_columns_of_answers_is_refused(invited, tmp_path):
    desk = copy_of(invited, tmp_path)
    path = tmp_path / "a.csv"
    path.write_text("who,answer\nbest,accepted\n", encoding="utf-8")
    refused = tirage("ledger", "answers", "import", desk.ledger, path)
    assert refused.status == 1
    assert "columns missing: round, at, declaration_id" in refused.err


# The proof


def test_every_hash_can_be_checked_with_sql_alone(shared):
    wrong = shared.sql("SELECT count(*) FROM entries WHERE sha256(previous || content) <> hash")
    assert wrong == [(0,)]


TAMPERINGS = {
    "content": ("chain", "UPDATE entries SET content = replace(content, 'Bruno', 'Boris')"),
    "hash": ("chain", "UPDATE entries SET hash = previous WHERE number = 3"),
    "an entry taken out": ("chain", "DELETE FROM entries WHERE number = 4"),
    "the first entry taken out": ("chain", "DELETE FROM entries WHERE number = 1"),
    "an answer": ("tables", "UPDATE answers SET answer = 'declined'"),
    "a person": ("tables", "UPDATE listed SET declaration_id = 'just below' WHERE rank = 2"),
    "an approval": ("tables", "INSERT INTO approvals SELECT * REPLACE ('Zoé' AS author) FROM approvals"),
    "a plan": ("tables", "DELETE FROM plan"),
    "a view": ("tables", "CREATE OR REPLACE VIEW plan_left AS SELECT 1 AS remaining"),
    "a view more": ("tables", "CREATE VIEW more AS SELECT 1 AS one"),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_whatever_is_changed_in_the_file_is_found(shared, tmp_path, what):
    desk = copy_of(shared, tmp_path)
    broken, statement = TAMPERINGS[what]
    desk.tamper(statement)
    ran = desk.verify("--json")
    assert ran.status == 1
    properties = tirage("ledger", "verify", desk.ledger, "--json").out
    assert [one["id"] for one in ran.json["properties"] if not one["agrees"]] == [broken]
    assert properties == ran.out


def test_the_end_of_a_chain_cut_off_is_found_by_the_head_that_was_printed(shared, tmp_path):
    desk = copy_of(shared, tmp_path)
    head = desk.show()["head"]
    desk.tamper("DELETE FROM entries WHERE number = (SELECT max(number) FROM entries)", "DELETE FROM answers")
    assert desk.verify().status == 0
    assert desk.verify("--head", head).status == 1


def forged(ledger, changes):
    """Write the chain of a ledger again with changes to entries by number, its hashes and tables with it."""
    with duckdb.connect(str(ledger)) as connection:
        read = connection.execute("SELECT number, previous, content, hash FROM entries ORDER BY number").fetchall()
        for table in ("entries", *schema.TABLES):
            connection.execute(f"DELETE FROM {table}")
        previous = None
        for entry in (chain.Entry(*row) for row in read):
            body = changes.get(entry.number, lambda body: body)(entry.body)
            previous = chain.entry(previous, entry.kind, entry.at, body)
            values = [previous.number, previous.previous, previous.content, previous.hash]
            connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", values)
            for table, of in rows(previous).items():
                columns = [[None if v is None else str(v) for v in column] for column in zip(*of, strict=True)]
                connection.execute(schema.insertion(table), columns)


FORGERIES = {
    "receipts": (3, lambda body: body | {"fingerprint": "0" * 64}),
    "one approves twice": (5, lambda body: body | {"by": "ADA"}),
    "someone else": (7, lambda body: body | {"answers": body["answers"] | {"declaration_id": ["best", "old"]}}),
    "no such draft": (6, lambda body: body | {"draft": 99}),
    "nonsense": (4, lambda _: {"what": 1}),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_chain_forged_whole_still_breaks_a_property(shared, tmp_path, what):
    desk = copy_of(shared, tmp_path)
    number, edit = FORGERIES[what]
    if what == "someone else":
        with opened(desk.ledger) as ledger:
            body = edit(ledger.entries[number - 1].body)
            made = chain.entry(ledger.entries[number - 2], "answers", datetime.fromisoformat(AT), body)
            ledger.book  # noqa: B018 - reads the chain before its last entry is changed
            with pytest.raises(LedgerError, match="no invitation"):
                ledger.check(made)
        return
    try:
        forged(desk.ledger, {number: edit})
    except KeyError:
        return  # nonsense has no rows: it is no entry of any kind
    ran = desk.verify("--json")
    assert ran.status == 1
    assert not ran.json["agrees"]


def test_a_ledger_of_nothing_agrees_and_one_of_a_broken_chain_takes_no_entry(desk, shared, tmp_path):
    with opened(desk.ledger, write=True, create=datetime(2030, 1, 1, tzinfo=UTC)) as ledger:
        assert all(one.agrees for one in check(ledger))
    broken = copy_of(shared, tmp_path)
    broken.tamper("UPDATE entries SET hash = previous WHERE number = 3")
    refused = broken.run("new")
    assert refused.status == 1
    assert "a chain broken at entry 3" in refused.err


# Bodies stay in the pools


def test_the_ledger_keeps_numbers_only_and_its_chain_outlives_the_pool(shared, tmp_path):
    desk = copy_of(shared, tmp_path)
    pool = pl.read_parquet(shared.pool)
    known = {name for columns in schema.TABLES.values() for name in columns}
    assert known & set(pool.columns) == {"declaration_id", "person_id"}
    said = " ".join(content for (content,) in desk.sql("SELECT content FROM entries"))
    assert "2005-01-01" not in said
    assert not any(
        f'"{name}"' in said for name in pool.columns if name not in {"declaration_id", "person_id", "submitted_at"}
    )
    erased = tmp_path / "pool.parquet"
    pool.filter(pl.col("declaration_id") != "best").write_parquet(erased)
    desk.pool = erased
    assert desk.verify().status == 0
    erased.unlink()
    assert desk.verify().status == 0


# Files that are no ledger


def damaged(ledger, cut):
    content = ledger.read_bytes()
    return content[: int(len(content) * cut)]


BAD = {
    "no file": (None, "no file"),
    "not a database": (b"once upon a time\n" * 999, "a file that is not a DuckDB database"),
    "empty": (b"", "a file that is not a DuckDB database"),
    "cut at the start": (0.01, "cut short or damaged"),
    "cut in the middle": (0.5, "cut short or damaged"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_is_no_whole_ledger_is_refused_in_four_parts(shared, tmp_path, what):
    path = tmp_path / "bad.duckdb"
    content, found = BAD[what]
    if content is not None:
        path.write_bytes(damaged(shared.ledger, content) if isinstance(content, float) else content)
    for command in ("show", "verify"):
        ran = tirage("ledger", command, path)
        assert ran.status == 1
        assert found in ran.err
        assert all(part in ran.err for part in ("bad.duckdb", "found", "expected", "write"))
    french = tirage("ledger", "show", path, "--lang", "fr")
    assert all(part in french.err for part in ("Registre : refusé", "trouvé", "attendu", "à écrire"))


def test_a_file_changed_or_cut_anywhere_is_refused_or_has_lost_nothing(shared, tmp_path):
    content = shared.ledger.read_bytes()
    with opened(shared.ledger) as ledger:
        entries = ledger.entries
    path = tmp_path / "bad.duckdb"
    for place in range(len(content) // 16, len(content), len(content) // 8):
        for changed in (content[:place], content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :]):
            path.write_bytes(changed)
            try:
                with opened(path) as ledger:
                    assert ledger.entries == entries
            except LedgerError as error:
                assert "cut short or damaged" in str(error) or "not a DuckDB" in str(error)  # noqa: PT017


def test_another_database_and_a_newer_ledger_are_refused(shared, tmp_path):
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE pool (a INTEGER)")
    assert "a DuckDB database that is not a ledger" in tirage("ledger", "show", path).err
    desk = copy_of(shared, tmp_path)
    desk.tamper("UPDATE ledger SET schema_version = 3")
    refused = desk.run("new")
    assert refused.status == 1
    assert "found    : a ledger of version 3" in refused.err
    assert "write    : update tirage" in refused.err


# Version 1 of the schema, as it was: without plan and corrections.
VERSION_1 = """
CREATE TABLE ledger (schema_version INTEGER);
INSERT INTO ledger VALUES (1);
CREATE TABLE entries (number BIGINT PRIMARY KEY, previous VARCHAR NOT NULL, content VARCHAR NOT NULL,
  hash VARCHAR NOT NULL);
CREATE TABLE drafts (entry BIGINT, recorded_at TIMESTAMPTZ, program VARCHAR, round VARCHAR, law_on DATE,
  extracted_at TIMESTAMPTZ, receipt VARCHAR, invited INTEGER, after_decline VARCHAR, after_decline_said_by VARCHAR,
  after_silence VARCHAR, after_silence_said_by VARCHAR);
CREATE TABLE selections (draft BIGINT, position INTEGER, selection VARCHAR, mechanism VARCHAR, candidates INTEGER,
  invited INTEGER, cut_off INTEGER);
CREATE TABLE listed (draft BIGINT, selection VARCHAR, rank INTEGER, declaration_id VARCHAR, person_id VARCHAR);
CREATE TABLE ceilings (draft BIGINT, ceiling VARCHAR, of_group VARCHAR, places INTEGER, most INTEGER, carried BOOLEAN);
CREATE TABLE approvals (entry BIGINT, recorded_at TIMESTAMPTZ, draft BIGINT, receipt VARCHAR, author VARCHAR);
CREATE TABLE releases (entry BIGINT, recorded_at TIMESTAMPTZ, draft BIGINT, receipt VARCHAR);
CREATE TABLE answers (entry BIGINT, recorded_at TIMESTAMPTZ, draft BIGINT, declaration_id VARCHAR, person_id VARCHAR,
  answer VARCHAR, answered_at TIMESTAMPTZ);
CREATE TABLE overrides (entry BIGINT, recorded_at TIMESTAMPTZ, kind VARCHAR, draft BIGINT, author VARCHAR,
  reason VARCHAR);
CREATE VIEW rounds AS SELECT entry AS draft, program, round FROM drafts;
"""


def test_a_ledger_of_version_1_is_read_as_it_is_and_migrated_when_it_is_written(desk):
    desk.released()
    with opened(desk.ledger) as ledger:
        entries = ledger.entries
    desk.ledger.unlink()
    with duckdb.connect(str(desk.ledger)) as connection:
        for statement in VERSION_1.split(";\n"):
            connection.execute(statement)
        for entry in entries:
            values = [entry.number, entry.previous, entry.content, entry.hash]
            connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", values)
            for table, of in rows(entry).items():
                columns = [[None if v is None else str(v) for v in column] for column in zip(*of, strict=True)]
                connection.execute(schema.insertion(table), columns)
    before = desk.ledger.read_bytes()
    assert (desk.verify().status, desk.show()["schema"], desk.show()["head"]) == (0, 1, entries[-1].hash)
    assert desk.ledger.read_bytes() == before
    assert tirage("ledger", "export", desk.ledger, desk.folder / "tables").status == 0
    tirage("ledger", "plan", desk.ledger, "--program", LUMEN, "--year", 2030, "--invitations", 5, "--at", AT)
    assert desk.show()["schema"] == 2
    assert desk.sql("SELECT planned, invited, remaining FROM plan_left") == [(5, 3, 2)]
    assert desk.verify().status == 0


# Two at once, crashes, a full disk

HOLDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ranking.ledger.file import opened
with opened(Path(sys.argv[1]), write=True) as ledger:
    ledger.book
    print("held", flush=True)
    sys.stdin.readline()
    ledger.append("plan", {"program": "lumen/guild", "year": 2031, "invitations": 9, "by": None}, datetime.now(UTC))
"""


def test_two_processes_at_once_the_second_is_told_and_nothing_is_lost(shared, tmp_path):
    desk = copy_of(shared, tmp_path)
    command = [sys.executable, "-c", HOLDER, str(desk.ledger)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:  # noqa: S603
        assert holder.stdout.readline() == "held\n"
        for ran in (desk.run("new"), desk.verify(), desk.answer([("tied early", "accepted", LATER)])):
            assert ran.status == 1
            assert f"another process writes to this ledger (process {holder.pid}" in ran.err
            assert "try again" in ran.err
        holder.communicate("go on\n")
    assert not desk.out("new").exists()
    assert [plan["year"] for plan in desk.show()["plan"]] == [2030, 2031]
    assert desk.verify().status == 0


# The child runs one round after another, and says which are done. Everything is loaded before it begins.
CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ranking.cli import recorded
from ranking.instruction import read_instruction
from ranking.pool import read_pool
desk, law = Path(sys.argv[1]), sys.argv[2]
reads = [read_instruction(path, law) for path in sorted(desk.glob("round-*.toml"))]
first = reads[0]
pool = read_pool(desk / "pool.parquet", first.regulation, facts_on=first.facts_on,
                 extracted_at=first.source.extracted_at)
how = recorded.Recording(desk / "l.duckdb", datetime(2030, 9, 18, tzinfo=UTC), False, {}, None)
print("ready", flush=True)
for read in reads:
    recorded.run(read, pool, desk / f"out {read.source.id}", how)
    print(read.source.id, flush=True)
"""


@pytest.mark.parametrize("delay", [0.04, 0.13, 0.29])
def test_a_process_killed_at_any_point_leaves_whole_rounds_only(desk, delay):
    names = [f"round-{number}" for number in range(12)]
    for name in names:
        desk.instruction(name)
    command = [sys.executable, "-c", CHILD, str(desk.folder), str(LUMEN)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603
        assert child.stdout.readline() == "ready\n"
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        said = child.stdout.read().split()
    recorded = [one["round"] for one in desk.show()["rounds"]] if desk.ledger.exists() else []
    assert recorded[: len(said)] == said
    assert len(recorded) - len(said) <= 1
    for name in recorded:
        assert rounds.changed_files(desk.out(name), rounds.read_folder(desk.out(name))) == []
    orphans = [name for name in names if desk.out(name).exists() and name not in recorded]
    assert len(orphans) <= 1
    for name in [*orphans, "one more"]:
        assert desk.run(name).status == 0
    assert desk.verify().status == 0
    assert desk.approve("Ada", "one more").status == 0


@pytest.mark.parametrize("kilobytes", [0, 4, 300, 3000])
def test_a_full_disk_is_told_and_the_ledger_stays_as_it_was(shared, tmp_path, kilobytes):
    desk = copy_of(shared, tmp_path)
    head = desk.show()["head"]
    path = desk.instruction("new")
    where = ("--out", tmp_path / "out", "--ledger", desk.ledger, "--at", AT)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, hard))
    try:
        ran = tirage("round", "run", path, "--program", LUMEN, "--pool", desk.pool, *where)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    if ran.status == 0:
        assert desk.show()["rounds"][-1]["round"] == "new"
        assert (tmp_path / "out" / "receipt.json").exists()
    else:
        assert any(words in ran.err for words in ("the disk is full", "File too large")), ran.err
        assert desk.show()["head"] == head
        assert not (tmp_path / "out").exists()
    assert desk.verify().status == 0


def test_a_new_ledger_on_a_full_disk_is_not_there(tmp_path):
    path = tmp_path / "l.duckdb"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        ran = tirage("ledger", "plan", path, "--program", LUMEN, "--year", 2030, "--invitations", 5, "--at", AT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert ran.status == 1
    assert "the disk is full" in ran.err
    assert list(tmp_path.iterdir()) == []


# What people read


def test_an_export_has_every_table_and_escapes_formulas(shared, tmp_path):
    desk = copy_of(shared, tmp_path)
    for name in ("=1+1 Zed", "@Yves"):
        tirage("ledger", "plan", desk.ledger, "--program", LUMEN, "--year", 2031, "--invitations", 5, "--by", name)
    for ending in ("csv", "parquet"):
        assert tirage("ledger", "export", desk.ledger, tmp_path / ending, "--format", ending).status == 0
    names = {"entries", *schema.TABLES, *schema.VIEWS}
    assert {path.name for path in (tmp_path / "csv").iterdir()} == {f"{name}.csv" for name in names}
    assert "'=1+1 Zed" in (tmp_path / "csv" / "plan.csv").read_text()
    assert "=1+1 Zed" in pl.read_parquet(tmp_path / "parquet" / "plan.parquet")["author"].to_list()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_show_and_verify_speak_both_languages(shared, lang):
    shown = tirage("ledger", "show", shared.ledger, "--lang", lang)
    verified = tirage("ledger", "verify", shared.ledger, "--lang", lang)
    words = {"fr": ("publiée", "déclinées 1", "concorde"), "en": ("released", "declined 1", "agrees")}[lang]
    assert all(word in shown.out for word in words[:2])
    assert words[2] in verified.out


PAGE = Path(__file__).parents[2] / "docs" / "ledger.md"
EXAMPLES = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_of_the_page_runs_and_finds_something(shared, number):
    assert shared.sql(EXAMPLES[number])


@pytest.mark.parametrize("name", ["ledger.md", "registre.md"])
def test_the_page_names_every_table_view_and_column(name):
    text = (PAGE.parent / name).read_text(encoding="utf-8")
    for table, columns in schema.TABLES.items():
        [line] = [line for line in text.splitlines() if line.startswith(f"| `{table}` |")]
        assert re.findall(r"`(\w+)`", line)[1:] == list(columns)
    assert all(f"| `{view}` |" in text for view in schema.VIEWS)


# Ceilings and corrections


def a_round(ledger, name, people, *, places=None, most=None):
    """Record, approve and release a round of a receipt that says the least that one can."""
    receipt = {
        "law_on": "2030-01-01",
        "extracted_at": "2030-01-01T00:00:00+00:00",
        "ledger": {"head": ledger.head},
        "selections": [{"id": "1", "invited": len(people)}],
    }
    body = {
        "program": "lumen/guild",
        "round": name,
        "receipt": receipt,
        "fingerprint": chain.of_receipt(receipt),
        "invitations": as_columns(people).to_dict(as_series=False),
        "ceilings": {"crafts": {"places": places, "most": most, "carried": True}} if places else {},
        "returns": rounds.returns(rules.load(LUMEN).on(date(2030, 9, 17)).lifecycle, {}),
        "again": False,
        "override": None,
    }
    draft = ledger.append("draft", body, NOW).number
    for by in ("Ada", "Bruno"):
        ledger.append("approved", {"draft": draft, "by": by}, NOW)
    ledger.append("released", {"draft": draft}, NOW)
    return draft


def as_columns(people):
    return pl.DataFrame(
        [("1", rank, person, f"P {person}") for rank, person in enumerate(people, 1)],
        schema=rounds.PEOPLE,
        orient="row",
    )


NOW = datetime(2030, 9, 18, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path):
    with opened(tmp_path / "l.duckdb", write=True, create=NOW) as made:
        yield made


def test_the_places_of_a_ceiling_add_up_over_rounds_and_are_never_exceeded(ledger):
    most = {"L010": 3, "L110": 1}
    a_round(ledger, "a", ["1", "2", "3"], places={"L010": 2, "L110": 1}, most=most)
    a_round(ledger, "b", ["4"], places={"L010": 1}, most=most)
    assert contribution(ledger, "lumen/guild", NOW).used == {"crafts": {"L010": 3, "L110": 1}}
    assert contribution(ledger, "another", NOW).used == {}
    with pytest.raises(LedgerError, match="ceiling crafts, L010: 4 places"):
        a_round(ledger, "c", ["5"], places={"L010": 1}, most=most)
    a_round(ledger, "d", ["6"], places={"L210": 9}, most={})
    used = ledger.sql("SELECT of_group, used, most FROM ceilings_used ORDER BY of_group").rows()
    assert used == [("L010", 3, 3), ("L110", 1, 1), ("L210", 9, None)]
    assert all(one.agrees for one in check(ledger))


def test_a_correction_stands_beside_the_round_signed_by_two(ledger):
    draft = a_round(ledger, "a", ["1", "2"])
    with pytest.raises(LedgerError, match="two different people"):
        rounds.correct(ledger, draft, "add", "missed", ("Ada", "ADA"), "0" * 64, NOW, as_columns(["3"]))
    with pytest.raises(LedgerError, match="already invited"):
        rounds.correct(ledger, draft, "add", "missed", ("Ada", "Bruno"), "0" * 64, NOW, as_columns(["2"]))
    rounds.correct(ledger, draft, "add", "missed", ("Ada", "Bruno"), "0" * 64, NOW, as_columns(["3"]))
    assert ledger.sql("SELECT declaration_id FROM invitations ORDER BY ALL")["declaration_id"].to_list() == [
        "1",
        "2",
        "3",
    ]
    assert len(ledger.book.drafts[draft].people) == 2
    assert set(contribution(ledger, "lumen/guild", NOW).exclusions["person_id"]) == {"P 1", "P 2", "P 3"}
    rounds.correct(ledger, draft, "void", "the list was wrong", ("Ada", "Bruno"), "0" * 64, NOW)
    assert contribution(ledger, "lumen/guild", NOW).exclusions.height == 0
    assert all(one.agrees for one in check(ledger))


def test_the_law_shown_says_what_returns():
    crs = tirage("law", "show", "canada/express_entry", "--on", "2026-04-30")
    assert "After a decline: the declaration returns to its place." in " ".join(crs.out.split())
    pstq = tirage("law", "show", "quebec/pstq", "--on", "2026-04-30", "--lang", "fr")
    assert "Après un refus : aucune source ne le dit." in " ".join(pstq.out.split())

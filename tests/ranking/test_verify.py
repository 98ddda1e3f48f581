"""Verification: what passes, what each kind of tampering fails, and what is refused with words."""

import hashlib
import json
import re
import shutil
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner
from test_receipt import INSTRUCTION, MORE, MOST, rows, write_desk

from ranking import fingerprint, receipt, sample
from ranking.cli import tirage
from ranking.contribution import EXCLUSIONS, Contribution
from ranking.faults import RoundError
from ranking.instruction import read_instruction
from ranking.pool import read_pool
from ranking.round import run_round
from ranking.verify import both, chain, record
from ranking.verify.both import verify
from ranking.verify.properties import PROPERTIES
from rules.faults import TirageError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """Give a desk with a pool, an instruction and the folder of a round: people excluded, expired, tied, unknown."""
    desk = write_desk(tmp_path_factory.mktemp("verify") / "desk", declarations=rows(gone=MOST, heir=MORE))
    instruction = read_instruction(desk / "instruction.toml", program=desk_law())
    pool = read_pool(
        desk / "pool.parquet",
        instruction.regulation,
        facts_on=instruction.facts_on,
        extracted_at=instruction.source.extracted_at,
    )
    out = pl.DataFrame([("gone", None, "withdrawn"), (None, "P heir", "already_invited")], EXCLUSIONS, orient="row")
    receipt.save(run_round(instruction, pool, Contribution(out, {}, "a" * 64)), desk / "round")
    return desk


@cache
def desk_law():
    return ROOT / "tests" / "law" / "lumen" / "guild"


@pytest.fixture
def desk(honest, tmp_path):
    """Give a copy of the desk to tamper with."""
    return shutil.copytree(honest, tmp_path / "desk")


def failed(desk, **more):
    """Name the properties that do not hold."""
    return {finding.id for finding in verify(desk / "round", desk / "pool.parquet", **more).failed}


def change(file, **cells):
    """Change some cells of one row of a Parquet file: the one whose ``of`` is its declaration."""
    of = cells.pop("of")
    frame = pl.read_parquet(file)
    mine = pl.col("declaration_id") == of
    frame = frame.with_columns(
        pl.when(mine).then(pl.lit(value, frame.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in cells.items()
    )
    frame.write_parquet(file)


def edit(file, old, new):
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def edit_receipt(desk, *path, to):
    read = json.loads((desk / "round" / "receipt.json").read_text(encoding="utf-8"))
    inner = read
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to(inner[path[-1]]) if callable(to) else to
    (desk / "round" / "receipt.json").write_text(json.dumps(read), encoding="utf-8")


def rewrite(file, make):
    frame = pl.read_parquet(file)
    make(frame).write_parquet(file)


# What passes.


def test_an_honest_round_agrees_in_every_property(honest):
    done = verify(honest / "round", honest / "pool.parquet")
    assert done.agrees
    assert not done.failed
    assert {finding.kind.road for finding in done.findings} == {"files", "replay", "proof"}
    assert not done.versions


def test_a_round_whose_folder_was_moved_and_whose_pool_was_shuffled_agrees(honest, tmp_path):
    folder = shutil.copytree(honest / "round", tmp_path / "far" / "away")
    frame = pl.read_parquet(honest / "pool.parquet")
    frame.sample(fraction=1, shuffle=True, seed=3).select(sorted(frame.columns)).write_parquet(tmp_path / "p.parquet")
    assert verify(folder, tmp_path / "p.parquet").agrees


def test_versions_that_differ_are_told_and_fail_nothing(desk):
    edit_receipt(desk, "versions", "polars", to="0.1")
    done = verify(desk / "round", desk / "pool.parquet")
    assert done.agrees
    assert done.versions["polars"][0] == "0.1"


def test_a_round_with_bad_rows_kept_apart_agrees(tmp_path):
    desk = write_desk(tmp_path / "desk", declarations=rows(wrong=MOST | {"lanterns": 10**6}))
    instruction = read_instruction(desk / "instruction.toml", program=desk_law())
    pool = read_pool(
        desk / "pool.parquet",
        instruction.regulation,
        quarantine=True,
        facts_on=instruction.facts_on,
        extracted_at=instruction.source.extracted_at,
    )
    assert pool.quarantine.height == 1
    receipt.save(run_round(instruction, pool), desk / "round")
    assert verify(desk / "round", desk / "pool.parquet").agrees


# Tampering: what was done, and the properties that catch it. docs/verify.md has the same table.


def raise_a_score(desk):
    change(desk / "round" / "invitations.parquet", of="tied early", score=130)


def swap_two_ranks(desk):
    change(desk / "round" / "invitations.parquet", of="best", rank=2)
    change(desk / "round" / "invitations.parquet", of="tied early", rank=1)


def invite_another(desk):
    """Put the one who lost a tie in the place of the one who won it, in both lists."""
    for file, cells in {
        "invitations": {
            "declaration_id": "tied late",
            "person_id": "P tied late",
            "submitted_at": datetime(2030, 9, 1, 12, 0, 1, tzinfo=UTC),
        },
    }.items():
        change(desk / "round" / f"{file}.parquet", of="tied early", **cells)
    change(desk / "round" / "outcomes.parquet", of="tied early", outcome="tie_lost")
    change(desk / "round" / "outcomes.parquet", of="tied late", outcome="invited")


def remove_an_invitation(desk):
    rewrite(desk / "round" / "invitations.parquet", lambda f: f.filter(pl.col("declaration_id") != "tied early"))


def invite_the_unwilling(desk):
    """Add someone for whom the selection is not."""
    extra = {"selection": "harbour", "rank": 2, "declaration_id": "southerner", "person_id": "P southerner"}
    noon = datetime(2030, 9, 1, 12, tzinfo=UTC)
    rewrite(
        desk / "round" / "invitations.parquet",
        lambda f: pl.concat([f, pl.DataFrame([extra | {"score": 128, "submitted_at": noon}], schema=f.schema)]),
    )


def invite_twice(desk):
    rewrite(
        desk / "round" / "invitations.parquet",
        lambda f: pl.concat(
            [f, f.filter(pl.col("declaration_id") == "best").with_columns(selection=pl.lit("harbour"))]
        ),
    )


def change_an_outcome(desk):
    change(desk / "round" / "outcomes.parquet", of="southerner", outcome="not_eligible")


def call_someone_expired(desk):
    change(desk / "round" / "outcomes.parquet", of="southerner", outcome="expired")


def drop_an_outcome(desk):
    rewrite(desk / "round" / "outcomes.parquet", lambda f: f.filter(pl.col("declaration_id") != "southerner"))


def lie_of_the_double(desk):
    change(desk / "round" / "outcomes.parquet", of="other of best", outcome="below_cut_off", selection="north")


def cut_off_in_the_receipt(desk):
    edit_receipt(desk, "selections", 0, "cut_off", to=80)


def last_in_of_the_receipt(desk):
    edit_receipt(desk, "selections", 0, "last_in", "submitted_at", to="2030-09-01T11:00:00+00:00")


def count_in_the_receipt(desk):
    edit_receipt(desk, "outcomes", "unknown", to=2)


def fingerprint_in_the_receipt(desk):
    edit_receipt(desk, "fingerprints", "invitations", to="0" * 64)


def day_of_the_receipt(desk):
    edit_receipt(desk, "facts_on", to="2030-09-15")


def size_of_the_instruction(desk):
    edit(desk / "round" / "instruction.toml", "size = 2", "size = 3")


def minimum_of_the_instruction(desk):
    edit(desk / "round" / "instruction.toml", "min_score = 70", "min_score = 71")


def code_of_a_list(desk):
    edit(desk / "round" / "lists" / "wanted.csv", "L110", "L301")


def cell_of_the_law(desk):
    edit(desk / "round" / "law" / "criteria" / "lamp.toml", *_a_cell(desk))


def _a_cell(desk):
    text = (desk / "round" / "law" / "criteria" / "lamp.toml").read_text(encoding="utf-8")
    row = re.search(r'\["wick", (-?\d+)', text)
    return row[0], row[0].replace(row[1], str(int(row[1]) - 1))


def cell_of_the_pool(desk):
    change(desk / "pool.parquet", of="tied early", reading=0)


def unread_cell_of_the_pool(desk):
    change(desk / "pool.parquet", of="southerner", lanterns=6)


def row_out_of_the_pool(desk):
    rewrite(desk / "pool.parquet", lambda f: f.filter(pl.col("declaration_id") != "southerner"))


def row_into_the_pool(desk):
    rewrite(
        desk / "pool.parquet",
        lambda f: pl.concat(
            [f, f.filter(pl.col("declaration_id") == "southerner").with_columns(declaration_id=pl.lit("newcomer"))]
        ),
    )


def bad_row_in_the_pool(desk):
    change(desk / "pool.parquet", of="southerner", lanterns=10**6)


def no_exclusion_left(desk):
    rewrite(desk / "round" / "exclusions.parquet", lambda f: f.clear())


def an_exclusion_more(desk):
    extra = pl.DataFrame([("tied early", None, "withdrawn")], EXCLUSIONS, orient="row")
    rewrite(desk / "round" / "exclusions.parquet", lambda f: pl.concat([f, extra]))


def everything_at_once(desk):
    """Forge lists and fingerprints so that they agree with each other; only running or proving it again tells."""
    invite_another(desk)
    for name, by in {"invitations": ["selection", "rank"], "outcomes": ["declaration_id"]}.items():
        mark = fingerprint.of_frame(pl.read_parquet(desk / "round" / f"{name}.parquet"), by)
        edit_receipt(desk, "fingerprints", name, to=mark)


def move_someone_in_the_distribution(desk):
    """Count someone eligible at a score who is not."""
    move = pl.col("eligible") + pl.when(pl.int_range(pl.len()) == 0).then(1).otherwise(0).cast(pl.Int32)
    rewrite(desk / "round" / "distribution.parquet", lambda f: f.with_columns(move))


TAMPERING = {
    move_someone_in_the_distribution: {"fingerprint_distribution", "distribution"},
    raise_a_score: {"fingerprint_invitations", "replay_invitations", "scores"},
    swap_two_ranks: {"fingerprint_invitations", "replay_invitations", "order", "selection"},
    invite_another: {
        "fingerprint_invitations",
        "fingerprint_outcomes",
        "replay_invitations",
        "replay_outcomes",
        "passed_over",
        "reasons",
        "selection",
    },
    remove_an_invitation: {"fingerprint_invitations", "replay_invitations", "sums", "selection", "distribution"},
    invite_the_unwilling: {
        "fingerprint_invitations",
        "replay_invitations",
        "sums",
        "eligibility",
        "selection",
        "distribution",
    },
    invite_twice: {
        "fingerprint_invitations",
        "replay_invitations",
        "sums",
        "disjoint",
        "order",
        "eligibility",
        "selection",
    },
    change_an_outcome: {"fingerprint_outcomes", "replay_outcomes", "sums", "reasons"},
    call_someone_expired: {"fingerprint_outcomes", "replay_outcomes", "sums", "validity", "reasons"},
    drop_an_outcome: {"fingerprint_outcomes", "replay_outcomes", "everyone", "sums", "reasons"},
    lie_of_the_double: {"fingerprint_outcomes", "replay_outcomes", "sums", "duplicates"},
    cut_off_in_the_receipt: {"replay_receipt", "cut_offs"},
    last_in_of_the_receipt: {"replay_receipt", "cut_offs"},
    count_in_the_receipt: {"replay_receipt", "sums"},
    fingerprint_in_the_receipt: {"fingerprint_invitations", "replay_receipt"},
    day_of_the_receipt: {"replay_receipt"},
    size_of_the_instruction: {
        "replay_invitations",
        "replay_outcomes",
        "replay_receipt",
        "selections",
        "cut_offs",
        "reasons",
        "selection",
    },
    minimum_of_the_instruction: {"replay_receipt", "selections"},
    code_of_a_list: {"replay_receipt"},
    cell_of_the_law: {"fingerprint_law", "replay_invitations", "replay_receipt", "scores", "cut_offs", "distribution"},
    cell_of_the_pool: {
        "fingerprint_pool",
        "replay_invitations",
        "replay_outcomes",
        "replay_receipt",
        "scores",
        "passed_over",
        "cut_offs",
        "reasons",
        "selection",
        "distribution",
    },
    unread_cell_of_the_pool: {"fingerprint_pool", "replay_receipt"},
    row_out_of_the_pool: {"fingerprint_pool", "replay_outcomes", "replay_receipt", "everyone", "sums", "distribution"},
    row_into_the_pool: {
        "fingerprint_pool",
        "replay_outcomes",
        "replay_receipt",
        "everyone",
        "sums",
        "duplicates",
        "reasons",
        "distribution",
    },
    bad_row_in_the_pool: {"fingerprint_pool", "replay_outcomes", "replay_receipt", "everyone", "sums", "distribution"},
    no_exclusion_left: {
        "fingerprint_exclusions",
        "replay_invitations",
        "replay_outcomes",
        "replay_receipt",
        "passed_over",
        "cut_offs",
        "exclusions",
        "reasons",
        "selection",
        "distribution",
    },
    an_exclusion_more: {
        "fingerprint_exclusions",
        "replay_invitations",
        "replay_outcomes",
        "replay_receipt",
        "eligibility",
        "cut_offs",
        "exclusions",
        "reasons",
        "selection",
        "distribution",
    },
    everything_at_once: {
        "replay_invitations",
        "replay_outcomes",
        "replay_receipt",
        "passed_over",
        "reasons",
        "selection",
    },
}


@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda tamper: tamper.__name__)
def test_tampering_fails_the_properties_that_it_breaks(tamper, desk):
    tamper(desk)
    assert failed(desk) == TAMPERING[tamper]


PAGES = pytest.mark.parametrize("page", ["verify.md", "verification.md"])


@PAGES
@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda tamper: tamper.__name__)
def test_the_documentation_says_which_properties_catch_it(tamper, page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if f"`{tamper.__name__}`" in line)
    assert set(re.findall(r"`(\w+)`", row)) - {tamper.__name__} == TAMPERING[tamper]


@PAGES
def test_the_documentation_has_every_property(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert not [name for name in PROPERTIES if f"`{name}`" not in text]


# The ledger.


def write_ledger(file, *receipts):
    """Write a ledger as its documentation has it: entries in a chain, each round with its whole receipt."""
    previous, entries = chain.GENESIS, []
    for number, made in enumerate(receipts, 1):
        said = {"number": number, "kind": "draft", "at": "2030-09-17T00:00:00Z", "body": {"receipt": made}}
        content = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        mark = hashlib.sha256((previous + content).encode()).hexdigest()
        entries.append((number, previous, content, mark))
        previous = mark
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE TABLE entries (number BIGINT, previous VARCHAR, content VARCHAR, hash VARCHAR)")
        connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?)", entries)
    return entries


@pytest.fixture
def in_ledger(desk):
    """Put the round second in a ledger, read at the head that the first left."""
    made = json.loads((desk / "round" / "receipt.json").read_text(encoding="utf-8"))
    [first] = write_ledger(desk / "scratch.duckdb", {"round": "before"})
    edit_receipt(desk, "ledger", "head", to=first[3])
    made["ledger"]["head"] = first[3]
    write_ledger(desk / "ledger.duckdb", {"round": "before"}, made)
    return desk


def test_a_round_in_a_ledger_agrees_with_it(in_ledger):
    done = verify(in_ledger / "round", in_ledger / "pool.parquet", in_ledger / "ledger.duckdb")
    assert done.agrees
    assert [finding.figure.en[:2] for finding in done.findings if finding.id == "ledger"] == ["2:"]


def test_a_round_that_read_a_ledger_says_that_it_was_not_compared_without_one(desk):
    [finding] = [one for one in verify(desk / "round", desk / "pool.parquet").findings if one.id == "ledger"]
    assert not finding.proven
    assert finding.as_json()["agrees"] is None


LEDGERS = {
    "another head in the receipt": lambda desk: edit_receipt(desk, "ledger", "head", to="b" * 64),
    "an entry changed": lambda desk: sql(desk, "UPDATE entries SET content = replace(content, 'before', 'after')"),
    "a hash changed": lambda desk: sql(desk, "UPDATE entries SET hash = 'c' WHERE number = 1"),
    "the entry of the round removed": lambda desk: sql(desk, "DELETE FROM entries WHERE number = 2"),
    "the receipt of the entry changed": lambda desk: sql(
        desk, "UPDATE entries SET content = replace(content, 'tied early', 'tied late') WHERE number = 2"
    ),
}


def sql(desk, statement):
    with duckdb.connect(str(desk / "ledger.duckdb")) as connection:
        connection.execute(statement)


@pytest.mark.parametrize("case", LEDGERS)
def test_a_ledger_that_does_not_agree_fails(case, in_ledger):
    LEDGERS[case](in_ledger)
    assert "ledger" in failed(in_ledger, ledger=in_ledger / "ledger.duckdb")


@pytest.mark.parametrize("content", [None, b"", b"PAR1 not a ledger"])
def test_a_file_that_is_no_ledger_is_refused(content, desk):
    if content is not None:
        (desk / "ledger.duckdb").write_bytes(content)
    with pytest.raises(RoundError, match=re.escape("ledger.duckdb")):
        verify(desk / "round", desk / "pool.parquet", desk / "ledger.duckdb")


# What cannot be read is refused with words.


def without(name):
    return lambda desk: (desk / "round" / name).unlink()


def receipt_of(text):
    return lambda desk: (desk / "round" / "receipt.json").write_text(text, encoding="utf-8")


REFUSED = {
    **{f"no {name}": (without(name), name) for name in ("receipt.json", "invitations.parquet", "outcomes.parquet")},
    "no exclusions": (without("exclusions.parquet"), "exclusions.parquet"),
    "no instruction": (without("instruction.toml"), "instruction.toml"),
    "no law": (without("law/program.toml"), "law/program.toml"),
    "no criterion": (without("law/criteria/lamp.toml"), "groups.toml"),
    "no list": (without("lists/wanted.toml"), "wanted"),
    "a receipt that is not JSON": (receipt_of('{"format": 1,'), "not JSON"),
    "a receipt that is a list": (receipt_of("[]"), "not an object"),
    "a receipt that says nothing": (receipt_of('{"format": 1}'), '"program": null'),
    "a receipt of no format": (receipt_of("{}"), '"format": null'),
    "a newer format": (receipt_of('{"format": 999}'), "newer tirage"),
    "counts that are words": (lambda desk: edit_receipt(desk, "ledger", "used", to={"x": {"y": "z"}}), "ledger.used"),
    "selections that are numbers": (lambda desk: edit_receipt(desk, "selections", to=[1]), "selections"),
    "a list that is not Parquet": (
        lambda desk: (desk / "round" / "invitations.parquet").write_bytes(b"PAR1"),
        "invitations.parquet",
    ),
    "a list without a column": (
        lambda desk: rewrite(desk / "round" / "outcomes.parquet", lambda f: f.drop("selection")),
        "outcomes.parquet",
    ),
    "an instruction that is not TOML": (
        lambda desk: (desk / "round" / "instruction.toml").write_text("= 3", encoding="utf-8"),
        "instruction.toml",
    ),
    "an instruction without an extraction": (
        lambda desk: edit(desk / "round" / "instruction.toml", "extracted_at", "extracted"),
        "extracted_at",
    ),
    "an instruction without selections": (
        lambda desk: (desk / "round" / "instruction.toml").write_text(
            INSTRUCTION[: INSTRUCTION.index("[[selection]]")], encoding="utf-8"
        ),
        "selection",
    ),
    "no pool": (lambda desk: (desk / "pool.parquet").unlink(), "pool.parquet"),
    "a pool of something else": (
        lambda desk: pl.DataFrame(
            {"declaration_id": ["x"], "submitted_at": [datetime(2030, 1, 1, tzinfo=UTC)]}
        ).write_parquet(desk / "pool.parquet"),
        "column missing",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_in_four_parts(case, desk):
    tamper, said = REFUSED[case]
    tamper(desk)
    with pytest.raises(TirageError) as caught:
        verify(desk / "round", desk / "pool.parquet")
    assert said in caught.value.render("en")
    for fault in caught.value.faults:
        assert all(
            part.fr.strip() and part.en.strip() for part in (fault.where, fault.found, fault.expected, fault.write)
        )


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(RoundError, match="no folder"):
        verify(tmp_path / "nowhere", tmp_path / "pool.parquet")


def test_an_instruction_that_asks_for_something_unknown_is_never_a_silent_pass(desk, monkeypatch):
    """A key that the proof does not know fails it, even where the replay would let it be."""
    edit(
        desk / "round" / "instruction.toml",
        'mechanism = "threshold"',
        'mechanism = "threshold"\nblessing = "full moon"',
    )
    monkeypatch.setattr(both, "run_again", lambda *_: [])
    done = verify(desk / "round", desk / "pool.parquet")
    [finding] = [one for one in done.failed if one.id == "not_verified"]
    assert (finding.about, "blessing" in finding.fault.found.en) == ("harbour", True)


# The command.


def command(runner_arguments, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "160")
    status = tirage.main(["round", "verify", *map(str, runner_arguments)], standalone_mode=False)
    return status, capsys.readouterr()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_command_prints_each_property_and_succeeds(lang, honest, monkeypatch, capsys):
    arguments = [honest / "round", "--pool", honest / "pool.parquet", "--lang", lang]
    status, said = command(arguments, monkeypatch, capsys)
    assert status == 0
    assert {"fr": "Tout concorde", "en": "Everything agrees"}[lang] in said.out
    assert said.err.count("✓") == 3


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_command_fails_and_says_in_four_parts_what_does_not_agree(lang, desk, monkeypatch, capsys):
    raise_a_score(desk)
    status, said = command([desk / "round", "--pool", desk / "pool.parquet", "--lang", lang], monkeypatch, capsys)
    assert status == 1
    assert {"fr": "tied early : 130 au lieu de 84", "en": "tied early: 130, not 84"}[lang] in said.err
    assert {"fr": "à écrire", "en": "write"}[lang] in said.err


def test_the_result_is_given_as_json(desk, monkeypatch, capsys):
    raise_a_score(desk)
    status, said = command([desk / "round", "--pool", desk / "pool.parquet", "--json"], monkeypatch, capsys)
    told = json.loads(said.out)
    assert (status, told["agrees"]) == (1, False)
    [scores] = [one for one in told["properties"] if one["property"] == "scores"]
    assert scores["agrees"] is False
    assert scores["found"]["en"] == "tied early: 130, not 84"
    assert all(set(one["title"]) == {"fr", "en"} for one in told["properties"])


def test_every_property_is_told_in_both_languages():
    for kind in PROPERTIES.values():
        for text in (kind.title, kind.says, kind.write):
            assert text.fr.strip()
            assert text.en.strip()
        assert kind.says.fr != kind.says.en


# A real instruction, under the real law.


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Give the round of 30 April 2026 on a small synthetic pool."""
    desk = tmp_path_factory.mktemp("pstq")
    instruction = read_instruction(ROOT / "data" / "instructions" / "quebec" / "pstq" / "2026-04-30.toml")
    sample.generate(instruction.regulation, 3000, seed=7, on=instruction.facts_on).write_parquet(desk / "pool.parquet")
    pool = read_pool(
        desk / "pool.parquet",
        instruction.regulation,
        facts_on=instruction.facts_on,
        extracted_at=instruction.source.extracted_at,
    )
    receipt.save(run_round(instruction, pool), desk / "round")
    return desk


def one_invited(desk):
    return pl.read_parquet(desk / "round" / "invitations.parquet")["declaration_id"][0]


REAL = {
    "nothing": (lambda _: None, set()),
    "a score": (
        lambda desk: change(desk / "round" / "invitations.parquet", of=one_invited(desk), score=1300),
        {"fingerprint_invitations", "replay_invitations", "scores"},
    ),
    "a cell of the law": (
        lambda desk: edit(desk / "round" / "law" / "criteria" / "age.toml", '"[20, 31)", 120', '"[20, 31)", 119'),
        {"fingerprint_law", "replay_receipt", "scores"},
    ),
    "the age of one invited": (
        lambda desk: change(desk / "pool.parquet", of=one_invited(desk), birth_date=date(1950, 1, 1)),
        {"fingerprint_pool", "replay_receipt", "scores"},
    ),
    "a size": (
        lambda desk: edit(desk / "round" / "instruction.toml", "size = 379", "size = 3"),
        {"replay_invitations", "replay_receipt", "selections", "limits", "selection"},
    ),
}


@pytest.mark.parametrize("case", REAL)
def test_a_round_under_the_real_law(case, real, tmp_path):
    tamper, caught = REAL[case]
    desk = shutil.copytree(real, tmp_path / "desk")
    tamper(desk)
    assert failed(desk) >= caught
    assert bool(failed(desk)) == bool(caught)


# The record of a verification.


def test_a_verification_is_kept_beside_the_round_and_is_of_its_receipt(desk):
    verify_on_the_command_line(desk)
    kept = record.read(desk / "round")
    assert kept.current
    assert kept.agrees
    assert {one["road"] for one in kept.said["properties"]} == {"files", "replay", "proof"}
    before = (desk / "round" / record.RECORD).read_bytes()
    verify_on_the_command_line(desk)
    assert (desk / "round" / record.RECORD).read_bytes() == before


def test_a_record_of_another_receipt_is_not_believed(desk):
    verify_on_the_command_line(desk)
    edit_receipt(desk, "round", to="another")
    assert not record.read(desk / "round").agrees


def test_no_record_is_kept_where_none_is_asked_for_or_none_can_be_read(desk):
    (desk / "round" / record.RECORD).unlink(missing_ok=True)
    verify_on_the_command_line(desk, "--no-record")
    assert record.read(desk / "round") is None
    (desk / "round" / record.RECORD).write_text("[]", encoding="utf-8")
    assert record.read(desk / "round") is None


def verify_on_the_command_line(desk, *more):
    words = ["round", "verify", str(desk / "round"), "--pool", str(desk / "pool.parquet"), *more]
    assert CliRunner().invoke(tirage, words).exit_code == 0

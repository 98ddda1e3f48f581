"""The pool at an instant: what was written before it, whole, the same for ever, typed as the law says."""

import json
import tempfile
import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import declarations
import polars as pl
import pytest
from banks import KINDS, SERVER, START, StandingClock, postgres_address
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shell import tirage

import ranking
import rules
from bench.banks import fill
from intake import bank, bodies
from intake.address import open_store
from intake.bank import Order
from intake.canonical import canonical
from intake.clock import instant, microseconds
from intake.event import GENESIS
from intake.extraction import extract
from intake.faults import BankError
from intake.models import check
from intake.writer import Writer
from ranking import fingerprint, sample
from ranking.pool import check_pool
from ranking.reference import data_folder

PSTQ = "quebec/pstq"
LAW = rules.load(PSTQ)
ATTRIBUTES = LAW.sources.attributes
ROUND = data_folder() / "instructions" / "quebec" / "pstq" / "2026-04-30.toml"
EXTRACTED_AT = microseconds(datetime.fromisoformat("2026-04-27T06:30:00-04:00"))


def midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def plain(value):
    return str(value) if isinstance(value, date) else value


def of(extraction):
    """An extraction as plain values: the instant of the deposit and the body, by declaration, in order."""
    declared = extraction.frame.rows(named=True)
    return [
        (one["declaration_id"], one["person_id"], microseconds(one["submitted_at"]), one["french_listening"])
        for one in declared
    ]


def print_of(extraction):
    return fingerprint.of_frame(extraction.frame, ["declaration_id"])


def order(person, key, level, program=PSTQ):
    return Order(program, person, key, None if level is None else {"french_listening": level})


# What happens to a bank, and how the clock moves before it: forward, not at all, back.
PERSONS = ("ada", "bob", "eve")
OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["deposit", "deposit", "amend", "withdraw", "expire", "erase", "extract"]),
        st.sampled_from(PERSONS),
        st.integers(0, 12),
        st.sampled_from([-3, 0, 0, 1, 2]),
    ),
    max_size=25,
)


@dataclass
class Model:
    """A bank in plain Python: the state after each event, and who was erased after how many of them."""

    at: int = 0
    floor: int = 0
    live: dict = field(default_factory=dict)
    states: list = field(default_factory=lambda: [(0, {})])
    erased: dict = field(default_factory=dict)

    def wrote(self, clock):
        self.at = max(self.at, clock, self.floor + 1)
        return self.at

    def kept(self):
        self.states.append((self.at, dict(self.live)))

    def expected(self, at):
        """What stood before an instant, and how much of it belongs to persons erased since."""
        number = max(n for n, (when, _) in enumerate(self.states) if when < at)
        stood = self.states[number][1]
        there = [row for who, row in stood.items() if self.erased.get(who, -1) <= number]
        return sorted(there, key=lambda row: (row[2], row[0])), len(stood) - len(there)


def lived(store, operations):
    """Do everything to a bank and to the model; give the model, and each instant extracted with what was found."""
    clock, model, extracted = StandingClock(), Model(), []
    writer = Writer(store, clock)
    with store.write() as tx:
        tx.many("INSERT INTO person VALUES (?, '', '', 'XX', ?, 0)", [(who, who) for who in PERSONS])
    for number, (kind, who, level, moved) in enumerate(operations):
        clock.passes(moved)
        done(kind, who, level, number, writer, model, clock)
        if kind == "extract":
            found = extract(store, clock, PSTQ, ATTRIBUTES)
            assert found.at > model.at
            model.floor = max(model.floor, found.at - 1)
            extracted.append(found)
    return model, extracted


def done(kind, who, level, number, writer, model, clock):
    """Do one thing to both; a declaration has the number of the operation that made it."""
    if kind == "deposit":
        asked = Order(PSTQ, who, f"k{number}", {"french_listening": level}, f"D-{number:04}")
        answer = writer.run_now(lambda tx, at: bank.deposit(tx, at, asked))
        assert answer.status == (403 if who in model.erased else 409 if who in model.live else 201)
        if answer.status == 201:
            model.live[who] = (f"D-{number:04}", who, model.wrote(clock.at), level)
            model.kept()
    elif kind in ("amend", "withdraw", "expire") and who in model.live:
        with writer._store.read() as tx:
            standing = bank.live(tx, PSTQ, who)
        asked = order(who, f"k{number}", level if kind == "amend" else None)
        writer.run_now(
            lambda tx, at: (
                bank.expire(tx, at, standing)
                if kind == "expire"
                else getattr(bank, kind)(tx, at, asked, standing.version)
            )
        )
        model.wrote(clock.at)
        was = model.live.pop(who)
        if kind == "amend":
            model.live[who] = (*was[:3], level)
        model.kept()
    elif kind == "erase" and who not in model.erased:
        writer.run_now(lambda tx, at: bank.erase(tx, at, who))
        model.wrote(clock.at)
        model.live.pop(who, None)
        model.kept()
        model.erased[who] = len(model.states) - 1


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15 if SERVER else 40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(operations=OPERATIONS)
def test_an_extraction_is_the_fold_of_all_that_was_written_before_its_instant(kind, operations):
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(str(Path(folder) / "bank") if kind == "sqlite" else postgres_address())
        model, extracted = lived(store, operations)
        late = StandingClock(max(model.at, START) + 10)
        instants = sorted({near for when, _ in model.states[1:] for near in (when, when + 1)} | {START - 100})
        for at in [*instants, *(found.at for found in extracted)]:
            found = extract(store, late, PSTQ, ATTRIBUTES, at)
            rows, erased = model.expected(at)
            assert (sorted(of(found), key=lambda row: (row[2], row[0])), found.erased_since) == (rows, erased)
        for before in extracted:
            again = extract(store, late, PSTQ, ATTRIBUTES, before.at)
            assert (again.sequence, again.link) == (before.sequence, before.link)
            assert again.frame.height + again.erased_since == before.frame.height + before.erased_since
        store.close()


def test_extracting_while_others_write_gives_the_same_values_again_and_again(store, known):
    clock = StandingClock()
    persons = [f"p{number}" for number in range(120)]
    known(*persons)
    writer = Writer(store, clock)
    writer.start()
    ticks = iter(range(10**9))

    def come(those):
        for who in those:
            clock.at = START + next(ticks)
            writer.run_now(lambda tx, at, who=who: bank.deposit(tx, at, order(who, "k", 5)))
            writer.run_now(lambda tx, at, who=who: bank.amend(tx, at, order(who, "l", 6), 1))

    threads = [threading.Thread(target=come, args=(persons[part::4],)) for part in range(4)]
    for thread in threads:
        thread.start()
    first = []
    while any(thread.is_alive() for thread in threads):
        first.append(extract(store, clock, PSTQ, ATTRIBUTES))
    for thread in threads:
        thread.join()
    writer.stop()
    assert len({found.at for found in first}) > 1
    for found in first:
        again = extract(store, clock, PSTQ, ATTRIBUTES, found.at)
        assert (print_of(again), again.sequence, again.link) == (print_of(found), found.sequence, found.link)
    assert extract(store, clock, PSTQ, ATTRIBUTES).frame["french_listening"].to_list() == [6] * 120


def test_nothing_is_written_before_an_instant_that_was_extracted_whatever_the_clock_says(store, writer, clock, known):
    known("ada", "bob")
    writer.run_now(lambda tx, at: bank.deposit(tx, at, order("ada", "k", 5)))
    clock.passes()
    found = extract(store, clock, PSTQ, ATTRIBUTES)
    clock.passes(-3_600_000_000)
    late = writer.run_now(lambda tx, at: bank.deposit(tx, at, order("bob", "k", 5)))
    assert late.event.at == found.at
    assert print_of(extract(store, clock, PSTQ, ATTRIBUTES, found.at)) == print_of(found)


def test_now_holds_whatever_was_acknowledged_even_after_the_clock_jumped_back(store, writer, clock, known):
    known("ada")
    writer.run_now(lambda tx, at: bank.deposit(tx, at, order("ada", "k", 5)))
    clock.passes(-3_600_000_000)
    found = extract(store, clock, PSTQ, ATTRIBUTES)
    assert found.frame.height == 1
    assert found.frame["submitted_at"].max() < instant(found.at)


def test_an_instant_that_has_passed_is_extracted_without_writing(store, writer, clock, known, monkeypatch):
    known("ada", "bob")
    for who in ("ada", "bob"):
        writer.run_now(lambda tx, at, who=who: bank.deposit(tx, at, order(who, "k", 5)))
        clock.passes()
    monkeypatch.setattr(store, "write", None)
    assert extract(store, clock, PSTQ, ATTRIBUTES, START + 1).frame["person_id"].to_list() == ["ada"]


def test_the_future_is_refused_and_freezes_nothing(store, clock):
    with pytest.raises(BankError, match="an instant that has passed"):
        extract(store, clock, PSTQ, ATTRIBUTES, clock.at + 1)
    with store.read() as tx:
        assert tx.one("SELECT floor FROM head") == (0,)


def test_an_empty_bank_gives_an_empty_pool_with_every_column(store, clock, tmp_path):
    found = extract(store, clock, PSTQ, ATTRIBUTES)
    assert (found.frame.height, found.sequence, found.link) == (0, 0, GENESIS)
    assert found.frame.columns == [name for name, a in ATTRIBUTES.items() if not a.descriptive]
    found.frame.write_parquet(tmp_path / "pool.parquet")
    pool = ranking.read_pool(tmp_path / "pool.parquet", LAW.on(date(2026, 4, 27)))
    assert (pool.frame.height, pool.absent, pool.unknown) == (0, (), ())
    assert pool.fingerprint == print_of(found)


def test_another_program_of_the_bank_stays_out(store, writer, clock, known):
    known("ada")
    writer.run_now(lambda tx, at: bank.deposit(tx, at, order("ada", "k", 5)))
    writer.run_now(lambda tx, at: bank.deposit(tx, at, order("ada", "l", 5, "canada/express_entry")))
    assert extract(store, clock, PSTQ, ATTRIBUTES).frame.height == 1


def test_a_body_that_is_gone_although_nobody_was_erased_is_refused(store, writer, clock, known):
    known("ada")
    writer.run_now(lambda tx, at: bank.deposit(tx, at, order("ada", "k", 5)))
    with store.write() as tx:
        tx.run("DELETE FROM body")
    with pytest.raises(BankError, match="bodies missing"):
        extract(store, clock, PSTQ, ATTRIBUTES)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A bank of four hundred declarations, and the pool that was deposited in it."""
    path = tmp_path_factory.mktemp("bank") / "bank.sqlite"
    pool = sample.generate(LAW.on(date(2026, 4, 27)), 400, seed=5, on=date(2026, 4, 27))
    store = open_store(str(path))
    kept = fill(store, PSTQ, pool)
    store.close()
    return path, kept.drop("sex", "region")


def test_what_was_deposited_comes_out_to_the_value(filled, tmp_path):
    path, kept = filled
    out = tmp_path / "pool.parquet"
    ran = tirage(
        "intake",
        "extract",
        "--bank",
        path,
        "--program",
        PSTQ,
        "--at",
        "2026-04-27T06:30:00-04:00",
        "--out",
        out,
        "--json",
    )
    assert ran.status == 0
    inside = kept.filter(pl.col("submitted_at") < instant(EXTRACTED_AT))
    pool = ranking.read_pool(out, LAW.on(date(2026, 4, 27)))
    columns = inside.columns
    assert fingerprint.of_frame(pool.frame.select(columns), ["declaration_id"]) == fingerprint.of_frame(
        inside, ["declaration_id"]
    )
    said = json.loads(out.with_suffix(".json").read_text())
    assert said == ran.json
    assert (said["fingerprint"], said["rows"], said["erased_since"]) == (pool.fingerprint, inside.height, 0)
    assert said["extracted_at"] == "2026-04-27T10:30:00+00:00"
    order_of_deposit = pl.read_parquet(out)["submitted_at"]
    assert order_of_deposit.is_sorted()


def test_a_round_runs_on_an_extraction_and_is_verified(filled, tmp_path):
    path, _ = filled
    out, folder = tmp_path / "pool.parquet", tmp_path / "round"
    at = ("--at", "2026-04-27T06:30:00-04:00")
    assert tirage("intake", "extract", "--bank", path, "--program", PSTQ, *at, "--out", out).status == 0
    ran = tirage("round", "run", ROUND, "--pool", out, "--out", folder)
    assert ran.status == 0, ran.err
    assert tirage("round", "verify", folder, "--pool", out).status == 0


@pytest.mark.parametrize(
    ("at", "status", "said"),
    [
        ("2026-04-27T06:30:00", 2, "--at"),
        ("yesterday", 2, "--at"),
        ("2999-01-01T00:00:00Z", 1, "an instant that has passed"),
    ],
)
def test_an_instant_without_an_offset_or_still_to_come_is_refused(filled, tmp_path, at, status, said):
    out = tmp_path / "pool.parquet"
    ran = tirage("intake", "extract", "--bank", filled[0], "--program", PSTQ, "--at", at, "--out", out)
    assert (ran.status, said in ran.err, out.exists()) == (status, True, False)


def test_an_erasure_since_is_told_never_silent(filled, tmp_path):
    path = tmp_path / "bank.sqlite"
    path.write_bytes(filled[0].read_bytes())
    store = open_store(str(path))
    who = filled[1]["person_id"][0]
    Writer(store, StandingClock()).run_now(lambda tx, at: bank.erase(tx, at, who))
    store.close()
    asked = ("intake", "extract", "--bank", path, "--program", PSTQ, "--at", "2026-04-27T06:30:00-04:00")
    ran = tirage(*asked, "--out", tmp_path / "pool.parquet", "--lang", "fr")
    assert "de personnes effacées depuis cet instant : 1\n" in ran.out
    assert json.loads((tmp_path / "pool.json").read_text())["erased_since"] == 1


@pytest.mark.parametrize("program", declarations.LAWS)
def test_what_the_models_let_in_comes_out_as_good_rows(program, tmp_path):
    regulation, today = declarations.law(program), declarations.LAWS[program]
    store, clock = open_store(str(tmp_path / "bank.sqlite")), StandingClock(microseconds(midnight(today)))
    said = [check(body, regulation, today).values for body in declarations.sampled(program)]
    with store.write() as tx:
        tx.many("INSERT INTO person VALUES (?, '', '', 'XX', ?, 0)", [(str(n), str(n)) for n, _ in enumerate(said)])
        for number, body in enumerate(said):
            asked = Order(regulation.program, str(number), "k", body)
            assert bank.deposit(tx, clock(), asked).status == 201
    clock.passes()
    found = extract(store, clock, regulation.program, regulation.attributes)
    store.close()
    assert found.unknown == ()
    pool = check_pool(found.frame, regulation, facts_on=today, extracted_at=instant(found.at))
    assert pool.frame.height == len(said)
    assert (pool.fingerprint, pool.unknown, pool.absent) == (print_of(found), (), ())
    names = [name for name in said[0] if name in regulation.attributes]
    rows = [tuple(map(plain, row)) for row in pool.frame.select(names).rows()]
    assert rows == [tuple(plain(body[name]) for name in names) for body in said]


NAMES = st.sampled_from(["main_occupation", "regulated_job", "french_listening", "birth_date", "sex", "other", 'a":b'])
WORDS = st.text(st.sampled_from('":,\\{}né\n\x00nul'), max_size=8)
VALUES = {
    "main_occupation": WORDS,
    "regulated_job": st.booleans(),
    "french_listening": st.integers(-(2**40), 2**40),
    "birth_date": st.dates(date(1900, 1, 1), date(2026, 1, 1)).map(str),
}
BODIES = st.dictionaries(NAMES, st.none(), max_size=5).flatmap(
    lambda names: st.fixed_dictionaries({name: st.none() | VALUES.get(name, WORDS) for name in names})
)


@given(st.lists(BODIES, min_size=1, max_size=6))
def test_bodies_become_columns_and_nothing_is_lost(said):
    frame = bodies.values([canonical(one) for one in said], [f"D-{n}" for n, _ in enumerate(said)], ATTRIBUTES)
    for body, row in zip(said, bodies.typed(frame, ATTRIBUTES).rows(named=True), strict=True):
        for name, value in body.items():
            found = row.get(name)
            assert plain(found) == value
        assert all(row[name] in (None, "none") for name in row if name not in body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("french_listening", "7"),
        ("french_listening", True),
        ("french_listening", 7.5),
        ("birth_date", "1990-02-30"),
        ("regulated_job", 1),
        ("french_listening", 2**70),
    ],
)
def test_a_body_that_its_attributes_cannot_hold_is_refused_and_named(name, value):
    said = [canonical({"french_speaking": 3}), json.dumps({name: value}).encode()]
    with pytest.raises(BankError) as refused:
        bodies.values(said, ["D-1", "D-2"], ATTRIBUTES)
    (fault,) = refused.value.faults
    assert (name in fault.where.en, fault.examples) == (True, ("D-2",))


@pytest.mark.parametrize("body", [b"null", b"[1]", b"7", b"{", b""])
def test_a_body_that_is_no_object_is_refused(body):
    with pytest.raises(BankError, match="a JSON object"):
        bodies.values([b"{}", body], ["D-1", "D-2"], ATTRIBUTES)


def test_a_label_the_program_no_longer_has_is_left_for_the_check_of_the_pool():
    said = [b'{"education":"gone"}', b'{"education":3}']
    frame = bodies.typed(bodies.values(said, ["D-1", "D-2"], ATTRIBUTES), ATTRIBUTES)
    assert frame["education"].to_list() == ["gone", "3"]

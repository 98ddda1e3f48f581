"""Expiry agrees with the round, to the microsecond, and takes out nothing else."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from banks import START, StandingClock
from hypothesis import example, given
from hypothesis import strategies as st
from shell import tirage

from intake import bank
from intake.address import open_store
from intake.bank import Order
from intake.clock import instant, microseconds, server_clock
from intake.event import Kind, events
from intake.expiry import Validity, draft_until, due, expire, expire_on, forget_drafts
from intake.verify import verify
from intake.writer import Writer
from ranking.taking_part import valid
from rules import load
from rules.faults import LawError

PSTQ = "quebec/pstq"
LAW = load(PSTQ)
ZONES = ["America/Toronto", "Australia/Sydney", "Asia/Kolkata", "Europe/London"]
SECOND = 1_000_000


def at(text):
    return microseconds(datetime.fromisoformat(text))


@dataclass
class Lifecycle:
    validity_months: int | None


@dataclass
class Source:
    time_zone: str


@dataclass
class Law:
    """As much of a regulation as the round asks of it to tell who is valid."""

    lifecycle: Lifecycle
    source: Source


def round_says_valid(first_at, now, months, zone):
    submitted = pl.Series([instant(first_at)], dtype=pl.Datetime("us", "UTC"))
    return valid(submitted, instant(now), Law(Lifecycle(months), Source(zone)))[0]


# Instants of every kind, and more of those around the days on which clocks change and months end.
EDGES = st.sampled_from(
    [
        "2024-02-29T12:00",
        "2025-03-09T07:00",
        "2025-11-02T06:00",
        "2026-03-08T07:00",
        "2026-11-01T05:30",
        "2026-01-31T04:59",
    ]
).map(lambda text: at(f"{text}:00+00:00"))
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)).map(  # noqa: DTZ001 - the zone is next
    lambda moment: microseconds(moment.replace(tzinfo=UTC))
) | EDGES.flatmap(lambda edge: st.integers(-3 * 3600 * SECOND, 3 * 3600 * SECOND).map(lambda off: edge + off))


@given(INSTANTS, st.sampled_from([1, 2, 6, 12, 24]), st.sampled_from(ZONES), st.integers(-7200, 7200), st.data())
@example(at("2025-11-02T05:30:00+00:00"), 12, "America/Toronto", 0, None)
@example(at("2024-02-29T05:30:00+00:00"), 12, "America/Toronto", 0, None)
@example(at("2025-03-08T07:30:00+00:00"), 12, "America/Toronto", 0, None)
def test_what_has_expired_here_is_what_the_round_calls_expired(first_at, months, zone, seconds, data):
    validity = Validity(months, ZoneInfo(zone))
    end = validity.ends(first_at)
    for now in (end - 1, end, end + seconds * SECOND, *([] if data is None else [data.draw(INSTANTS)])):
        if now >= first_at:
            assert round_says_valid(first_at, now, months, zone) == (end > now)
        assert end > now or first_at < validity.surely_valid_from(now)


@pytest.mark.parametrize(
    ("first", "end"),
    [
        ("2025-07-02T08:00:00-04:00", "2026-07-02T08:00:00-04:00"),
        ("2024-02-29T08:00:00-05:00", "2025-02-28T08:00:00-05:00"),
        ("2025-03-08T02:30:00-05:00", "2026-03-08T03:30:00-04:00"),  # the clocks skip that half hour a year later
        ("2025-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"),  # they show it twice: the later one
    ],
)
def test_twelve_months_are_of_the_local_calendar(first, end):
    assert Validity.on(LAW, at("2026-04-30T12:00:00-04:00")).ends(at(first)) == at(end)


def test_without_a_validity_nothing_expires(store):
    never = Validity(None, ZoneInfo("America/Toronto"))
    assert never.ends(START) is None
    with store.read() as tx:
        assert due(tx, PSTQ, never, START) == []


def test_a_day_without_law_is_an_error_with_both_dates():
    with pytest.raises(LawError, match="2027-07-02"):
        Validity.on(LAW, at("2031-01-01T00:00:00Z"))


def deposited(store, clock, instants, program=PSTQ):
    writer = Writer(store, clock)
    for number, when in enumerate(instants):
        who = f"{program}{number}"
        with store.write() as tx:
            tx.run("INSERT INTO person VALUES (?, '', '', ?, ?, 0)", (who, program, who))
        clock.at = when
        writer.run_now(lambda tx, at, who=who: bank.deposit(tx, at, Order(program, who, "k", {}, f"D-{who}")))
    return writer


def test_those_who_are_due_leave_the_bank_and_nobody_else(store, clock, monkeypatch):
    monkeypatch.setattr("intake.expiry.TOGETHER", 2)
    first = at("2025-08-01T08:00:00-04:00")
    writer = deposited(store, clock, [first, first + 1, first + 2, first + 3, first + 30 * 86400 * SECOND])
    writer.run_now(lambda tx, now: bank.amend(tx, now, Order(PSTQ, f"{PSTQ}0", "k2", {"a": 1}), 1))
    deposited(store, clock, [clock.at], program="canada/express_entry")
    clock.at = at("2026-08-01T08:00:00-04:00") + 2
    assert expire(store, writer, LAW, clock.at) == 3
    with store.read() as tx:
        gone = [event for event in events(tx, 0, 100) if event.kind == Kind.EXPIRE]
        left = tx.all("SELECT person FROM live WHERE program = ? ORDER BY first_at", (PSTQ,))
    assert [event.person for event in gone] == [f"{PSTQ}{number}" for number in range(3)]
    assert left == [(f"{PSTQ}3",), (f"{PSTQ}4",)]
    assert expire(store, writer, LAW, clock.at) == 0
    assert verify(store).agrees
    again = writer.run_now(lambda tx, now: bank.deposit(tx, now, Order(PSTQ, f"{PSTQ}0", "k3", {})))
    assert (again.status, again.event.at) == (201, clock.at)


def test_one_who_withdrew_meanwhile_is_left_alone(store, clock, monkeypatch):
    first = at("2025-08-01T08:00:00-04:00")
    writer = deposited(store, clock, [first, first + 1])
    now = at("2026-09-01T08:00:00-04:00")
    clock.at = now

    def found(tx, program, validity, at):
        those = due(tx, program, validity, at)
        gone = Order(PSTQ, f"{PSTQ}0", "k2")
        writer.run_now(lambda other, when: bank.withdraw(other, when, gone, 1))
        return those

    monkeypatch.setattr("intake.expiry.due", found)
    assert expire(store, writer, LAW, now) == 1


def test_the_service_expires_every_hour_and_lives_through_failures(store, clock, monkeypatch, caplog):
    monkeypatch.setattr("intake.expiry.FIRST_SECONDS", 0)
    monkeypatch.setattr("intake.expiry.EVERY_SECONDS", 0.01)
    caplog.set_level("INFO", "intake.expiry")
    writer = deposited(store, clock, [at("2025-08-01T08:00:00-04:00")])
    clock.at = at("2031-01-01T00:00:00Z")  # no law on that day

    async def some_hours():
        task = asyncio.create_task(expire_on(store, writer, [LAW], clock))
        while not caplog.messages:
            await asyncio.sleep(0.01)
        clock.at = at("2026-09-01T08:00:00-04:00")
        while "expired: 1 of quebec/pstq" not in caplog.messages:
            await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(asyncio.wait_for(some_hours(), 20))
    assert caplog.messages[0] == "not expired: quebec/pstq, LawError"
    with store.read() as tx:
        assert tx.all("SELECT 1 FROM live") == []


def test_the_command_expires_what_is_due_now(tmp_path):
    path = tmp_path / "bank.sqlite"
    store = open_store(str(path))
    now = instant(server_clock())
    deposited(store, StandingClock(), [microseconds(now - timedelta(days=days)) for days in (400, 370, 360, 1)])
    store.close()
    asked = ("intake", "expire", "--bank", path, "--program", PSTQ)
    assert tirage(*asked, "--json").json == {"program": PSTQ, "expired": 2}
    assert tirage(*asked, "--lang", "fr").out == "Déclarations expirées, sorties de la banque : 0\n"
    assert tirage("intake", "verify", "--bank", path).status == 0


def test_a_draft_is_deleted_whole_ninety_days_after_it_was_last_saved(writer, store, clock):
    """The form of a page and that of another are one draft; another program has a draft of its own."""
    day = 86_400_000_000
    saved = [("ada", PSTQ, "a", 0), ("ada", PSTQ, "b", 5 * day), ("ada", "canada/express_entry", "a", 0)]
    with store.write() as tx:
        tx.many(
            "INSERT INTO draft (person, program, page, typed, at) VALUES (?, ?, ?, ?, ?)",
            [(person, program, page, b"{}", START + at_) for person, program, page, at_ in saved],
        )
    clock.at = draft_until(START) - 1
    assert writer.run_now(forget_drafts) == 0
    clock.at += 1
    assert writer.run_now(forget_drafts) == 1
    with store.read() as tx:
        assert tx.all("SELECT DISTINCT program FROM draft") == [(PSTQ,)]
    clock.at = START + 95 * day
    assert writer.run_now(forget_drafts) == 1

"""A person checks, without the bank, that their deposit is under a published root, and that the log only grew."""

import copy
import json

import pytest
from banks import StandingClock
from hypothesis import given
from hypothesis import strategies as st
from shell import tirage

from intake import bank, merkle
from intake.address import open_store
from intake.bank import Order
from intake.event import events
from intake.faults import BankError
from intake.proof import check, proof, publish, tree
from intake.writer import Writer

PSTQ = "quebec/pstq"
PERSONS = [f"p{number}" for number in range(9)]


def filled(store, clock):
    """Nine deposits, and amendments of the first three."""
    writer = Writer(store, clock)
    with store.write() as tx:
        tx.many("INSERT INTO person VALUES (?, '', '', 'XX', ?, 0)", [(who, who) for who in PERSONS])
    for who in PERSONS:
        clock.passes()
        asked = Order(PSTQ, who, "k1", {"french_listening": 5, "note": "née « Été »"}, f"D-{who}")
        writer.run_now(lambda tx, at, asked=asked: bank.deposit(tx, at, asked))
    for who in PERSONS[:3]:
        asked = Order(PSTQ, who, "k2", {"french_listening": 6})
        writer.run_now(lambda tx, at, asked=asked: bank.amend(tx, at, asked, 1))
    return writer


def proof_of(store, declaration):
    with store.read() as tx:
        return proof(tx, declaration)


def holds(steps):
    return all(step.holds for step in steps)


@pytest.fixture(scope="module")
def bank_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("bank") / "bank.sqlite"
    store, clock = open_store(str(path)), StandingClock()
    writer = filled(store, clock)
    publish(store, clock)
    writer.run_now(lambda tx, at: bank.erase(tx, at, "p8"))
    publish(store, clock)
    store.close()
    return path


@pytest.fixture(scope="module")
def shown(bank_path):
    """A proof of a declaration that was amended, and the root that it is under."""
    store = open_store(str(bank_path))
    made = json.loads(json.dumps(proof_of(store, "D-p0"))), publish(store, StandingClock())
    store.close()
    return made


def test_the_root_is_that_of_the_events_as_they_are_spelled(store, clock):
    filled(store, clock)
    made = publish(store, clock)
    with store.read() as tx:
        said = [event.spelled() for event in events(tx, 0, 100)]
    plain = merkle.Tree()
    for one in said:
        plain.add(merkle.leaf(one))
    assert (made["size"], made["root"], made["consistent_with"]) == (12, plain.root().hex(), [])
    with store.read() as tx:
        assert tx.all("SELECT size, root FROM root") == [(12, plain.root())]


def test_a_root_at_an_instant_has_what_was_written_before_it(store, clock):
    filled(store, clock)
    with store.read() as tx:
        fifth = next(events(tx, 4, 1))
    assert publish(store, clock, fifth.at)["size"] == 4
    assert publish(store, clock, fifth.at + 1)["size"] == 5
    with pytest.raises(BankError, match="a log that is empty"):
        publish(store, clock, 1)
    with pytest.raises(BankError, match="an instant that has passed"):
        publish(store, clock, clock.at + 10**9)


def test_every_declaration_under_a_root_is_proven(store, clock):
    filled(store, clock)
    made = publish(store, clock)
    for who in PERSONS:
        shown = proof_of(store, f"D-{who}")
        assert holds(check(shown, made))
        assert len(shown["events"]) == (2 if who in PERSONS[:3] else 1)


def test_a_declaration_after_the_last_root_waits_for_the_next(store, clock):
    filled(store, clock)
    with store.read() as tx:
        second = next(events(tx, 1, 1))
    publish(store, clock, second.at)
    proof_of(store, "D-p0")
    for declaration, said in (("D-p5", "no root published"), ("D-none", "the number of a declaration"), ("", "number")):
        with pytest.raises(BankError, match=said):
            proof_of(store, declaration)


def test_a_tree_is_grown_on_and_needs_reading_once(store, clock):
    filled(store, clock)
    with store.read() as tx:
        grown = tree(tx, 5)
        assert tree(tx, 12, grown) is grown
        assert grown.root() == tree(tx, 12).root()
        assert grown.root(5) == tree(tx, 5).root()


def test_an_erased_body_is_said_not_to_be_there(bank_path):
    store = open_store(str(bank_path))
    shown, made = proof_of(store, "D-p8"), publish(store, StandingClock())
    store.close()
    assert [(step.step, step.holds) for step in check(shown, made)] == [
        ("erased", True),
        ("included", True),
        ("no_body", True),
        ("included", True),
        ("root", True),
    ]


def places(value, path=()):
    """Every place of a proof that holds a value."""
    if isinstance(value, dict):
        return [place for name, one in value.items() for place in places(one, (*path, name))]
    if isinstance(value, list):
        return [place for number, one in enumerate(value) for place in places(one, (*path, number))]
    return [path]


@given(data=st.data())
def test_no_value_of_a_proof_may_be_another(shown, data):
    said, made = shown
    assert holds(check(said, made))
    path = data.draw(st.sampled_from([p for p in places(said) if p not in {("format",), ("at",)}]))
    bent = copy.deepcopy(said)
    inner = bent
    for name in path[:-1]:
        inner = inner[name]
    value = inner[path[-1]]
    other = data.draw(
        st.sampled_from([None, "", [], {}, 1.5, -1])
        | (st.integers(0, 50) if isinstance(value, int) else st.text(max_size=70))
        | st.just(value + (1 if isinstance(value, int) else "0"))
    )
    if other == value:
        return
    inner[path[-1]] = other
    assert not holds(check(bent, made))


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=2), max_leaves=4
    )
)
def test_nonsense_is_no_proof_and_never_an_exception(nonsense):
    for said in ({"events": nonsense}, {"events": [nonsense]}, {"events": [{"event": nonsense}]}, {"root": nonsense}):
        assert not holds(check(said, {"root": nonsense}))
        assert not holds(check(said, {"root": nonsense}, {"size": nonsense, "root": nonsense}))


def test_the_log_is_shown_to_have_only_grown_since_any_older_root(store, clock):
    writer = filled(store, clock)
    with store.read() as tx:
        instants = [event.at for event in events(tx, 0, 100)]
    older = [publish(store, clock, at) for at in sorted(set(instants))[1:]]
    writer.run_now(lambda tx, at: bank.erase(tx, at, "p8"))
    newest = publish(store, clock)
    shown = proof_of(store, "D-p0")
    for before in [*older, newest]:
        assert holds(check(shown, newest, before))
        assert not holds(check(shown, newest, before | {"root": "ab" * 32}))
        assert not holds(check(shown, newest, before | {"size": before["size"] + 20}))
    assert not holds(check(shown, newest | {"consistent_with": []}, older[0]))


def test_two_roots_of_one_size_are_never_published(store, clock):
    filled(store, clock)
    publish(store, clock)
    with store.write() as tx:
        tx.run("UPDATE root SET root = ?", (bytes(32),))
    with pytest.raises(BankError, match="another root, already published"):
        publish(store, clock)


def test_the_commands_from_root_to_check(bank_path, tmp_path):
    root, shown = tmp_path / "root.json", tmp_path / "proof.json"
    published = tirage("intake", "root", "--bank", bank_path, "--out", root, "--json").json
    assert tirage("intake", "proof", "D-p0", "--bank", bank_path, "--out", shown).status == 0
    for given_root in (root, published["root"]):
        ran = tirage("intake", "check-proof", shown, "--root", given_root)
        assert (ran.status, ran.out.splitlines()[-1]) == (0, "The proof holds.")
    french = tirage("intake", "check-proof", shown, "--root", root, "--lang", "fr")
    told, declared, *_ = french.out.splitlines()
    assert told.startswith("Événement 1, 2027-01-15T08:00:01+00:00, dépôt de D-p0")
    assert declared == '  {"french_listening":5,"note":"née « Été »"}'
    assert "✓ ce qui est déclaré est bien ce dont l’événement 1 porte l’engagement" in french.out
    wrong = tirage("intake", "check-proof", shown, "--root", "ab" * 32, "--json")
    assert (wrong.status, wrong.json["holds"]) == (1, False)


def test_what_a_proof_says_cannot_act_on_a_terminal(bank_path, tmp_path):
    shown = tmp_path / "proof.json"
    tirage("intake", "proof", "D-p0", "--bank", bank_path, "--out", shown)
    said = json.loads(shown.read_text())
    said["events"][0] |= {"body": "\x1b[2J\x9b2J gone"}
    shown.write_text(json.dumps(said))
    ran = tirage("intake", "check-proof", shown, "--root", "ab" * 32)
    assert (ran.status, "\x1b" in ran.out, "\x9b" in ran.out) == (1, False, False)


def test_an_older_root_is_checked_by_the_command(bank_path, tmp_path):
    root, older, shown = tmp_path / "root.json", tmp_path / "older.json", tmp_path / "proof.json"
    made = tirage("intake", "root", "--bank", bank_path, "--out", root, "--json").json
    older.write_text(json.dumps(made["consistent_with"][0]))
    tirage("intake", "proof", "D-p0", "--bank", bank_path, "--out", shown)
    asked = ("intake", "check-proof", shown, "--older", older)
    ran = tirage(*asked, "--root", root)
    assert (ran.status, "has only grown" in ran.out) == (0, True)
    refused = tirage(*asked, "--root", made["root"])
    assert (refused.status, "the whole file of the root" in refused.err) == (1, True)


@pytest.mark.parametrize("text", [None, "", "[]", "{", "[" * 100_000])
def test_what_is_no_proof_is_refused_in_four_parts(tmp_path, text):
    path = tmp_path / "proof.json"
    if text is not None:
        path.write_text(text)
    ran = tirage("intake", "check-proof", path, "--root", "ab" * 32)
    assert (ran.status, ran.err.count("expected :")) == (1, 1)

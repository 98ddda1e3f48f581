"""Random lives of a ledger, against a model in plain Python that shares no code with it: run, approve, release, answer,
correct, close, crash. A crash is the files as they lie on the disk at that moment, opened elsewhere.
"""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ranking.faults import LedgerError
from ranking.ledger import chain, rounds
from ranking.ledger.check import check
from ranking.ledger.file import opened
from ranking.ledger.owed import contribution

PROGRAM = "lumen/guild"
PEOPLE = [f"D{number}" for number in range(6)]
NAMES = ("Ada", "ada ", "Bruno", "Chloé")
LIMIT = 4  # of the one ceiling, which counts everybody
START = datetime(2030, 1, 1, tzinfo=UTC)
FOLLOWS = {
    None: {"accepted", "declined", "expired", "withdrawn", "cancelled"},
    "accepted": {"withdrawn", "cancelled"},
    "declined": {"cancelled"},
    "expired": {"cancelled"},
    "withdrawn": set(),
    "cancelled": set(),
}


@dataclass
class Modelled:
    """A draft as the model sees it."""

    name: str
    people: list
    number: int
    state: str = "draft"
    approvals: set = field(default_factory=set)
    answers: dict = field(default_factory=dict)
    capped: bool = False


def body(name, people, head, *, again, capped):
    """What the entry of a draft holds, for a round whose receipt says the least that one can."""
    receipt = {
        "law_on": "2030-01-01",
        "extracted_at": "2030-01-01T00:00:00+00:00",
        "ledger": {"head": head},
        "selections": [{"id": "1", "invited": len(people)}],
    }
    ranks = list(range(1, len(people) + 1))
    columns = {
        "selection": ["1"] * len(people),
        "rank": ranks,
        "declaration_id": people,
        "person_id": [None] * len(people),
    }
    rule = {"rule": "returns", "said_by": "law"}
    places = {"all": {"places": {"everyone": len(people)}, "most": {"everyone": LIMIT}, "carried": True}}
    return {
        "program": PROGRAM,
        "round": name,
        "receipt": receipt,
        "fingerprint": chain.of_receipt(receipt),
        "invitations": columns,
        "ceilings": places if capped else {},
        "returns": {"after_decline": rule, "after_silence": {"rule": "leaves", "said_by": "default"}},
        "again": again,
        "override": None,
    }


class LedgerMachine(RuleBasedStateMachine):
    """A ledger and its model, step by step."""

    @initialize()
    def begin(self):
        self.folder = Path(mkdtemp(prefix="ledger-"))
        self.drafts = []
        self.entries = 1
        self.crashes = 0
        self.now = START
        self.open(self.folder / "0.duckdb")

    def open(self, path):
        self.path = path
        self.context = opened(path, write=True, create=START)
        self.ledger = self.context.__enter__()

    def teardown(self):
        if hasattr(self, "folder"):
            self.context.__exit__(None, None, None)
            shutil.rmtree(self.folder)

    # The model

    def current(self, name):
        return next((draft for draft in reversed(self.drafts) if draft.name == name), None)

    def released(self):
        return [draft for draft in self.drafts if draft.state == "released"]

    def held(self, person):
        return any(person in d.people and d.answers.get(person) in {None, "accepted"} for d in self.released())

    def out(self, person):
        """Why the model keeps a person out of the next round: decline and cancellation bring back, silence does not."""
        found = {d.answers.get(person) for d in self.released() if person in d.people}
        if found & {None, "accepted", "expired"}:
            return "already_invited"
        return "withdrawn" if "withdrawn" in found else None

    def full(self, draft):
        used = sum(len(other.people) for other in self.released() if other.capped)
        return draft.capped and used + len(draft.people) > LIMIT

    # What happens

    def attempt(self, allowed, kind, body, **more):
        """Write an entry: it must be refused exactly where the model forbids it."""
        self.now += timedelta(hours=1)
        if not allowed:
            with pytest.raises(LedgerError):
                self.ledger.append(kind, body, self.now, **more)
            return None
        self.entries += 1
        return self.ledger.append(kind, body, self.now, **more)

    @rule(
        name=st.sampled_from("ab"),
        people=st.sets(st.sampled_from(PEOPLE), max_size=3),
        again=st.booleans(),
        capped=st.booleans(),
    )
    def run(self, name, people, again, capped):
        before = self.current(name)
        new = Modelled(name, sorted(people), self.entries + 1, capped=capped)
        allowed = (
            before is None
            or (again and before.state == "void")
            or (again and before.state == "draft" and not before.approvals)
        )
        allowed = allowed and not any(map(self.held, people)) and not self.full(new)
        said = body(name, new.people, self.ledger.head, again=again, capped=capped)
        if self.attempt(allowed, "draft", said):
            if before and before.state == "draft":
                before.state = "replaced"
            self.drafts.append(new)

    @precondition(lambda self: self.drafts)
    @rule(data=st.data(), name=st.sampled_from(NAMES))
    def approve(self, data, name):
        draft = data.draw(st.sampled_from(self.drafts), label="draft")
        plain = name.strip().lower()
        allowed = draft.state == "draft" and plain not in draft.approvals
        if self.attempt(allowed, "approved", {"draft": draft.number, "by": name}):
            draft.approvals.add(plain)

    @precondition(lambda self: self.drafts)
    @rule(data=st.data())
    def release(self, data):
        draft = data.draw(st.sampled_from(self.drafts), label="draft")
        allowed = draft.state == "draft" and len(draft.approvals) >= 2
        allowed = allowed and not any(map(self.held, draft.people)) and not self.full(draft)
        if self.attempt(allowed, "released", {"draft": draft.number}):
            draft.state = "released"

    @precondition(lambda self: self.drafts and self.drafts[-1].state == "draft")
    @rule()
    def approve_and_release_the_last(self):
        draft = self.drafts[-1]
        for name in {"ada": "Ada", "bruno": "Bruno"}.items():
            if name[0] not in draft.approvals:
                self.attempt(True, "approved", {"draft": draft.number, "by": name[1]})
                draft.approvals.add(name[0])
        allowed = not any(map(self.held, draft.people)) and not self.full(draft)
        if self.attempt(allowed, "released", {"draft": draft.number}):
            draft.state = "released"

    @precondition(lambda self: self.released())
    @rule(data=st.data(), person=st.sampled_from(PEOPLE), answer=st.sampled_from(sorted(FOLLOWS[None])))
    def answer(self, data, person, answer):
        draft = data.draw(st.sampled_from(self.released()), label="draft")
        allowed = person in draft.people and answer in FOLLOWS[draft.answers.get(person)]
        at = chain.written(self.now + timedelta(hours=1))
        row = {"draft": draft.number, "declaration_id": person, "person_id": None, "answer": answer, "answered_at": at}
        if self.attempt(allowed, "answers", {"answers": {name: [value] for name, value in row.items()}}):
            draft.answers[person] = answer

    @precondition(lambda self: self.drafts)
    @rule(data=st.data(), second=st.sampled_from(NAMES[1:3]))
    def void(self, data, second):
        draft = data.draw(st.sampled_from(self.drafts), label="draft")
        self.now += timedelta(hours=1)
        if draft.state != "released" or second == "ada ":
            with pytest.raises(LedgerError):
                rounds.correct(self.ledger, draft.number, "void", "in error", ("Ada", second), "0" * 64, self.now)
            return
        rounds.correct(self.ledger, draft.number, "void", "in error", ("Ada", second), "0" * 64, self.now)
        self.entries += 1
        draft.state = "void"

    @rule()
    def reopen(self):
        self.context.__exit__(None, None, None)
        self.open(self.path)

    @rule(during=st.booleans())
    def crash(self, during):
        """Lose the process: after a commit nothing is lost; while an entry is written, that entry and nothing else."""
        self.crashes += 1
        target = self.folder / f"{self.crashes}.duckdb"

        def snapshot():
            for path in self.folder.glob(f"{self.path.name}*"):
                if path.is_file():
                    shutil.copyfile(path, self.folder / path.name.replace(self.path.name, target.name))

        if during:
            plan = {"program": PROGRAM, "year": 2031, "invitations": 1, "by": None}
            self.ledger.append("plan", plan, self.now, together=snapshot)
        else:
            snapshot()
        self.context.__exit__(None, None, None)
        self.open(target)

    @invariant()
    def agrees(self):
        if not hasattr(self, "ledger"):
            return
        assert len(self.ledger.entries) == self.entries
        states = {draft.number: draft.state for draft in self.ledger.book.drafts.values()}
        assert states == {draft.number: draft.state for draft in self.drafts}
        owed = contribution(self.ledger, PROGRAM, self.now + timedelta(days=1)).exclusions
        found: dict = {}
        for person, why in owed.select("declaration_id", "exclusion").iter_rows():
            found[person] = min(why, found.get(person, why))
        expected = {person: self.out(person) for person in PEOPLE}
        assert found == {person: why for person, why in expected.items() if why}

    @rule()
    def verify(self):
        assert [one for one in check(self.ledger) if not one.agrees] == []
        query = "SELECT draft, state FROM rounds"
        plain = {"approved": "draft", "approved_once": "draft"}
        found = {draft: plain.get(state, state) for draft, state in self.ledger.sql(query).iter_rows()}
        assert found == {draft.number: draft.state for draft in self.drafts}
        rows = self.ledger.sql("SELECT draft, declaration_id, answer FROM invitations").iter_rows()
        known = [d for d in self.drafts if d.state in {"released", "void"}]
        answers = {
            (d.number, p, "cancelled" if d.state == "void" else d.answers.get(p)) for d in known for p in d.people
        }
        assert set(rows) == answers


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(
    max_examples=6,
    stateful_step_count=18,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)

"""Signing in: one-time links that tell nobody who has an account, sessions that end when they should."""

import threading
import time
from email import message_from_bytes, policy
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services import PATH, identity, key, sampled, service

from intake import sessions
from intake.limits import Buckets, is_loopback, network
from intake.mail import Post, Sink, normal, sign_in_message
from intake.sessions import Session

KEY = sessions.key_of(bytes(32))


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with service(tmp_path_factory.mktemp("sign_in")) as running:
        yield running


def test_a_link_works_once(client):
    token = client.token("once@example.org")
    first = client.http.post("/v1/sessions", json={"token": token})
    assert first.status_code == 201
    again = client.http.post("/v1/sessions", json={"token": token})
    assert (again.status_code, again.json()["code"]) == (401, "link_spent")


def test_a_scanner_that_follows_the_link_spends_nothing(client):
    token = client.token("scanned@example.org")
    for path in (f"/fr/session?token={token}", f"/en/session?token={token}", f"/v1/sessions?token={token}"):
        client.http.get(path)
    assert client.http.post("/v1/sessions", json={"token": token}).status_code == 201


def test_a_link_is_over_after_half_an_hour(client):
    token = client.token("late@example.org")
    client.later(30 * 60)
    assert client.http.post("/v1/sessions", json={"token": token}).json()["code"] == "link_spent"


def test_only_the_digest_of_a_token_is_kept(client):
    token = client.token("digest@example.org")
    with client.intake.store.read() as tx:
        kept = [bytes(row[0]) for row in tx.all("SELECT token FROM sign_in")]
    assert sessions.digest(token) in kept
    assert token.encode() not in b"".join(kept)


def test_asking_tells_nobody_who_has_an_account(client):
    client.account("known@example.org")
    answers = [client.http.post("/v1/sign-in", json={"email": f"{who}@example.org"}) for who in ("known", "unknown")]
    assert answers[0].status_code == answers[1].status_code == 202
    assert answers[0].content == answers[1].content
    kept = [dict(one.headers) | {"x-request-id": ""} for one in answers]
    assert kept[0] == kept[1]


def test_mail_is_in_the_language_asked_for(client):
    for lang, words in (("fr", "Pour ouvrir votre session"), ("en", "To sign in")):
        assert client.http.post("/v1/sign-in", json={"email": "lang@example.org", "lang": lang}).status_code == 202
        client.http.portal.call(client.intake.post._waiting.join)
        message = client.mail.messages[-1]
        assert words in message.get_content()
        assert f"http://127.0.0.1:8080/{lang}/session?token=" in message.get_content()
        assert message["To"] == "lang@example.org"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Jean.Tremblay@Exemple.CA", "jean.tremblay@exemple.ca"),
        (" a@example.org ", "a@example.org"),
        ("ａ@ｅxample.org", "a@example.org"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a+b@example.org", "a+b@example.org"),
        ("a@example.org\r\nBcc: b@example.org", None),
        ("a@example.org\n", None),
        ("a\x00@example.org", None),
        ("a@b@example.org", None),
        ("@example.org", None),
        ("a@", None),
        ("a@localhost", None),
        ("a b@example.org", None),
        ("a,b@example.org", None),
        ("<a@example.org>", None),
        ("a" * 65 + "@example.org", None),
        ("a@" + "b" * 300 + ".org", None),
        ("\ud800@example.org", None),
    ],
)
def test_an_address_has_one_spelling_and_carries_no_header(written, read):
    assert normal(written) == read


@given(st.text(max_size=60))
def test_whatever_is_typed_is_an_address_or_is_none(written):
    read = normal(written)
    if read is not None:
        message = sign_in_message(read, "t", "http://here", "fr")
        assert message["To"] == read
        assert normal(read) == read


def test_a_bad_address_is_named(client):
    said = client.http.post("/v1/sign-in", json={"email": "a@b\r\nBcc: c@d.e", "lang": "de", "more": 1})
    assert said.status_code == 422
    assert [error["field"] for error in said.json()["errors"]] == ["more", "email", "lang"]


def test_asking_too_often_says_when_to_come_back(tmp_path):
    few = {"sign_in_email": {"times": 2, "seconds": 100}, "sign_in_address": {"times": 4, "seconds": 40}}
    with service(tmp_path, limits=few) as client:
        ask = lambda who: client.http.post("/v1/sign-in", json={"email": who})  # noqa: E731
        assert [ask(who).status_code for who in ("a@x.org", "A@x.org", "a@X.org")] == [202, 202, 429]
        said = ask("a@x.org")
        assert (said.status_code, said.json()["code"]) == (429, "too_many")
        assert 1 <= int(said.headers["Retry-After"]) <= 50
        assert [ask(f"{n}@x.org").status_code for n in range(2)] == [429, 429]  # the address has asked four times
        client.later(10)
        assert ask("b@x.org").status_code == 202


def test_a_session_ends_everywhere_at_once(client):
    here, there = client.account("everywhere@example.org"), client.account("everywhere@example.org")
    assert client.http.get("/v1/person", headers=there).status_code == 200
    assert client.http.delete("/v1/sessions", headers=here).status_code == 204
    for session in (here, there):
        assert client.http.get("/v1/person", headers=session).status_code == 401
    assert client.http.get("/v1/person", headers=client.account("everywhere@example.org")).status_code == 200


def test_a_session_ends_by_itself(client):
    who = client.account("twelve@example.org")
    client.later(12 * 3600 - 1)
    assert client.http.get("/v1/person", headers=who).status_code == 200
    client.later(1)
    assert client.http.get("/v1/person", headers=who).status_code == 401


def test_a_session_may_be_a_cookie(client):
    session = client.account("cookie@example.org")["Authorization"].removeprefix("Bearer ")
    assert client.http.get("/v1/person", headers={"Cookie": f"session={session}"}).status_code == 200


@given(st.integers(0, 81), st.characters())
def test_no_other_spelling_of_a_session_is_one(position, letter):
    good = sessions.write(Session("ab" * 16, 3, 2_000), KEY)
    assert sessions.read(good, KEY, 1_999) == Session("ab" * 16, 3, 2_000)
    assert sessions.read(good, KEY, 2_000) is None
    assert sessions.read(good, sessions.key_of(b"\1" * 32), 0) is None
    other = good[:position] + letter + good[position + 1 :]
    assert other == good or sessions.read(other, KEY, 0) is None


@given(st.text(max_size=100))
def test_no_text_is_a_session(text):
    assert sessions.read(text, KEY, 0) is None


def test_a_document_is_that_of_one_account(client):
    first = client.person(41)
    second = client.account("second41@example.org")
    said = client.http.put("/v1/person", json=identity(41), headers=second)
    assert (said.status_code, said.json()["code"]) == (409, "document_known")
    assert client.http.get("/v1/person", headers=second).json()["person"] is None
    renamed = client.http.put("/v1/person", json=identity(41) | {"family_name": "Nouveau"}, headers=first)
    assert (renamed.status_code, renamed.json()["family_name"]) == (200, "Nouveau")
    other = client.http.put("/v1/person", json=identity(42), headers=first)
    assert (other.status_code, other.json()["code"]) == (409, "identity_set")
    assert client.http.put("/v1/person", json=identity(42), headers=second).status_code == 201


def test_who_has_not_said_who_they_are_waits_outside(client):
    nobody = client.account("nobody@example.org")
    for method, path in (("POST", "/v1/line"), ("GET", "/v1/line"), ("GET", PATH), ("POST", PATH)):
        said = client.http.request(method, path, headers=nobody | key())
        assert (said.status_code, said.json()["code"]) == (403, "no_person"), path


def test_an_erased_person_leaves_nothing_and_may_come_again(client):
    who = client.person(51)
    assert client.http.post(PATH, json=sampled()[0], headers=who | key()).status_code == 201
    number = client.http.get("/v1/person", headers=who).json()["person"]
    assert client.http.delete("/v1/person", headers=who).status_code == 204
    assert client.http.get("/v1/person", headers=who).status_code == 401
    with client.intake.store.read() as tx:
        for table in ("person", "account", "live", "answer", "draft"):
            assert tx.one(f"SELECT 1 FROM {table} WHERE person = ?", (number,)) is None, table
        assert tx.one("SELECT 1 FROM account WHERE email = 'person51@example.org'") is None
        events = tx.all("SELECT sequence FROM event WHERE person = ?", (number,))
        assert tx.one(f"SELECT 1 FROM body WHERE sequence = {events[0][0]}") is None
    assert client.http.get(PATH, headers=client.person(51)).json()["code"] == "none_live"


def test_an_account_without_a_person_can_be_erased(client):
    who = client.account("leaving@example.org")
    assert client.http.delete("/v1/person", headers=who).status_code == 204
    assert client.http.get("/v1/person", headers=who).status_code == 401


def test_a_folder_of_mail_is_for_its_owner(tmp_path):
    folder = tmp_path / "mail"
    Sink(folder).send(sign_in_message("a@example.org", "token", "http://here", "fr"))
    (kept,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, kept.stat().st_mode & 0o777) == (0o700, 0o600)
    read = message_from_bytes(kept.read_bytes(), policy=policy.default)
    assert "http://here/fr/session?token=token" in read.get_content()


def test_mail_is_tried_again_and_never_holds_anybody_up(client):
    class Failing:
        tried = 0
        done = threading.Event()

        def send(self, _message):
            self.tried += 1
            if self.tried == 1:
                raise ConnectionRefusedError
            self.done.set()

    failing = Failing()

    async def deliver():
        post = Post(failing, pause=0.01)
        post.start()
        began = time.monotonic()
        post.put(partial(sign_in_message, "a@example.org", "t", "http://here", "fr"))
        assert time.monotonic() - began < 0.1
        await post.stop()

    client.http.portal.call(deliver)
    assert failing.done.is_set()
    assert failing.tried == 2


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60))
def test_a_bucket_never_gives_more_than_it_says(pauses):
    buckets, now, given_at = Buckets(3, 10), 0.0, []
    for pause in pauses:
        now += pause
        wait = buckets.take("a", now)
        if wait == 0:
            given_at.append(now)
        assert 0 <= wait <= 4
    for start in given_at:
        assert sum(start <= at <= start + 10 for at in given_at) <= 3 + 3 + 1


def test_a_bucket_fills_again_and_forgets_the_oldest():
    buckets = Buckets(1, 10, most=2)
    assert [buckets.take("a", 0), buckets.take("a", 0), buckets.take("a", 9.5), buckets.take("a", 10)] == [0, 10, 1, 0]
    assert [buckets.take(name, 10) for name in "bc"] == [0, 0]
    assert buckets.take("a", 10) == 0


@pytest.mark.parametrize(
    ("address", "counted", "here"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "::", True),
        ("::ffff:127.0.0.1", "127.0.0.1", True),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::", False),
        ("10.0.0.1", "10.0.0.1", False),
        ("", "", False),
        ("nonsense", "nonsense", False),
    ],
)
def test_addresses_are_counted_by_network(address, counted, here):
    assert (network(address), is_loopback(address)) == (counted, here)

"""Problems: one form for all of them (RFC 9457), in the language of whoever asks, and nothing that leaks."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services import PATH, identity, key, sampled, service

from intake.problems import KINDS, Problem, preferred
from intake.writer import Unavailable


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with service(tmp_path_factory.mktemp("problems")) as running:
        yield running


@pytest.fixture(scope="module")
def who(client):
    return client.person(1)


def told(answer, status, code):
    """Hold an answer to the form of a problem."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert (said["status"], said["code"], said["type"]) == (status, code, f"urn:tirage:problem:{code}")
    assert said["title"]
    assert said["detail"]
    return said


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("", "fr"),
        ("en", "en"),
        ("en-CA,en;q=0.9,fr;q=0.8", "en"),
        ("fr-CA, en;q=0.9", "fr"),
        ("de, es;q=0.9", "fr"),
        ("en;q=0.5, fr;q=0.5", "fr"),
        ("en;q=0", "fr"),
        ("en;q=x", "fr"),
        ("*", "fr"),
    ],
)
def test_the_language_is_the_one_liked_better_and_french_first(accepted, lang):
    assert preferred(accepted) == lang


@given(st.text(max_size=300))
def test_any_header_gives_a_language(accepted):
    assert preferred(accepted) in {"fr", "en"}


@pytest.mark.parametrize("code", KINDS)
def test_every_problem_speaks_both_languages(code):
    fr, en = Problem(code).body("fr"), Problem(code).body("en")
    assert fr["title"] != en["title"]
    assert fr["detail"] != en["detail"]
    assert fr["status"] == en["status"] == KINDS[code].status


def test_problems_of_addresses_and_methods(client):
    told(client.http.get("/v1/nowhere"), 404, "not_found")
    refused = client.http.request("PATCH", "/v1/person")
    told(refused, 405, "bad_method")
    assert refused.headers["Allow"] == "DELETE, GET, PUT"
    said = client.http.get("/v1/person", headers={"Accept-Language": "en"})
    assert told(said, 401, "not_signed_in")["title"] == "You are not signed in"
    assert (said.headers["Content-Language"], said.headers["WWW-Authenticate"]) == ("en", "Bearer")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"[]", "not_json"),
        (b"\xff", "not_json"),
        (b'{"education": NaN}', "not_json"),
        (b'{"education": 1, "education": 2}', "not_json"),
        (b'{"a": "\\ud800"}', "not_json"),
        (b'{"education": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "too_deep"),
    ],
)
def test_a_body_that_is_no_plain_json(client, who, body, code):
    headers = who | key() | {"Content-Type": "application/json"}
    told(client.http.post(PATH, content=body, headers=headers), 400, code)


def test_a_body_of_another_type_and_one_too_long(client, who):
    headers = who | key()
    told(client.http.post(PATH, content=b"{}", headers=headers | {"Content-Type": "text/plain"}), 415, "not_json_type")
    long = b'{"a": "' + b"a" * 65_536 + b'"}'
    told(client.http.post(PATH, content=long, headers=headers | {"Content-Type": "application/json"}), 413, "too_large")


def test_each_wrong_field_has_one_message_in_the_language_asked_for(client, who):
    wrong = sampled()[0] | {"birth_date": "2999-01-01", "accompanying_spouse": 1, "nonsense": True}
    fr = told(client.http.post(PATH, json=wrong, headers=who | key()), 422, "refused")
    en = told(client.http.post(PATH, json=wrong, headers=who | key() | {"Accept-Language": "en"}), 422, "refused")
    fields = [error["field"] for error in fr["errors"]]
    assert {"birth_date", "accompanying_spouse", "nonsense"} <= set(fields)
    assert len(fields) == len(set(fields))
    assert all(a["message"] != b["message"] for a, b in zip(fr["errors"], en["errors"], strict=True))


@pytest.mark.parametrize("written", ["", "short", "a" * 65, "a b" * 8, "é" * 20])
def test_a_key_is_needed_and_has_one_form(client, who, written):
    headers = who | ({"Idempotency-Key": written.encode()} if written else {})
    told(client.http.post(PATH, json=sampled()[0], headers=headers), 400, "key_missing")


def test_the_version_to_change_is_needed_and_has_one_form(client):
    who = client.person(2)
    assert client.http.post(PATH, json=sampled()[0], headers=who | key()).status_code == 201
    for method in ("PUT", "DELETE"):
        body = {"json": sampled()[0]} if method == "PUT" else {}
        ask = lambda **more: client.http.request(method, PATH, headers=who | key() | more, **body)  # noqa: B023, E731
        told(ask(), 428, "no_if_match")
        told(ask(**{"If-Match": "*"}), 400, "bad_header")
        told(ask(**{"If-Match": '"1"'}), 400, "bad_header")
        told(ask(**{"If-Match": 'W/"D-AAAA-AAAA-AAAA.1"'}), 412, "version_changed")
        told(ask(**{"If-Match": '"D-AAAA-AAAA-AAAA.1"'}), 412, "version_changed")


def test_a_forged_ticket_is_refused(client):
    for ticket in ("", "a.b", "e30." + "A" * 43, "x" * 600):
        told(client.http.get("/v1/line", headers={"Ticket": ticket}), 400, "bad_header")


def test_a_bank_that_cannot_write_says_when_to_come_back(client, who, monkeypatch):
    async def unavailable(_work):
        raise Unavailable("disk_full")

    monkeypatch.setattr(client.intake.writer, "run", unavailable)
    said = client.http.put("/v1/person", json=identity(1), headers=who)
    told(said, 503, "unavailable")
    assert said.headers["Retry-After"] == "30"
    client.later(5)
    told(client.http.get("/ready"), 503, "unavailable")


def test_a_failure_of_ours_tells_nothing_of_its_cause(client, who, monkeypatch, caplog):
    async def broken(_intake, _work):
        raise ValueError("the name of somebody")

    monkeypatch.setattr(type(client.intake), "read", broken)
    said = client.http.get("/v1/person", headers=who)
    told(said, 500, "broken")
    assert "somebody" not in said.text
    assert json.loads(said.text)
    assert [record.name for record in caplog.records] == ["intake.service"]

"""The service over HTTP: the life of a declaration, as its person sees it; and what operators see."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from banks import KINDS, postgres_address
from services import DAY, PATH, key, sampled, service

from intake.config import Config, Smtp, read_config, secret_of
from intake.event import head, linked, spelled
from intake.logs import HELD, Lines
from intake.mail import SmtpMailer
from intake.proof import check, publish
from intake.service import serve
from rules.faults import TirageError


@pytest.fixture(scope="module", params=KINDS)
def client(request, tmp_path_factory):
    bank = {} if request.param == "sqlite" else {"bank": postgres_address()}
    with service(tmp_path_factory.mktemp("service"), **bank) as running:
        yield running


def deposited(client, number, declaration=None):
    who = client.person(number)
    said = client.http.post(PATH, json=declaration or sampled()[0], headers=who | key())
    assert said.status_code == 201, said.text
    return who, said


def test_a_declaration_is_deposited_read_amended_and_withdrawn(client):
    who, said = deposited(client, 1)
    assert said.json()["version"] == 1
    assert said.json()["at"].startswith("2026-11-25T17:00")
    read = client.http.get(PATH, headers=who)
    assert read.json()["body"] == sampled()[0]
    assert read.headers["ETag"] == said.headers["ETag"]
    client.later(60)
    amended = client.http.put(PATH, json=sampled()[1], headers=who | key() | {"If-Match": read.headers["ETag"]})
    assert (amended.status_code, amended.json()["version"]) == (200, 2)
    again = client.http.get(PATH, headers=who).json()
    assert (again["first_at"], again["body"]) == (read.json()["first_at"], sampled()[1])
    assert again["last_at"] > again["first_at"]
    gone = client.http.delete(PATH, headers=who | key() | {"If-Match": amended.headers["ETag"]})
    assert (gone.status_code, gone.json()["code"]) == (200, "withdrawn")
    assert client.http.get(PATH, headers=who).json()["code"] == "none_live"


def test_a_replay_gives_the_first_answer(client):
    who = client.person(2)
    same = who | key()
    first = client.http.post(PATH, json=sampled()[0], headers=same)
    again = client.http.post(PATH, json=sampled()[0], headers=same)
    assert (again.status_code, again.content, again.headers["ETag"]) == (201, first.content, first.headers["ETag"])
    assert (first.headers.get("Idempotent-Replayed"), again.headers.get("Idempotent-Replayed")) == (None, "true")
    other = client.http.post(PATH, json=sampled()[1], headers=same)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    second = client.http.post(PATH, json=sampled()[0], headers=who | key())
    assert (second.status_code, second.json()["code"], second.json()["version"]) == (409, "live_already", 1)


def test_of_amendments_with_one_version_exactly_one_succeeds(client):
    who, said = deposited(client, 3)
    version = {"If-Match": said.headers["ETag"]}

    def amend(number):
        return client.http.put(PATH, json=sampled()[number], headers=who | key() | version).status_code

    with ThreadPoolExecutor(8) as many:
        assert sorted(many.map(amend, range(1, 9))) == [200] + [412] * 7


def test_a_withdrawn_declaration_s_version_is_not_that_of_the_next(client):
    who, first = deposited(client, 4)
    old, withdrawal = {"If-Match": first.headers["ETag"]}, key()
    gone = client.http.delete(PATH, headers=who | withdrawal | old)
    assert client.http.post(PATH, json=sampled()[1], headers=who | key()).status_code == 201
    stale = client.http.put(PATH, json=sampled()[2], headers=who | key() | old)
    assert (stale.status_code, stale.json()["code"]) == (412, "version_changed")
    replay = client.http.delete(PATH, headers=who | withdrawal | old)
    assert (replay.status_code, replay.content) == (200, gone.content)


def test_the_receipt_opens_the_commitment_and_its_link_is_in_the_chain(client):
    deposited(client, 50)
    who, said = deposited(client, 5)
    receipt = client.http.get(f"{PATH}/receipt", headers=who).json()
    salt, body = bytes.fromhex(receipt["salt"]), receipt["body"].encode()
    assert hashlib.sha256(salt + body).hexdigest() == receipt["commitment"] == said.json()["commitment"]
    assert json.loads(body) == sampled()[0]
    with client.intake.store.read() as tx:
        (before,) = tx.one("SELECT link FROM event WHERE sequence = ?", (receipt["sequence"] - 1,))
        assert receipt["sequence"] <= head(tx).sequence
    at = (datetime.fromisoformat(receipt["at"]) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    parts = [receipt[name] for name in ("kind", "program", "person", "declaration", "version", "key")]
    event = spelled(receipt["sequence"], round(at * 1_000_000), *parts, bytes.fromhex(receipt["commitment"]))
    assert linked(bytes(before), event).hex() == receipt["link"]


def test_a_receipt_has_a_proof_once_a_root_is_published(tmp_path):
    with service(tmp_path) as client:
        who, _ = deposited(client, 1)
        deposited(client, 2)
        assert client.http.get(f"{PATH}/receipt", headers=who).json()["proof"] is None
        client.later(1)
        root = publish(client.intake.store, client.intake.clock)
        _, late = deposited(client, 3)
        proof = client.http.get(f"{PATH}/receipt", headers=who).json()["proof"]
        assert all(step.holds for step in check(proof, root))
        assert not all(step.holds for step in check(proof, root | {"root": "0" * 64}))
        assert late.json()["sequence"] == 3


def test_a_declaration_that_has_not_changed_is_not_sent_again(client):
    who, said = deposited(client, 6)
    unchanged = client.http.get(PATH, headers=who | {"If-None-Match": said.headers["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_the_score_as_it_stands_keeps_nothing(client):
    who = client.person(7)
    said = client.http.post(f"{PATH}/score", json=sampled()[0], headers=who)
    assert said.status_code == 200
    assert said.json()["score"] == next(group["points"] for group in said.json()["groups"] if group["id"] == "score")
    assert said.json()["facts_on"] == str(DAY)
    assert all(criterion["title"]["fr"] for criterion in said.json()["criteria"])
    assert client.http.get(PATH, headers=who).status_code == 404


def test_a_place_is_the_same_whenever_it_is_asked_for(client):
    who = client.person(8)
    first = client.http.post("/v1/line", headers=who).json()
    for said in (client.http.post("/v1/line", headers=who), client.http.get("/v1/line", headers=who)):
        assert said.json() == first
    assert client.http.get("/v1/line", headers={"Ticket": first["ticket"]}).json() == first


def test_whoever_s_turn_has_not_come_is_told_their_place(tmp_path):
    """Before the opening nobody comes in; reading needs no turn."""
    with service(tmp_path, opens_at=datetime(2026, 11, 25, 18, tzinfo=UTC)) as client:
        who = client.person(1)
        said = client.http.post(PATH, json=sampled()[0], headers=who | key())
        assert (said.status_code, said.json()["code"]) == (429, "not_admitted")
        place = client.http.get("/v1/line", headers=who)
        assert said.json()["place"] == place.json()
        assert (place.json()["position"], place.json()["admitted"]) == (1, False)
        assert int(said.headers["Retry-After"]) == place.json()["retry_after"]
        assert client.http.get(PATH, headers=who).status_code == 404
        client.later(3601)
        until(lambda: client.http.get("/v1/line", headers=who).json()["admitted"])
        assert client.http.post(PATH, json=sampled()[0], headers=who | key()).status_code == 201


def until(true, seconds=10):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_service_lives_and_is_ready(client):
    assert client.http.get("/health").json() == {"alive": True}
    client.later(2)
    assert client.http.get("/ready").json()["ready"] is True


def test_metrics_count_what_happened_and_are_for_the_machine_itself(client):
    deposited(client, 9)
    text = client.http.get("/metrics").text
    assert re.search(r'intake_accepted_total\{kind="deposit"\} [1-9]', text)
    assert re.search(r"intake_commit_seconds_count [1-9]", text)
    assert 'intake_requests_total{method="POST",route="/v1/declarations/quebec/pstq",status="201"}' in text
    assert "intake_line_length" in text
    far = client.from_address("192.0.2.1").get("/metrics")
    assert (far.status_code, far.json()["code"]) == (403, "not_here")
    by_a_proxy = client.http.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"})
    assert by_a_proxy.status_code == 403


def test_logs_and_metrics_name_nobody(client, capfd):
    number = 4711
    who, _ = deposited(client, number)
    client.http.get(f"/v1/person?email=person{number}@example.org", headers=who)
    client.http.get(f"/nowhere/person{number}", headers=who)
    client.app.state.lines.flush()
    logged = client.http.get("/metrics").text
    until(lambda: not client.app.state.lines._parcels.qsize())
    time.sleep(0.1)
    logged += capfd.readouterr().err
    session = who["Authorization"].removeprefix("Bearer ")
    person = client.http.get("/v1/person", headers=who).json()["person"]
    for secret in (f"person{number}", "example.org", f"AB{number:06}", "Exemple", session, person, "127.0.0.1"):
        assert secret not in logged, secret
    assert '"route": "/v1/person"' in logged


def test_a_log_that_nobody_reads_stops_nobody():
    class Stuck:
        reading = threading.Event()

        def write(self, _text):
            self.reading.wait(10)

        def flush(self):
            pass

    lines = Lines(lambda: 0, Stuck())
    lines.start()
    for number in range(200 * HELD):
        lines.request(str(number), "GET", "/health", 200, 1.0, "")
    assert 0 < lines.dropped < 200 * HELD
    Stuck.reading.set()
    lines.stop()


def test_settings_are_read_strictly(tmp_path):
    path = tmp_path / "intake.toml"
    path.write_text('port = 9000\n[smtp]\nhost = "mail"\nsender = "a@b.ca"\n[limits]\nwaiting = 5\n')
    read = read_config(str(path), {"bank": "here", "port": 7})
    assert (read.port, read.limits.waiting, read.smtp) == (7, 5, Smtp(host="mail", sender="a@b.ca"))
    path.write_text('prot = 9000\n[limits]\nwaiting = "5"\n')
    with pytest.raises(TirageError) as refused:
        read_config(str(path), {"bank": "here"})
    assert len(refused.value.faults) == 2


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path):
    config = Config(bank=str(tmp_path / "bank.sqlite"))
    made = secret_of(config)
    assert secret_of(config) == made
    path = tmp_path / "bank.secret"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(TirageError):
        secret_of(config)
    path.chmod(0o600)
    path.write_text("nonsense")
    with pytest.raises(TirageError):
        secret_of(config)


def test_mail_needs_a_server_where_others_can_knock(tmp_path):
    with pytest.raises(TirageError) as refused:
        serve(Config(bank=str(tmp_path / "bank.sqlite"), host="0.0.0.0", port=0), print)  # noqa: S104
    assert "smtp" in str(refused.value)


def test_mail_by_smtp_is_encrypted_before_anything_is_said(monkeypatch, tmp_path):
    said = []

    class Server:
        def __init__(self, *arguments, **settings):
            said.append(("open", arguments, settings))

        def __enter__(self):
            return self

        def __exit__(self, *_):
            said.append(("close",))

        def __getattr__(self, name):
            return lambda *arguments, **_: said.append((name, *arguments))

    monkeypatch.setattr("smtplib.SMTP", Server)
    (tmp_path / "password").write_text("secret\n")
    settings = Smtp(host="mail", sender="a@b.ca", user="u", password_file=str(tmp_path / "password"))
    message = message_from_bytes(b"To: c@d.ca\n\n")
    SmtpMailer(settings).send(message)
    assert [step[0] for step in said] == ["open", "starttls", "login", "send_message", "close"]
    assert said[2] == ("login", "u", "secret")
    assert message["From"] == "a@b.ca"
    assert message["Message-ID"].endswith("@b.ca>")


def test_the_command_serves_until_it_is_told_to_stop(tmp_path):
    command = [str(Path(sys.executable).with_name("tirage")), "intake", "serve"]
    command += ["--bank", str(tmp_path / "bank.sqlite"), "--port", "0", "--lang", "fr"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    began = time.monotonic()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as running:  # noqa: S603
        told = [running.stderr.readline(), running.stderr.readline()]
        assert told[0].startswith("ATTENTION : aucun serveur de courriel")
        address = re.search(r"http://127\.0\.0\.1:[0-9]+", told[1])[0]
        with urllib.request.urlopen(f"{address}/health", timeout=10) as answer:  # noqa: S310
            assert json.load(answer) == {"alive": True}
        assert time.monotonic() - began < 10
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == -signal.SIGTERM
        assert '"route": "/health"' in running.stderr.read()

"""The doors and the guards, over real sockets: nobody dawdles, nobody floods, and those inside are answered."""

import json
import re
import socket
import time

import pytest
from services import SECOND, server

from intake import sessions
from intake.config import Limits
from intake.doors import SPARE_FILES, Doors, most_connections

LIMITS = {"connections": 12, "header_seconds": 1, "body_seconds": 1, "idle_seconds": 2}
GET = b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n"
POST = b"POST /v1/sign-in HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A service with room for twelve, which waits one second for headers and for bodies."""
    with server(tmp_path_factory.mktemp("guards"), limits=LIMITS) as running:
        yield running


@pytest.fixture
def opened(small):
    """Opens sockets to the service, and closes them all."""
    made = []

    def one(said=b""):
        made.append(socket.create_connection(("127.0.0.1", small[1]), timeout=5))
        made[-1].sendall(said)
        return made[-1]

    yield one
    for each in made:
        each.close()
    until(lambda: small[0].doors.open == 0)


def until(true, seconds=8):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def heard(connection):
    """Read one answer: its status, its headers, its body."""
    read = b""
    while b"\r\n\r\n" not in read:
        part = connection.recv(65536)
        assert part, read
        read += part
    head, _, body = read.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
    while len(body) < int(headers["content-length"]):
        body += connection.recv(65536)
    return int(head.split()[1]), headers, json.loads(body)


def ended(connection):
    """Tell whether the other side has closed, within the timeout of the socket."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_every_answer_has_security_headers_and_no_banner(opened):
    for request in (GET, b"GET /nowhere HTTP/1.1\r\nHost: here\r\n\r\n", b"?\r\n\r\n"):
        _, headers, _ = heard(opened(request))
        assert "script-src" not in headers["content-security-policy"]
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


def test_a_body_announced_too_long_is_refused_unread(opened):
    connection = opened(POST + b"Content-Length: 100000000\r\n\r\n")
    status, headers, said = heard(connection)
    assert (status, said["code"], headers["connection"]) == (413, "too_large", "close")
    assert ended(connection)
    for nonsense in (b"-1", b"1e9", b"9" * 30):
        status, _, _ = heard(opened(POST + b"Content-Length: " + nonsense + b"\r\n\r\n"))
        assert status in {400, 413}


def test_a_body_of_chunks_is_refused_once_it_is_too_long(opened):
    connection = opened(POST + b"Transfer-Encoding: chunked\r\n\r\n8000\r\n" + b" " * 0x8000 + b"\r\n")
    connection.sendall(b"8001\r\n" + b" " * 0x8001 + b"\r\n")
    status, _, said = heard(connection)
    assert (status, said["code"]) == (413, "too_large")


def test_a_client_that_sends_on_after_a_refusal_still_reads_it(opened):
    """The answer is not lost in a reset, although megabytes were under way that nobody wants."""
    connection = opened(POST + b"Content-Length: 8000000\r\n\r\n")
    for _ in range(120):
        connection.sendall(bytes(65536))
    assert heard(connection)[0] == 413


def test_a_body_nested_ten_thousand_deep_is_refused(opened):
    body = b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    status, _, said = heard(opened(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body))
    assert (status, said["code"]) == (400, "too_deep")


def test_slow_headers_and_slow_bodies_end_with_408(opened):
    began = time.monotonic()
    head = opened(b"GET /health HTTP/1.1\r\nHost: he")
    body = opened(POST + b"Content-Length: 9\r\n\r\n{")
    for connection in (head, body):
        status, headers, said = heard(connection)
        assert (status, said["code"], headers["connection"]) == (408, "too_slow", "close")
    assert time.monotonic() - began < 4


def test_a_drop_a_second_does_not_keep_a_request_alive(opened):
    connection = opened(b"GET /health HTTP/1.1\r\n")
    began = time.monotonic()
    while time.monotonic() - began < 6:
        try:
            connection.sendall(b"A")
        except OSError:
            return
        time.sleep(0.1)
    pytest.fail("a drop now and then kept the request alive")


def test_headers_without_end_are_refused(opened):
    status, _, said = heard(opened(b"GET /health HTTP/1.1\r\nCookie: " + b"a" * 20_000))
    assert (status, said["code"]) == (431, "headers_too_large")


def test_what_is_not_http_is_refused(opened):
    assert heard(opened(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"))[0] == 400


def test_an_idle_connection_is_kept_for_a_while_and_then_closed(opened):
    connection = opened(GET)
    assert heard(connection)[0] == 200
    connection.sendall(GET)
    assert heard(connection)[0] == 200
    began = time.monotonic()
    assert ended(connection)
    assert 1.5 < time.monotonic() - began < 4


def test_requests_sent_together_are_answered_in_order(opened):
    connection = opened(GET * 3)
    text = b""
    while text.count(b"HTTP/1.1 200") < 3:
        text += connection.recv(65536)
    assert len(re.findall(rb'\{"alive": true\}', text)) == 3


def test_a_full_house_answers_those_inside_and_asks_idle_guests_to_leave(small, opened):
    doors = small[0].doors
    silent = [opened() for _ in range(11)]
    until(lambda: doors.open == 11)
    answered = opened(GET)
    status, headers, _ = heard(answered)
    assert (status, headers["connection"]) == (200, "close")  # places are scarce
    slow = opened(b"GET /health HTTP/1.1\r\n")
    until(lambda: doors.open == 12)
    before = doors.full_times
    waiting = opened(GET)  # accepted by the system, not by the service
    slow.sendall(b"Host: here\r\n\r\n")
    assert heard(slow)[0] == 200
    assert heard(waiting)[0] == 200  # once somebody has left
    assert doors.open <= 12
    assert doors.full_times - before < 10
    assert all(ended(each) for each in silent)


def test_a_kept_connection_makes_room_for_whoever_comes(small, opened):
    """Those that were answered and are kept open are closed first, at once."""
    doors = small[0].doors
    kept = [opened(GET) for _ in range(8)]
    assert {heard(each)[0] for each in kept} == {200}
    silent = [opened() for _ in range(4)]
    until(lambda: doors.open == 12)
    assert heard(opened(GET))[0] == 200
    assert any(ended(each) for each in kept[:1])
    assert len(silent) == 4


class Guest:
    """A connection that only says what became of it."""

    def __init__(self, since, *, idle=False, asked=True, receiving=False):
        self.since, self.idle, self.asked, self.receiving, self.deadline = since, idle, asked, receiving, 1e9
        self.told = None

    def leave(self):
        self.told = "left"

    def overdue(self, _now, *, hurry):
        self.told = "too slow" if hurry else "in time"


def test_room_is_made_by_the_answered_then_the_silent_then_the_slow_and_never_by_who_waits_for_an_answer():
    doors = Doors(Limits(connections=48))  # three leave at a time
    waiting = Guest(0)
    slow, sending = Guest(90, receiving=True), Guest(99, receiving=True)
    silent, new = Guest(97, idle=True, asked=False), Guest(99, idle=True, asked=False)
    answered = [Guest(50, idle=True) for _ in range(2)]
    for guest in (waiting, slow, sending, new, silent, *answered):
        doors.enter(guest)
    doors.make_room(100)
    assert [one.told for one in (*answered, silent)] == ["left"] * 3
    for guest in (*answered, silent):
        doors.left(guest)
    doors.make_room(100)
    assert [one.told for one in (waiting, slow, sending, new)] == [None, "too slow", None, None]


def test_the_limit_of_connections_leaves_files_for_the_bank(monkeypatch):
    monkeypatch.setattr("intake.doors.files_allowed", lambda: 4096)
    assert most_connections(Limits()) <= 4096 - SPARE_FILES
    assert most_connections(Limits(connections=100)) == 100
    monkeypatch.setattr("intake.doors.files_allowed", lambda: 64)
    assert most_connections(Limits()) == 8


def test_a_stop_finishes_what_was_asked(tmp_path):
    """Whoever's deposit was taken is told so, although the service was told to stop meanwhile."""
    with server(tmp_path) as (intake, port, running):
        account = sessions.new_account()
        intake.writer.run_now(
            lambda tx, _at: tx.run("INSERT INTO account VALUES (?, 'a@example.org', NULL, 'fr', 0, 0)", (account,))
        )
        until_then = sessions.Session(account, 0, intake.clock() // SECOND + 60)
        session = sessions.write(until_then, intake.session_key)
        body = json.dumps({"family_name": "A", "document_country": "FRA", "document_number": "AB1234"}).encode()
        connection = socket.create_connection(("127.0.0.1", port), timeout=5)
        head = f"PUT /v1/person HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {session}\r\n"
        connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        until(lambda: intake.doors.open == 1)
        time.sleep(0.1)  # for the headers to be read
        running.should_exit = True
        time.sleep(0.2)
        connection.sendall(body)
        assert heard(connection)[0] == 201
        connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)

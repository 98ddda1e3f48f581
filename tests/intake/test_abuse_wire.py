"""Abuse over sockets: requests that two readers could read otherwise, floods on one connection, odd bodies."""

import gzip
import json
import os
import re
import socket
import time
from contextlib import suppress
from pathlib import Path

import pytest
from services import EASY, SECOND, server

from intake import guards, sessions
from intake.json_body import BadJson, read_json
from intake.mail import normal

LIMITS = EASY | {"header_seconds": 2, "body_seconds": 3, "idle_seconds": 1}
SIGN_IN = "POST /v1/sign-in HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
SMUGGLED = "GET /openapi.json HTTP/1.1\r\nHost: here\r\n\r\n"
HOST = "Host: here\r\n"
HUGE = 100_000_000
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with server(tmp_path_factory.mktemp("wire"), limits=LIMITS) as served:
        yield served


@pytest.fixture(scope="module")
def session(running):
    """Somebody who is signed in and has said who they are."""
    account = sessions.new_account()

    def make(tx, at):
        tx.run("INSERT INTO person VALUES ('P-1', 'A', '', 'FRA', 'AB1234', ?)", (at,))
        tx.run("INSERT INTO account VALUES (?, 'a@x.org', 'P-1', 'fr', 0, ?)", (account, at))

    running[0].writer.run_now(make)
    until = running[0].clock() // SECOND + 3600
    return sessions.write(sessions.Session(account, 0, until), running[0].session_key)


@pytest.fixture
def opened(running):
    made = []

    def one(said=""):
        made.append(socket.create_connection(("127.0.0.1", running[1]), timeout=5))
        made[-1].sendall(said.encode("latin-1") if isinstance(said, str) else said)
        return made[-1]

    yield one
    for each in made:
        each.close()


def heard(connection):
    """Read until the other side closes: every status, and all that was said."""
    said = b""
    try:
        while part := connection.recv(65536):
            said += part
    except ConnectionResetError:
        pass
    return [int(one) for one in re.findall(rb"(?:^|[}>\n])HTTP/1\.1 (\d{3}) ", said)], said


def until_cut(connection, piece):
    """Send a piece again and again until the other side has enough, at most as much as is huge; give what was sent."""
    sent = 0
    with suppress(OSError):
        while sent < HUGE:
            connection.sendall(piece)
            sent += len(piece)
    return sent


def memory():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    "said",
    [
        f"{SIGN_IN}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
        f"{SIGN_IN}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{SMUGGLED}",
        f"{SIGN_IN}Content-Length: 2\r\nContent-Length: 60\r\n\r\n{{}}{SMUGGLED}",
        f"{SIGN_IN}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{{}}{SMUGGLED}",
        f"{SIGN_IN}Content-Length: 2, 2\r\n\r\n{{}}{SMUGGLED}",
        f"{SIGN_IN}Content-Length: +2\r\n\r\n{{}}{SMUGGLED}",
        f"{SIGN_IN}Content-Length: 0x2\r\n\r\n{{}}{SMUGGLED}",
        f"{SIGN_IN}Content-Length : 2\r\n\r\n{{}}{SMUGGLED}",
        f"{SIGN_IN}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
        f"{SIGN_IN}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{SMUGGLED}",
        f"{SIGN_IN}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{SMUGGLED}",
        f"{SIGN_IN}Transfer-Encoding: chunked\r\n\r\n-1\r\n{SMUGGLED}",
        f"{SIGN_IN}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{SMUGGLED}",
        f"GET /health HTTP/1.1\r\n{HOST}X: a\r\n Content-Length: 9\r\n\r\n{SMUGGLED}",
        f"GET /health HTTP/1.1\n{HOST}\n{SMUGGLED}",
        f"GET /health HTTP/1.1\r\n{HOST}X: a\rY: b\r\n\r\n{SMUGGLED}",
        f"GET /health HTTP/1.1\r\n{HOST}X: a\0b\r\n\r\n{SMUGGLED}",
        f"GET /health HTTP/1.1\r\n\r\n{SMUGGLED}",
        f"GET /health HTTP/1.1\r\n{HOST}Host: there\r\n\r\n{SMUGGLED}",
        f"GET /h\xe9alth HTTP/1.1\r\n{HOST}\r\n{SMUGGLED}",
        f"CONNECT here:443 HTTP/1.1\r\n{HOST}\r\n{SMUGGLED}",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_two_readers_could_read_otherwise_is_refused_and_the_rest_unread(opened, said):
    statuses, text = heard(opened(said))
    assert (statuses, b"openapi" in text) == ([400], False)


def test_head_gives_the_head_of_what_get_gives_and_no_body(opened):
    heads = []
    for method in ("GET", "HEAD"):
        connection = opened(f"{method} /fr/ HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n")
        head, _, body = heard(connection)[1].partition(b"\r\n\r\n")
        heads.append(
            (
                sorted(line for line in head.split(b"\r\n") if not line.startswith((b"date", b"x-request-id"))),
                bool(body),
            )
        )
    assert heads[0][0] == heads[1][0]
    assert [body for _, body in heads] == [True, False]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("GET /health HTTP/1.0\r\n\r\n", 200),
        (f"HEAD /health HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", 200),
        (f"HEAD /v1/nowhere HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", 404),
        (f"TRACE /health HTTP/1.1\r\n{HOST}Secret: echo\r\nConnection: close\r\n\r\n", 405),
        (f"OPTIONS * HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", 404),
        (f"OPTIONS /v1/person HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", 405),
        (f"GET http://evil.example/health HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", 200),
        (f"GET /static/../../etc/passwd HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", 404),
        (f"GET /static/%2e%2e/%2e%2e/intake/service.py HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", 404),
        (f"GET //evil.example/ HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", 404),
        (f"GET /v1/person/ HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", 404),
        (f"GET //fr HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", 404),
        ("GET /fr HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 303),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 303),
        (f"GET /fr/%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", 404),
        (f"GET /health HTTP/1.1\r\n{HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n{SMUGGLED}", 200),
        (f"GET /health HTTP/1.1\r\n{HOST}{'X: a' + chr(13) + chr(10)}" + "A: b\r\n" * 3000 + "\r\n", 431),
        (f"GET /health?{'a' * 60_000} HTTP/1.1\r\n{HOST}\r\n", 431),
        (f"GET /health HTTP/1.1\r\n{HOST}Cookie: {';'.join(f'a{n}=b' for n in range(9000))}\r\n\r\n", 431),
    ],
)
def test_odd_requests_are_answered_once_and_lead_nowhere_else(opened, said, status):
    statuses, text = heard(opened(said))
    assert statuses == [status]
    assert not re.search(rb"evil\.example|echo|\r\nSet-Cookie: a|root:|def app|\"openapi\"", text)


def test_trailers_are_counted_with_headers(opened):
    """What looks like headers after a body in chunks would be kept without end, by a server that does not count it."""
    chunked = f"{SIGN_IN}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n"
    before = memory()
    for trailer in (b"".join(b"a%d: bbbbbbbb\r\n" % n for n in range(4000)), b"a" * 65536):
        sent = until_cut(opened(chunked + ("x: " if b":" not in trailer else "")), trailer)
        assert sent < HUGE / 2
    assert memory() - before < 20_000_000


def test_a_body_in_chunks_of_nothing_ends(opened):
    chunked = opened(f"{SIGN_IN}Transfer-Encoding: chunked\r\n\r\n")
    assert until_cut(chunked, b"1;" + b"a" * 65536 + b"\r\n \r\n") < HUGE / 2


def test_nobody_has_thousands_of_requests_wait_on_one_connection(running, opened):
    before = memory()
    crowds = [opened() for _ in range(20)]
    for connection in crowds:
        connection.setblocking(False)
        said = f"GET /fr/ HTTP/1.1\r\n{HOST}\r\n".encode() * 20_000
        try:
            while said:
                said = said[connection.send(said) :]
        except (BlockingIOError, ConnectionError):
            pass
    began = time.monotonic()
    assert heard(opened(f"GET /health HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n"))[0] == [200]
    assert time.monotonic() - began < 2
    assert max((len(guest.pipeline) for guest in list(running[0].doors.guests)), default=0) <= guards.MOST_PIPELINED + 1
    assert memory() - before < 60_000_000


def test_who_asks_and_never_reads_is_let_go(running, opened, monkeypatch):
    monkeypatch.setattr(guards, "ANSWER_SECONDS", 1)
    connection = opened()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.sendall(f"GET /openapi.json HTTP/1.1\r\n{HOST}\r\n".encode() * 15)
    end = time.monotonic() + 6
    while running[0].doors.open:
        assert time.monotonic() < end
        time.sleep(0.05)


def written(session, method, path, kind, more=""):
    """Write the head of a request of somebody who is signed in, by header and by cookie."""
    key = f'Idempotency-Key: {"k" * 16}\r\nIf-Match: "D-AAAA-AAAA-AAAA.1"\r\n'
    who = f"Authorization: Bearer {session}\r\nCookie: session={session}\r\n"
    return f"{method} {path} HTTP/1.1\r\n{HOST}{who}{key}Content-Type: {kind}\r\n{more}"


def test_a_body_of_100_mb_is_refused_early_everywhere(running, session, opened):
    """Announced or in chunks, to every address that takes a body, for somebody signed in; memory stays as it was."""
    app = running[2].config.app
    before = memory()
    asked = 0
    for route in app.routes:
        path = route.path.replace("{jurisdiction}", "quebec").replace("{program}", "pstq").replace("{page}", "vous")
        for method in (route.methods or set()) & {"POST", "PUT", "DELETE"}:
            if (method, path) in {("DELETE", "/v1/person"), ("DELETE", "/v1/sessions")}:
                continue  # done whatever is sent with them
            asked += 1
            kind = "application/json" if path.startswith("/v1") else FORM
            head = written(session, method, path.replace("{rest:path}", "x"), kind)
            assert heard(opened(f"{head}Content-Length: {HUGE}\r\n\r\n"))[0] == [413], path
            chunked = opened(f"{head}Transfer-Encoding: chunked\r\n\r\n")
            assert until_cut(chunked, b"10000\r\n" + bytes(65536) + b"\r\n") < HUGE / 2, (method, path)
    assert asked > 20
    assert memory() - before < 30_000_000


def test_a_compressed_body_is_not_opened(opened):
    bomb = gzip.compress(b'{"email": "' + b"a" * 30_000_000 + b'"}')
    assert len(bomb) < 64 * 1024
    before = memory()
    head = f"{SIGN_IN}Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\nConnection: close\r\n\r\n"
    assert heard(opened(head.encode() + bomb))[0] == [400]
    assert memory() - before < 10_000_000


MILLION = b"{" + b",".join(b'"%04x":0' % n for n in range(6_500))
ODD = {
    "as many keys as there is room for": MILLION + b"}",
    "the last key twice": MILLION + b',"1963":0}',
    "all keys the same": b"{" + b",".join([b'"email":0'] * 5_000) + b"}",
    "a number beyond all": b'{"email": 1e999999}',
    "a number below all": b'{"email": -1e999999}',
    "a hundred thousand digits": b'{"email": ' + b"1" * 60_000 + b"}",
    "as many digits as are read": b'{"email": ' + b"1" * 4_300 + b"}",
    "many decimals": b'{"email": 0.' + b"1" * 60_000 + b"}",
    "half a character": b'{"email": "\\ud800@x.org"}',
    "half a key": b'{"\\udc00": 1}',
    "nothing in a string": b'{"email": "a\\u0000@x.org"}',
    "nothing as it is": b'{"email": "a\0@x.org"}',
    "no UTF-8": b'{"email": "\xff\xfe@x.org"}',
    "UTF-16": '{"email": "a@x.org"}'.encode("utf-16"),
    "a mark before": b'\xef\xbb\xbf{"email": "a@x.org"}',
    "too deep": b'{"email":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "deep and open": b'{"email":' + b'{"a":' * 10_000,
    "brackets in a string": b'{"email": "' + b"[" * 30_000 + b'"}',
    "strings that never end": b'{"email": "' + b"\\" * 30_001,
    "marks without end": b'{"email": "a' + "\u0301\u0316".encode() * 15_000 + b'@x.org"}',
    "signs without end": b'{"email": "' + b"a@" * 30_000 + b'x.org"}',
    "labels without end": b'{"email": "a@' + "é.".encode() * 15_000 + b'x.org"}',
    "a formula": b'{"email": "=cmd|\' /C calc\'!A0@x.org"}',
    "another header": b'{"email": "a@x.org\\r\\nBcc: b@x.org"}',
}


@pytest.mark.parametrize("name", ODD)
def test_odd_json_is_refused_at_once(opened, name):
    began = time.process_time()
    head = f"{SIGN_IN}Content-Length: {len(ODD[name])}\r\nConnection: close\r\n\r\n"
    statuses, text = heard(opened(head.encode() + ODD[name]))
    assert statuses in ([400], [422])
    assert json.loads(text.partition(b"\r\n\r\n")[2])["code"] in {"not_json", "too_deep", "refused"}
    assert time.process_time() - began < 0.25  # the loop is everybody's


def test_reading_takes_no_longer_than_its_length():
    for body in ODD.values():
        began = time.process_time()
        with suppress(BadJson):
            read_json(body)
        assert time.process_time() - began < 0.1
    for address in ("a" + "\u0301\u0316" * 15_000 + "@x.org", "a@" + "é" * 30_000 + ".org", "\u1100\u1161" * 15_000):
        began = time.process_time()
        assert normal(address) is None
        assert time.process_time() - began < 0.02


@pytest.mark.parametrize(
    "charset", ["utf-8", "idna", "punycode", "unicode_escape", "undefined", "utf-16", "utf-7", "hex"]
)
def test_a_form_in_parts_is_not_read(opened, session, charset):
    """Browsers send ours otherwise; a part brings a charset of its own, and some are slow, or make no characters."""
    part = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    body = part % (b"csrf", b"\\ud800") + part % (b"email", b"ab" * 20_000) + b"--b--\r\n"
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    for path in ("/fr/connexion", "/fr/identite"):
        more = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        began = time.process_time()
        assert heard(opened(written(session, "POST", path, kind, more).encode() + body))[0] == [403]
        assert time.process_time() - began < 0.25


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"&".join(b"f%d=" % n for n in range(10_000)), 413),
        (b"&" * 60_000, 403),
        (b"=" * 60_000, 403),
        (b"csrf=%ed%a0%80&%ff=%ff&%00=%00", 403),
        (b"csrf=" + b"%" * 60_000, 403),
        (b"csrf=" + "é".encode() * 30_000, 403),
        (b'{"csrf": 1}', 403),
    ],
)
def test_odd_forms_are_refused(opened, session, body, status):
    more = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    for origin in ("", "Origin: http://[\r\n", "Origin: \x80://\r\n", "Origin: null\r\n"):
        said = written(session, "POST", "/fr/identite", FORM, origin + more).encode("latin-1") + body
        assert heard(opened(said))[0] == [status]


def test_long_bodies_in_coming_take_only_so_much_memory_together(opened, monkeypatch):
    """Beyond that, long ones are told to come back, and short ones, as people send them, are taken."""
    monkeypatch.setattr(guards, "MOST_HELD", 200_000)
    length = "Connection: close\r\nContent-Length: 60001\r\n\r\n"
    crowd = [opened(f"{SIGN_IN}{length}{' ' * 60_000}") for _ in range(6)]
    time.sleep(0.3)
    short = '{"email": "a@x.org"}'
    said = f"{SIGN_IN}Connection: close\r\nContent-Length: {len(short)}\r\n\r\n{short}"
    assert heard(opened(said))[0] == [202]
    for connection in crowd:
        with suppress(OSError):
            connection.sendall(b" ")
    told = [heard(connection)[0] for connection in crowd]
    assert set(map(tuple, told)) == {(400,), (503,)}
    assert heard(opened(f"{SIGN_IN}{length}{' ' * 60_001}"))[0] == [400]  # once there is room again

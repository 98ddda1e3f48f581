"""A service of its own process with a limit of 256 files, and 600 sockets of one abuser: others still come in."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from morning import ROOT, there

pytestmark = pytest.mark.morning
HERE = Path(__file__).parent
FILES, SOCKETS = 256, 600
GET = b"GET /health HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
HEAD = b"POST /v1/sign-in HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n"


@pytest.fixture
def running(tmp_path):
    """Run the service, and give its port and its process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, str(HERE / "slow_service.py"), str(tmp_path / "bank.sqlite"), str(port), "0", str(FILES)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, cwd=ROOT, env=there()) as service:  # noqa: S603 - our own
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.1)
        yield port, service.pid
        service.terminate()
        service.wait(40)


def served(port, seconds):
    """Ask whether the service lives; give the seconds until it answers."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
                connection.sendall(GET)
                if connection.recv(65536).startswith(b"HTTP/1.1 200"):
                    return time.monotonic() - began
        except OSError:
            time.sleep(0.05)
    raise AssertionError("nobody comes in")


def memory(pid):
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize("said", [b"", b"GET /health HT", HEAD + b"\r\n{"], ids=["silent", "headers", "body"])
def test_an_abuser_with_more_sockets_than_files_delays_others_by_seconds(running, said):
    port, pid = running
    assert served(port, 5) < 1
    before = memory(pid)
    crowd = []
    for _ in range(SOCKETS):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(("127.0.0.1", port))
        crowd.append(one)
    time.sleep(0.5)
    for one in crowd:
        try:
            one.send(said)
        except OSError:
            continue
    assert len(list(Path(f"/proc/{pid}/fd").iterdir())) < FILES
    waited = served(port, 60)
    sys.stdout.write(
        f"\n{len(crowd)} sockets, {FILES} files, {said[:14]!r}: another is answered after {waited:.1f} s\n"
    )
    assert waited < 30
    assert memory(pid) - before < 20_000_000
    for one in crowd:
        one.close()
    assert served(port, 10) < 5

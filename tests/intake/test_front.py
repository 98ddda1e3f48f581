"""The nginx of the page “open the bank”, as it is written there: what it shows and keeps while the service is down."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from shell import tirage

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "open-the-bank.md"
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not here")


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def settings(folder, front, service):
    """Take the settings from the page; only the address, the certificate and the folder are this test's."""
    written = re.search(r"```nginx\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
    written = written.replace("127.0.0.1:8080", f"127.0.0.1:{service}").replace("443 ssl", f"127.0.0.1:{front}")
    written = re.sub(r" *ssl_certificate.*\n", "", written).replace("/srv/tirage/down", str(folder / "down"))
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"pid {folder}/pid; error_log {folder}/error.log; daemon off; user root; events {{}}\n"
        f"http {{ access_log off; types {{ text/html html; }}\n{temporary}{written}}}\n"
    )


def serve(folder, port):
    """Start the service, as its command does."""
    command = [str(Path(sys.executable).parent / "tirage"), "intake", "serve", "--bank", str(folder / "bank.sqlite")]
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (folder / "said.log").open("ab") as said:
        return subprocess.Popen([*command, "--port", str(port)], env=here, stdout=said, stderr=said)  # noqa: S603


def until(answered):
    for _ in range(200):
        try:
            if answered():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("it never came")


def test_the_front_shows_a_page_while_the_service_is_down_and_hides_what_is_for_operators(tmp_path):
    front, port = free_port(), free_port()
    assert tirage("intake", "down-pages", "--out", tmp_path / "down").status == 0
    (tmp_path / "nginx.conf").write_text(settings(tmp_path, front, port))
    service = serve(tmp_path, port)
    server = subprocess.Popen([NGINX, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")])  # noqa: S603
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{front}", timeout=10) as browser:
            until(lambda: browser.get("/fr/").status_code == 200)
            for hidden in ("/metrics", "/fr/exploitation", "/en/operators"):
                assert browser.get(hidden).status_code == 404
            cookies = dict(browser.cookies)
            os.kill(service.pid, signal.SIGKILL)
            service.wait()
            for address, words in (("/fr/file-d-attente", 'lang="fr"'), ("/en/line", 'lang="en"')):
                down = browser.get(address)
                assert (down.status_code, down.headers["retry-after"]) == (503, "30")
                assert "set-cookie" not in down.headers
                assert words in down.text
                assert 'http-equiv="refresh"' in down.text
            posted = browser.post("/v1/line")
            assert (posted.status_code, posted.json()["code"]) == (503, "unavailable")
            assert posted.headers["content-type"] == "application/problem+json"
            assert browser.get("/down-still.fr.html").status_code == 200
            assert dict(browser.cookies) == cookies
            service = serve(tmp_path, port)
            until(lambda: browser.get("/fr/").status_code == 200)
    finally:
        for process in (server, service):
            process.terminate()
            process.wait(30)

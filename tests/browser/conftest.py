"""The desk in a real browser: skipped unless Playwright and Chromium are here. ``make test-desk`` runs them."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = find_spec("playwright") is not None and shutil.which("chromium") is not None
if not HERE:
    collect_ignore_glob = ["test_*.py"]

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "out" / "desk"
OURS = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Make a folder of the desk with one pool in it, and a second pool to drop, some rows of which are wrong."""
    from datetime import date

    import rules
    from ranking import sample

    law, day = rules.load("quebec/pstq").on(date(2026, 4, 30)), date(2026, 4, 27)
    found = tmp_path_factory.mktemp("desk")
    sample.generate(law, 60_000, seed=7, on=day).write_parquet(found / "pool.parquet")
    (found / "drop").mkdir()
    sample.generate(law, 3_000, seed=8, on=day, wrong_share=0.01).write_csv(found / "drop" / "dropped.csv")
    return found


@pytest.fixture(scope="session")
def desk(folder):
    """Serve the desk on a free port, and give its address."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "tirage"), "desk", "--no-browser", "--port", str(port)]
    served = subprocess.Popen([*command, "--folder", str(folder)], cwd=ROOT)  # noqa: S603
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(address, timeout=2).close()
                break
            except OSError:
                assert served.poll() is None, "the desk ended"
                time.sleep(0.25)
        yield address
    finally:
        served.terminate()
        served.wait(15)


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """Start a browser with a fresh profile."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path_factory.mktemp("profile")),
            executable_path=shutil.which("chromium"),
            args=QUIET,
            viewport={"width": 1280, "height": 2400},
            accept_downloads=True,
            locale="fr-CA",
        )
        context.set_default_timeout(60_000)
        yield context
        context.close()


@pytest.fixture
def page(browser):
    """Open a page; a request that leaves this computer, or an error of a page, fails the test."""
    opened = browser.new_page()
    outside, errors = [], []
    opened.on("request", lambda request: request.url.startswith(OURS) or outside.append(request.url))
    opened.on("websocket", lambda made: made.url.startswith(OURS) or outside.append(made.url))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    opened.close()
    assert outside == []
    assert errors == []


@pytest.fixture
def shot():
    """Keep a picture of a page."""
    SHOTS.mkdir(parents=True, exist_ok=True)

    def keep(page, name):
        page.screenshot(path=SHOTS / f"{name}.png")

    return keep

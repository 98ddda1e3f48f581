"""The page of who runs the service, and what it reads: the last minute, refusals, the state of the bank."""

import pytest
from candidates import Person, service

from intake.lately import Lately
from intake.metrics import Metrics
from intake.pages.rendering import set_in_french
from intake.writer import Writer


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with service(tmp_path_factory.mktemp("operators")) as running:
        yield running


def test_the_last_minute_is_counted_and_older_seconds_forgotten():
    now = [100.0]
    lately = Lately(lambda: now[0])
    assert lately.commits is None
    for number in range(100):
        lately.accepted()
        lately.committed(0.001 * (number + 1))
    assert lately.taken == 100
    found = lately.commits
    assert (found.count, round(found.median, 3), round(found.late, 3), round(found.longest, 3)) == (
        100,
        0.051,
        0.1,
        0.1,
    )
    now[0] += 61
    lately.accepted()
    assert (lately.taken, lately.commits) == (1, None)


def test_refusals_are_told_by_reason_the_most_frequent_first():
    metrics = Metrics()
    for reason in ("not_found", "too_many", "too_many"):
        metrics.refused(reason)
    assert list(metrics.refusals().items()) == [("too_many", 2), ("not_found", 1)]


@pytest.mark.parametrize(
    ("lang", "address", "words"),
    [
        ("fr", "/fr/exploitation", ("La banque écrit.", "Rien à cette adresse", "En vigueur, quebec/pstq 1 ")),
        ("en", "/en/operators", ("The bank is writing.", "Nothing at this address", "Live, quebec/pstq 1 ")),
    ],
)
def test_the_page_says_how_the_service_is_and_names_nobody(served, lang, address, words):
    person = Person(served, lang, f"{lang}@exemple.ca")
    if lang == "fr":
        person.sign_in(document_number="AB000001")
        person.fill()
        person.deposit()
    person.browser.get("/v1/nowhere")
    page = person.get(address)
    text = page.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert all(set_in_french(word).replace("\u00a0", " ") in text for word in words)
    assert page.lang == lang
    assert "exemple.ca" not in person.answer.text
    assert "Tremblay" not in person.answer.text


def test_the_page_comes_again_only_when_asked(served):
    person = Person(served)
    person.get("/fr/exploitation")
    assert "refresh" not in person.answer.headers
    person.get("/fr/exploitation?suivre=1")
    assert person.answer.headers["refresh"] == "10"


@pytest.mark.parametrize("address", ["/fr/exploitation", "/en/operators", "/metrics"])
@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_who_comes_through_a_proxy_is_not_the_machine_itself(served, address, header):
    answer = Person(served).browser.get(address, headers={header: "192.0.2.1"})
    assert answer.status_code in {403, 404}


def test_a_bank_that_does_not_write_is_said(served, monkeypatch):
    async def no(_intake):
        return False

    monkeypatch.setattr("intake.pages.operators.writes", no)
    # Held on the class: the line writes four times a second, and a commit that goes well ends the failure.
    held = property(lambda _writer: "disk_full", lambda _writer, _reason: None)
    monkeypatch.setattr(Writer, "failing", held, raising=False)
    page = Person(served, "en").get("/en/operators")
    assert "The bank is not writing" in page.text
    assert "the disk is full" in page.text

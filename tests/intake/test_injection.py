"""Nothing that a candidate types becomes markup in a page, a formula in a table, a header in a mail, or is logged."""

import asyncio
import csv
import gc
import io
import json
import logging
import re
import zipfile
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html.parser import HTMLParser

import polars as pl
import pytest
from candidates import Person
from candidates import service as browsed
from hypothesis import given, settings
from hypothesis import strategies as st
from services import DAY, PATH, identity, key, sampled, service
from shell import tirage

from intake.clock import microseconds
from intake.logs import AsJson
from intake.mail import normal, sign_in_message
from intake.models import check
from intake.pages.form_file import form_of
from intake.persons import check_person
from ranking.reference import data_folder
from rules import load

MARKUP = (
    "<script>alert(1)</script>\"><img src=x onerror=alert(1)>' onfocus=alert(1) autofocus x='"
    "</title><svg/onload=1>{{7*7}}"
)
FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1", "＝1+1", '"=1+1', "%0A-1", "|calc"]
ROUND = data_folder() / "instructions" / "quebec" / "pstq" / "2026-04-30.toml"
EXTRACTED_AT = "2026-04-27T06:30:00-04:00"
MINE = "/fr/declaration/quebec/pstq"


class Plain(HTMLParser):
    """Holds a page to what pages have: no script, no handler, no style of its own, no address elsewhere."""

    TAGS = frozenset(
        [
            *(
                "html",
                "head",
                "meta",
                "title",
                "link",
                "body",
                "header",
                "footer",
                "main",
                "nav",
                "div",
                "p",
                "h1",
                "h2",
            ),
            *(
                "h3",
                "ul",
                "ol",
                "li",
                "dl",
                "dt",
                "dd",
                "span",
                "strong",
                "b",
                "code",
                "a",
                "table",
                "caption",
                "thead",
            ),
            *("tbody", "tfoot", "tr", "th", "td", "form", "fieldset", "legend", "label", "input", "select", "option"),
            "button",
        ]
    )

    def __init__(self, html):
        super().__init__()
        self.values = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        assert tag in self.TAGS, tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name != "style"
            if name in ("href", "src", "action"):
                assert value.startswith(("/", "#", "data:,")), value
                assert not value.startswith("//"), value
            self.values.append(value or "")

    def handle_data(self, data):
        self.values.append(data)


def held(answer, shows=False):
    """Hold an answer to what pages are. ``shows``: what was typed is on it, as it was typed."""
    assert answer.status_code < 500, answer.status_code
    if "html" in answer.headers.get("content-type", ""):
        csp = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in csp
        assert "unsafe" not in csp
        page = Plain(answer.text)
        assert not shows or any(MARKUP in value for value in page.values)
    assert MARKUP not in str(answer.headers.get("location"))
    return answer


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with browsed(tmp_path_factory.mktemp("markup")) as running:
        yield running


def test_what_is_typed_to_come_in_is_shown_as_it_is_typed(served):
    someone = Person(served, "fr", "markup@exemple.ca")
    someone.get("/fr/connexion")
    someone.send("/fr/connexion", email=MARKUP)
    held(someone.answer, shows=True)
    held(someone.browser.get("/fr/session", params={"token": MARKUP}), shows=True)
    someone.get("/fr/session?token=a")
    someone.send("/fr/session", token=MARKUP)
    assert held(someone.answer).status_code == 401
    for path in (f"/fr/{MARKUP}", f"/en/declaration/{MARKUP}/x", f"{MINE}/formulaire/{MARKUP}", f"/static/{MARKUP}"):
        assert held(someone.browser.get(path)).status_code in {303, 404}
    for path in ("/fr/", "/en/sign-in", "/fr/accessibilite", "/fr/connexion/courriel"):
        held(someone.browser.get(path, params={"fin": MARKUP, MARKUP: "1"}, headers={"Referer": f"http://x/{MARKUP}"}))
    someone.answer = someone.browser.post("/fr/connexion", data={"email": MARKUP, MARKUP: MARKUP, "csrf": MARKUP})
    assert held(someone.answer, shows=True).status_code == 403


def test_what_is_typed_in_each_field_is_shown_as_it_is_typed(served):
    someone = Person(served, "fr", "fields@exemple.ca")
    names = ("family_name", "given_names", "document_country", "document_number")
    someone.sign_in(**dict.fromkeys(names, MARKUP))
    assert held(someone.answer, shows=True).status_code == 422
    held(someone.browser.get("/fr/identite"), shows=True)
    someone.send(
        "/fr/identite", family_name="O’Neil", given_names="", document_country="FRA", document_number="ZX12345"
    )
    regulation = served.intake.programs["quebec/pstq"].regulation
    someone.fill(spouse=True)
    shown = 0
    for page in form_of(regulation).pages:
        address = f"{MINE}/formulaire/{page.slug.fr}"
        someone.get(address)
        assert someone.at == address
        typed = {
            part: MARKUP for field in page.fields for part in field.parts if field.kind not in ("choice", "select")
        }
        before = someone.page.form(address).fields
        someone.answer = someone.browser.post(address, data=before | typed)
        assert someone.answer.status_code == 303
        shown += len(typed)
        held(someone.browser.get(address), shows=bool(typed))
        someone.answer = someone.browser.post(address, data=before | dict.fromkeys(typed, f"{MARKUP}2"))
        held(someone.browser.get(address), shows=bool(typed))  # two tabs: both versions are shown
        held(someone.browser.post(address, data=dict.fromkeys(before, MARKUP)))  # a form of nobody
        someone.answer = someone.browser.post(
            address, data=before | dict.fromkeys(before, MARKUP) | {"csrf": before["csrf"]}
        )
        held(someone.browser.get(address))
        held(someone.browser.get(f"{MINE}/verification"))
        assert someone.browser.post(address, data=before).status_code == 303  # so that the same pages are asked
    assert shown > 30
    for address in ("", "/deux-versions", "/retrait", "/depot", "/formulaire"):
        held(someone.browser.get(MINE + address))


ODD_WORDS = [
    *FORMULAS,
    MARKUP,
    "\x1b[2J",
    "\0",
    "a\nb",
    "\u202eabc",
    "javascript:alert(1)",
    "${jndi:ldap://x}",
    "'; DROP TABLE live; --",
]


@pytest.mark.parametrize("word", ODD_WORDS)
def test_no_field_of_a_declaration_takes_words_of_ones_own(word):
    regulation, good = load("quebec/pstq").on(DAY), sampled()[0]
    assert check(good, regulation, DAY).values is not None
    for name in good:
        found = check(good | {name: word}, regulation, DAY)
        assert found.values is None, name
        (fault,) = [one for one in found.faults if one.field == name]
        assert not re.search(r"[\0-\x1f\x7f\u202e]", fault.message.fr + fault.message.en)
    unknown = check(good | {word: 1}, regulation, DAY)
    assert unknown.values is None
    assert not any(re.search(r"[\0-\x1f\x7f\u202e]", one.field + one.message.fr) for one in unknown.faults)


@pytest.mark.parametrize("word", ODD_WORDS)
def test_no_name_and_no_document_is_a_formula_or_markup(word):
    good = identity(1)
    for name in good:
        assert check_person(good | {name: word}).person is None, name
    assert normal(f"{word}@example.org") in {None, "=cmd@example.org"}


def cells(folder):
    """Give every cell and text of the files in a folder: CSV, workbooks, pages, JSON."""
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        if path.suffix == ".csv":
            for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"))):
                yield from ((path.name, "cell", cell) for cell in row)
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                for name in book.namelist():
                    said = book.read(name).decode("utf-8", "replace")
                    yield from ((path.name, "formula", one) for one in re.findall(r"<f>.*?</f>|hyperlink", said))
        elif path.suffix in {".html", ".json", ".toml", ".md"}:
            yield path.name, "text", path.read_text("utf-8")


def test_from_what_is_deposited_to_every_file_of_a_round_nothing_is_a_formula(tmp_path):
    """People try formulas and markup in all they can send, deposit what is accepted, and a round is run on it."""
    marks = ["Marquée", "AB000", "@example.org", "cle-de-marque"]
    with service(tmp_path / "bank") as client:
        client.now[0] = microseconds(datetime(2026, 4, 20, 12, tzinfo=UTC))
        good = [row for row in sampled() if check(row, client.intake.programs["quebec/pstq"].regulation, DAY).values]
        accepted = 0
        for number, row in enumerate(good[:25]):
            who = client.account(f"person{number}@example.org")
            client.http.put("/v1/person", json=identity(number) | {"family_name": "Marquée"}, headers=who)
            word = ODD_WORDS[number % len(ODD_WORDS)]
            one_key = {"Idempotency-Key": f"-cle-de-marque-{number:03}"}
            for name in (list(row)[number % len(row)], word):
                refused = client.http.post(PATH, json=row | {name: word}, headers=who | key())
                assert refused.status_code in {422, 400}
            accepted += client.http.post(PATH, json=row, headers=who | one_key).status_code == 201
        assert accepted > 10
    out, folder = tmp_path / "pool.parquet", tmp_path / "round"
    bank = tmp_path / "bank" / "bank.sqlite"
    ran = tirage("intake", "extract", "--bank", bank, "--program", "quebec/pstq", "--at", EXTRACTED_AT, "--out", out)
    assert ran.status == 0, ran.err
    pool = pl.read_parquet(out)
    assert pool.height == accepted
    for name in ("declaration_id", "person_id"):
        assert pool[name].str.contains(r"^[DP]-[A-Za-z0-9-]+$").all()
    words = {text for name in pool.columns if pool.schema[name] == pl.String for text in pool[name].drop_nulls()}
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", text) for text in words)
    assert tirage("round", "run", ROUND, "--pool", out, "--out", folder).status == 0
    made = tmp_path / "made"
    made.mkdir()
    assert tirage("round", "lists", folder, "--out", made / "lists.xlsx").status == 0
    assert tirage("round", "lists", folder, "--out", made / "lists.csv", "--together").status == 0
    assert tirage("round", "publish", folder, "--out", made / "pack").status == 0
    assert tirage("round", "report", folder, "--out", made / "minutes.html").status == 0
    found = [*cells(made), *cells(folder)]
    assert len({name for name, _, _ in found}) > 3
    for name, kind, text in found:
        assert not any(mark in text for mark in (*marks, "<script", "onerror", "calc'!A0")), (name, kind)
        if kind == "cell":
            assert re.match(r"[=+@\t\r]|-(?![0-9.]+$)", text) is None, (name, text)
        assert kind != "formula", (name, text)


WORDS = [
    "=?utf-8?q?",
    "=0d=0abcc=3ab=40x.org",
    "?=",
    "=?us-ascii?b?",
    "QkNDOg==",
    "a",
    "b",
    ".",
    "=",
    "?",
    "_",
    "+",
    "'",
    "`",
    "|",
    "{0}",
]


@settings(max_examples=300)
@given(*[st.lists(st.sampled_from([*WORDS, "x" * 40]), min_size=1, max_size=7).map("".join)] * 2)
def test_no_address_brings_a_header_or_a_second_reader(local, domain):
    """Encoded words in an address are not read as what they encode."""
    read = normal(f"a{local}@{domain}.org")
    if read is None:
        return
    message = sign_in_message(read, "{token}", "http://here", "fr")
    back = message_from_bytes(bytes(message), policy=policy.default)
    assert [one.addr_spec for one in back["To"].addresses] == [read]
    assert sorted(name.lower() for name in back.keys()) == sorted(name.lower() for name in message.keys())  # noqa: SIM118
    assert "bcc" not in {name.lower() for name in back.keys()}  # noqa: SIM118
    assert "token={token}" in back.get_content()


def test_nothing_of_a_person_is_in_addresses_logs_metrics_or_problems(tmp_path):
    """A whole visit, with mistakes: what anybody but the person sees of it names nobody."""
    stream, records = io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(records)
    with service(tmp_path) as client:
        client.app.state.lines._stream = stream
        handler.setFormatter(AsJson(client.intake.clock))
        logging.getLogger().addHandler(handler)
        email, said = "nadia.secrete@exemple.ca", identity(1) | {"family_name": "Secrète", "given_names": "Nadia"}
        token = client.token(email)
        session = client.http.post("/v1/sessions", json={"token": token}).json()["session"]
        who = {"Authorization": f"Bearer {session}"}
        http, mine = client.http, []
        ticket = None
        for method, path, settings_ in [
            ("PUT", "/v1/person", {"json": said | {"document_number": "SECRET NUMBER"}}),
            ("PUT", "/v1/person", {"json": said}),
            ("POST", "/v1/line", {}),
            ("POST", PATH, {"json": sampled()[0] | {"birth_date": "1888-08-08"}}),
            ("POST", PATH, {"json": sampled()[0]}),
            ("POST", PATH, {"json": sampled()[0]}),
            ("GET", f"/v1/person?email={email}", {}),
            ("GET", f"/v1/{email}/{token}", {}),
            ("GET", f"/fr/{email}%0a%7B%22log%22:%22forged%22%7D", {}),
            ("GET", f"/fr/session?token={token}", {}),
            ("SECRETE", "/v1/person", {}),
            ("POST", "/v1/sign-in", {"json": {"email": email, "SECRETE": 1}}),
            ("POST", "/v1/sign-in", {"content": email.encode()}),
        ]:
            headers = who | key() | {"User-Agent": f"{email}", "X-Secret": "SECRETE", "Referer": f"http://x/{email}"}
            found = http.request(method, path, headers=headers, **settings_)
            ticket = ticket or (found.json()["ticket"] if path == "/v1/line" else None)
            mine.append(found)
        with client.intake.store.read() as tx:
            (person, account) = tx.one("SELECT person, account FROM account WHERE email = ?", (email,))
        metrics = client.http.get("/metrics").text
    logging.getLogger().removeHandler(handler)
    marks = [email, "nadia", "Secrète", "SECRET", "AB000001", "1888", token, session, ticket, person, account, "forged"]
    logged = stream.getvalue() + records.getvalue()
    lines = [json.loads(line) for line in logged.splitlines()]
    assert len(lines) > 13
    assert [mark for mark in marks if mark in logged or mark in metrics] == []
    for found in mine:
        assert found.headers["Referrer-Policy"] == "no-referrer"
        assert [mark for mark in marks if mark in found.headers.get("location", "")] == []
        if "problem" in found.headers["content-type"]:
            named = {email, token, session, ticket, person, account, "AB000001", "Secrète"}
            assert [mark for mark in named if mark in found.text] == []


def test_odd_requests_make_no_metrics_of_their_own(tmp_path):
    with service(tmp_path) as client:
        odd = [("GET", f"/v1/odd{n}") for n in range(5)] + [("GET", f"/fr/odd/{n}") for n in range(5)]
        odd += [(f"ODD{n}", "/v1/person") for n in range(5)] + [("GET", f"{MINE}/formulaire/odd{n}") for n in range(5)]
        for method, path in odd[::5]:
            client.http.request(method, path)
        before = len(client.intake.metrics.text().splitlines())
        for method, path in odd:
            client.http.request(method, path)
        assert len(client.intake.metrics.text().splitlines()) == before


def test_a_task_that_fails_is_logged_without_what_it_was_about():
    """asyncio tells of a task that failed with all that the exception says."""
    records = io.StringIO()
    handler = logging.StreamHandler(records)
    handler.setFormatter(AsJson(lambda: 0))
    logging.getLogger("asyncio").addHandler(handler)

    async def main():
        async def fail():
            raise ValueError("Nadia Secrète")

        asyncio.get_running_loop().create_task(fail())
        await asyncio.sleep(0)
        gc.collect()
        await asyncio.sleep(0)

    asyncio.run(main())
    gc.collect()
    logging.getLogger("asyncio").removeHandler(handler)
    said = json.loads(records.getvalue())
    assert (said["exception"], "Nadia" in records.getvalue()) == ("ValueError", False)

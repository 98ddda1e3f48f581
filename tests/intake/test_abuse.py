"""Abuse: a person with a hundred accounts, forged sessions and tickets, other people's data, limits that are turned."""

import asyncio
import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest
from banks import START, StandingClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from services import MANY, NOON, PATH, SECOND, Http, identity, key, sampled, service
from shell import tirage

from intake import sessions, tickets
from intake.address import open_store
from intake.clock import instant
from intake.identity import DocumentKnown, Identity, set_identity
from intake.limits import Buckets
from intake.mail import Post
from intake.pages import drafts
from intake.sessions import Session
from intake.state import MOST_KNOWN, Account, Accounts
from intake.writer import Writer

ACCOUNTS = 100
DOCUMENT = {"document_country": "FRA", "document_number": "AB123456"}
SPELLINGS = [
    DOCUMENT,
    {"document_country": "fr", "document_number": "ab123456"},
    {"document_country": "Fra", "document_number": " aB123456 "},
    {"document_country": "ＦＲＡ", "document_number": "ＡＢ１２３４５６"},
    {"document_country": "FR", "document_number": "𝐀𝐁𝟏𝟐𝟑𝟒𝟓𝟔"},
]
ALG_NONE = urlsafe_b64encode(b'{"alg":"none"}').decode()
NO_SPELLING = ["AB 123456", "AB-123456", "AB.123456", "АB123456", "AB1234٥6", "AB\u200b123456", "AB12345\u0301", "A"]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with service(tmp_path_factory.mktemp("abuse")) as running:
        yield running


def count(client, table, where="1 = 1"):
    with client.intake.store.read() as tx:
        return tx.one(f"SELECT count(*) FROM {table} WHERE {where}")[0]


def signed(client, account, epoch=0, seconds=3600, secret=None):
    """Write a session as the service does, without a mail."""
    until = client.now[0] // SECOND + seconds
    made = sessions.key_of(secret or client.intake.secret)
    return sessions.write(Session(account, epoch, until), made)


def bearer(session):
    return {"Authorization": f"Bearer {session}"}


def account_for(client, email):
    """Make an account as a link that was opened does."""
    account = sessions.new_account()
    client.intake.writer.run_now(
        lambda tx, at: tx.run("INSERT INTO account VALUES (?, ?, NULL, 'fr', 0, ?)", (account, email, at))
    )
    return account


# One person, one declaration


def test_a_hundred_accounts_with_one_document_are_one_person_one_ticket_and_one_declaration(tmp_path):
    with service(tmp_path) as client:
        mails = ["a.b@x.org", "ab@x.org", "a.b+1@x.org", "A.B+2@x.org", *(f"a{n}@x.org" for n in range(ACCOUNTS - 4))]
        who = [client.account(mails[0]), *(bearer(signed(client, account_for(client, m.lower()))) for m in mails[1:])]
        said = [identity(1) | SPELLINGS[n % len(SPELLINGS)] for n in range(ACCOUNTS)]
        told = [client.http.put("/v1/person", json=one, headers=header) for one, header in zip(said, who, strict=True)]
        assert [one.status_code for one in told] == [201] + [409] * (ACCOUNTS - 1)
        assert {one.json()["code"] for one in told[1:]} == {"document_known"}
        lined = [client.http.post("/v1/line", headers=header).status_code for header in who]
        deposited = [client.http.post(PATH, json=sampled()[0], headers=header | key()).status_code for header in who]
        assert lined == [200] + [403] * (ACCOUNTS - 1)
        assert deposited == [201] + [403] * (ACCOUNTS - 1)
        kept = [count(client, table) for table in ("account", "person", "ticket", "live", "event")]
        assert kept == [ACCOUNTS, 1, 1, 1, 1]


@pytest.mark.parametrize("written", NO_SPELLING)
def test_what_only_looks_like_a_document_is_refused(client, written):
    who = bearer(signed(client, account_for(client, f"{secrets.token_hex(4)}@x.org")))
    said = client.http.put("/v1/person", json=identity(2) | {"document_number": written}, headers=who)
    assert [error["field"] for error in said.json()["errors"]] == ["document_number"]


def test_accounts_at_once_with_one_document_have_one_winner_over_http(client):
    who = [bearer(signed(client, account_for(client, f"race{n}@x.org"))) for n in range(20)]

    async def together():
        put = client.http.client.put
        return await asyncio.gather(*(put("/v1/person", json=identity(777), headers=header) for header in who))

    told = sorted(one.status_code for one in client.http.portal.call(together))
    assert told == [201] + [409] * 19
    assert count(client, "person", "document_number = 'AB000777'") == 1


def test_accounts_of_several_hosts_with_one_document_have_one_winner(address):
    """Each host has its own connection to the bank; on PostgreSQL too, where there is one."""
    stores = [open_store(address) for _ in range(4)]
    writers = [Writer(store, StandingClock()) for store in stores]
    made = [sessions.new_account() for _ in range(12)]
    with stores[0].write() as tx:
        tx.many("INSERT INTO account VALUES (?, ?, NULL, 'fr', 0, 0)", [(one, f"{one}@x.org") for one in made])

    def claim(number):
        said = Identity("A", "B", "FRA", "AB1234")
        try:
            return writers[number % 4].run_now(lambda tx, at: set_identity(tx, at, made[number], said))[1]
        except DocumentKnown:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(claim, range(12))) == [False] * 11 + [True]
    for store in stores:
        store.close()


# Sessions and tickets that are not ours


def reencoded(text):
    """Give spellings of the same bytes: padding, the other alphabet, bits that nobody reads, spaces."""
    said, dot, signature = text.partition(".")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = said[:-1] + last[last.index(said[-1]) ^ 1]
    return [
        f"{said}={dot}{signature}",
        f"{said}{dot}{signature}=",
        text.replace("-", "+").replace("_", "/") + "+/",
        f"{said}%2E{signature}",
        other + dot + signature,
        f"{said}{dot}{signature[:-1]}{last[last.index(signature[-1]) ^ 1]}",
        text + dot + signature,
        said.swapcase() + dot + signature,
    ]


def forged(mine, other):
    """Give texts that are made of good ones, and are none."""
    (said, _, signature), (others, _, its) = mine.partition("."), other.partition(".")
    return [
        "",
        ".",
        f"{said}.",
        f".{signature}",
        said,
        f"{said}.{its}",
        f"{others}.{signature}",
        f"{said}.{'A' * 43}",
        f"{ALG_NONE}.{said}.",
        mine[:-1],
        mine + "A",
        mine[1:],
        mine * 2,
        *reencoded(mine),
    ]


def test_no_forged_session_lets_anybody_in(client):
    mine, other = (signed(client, account_for(client, f"{name}@forge.org")) for name in ("mine", "other"))
    assert client.http.get("/v1/person", headers=bearer(mine)).status_code == 200
    for text in forged(mine, other):
        for headers in (bearer(text.encode()[:200].decode()), {"Cookie": f"session={text}"}):
            assert client.http.get("/v1/person", headers=headers).status_code == 401, text
        page = client.http.get("/fr/identite", headers={"Cookie": f"session={text}"})
        assert (page.status_code, page.headers["location"]) == (303, "/fr/connexion"), text


def test_a_session_of_before_of_later_or_of_elsewhere_lets_nobody_in(client):
    account = account_for(client, "old@forge.org")
    ok = lambda session: client.http.get("/v1/person", headers=bearer(session)).status_code  # noqa: E731
    assert ok(signed(client, account)) == 200
    assert ok(signed(client, account, seconds=0)) == 401
    assert ok(signed(client, account, epoch=1)) == 401
    assert ok(signed(client, account, secret=secrets.token_bytes(32))) == 401
    assert ok(sessions.write(Session(account, 0, 2**40), client.intake.secret)) == 401  # the key of tickets
    assert ok(signed(client, sessions.new_account())) == 401  # nobody's
    stolen = signed(client, account)
    assert client.http.delete("/v1/sessions", headers=bearer(stolen)).status_code == 204
    assert ok(stolen) == 401
    fresh = signed(client, account, epoch=1)
    assert ok(fresh) == 200
    assert client.http.delete("/v1/person", headers=bearer(fresh)).status_code == 204
    assert [ok(signed(client, account, epoch=epoch)) for epoch in range(3)] == [401] * 3


def test_no_forged_ticket_tells_or_opens_anything(client):
    mine, other = (client.http.post("/v1/line", headers=client.person(number)).json()["ticket"] for number in (61, 62))
    assert client.http.get("/v1/line", headers={"Ticket": mine}).status_code == 200
    elsewhere = tickets.Ticket("elsewhere", "P-1", 1, 1)
    written = [
        tickets.encode(elsewhere, client.intake.secret),
        tickets.encode(tickets.Ticket(client.intake.line.name, "P-1", 1, 1), client.intake.session_key),
        signed(client, sessions.new_account()),
        *forged(mine, other),
    ]
    for text in written:
        said = client.http.get("/v1/line", headers={"Ticket": text})
        assert (said.status_code, said.json()["code"]) == (400, "bad_header"), text


def test_somebody_else_s_ticket_admits_nobody(tmp_path):
    with service(tmp_path, opens_at=instant(NOON + 3600 * SECOND)) as client:
        first, second = client.person(1), client.person(2)
        theirs = client.http.post("/v1/line", headers=first).json()
        ours = client.http.post("/v1/line", headers=second).json()
        line = client.intake.line
        line._through = theirs["position"]  # only the first has been let in
        assert client.http.get("/v1/line", headers=second | {"Ticket": theirs["ticket"]}).json()["admitted"]
        told = client.http.post(PATH, json=sampled()[0], headers=second | key() | {"Ticket": theirs["ticket"]})
        assert (told.status_code, told.json()["place"]["ticket"]) == (429, ours["ticket"])
        assert client.http.post(PATH, json=sampled()[0], headers=first | key()).status_code == 201
        said = json.loads(urlsafe_b64decode(theirs["ticket"].partition(".")[0] + "=="))
        assert set(said) == {"holder", "issued_at", "opening", "position"}  # a ticket seen by others names nobody


# Other people's data


def test_a_key_is_that_of_its_person_alone(client):
    first, second, nobody = client.person(71), client.person(72), client.account("nobody@key.org")
    same, body = key(), sampled()[0]
    mine = client.http.post(PATH, json=body, headers=first | same)
    theirs = client.http.post(PATH, json=body, headers=second | same)
    assert [mine.status_code, theirs.status_code] == [201, 201]
    assert mine.json()["declaration"] != theirs.json()["declaration"]
    assert "idempotent-replayed" not in theirs.headers
    for header, first_answer in ((first, mine), (second, theirs)):
        again = client.http.post(PATH, json=body, headers=header | same)
        assert (again.json(), again.headers["idempotent-replayed"]) == (first_answer.json(), "true")
    assert client.http.post(PATH, json=body, headers=nobody | same).json()["code"] == "no_person"
    version = {"If-Match": mine.headers["etag"]}  # that of another's declaration
    for method in ("PUT", "DELETE"):
        said = client.http.request(method, PATH, json=body, headers=second | key() | version)
        assert (said.status_code, said.json()["code"]) == (412, "version_changed")
    assert client.http.get(PATH, headers=first).json()["version"] == 1


@pytest.fixture(scope="module")
def known(client):
    """Somebody with all that one can have here; everything by which they could be known."""
    email, who = "mireille.victime@exemple.ca", {"family_name": "Victime", "given_names": "Mireille"}
    header = client.account(email)
    assert client.http.put("/v1/person", json=identity(81) | who, headers=header).status_code == 201
    ticket = client.http.post("/v1/line", headers=header).json()["ticket"]
    deposited = client.http.post(PATH, json=sampled()[0], headers=header | key()).json()
    person = client.http.get("/v1/person", headers=header).json()["person"]
    client.intake.writer.run_now(
        lambda tx, at: drafts.put(tx, at, person, "quebec/pstq", "person", {"birth_date_year": "brouillon-de-mireille"})
    )
    session = header["Authorization"].removeprefix("Bearer ")
    marks = [email, "Victime", "Mireille", "AB000081", "brouillon-de-mireille", ticket, person, session]
    return header, [*marks, deposited["declaration"], deposited["commitment"], deposited["link"]]


def everything(client):
    """Give each method and address that the service has, of its programs and of its pages."""
    for route in client.app.routes:
        path = route.path.replace("{jurisdiction}", "quebec").replace("{program}", "pstq").replace("{page}", "vous")
        for method in sorted(route.methods or {"GET"}):
            yield method, path.replace("{rest:path}", "x")


def test_no_address_tells_anything_of_anybody_else(client, known):
    """Every route there is, asked by nobody, by somebody else, and by somebody else who names the victim's things."""
    header, marks = known
    stranger = client.person(82)
    session = stranger["Authorization"].removeprefix("Bearer ")
    http = Http(client.app, client.http.portal, "203.0.113.5")
    asked = list(everything(client))
    assert len(asked) > 60
    for method, path in asked:
        if (method, path) == ("DELETE", "/v1/sessions"):
            continue  # it would sign the stranger out
        for headers in ({}, stranger, {"Cookie": f"session={session}"}):
            named = {"If-Match": f'"{marks[8]}.1"', "X-Person": marks[6], "Idempotency-Key": secrets.token_hex(16)}
            query = {"person": marks[6], "email": marks[0], "declaration": marks[8], "page": "vous"}
            body = {} if (method, path) == ("DELETE", "/v1/person") and headers else {"json": query}
            if path == "/v1/person" and method == "DELETE":
                headers = {}  # noqa: PLW2901 - nobody is erased here
            said = http.request(method, path, headers=headers | named, params=query, **body)
            text = said.text + repr(said.headers.multi_items())
            assert said.status_code < 500, (method, path, text)
            sent = {marks[0], marks[6], marks[8]} if path.startswith(("/fr", "/en")) else set()
            assert [mark for mark in marks if mark in text and mark not in sent] == [], (method, path)
    assert client.http.get(PATH, headers=header).json()["version"] == 1
    assert client.http.get("/v1/person", headers=header).json()["family_name"] == "Victime"


def test_no_answer_is_a_list_of_people(client):
    document = client.http.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            for status, found in said["responses"].items():
                schema = found.get("content", {}).get("application/json", {}).get("schema", {})
                assert schema.get("type") != "array", (path, method, status)
            assert [one for one in said.get("parameters", []) if one["in"] in ("query", "path")] == [], (path, method)


def test_nothing_typed_is_left_of_an_account_that_is_erased_before_a_person_was_known(client):
    account = account_for(client, "typed@erase.org")
    client.intake.writer.run_now(
        lambda tx, at: drafts.put(tx, at, account, drafts.IDENTITY, "identity", {"family_name": "Restante"})
    )
    assert client.http.delete("/v1/person", headers=bearer(signed(client, account))).status_code == 204
    assert count(client, "draft", f"person = '{account}'") == 0
    client.intake.writer.run_now(  # what another tab sent just before comes after
        lambda tx, at: drafts.put(tx, at, account, drafts.IDENTITY, "identity", {"family_name": "Restante"})
    )
    assert count(client, "draft", f"person = '{account}'") == 0


# Limits, and who is kept out by them


def test_a_network_is_counted_once_and_another_is_not(tmp_path):
    limits = {"sign_in_address": {"times": 2, "seconds": 1000}, "sign_in_email": MANY}
    with service(tmp_path, limits=limits) as client:

        def ask(address, number):
            http = Http(client.app, client.http.portal, address)
            return http.post("/v1/sign-in", json={"email": f"n{number}@x.org"}).status_code

        one = [ask(f"2001:db8:0:7:{n:x}::{n}", n) for n in range(4)]
        assert one == [202, 202, 429, 429]
        assert [ask("2001:db8:0:8::1", 9), ask("203.0.113.9", 10), ask("::ffff:203.0.113.9", 11)] == [202, 202, 202]
        assert ask("203.0.113.9", 12) == 429  # the same address, written as IPv6 or not


def test_nobody_is_locked_out_of_a_link_that_was_sent(tmp_path):
    """An attacker asks for links in the victim's name, and guesses tokens from the victim's own network."""
    few = {"times": 3, "seconds": 1000}
    with service(tmp_path, limits={"sign_in_email": few, "sign_in_address": MANY, "session_address": few}) as client:
        token = client.token("victime@x.org")
        asked = [client.http.post("/v1/sign-in", json={"email": "victime@x.org"}).status_code for _ in range(10)]
        assert asked == [202, 202] + [429] * 8
        guess = lambda: client.http.post("/v1/sessions", json={"token": sessions.new_token()})  # noqa: E731
        assert [guess().status_code for _ in range(6)] == [401, 401, 401, 429, 429, 429]
        assert client.http.post("/v1/sessions", json={"token": token}).status_code == 201


def test_a_session_that_was_signed_out_spends_nothing_of_its_account_s_limit(tmp_path):
    with service(tmp_path, limits={"account": {"times": 5, "seconds": 1000}}) as client:
        account = account_for(client, "thief@x.org")
        stolen = bearer(signed(client, account))
        assert client.http.delete("/v1/sessions", headers=stolen).status_code == 204
        assert {client.http.get("/v1/person", headers=stolen).status_code for _ in range(20)} == {401}
        mine = bearer(signed(client, account, epoch=1))
        assert [client.http.get("/v1/person", headers=mine).status_code for _ in range(5)] == [200, 200, 200, 200, 429]


def test_pages_are_counted_with_the_rest(tmp_path):
    with service(tmp_path, limits={"account": {"times": 5, "seconds": 1000}}) as client:
        cookie = {"Cookie": f"session={signed(client, account_for(client, 'pages@x.org'))}"}
        told = [client.http.get("/fr/identite", headers=cookie) for _ in range(7)]
        assert [one.status_code for one in told] == [200] * 5 + [429] * 2
        assert int(told[-1].headers["Retry-After"]) > 0
        typed = {"family_name": "Gardé <b>ici</b>"}
        kept = client.http.post("/fr/identite", data=typed, headers=cookie)
        assert (kept.status_code, "Gardé &lt;b&gt;ici" in kept.text) == (429, True)  # to be sent again as it was


def test_asking_for_a_link_does_the_same_work_for_whoever_asks(client, monkeypatch):
    client.account("known@work.org")
    ran = []

    class Recorded:
        def __init__(self, tx):
            self.tx = tx

        def __getattr__(self, name):
            def call(sql, *rest):
                ran[-1].append(sql)
                return getattr(self.tx, name)(sql, *rest)

            return call

    real = client.intake.writer.run

    async def run(work):
        return await real(lambda tx, at: work(Recorded(tx), at))

    monkeypatch.setattr(client.intake.writer, "run", run)
    for email in ("known@work.org", "unknown@work.org"):
        ran.append([])
        assert client.http.post("/v1/sign-in", json={"email": email}).status_code == 202
    client.http.portal.call(client.intake.post._waiting.join)
    assert ran[0] == ran[1]
    assert len(ran[0]) == 2


def test_a_link_that_two_open_at_once_opens_one_session(client):
    token = client.token("twice@x.org")

    async def together():
        post = client.http.client.post
        return await asyncio.gather(*(post("/v1/sessions", json={"token": token}) for _ in range(8)))

    assert sorted(one.status_code for one in client.http.portal.call(together)) == [201] + [401] * 7


def test_what_is_remembered_of_those_who_come_is_bounded():
    buckets, accounts = Buckets(5, 10, most=1_000), Accounts(60)
    for number in range(5_000):
        buckets.take(f"a{number}@x.org", number)
    assert len(buckets._kept) == 1_000
    for number in range(MOST_KNOWN + 10):
        accounts.keep(Account(f"{number}", None, 0, "fr"), START)
    assert len(accounts._known) <= MOST_KNOWN


def test_mail_that_cannot_wait_is_refused_and_says_so(client, monkeypatch):
    monkeypatch.setattr(Post, "full", property(lambda _self: True))
    said = client.http.post("/v1/sign-in", json={"email": "late@x.org"})
    assert (said.status_code, said.headers["Retry-After"]) == (503, "30")


# Requests that other sites make a browser send


def test_other_sites_cannot_make_a_browser_do_anything(client):
    """A cookie alone does nothing that a form of another site could send; nothing allows other origins."""
    account = account_for(client, "csrf@x.org")
    cookie = {"Cookie": f"session={signed(client, account)}", "Origin": "https://ailleurs.example"}
    for path in ("/v1/sign-in", "/v1/sessions", PATH, f"{PATH}/score"):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", ""):
            said = client.http.post(path, content=b'{"a": 1}', headers=cookie | key() | {"Content-Type": kind})
            assert said.status_code in {403, 415}, (path, kind)
    asked = cookie | {"Access-Control-Request-Method": "DELETE"}
    for method, path in everything(client):
        said = client.http.request("OPTIONS", path, headers=asked)
        assert not [name for name in said.headers if name.startswith("access-control")], (method, path)
    for path in ("/fr/identite", "/fr/effacement", "/fr/deconnexion"):
        for headers in (cookie, cookie | {"Origin": "http://["}, cookie | {"Sec-Fetch-Site": "cross-site"}):
            assert client.http.post(path, data={"csrf": "0" * 64}, headers=headers).status_code in {303, 403}
    assert count(client, "account", f"account = '{account}' AND epoch = 0") == 1


def test_what_cannot_be_undone_is_never_one_button_away_from_another_site(client):
    cookie = {"Cookie": f"session={signed(client, account_for(client, 'grave@x.org'))}"}
    said = client.http.post("/fr/effacement", data={"csrf": "0" * 64}, headers=cookie)
    assert (said.status_code, said.headers["location"]) == (303, "/fr/effacement")  # which asks


def test_cookies_are_for_this_service_alone(tmp_path):
    for url, secure in (("https://depot.example.org", True), ("http://127.0.0.1:8080", False)):
        with service(tmp_path / str(secure), public_url=url) as client:
            token = client.token("cookie@x.org")
            page = client.http.get(f"/fr/session?token={token}")
            csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
            prefix = "__Host-" if secure else ""  # taken from this host alone, not from another of its domain
            headers = {"Cookie": f"{prefix}visit={page.cookies[f'{prefix}visit']}"}
            opened = client.http.post("/fr/session", data={"csrf": csrf, "token": token}, headers=headers)
            assert opened.status_code == 303
            session = opened.cookies[f"{prefix}session"]
            headers = {"Cookie": f"{prefix}session={session}"}
            assert client.http.get("/fr/identite", headers=headers).status_code == 200
            assert client.http.get("/v1/person", headers=headers).status_code == 200
            if secure:  # what a neighbour in the domain can set is nobody's session
                assert client.http.get("/v1/person", headers={"Cookie": f"session={session}"}).status_code == 401
            for said in (page.headers["set-cookie"], opened.headers["set-cookie"]):
                flags = {one.strip().lower() for one in said.split(";")[1:]}
                assert {"httponly", "samesite=lax", "path=/"} <= flags
                assert ("secure" in flags) == secure
                assert not any(one.startswith("domain") for one in flags)
            assert ("strict-transport-security" in page.headers) == secure


def test_a_browser_that_signs_out_keeps_nothing_of_who_it_was(client):
    header = {"Cookie": f"session={client.person(91)['Authorization'].removeprefix('Bearer ')}"}
    page = client.http.get("/fr/declaration/quebec/pstq", headers=header)
    csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    said = client.http.post("/fr/deconnexion", data={"csrf": csrf}, headers=header)
    left = said.headers.get_list("set-cookie")
    assert [re.match('(session|ticket)="";.*Max-Age=0', one) is not None for one in left] == [True, True]
    assert client.http.get("/v1/person", headers=header).status_code == 401


def test_a_bank_is_for_its_owner(tmp_path):
    with service(tmp_path) as client:
        client.person(1)
        kept = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert set(kept) >= {"bank.sqlite", "bank.sqlite-wal", "secret"}
    assert set(kept.values()) == {0o600}
    tirage("intake", "backup", "--bank", tmp_path / "bank.sqlite", "--out", tmp_path / "copy.sqlite")
    assert (tmp_path / "copy.sqlite").stat().st_mode & 0o777 == 0o600


HEADERS = (
    *("If-Match", "If-None-Match", "Accept-Language", "Authorization", "Cookie", "Ticket", "Idempotency-Key", "Origin"),
    *("Content-Type", "Content-Length", "Host", "Referer", "X-Forwarded-For", "Range", "Sec-Fetch-Site"),
)
PIECES = (
    *(
        '"D-AAAA-AAAA-AAAA.1"',
        'W/"',
        '"',
        "bearer ",
        "session=",
        "ticket=",
        "visit=",
        "%",
        "\xff",
        "en;q=",
        "1e999",
        "nan",
    ),
    *("=", ",", ";", "application/json", "application/x-www-form-urlencoded", "; charset=utf-7", "http://[", "null"),
    *("0" * 30, "-1", "a" * 300, "bytes=0-", " "),
)
WORDS = st.lists(st.sampled_from(PIECES), max_size=5).map(lambda pieces: "".join(pieces).encode("latin-1"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data(), st.dictionaries(st.sampled_from(HEADERS), WORDS, max_size=5), st.binary(max_size=60))
def test_no_header_and_no_body_makes_anything_fail(client, known, data, headers, body):
    session = known[0]["Authorization"].removeprefix("Bearer ").encode()
    harmless = [
        one for one in everything(client) if not re.search("person|sessions|effac|eras|sign-out|deconn", one[1])
    ]
    method, path = data.draw(st.sampled_from(harmless))
    sent = {name.encode(): value for name, value in headers.items()}
    if data.draw(st.booleans()):
        sent = {b"Authorization": b"Bearer " + session, b"Cookie": b"session=" + session} | sent
    assert client.http.request(method, path, headers=sent, content=body).status_code < 500


@pytest.mark.parametrize("page", ["retrait", "verification"])
def test_a_key_written_into_a_form_is_one_of_ours_or_does_nothing(tmp_path, address, page):
    """A form can be sent with anything in it; PostgreSQL takes no text with a zero in it."""
    with service(tmp_path, bank=address) as client:
        who = client.person(1)
        assert client.http.post(PATH, json=sampled()[0], headers=who | key()).status_code == 201
        cookie = {"Cookie": f"session={who['Authorization'].removeprefix('Bearer ')}"}
        mine = "/fr/declaration/quebec/pstq"
        csrf = client.http.get(mine, headers=cookie).text.partition('name="csrf" value="')[2].partition('"')[0]
        if page == "verification":
            client.http.post(f"{mine}/modification", data={"csrf": csrf}, headers=cookie)
        shown = client.http.get(f"{mine}/{page}", headers=cookie).text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
        assert {"csrf", "key"} <= set(fields)
        for written in ("\0" * 20, "", "é" * 20, "k" * 65, "a\u0000b" * 8, "' OR 1=1 --    "):
            said = client.http.post(f"{mine}/{page}", data=fields | {"key": written}, headers=cookie)
            assert said.status_code in {200, 409}, (written, said.status_code)
        assert client.http.get(PATH, headers=who).json()["version"] == 1
        assert client.http.post(f"{mine}/{page}", data=fields, headers=cookie).status_code == 303

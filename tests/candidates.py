"""A service in memory's reach, and a candidate who uses its pages as a browser without scripts does."""

import re
import socket
import threading
import time
from contextlib import contextmanager
from html.parser import HTMLParser
from types import SimpleNamespace

import httpx
import uvicorn

from intake.address import open_store
from intake.config import Config, Limits, Often
from intake.mail import Sink
from intake.service import app

NOON = 1_777_564_800_000_000  # 2026-04-30 16:00 UTC
ANSWERS = {
    "person": {
        "birth_date_day": "3",
        "birth_date_month": "2",
        "birth_date_year": "1990",
        "accompanying_spouse": "non",
    },
    "french": {
        "french_test": "none",
        "french_listening": "8",
        "french_speaking": "8",
        "french_reading": "7",
        "french_writing": "7",
    },
    "education": {
        "education": "second_cycle_2y",
        "quebec_diploma": "none",
        "quebec_study_status": "none",
        "quebec_study_months": "0",
    },
    "work": {
        "main_occupation": "21232",
        "main_occupation_months": "36",
        "main_occupation_quebec_months": "",
        "regulated_job": "non",
        "practice_authorization": "non",
        "experience_months": "48",
        "quebec_experience_months": "0",
        "job_offer": "none",
    },
    "quebec": {
        "staying_in_quebec": "non",
        "living_outside_cmm": "non",
        "family_in_quebec": "none",
        "exceptional_talent": "none",
        "outside_cmm_residence_months": "0",
        "outside_cmm_work_months": "0",
        "outside_cmm_study_months": "0",
    },
}
SPOUSE = {
    "spouse_birth_date_day": "29",
    "spouse_birth_date_month": "2",
    "spouse_birth_date_year": "1992",
    "spouse_education": "none",
    "spouse_quebec_diploma": "none",
    "spouse_quebec_experience_months": "0",
    "spouse_french_test": "none",
    "spouse_french_listening": "4",
    "spouse_french_speaking": "4",
    "spouse_french_reading": "4",
    "spouse_french_writing": "4",
}
IDENTITY = {
    "family_name": "Tremblay-Côté",
    "given_names": "Aïcha",
    "document_country": "MAR",
    "document_number": "AB123456",
}
SLUGS = {
    "fr": {"person": "vous", "french": "francais", "education": "etudes", "work": "travail", "quebec": "quebec"}
    | {"spouse": "conjoint"},
    "en": {"person": "you", "french": "french", "education": "education", "work": "work", "quebec": "quebec"}
    | {"spouse": "spouse"},
}
FORM = {"fr": "formulaire", "en": "form"}
REVIEW = {"fr": "verification", "en": "review"}


class Read(HTMLParser):
    """The forms of a page with their fields, its ids, its links and its text."""

    def __init__(self, html):
        super().__init__()
        self.forms, self.ids, self.links, self.words, self.lang = [], [], [], [], None
        self._form, self._select = None, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if "id" in said:
            self.ids.append(said["id"])
        if tag == "html":
            self.lang = said["lang"]
        if tag == "a":
            self.links.append(said["href"])
        if tag == "form":
            self._form = SimpleNamespace(action=said["action"], fields={}, buttons=[])
            self.forms.append(self._form)
        if self._form is not None:
            self._control(tag, said)

    def _control(self, tag, said):
        fields = self._form.fields
        if tag == "input" and said["type"] == "radio" and "checked" not in said:
            fields.setdefault(said["name"], "")
        elif tag == "input":
            fields[said["name"]] = said["value"]
        elif tag == "select":
            self._select = said["name"]
            fields.setdefault(self._select, "")
        elif tag == "option" and "selected" in said:
            fields[self._select] = said["value"]
        elif tag == "button":
            self._form.buttons.append(said)

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        """Give the words of the page, its title first, spaces made one, no-break ones too."""
        return re.sub(r"\s+", " ", " ".join(self.words)).strip()

    def form(self, action):
        """Find the form that is sent to an address."""
        return next(form for form in self.forms if form.action.partition("?")[0] == action)


@contextmanager
def service(folder, **said):
    """Serve a bank in ``folder`` on a free port, with a clock that can be set and a sink for mail."""
    sink, now = Sink(), [NOON]
    said.setdefault("limits", {"account": {"times": 100_000, "seconds": 1}})  # the clock stands
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    said.setdefault("limits", Limits(account=Often(times=10_000, seconds=30)))
    config = Config(bank=str(folder / "bank.sqlite"), secret_file=str(folder / "secret"), port=port, **said)
    made = app(config, open_store(config.bank), lambda: now[0], sink)
    server = uvicorn.Server(uvicorn.Config(made, log_config=None, lifespan="on", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        time.sleep(0.01)
    try:
        running = SimpleNamespace(app=made, intake=made.state.intake, sink=sink, now=now, url=config.url, browsers=[])
        yield running
    finally:
        for browser in running.browsers:
            browser.close()
        server.should_exit = True
        thread.join()
        made.state.intake.store.close()
        listener.close()


class Person:
    """Somebody with a browser: follows links, fills in forms, keeps cookies."""

    def __init__(self, served, lang="fr", email="a@exemple.ca"):
        self.served, self.lang, self.email = served, lang, email
        self.browser = httpx.Client(base_url=served.url, follow_redirects=False, timeout=30)
        served.browsers.append(self.browser)
        self.answer = None

    @property
    def page(self):
        return Read(self.answer.text)

    @property
    def at(self):
        return self.answer.url.path

    def get(self, address):
        self.answer = self.browser.get(address)
        return self.followed()

    def followed(self):
        for _ in range(8):
            if self.answer.status_code != 303:
                return self.page
            self.answer = self.browser.get(self.answer.headers["location"])
        raise AssertionError("round and round")

    def send(self, action, follow=True, **typed):
        """Fill in the form of the page that is sent to ``action``, and send it."""
        fields = self.page.form(action).fields | typed
        self.answer = self.browser.post(action, data=fields)
        return self.followed() if follow else None

    def program(self, *rest):
        return "/".join([f"/{self.lang}/declaration/quebec/pstq", *rest])

    def sign_in(self, **identity):
        """Ask for a link, open it, say who one is."""
        door = {"fr": "/fr/connexion", "en": "/en/sign-in"}[self.lang]
        self.get(door)
        self.send(door, email=self.email)
        self.open_link()
        if self.at in ("/fr/identite", "/en/identity"):
            self.send(self.at, **(IDENTITY | identity))

    def open_link(self):
        """Follow the last link that was mailed, and press its button."""
        link = self.mailed()
        self.get(link)
        return self.send(link.partition("?")[0])

    def mailed(self):
        """Give the link of the last mail to this person; mail goes out in the background."""
        for _ in range(200):
            mine = [mail for mail in self.served.sink.messages if mail["To"] == self.email]
            if mine:
                self.served.sink.messages.clear()
                return re.search(r"https?://[^/\s]+(/\S+)", mine[-1].get_content())[1]
            time.sleep(0.01)
        raise AssertionError("no mail")

    def fill(self, pages=None, spouse=False):
        """Fill in the pages of the form, one after the other."""
        answers = {page: dict(said) for page, said in (pages or ANSWERS).items()}
        if spouse:
            answers["person"]["accompanying_spouse"] = "oui"
            answers["spouse"] = SPOUSE
        for page, said in answers.items():
            address = self.program(FORM[self.lang], SLUGS[self.lang][page])
            self.get(address)
            assert self.at == address
            self.send(address, **said)

    def deposit(self, **changed):
        """Submit what the review shows."""
        review = self.program(REVIEW[self.lang])
        self.get(review)
        return self.send(review, **changed)

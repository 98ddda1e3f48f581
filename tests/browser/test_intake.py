"""The pages for candidates in a real browser: axe on each of them, the keyboard, a narrow screen, paper."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from candidates import ANSWERS, FORM, REVIEW, SLUGS, Person, service

SHOTS = Path(__file__).parents[2] / "out" / "intake"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
HOURS = 3_600_000_000
WRONG = {
    "person": {"birth_date_day": "31", "birth_date_month": "2", "birth_date_year": "1990"},
    "french": {"french_test": "tef", "french_listening": "8x"},
    "education": {"quebec_study_months": "-1"},
    "work": {"main_occupation": "développeur", "experience_months": "61"},
    "quebec": {"outside_cmm_work_months": "x"},
    "spouse": {"spouse_birth_date_year": "2090"},
}
AMENDED = {"fr": "modification", "en": "amendment"}
RECEIPT, WITHDRAWAL = {"fr": "depot", "en": "deposit"}, {"fr": "retrait", "en": "withdrawal"}
TWO_VERSIONS = {"fr": "deux-versions", "en": "two-versions"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with service(tmp_path_factory.mktemp("intake")) as running:
        yield running


@pytest.fixture
def looked(page):
    """Look at a page as somebody: axe, the width of a telephone, targets; a picture of both widths."""
    SHOTS.mkdir(parents=True, exist_ok=True)

    def look(person, address, name):
        page.context.clear_cookies()
        kept = person.browser.cookies.items()
        page.context.add_cookies([{"name": name_, "value": value, "url": person.served.url} for name_, value in kept])
        for width in (WIDE, NARROW):
            page.set_viewport_size(width)
            answer = page.goto(person.served.url + address)
            page.screenshot(path=SHOTS / f"{name}-{person.lang}-{width['width']}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (address, width)
            assert small_targets(page) == [], address
        assert nowhere(page) == [], address
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], address
        return answer

    yield look
    page.context.clear_cookies()


def small_targets(page):
    """Find controls of less than 24 pixels that are no link inside a sentence."""
    return page.evaluate(
        """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select')]
        .filter((one) => !one.closest('p, dd, .summary li') || one.classList.contains('go'))
        .map((one) => [one.outerHTML.slice(0, 60), one.getBoundingClientRect()])
        .filter(([_, box]) => box.width > 0 && box.top > 0 && (box.height < 24 || box.width < 24))
        .map(([html, _]) => html)"""
    )


def nowhere(page):
    """Find links to a place of the page that it does not have."""
    return page.evaluate(
        """() => [...document.querySelectorAll('a[href^="#"]')].map((one) => one.getAttribute('href'))
        .filter((to) => !document.getElementById(to.slice(1)))"""
    )


def signed_in(served, lang, number):
    person = Person(served, lang, f"{lang}{number}@exemple.ca")
    person.sign_in(document_number=f"{lang.upper()}{number:06}")
    return person


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_axe_finds_nothing_on_pages_of_nobody(served, looked, lang):
    someone = Person(served, lang)
    doors = {"fr": ("connexion", "connexion/courriel"), "en": ("sign-in", "sign-in/mail")}[lang]
    link = f"/{lang}/session"
    others = {"fr": ("accessibilite", "effacement/fait"), "en": ("accessibility", "erasure/done")}[lang]
    for address in ("", *doors, *others):
        assert looked(someone, f"/{lang}/{address}", f"nobody-{address.replace('/', '-')}").status == 200
    assert looked(someone, f"{link}?token=abcdef", "link").status == 200
    looked(someone, link, "link-spent")
    assert looked(someone, f"/{lang}/x", "not-found").status == 404


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_axe_finds_nothing_on_any_page_of_a_declaration(served, looked, lang):
    person = signed_in(served, lang, 1)
    looked(person, person.program(), "mine-empty")
    for page, slug in SLUGS[lang].items():
        if page != "spouse":
            looked(person, person.program(FORM[lang], slug), f"form-{page}")
    person.fill(spouse=True)
    looked(person, person.program(FORM[lang], SLUGS[lang]["spouse"]), "form-spouse")
    looked(person, person.program(REVIEW[lang]), "review")
    person.deposit()
    looked(person, person.program(RECEIPT[lang]), "receipt")
    looked(person, person.program(), "mine")
    looked(person, person.program(WITHDRAWAL[lang]), "withdrawal")
    looked(person, {"fr": "/fr/effacement", "en": "/en/erasure"}[lang], "erasure")
    person.get(person.program())
    person.send(person.program(AMENDED[lang]))
    looked(person, person.program(), "mine-draft")
    looked(person, person.program(REVIEW[lang]), "review-amendment")
    with served.intake.store.write() as tx:  # another tab or device amended meanwhile
        tx.run("UPDATE draft SET typed = ? WHERE page = '#base'", (b'{"sequence":"999999"}',))
    assert looked(person, person.program(TWO_VERSIONS[lang]), "two-versions").status == 409


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_axe_finds_nothing_where_errors_are_shown(served, looked, lang):
    person = signed_in(served, lang, 2)
    person.fill({"person": ANSWERS["person"] | {"accompanying_spouse": "oui"}})
    for page, wrong in reversed(WRONG.items()):
        address = person.program(FORM[lang], SLUGS[lang][page])
        person.get(address)
        person.send(address, **wrong)
        looked(person, address, f"errors-{page}")
    looked(person, person.program(REVIEW[lang]), "errors-review")
    address = person.program(FORM[lang], SLUGS[lang]["person"])
    fields = person.get(address).form(address).fields
    person.browser.post(address, data=fields | {"birth_date_year": "1991"})
    person.browser.post(address, data=fields | {"birth_date_year": "1992"})
    looked(person, address, "two-tabs")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_axe_finds_nothing_on_pages_that_answer_a_post(served, page, lang):
    page.set_viewport_size(NARROW)
    door = {"fr": "connexion", "en": "sign-in"}[lang]
    page.goto(f"{served.url}/{lang}/{door}")
    page.locator("#email").fill("nobody")
    page.locator("main button").click()
    page.locator(".summary").wait_for()
    assert Axe().run(page).response["violations"] == []
    person = Person(served, lang, f"{lang}3@exemple.ca")
    page.locator("#email").fill(person.email)
    page.locator("main button").click()
    page.wait_for_url("**/courriel" if lang == "fr" else "**/mail")
    page.goto(served.url + person.mailed())
    page.locator("main button").click()
    page.wait_for_url("**/identi*")
    assert Axe().run(page).response["violations"] == []
    page.locator("main button").click()
    page.locator(".summary").wait_for()
    assert Axe().run(page).response["violations"] == []
    page.screenshot(path=SHOTS / f"identity-errors-{lang}-320.png", full_page=True)
    page.context.clear_cookies()
    page.locator("main button").click()
    page.get_by_role("heading", level=1, name="Envoyer de nouveau" if lang == "fr" else "Send again").wait_for()
    assert Axe().run(page).response["violations"] == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_axe_finds_nothing_on_the_waiting_line(tmp_path, looked, lang):
    with service(tmp_path, opens_at=datetime(2026, 4, 30, 18, tzinfo=UTC), policy="random") as served:
        person = signed_in(served, lang, 4)
        line = {"fr": "/fr/file-d-attente", "en": "/en/line"}[lang]
        answer = looked(person, line, "line-before")
        assert answer.headers["refresh"] == answer.headers["retry-after"]
        looked(person, f"{line}?stop=1", "line-stopped")


def focused(page):
    return page.evaluate("[document.activeElement.id, document.activeElement.className]")


def test_the_form_is_filled_in_with_the_keyboard_alone(served, page):
    person = signed_in(served, "fr", 5)
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "session", "value": person.browser.cookies["session"], "url": served.url}])
    page.set_viewport_size(WIDE)
    page.goto(served.url + person.program("formulaire", "vous"))
    keys = page.keyboard
    keys.press("Tab")
    assert page.locator(":focus").inner_text() == "Aller au contenu"
    assert page.locator(":focus").bounding_box()["x"] >= 0  # it is seen once it has the focus
    keys.press("Enter")
    while focused(page)[0] != "birth_date_day":
        keys.press("Tab")
    keys.type("31")
    keys.press("Tab")
    keys.type("2")
    keys.press("Tab")
    keys.type("1990")
    keys.press("Enter")
    page.locator(".summary").wait_for()
    assert focused(page) == ["erreurs", "summary"]  # the errors have the focus
    assert page.title().startswith("Erreur")
    keys.press("Tab")
    keys.press("Enter")
    assert focused(page)[0] == "birth_date_day" or page.evaluate("location.hash") == "#birth_date_day"
    assert page.locator("#birth_date_day").input_value() == "31"
    page.locator("#birth_date_day").focus()
    keys.press("Control+A")
    keys.type("3")
    for _ in range(3):
        keys.press("Tab")
    keys.press("Space")
    assert page.locator("#accompanying_spouse").is_checked()
    keys.press("ArrowDown")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    keys.press("Tab")
    keys.press("Enter")
    page.wait_for_url("**/formulaire/francais")
    page.context.clear_cookies()


def test_pages_are_read_without_their_style_and_at_400_percent(served, page):
    person = signed_in(served, "fr", 6)
    page.context.add_cookies([{"name": "session", "value": person.browser.cookies["session"], "url": served.url}])
    page.set_viewport_size({"width": 320, "height": 256})  # 1280 by 1024 at 400 %
    page.goto(served.url + person.program("formulaire", "travail"))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.route("**/static/**", lambda route: route.abort())
    page.goto(served.url + person.program("formulaire", "travail"))
    assert page.get_by_label("Mois de travail en tout").is_visible()
    assert page.get_by_role("group", name="Avez-vous une offre d’emploi validée ?").is_visible()
    page.unroute("**/static/**")
    page.context.clear_cookies()


def test_a_receipt_is_printed_without_its_buttons(served, page):
    person = signed_in(served, "fr", 7)
    person.fill()
    person.deposit()
    page.context.add_cookies([{"name": "session", "value": person.browser.cookies["session"], "url": served.url}])
    page.goto(served.url + person.program("depot"))
    page.emulate_media(media="print")
    assert page.get_by_text("Numéro de la déclaration").is_visible()
    assert not page.locator("header").is_visible()
    assert not page.locator("footer").is_visible()
    page.emulate_media(media="screen")
    page.context.clear_cookies()

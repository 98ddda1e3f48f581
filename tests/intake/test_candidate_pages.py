"""The pages for candidates, used as a browser without scripts uses them."""

import json
import re
from datetime import UTC, datetime

import pytest
from candidates import ANSWERS, NOON, Person, Read, service
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.config import Limits, Often
from intake.event import Event
from intake.pages import drafts
from intake.pages.review import read_standing
from intake.writer import Unavailable

HOURS = 3_600_000_000
PROGRAM = "quebec/pstq"
WORK, VOUS = "/fr/declaration/quebec/pstq/formulaire/travail", "/fr/declaration/quebec/pstq/formulaire/vous"
REVIEW = "/fr/declaration/quebec/pstq/verification"
MINE = "/fr/declaration/quebec/pstq"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with service(tmp_path_factory.mktemp("pages")) as running:
        yield running


@pytest.fixture
def someone(served):
    """Give people nobody knows yet."""
    served.now[0] = NOON

    def make(lang="fr"):
        made = len(served.people)
        served.people.append(made)
        person = Person(served, lang, f"p{made}@exemple.ca")
        person.sign_in(document_number=f"AB{made:06}")
        return person

    served.people = getattr(served, "people", [])
    return make


def number_of(served, person):
    """Give the number of a person."""
    with served.intake.store.read() as tx:
        return tx.one("SELECT person FROM account WHERE email = ?", (person.email,))[0]


def standing(served, person):
    with served.intake.store.read() as tx:
        return read_standing(tx, PROGRAM, number_of(served, person))


def events(served, person):
    with served.intake.store.read() as tx:
        rows = tx.all(
            "SELECT kind, version FROM event WHERE person = ? ORDER BY sequence", (number_of(served, person),)
        )
        return [tuple(row) for row in rows]


def filled(someone, **said):
    person = someone(said.pop("lang", "fr"))
    person.fill(**said)
    return person


def test_a_declaration_is_deposited_shown_amended_and_withdrawn(served, someone):
    person = filled(someone, spouse=True)
    page = person.deposit()
    assert person.at == f"{MINE}/depot"
    found = standing(served, person)
    assert found.live.declaration in page.text
    assert found.event.commitment.hex() in page.text
    assert "30 avril 2026, 12 h 00 min 00 s (UTC−4)" in page.text
    assert found.body["spouse_birth_date"] == "1992-02-29"
    assert found.body["main_occupation_quebec_months"] is None
    receipt = person.browser.get("/v1/declarations/quebec/pstq/receipt")
    assert (receipt.status_code, found.event.commitment.hex() in receipt.text) == (200, True)
    page = person.get(MINE)
    assert "3 février 2027 : un anniversaire fait passer le pointage à 489 (−4)" in page.text
    assert "30 avril 2027, 12 h 00 min 00 s (UTC−4) : la déclaration sort de la banque" in page.text
    served.now[0] += HOURS
    person.send(f"{MINE}/modification")
    assert person.at == VOUS
    assert person.page.form(VOUS).fields["birth_date_day"] == "3"
    person.get(WORK)
    person.send(WORK, experience_months="60")
    assert "Vérifier la modification" in person.get(REVIEW).text
    assert "Version 2" in person.deposit().text
    amended = standing(served, person)
    assert (amended.live.first_at, amended.body["experience_months"]) == (NOON, 60)
    assert amended.draft.pages == {}
    person.get(f"{MINE}/retrait")
    page = person.send(f"{MINE}/retrait")
    assert "Vous avez retiré votre déclaration le 30 avril 2026" in page.text
    assert "Vous avez un brouillon" in page.text
    assert events(served, person) == [("deposit", 1), ("amend", 2), ("withdraw", 3)]
    assert "Version 1" in person.deposit().text
    assert standing(served, person).body == amended.body
    assert standing(served, person).live.first_at > NOON


def test_the_same_in_english(served, someone):
    person = filled(someone, lang="en")
    page = person.deposit()
    assert (page.lang, person.at) == ("en", "/en/declaration/quebec/pstq/deposit")
    assert re.search(r"30 April 2026, 1\d:00:00 \(UTC−4\)", page.text)
    assert "543 points" in person.get("/en/declaration/quebec/pstq").text
    assert standing(served, person).live.version == 1


def test_the_score_is_that_of_the_law_with_its_provisions(someone):
    person = filled(someone)
    text = person.get(REVIEW).text
    assert "543 points" in text
    assert "sur 1 400" in text
    for words in ("Connaissance du français", "176", "Grille de pointage, capital humain : âge", "Arrêté ministériel"):
        assert words in text
    assert "Volet 1 : haute qualification et compétences spécialisées : conditions remplies" in text
    assert "Condition non remplie : Emploi réglementé" in text


PAGES = [
    "/fr/",
    "/fr/connexion",
    "/fr/connexion/courriel",
    "/fr/session?token=abcdef",
    "/fr/session",
    "/fr/accessibilite",
    "/fr/effacement",
    "/fr/effacement/fait",
    MINE,
    *(f"{MINE}/formulaire/{slug}" for slug in ("vous", "francais", "etudes", "travail", "quebec", "conjoint")),
    REVIEW,
    f"{MINE}/depot",
    f"{MINE}/retrait",
]


@pytest.fixture(scope="module")
def complete(served):
    """Somebody with a declaration and, after it, a draft of an amendment."""
    served.now[0] = NOON
    person = Person(served, "fr", "complete@exemple.ca")
    person.sign_in(document_number="ZZ999999")
    person.fill(spouse=True)
    person.deposit()
    person.get(MINE)
    person.send(f"{MINE}/modification")
    return person


@pytest.mark.parametrize("address", PAGES)
def test_each_page_is_light_has_no_script_and_leads_to_itself_in_the_other_language(complete, address):
    page = complete.get(address)
    assert complete.answer.status_code == 200
    html, here = complete.answer.text, str(complete.answer.url)
    assert len(complete.answer.content) < 20_000
    assert re.search(r"<script|javascript:| on[a-z]+=|http-equiv|https?://", html) is None
    assert complete.answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in complete.answer.headers["Content-Security-Policy"]
    assert page.lang == "fr"
    other = re.search(r'<a href="([^"]+)" lang="en"', html)[1]
    there = complete.get(other)
    assert (complete.answer.status_code, there.lang) == (200, "en")
    back = re.search(r'<a href="([^"]+)" lang="fr"', complete.answer.text)[1]
    assert here.endswith(back)
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith(("/", "#")) for link in page.links)


def test_the_style_is_small_and_kept(complete):
    address = re.search(r'href="(/static/[^"]+)"', complete.browser.get("/fr/").text)[1]
    style = complete.browser.get(address)
    assert len(style.content) < 8_000
    assert style.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert style.headers["Content-Type"].startswith("text/css")


def test_what_is_typed_is_kept_even_when_it_is_wrong_and_shown_as_it_was(served, someone):
    person = someone()
    person.get(WORK)
    typed = {"main_occupation_months": " 61é ", "experience_months": "<b>&\"'", "main_occupation": "d’<i>eau"}
    page = person.send(WORK, **typed)
    fields = page.form(WORK).fields
    assert {name: fields[name] for name in typed} == typed
    assert "<b>" not in person.answer.text
    assert page.text.startswith("Erreur : ")
    summary = [link[1:] for link in page.links if link.startswith("#") and link != "#contenu"]
    assert set(summary) <= set(page.ids)
    assert "main_occupation_months" in summary
    assert 'aria-describedby="main_occupation_months-error" aria-invalid="true"' in person.answer.text.replace(
        "main_occupation_months-hint ", ""
    )
    assert standing(served, person).draft.pages["work"].typed["main_occupation_months"] == " 61é "
    assert "Cinq" not in page.text
    assert "Il faut" in page.text


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(ANSWERS["work"])), st.text(max_size=30)))
def test_whatever_is_typed_is_kept_and_shown_and_never_fails(served, complete, typed):
    address = f"{MINE}/formulaire/travail"
    fields = complete.get(address).form(address).fields | typed
    complete.answer = complete.browser.post(address, data=fields)
    assert complete.answer.status_code == 303
    draft = standing(served, complete).draft
    assert {name: draft.pages["work"].typed[name] for name in typed} == typed
    complete.followed()
    assert complete.get(REVIEW) is not None
    assert complete.answer.status_code == 200
    assert complete.get(address).form(address).fields["csrf"] == fields["csrf"]


def test_a_page_says_what_is_wrong_only_once_it_was_sent(someone):
    person = someone()
    assert "Erreur" not in person.get(VOUS).text
    page = person.send(VOUS, birth_date_day="31", birth_date_month="2", birth_date_year="1990")
    assert (page.form(VOUS).fields["birth_date_day"], person.at) == ("31", VOUS)
    assert page.text.count("Écrivez une date qui existe") == 2  # in the summary, and beside the field
    assert "Choisissez une réponse." in page.text
    page = person.send(VOUS, birth_date_year="1990", birth_date_day="3", accompanying_spouse="non")
    assert person.at == f"{MINE}/formulaire/francais"


def test_an_occupation_is_found_by_words(someone):
    person = someone()
    person.get(WORK)
    page = person.send(WORK, **(ANSWERS["work"] | {"main_occupation": "développeur logiciel"}))
    assert person.at == WORK
    assert "21232 – Développeurs/développeuses et programmeurs/programmeuses de logiciels" in page.text
    person.send(WORK, **{"main_occupation.found": "21232"})
    assert person.at == f"{MINE}/formulaire/quebec"
    page = person.get(WORK)
    assert page.form(WORK).fields["main_occupation"] == "développeur logiciel"  # as it was typed
    assert "Erreur" not in page.text
    page = person.send(WORK, main_occupation="cuisinier")  # other words: the choice no longer stands
    assert person.at == WORK
    assert "63200 – Cuisiniers" in page.text


def test_a_draft_survives_a_restart_and_another_browser(tmp_path):
    with service(tmp_path) as before:
        person = Person(before)
        person.sign_in()
        person.fill({page: said for page, said in ANSWERS.items() if page in ("person", "french")})
        before.now[0] += 1
        person.get(WORK)
        person.send(WORK, main_occupation="cuisinier")
    with service(tmp_path) as after:
        again = Person(after, "en")
        again.get("/en/sign-in")
        again.send("/en/sign-in", email=again.email)
        page = again.open_link()
        assert again.at == "/en/declaration/quebec/pstq/form/work"  # where they were, with what is wrong there
        assert page.form(again.at).fields["main_occupation"] == "cuisinier"
        same = Person(after)
        same.browser.cookies.update({"session": person.browser.cookies["session"]})
        assert same.get(VOUS).form(VOUS).fields["birth_date_year"] == "1990"  # the session survives too


def test_two_presses_and_a_reload_deposit_once(served, someone):
    person = filled(someone)
    first = person.get(REVIEW).form(REVIEW).fields
    second = person.get(REVIEW).form(REVIEW).fields
    assert first == second
    answers = [person.browser.post(REVIEW, data=first) for _ in range(3)]
    assert {(one.status_code, one.headers["location"]) for one in answers} == {(303, f"{MINE}/depot")}
    assert events(served, person) == [("deposit", 1)]


def test_an_incomplete_draft_cannot_be_deposited(served, someone):
    person = someone()
    person.fill({"person": ANSWERS["person"]})
    page = person.get(REVIEW)
    assert "Votre français : à faire" in page.text
    assert f"{MINE}/formulaire/francais" in page.links
    assert not any(form.action == REVIEW for form in page.forms)
    said = {"csrf": page.forms[0].fields["csrf"], "key": "a" * 20, "seen": standing(served, person).draft.seen}
    assert person.browser.post(REVIEW, data=said).status_code == 200
    assert events(served, person) == []


def test_a_form_of_nobody_or_of_another_session_does_nothing_and_can_be_sent_again(served, someone):
    person = someone()
    person.get(VOUS)
    typed = {**ANSWERS["person"], "csrf": "0" * 64}
    person.answer = person.browser.post(VOUS, data=typed)
    assert person.answer.status_code == 403
    assert standing(served, person).draft.pages == {}
    assert "3 février 1990" in person.page.text
    person.send(VOUS)
    assert standing(served, person).draft.pages["person"].typed["birth_date_year"] == "1990"
    fields = person.get(VOUS).form(VOUS).fields
    for headers in ({"Origin": "https://ailleurs.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert person.browser.post(VOUS, data=fields, headers=headers).status_code == 403
    assert person.browser.post(VOUS, data=fields, headers={"Origin": "null"}).status_code == 303
    stranger = Person(served)
    stranger.answer = stranger.browser.post(VOUS, data=fields)
    assert stranger.answer.status_code == 403


def test_what_is_sent_after_the_session_has_ended_is_kept(served, someone):
    person = someone()
    person.get(VOUS)
    served.now[0] += 13 * HOURS
    page = person.send(VOUS, **ANSWERS["person"])
    assert person.at == "/fr/connexion"
    assert "Ce que vous veniez d’écrire est enregistré" in page.text
    assert person.get(VOUS).text.count("Ouvrir une session") > 0  # nothing can be read
    person.send("/fr/connexion", email=person.email)
    person.open_link()
    assert person.at == f"{MINE}/formulaire/francais"
    assert standing(served, person).draft.pages["person"].typed["birth_date_year"] == "1990"


@pytest.mark.parametrize(("kept", "year"), [("mine", "1991"), ("other", "1990")])
def test_two_tabs_that_save_one_page_lose_nothing(someone, kept, year):
    person = someone()
    fields = person.get(VOUS).form(VOUS).fields | ANSWERS["person"]
    person.browser.post(VOUS, data=fields)
    person.answer = person.browser.post(VOUS, data=fields | {"birth_date_year": "1991"})
    page = person.followed()
    assert "Cette page a été enregistrée deux fois" in page.text
    assert "L’autre version 3 2 1990 La dernière, ci-dessous 3 2 1991" in page.text
    assert [form.fields.get("birth_date_year") for form in page.forms if form.action == VOUS] == [None, "1991"]
    person.send(VOUS, keep=kept)
    assert person.page.form(VOUS).fields["birth_date_year"] == year
    assert "deux fois" not in person.page.text


def test_answers_that_change_after_the_review_are_not_deposited(served, someone):
    person = filled(someone)
    shown = person.get(REVIEW).form(REVIEW).fields
    person.get(WORK)
    person.send(WORK, experience_months="50")
    person.answer = person.browser.post(REVIEW, data=shown)
    assert person.answer.status_code == 409
    assert "Vos réponses ont changé depuis que vous les avez vérifiées" in person.page.text
    assert events(served, person) == []
    person.send(REVIEW)
    assert standing(served, person).body["experience_months"] == 50


def amended_in_two_places(served, someone):
    """Begin an amendment, then have another one win."""
    person = filled(someone)
    person.deposit()
    person.get(MINE)
    person.send(f"{MINE}/modification")
    person.get(WORK)
    person.send(WORK, experience_months="50")
    shown = person.get(REVIEW).form(REVIEW).fields
    number, before = number_of(served, person), standing(served, person)

    def other(tx, at):
        from intake.bank import Order, amend

        return amend(tx, at, Order(PROGRAM, number, "k" * 20, before.body | {"experience_months": 44}), 1)

    assert served.intake.writer.run_now(other).status == 200
    person.answer = person.browser.post(REVIEW, data=shown)
    return person, person.followed()


@pytest.mark.parametrize("kept", ["draft", "bank"])
def test_an_amendment_under_another_is_told_and_shows_both(served, someone, kept):
    person, page = amended_in_two_places(served, someone)
    assert (person.answer.status_code, person.at) == (409, f"{MINE}/deux-versions")
    assert "Mois de travail en tout Dans la banque 44 Dans votre brouillon 50" in page.text
    assert events(served, person) == [("deposit", 1), ("amend", 2)]
    person.send(person.at, keep=kept)
    if kept == "draft":
        assert person.at == REVIEW
        person.send(REVIEW)
    assert standing(served, person).body["experience_months"] == (50 if kept == "draft" else 44)
    assert standing(served, person).draft.pages == {}


def test_a_withdrawal_of_what_has_changed_is_asked_again(served, someone):
    person = filled(someone)
    person.deposit()
    asked = person.get(f"{MINE}/retrait").form(f"{MINE}/retrait").fields
    person.get(MINE)
    person.send(f"{MINE}/modification")
    person.get(WORK)
    person.send(WORK, experience_months="50")
    person.deposit()
    person.answer = person.browser.post(f"{MINE}/retrait", data=asked)
    assert person.answer.status_code == 409
    assert "a changé depuis" in person.page.text
    person.send(f"{MINE}/retrait")
    assert standing(served, person).live is None


def test_a_bank_that_cannot_write_loses_nothing_that_was_typed(served, someone, monkeypatch):
    person = someone()
    person.get(VOUS)
    fields = person.page.form(VOUS).fields | ANSWERS["person"]

    async def full(_work):
        raise Unavailable("disk_full")

    with monkeypatch.context() as patched:
        patched.setattr(served.intake.writer, "run", full)
        person.answer = person.browser.post(VOUS, data=fields)
    assert (person.answer.status_code, person.answer.headers["Retry-After"]) == (503, "30")
    assert "3 février 1990" in person.page.text
    person.send(VOUS)
    assert person.at == f"{MINE}/formulaire/francais"

    async def gone(_work):
        raise Unavailable("gone")

    with monkeypatch.context() as patched:
        patched.setattr(served.intake.line, "take", gone)
        person.get("/fr/file-d-attente")
    assert (person.answer.status_code, person.answer.headers["Refresh"]) == (503, "5")


def test_answers_about_a_spouse_who_does_not_come_are_kept_and_not_deposited(served, someone):
    person = filled(someone, spouse=True)
    person.get(VOUS)
    person.send(VOUS, accompanying_spouse="non")
    assert "Votre époux ou conjoint 6" not in person.get(REVIEW).text
    person.send(REVIEW)
    assert standing(served, person).body["spouse_birth_date"] is None


def test_everything_is_erased(served, someone):
    person = filled(someone)
    person.deposit()
    number = number_of(served, person)
    person.get("/fr/effacement")
    person.send("/fr/effacement")
    assert person.at == "/fr/effacement/fait"
    person.get(MINE)
    assert person.at == "/fr/connexion"
    with served.intake.store.read() as tx:
        for table in ("person", "account", "draft", "answer"):
            assert tx.one(f"SELECT 1 FROM {table} WHERE person = ?", (number,)) is None
        kinds = tx.all("SELECT kind FROM event WHERE person = ? ORDER BY sequence", (number,))
    assert [kind for (kind,) in kinds] == ["deposit", "erase"]


def test_signing_out_ends_the_session_everywhere(someone):
    person = someone()
    kept = dict(person.browser.cookies)
    person.get(MINE)
    person.send("/fr/deconnexion")
    assert person.at == "/fr/"
    person.browser.cookies.update({"session": kept["session"]})
    person.get(MINE)
    assert person.at == "/fr/connexion"


def test_a_link_opens_one_session_and_following_it_opens_none(served):
    person = Person(served, email="lien@exemple.ca")
    person.get("/fr/connexion")
    page = person.send("/fr/connexion", email="pas une adresse")
    assert person.answer.status_code == 422
    assert page.form("/fr/connexion").fields["email"] == "pas une adresse"
    person.send("/fr/connexion", email=person.email)
    assert person.at == "/fr/connexion/courriel"
    link = person.mailed()
    for _ in range(2):
        assert "Ouvrir la session" in person.get(link).text
    fields = person.page.form("/fr/session").fields
    person.send("/fr/session")
    assert person.at == "/fr/identite"
    person.answer = person.browser.post("/fr/session", data=fields)
    assert person.answer.status_code == 403  # a form of before the session
    other = Person(served)
    other.get(link)
    assert "Ce lien ne sert plus" in other.send("/fr/session").text
    assert other.answer.status_code == 401


def test_identity_is_kept_as_typed_and_a_known_document_is_refused(served, someone):
    first = someone()
    person = Person(served, email="autre@exemple.ca")
    person.get("/fr/connexion")
    person.send("/fr/connexion", email=person.email)
    person.open_link()
    page = person.send("/fr/identite", family_name="1234", document_country="", document_number="?")
    assert person.answer.status_code == 422
    assert page.form("/fr/identite").fields["family_name"] == "1234"
    assert person.get("/fr/identite").form("/fr/identite").fields["family_name"] == "1234"
    with served.intake.store.read() as tx:
        number = tx.one("SELECT document_number FROM person WHERE person = ?", (number_of(served, first),))[0]
    good = {"family_name": "Roy", "given_names": "", "document_country": "MAR", "document_number": number}
    page = person.send("/fr/identite", **good)
    assert person.answer.status_code == 422
    assert "adresse de courriel donnée la première fois" in page.text
    person.send("/fr/identite", document_number="XY777777")
    assert person.at == MINE
    with served.intake.store.read() as tx:
        account = tx.one("SELECT account FROM account WHERE email = ?", (person.email,))[0]
        assert drafts.read(tx, account, drafts.IDENTITY).pages == {}


def test_no_cookie_is_set_before_there_is_a_form(served):
    browser = Person(served).browser
    for address in ("/fr/", "/fr/accessibilite", "/fr/connexion/courriel", "/fr/nulle-part"):
        assert "set-cookie" not in browser.get(address).headers
    made = browser.get("/fr/connexion").headers["set-cookie"]
    assert made.startswith("visit=")
    assert "HttpOnly" in made
    assert "SameSite=lax" in made


def test_an_address_without_a_page_is_told_in_its_language(served):
    browser = Person(served).browser
    for address, words in (("/fr/nulle-part", "Cette page n’existe pas"), ("/en/nowhere", "There is no such page")):
        answer = browser.get(address)
        assert (answer.status_code, words in answer.text) == (404, True)
    for address in ("/fr/declaration/quebec/autre", f"{MINE}/formulaire/rien"):
        assert browser.get(address).status_code in (303, 404)
    front = [browser.get("/", headers={"Accept-Language": said}).headers["location"] for said in ("en-CA", "de", "")]
    assert front == ["/en/", "/fr/", "/fr/"]


def test_a_draw_can_be_checked_from_the_page(tmp_path):
    opens_at = datetime(2026, 4, 30, 18, tzinfo=UTC)
    with service(tmp_path, opens_at=opens_at, policy="random") as served:
        person = Person(served)
        person.sign_in()
        page = person.get("/fr/file-d-attente")
        line = served.intake.line
        assert line.opening.seed_digest in page.text
        assert line.opening.seed.hex() not in page.text
        assert number_of(served, person) in page.text
        assert "tirées au sort à l’ouverture" in page.text


def test_too_many_requests_are_told_and_what_was_typed_can_be_sent_again(tmp_path):
    with service(tmp_path, limits=Limits(account=Often(times=12, seconds=60))) as served:
        person = Person(served)
        person.sign_in()
        fields = person.get(VOUS).form(VOUS).fields | ANSWERS["person"]
        while person.answer.status_code == 200:
            person.get(VOUS)
        assert (person.answer.status_code, person.answer.headers["Retry-After"]) == (429, "5")
        person.answer = person.browser.post(VOUS, data=fields)
        assert person.answer.status_code == 429
        assert "3 février 1990" in person.page.text
        served.now[0] += HOURS
        person.send(VOUS)
        assert person.at == f"{MINE}/formulaire/francais"


def test_a_program_that_has_ended_says_so_and_a_draft_stays(tmp_path):
    with service(tmp_path) as served:
        person = Person(served)
        person.sign_in()
        person.fill({"person": ANSWERS["person"]})
        served.now[0] += 800 * 24 * HOURS
        person.get("/fr/connexion")
        assert person.send("/fr/connexion", email=person.email)
        person.open_link()
        person.get(VOUS)
        assert person.answer.status_code == 410
        assert "Ce programme ne reçoit pas de déclaration aujourd’hui" in person.page.text
        assert "Ce programme ne reçoit pas de déclaration aujourd’hui" in person.get("/fr/").text
        assert person.answer.status_code == 200
        assert standing(served, person).draft.pages.keys() == {"person"}


def test_whoever_waits_is_told_where_they_stand_and_that_it_decides_no_rank(tmp_path):
    opens_at = datetime(2026, 4, 30, 18, tzinfo=UTC)
    with service(tmp_path, opens_at=opens_at) as served:
        person = Person(served)
        person.sign_in()
        person.get(VOUS)
        assert person.at == "/fr/file-d-attente"
        page, answer = person.page, person.answer
        assert "La place dans la file ne donne aucun point et ne décide d’aucune invitation" in page.text
        assert "mode de classement : pointage décroissant, puis date et heure du dépôt" in page.text
        assert "Votre place 1" in page.text
        ticket = re.search(r'<p class="code">([^<]+)</p>', answer.text)[1]
        assert served.intake.line.place(ticket).position == 1
        assert int(answer.headers["Refresh"]) >= 5
        assert person.get(VOUS).text == page.text
        stopped = person.get("/fr/file-d-attente?arret=1")
        assert "Refresh" not in person.answer.headers
        assert "La mise à jour automatique est arrêtée" in stopped.text
        stranger = Person(served)
        stranger.browser.cookies.update({"ticket": person.browser.cookies["ticket"]})  # the session has ended
        assert ticket in stranger.get("/fr/file-d-attente").text
        forger = Person(served)
        forger.browser.cookies.update({"ticket": ticket[:-1]})
        forger.get("/fr/file-d-attente")
        assert forger.at == "/fr/connexion"
        served.now[0] += 2 * HOURS + 1
        for _ in range(400):
            person.get(VOUS)
            if person.at == VOUS:
                break
        assert person.at == VOUS


@pytest.mark.usefixtures("complete")
def test_nothing_of_a_page_is_told_to_whoever_is_not_signed_in(served):
    stranger = Person(served)
    for address in PAGES[6:7] + PAGES[8:]:
        stranger.get(address)
        assert stranger.at == "/fr/connexion", address


@pytest.mark.usefixtures("complete")
def test_the_log_of_events_knows_nothing_of_what_pages_were_sent(served):
    with served.intake.store.read() as tx:
        rows = tx.all("SELECT * FROM event")
    told = " ".join(str(Event.of_row(row)) for row in rows)
    assert "exemple.ca" not in told
    assert "Tremblay" not in told


def test_the_reader_of_the_tests_reads_forms():
    page = Read('<html lang="fr"><title>T</title><form action="/a"><input type="radio" name="r" value="1"></form>')
    assert (page.lang, page.text, json.dumps(page.forms[0].fields)) == ("fr", "T", '{"r": ""}')

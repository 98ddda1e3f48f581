"""The three notebooks, driven as a person would: with the mouse, with the keyboard, in both languages, enlarged."""

import json
import re

from ranking.desk import start

SLIDERS = "La règle, et la vôtre"


def opened(page, desk, name, lang=""):
    page.goto(f"{desk}{name}/{f'?lang={lang}' if lang else ''}")
    return page


def figures(page):
    """Read the key figures of the page."""
    return page.locator("dl.figures").first.inner_text()


def waited_for_change(page, before):
    page.wait_for_function(
        "before => { const found = document.querySelector('dl.figures'); return found && found.innerText !== before; }",
        arg=before,
    )


def focused(page):
    """Say what has the focus, inside the shadow roots of controls too: its tag, and its label or text."""
    return page.evaluate(
        """() => { let found = document.activeElement;
        while (found && found.shadowRoot && found.shadowRoot.activeElement) found = found.shadowRoot.activeElement;
        const said = found && (found.getAttribute('aria-label') || found.innerText || '');
        return found ? [found.tagName, said.trim()] : ['', '']; }"""
    )


def test_the_start_page_is_french_and_english_by_a_switch(page, desk, shot):
    page.goto(desk)
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.get_by_role("link", name="Changer une règle").is_visible()
    page.keyboard.press("Tab")
    assert focused(page) == ["A", "English"]
    shot(page, "start-fr")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=start.TITLE.en).wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Change a rule").click()
    page.get_by_role("heading", name="Change a rule").wait_for()


def test_a_slider_moves_and_the_numbers_change(page, desk, shot):
    opened(page, desk, "reform")
    page.get_by_role("heading", name=SLIDERS).wait_for()
    assert page.evaluate("document.documentElement.lang") == "fr"
    shot(page, "reform-empty")
    page.get_by_label("Critère ou groupe").select_option(label="Diplôme du Québec")
    first = page.get_by_role("slider", name="Doctorat")
    first.wait_for()
    page.get_by_role("slider", name=re.compile("Tout à la fois")).focus()
    page.keyboard.press("Home")
    page.get_by_text("Personnes invitées").first.wait_for()
    before = figures(page)
    assert page.locator("table", has_text="Ce qui change dans la règle").count() == 1
    page.get_by_role("button", name="Mettre de côté : A").click()
    page.get_by_role("columnheader", name="Variante A").first.wait_for()
    page.get_by_role("button", name="Annuler").click()
    page.get_by_text("Rien n’est déplacé").wait_for()
    page.get_by_role("slider", name="Doctorat").focus()
    page.keyboard.press("End")
    page.get_by_text("1 nombre déplacé").wait_for()
    waited_for_change(page, before)
    page.get_by_role("button", name="Mettre de côté : B").click()
    page.get_by_role("columnheader", name="Variante B").first.wait_for()
    with page.expect_download() as got:
        page.get_by_text("Enregistrer le scénario").click()
    assert got.value.suggested_filename == "scenario.toml"
    assert "criteria.quebec_diploma.points" in got.value.path().read_text(encoding="utf-8")
    page.wait_for_timeout(1500)
    page.set_viewport_size({"width": 1280, "height": 5200})
    page.wait_for_timeout(500)
    shot(page, "reform-fr")


def test_a_year_ahead_runs_on_a_button(page, desk, shot):
    opened(page, desk, "reform", "en")
    page.get_by_role("heading", name="The law, and yours").wait_for()
    page.get_by_role("slider", name="Replications").focus()
    page.keyboard.press("Home")
    page.get_by_role("button", name="Look a year ahead").click()
    page.get_by_role("img", name="Waiting at each round").wait_for(timeout=120_000)
    page.set_viewport_size({"width": 1280, "height": 3600})
    page.wait_for_timeout(500)
    shot(page, "ahead-en")


def test_a_round_is_run_from_a_dropped_pool_to_its_minutes(page, desk, folder, shot):
    opened(page, desk, "round")
    page.get_by_role("heading", name="5. Exécuter").wait_for()
    page.locator("input[type=file]").first.set_input_files(folder / "drop" / "dropped.csv")
    page.get_by_text("dropped.csv : 2 970 déclarations conformes, 30 mises à part.").wait_for()
    page.get_by_role("button", name="Retirer le fichier.").wait_for()
    assert page.get_by_text("Reçu :").count() == 1
    page.get_by_role("button", name="Exécuter la ronde").click()
    page.get_by_role("button", name="Vérifier par deux chemins").click()
    page.get_by_text("Tout concorde").first.wait_for()
    name = page.get_by_label("Nom de la personne qui approuve")
    for person, after in (("A. Roy", "approuvée par une personne"), ("B. Côté", "approuvée par deux personnes")):
        name.fill(person)
        name.press("Tab")
        page.wait_for_timeout(400)
        page.get_by_role("button", name="Approuver").click()
        page.get_by_role("cell", name=after).wait_for()
        if person == "A. Roy":
            page.get_by_role("button", name="Approuver").click()
            page.get_by_role("alert").filter(has_text="Registre : refusé").wait_for()
    page.get_by_role("button", name="Publier la ronde").click()
    page.get_by_text("La ronde est publiée.").wait_for()
    for label, begins in (("Procès-verbal (PDF)", b"%PDF-"), ("Personnes invitées (xlsx)", b"PK")):
        with page.expect_download() as got:
            page.get_by_text(label).click()
        assert got.value.path().read_bytes().startswith(begins)
    with page.expect_download() as got:
        page.get_by_text("Reçu", exact=True).click()
    assert json.loads(got.value.path().read_text(encoding="utf-8"))["round"] == "2026-04-30"
    page.set_viewport_size({"width": 1280, "height": 6400})
    page.wait_for_timeout(800)
    shot(page, "round-fr")


def test_a_candidate_is_explained_and_the_law_searched(page, desk, shot):
    opened(page, desk, "candidate", "en")
    number = page.get_by_label("Number of the declaration")
    number.fill("S9999999")
    number.press("Tab")
    page.get_by_role("alert").filter(has_text="Pool refused").wait_for()
    shot(page, "candidate-wrong-en")
    hint = page.get_by_text("For example:").inner_text()
    number.fill(re.findall(r"S[0-9]+", hint)[0])
    number.press("Tab")
    page.get_by_text("Rank in the pool").wait_for()
    with page.expect_download() as got:
        page.get_by_text("The letter (PDF)").click()
    assert got.value.path().read_bytes().startswith(b"%PDF-")
    page.get_by_label("Program", exact=True).select_option(index=0)
    page.get_by_label("Search titles and provisions").fill("language")
    page.get_by_label("Search titles and provisions").press("Tab")
    page.get_by_text(re.compile("[0-9]+ places in the law")).wait_for()
    page.set_viewport_size({"width": 1280, "height": 5200})
    page.wait_for_timeout(500)
    shot(page, "candidate-en")


def test_controls_are_reached_with_the_keyboard_in_the_order_of_the_page(page, desk):
    opened(page, desk, "reform")
    page.get_by_role("slider", name="0 à 5").wait_for()
    page.locator("body").click(position={"x": 5, "y": 5})
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(focused(page))
    tags = [tag for tag, _ in reached]
    words = [said for _, said in reached]
    assert words.index("← Le bureau") < words.index("English") < tags.index("SELECT")
    assert words.index("Annuler") < words.index("Rétablir") < words.index("Revenir à la règle")
    assert all(said for tag, said in reached if tag in ("A", "BUTTON"))
    assert "Tout à la fois, en % de la règle" in words  # the number beside the slider, named as it is
    assert not any("<" in said for said in words)


def test_pages_can_be_read_at_200_percent(page, desk, shot):
    page.set_viewport_size({"width": 640, "height": 900})  # 1280 pixels at 200 %
    for name in ("round", "reform", "candidate"):
        opened(page, desk, name)
        page.get_by_role("heading", level=1).wait_for()
        page.get_by_text("déclarations conformes").wait_for()
        wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert wide, name
        cut = page.evaluate(
            """() => [...document.querySelectorAll("marimo-dropdown, marimo-slider")].filter(
            (one) => one.getBoundingClientRect().right > window.innerWidth).length"""
        )
        assert cut == 0, name
        shot(page, f"{name}-200-percent")

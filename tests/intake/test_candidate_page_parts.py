"""The parts of pages: forms of every program, answers, validity, birthdays, words."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from candidates import ANSWERS, SPOUSE

import rules
from intake.fields import declared_names
from intake.models import check
from intake.pages import answers, dates, drafts
from intake.pages.form_file import form_of
from intake.pages.paths import PATHS, lang_of, path
from intake.pages.questions import answers_of
from intake.pages.rendering import set_in_french
from intake.pages.score import age_steps, declared, standing
from intake.typed import typed as read_typed
from ranking import sample
from rules.explain import score_of
from rules.faults import LawError
from rules.program import library
from rules.text import Text

DAY = date(2026, 4, 30)
PSTQ = rules.load("quebec/pstq").on(DAY)


def law(program):
    found = rules.load(program)
    return found.on(DAY if found.in_force(DAY) else found.source.begins)


@pytest.mark.parametrize("program", library())
def test_the_form_of_every_program_asks_each_attribute_once_on_pages_of_its_own(program):
    regulation = law(program)
    form = form_of(regulation)
    assert sorted(field.name for field in form.fields) == sorted(declared_names(regulation))
    for lang in ("fr", "en"):
        slugs = [page.slug.to(lang) for page in form.pages]
        assert len(set(slugs)) == len(slugs)
        assert all(form.page(slug, lang) for slug in slugs)
    assert all(words for field in form.fields for words in field.title)
    assert form.page("nothing", "fr") is None


def test_a_form_that_forgets_an_attribute_is_refused(tmp_path, monkeypatch):
    from intake.pages import form_file

    text = (form_file.FORMS / "quebec_pstq.toml").read_text("utf-8").replace('"birth_date", "accomp', '"accomp')
    (tmp_path / "quebec_pstq.toml").write_text(text, "utf-8")
    monkeypatch.setattr(form_file, "FORMS", tmp_path)
    with pytest.raises(LawError, match="birth_date"):
        form_file.form_of.__wrapped__(PSTQ)


@pytest.mark.parametrize("program", ["quebec/pstq", "canada/express_entry"])
def test_what_stands_in_the_bank_typed_again_gives_the_same(program):
    regulation = law(program)
    form = form_of(regulation)
    rows = sample.generate(regulation, 120, seed=3, on=regulation.day).to_dicts()
    for row in rows:
        said = {name: row.get(name) for name in declared_names(regulation)}
        said = {name: one.isoformat() if isinstance(one, date) else one for name, one in said.items()}
        values = check(said, regulation, regulation.day).values
        assert values is not None
        typed = answers.retyped(form, values)
        assert answers.unchosen(form, typed, regulation) == {}
        again = check(read_typed(answers.whole(form, typed, regulation), regulation), regulation, regulation.day).values
        assert again is not None
        assert named(again, regulation) == named(values, regulation)


def named(values, regulation):
    """Give the answer “none” its name, where a null stands for it."""
    labels = {name: regulation.attributes[name].labels for name in values}
    return {name: "none" if one is None and "none" in labels[name] else one for name, one in values.items()}


def whole_draft(spouse=False):
    pages = {page: drafts.Kept(dict(said), 0) for page, said in ANSWERS.items()}
    if spouse:
        pages["person"] = drafts.Kept(ANSWERS["person"] | {"accompanying_spouse": "oui"}, 0)
        pages["spouse"] = drafts.Kept(dict(SPOUSE), 1)
    return drafts.Draft(pages, {}, 0)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("310", 3100), ("12,5", 125), ("12.5", 125), ("0", 0), ("12,55", "12,55"), ("x", "x"), ("", None)],
)
def test_a_score_is_read_as_on_the_certificate(typed, read):
    form = form_of(PSTQ)
    whole = answers.whole(form, {"french_test": "tef", "french_listening_tenths": typed}, PSTQ)
    assert read_typed(whole, PSTQ)["french_listening_tenths"] == read


def test_no_choice_is_guessed():
    draft = whole_draft()
    assert answers_of(draft, PSTQ, DAY).good is not None
    for page, name in [("education", "education"), ("work", "regulated_job"), ("quebec", "family_in_quebec")]:
        less = {**draft.pages[page].typed, name: ""}
        given_ = answers_of(replace(draft, pages={**draft.pages, page: drafts.Kept(less, 0)}), PSTQ, DAY)
        assert given_.messages == {name: Text("Choisissez une réponse.", "Choose an answer.")}
        assert given_.next_page().id == page


def test_a_person_goes_on_after_the_page_saved_last_or_on_it_where_it_is_wrong():
    draft = drafts.Draft({}, {}, 0)
    assert answers_of(draft, PSTQ, DAY).next_page().id == "person"
    saved = {"person": drafts.Kept(ANSWERS["person"], 5), "work": drafts.Kept(ANSWERS["work"], 9)}
    assert answers_of(replace(draft, pages=saved), PSTQ, DAY).next_page().id == "quebec"
    saved["work"] = drafts.Kept(ANSWERS["work"] | {"experience_months": "1"}, 9)
    assert answers_of(replace(draft, pages=saved), PSTQ, DAY).next_page().id == "work"
    assert answers_of(whole_draft(spouse=True), PSTQ, DAY).next_page() is None


def test_the_standing_is_the_explanation_and_birthdays_are_scored():
    good = answers_of(whole_draft(spouse=True), PSTQ, DAY).good
    known = declared(good, PSTQ)
    found = standing(good, PSTQ, DAY, date(2027, 4, 30))
    assert found.score == score_of(known, PSTQ, DAY) == sum(block.points for block in found.blocks)
    assert all(block.points == sum(line.points for line in block.lines) - block.taken_by_cap for block in found.blocks)
    assert [line.provision for block in found.blocks for line in block.lines if line.provision is None] == []
    assert [(step.day, step.score) for step in found.steps] == [(date(2027, 2, 3), 489), (date(2027, 3, 1), 488)]
    for step in found.steps:
        assert score_of(known, PSTQ, step.day) == step.score
        assert score_of(known, PSTQ, step.day - timedelta(days=1)) == step.score - step.change


def test_no_other_day_changes_the_score():
    known = declared(answers_of(whole_draft(spouse=True), PSTQ, DAY).good, PSTQ)
    until = DAY + timedelta(days=365)
    changes = {step.day for step in age_steps(known, PSTQ, DAY, until)}
    scores = {DAY + timedelta(days=ahead): score_of(known, PSTQ, DAY + timedelta(days=ahead)) for ahead in range(365)}
    assert {day for day in scores if day > DAY and scores[day] != scores[day - timedelta(days=1)]} == changes


def test_durations_and_instants_are_said_as_people_say_them():
    said = {lang: [dates.duration(s, lang) for s in (0, 1, 89, 90, 3600, 5400, 7380)] for lang in ("fr", "en")}
    assert [words.replace("\u00a0", " ") for words in said["fr"]] == [
        "0 seconde",
        "1 seconde",
        "89 secondes",
        "2 minutes",
        "60 minutes",
        "1 heure et 30 minutes",
        "2 heures et 3 minutes",
    ]
    assert [words.replace("\u00a0", " ") for words in said["en"]] == [
        "0 seconds",
        "1 second",
        "89 seconds",
        "2 minutes",
        "60 minutes",
        "1 hour and 30 minutes",
        "2 hours and 3 minutes",
    ]
    new_year = 1_767_225_599_000_000  # 2025-12-31T23:59:59Z
    assert dates.day_and_hour(new_year, "America/Toronto", "fr") == (
        "31 décembre 2025, 18\u00a0h\u00a059\u00a0min\u00a059\u00a0s (UTC−5)"
    )
    assert dates.day_and_hour(new_year, "Asia/Kolkata", "en") == "1 January 2026, 05:29:59 (UTC+5:30)"
    assert dates.day_and_hour(new_year, "UTC", "en") == "31 December 2025, 23:59:59 (UTC)"


def test_french_has_its_spaces():
    assert set_in_french("Non ? « Oui » : 3 ; 4 !") == "Non\u00a0? «\u00a0Oui\u00a0»\u00a0: 3\u00a0; 4\u00a0!"


def test_addresses_are_native_and_of_one_language():
    for name, both in PATHS.items():
        assert (lang_of(both.fr), lang_of(both.en)) == ("fr", "en"), name
    here = path("form", "fr", jurisdiction="quebec", program="pstq", page=Text("études", "education"))
    assert here == "/fr/declaration/quebec/pstq/formulaire/%C3%A9tudes"

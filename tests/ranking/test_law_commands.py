"""``tirage law scenario``, ``diff`` and ``check``: what a jurist reads of a change, real or simulated."""

from datetime import date

import pytest
from strategies import LUMEN, amended
from test_command_line import on_one_line, tirage

import rules
from ranking.reference import data_folder
from rules.scenario import apply, read_scenario

JOB_OFFER = data_folder() / "scenarios" / "crs-without-job-offer.toml"
FRENCH = data_folder() / "scenarios" / "pstq-stream-4-french.toml"
TRIAL = """
title = { fr = "La dîme abolie", en = "No more tithe" }
program = "lumen/guild"
base = 2030-06-01

[[change]]
at = "criteria.tithe"
drop = true
"""


@pytest.fixture
def trial(tmp_path):
    path = tmp_path / "trial.toml"
    path.write_text(TRIAL, "utf-8")
    return path


SAID = {
    "fr": [
        "Simulation, non la règle en vigueur — SCG sans les points d’offre d’emploi",
        "Scénario sur la règle du 24 mars 2025",
        "• Offre d’emploi réservé: le critère est abrogé ; il donnait au plus 200 points.",
        "critère abrogé",
        "5 changements",
    ],
    "en": [
        "Simulation, not the law in force — CRS without job-offer points",
        "Scenario on the law of 24 March 2025",
        "• Arranged employment: the criterion is repealed; it gave at most 200 points.",
        "criterion repealed",
        "5 changes",
    ],
}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_scenario_is_told_in_words_and_row_by_row_under_a_heading_that_says_simulation(lang):
    ran = tirage("law", "scenario", JOB_OFFER, "--lang", lang)
    assert (ran.status, ran.err) == (0, "")
    for words in SAID[lang]:
        assert words in on_one_line(ran.out)
    assert read_scenario(JOB_OFFER).hash[:16] in ran.out


def test_a_scenario_as_json_has_the_hashes_the_sentences_and_the_differences():
    read = read_scenario(FRENCH)
    base = rules.load(read.program).on(read.base)
    told = tirage("law", "scenario", FRENCH, "--json").json
    assert (told["simulation"], told["hash"], told["base"]) == (True, read.hash, "2026-04-30")
    assert told["law"] == {"base": base.hash, "simulated": apply(read, base).hash}
    assert [one["at"] for one in told["differences"]] == ["streams.4.requirements.french.where"]
    assert len(told["description"]) == 1


def test_a_scenario_on_the_law_of_a_folder(trial):
    ran = tirage("law", "scenario", trial, "--program", LUMEN, "--lang", "fr")
    assert "Dîme: le critère est abrogé ; il donnait au plus 9 points." in on_one_line(ran.out)
    assert tirage("law", "scenario", trial).status == 1
    assert (
        "did you mean" in tirage("law", "scenario", trial).err or "lumen/guild" in tirage("law", "scenario", trial).err
    )


def test_a_scenario_as_a_page(trial, tmp_path):
    out = tmp_path / "page.html"
    ran = tirage("law", "scenario", trial, "--program", LUMEN, "--lang", "fr", "--out", out)
    assert ran.status == 0
    page = out.read_text("utf-8")
    assert "<h1>Simulation, non la règle en vigueur — La dîme abolie</h1>" in page
    assert "<td>critère abrogé</td>" in page


def test_an_empty_scenario_is_told_to_change_nothing(trial):
    trial.write_text(TRIAL.partition("[[change]]")[0], "utf-8")
    said = tirage("law", "scenario", trial, "--program", LUMEN, "--lang", "fr").out
    assert "Ne change rien." in said
    assert "Rien ne change." not in said


def test_a_stale_scenario_or_one_that_is_not_there_is_refused(trial, tmp_path):
    trial.write_text(TRIAL.replace("drop = true", "to = 1"), "utf-8")
    ran = tirage("law", "scenario", trial, "--program", LUMEN, "--lang", "fr")
    assert ran.status == 1
    assert "le scénario est périmé" in ran.err
    assert tirage("law", "scenario", tmp_path / "none.toml").status == 1


def test_checking_everything_checks_the_scenarios_too():
    ran = tirage("law", "check", "--lang", "fr")
    count = len(list((data_folder() / "scenarios").glob("*.toml")))
    assert ran.status == 0
    assert f"Programmes vérifiés: {len(rules.library())}. Scénarios: {count}. Erreurs: 0." in on_one_line(ran.out)
    assert "Scenarios" not in tirage("law", "check", "canada/bc_sirs").out


def test_a_scenario_that_no_longer_applies_is_an_error_of_the_check(tmp_path, monkeypatch):
    (tmp_path / "scenarios").mkdir()
    stale = FRENCH.read_text("utf-8").replace("streams.4", "streams.9")
    (tmp_path / "scenarios" / "stale.toml").write_text(stale, "utf-8")
    monkeypatch.setattr("ranking.cli.law_scenario.data_folder", lambda: tmp_path)
    ran = tirage("law", "check", "--json")
    assert ran.status == 1
    [error] = [found for found in ran.json if found["level"] == "error"]
    assert error["program"] == "scenarios/stale.toml"
    assert "“9”, unknown" in error["fault"]


def test_the_comparison_of_two_days_names_the_provisions_of_the_new_law():
    french = on_one_line(tirage("law", "diff", LUMEN, "2031-06-30", "2032-01-01", "--lang", "fr").out)
    for words in (
        "critère abrogé",
        "critère nouveau",
        "• Dîme: art. 40, qui abroge l’art. 15",
        "• Veille: art. 9, ajouté",
    ):
        assert words in french
    [first, *_] = tirage("law", "diff", LUMEN, "2031-06-30", "2031-07-01", "--json").json
    assert (first["place"]["en"], first["source"]["provision"]) == (
        "criterion repealed",
        "art. 40, qui abroge l’art. 15",
    )


def test_a_repeal_is_shown_with_its_provision():
    english = on_one_line(tirage("law", "diff", "canada/express_entry", "2025-03-24", "2025-03-25").out)
    assert "• Arranged employment: points de l’emploi réservé supprimés" in english


def test_the_consolidated_law_names_the_provision_that_repealed_a_criterion(tmp_path):
    shown = tirage("law", "show", LUMEN, "--on", "2031-07-01", "--lang", "fr").out
    assert "Dîme : critère abrogé le 1er juillet 2031 · art. 40, qui abroge l’art. 15" in shown
    later = amended(tmp_path, ("criteria/tithe.toml", "until = 2031-07-01", f"until = {date(2031, 8, 1)}"))
    assert "critère abrogé" not in tirage("law", "show", later, "--on", "2031-07-01", "--lang", "fr").out

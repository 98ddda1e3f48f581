"""A repeal: what the law cites for it, and where a reader meets that citation."""

from datetime import date
from pathlib import Path

import pytest
from strategies import LUMEN, amended

import rules
from rules.diff import differences
from rules.explain import explain, sentence
from rules.faults import LawError
from rules.lint import check
from rules.program import Program

LAST, REPEALED = date(2031, 6, 30), date(2031, 7, 1)
BEFORE_VIGIL, VIGIL = date(2031, 12, 31), date(2032, 1, 1)
GUILD = rules.load(LUMEN)
TITHE = (Path(LUMEN) / "criteria" / "tithe.toml").read_text("utf-8")
CITED = next(line for line in TITHE.splitlines() if line.startswith("until_cite"))
PROVISION = "art. 40, qui abroge l’art. 15"


@pytest.fixture
def uncited(tmp_path):
    return Program(amended(tmp_path, ("criteria/tithe.toml", CITED + "\n", "")))


def repeals(program):
    faults = [finding.fault for finding in check(program, "guild") if finding.level == "remark"]
    return [(fault.where.en, fault.found.fr) for fault in faults if "repeal" in fault.found.en]


def test_a_repealed_criterion_keeps_the_provision_that_repealed_it():
    before, after = GUILD.on(LAST).parts["tithe"], GUILD.on(REPEALED).parts["tithe"]
    assert before.repeal is None
    assert after.repeal.provision == PROVISION


def test_the_hash_tells_apart_two_laws_that_cite_other_provisions_for_a_repeal(uncited, tmp_path):
    other = Program(amended(tmp_path / "b", ("criteria/tithe.toml", "art. 40, qui", "art. 41, qui")))
    for day in (LAST, REPEALED):
        assert len({law.on(day).hash for law in (GUILD, uncited, other)}) == 3
    assert GUILD.on(LAST).hash != GUILD.on(REPEALED).hash


def test_a_repeal_without_a_source_is_remarked_and_one_with_a_source_is_not(uncited):
    where = "criteria/tithe.toml, version of 2030-01-01"
    assert repeals(uncited) == [(where, "until = 2031-07-01, une abrogation sans source")]
    assert repeals(Program(LUMEN)) == []


def test_a_version_that_the_next_one_replaces_is_no_repeal(tmp_path):
    gap = amended(tmp_path, ("criteria/age.toml", "until = 2032-06-01", "until = 2032-05-01"))
    assert [where for where, _ in repeals(Program(gap))] == ["criteria/age.toml, version of 2030-01-01"]


def test_the_source_of_a_repeal_read_before_its_day_is_remarked():
    found = [f.fault for f in check(Program(LUMEN), "guild") if f.fault.where.en.startswith("criteria/tithe.toml")]
    assert found[-1].expected.en == "a reading of 2031-07-01 or later"


def test_a_repeal_with_a_source_and_no_day_is_refused(tmp_path):
    folder = amended(tmp_path, ("criteria/tithe.toml", "until = 2031-07-01\n", ""))
    with pytest.raises(LawError, match="“until_cite” without “until”"):
        Program(folder).on(LAST)


def declaration():
    attributes = GUILD.on(REPEALED).attributes
    kinds = {"whole": 60, "boolean": False, "date": date(2000, 1, 1), "text": "1", "instant": None, "code": None}
    values = {name: kinds.get(one.type, next(iter(one.labels), None)) for name, one in attributes.items()}
    codes = GUILD.on(REPEALED).inputs["craft"].labels
    gated = {name: None for name, one in attributes.items() if one.only_when}
    return values | gated | {"craft": codes[0], "patron": "none"}


def test_an_explanation_names_the_day_and_the_provision_of_a_repeal(uncited):
    points = {one.id: one for one in explain(declaration(), GUILD.on(REPEALED), REPEALED).criteria}["tithe"]
    assert (points.state, points.cite.provision, points.in_force) == ("repealed", PROVISION, None)
    assert sentence(points, "fr") == (
        "Dîme : 0 point ; la règle n’a plus ce critère depuis le 1er juillet 2031 (art. 40, qui abroge l’art. 15)."
    )
    plain = {one.id: one for one in explain(declaration(), uncited.on(REPEALED), REPEALED).criteria}["tithe"]
    assert sentence(plain, "en") == "Tithe: 0 points; the law has had no such criterion since 1 July 2031."


def test_the_comparison_of_two_days_says_repealed_with_its_source(uncited):
    found = differences(GUILD.on(LAST), GUILD.on(REPEALED))
    assert [(one.at, one.place.fr, one.before.fr, one.after) for one in found] == [
        ("criteria.tithe", "critère abrogé", "en vigueur", None),
        ("criteria.tithe.points['[0, 60)']", "0 à 59", "0", None),
        ("criteria.tithe.points['[60, 121)']", "60 à 120", "9", None),
    ]
    assert {one.source.provision for one in found} == {PROVISION}
    assert {one.source for one in differences(uncited.on(LAST), uncited.on(REPEALED))} == {None}


def test_the_comparison_of_two_days_says_new_with_the_source_of_the_new_version():
    new, *_ = found = [one for one in differences(GUILD.on(BEFORE_VIGIL), GUILD.on(VIGIL)) if "vigil" in one.at]
    assert (new.place, new.before, new.after.en) == (("critère nouveau", "new criterion"), None, "in force")
    assert {one.source.provision for one in found} == {"art. 9, ajouté"}

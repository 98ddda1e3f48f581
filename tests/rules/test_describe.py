"""Scenarios in words: the exact sentences, in both languages, for every kind of change."""

from datetime import date

import pytest
from strategies import LUMEN

import rules
from rules.describe import describe
from rules.faults import LawError
from rules.scenario import Change, Scenario, Title, apply, invert

DAY = date(2030, 6, 1)
CITE = {"act": "—", "provision": "—", "provision_checked": False, "certainty": "—", "url": "—", "read_on": DAY}
MENTOR = {"input": "mentor", "columns": [False, True]}
VOLUNTEERING = {
    "title": {"fr": "Bénévolat", "en": "Volunteering"},
    "group": "work",
    "cite": CITE,
    "table": [{"id": "points", "row_input": "night_work", "rows": [[False, -1], [True, 7]]}],
}
SWORN = {"id": "sworn", "title": {"fr": "Assermenté", "en": "Sworn"}, "where": {"sworn": True}, "cite": CITE}
TIES = ["help", "patron", "debt", "tithe"]
AGES = [["[16, 30)", 30], ["[30, 45)", 20], ["[45, 60)", 5]]


@pytest.fixture(scope="module")
def law():
    return rules.load(LUMEN).on(DAY)


def scenario(*changes):
    return Scenario(title=Title(fr="essai", en="trial"), program="lumen/guild", base=DAY, change=changes)


TOLD = [
    (
        Change(at="criteria.lamp.points['oil'][true]", was=20, to=1),
        "Brevet de lampe : la ligne « Huile » passe de 20 à 1 point (Travail de nuit : oui).",
        "Lamp certificate: the row “Oil” goes from 20 to 1 point (Night work: yes).",
    ),
    (
        Change(at="criteria.lamp.points.oil", was=[15, 20], to=[16, 21]),
        (
            "Brevet de lampe : la ligne « Huile » passe de 15 à 16 points (Travail de nuit : non) et de 20 à 21 points "
            "(Travail de nuit : oui)."
        ),
        (
            "Lamp certificate: the row “Oil” goes from 15 to 16 points (Night work: no) and from 20 to 21 points "
            "(Night work: yes)."
        ),
    ),
    (
        Change(at="criteria.practice.here['[6, 24)']", was=[12, 8], to=[12, 9]),
        (
            "Pratique : la ligne « Mois d’allumage à Lumen : 6 à 23 » passe de 8 à 9 points "
            "(Mois d’allumage : 24 ou plus)."
        ),
        (
            "Practice: the row “Months of lighting in Lumen: 6 to 23” goes from 8 to 9 points "
            "(Months of lighting: 24 or more)."
        ),
    ),
    (
        Change(at="criteria.age.points.rows", add=["[60,70)", 0]),
        "Âge : la ligne « 60 à 69 » s’ajoute, à 0 point.",
        "Age: the row “60 to 69” is added, with 0 points.",
    ),
    (
        Change(at="criteria.age.points['[45, 60)']", drop=True),
        "Âge : la ligne « 45 à 59 », de 5 points, est supprimée.",
        "Age: the row “45 to 59”, with 5 points, is taken away.",
    ),
    (
        Change(at="criteria.lamp.points['wick']", was=[5, 9], to=[5, 9]),
        "Brevet de lampe : la ligne « Mèche » ne change pas.",
        "Lamp certificate: the row “Wick” does not change.",
    ),
    (
        Change(at="criteria.age.points['[30, 45)']", split=[["[30, 40)", 20], ["[40, 45)", 1]]),
        "Âge : la ligne « 30 à 44 », de 20 points, est scindée : « 30 à 39 » à 20 points ; « 40 à 44 » à 1 point.",
        "Age: the row “30 to 44”, with 20 points, is split: “30 to 39” with 20 points; “40 to 44” with 1 point.",
    ),
    (
        Change(at="criteria.age.points", was=AGES, to=[["[16, 30)", 31], ["[30, 45)", 20], ["[45, 61)", 5]]),
        (
            "Âge : la ligne « 45 à 59 », de 5 points, est supprimée ; la "
            "ligne « 16 à 29 » passe de 30 à 31 points ; la "
            "ligne « 45 à 60 » s’ajoute, à 5 points."
        ),
        (
            "Age: the row “45 to 59”, with 5 points, is taken away; the row "
            "“16 to 29” goes from 30 to 31 points; the row "
            "“45 to 60” is added, with 5 points."
        ),
    ),
    (
        Change(at="criteria.age.points.outside", was=-10, to=1),
        "Âge : hors des bornes, les points passent de -10 à 1.",
        "Age: outside the range, the points go from -10 to 1.",
    ),
    (
        Change(at="criteria.practice.cap", was=50, to=40),
        "Pratique : le plafond passe de 50 à 40 points.",
        "Practice: the cap goes from 50 to 40 points.",
    ),
    (
        Change(at="criteria.practice.cap", drop=True),
        "Pratique : le plafond de 50 points est supprimé.",
        "Practice: the cap of 50 points is taken away.",
    ),
    (
        Change(at="criteria.debt.cap", add=0),
        "Dettes : un plafond de 0 point s’ajoute ; il n’y en avait pas.",
        "Debts: a cap of 0 points is added; there was none.",
    ),
    (
        Change(at="criteria.age.announced_maximum", was=30, to=1200),
        "Âge : le maximum annoncé passe de 30 à 1\u202f200 points.",
        "Age: the announced maximum goes from 30 to 1,200 points.",
    ),
    (
        Change(at="groups.skill.cap", was={**MENTOR, "points": [110, 85]}, to={**MENTOR, "points": [100, 85]}),
        (
            "Groupe « Savoir » : le plafond de 110 (Maître qui accompagne "
            ": non), 85 (Maître qui accompagne : oui) devient "
            "100 (Maître qui accompagne : non), 85 (Maître qui accompagne : oui)."
        ),
        (
            "Group “Skill”: the cap of 110 (Accompanying mentor: no), 85 (Accompanying mentor: yes) becomes "
            "100 (Accompanying mentor: no), 85 (Accompanying mentor: yes)."
        ),
    ),
    (
        Change(at="groups.skill.cap[false]", was=110, to=1),
        "Groupe « Savoir » : le plafond passe de 110 à 1 point (Maître qui accompagne : non).",
        "Group “Skill”: the cap goes from 110 to 1 point (Accompanying mentor: no).",
    ),
    (
        Change(at="criteria.mentor_practice.cap.guild", was=15, to=16),
        "Pratique du maître : le plafond passe de 15 à 16 points (Parrainage : De la guilde).",
        "Mentor’s practice: the cap goes from 15 to 16 points (Patronage: Of the guild).",
    ),
    (
        Change(at="criteria.mentor_practice.cap['none']", was=6, to=6),
        "Pratique du maître : rien ne change.",
        "Mentor’s practice: nothing changes.",
    ),
    (
        Change(at="criteria.lamp.applies_when", add={"mentor": True}),
        "Brevet de lampe : ne vaut que si « Maître qui accompagne : oui » ; avant, pour tous.",
        "Lamp certificate: applies only if “Accompanying mentor: yes”; before, to all.",
    ),
    (
        Change(at="criteria.debt", drop=True),
        "Dettes : le critère est abrogé ; il donnait de -40 à 0 point.",
        "Debts: the criterion is repealed; it gave from -40 to 0 points.",
    ),
    (
        Change(at="criteria.volunteering", add=VOLUNTEERING),
        "Bénévolat : le critère est nouveau, dans le groupe « Travail » ; il donne de -1 à 7 points.",
        "Volunteering: the criterion is new, in the group “Work”; it gives from -1 to 7 points.",
    ),
    (
        Change(at="groups.help.how", was="max", to="sum"),
        "Groupe « Aide du maître » : « seul le plus élevé compte » devient « les points s’additionnent ».",
        "Group “Help of the mentor”: “only the highest counts” becomes “the points add up”.",
    ),
    (
        Change(
            at="groups.ties.members", was=["help", "patron", "debt", "tithe"], to=["debt", "help", "patron", "tithe"]
        ),
        "Groupe « Liens » : l’ordre des membres change.",
        "Group “Ties”: the order of its members changes.",
    ),
    (
        Change(at="streams.keeper.requirements", add=SWORN),
        "« Gardiens » : la condition « Assermenté » s’ajoute (Assermentation : oui).",
        "“Keepers”: the requirement “Sworn” is added (Sworn: yes).",
    ),
    (
        Change(at="streams.lighter.requirements.adult", drop=True),
        "« Allumeurs » : la condition « Avoir 18 ans ou plus » est retirée (Âge : 18 ou plus).",
        "“Lighters”: the requirement “Be 18 or older” is taken away (Age: 18 or more).",
    ),
    (
        Change(at="streams.lighter.requirements.adult.where", was={"age": "[18,+)"}, to={"age": "[21, +)"}),
        "« Allumeurs » : la condition « Avoir 18 ans ou plus » passe de « Âge : 18 ou plus » à « Âge : 21 ou plus ».",
        "“Lighters”: the requirement “Be 18 or older” goes from “Age: 18 or more” to “Age: 21 or more”.",
    ),
    (
        Change(at="streams.keeper.requirements.rank.note", add="Une note."),
        "« Gardiens » : la condition « Rang 0, 1 ou 2, hors de l’arc de nuit » change de note.",
        "“Keepers”: the requirement “Rank 0, 1 or 2, no night arc” changes its note.",
    ),
    (
        Change(at="criteria.debt.note", add="Une note."),
        "Dettes : le critère change de note.",
        "Debts: the criterion changes its note.",
    ),
]


@pytest.mark.parametrize(("change", "french", "english"), TOLD, ids=[f"{n}-{one[0].at}" for n, one in enumerate(TOLD)])
def test_a_change_in_words(change, french, english, law):
    assert describe(scenario(change), law) == [(french, english)]


def test_a_criterion_that_leaves_its_group_is_told_in_two_sentences(law):
    gone = scenario(
        Change(at="groups.ties.members", was=TIES, to=["help", "patron", "tithe"]),
        Change(at="criteria.debt", drop=True),
    )
    assert [sentence.fr for sentence in describe(gone, law)] == [
        "Groupe « Liens » : « Dettes » en sort.",
        "Dettes : le critère est abrogé ; il donnait de -40 à 0 point.",
    ]


def test_the_way_back_is_told_too(law):
    there = scenario(Change(at="criteria.lamp.applies_when", add={"mentor": True}))
    [back] = describe(invert(there, law), apply(there, law))
    assert back.fr == "Brevet de lampe : vaut pour tous ; avant, seulement si « Maître qui accompagne : oui »."
    assert back.en == "Lamp certificate: applies to all; before, only if “Accompanying mentor: yes”."


def test_the_empty_scenario_changes_nothing(law):
    assert describe(scenario(), law) == [("Ne change rien.", "Changes nothing.")]


def test_a_scenario_that_does_not_apply_is_not_told(law):
    with pytest.raises(LawError, match="the scenario is stale"):
        describe(scenario(Change(at="criteria.practice.cap", was=51, to=40)), law)

"""What an amendment changed, place by place."""

from datetime import date

import pytest

import rules
from rules.diff import differences
from rules.scenario import Change, Scenario, Title, apply

CRS = rules.load("canada/express_entry")
AMENDMENTS = [
    (date(2016, 11, 18), date(2016, 11, 19), {"job_offer", "canadian_education"}),
    (date(2017, 6, 5), date(2017, 6, 6), {"sibling", "french"}),
    (date(2020, 10, 19), date(2020, 10, 20), {"french"}),
    (date(2025, 3, 24), date(2025, 3, 25), {"job_offer"}),
]


def name(value):
    return "+".join(sorted(value)) if isinstance(value, set) else str(value)


@pytest.mark.parametrize(("before", "after", "criteria"), AMENDMENTS, ids=name)
def test_each_amendment_of_the_crs_changes_these_criteria_and_no_others(before, after, criteria):
    found = differences(CRS.on(before), CRS.on(after))
    changed = {one.at.split(".")[1] for one in found if one.at.startswith("criteria.")}
    assert changed == criteria


def test_nothing_changes_between_two_days_of_one_version():
    assert differences(CRS.on(date(2018, 1, 1)), CRS.on(date(2018, 3, 1))) == []


def test_the_job_offer_loses_its_points_on_25_march_2025():
    found = differences(CRS.on(date(2025, 3, 24)), CRS.on(date(2025, 3, 25)))
    assert [(one.place.fr, one.before.fr, one.after) for one in found] == [
        ("critère abrogé", "en vigueur", None),
        ("Aucune", "0", None),
        ("Grand groupe 00 de la CNP", "200", None),
        ("Autre emploi qualifié", "50", None),
        ("maximum annoncé", "200", None),
    ]


def test_the_tie_key_came_in_june_2017():
    found = differences(CRS.on(date(2017, 6, 5)), CRS.on(date(2017, 6, 6)))
    [order] = [one for one in found if one.at == "order"]
    assert order.before.fr == "pointage (décroissant)"
    assert order.after.en == "score (descending), submission instant (ascending)"


def test_a_scenario_differs_from_its_base_where_it_says():
    law = rules.load("quebec/pstq").on(date(2026, 4, 30))
    change = Change(at="criteria.age.points['[31, 32)'][false]", was=110, to=115)
    scenario = Scenario(title=Title(fr="essai", en="trial"), program="quebec/pstq", base=law.day, change=(change,))
    [found] = differences(law, apply(scenario, law))
    assert (found.before.en, found.after.en) == ("110", "115")
    assert found.place.fr == "31 ; Époux ou conjoint qui accompagne : non"

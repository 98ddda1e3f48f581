"""A second Comprehensive Ranking System, in ifs and dictionaries, to be read beside the published tables.

Written from the facts gathered on Express Entry, not from ``rules/law``: it imports nothing of tirage. A profile is a
dictionary of the declared attributes; None is no test, or no accompanying spouse. Where a table has two columns, the
first is for a profile with an accompanying spouse or partner, the second for one without.
"""

from datetime import date

CREDENTIAL, FRENCH_AND_SIBLING = date(2016, 11, 19), date(2017, 6, 6)
MORE_FOR_FRENCH, NO_OFFER = date(2020, 10, 20), date(2025, 3, 25)
CHANGES = (CREDENTIAL, FRENCH_AND_SIBLING, MORE_FOR_FRENCH, NO_OFFER)
BEGINS, NOT_PUBLISHED = date(2015, 1, 1), date(2026, 11, 3)

ABILITIES = ("listening", "speaking", "reading", "writing")
OTHER_LANGUAGE = {"english": "french", "french": "english"}

AGE = {
    18: (90, 99),
    19: (95, 105),
    **dict.fromkeys(range(20, 30), (100, 110)),
    30: (95, 105),
    31: (90, 99),
    32: (85, 94),
    33: (80, 88),
    34: (75, 83),
    35: (70, 77),
    36: (65, 72),
    37: (60, 66),
    38: (55, 61),
    39: (50, 55),
    40: (45, 50),
    41: (35, 39),
    42: (25, 28),
    43: (15, 17),
    44: (5, 6),
}
EDUCATION = {
    "none": (0, 0),
    "secondary": (28, 30),
    "one_year": (84, 90),
    "two_year": (91, 98),
    "bachelors": (112, 120),
    "two_or_more": (119, 128),
    "masters": (126, 135),
    "doctoral": (140, 150),
}
SPOUSE_EDUCATION = {
    "none": 0,
    "secondary": 2,
    "one_year": 6,
    "two_year": 7,
    "bachelors": 8,
    "two_or_more": 9,
    "masters": 10,
    "doctoral": 10,
}
CANADIAN_WORK = {0: (0, 0), 1: (35, 40), 2: (46, 53), 3: (56, 64), 4: (63, 72), 5: (70, 80)}
SPOUSE_CANADIAN_WORK = {0: 0, 1: 5, 2: 7, 3: 8, 4: 9, 5: 10}
LOWER_CREDENTIALS = ("one_year", "two_year", "bachelors")
HIGHER_CREDENTIALS = ("two_or_more", "masters", "doctoral")


def score(profile, on, facts_on=None):
    """Give the points of every criterion and group of a profile, and its score, under the law of a day."""
    points = criteria(profile, on, facts_on or on)
    groups = {name: group(points) for name, group in GROUPS.items()}
    groups["core"] = min(groups["core"], column(profile, (460, 500)))
    result = {f"{name}_points": value for name, value in (points | groups).items()}
    return result | {"score": min(1200, sum(groups.values()))}


def criteria(profile, on, facts_on):
    first, second = levels_of_both(profile)
    return {
        "age": age(profile, facts_on),
        "education": column(profile, EDUCATION[profile["education"]]),
        "first_language": sum(column(profile, first_language(level)) for level in first),
        "second_language": min(column(profile, (22, 24)), sum(second_language(level) for level in second)),
        "canadian_work": column(profile, CANADIAN_WORK[min(5, profile["canadian_work_years"])]),
        "spouse_education": spouse_education(profile),
        "spouse_language": spouse_language(profile),
        "spouse_canadian_work": spouse_canadian_work(profile),
        "education_transferability": education_transferability(profile, min(first)),
        "foreign_transferability": foreign_transferability(profile, min(first)),
        "certificate_transferability": certificate_transferability(profile, min(first)),
        "nomination": 600 if profile["nomination"] else 0,
        "job_offer": job_offer(profile["job_offer"], on),
        "canadian_education": canadian_education(profile["canadian_education"], on),
        "sibling": sibling(profile, on),
        "french": french(profile, on),
    }


GROUPS = {
    "core": lambda p: p["age"] + p["education"] + p["first_language"] + p["second_language"] + p["canadian_work"],
    "spouse": lambda p: min(40, p["spouse_education"] + p["spouse_language"] + p["spouse_canadian_work"]),
    "transferability": lambda p: min(
        100, p["education_transferability"] + p["foreign_transferability"] + p["certificate_transferability"]
    ),
    "additional": lambda p: min(
        600, p["nomination"] + p["job_offer"] + p["canadian_education"] + p["sibling"] + p["french"]
    ),
}


def column(profile, pair):
    with_spouse, without = pair
    return with_spouse if profile["accompanying_spouse"] else without


# A. Core.


def age(profile, facts_on):
    years = complete_years(profile["birth_date"], facts_on)
    return column(profile, AGE[years]) if years in AGE else 0


def complete_years(born, day):
    birthday_to_come = (day.month, day.day) < (born.month, born.day)
    return day.year - born.year - (1 if birthday_to_come else 0)


def levels_of_both(profile):
    first = profile["first_official_language"]
    return levels(profile, first), levels(profile, OTHER_LANGUAGE[first])


def levels(profile, who):
    """The four levels of a language, or of the spouse. No test counts as level 0: no table pays it."""
    return [profile[f"{who}_{ability}"] or 0 for ability in ABILITIES]


def first_language(level):
    if level >= 10:
        return 32, 34
    if level == 9:
        return 29, 31
    if level == 8:
        return 22, 23
    if level == 7:
        return 16, 17
    if level == 6:
        return 8, 9
    return (6, 6) if level >= 4 else (0, 0)


def second_language(level):
    if level >= 9:
        return 6
    if level >= 7:
        return 3
    return 1 if level >= 5 else 0


# B. Spouse or partner, only when accompanying.


def spouse_education(profile):
    return SPOUSE_EDUCATION[profile["spouse_education"]] if profile["accompanying_spouse"] else 0


def spouse_language(profile):
    if not profile["accompanying_spouse"]:
        return 0
    return sum(spouse_ability(level) for level in levels(profile, "spouse"))


def spouse_ability(level):
    if level >= 9:
        return 5
    if level >= 7:
        return 3
    return 1 if level >= 5 else 0


def spouse_canadian_work(profile):
    if not profile["accompanying_spouse"]:
        return 0
    return SPOUSE_CANADIAN_WORK[min(5, profile["spouse_canadian_work_years"])]


# C. Skill transferability: always the lowest ability of the first official language.


def education_transferability(profile, lowest):
    if profile["education"] in LOWER_CREDENTIALS:
        weak, strong = 13, 25
    elif profile["education"] in HIGHER_CREDENTIALS:
        weak, strong = 25, 50
    else:
        return 0
    return with_language_and_work(profile, lowest, weak, strong)


def foreign_transferability(profile, lowest):
    if profile["foreign_work_years"] >= 3:
        weak, strong = 25, 50
    elif profile["foreign_work_years"] >= 1:
        weak, strong = 13, 25
    else:
        return 0
    return with_language_and_work(profile, lowest, weak, strong)


def with_language_and_work(profile, lowest, weak, strong):
    language = strong if lowest >= 9 else weak if lowest >= 7 else 0
    years = profile["canadian_work_years"]
    work = strong if years >= 2 else weak if years == 1 else 0
    return min(50, language + work)


def certificate_transferability(profile, lowest):
    if not profile["certificate_of_qualification"]:
        return 0
    return 50 if lowest >= 7 else 25 if lowest >= 5 else 0


# D. Additional points: these change with the day.


def job_offer(offer, on):
    if offer == "none" or on >= NO_OFFER:
        return 0
    if on < CREDENTIAL:
        return 600
    return 200 if offer == "noc_00" else 50


def canadian_education(credential, on):
    if on < CREDENTIAL:
        return 0
    return {"none": 0, "one_or_two_years": 15, "three_plus_years": 30}[credential]


def sibling(profile, on):
    return 15 if profile["sibling_in_canada"] and on >= FRENCH_AND_SIBLING else 0


def french(profile, on):
    """French at 7 in all four, whichever the first language; more with English at 5 in all four."""
    if on < FRENCH_AND_SIBLING or min(levels(profile, "french")) < 7:
        return 0
    low, high = (25, 50) if on >= MORE_FOR_FRENCH else (15, 30)
    return high if min(levels(profile, "english")) >= 5 else low

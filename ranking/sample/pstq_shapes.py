"""The distributions that the kinds of people of a synthetic PSTQ pool share: French, diplomas, time, couples, places.

All of it is INVENTED FOR CALIBRATION; see ``ranking.sample.pstq_people``. Weights are relative.
"""

from __future__ import annotations

# fmt: off
# Oral French of levels 0 (no test) to 12; then what writing lacks of it, from 4 levels less to 1 more.
FRENCH: dict[str, tuple[int, ...]] = {
    #            0   1   2   3   4   5   6   7   8   9  10  11  12
    "fluent":    (0, 0, 0, 0, 0, 1, 2, 5, 10, 18, 22, 22, 20),
    "schooled":  (2, 0, 0, 1, 2, 4, 7, 16, 22, 20, 14, 8, 4),
    "middling":  (0, 0, 0, 0, 6, 32, 34, 18, 8, 2, 0, 0, 0),
    "learning":  (8, 2, 4, 7, 13, 18, 16, 17, 9, 4, 2, 0, 0),
    "starting":  (22, 6, 8, 10, 14, 17, 12, 7, 3, 1, 0, 0, 0),
    "beginning": (46, 10, 10, 10, 9, 7, 4, 2, 1, 1, 0, 0, 0),
}
WRITING: dict[str, tuple[int, ...]] = {
    #           -4  -3  -2  -1   0  +1
    "fluent":    (0, 1, 4, 25, 60, 10),
    "schooled":  (1, 3, 12, 34, 42, 8),
    "middling":  (4, 9, 20, 35, 26, 6),
    "learning":  (4, 9, 20, 35, 26, 6),
    "starting":  (8, 14, 26, 32, 16, 4),
    "beginning": (8, 14, 26, 32, 16, 4),
}
WRITING_FROM = -4
SKILL_STEPS = (12, 70, 18)  # one skill against the other of its pair: one level less, the same, one more

# The levels of diplomas, lowest first, with the least age in years and how long one of Québec takes, in months.
LEVELS: dict[str, tuple[int, tuple[int, int]]] = {
    "none": (18, (0, 1)),
    "secondary_general": (18, (10, 30)),
    "secondary_vocational_600h_quebec": (18, (6, 9)),
    "secondary_vocational_900h_quebec": (18, (10, 20)),
    "secondary_vocational_1y_foreign": (18, (0, 1)),
    "postsecondary_general_2y": (19, (20, 28)),
    "technical_900h_quebec": (19, (10, 18)),
    "technical_1y_foreign": (19, (0, 1)),
    "technical_3y": (20, (32, 40)),
    "first_cycle_1y": (20, (8, 16)),
    "first_cycle_2y": (20, (18, 28)),
    "first_cycle_3y": (21, (32, 50)),
    "first_cycle_5y": (23, (50, 66)),
    "second_cycle_1y": (23, (10, 18)),
    "second_cycle_2y": (23, (18, 30)),
    "medical_specialty": (29, (24, 60)),
    "doctorate": (27, (46, 72)),
}
SCHOOLS: dict[str, dict[str, int]] = {
    "high": {"secondary_general": 4, "secondary_vocational_1y_foreign": 3, "postsecondary_general_2y": 4,
             "technical_1y_foreign": 12, "technical_3y": 5, "first_cycle_1y": 1, "first_cycle_2y": 4,
             "first_cycle_3y": 30, "first_cycle_5y": 5, "second_cycle_1y": 5, "second_cycle_2y": 24,
             "medical_specialty": 0, "doctorate": 3},
    "low": {"none": 9, "secondary_general": 34, "secondary_vocational_1y_foreign": 22,
            "postsecondary_general_2y": 5, "technical_1y_foreign": 14, "technical_3y": 3, "first_cycle_2y": 2,
            "first_cycle_3y": 9, "second_cycle_2y": 2},
    "trade": {"none": 3, "secondary_general": 12, "secondary_vocational_1y_foreign": 48,
              "postsecondary_general_2y": 2, "technical_1y_foreign": 25, "technical_3y": 5, "first_cycle_3y": 4,
              "second_cycle_2y": 1},
    "health": {"secondary_general": 3, "secondary_vocational_1y_foreign": 12, "technical_1y_foreign": 18,
               "technical_3y": 20, "first_cycle_3y": 32, "first_cycle_5y": 4, "second_cycle_1y": 3,
               "second_cycle_2y": 7, "doctorate": 1},
    "medical": {"first_cycle_5y": 30, "second_cycle_2y": 10, "medical_specialty": 45, "doctorate": 15},
    "top": {"second_cycle_2y": 15, "doctorate": 85},
}
DIPLOMAS: dict[str, dict[str, int]] = {
    "university": {"secondary_vocational_900h_quebec": 8, "technical_900h_quebec": 52, "technical_3y": 6,
                   "first_cycle_1y": 10, "first_cycle_2y": 1, "first_cycle_3y": 9, "second_cycle_1y": 5,
                   "second_cycle_2y": 8, "doctorate": 1},
    "vocational": {"secondary_vocational_600h_quebec": 14, "secondary_vocational_900h_quebec": 46,
                   "technical_900h_quebec": 40},
    "health": {"secondary_vocational_600h_quebec": 10, "secondary_vocational_900h_quebec": 12,
               "technical_900h_quebec": 35, "technical_3y": 10, "first_cycle_1y": 10, "first_cycle_3y": 12,
               "second_cycle_2y": 11},
    "medical": {"second_cycle_2y": 40, "medical_specialty": 60},
}

# How much of the work is in the main occupation, in per cent: here, and elsewhere.
LOYALTY_STEPS = (0, 20, 40, 60, 80, 100)
LOYALTY: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "usual": ((6, 5, 8, 10, 15, 56), (10, 6, 8, 10, 14, 52)),
    "whole": ((0, 0, 0, 0, 0, 1), (0, 0, 0, 0, 0, 1)),
}

# How much of the time in Québec was outside the CMM, in per cent: of those who live inside it, outside it.
OUTSIDE_STEPS = (0, 25, 50, 75, 100)
OUTSIDE_TIME = ((86, 6, 5, 3, 0), (0, 8, 12, 18, 62))
WORKED_OUTSIDE = 90  # % of those with time outside who worked where they lived
STUDIED_OUTSIDE = (6, 70)  # % of those who studied in Québec and have time outside: living inside now, outside now
IDLE_MONTHS = (0, 0, 1, 3, 7, 14, 40)  # in Québec, neither at work nor at studies
UNFINISHED_MONTHS = (2, 5, 9, 16, 25, 34, 60)  # study without diploma
STAYED_BEFORE = 2  # % of those elsewhere who worked in Québec before

# Couples: the percentage of the kind, times this (in per cent) up to each age; then what couples have in common.
COUPLE_BY_AGE = ((23, 25), (26, 60), (29, 90), (200, 115))
SPOUSE_YEARS = (-14, -5, -2, 0, 2, 5, 14)  # older or younger than the person
ALIKE = 45  # % of couples with the same rank in French or in schooling
SPOUSE_DIPLOMA = (1, 5, 18)  # % with a Québec diploma: elsewhere, staying, staying with a person who has one
SPOUSE_WORK = ((92, 4, 2, 1, 1), (30, 14, 16, 20, 20))  # share of the stay at work, by OUTSIDE_STEPS: before, staying
FAMILY = (7, 2)  # % with family in Québec: of the person, only of the spouse
LICENSED_OTHERWISE = 0.4  # % with an authorization to practise for a job that is not regulated

REGIONS: tuple[dict[str, int], ...] = (
    {"Hors du Québec": 1},
    {"Montréal": 64, "Laval": 10, "Montérégie": 16, "Laurentides": 5, "Lanaudière": 5},
    {"Capitale-Nationale": 31, "Chaudière-Appalaches": 13, "Estrie": 11, "Outaouais": 8, "Centre-du-Québec": 9,
     "Mauricie": 8, "Montérégie": 6, "Saguenay–Lac-Saint-Jean": 5, "Bas-Saint-Laurent": 4,
     "Abitibi-Témiscamingue": 3, "Côte-Nord": 1, "Gaspésie–Îles-de-la-Madeleine": 1},
)
# fmt: on

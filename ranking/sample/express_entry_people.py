"""The kinds of people in a synthetic pool of Express Entry, and every parameter of it.

CALIBRATED: the shares of the kinds, chosen together with what sets their scores apart (ages, LOWEST, SCHOOLS, months),
so that under the law of 24 March 2025 the pool falls into the bands of the score like the real one of 16 March 2025:
236,909 candidates, of which 693 above 600, 25,522 from 501 to 600, 70,055 from 451 to 500, 61,487 from 401 to 450,
51,802 from 351 to 400, 21,303 from 301 to 350, 6,047 below. Source: Immigration, Refugees and Citizenship Canada,
"Express Entry rounds of invitations", distribution published with rounds 340 and 341. Two things more were aimed at:
the round of 21 March 2025 for French (7,500 invitations, minimum 379), which the pool gives within a few points; and
those of 23 January and 5 February 2025 for Canadian experience (minima 527 and 521), after which few can be left far
above 520: a third of those from 501 to 600 are here, probably more than there were. The bands say how many have a
score. They do not say who has it: other people would give the same bands.

ASSUMED: everything else, such as how many live in Canada, have a spouse, an offer, a trade, a sibling; jobs, sex,
regions, days since submission. Nothing here is an estimate of the real pool, of a country or of a profession.

Quantiles are the amounts at 0, 10, 25, 50, 75, 90 and 100 % of a kind. A percentage is of the kind. Weights are
relative. Parameters are of that pool on any day: other law gives other scores.
"""

from __future__ import annotations

from dataclasses import dataclass

Seven = tuple[int, int, int, int, int, int, int]

NONE: Seven = (0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of people, ``share`` of 100,000. Rows are those of the tables below."""

    name: str
    share: int
    women: int  # %
    age: Seven  # years
    couple: int  # % with an accompanying spouse
    school: str  # row of SCHOOLS: the person, and in general the spouse
    studied: int = 0  # % of those with a diploma who studied in Canada
    french: bool = False  # first official language
    first: str  # row of LOWEST: first official language
    second: str = "untested"  # row of LOWEST
    spouse: str = "middling"  # row of LOWEST: the spouse's language
    staying: int  # % living in Canada
    here: Seven = NONE  # months of skilled work in Canada, of those who stay
    away: Seven  # months of skilled work elsewhere, as far as age and ten years leave room
    jobs: str  # row of TEERS
    trade: int = 0  # % whose work is a skilled trade
    certificate: int = 0  # % with a certificate of qualification, of those in a trade
    offer: tuple[int, float] = (1, 0.0)  # % with arranged employment: any, and in major group 00
    nominated: bool = False


# fmt: off
# Levels of the lowest of the four abilities in a language, and how likely each is.
LEVELS = (0, 4, 5, 6, 7, 8, 9, 10)  # 0: no test; 10: ten and more, where the charts of tests end
LOWEST: dict[str, tuple[int, ...]] = {
    #             0   4   5   6   7   8   9  10
    "untested": (97,  1,  1,  1,  0,  0,  0,  0),
    "seldom":   (75,  8,  7,  5,  4,  1,  0,  0),
    "starting": (20, 22, 25, 18, 10,  4,  1,  0),
    "basic":    ( 0,  0, 50, 35, 12,  3,  0,  0),
    "trade":    ( 0, 14, 42, 28, 12,  4,  0,  0),
    "middling": (25, 10, 15, 18, 16, 10,  5,  1),
    "passing":  ( 0,  0,  0,  0, 48, 36, 14,  2),
    "fair":     ( 0,  0,  0,  0, 26, 38, 32,  4),
    "nine":     ( 0,  0,  0,  0,  1,  7, 84,  8),
    "good":     ( 0,  0,  0,  0, 18, 32, 40, 10),
    "strong":   ( 0,  0,  0,  0,  0,  4, 50, 46),
}
ABOVE = ((82, 15, 3), (52, 34, 14))  # levels above the lowest, 0 to 2: writing, the three others

# Diplomas, lowest first; the age at which each ends; which Canadian ones are long.
SCHOOLS: dict[str, tuple[int, ...]] = {
    #            none sec one two bac 2+ mas doc
    "graduate":  (0,  0, 12, 24, 18, 26, 19, 1),
    "skilled":   (3,  3,  5,  8, 34, 22, 23, 2),
    "high":      (0,  0,  1,  2, 42, 23, 29, 3),
    "masters":   (0,  0,  0,  0, 14, 26, 53, 7),
    "low":       (30, 28, 14, 14, 10, 3,  1, 0),
    "several":  (0,  0,  0,  0, 10, 72, 17, 1),
    "degrees":  (0,  0,  0,  4, 34, 30, 31, 1),
    "bachelors": (0,  0,  3,  8, 62, 17, 10, 0),
}
SCHOOL_ENDS = (18, 18, 19, 20, 21, 22, 23, 27)  # years of age
LONG_STUDY = (0, 0, 0, 0, 62, 18, 85, 75)  # % of the Canadian diplomas that are of three years, or a master's or more

# Categories of occupations, 0 to 5.
TEERS: dict[str, tuple[int, ...]] = {
    "skilled": (14, 46, 26, 14, 0, 0),
    "technical": (0, 0, 48, 52, 0, 0),
    "managers": (100, 0, 0, 0, 0, 0),
}

KINDS: tuple[Kind, ...] = (
    # In Canada
    Kind(name="graduate, first year of work", share=16980, women=46, age=(21, 23, 24, 26, 28, 31, 40), couple=16,
         school="graduate", studied=100, first="fair", spouse="passing", staying=100,
         here=(12, 12, 14, 17, 20, 22, 24), away=(0, 0, 0, 0, 8, 16, 40), jobs="skilled", offer=(3, 0.1)),
    Kind(name="graduate, later", share=11300, women=46, age=(24, 26, 27, 29, 32, 36, 44), couple=30,
         school="graduate", studied=100, first="fair", spouse="passing", staying=100,
         here=(24, 24, 26, 29, 33, 38, 50), away=(0, 0, 0, 0, 9, 20, 50), jobs="skilled", offer=(3, 0)),
    Kind(name="graduate with strong English", share=9300, women=46, age=(22, 23, 25, 26, 28, 30, 36), couple=8,
         school="degrees", studied=100, first="nine", spouse="good", staying=100,
         here=(12, 12, 14, 18, 24, 30, 44), away=(0, 0, 0, 0, 4, 10, 24), jobs="skilled", offer=(2, 0)),
    Kind(name="graduate with strong English and work elsewhere", share=8200, women=46,
         age=(25, 27, 28, 30, 31, 33, 35), couple=8, school="several", studied=100, first="nine", spouse="good",
         staying=100, here=(12, 12, 13, 15, 18, 21, 24), away=(12, 13, 15, 18, 24, 30, 40), jobs="skilled"),
    Kind(name="skilled worker from elsewhere", share=6200, women=40, age=(24, 28, 31, 34, 38, 43, 56), couple=52,
         school="skilled", studied=8, first="fair", staying=100, here=(12, 12, 14, 18, 24, 34, 60),
         away=(0, 6, 22, 44, 72, 96, 108), jobs="skilled", offer=(22, 0.5)),
    Kind(name="technical worker", share=1800, women=32, age=(22, 26, 29, 34, 39, 45, 58), couple=50, school="low",
         studied=25, first="basic", spouse="starting", staying=100, here=(12, 12, 14, 19, 26, 36, 60),
         away=(0, 0, 6, 20, 50, 80, 100), jobs="technical", trade=25, certificate=10, offer=(36, 0)),
    Kind(name="senior manager", share=100, women=30, age=(30, 34, 38, 42, 47, 52, 60), couple=70, school="masters",
         studied=5, first="good", staying=100, here=(12, 13, 16, 22, 30, 40, 60), away=(36, 48, 60, 84, 90, 100, 108),
         jobs="managers", offer=(100, 80)),
    # Elsewhere
    Kind(name="young master with strong English", share=5200, women=44, age=(24, 26, 27, 28, 29, 30, 35),
         couple=8, school="masters", first="strong", spouse="good", staying=0, away=(18, 32, 37, 46, 62, 84, 110),
         jobs="skilled"),
    Kind(name="graduate of Canada, now elsewhere", share=1000, women=46, age=(23, 24, 25, 27, 29, 31, 36),
         couple=12, school="several", studied=100, first="strong", spouse="good", staying=0,
         away=(12, 16, 24, 32, 40, 52, 80), jobs="skilled"),
    Kind(name="professional", share=16140, women=42, age=(22, 26, 28, 31, 35, 39, 50), couple=40, school="high",
         first="good", staying=0, away=(12, 24, 40, 64, 96, 120, 120), jobs="skilled"),
    Kind(name="bachelor", share=9100, women=44, age=(22, 25, 27, 30, 34, 38, 48), couple=36, school="bachelors",
         first="fair", staying=0, away=(12, 24, 36, 54, 84, 120, 120), jobs="skilled"),
    Kind(name="experienced professional", share=7900, women=40, age=(33, 36, 38, 41, 44, 47, 56), couple=75,
         school="high", first="good", staying=0, away=(36, 60, 96, 118, 120, 120, 120), jobs="skilled"),
    Kind(name="tradesperson", share=200, women=5, age=(22, 26, 30, 34, 39, 45, 56), couple=50, school="low",
         first="trade", spouse="starting", staying=40, here=(0, 4, 8, 14, 22, 34, 60),
         away=(24, 36, 60, 84, 110, 120, 120), jobs="technical", trade=100, certificate=35, offer=(95, 0)),
    # French
    Kind(name="French-speaking professional", share=6250, women=40, age=(33, 36, 37, 39, 41, 44, 54), couple=80,
         school="high", french=True, first="passing", second="seldom", spouse="passing", staying=2,
         away=(12, 24, 48, 80, 110, 120, 120), jobs="skilled"),
    Kind(name="French-speaking graduate or worker in Canada", share=100, women=45, age=(22, 25, 28, 32, 37, 43, 55),
         couple=40, school="skilled", studied=40, french=True, first="good", second="starting", spouse="passing",
         staying=100, here=(12, 12, 14, 18, 24, 34, 60), away=(0, 0, 12, 30, 60, 90, 108), jobs="skilled",
         offer=(12, 0)),
    # Nominees
    Kind(name="nominee in Canada", share=160, women=42, age=(22, 26, 29, 34, 39, 44, 56), couple=45, school="skilled",
         studied=30, first="passing", staying=100, here=(12, 12, 15, 22, 34, 46, 60), away=(0, 0, 12, 36, 60, 90, 100),
         jobs="skilled", trade=5, offer=(50, 0), nominated=True),
    Kind(name="nominee elsewhere", share=70, women=48, age=(23, 27, 31, 36, 41, 46, 58), couple=60, school="high",
         first="passing", staying=0, away=(24, 36, 60, 90, 115, 120, 120), jobs="skilled", offer=(15, 0),
         nominated=True),
)

WORKED_BEFORE = 2  # % of those elsewhere who worked in Canada before
WORKED_BEFORE_MONTHS: Seven = (2, 4, 8, 14, 24, 34, 60)
RECENT_STEPS, RECENT = (75, 90, 100), (4, 6, 90)  # how much of the work in Canada is of the last three years, in %
STEADY_STEPS, STEADY = (60, 80, 100), (10, 20, 70)  # how much of the longer work is without a break, in %
ALIKE = 45  # % of couples with the same rank in schooling
SPOUSE_YEARS = ((92, 5, 2, 1), (45, 30, 15, 10))  # years of work in Canada, 0 to 3: elsewhere, staying
PARTNER_STUDIED = 12  # % of spouses who studied in Canada, of those staying
SIBLING = 5  # % with a sibling in Canada
OTHER_RELATIVE = 8  # % with another relative in Canada
FUNDS = (99.5, 60)  # % with funds to settle: of those who need them, of those with Canadian experience, who do not
RECOGNIZED = 99.5  # % of the diplomas that count
OUTSIDE_QUEBEC = 99.5  # % who mean to settle outside Québec
DAYS_SINCE_SUBMISSION: Seven = (0, 20, 52, 118, 210, 298, 364)
REGIONS: tuple[dict[str, int], ...] = (
    {"Hors du Canada": 1},
    {"Ontario": 50, "Colombie-Britannique": 18, "Alberta": 14, "Manitoba": 5, "Saskatchewan": 4,
     "Nouvelle-Écosse": 4, "Nouveau-Brunswick": 3, "Terre-Neuve-et-Labrador": 1, "Île-du-Prince-Édouard": 1},
)
# fmt: on

"""Synthetic pools of ``quebec/pstq``: kinds of people whose age, French, schooling, work and place hang together.

Nobody in them exists. The parameters stand in ``pstq_people``, ``pstq_shapes`` and ``pstq_jobs``, all invented for
calibration: no estimate of the real bank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ranking.sample import pstq_shapes as shapes
from ranking.sample.draws import EPOCH, Draws, amount_by, chosen_by, days, share
from ranking.sample.filing import filed_again
from ranking.sample.pstq_jobs import FAMILIES, JOBS, NEVER, REGULATED
from ranking.sample.pstq_people import KINDS
from ranking.sample.typed import typed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import polars as pl

    from ranking.sample.draws import Whole
    from ranking.sample.typed import Columns
    from rules.regulation import Regulation

FIVE_YEARS = 60
LEVELS = tuple(shapes.LEVELS)
TALENTS = ("none", "achievement", "opinion")
OFFERS = ("none", "inside_cmm", "outside_cmm")
STUDIES = ("none", "ongoing", "completed")
FAMILY = ("none", "principal", "spouse")


def people(regulation: Regulation, draws: Draws, on: date) -> pl.DataFrame:
    """Draw what each declaration says, one row each, typed as the law says. Numbers and instants are for ``filing``.

    Months are whole, ages are measured on ``on``, spouse columns are null exactly where no spouse accompanies.
    """
    kind = draws.divided("kind", [k.share for k in KINDS])
    jobs = regulation.inputs["main_occupation"].labels
    columns: Columns = {}
    _place(draws, kind, columns)
    _schooling(draws, kind, columns)
    _age(draws, kind, columns)
    _work(draws, kind, columns)
    _outside(draws, columns)
    _french(draws, kind, columns)
    _job(draws, kind, columns, jobs)
    _couple(draws, kind, columns)
    _family(draws, columns)
    _about(draws, kind, columns)
    return _frame(_filed_again(draws, columns), regulation, jobs, on)


def _place(draws: Draws, kind: Whole, to: Columns) -> None:
    """Who stays in Québec, or did before, as everyone with its diploma; where; how long without work or studies."""
    staying = draws.happens_by("staying", kind, [k.staying for k in KINDS])
    to["staying_in_quebec"] = staying
    to["living_outside_cmm"] = staying & draws.happens_by("outside", kind, [k.outside for k in KINDS])
    to["has a diploma"] = draws.happens_by("has a diploma", kind, [k.diploma[0] for k in KINDS])
    to["been here"] = staying | to["has a diploma"] | draws.happens("stayed before", shapes.STAYED_BEFORE)
    idle = amount_by(draws.of("idle"), np.zeros_like(kind), [shapes.IDLE_MONTHS])
    to["idle"] = np.where(to["been here"], idle, 0)


def _schooling(draws: Draws, kind: Whole, to: Columns) -> None:
    """Diplomas of Québec and from elsewhere, the higher of the two, and months of study in Québec."""
    away = draws.chosen_by("school", kind, _levels([shapes.SCHOOLS[k.school] for k in KINDS]))
    diploma = draws.chosen_by("diploma", kind, _levels([shapes.DIPLOMAS[k.diploma[1]] for k in KINDS]))
    to["quebec_diploma"] = np.where(to["has a diploma"], diploma, 0)
    to["education"] = np.maximum(away, to["quebec_diploma"])
    low, high = np.array([months for _, months in shapes.LEVELS.values()], dtype=np.int64).T[:, to["quebec_diploma"]]
    to["studied"] = low + (draws.of("studied") * (high - low) >> 32)
    draw = draws.of("unfinished")
    ongoing, completed = np.array([[share(percent) for percent in k.studies] for k in KINDS], dtype=np.int64)[kind].T
    status = np.where(draw < ongoing, 1, np.where(draw < ongoing + completed, 2, 0))
    to["quebec_study_status"] = np.where(to["staying_in_quebec"], status, 0)
    months = amount_by(draws.of("unfinished months"), np.zeros_like(kind), [shapes.UNFINISHED_MONTHS])
    to["quebec_study_months"] = np.where(to["quebec_study_status"] > 0, months, 0)


def _age(draws: Draws, kind: Whole, to: Columns) -> None:
    """Ages in days: of the kind, and not below what the diploma takes."""
    old = amount_by(draws.of("age"), kind, [[days(years) for years in k.age] for k in KINDS])
    least = np.array([days(years) for years, _ in shapes.LEVELS.values()], dtype=np.int64)[to["education"]]
    to["days"] = np.where(old < least, least + draws.whole("age above the least", 0, 3 * 365), old) + 2


def _work(draws: Draws, kind: Whole, to: Columns) -> None:
    """Months of work within five years: in Québec, in all, in the main occupation. Each is at most what holds it."""
    grown = np.clip((to["days"] - days(17)) * 4800 // 146_097, 0, FIVE_YEARS)
    here = amount_by(draws.of("worked here"), kind, [k.here for k in KINDS])
    here = np.where(to["been here"], np.minimum(here, grown), 0)
    studied = to["studied"] + to["quebec_study_months"]
    to["stay"] = here + studied + to["idle"]
    room = np.clip(grown - to["stay"], 0, None)
    away = np.minimum(amount_by(draws.of("worked away"), kind, [k.away for k in KINDS]), room)
    steps = np.array(shapes.LOYALTY_STEPS, dtype=np.int64)
    loyal_here, loyal_away = (
        steps[draws.chosen_by(f"loyal {where}", kind, [shapes.LOYALTY[k.loyalty][i] for k in KINDS])]
        for i, where in enumerate(("here", "away"))
    )
    to["quebec_experience_months"] = here
    to["experience_months"] = here + away
    to["main_occupation_quebec_months"] = here * loyal_here // 100
    to["main_occupation_months"] = to["main_occupation_quebec_months"] + away * loyal_away // 100


def _outside(draws: Draws, to: Columns) -> None:
    """Months outside the CMM: a share of the stay; work and studies only as far as one lived there."""
    steps = np.array(shapes.OUTSIDE_STEPS, dtype=np.int64)
    outside = to["living_outside_cmm"].astype(np.int64)
    part = steps[draws.chosen_by("time outside", outside, shapes.OUTSIDE_TIME)]
    home = to["stay"] * part // 100
    works = draws.happens("worked outside", shapes.WORKED_OUTSIDE)
    studies = draws.happens_by("studied outside", outside, shapes.STUDIED_OUTSIDE)
    to["outside_cmm_residence_months"] = home
    to["outside_cmm_work_months"] = np.where(works, to["quebec_experience_months"] * part // 100, 0)
    studied = to["studied"] + to["quebec_study_months"]
    to["outside_cmm_study_months"] = np.where(studies, np.minimum(studied, home), 0)


def _french(draws: Draws, kind: Whole, to: Columns) -> None:
    """Four levels of the person and of the spouse: what one writes hangs on what one speaks, spouses on each other."""
    own = draws.of("french")
    alike = np.where(draws.happens("alike in french", shapes.ALIKE), own, draws.of("spouse_french"))
    for whose, (name, rank) in enumerate((("", own), ("spouse_", alike))):
        rows = [k.french[whose] for k in KINDS]
        oral = chosen_by(rank, kind, [shapes.FRENCH[row] for row in rows])
        lack = draws.chosen_by(f"{name}writing", kind, [shapes.WRITING[row] for row in rows])
        written = np.where(oral > 0, np.clip(oral + lack + shapes.WRITING_FROM, 1, 12), 0)
        for pair, level in ((("speaking", "listening"), oral), (("writing", "reading"), written)):
            step = draws.chosen(f"{name}{pair[1]}", shapes.SKILL_STEPS) - 1
            to[f"{name}french_{pair[0]}"] = level
            to[f"{name}french_{pair[1]}"] = np.where(level > 0, np.clip(level + step, 1, 12), 0)


def _job(draws: Draws, kind: Whole, to: Columns, jobs: Sequence[str]) -> None:
    """Occupation, whether it is regulated, licence, offer."""
    job = draws.chosen_by("job", kind, [_jobs(JOBS[k.jobs], jobs) for k in KINDS])
    percent = np.array([_regulated(code) for code in jobs], dtype=np.int64)[job]
    part = np.minimum(percent * np.array([k.regulated for k in KINDS], dtype=np.int64)[kind] // 100, 100)
    percent = np.where(percent < 100, part, percent)
    regulated = draws.of("regulated") * 100 < percent << 32
    licensed = draws.happens_by("licensed", kind, [k.licensed for k in KINDS])
    offer = draws.happens_by("offer", kind, [k.offer for k in KINDS])
    to["main_occupation"] = job
    to["regulated_job"] = regulated
    to["practice_authorization"] = np.where(regulated, licensed, draws.happens("licence", shapes.LICENSED_OTHERWISE))
    to["job_offer"] = np.where(offer, 1 + to["living_outside_cmm"], 0)


def _couple(draws: Draws, kind: Whole, to: Columns) -> None:
    """Who has an accompanying spouse, and the spouse: of about the same age, often alike in schooling and French."""
    ends = np.array([days(years) for years, _ in shapes.COUPLE_BY_AGE], dtype=np.int64)
    factor = np.array([part for _, part in shapes.COUPLE_BY_AGE], dtype=np.int64)[np.searchsorted(ends, to["days"])]
    percent = np.array([k.couple for k in KINDS], dtype=np.int64)[kind] * factor
    couple = draws.of("couple") * 10_000 < percent << 32
    staying = to["staying_in_quebec"].astype(np.int64)
    gap = amount_by(draws.of("years apart"), np.zeros_like(kind), [[days(years) for years in shapes.SPOUSE_YEARS]])
    alike = draws.happens("alike in schooling", shapes.ALIKE)
    rank = np.where(alike, draws.of("school"), draws.of("spouse_school"))
    school = chosen_by(rank, kind, _levels([shapes.SCHOOLS[k.school] for k in KINDS]))
    chance = staying + (staying & (to["quebec_diploma"] > 0))
    has = draws.happens_by("spouse has a diploma", chance, shapes.SPOUSE_DIPLOMA)
    diploma = draws.chosen_by("spouse diploma", kind, _levels([shapes.DIPLOMAS[k.diploma[1]] for k in KINDS]))
    part = np.array(shapes.OUTSIDE_STEPS, dtype=np.int64)[draws.chosen_by("spouse work", staying, shapes.SPOUSE_WORK)]
    to["accompanying_spouse"] = couple
    to["spouse days"] = np.maximum(to["days"] + gap, days(18) + 2 + draws.whole("young spouse", 0, 1000))
    to["spouse_quebec_diploma"] = np.where(has, diploma, 0)
    to["spouse_education"] = np.maximum(school, to["spouse_quebec_diploma"])
    to["spouse_quebec_experience_months"] = np.minimum(to["stay"] * part // 100, FIVE_YEARS)


def _family(draws: Draws, to: Columns) -> None:
    family = draws.chosen("family", (100 - sum(shapes.FAMILY), *shapes.FAMILY))
    to["family_in_quebec"] = np.where((family == 2) & ~to["accompanying_spouse"], 0, family)


def _about(draws: Draws, kind: Whole, to: Columns) -> None:
    """What no rule reads: sex and region; and talent, which is that of the kind."""
    to["exceptional_talent"] = np.array([TALENTS.index(k.talent) for k in KINDS], dtype=np.int64)[kind]
    to["sex"] = draws.happens_by("sex", kind, [k.women for k in KINDS]).astype(np.int64)
    names = _regions()
    where = to["staying_in_quebec"].astype(np.int64) + to["living_outside_cmm"]
    to["region"] = draws.chosen_by("region", where, [[row.get(name, 0) for name in names] for row in shapes.REGIONS])


def _filed_again(draws: Draws, columns: Columns) -> Columns:
    """Let the second declaration of a person say what the first says, but for a new test of oral French."""
    first = filed_again(draws)
    again = first != np.arange(draws.size)
    said = {name: values[first] for name, values in columns.items()}
    for name in ("french_speaking", "french_listening"):
        said[name] = np.where(again, np.clip(said[name] + draws.whole(f"new {name}", 0, 3), 0, 12), said[name])
    return said


def _frame(columns: Columns, regulation: Regulation, jobs: Sequence[str], on: date) -> pl.DataFrame:
    """Put the columns that the law knows into its order and types, with nulls where they apply to nobody."""
    words: dict[str, Sequence[str]] = {
        "education": LEVELS,
        "quebec_diploma": LEVELS,
        "spouse_education": LEVELS,
        "spouse_quebec_diploma": LEVELS,
        "main_occupation": jobs,
        "job_offer": OFFERS,
        "quebec_study_status": STUDIES,
        "family_in_quebec": FAMILY,
        "exceptional_talent": TALENTS,
        "sex": ("M", "F"),
        "region": _regions(),
    }
    today = (on - EPOCH).days
    columns["birth_date"] = today - columns["days"]
    columns["spouse_birth_date"] = today - columns["spouse days"]
    alone = ~columns["accompanying_spouse"]
    nulls = {name: alone for name, attribute in regulation.attributes.items() if attribute.only_when}
    return typed(columns, words, nulls, regulation)


def _levels(rows: Sequence[Mapping[str, int]]) -> list[list[int]]:
    return [[row.get(level, 0) for level in LEVELS] for row in rows]


def _jobs(families: Mapping[str, int], jobs: Sequence[str]) -> list[int]:
    """Give the weight of every occupation of the law's list for a kind: the families share, then the codes in each."""
    weights = dict.fromkeys(jobs, 0)
    for family, weight in families.items():
        codes = FAMILIES.get(family) or {code: 1 for code in jobs if code not in NEVER}
        total = sum(codes.values())
        for code, own in codes.items():
            if code in weights:
                weights[code] += weight * own * 1_000_000 // total
    return list(weights.values())


def _regulated(code: str) -> int:
    """Find the percentage of regulated jobs of an occupation: that of the longest beginning of its code."""
    return next((REGULATED[code[:n]] for n in range(len(code), 0, -1) if code[:n] in REGULATED), 0)


def _regions() -> list[str]:
    return list(dict.fromkeys(name for row in shapes.REGIONS for name in row))

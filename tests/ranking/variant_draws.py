"""Variants drawn at random, and the law that each of them is, for tests of sweeps."""

import random

import numpy as np

from ranking.simulate.variants import place
from rules.citation import Title
from rules.scenario import Change, Scenario, apply


def chance_of(seed):
    return random.Random(seed)  # noqa: S311 - no secret is made of it


def places_of(law):
    """Every cell and every cap of a law, as a scenario writes them."""
    found = []
    for criterion in law.criteria:
        for table in criterion.tables:
            for row in range(len(table.rows.keys)):
                names = [table.columns.name(column) for column in range(len(table.points[0]))] if table.columns else []
                at = f"criteria.{criterion.id}.{table.id}['{table.rows.name(row)}']"
                found += [f"{at}['{name}']" for name in names] or [at]
    for kind, parts in (("criteria", law.criteria), ("groups", law.groups)):
        for part in parts:
            names = [] if part.cap is None else [named(key) for key in part.cap.columns]
            if part.cap is not None:
                found += [f"{kind}.{part.id}.cap['{name}']" for name in names] or [f"{kind}.{part.id}.cap"]
    return found


def named(key):
    """A column as an address writes it."""
    return str(key).lower() if isinstance(key, bool) else "none" if key is None else str(key)


def scenario_of(law, places, values):
    """A scenario that sets places to values."""
    found = [place(at, law) for at in places]
    changes = [Change(at=one.at, was=one.base, to=int(value)) for one, value in zip(found, values, strict=True)]
    title = Title(fr="essai", en="trial")
    return Scenario(title=title, program=law.program, base=law.day, change=tuple(changes))


def draw_variants(law, chance, count):
    every = places_of(law)
    places = chance.sample(every, min(len(every), chance.randint(1, 6)))
    base = [place(at, law).base for at in places]
    steps = chance.choice([[-30, -5, -1, 0, 0, 1, 7, 40], [-999, 0, 999], [0, 0, 5]])
    values = [
        [moved(at, was + chance.choice(steps)) for at, was in zip(places, base, strict=True)] for _ in range(count)
    ]
    return places, np.array(values, dtype=np.int64).reshape(count, len(places))


def moved(at, points):
    """Points of a cell may be negative, a cap may not."""
    return max(points, 0) if ".cap" in at else points


def changed(law, places, values):
    """The law that a variant is, as a scenario makes it."""
    return apply(scenario_of(law, places, values), law)

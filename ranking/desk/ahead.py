"""A year ahead of the desk: rounds projected under the law in force and under a reform, with their bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.desk import place, shown
from ranking.desk.opened import by_columns
from ranking.pool import read_pool
from ranking.simulate.cells import grid
from ranking.simulate.projection.replications import run
from ranking.simulate.projection.report import report
from ranking.simulate.projection.setting import Wanted, read_wanted, setting
from rules.scenario import written
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from ranking.desk.opened import Opened
    from ranking.simulate.results import Results
    from rules.scenario import Scenario
    from rules.text import Lang

MONTHS = 12
EMPTY = Text(
    "Douze mois de rondes, sous la règle en vigueur et sous la vôtre : quelques secondes par répétition.",
    "Twelve months of rounds, under the law in force and under yours: a few seconds a replication.",
)
PICTURES = ("backlog", "cut_offs", "chances")
TABLES = ("differences", "assumptions")


def ahead(
    opened: Opened, reform: Scenario | None, replications: int, done: Callable[[int], None], months: int = MONTHS
) -> Results:
    """Project a year of rounds on a pool; ``done`` is told each replication. What was run before is read again."""
    folder = place.private() / "ahead"
    scenarios: tuple[str, ...] = ()
    if reform is not None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{reform.hash[:16]}.toml"
        path.write_text(written(reform), encoding="utf-8")
        scenarios = (str(path),)
    begins = opened.instruction.facts_on
    wanted = Wanted(str(opened.instruction_file), begins, months, scenarios)
    _, when = read_wanted(wanted)
    law = opened.instruction.regulation
    with by_columns(opened.columns):
        pool = read_pool(opened.file, law, quarantine=True, facts_on=when.days[0], extracted_at=when.begins)
    made = setting(wanted, pool.frame, pool.fingerprint)
    kept = run(made, folder, replications, workers=1, done=done)
    said = {"pool": opened.file.name, "instruction": opened.instruction_file.name}
    return report(made, kept.read(replications), replications, said)


def page(found: Results, lang: Lang) -> str:
    """Show a projection: in words, its pictures, what differs and what was assumed."""
    words = "".join(shown.text(one.to(lang)) for one in found.sentences(found.figures))
    drawn = [
        shown.drawing(found.drawn(name, lang), found.charts[name].title.to(lang), lang)
        for name in PICTURES
        if name in found.charts
    ]
    told = [grid(found.tables[name], lang) for name in TABLES if name in found.tables]
    return shown.page(words, shown.blocks(drawn), shown.blocks(told))

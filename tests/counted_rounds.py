"""Random rounds for draws by counts, and the comparison of such a draw with the round itself."""

import random
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal
from strategies import toml
from test_composed_rounds import SEED, dated
from test_round import CITE, TITLE, day_of_law, make_round

from ranking.contribution import EXCLUSIONS, Contribution
from ranking.counted import draw
from ranking.instruction import read_instruction
from ranking.pool import check_pool
from ranking.round import run_round

EXCLUDED = [
    {"id": "audit", "declarations": ["a", "Z", "\ufffd"], "author": "A. B."},
    {"id": "south", "where": {"ward": "south"}, "author": "A. B."},
    {"id": "few", "where": {"lanterns": "(-, 3)"}, "author": "A. B."},
]
REASONS = ["withdrawn", "already_invited", "audit"]


def write_instruction(folder, law, drawn, exclusions):
    """Write the instruction of a drawn round, with exclusions and a seed, and read it back."""
    head = {"program": "lumen/guild", "id": "trial", "title": TITLE, "cite": CITE}
    head |= {"seed": SEED} if any(one.get("ties") == "lot" for one in drawn.selections) else {}
    head |= {"exclusion": [{"title": TITLE} | one for one in exclusions]} if exclusions else {}
    lines = [f"{key} = {dated(value)}" for key, value in head.items()]
    lines += [f"law_on = {day_of_law(drawn.extracted_at)}", f"extracted_at = {drawn.extracted_at.isoformat()}"]
    for number, one in enumerate(drawn.selections, 1):
        said = {"id": f"s{number}", "title": TITLE, "certainty": "published"} | one
        lines += ["[[selection]]", *[f"{key} = {toml(value)}" for key, value in said.items() if value is not None]]
    path = Path(folder) / "counted.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_instruction(path, program=law)


def random_round(here, seed, size, selections):
    """Make a round that counts can draw: its instruction, its pool, and what a ledger knows of it."""
    drawn = make_round(here.program, seed, size, selections)
    chance = random.Random(seed + 1)  # noqa: S311 - a seed that a failing test names
    for one in drawn.selections:
        if one["mechanism"] == "count" and chance.random() < 0.3:
            one["ties"] = "lot"
        if one["where"] and not one["stream"] and "min_score" not in one and chance.random() < 0.4:
            one["criteria"] = False
    exclusions = [] if chance.random() < 0.5 else chance.sample(EXCLUDED, chance.randint(1, 3))
    instruction = write_instruction(here.folder, here.law, drawn, exclusions)
    at = instruction.source.extracted_at
    pool = check_pool(drawn.pool.frame(), instruction.regulation, facts_on=instruction.facts_on, extracted_at=at)
    return instruction, pool, owed_in(pool, chance)


def owed_in(pool, chance):
    """Make what a ledger knows: some declarations and some persons out, sometimes for two reasons."""
    persons = pool.frame["person_id"].drop_nulls().to_list() if "person_id" in pool.frame.columns else []
    numbers = pool.frame["declaration_id"].to_list()
    some = [(number, None, chance.choice(REASONS)) for number in numbers if chance.random() < 0.08]
    some += [(None, person, chance.choice(REASONS)) for person in persons if chance.random() < 0.08]
    some += [(number, "P1", chance.choice(REASONS)) for number in numbers if chance.random() < 0.03]
    return Contribution(pl.DataFrame(some, schema=EXCLUSIONS, orient="row"))


def check_same(instruction, pool, owed, engine, folder, most_keys):
    """Draw by counts on ``engine``, and compare with the round: invitations, outcomes, and what each selection did."""
    done = run_round(instruction, pool, owed)
    drawn = draw(instruction, engine, folder, owed, most_keys=most_keys)
    order = ["selection", "rank"]
    invited = read(folder / "invitations.parquet").with_columns(pl.col("submitted_at").cast(pl.Datetime("us", "UTC")))
    assert_frame_equal(invited.sort(order), done.invitations.sort(order))
    assert_frame_equal(read(folder / "outcomes.parquet").sort("declaration_id"), done.outcomes)
    assert drawn.outcomes == done.sheet.counts
    by_selection = done.outcomes.group_by("outcome", "selection").len().rows()
    assert drawn.by_selection == {(outcome, selection): count for outcome, selection, count in by_selection}
    for found, result in zip(drawn.selections, done.results, strict=True):
        taken = result.taken
        assert (found.id, found.candidates, found.unknown) == (result.selection.id, result.candidates, result.unknown)
        assert (found.invited, found.cut_off) == (len(taken.positions), result.cut_off)
        assert (found.tied, found.tied_taken) == (taken.tied, taken.tied_taken)
    return drawn


def read(path):
    """Read what an engine wrote: a file, or a folder of files."""
    return pl.read_parquet(path / "*.parquet" if path.is_dir() else path)

"""``tirage simulate sweep``: each variant is what a round under the changed law gives; a wrong file is refused."""

import json
from functools import cache

import numpy as np
import polars as pl
import pytest
from rounds import make_here, pool_of, tirage
from test_round import LETTERS, count, declaration, write_instruction

from ranking.instruction import read_instruction
from ranking.outcomes import Outcome
from ranking.reference import data_folder
from ranking.round import run_round
from ranking.simulate import sweep
from ranking.simulate.changes import Changes
from ranking.simulate.groups_of import Attributes
from ranking.simulate.results import Provenance
from ranking.simulate.sweep_file import read_sweep
from ranking.simulate.sweep_results import results
from rules.citation import Title
from rules.faults import LawError
from rules.program import load
from rules.scenario import Change, Scenario

HEAD = 'title = { fr = "essai", en = "trial" }\nprogram = "lumen/guild"\nbase = 2030-09-17\n'
WICK, ARC = "criteria.lamp.points['wick'][false]", "criteria.lamp.points['arc'][false]"


def span(at, said, title="lampes"):
    return f'[[range]]\ntitle = {{ fr = "{title}", en = "{title}" }}\nat = {json.dumps(at)}\n{said}\n'


TWO = HEAD + span(WICK, "from = 4\nto = 36\nstep = 16", "mèche") + span([WICK, ARC][1:], "times = [0, 0.5, 1.1]", "arc")
TWO += f'[[variant]]\ntitle = {{ fr = "seule", en = "alone" }}\nset = {{ "{WICK}" = 33, "{ARC}" = 2 }}\n'


@pytest.fixture(scope="module", autouse=True)
def _law_read_once():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ranking.instruction.load", cache(load))
        yield


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return make_here(tmp_path_factory.mktemp("sweep"))


@pytest.fixture(scope="module")
def ground(here):
    """An instruction of two selections, and a hundred people."""
    instruction = write_instruction(here, [count(12, where={"ward": "north"}), count(20)])
    chance = np.random.default_rng(5)
    letters = list(LETTERS)
    rows = [
        declaration(
            f"D{number:03}",
            letters[chance.integers(len(letters))],
            lamp=["none", "wick", "oil", "arc"][chance.integers(4)],
            ward=["north", "south"][chance.integers(2)],
        )
        for number in range(100)
    ]
    return instruction, pool_of(rows, instruction)


def read(text, law, folder):
    (folder / "sweep.toml").write_text(text, encoding="utf-8")
    return read_sweep(folder / "sweep.toml", law)


def law_of(instruction, wick, arc):
    changes = (Change(at=WICK, was=5, to=wick), Change(at=ARC, was=25, to=arc))
    scenario = Scenario(
        title=Title(fr="x", en="x"), program="lumen/guild", base=instruction.regulation.day, change=changes
    )
    return Changes(instruction, None, (scenario,)).after


def test_every_variant_is_a_round_under_the_changed_law(here, ground):
    instruction, pool = ground
    swept = read(TWO, instruction.regulation, here.folder)
    points = [(5, 25), *[(wick, arc) for wick in (4, 20, 36) for arc in (0, 13, 28)], (33, 2)]
    assert [tuple(row) for row in swept.variants.values.tolist()] == points
    rounds = sweep(pool.frame, instruction.regulation, swept.variants, facts_on=instruction.facts_on)
    groupings = Attributes(pool.frame, instruction.regulation, instruction.facts_on).by(["ward"])
    made = results(swept, rounds.rounds(instruction, pool), groupings, Provenance("trial"))
    base = run_round(instruction, pool).sheet.outcome == Outcome.invited
    for number, (wick, arc) in enumerate(points):
        done = run_round(law_of(instruction, wick, arc), pool)
        inside = done.sheet.outcome == Outcome.invited
        row = made.tables["variants"].frame.row(number, named=True)
        assert (row["gained"], row["lost"]) == (int((inside & ~base).sum()), int((base & ~inside).sum()))
        assert row["after"] == int(inside.sum()) == row["kept"] + row["gained"]
        cut_offs = made.tables["cut_offs"].frame.filter(pl.col("variant") == number)
        assert cut_offs["cut_off"].to_list() == [result.cut_off for result in done.results]
        shares = made.tables["shares"].frame.filter(pl.col("variant") == number)
        invited = pool.frame["ward"].cast(pl.String).filter(pl.Series(inside)).value_counts(name="n")
        assert dict(shares.select("value", "taken").rows()) == dict(invited.rows())
    assert made.tables["variants"].frame.row(0, named=True)["gained"] == 0
    assert made.tables["variants"].frame["step_1"].to_list()[1:4] == [0.0, 0.5, 1.1]
    assert made.figures["variants"] == 11


def test_one_range_moves_at_a_time_where_the_file_says_so(here, ground):
    law = ground[0].regulation
    swept = read(TWO.replace("base", 'combine = "one_by_one"\nbase', 1), law, here.folder)
    assert len(swept.variants) == 1 + 3 + 3 + 1
    assert swept.titles[2].fr == "mèche : 20"
    assert swept.titles[5].fr == "arc : × 0,5"
    assert swept.titles[5].en == "arc: × 0.5"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (HEAD, "no variant"),
        (TWO.replace("lumen/guild", "quebec/pstq"), "quebec/pstq"),
        (TWO.replace("2030-09-17", "2030-09-18"), "2030-09-18"),
        (HEAD + span(WICK, "from = 4"), "lampes"),
        (HEAD + span(WICK, "values = [1]\ntimes = [2]"), "lampes"),
        (HEAD + span("criteria.lamps.points['wick'][false]", "values = [1]"), "lamps"),
        (HEAD + span(WICK, "from = 0\nto = 30000"), "20,000"),
        (HEAD + span(WICK, "values = [1]\nstep = 0"), "step"),
        (HEAD + span(WICK, "times = [-1]"), "times"),
    ],
)
def test_a_wrong_file_is_refused_in_words(here, ground, text, found):
    with pytest.raises(LawError) as caught:
        read(text, ground[0].regulation, here.folder)
    assert found in caught.value.render("en")


def test_the_command_sweeps_the_example(tmp_path):
    from ranking import sample

    file = data_folder() / "instructions" / "quebec" / "pstq" / "2026-04-30.toml"
    law = read_instruction(file)
    sample.generate(law.regulation, 3000, seed=7, on=law.facts_on).write_parquet(tmp_path / "p.parquet")
    said = ("simulate", "sweep", data_folder() / "sweeps" / "pstq-outside-cmm.toml", "--pool", tmp_path / "p.parquet")
    done = tirage(*said, "--instruction", file, "--by", "sex", "--lang", "fr", "--out", tmp_path / "out")
    assert done.status == 0, done.err
    assert "SIMULATION – pas une décision" in done.out
    variants = pl.read_csv(tmp_path / "out" / "variants.csv")
    assert variants.height == 21
    assert (variants["kept"] + variants["gained"] == variants["after"]).all()
    assert {"variants.svg", "cut_offs.png", "shares.parquet"} <= {path.name for path in (tmp_path / "out").iterdir()}

"""The bench can be imported, its peers score as this engine does, and its page says what was measured."""

from importlib import import_module
from pathlib import Path

import polars as pl
import pytest

from bench.aims import aims
from bench.draw import draw
from bench.laws import EXPRESS_ENTRY, LAWS
from bench.machine import machine
from bench.peers import PEERS, AbsentError, Named, column, names, peer
from bench.report import page
from bench.scoring import TIRAGE, Scoring, differ
from bench.sweep import run
from ranking import score
from ranking.columns import ID

BENCH = Path(__file__).parents[1] / "bench"
COMPILED = {"c_kernel", "numba_kernel"}


@pytest.fixture(scope="module")
def pools():
    return {law.program: law.pool(1_500) for law in LAWS}


@pytest.mark.parametrize("module", sorted(file.stem for file in BENCH.glob("*.py")))
def test_a_module_can_be_imported(module):
    assert import_module(f"bench.{module}")


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.program)
@pytest.mark.parametrize("named", PEERS, ids=lambda named: named.title)
def test_a_peer_gives_the_same_points(law, named, pools):
    if named.module in COMPILED and law != EXPRESS_ENTRY:
        pytest.skip("compiled in seconds: one law here, and everything in the bench itself")
    try:
        built = peer(named, law.regulation, law.day)
    except AbsentError as reason:
        pytest.skip(str(reason))
    pool = pools[law.program]
    taken, expected = built.take(pool), score(pool, law.regulation, facts_on=law.day)
    differ(built.read(built.score(taken)), expected, [column("score")])
    if hasattr(built, "breakdown") and named.module not in COMPILED:
        differ(built.read(built.breakdown(taken)), expected, names(law.regulation))


def test_a_point_that_differs_is_found_whatever_the_order_of_the_rows(pools):
    pool = pools[EXPRESS_ENTRY.program]
    expected = score(pool, EXPRESS_ENTRY.regulation, facts_on=EXPRESS_ENTRY.day, breakdown=False)
    differ(expected.reverse(), expected, ["score"])
    wrong = expected.with_columns(pl.when(pl.col(ID) == pool[ID][7]).then(0).otherwise("score").alias("score"))
    with pytest.raises(AssertionError, match="score differs in 1 of 1500"):
        differ(wrong.reverse(), expected, ["score"])


def test_a_peer_that_is_not_installed_is_absent():
    with pytest.raises(AbsentError, match="not installed"):
        peer(Named("nobody", "nobody", "1", ""), EXPRESS_ENTRY.regulation, EXPRESS_ENTRY.day)


def test_the_page_tells_what_was_measured_what_was_not_and_who_was_left_out(pools):
    pool = pools[EXPRESS_ENTRY.program]
    found = {"full": False, "rounds": 1, "machine": machine(), "sweep": run(EXPRESS_ENTRY, pool, (2,))}
    found |= {"draw": draw(EXPRESS_ENTRY, pool, [pool.height], 1)}
    measured = Scoring(EXPRESS_ENTRY, 1)
    measured.peers = {title: one for title, one in measured.peers.items() if one[0].module == "polars_when"}
    measured.at(pool, [500])
    measured.leave_out("nobody", "not installed")
    text = page(found | {"scoring": measured.rows, "absent": measured.absent})
    assert all(aim.met is None for aim in aims(found | {"scoring": measured.rows}))
    assert "- nobody, `canada/express_entry`: not installed" in text
    assert f"30 among {pool.height:,}" in text
    assert all(f"\n| {name} |" in text for name in (TIRAGE, "polars when/then"))

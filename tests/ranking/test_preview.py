"""Before release: nobody above a cut-off without a reason, groups that vanished, lists that changed."""

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounds import declaration, keep, make_here, tirage
from strategies import examples
from test_round import EVERYONE, count, draw_round

from ranking import receipt
from ranking.faults import RoundError
from ranking.kept import read_kept
from ranking.preview import preview

# Two places: a and b. c has as many points as b and filed as early, but a later number; d has more points than b and is
# of no stream, for want of a lamp; e too, and it is not known whether it is sworn; f is far below.
ROWS = [
    declaration("a", 60),
    declaration("b", 8),
    declaration("c", 8),
    declaration("d", 60, lamp="none", craft="L408"),
    declaration("e", 60, craft="L408", lamp="none", sight_test=70, sworn=None),
    declaration("f", 0),
]


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return make_here(tmp_path_factory.mktemp("preview"))


@pytest.fixture
def kept(here):
    return keep(here, ROWS, [count(2)])


def reasons(found):
    rows = found.overlooked.to_dicts()
    return {row["declaration_id"]: (row["reason"], row["requirement"]) for row in rows}


def test_each_of_those_above_the_cut_off_has_a_reason(kept):
    found = preview(kept.kept, kept.pool)
    assert reasons(found) == {"d": ("not_eligible", "lighter.able"), "e": ("unknown", None)}
    assert (found.without_reason, found.empty) == (0, [])


def tampered(kept, number, outcome):
    """Write in the folder that a declaration was not invited, with another outcome: who came before is overlooked."""
    outcomes = pl.read_parquet(kept.folder / "outcomes.parquet")
    this = pl.col("declaration_id") == number
    told = pl.when(this).then(pl.lit(outcome)).otherwise(pl.col("outcome")).alias("outcome")
    outcomes.with_columns(told).write_parquet(kept.folder / "outcomes.parquet")
    invitations = pl.read_parquet(kept.folder / "invitations.parquet")
    invitations.filter(~this).write_parquet(kept.folder / "invitations.parquet")
    return read_kept(kept.folder)


@pytest.mark.parametrize(
    ("outcome", "alarm"),
    [("below_cut_off", 1), ("no_selection", 1), ("not_eligible", 1), ("unknown", 1), ("expired", 0), ("excluded", 0)],
)
def test_a_person_like_the_invited_and_not_invited_is_an_alarm(kept, outcome, alarm):
    found = preview(tampered(kept, "a", outcome), kept.pool)
    assert found.without_reason == alarm
    assert reasons(found)["a"] == ("no_reason" if alarm else outcome, None)


@examples(60)
@given(st.data())
def test_no_round_of_the_engine_gives_an_alarm(tmp_path_factory, here, data):
    ran = draw_round(data, here)
    folder = tmp_path_factory.mktemp("kept") / "round"
    receipt.save(ran.done, folder)
    found = preview(read_kept(folder), ran.done.pool)
    assert found.without_reason == 0
    invited = set(ran.done.invitations["declaration_id"])
    assert not invited & set(found.overlooked["declaration_id"])


def test_a_selection_with_nobody_is_named(here):
    kept = keep(here, ROWS, [EVERYONE | {"where": {"ward": "south"}}, count(1)])
    assert preview(kept.kept, kept.pool).empty == ["s1"]


def group(found, attribute, value):
    row = found.groups.filter(attribute=attribute, value=value).row(0, named=True)
    return row["eligible"], row["invited"], row["last"], row["flag"]


def test_groups_that_vanished_and_groups_of_which_nobody_is_invited(here):
    north = [declaration(f"n{number}", 60 if number < 12 else 8) for number in range(20)]
    south = [declaration(f"s{number}", 54, ward="south") for number in range(20)]
    last = keep(here, north + south, [count(22)], name="last")
    now = keep(here, north + [row | {"reading": 0, "writing": 0, "reckoning": 0} for row in south], [count(12)])
    found = preview(now.kept, now.pool, last.kept, last.pool)
    assert group(found, "ward", "south") == (20, 0, 10, "vanished")
    assert group(found, "ward", "north") == (20, 12, 12, None)
    alone = preview(now.kept, now.pool)
    assert group(alone, "ward", "south") == (20, 0, None, "absent")
    assert alone.as_dict()["flagged"] == [{"attribute": "ward", "value": "south", "flag": "absent"}]


def test_the_lists_and_the_selections_against_those_of_the_round_before(here):
    wanted = EVERYONE | {"where": {"craft": {"in_list": "wanted"}}}
    last = keep(here, ROWS, [wanted], name="last")
    now = keep(here, ROWS, [EVERYONE | {"where": {"craft": {"in_list": "night_crafts"}}}])
    (changed,) = preview(now.kept, now.pool, last.kept).lists
    assert changed.where == "s1, craft"
    assert changed.removed == ("L010", "L110", "L301")
    assert changed.added == ("L205", "L230", "L400")
    assert changed.holders == 4
    assert preview(last.kept, last.pool, last.kept).lists == ()


def test_another_pool_is_not_that_of_the_round(here, kept):
    other = keep(here, ROWS[:3], [count(2)], name="other")
    with pytest.raises(RoundError, match="the pool of the round"):
        preview(kept.kept, other.pool, shown=("p.parquet", ""))


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", ("Personne n’est au-dessus d’un seuil", "un renseignement manque", "Groupes")),
        ("en", ("Nobody is above a cut-off", "a fact is missing", "Groups")),
    ],
    ids=["fr", "en"],
)
def test_the_command_in_both_languages(here, kept, lang, words):
    pool = here.folder / "round.parquet"
    said = ("round", "preview", kept.folder, "--pool", pool, "--against", kept.folder, "--against-pool", pool)
    ran = tirage(*said, "--lang", lang)
    assert ran.status == 0
    for word in words:
        assert word in ran.out, word
    assert json.loads(tirage(*said, "--json").out)["without_reason"] == 0


def test_the_command_ends_with_1_on_an_alarm(here, kept):
    tampered(kept, "a", "no_selection")
    ran = tirage("round", "preview", kept.folder, "--pool", here.folder / "round.parquet")
    assert ran.status == 1
    assert "Do not release this round" in " ".join(ran.out.split())
    refused = tirage("round", "preview", kept.folder, "--pool", "p.parquet", "--against-pool", "q.parquet")
    assert (refused.status, "without --against" in refused.err) == (1, True)
    assert tirage("round", "preview", kept.folder).status == 2

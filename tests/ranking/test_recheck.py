"""An invited person scored again: the facts of both instants, field by field, and whether the invitation stands."""

import json
from datetime import date

import pytest
from rounds import declaration, keep, make_here, tirage
from test_round import count, frame_of

from ranking.faults import PoolError, RoundError
from ranking.recheck import recheck

# Three places: a, b and c; the cut-off is that of c. Someone born on 1 January 2005 is 25 on the day of the round: 30
# points of age, until the day of 30 years: 1 January 2035, when the law has ended. d was born so as to be 30 soon.
SOON = date(2000, 10, 1)
ROWS = [
    declaration("a", 60, ward="south"),
    declaration("b", 54, ward="south"),
    declaration("c", 42, ward="south"),
    declaration("d", 36, ward="south"),
    declaration("s", 60, ward="south", birth_date=SOON),
]


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return make_here(tmp_path_factory.mktemp("recheck"))


@pytest.fixture(scope="module")
def kept(here):
    return keep(here, ROWS, [count(4, stream="lighter", where={"ward": "south"})])


def full(kept, **proven):
    law = kept.kept.instruction.regulation
    return frame_of([row | proven for row in ROWS], law)


def again(kept, number, at=None, **proven):
    return recheck(kept.kept, number, full(kept, **proven), at=at, before=kept.pool.frame)


def test_what_is_proven_as_declared_stands(kept):
    found = again(kept, "a")
    assert ([one.id for one in found.instants], found.fields, found.stands) == (["declared", "proven"], (), True)
    assert (found.rank, found.selection) == (1, "s1")


def test_a_field_proven_otherwise_moves_the_points(kept):
    found = again(kept, "b", reading=8, writing=8, reckoning=8)
    declared, proven = found.instants
    assert declared.score - proven.score == 12
    assert [field.name for field in found.fields] == ["reading", "writing"]
    assert (found.fields[0].declared.en, found.fields[0].proven.en) == ("10", "8")
    assert (found.above(proven), proven.score - found.cut_off, found.stands) == (True, 0, True)


def test_below_the_cut_off_does_not_stand(kept):
    found = again(kept, "b", reading=8, writing=8, reckoning=5)
    assert (found.instants[1].score - found.cut_off, found.stands) == (-6, False)


@pytest.mark.parametrize(
    ("proven", "stands"),
    [({"lamp": "none"}, False), ({"ward": "north"}, False), ({"ward": None}, None)],
    ids=["stream", "filter", "unknown"],
)
def test_no_longer_eligible_or_covered_does_not_stand(kept, proven, stands):
    assert again(kept, "a", **proven).stands is stands


def test_a_birthday_between_the_two_days_is_told(kept):
    found = again(kept, "s", at=date(2030, 10, 1))
    scores = {one.id: one.score for one in found.instants}
    assert scores["declared"] == scores["proven"] == scores["proven_later"] + 10
    assert found.fields == ()


def test_a_law_that_changes_between_the_two_days_stands_beside(kept):
    found = again(kept, "a", at=date(2032, 6, 1))
    assert [one.id for one in found.instants] == ["declared", "proven", "proven_later", "later_law"]
    later = found.instants[-1]
    assert later.law_on == date(2032, 6, 1)
    assert later.explained.law_hash != found.instants[0].explained.law_hash


def test_without_the_pool_of_the_round_no_field_is_told(kept):
    found = recheck(kept.kept, "a", full(kept))
    assert (found.fields, [one.id for one in found.instants]) == (None, ["proven"])


def test_who_was_not_invited_or_did_not_file(kept):
    with pytest.raises(RoundError, match="outcome: below_cut_off"):
        again(kept, "d")
    with pytest.raises(RoundError, match="not in the pool of the round"):
        again(kept, "z")
    with pytest.raises(PoolError, match="a declaration of the pool"):
        recheck(kept.kept, "a", full(kept).head(0))


def test_what_was_declared_must_give_the_score_of_the_invitation(kept):
    with pytest.raises(RoundError, match="points of the invitation"):
        recheck(kept.kept, "a", full(kept), before=full(kept, reading=0))


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", ("Ce qui diffère", "Lecture", "Points qui ont changé", "L’invitation ne tient pas")),
        ("en", ("What differs", "Reading", "Points that moved", "The invitation does not stand")),
    ],
    ids=["fr", "en"],
)
def test_the_command_in_both_languages(here, kept, lang, words):
    path = here.folder / "full.parquet"
    full(kept, reading=5, writing=5).write_parquet(path)
    said = ("round", "recheck", kept.folder, "b", "--pool", path, "--before", here.folder / "round.parquet")
    ran = tirage(*said, "--lang", lang)
    assert ran.status == 0
    for word in words:
        assert word in ran.out, word
    found = json.loads(tirage(*said, "--json").out)
    assert (found["stands"], found["fields"][0]["attribute"]) == (False, "reading")
    assert tirage("round", "recheck", kept.folder, "d", "--pool", path).status == 1
    assert tirage("round", "recheck", kept.folder, "b").status == 2

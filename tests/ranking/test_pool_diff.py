"""Two extractions compared: who came, left and changed, what it did to scores, and sums that balance."""

import json
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounds import declaration, make_here, tirage
from strategies import LUMEN, examples, make_pool
from test_round import frame_of

from ranking.compare_pools import FLOW, Side, compare
from ranking.pool import check_pool

DAY = date(2030, 9, 16)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return make_here(tmp_path_factory.mktemp("diff"))


def side(here, rows, day=DAY):
    law = here.program.on(day)
    return Side.of(check_pool(frame_of(rows, law), law, facts_on=day), law, day)


# a stays the same; b gains 6 points of letters; c loses its oath, and with it the stream of keepers (5 lanterns do not
# do); d leaves; e comes.
BEFORE = [declaration("a", 60), declaration("b", 36), declaration("c", 30, ward="harbour"), declaration("d", 8)]
AFTER = [
    declaration("a", 60),
    declaration("b", 42),
    declaration("c", 30, ward="harbour", sworn=False),
    declaration("e"),
]


def test_who_came_left_and_changed_what(here):
    found = compare(side(here, BEFORE), side(here, AFTER))
    assert (found.counts, found.sizes) == ({"came": 1, "left": 1, "changed": 2, "same": 1}, (4, 4))
    changes = {row["declaration_id"]: (row["change"], row["attributes"]) for row in found.rows.to_dicts()}
    assert changes == {
        "a": ("same", ""),
        "b": ("changed", "reckoning"),
        "c": ("changed", "sworn"),
        "d": ("left", ""),
        "e": ("came", ""),
    }
    attributes = {row["attribute"]: (row["declarations"], row["examples"]) for row in found.attributes.to_dicts()}
    assert attributes == {"reckoning": (1, ["b"]), "sworn": (1, ["c"])}


def test_what_it_did_to_scores_and_streams(here):
    found = compare(side(here, BEFORE), side(here, AFTER))
    assert found.scores == {"up": 1, "down": 0, "same": 2}
    flows = {row["stream"]: [row[name] for name in FLOW] for row in found.streams.to_dicts()}
    assert flows == {"lighter": [4, 1, 1, 0, 0, 4], "keeper": [4, 1, 1, 0, 1, 3]}


def test_a_score_that_a_birthday_changes_is_told_where_the_days_differ(here):
    rows = [declaration("a", birth_date=date(2000, 9, 16))]
    later = compare(side(here, rows, DAY - timedelta(days=1)), side(here, rows))
    before, after = later.rows.select("score_before", "score_after").row(0)
    assert (later.counts["same"], later.scores["down"], before - after) == (1, 1, 10)


def balances(table):
    for row in table.to_dicts():
        assert row["before"] - row["left"] + row["came"] + row["won"] - row["lost"] == row["after"]


@examples(60)
@given(st.data())
def test_sums_balance_and_the_other_way_is_the_mirror(here, data):
    law = here.program.on(DAY)
    seed = data.draw(st.integers(0, 2**16))
    made = make_pool(law, LUMEN, seed, 12, DAY)
    numbers = [f"n{number}" for number in range(len(made.rows))]
    rows = [row | {"declaration_id": number} for row, number in zip(made.rows, numbers, strict=True)]
    again = data.draw(st.permutations(range(len(rows))))
    shuffled = [rows[one] | {"declaration_id": number} for one, number in zip(again, numbers, strict=True)]
    kept = [data.draw(st.sets(st.sampled_from(numbers))) if numbers else set() for _ in range(2)]

    def of(rows_, ids):
        frame = type(made)([row for row in rows_ if row["declaration_id"] in ids], made.columns, law).frame()
        return Side.of(check_pool(frame, law, facts_on=DAY), law, DAY)

    one, other = of(rows, kept[0]), of(shuffled, kept[1])
    there, back = compare(one, other), compare(other, one)
    before, after = there.sizes
    assert (before, after) == (one.pool.frame.height, other.pool.frame.height)
    assert before - there.counts["left"] + there.counts["came"] == after
    balances(there.streams)
    balances(there.bands)
    assert there.bands["before"].sum() == before
    assert there.bands["after"].sum() == after
    mirror = {"came": "left", "left": "came", "changed": "changed", "same": "same"}
    assert {mirror[name]: count for name, count in there.counts.items()} == back.counts
    assert there.scores["up"] == back.scores["down"]
    assert there.attributes.equals(back.attributes)
    turned = back.rows.rename({"score_before": "score_after", "score_after": "score_before"})
    columns = ["declaration_id", "attributes", "score_before", "score_after"]
    assert there.rows.select(columns).equals(turned.select(columns))
    itself = compare(one, one)
    assert itself.counts == {"came": 0, "left": 0, "changed": 0, "same": before}
    assert itself.attributes.is_empty()
    assert itself.scores == {"up": 0, "down": 0, "same": before}


# The command


@pytest.fixture(scope="module")
def files(here):
    law = here.program.on(DAY)
    paths = []
    for name, rows in (("before", BEFORE), ("after", AFTER)):
        paths.append(here.folder / f"{name}.parquet")
        frame_of(rows, law).write_parquet(paths[-1])
    return paths


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", ("parties", "Assermentation", "1 en hausse, 0 en baisse, 2 inchangés", "Gardiens")),
        ("en", ("left", "Sworn", "1 up, 0 down, 2 unchanged", "Keepers")),
    ],
    ids=["fr", "en"],
)
def test_the_command_in_both_languages(here, files, lang, words):
    out = here.folder / "diff.csv"
    ran = tirage("pool", "diff", *files, "--program", here.law, "--on", DAY, "--out", out, "--lang", lang)
    assert ran.status == 0
    for word in words:
        assert word in ran.out, word
    assert pl.read_csv(out)["declaration_id"].to_list() == ["b", "c", "d", "e"]


def test_the_command_as_json(here, files):
    said = json.loads(tirage("pool", "diff", *files, "--program", here.law, "--on", DAY, "--json").out)
    assert (said["before"], said["left"], said["came"], said["after"]) == (4, 1, 1, 4)
    assert said["attributes"][0] == {"attribute": "reckoning", "declarations": 1, "examples": ["b"]}


def test_what_the_command_refuses(here, files):
    ran = tirage("pool", "diff", files[0], "no-such.parquet", "--program", here.law, "--on", DAY)
    assert (ran.status, "no file" in ran.err) == (1, True)
    over = tirage("pool", "diff", *files, "--program", here.law, "--on", DAY, "--out", files[0])
    assert over.status == 1
    assert tirage("pool", "diff", files[0], "--program", here.law, "--on", DAY).status == 2

"""The receipt and the folder of a round: complete, the same every time, whole or not there; and the reasons given."""

import json
import re
import shutil
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from operator import add
from pathlib import Path

import polars as pl
import pytest
from strategies import LUMEN, Pool

from ranking import fingerprint, receipt
from ranking.faults import PoolError, RoundError
from ranking.instruction import read_instruction
from ranking.outcomes import TITLES, Outcome
from ranking.pool import read_pool
from ranking.round import run_round
from ranking.why import distances, find, outcome_in, sentences, tried_in, values_in, why
from rules.program import load

CITE = """cite = { act = "Instructions inventées", provision = "—", url = "https://lumen.invalid", read_on = 2029-12-01,
certainty = "invented", provision_checked = false }""".replace("\n", " ")
INSTRUCTION = f"""program = "lumen/guild"
id = "2030-09-16"
title = {{ fr = "Ronde inventée", en = "Invented round" }}
law_on = 2030-09-17
extracted_at = 2030-09-16T06:30:00+00:00
{CITE}

[[selection]]
id = "north"
title = {{ fr = "Le nord, métiers voulus", en = "The north, crafts wanted" }}
stream = "lighter"
where = {{ ward = "north", craft = {{ in_list = "wanted" }} }}
mechanism = "count"
size = 2
min_score = 70
ties = "key"
certainty = "published"

[[selection]]
id = "harbour"
title = {{ fr = "Le port", en = "The harbour" }}
where = {{ ward = "harbour" }}
mechanism = "threshold"
min_score = 80
certainty = "published"
"""
LIST = f"""title = {{ fr = "Métiers voulus", en = "Crafts wanted" }}
key = "craft"

[[version]]
in_force = 2030-01-01
file = "wanted.csv"
{CITE}
"""
# With no letters, 68 points.
USUAL = {
    "birth_date": date(2005, 1, 1),
    "mentor": False,
    "night_work": False,
    "reading": 0,
    "writing": 0,
    "reckoning": 0,
    "sight_test": None,
    "lamp": "wick",
    "debt": "clear",
    "patron": "none",
    "craft": "L010",
    "months_lit": 0,
    "months_lit_here": 0,
    "sworn": True,
    "ward": "north",
    "lanterns": 5,
    "mentor_birth_date": None,
    "mentor_lamp": None,
    "mentor_months": None,
    "mentor_sworn": None,
}
MORE, MOST = {"reading": 5, "writing": 5}, {"reading": 10, "writing": 10, "reckoning": 10}
NOON = datetime(2030, 9, 1, 12, tzinfo=UTC)
DECLARATIONS = {
    "best": MOST,
    "tied early": MORE,
    "tied late": MORE | {"submitted_at": NOON + timedelta(seconds=1)},
    "just below": {"reading": 5},
    "under the minimum": {},
    "old": MOST | {"submitted_at": datetime(2030, 3, 16, 6, 30, tzinfo=UTC)},
    "other of best": MOST | {"person_id": "P best", "submitted_at": NOON + timedelta(days=1)},
    "docker": MORE | {"ward": "harbour"},
    "poor docker": {"ward": "harbour"},
    "who knows": MOST | {"ward": None},
    "southerner": MOST | {"ward": "south"},
    "porter in the dark": {"lamp": "none", "craft": "L408"},
}
EXPECTED = {
    "best": ("invited", "north", 1),
    "tied early": ("invited", "north", 2),
    "tied late": ("tie_lost", "north", None),
    "just below": ("below_cut_off", "north", None),
    "under the minimum": ("below_minimum", "north", None),
    "old": ("expired", None, None),
    "other of best": ("duplicate_person", None, None),
    "docker": ("invited", "harbour", 1),
    "poor docker": ("below_minimum", "harbour", None),
    "who knows": ("unknown", "north", None),
    "southerner": ("no_selection", None, None),
    "porter in the dark": ("not_eligible", None, None),
}


def rows(**changed):
    usual = {"submitted_at": NOON} | USUAL
    given = DECLARATIONS | changed
    return [{"declaration_id": name, "person_id": f"P {name}"} | usual | own for name, own in given.items()]


def write_desk(folder, *, declarations=None, instruction=INSTRUCTION):
    """Lay out on a desk what a person has before a round: the instruction, its list and the pool."""
    (folder / "lists").mkdir(parents=True)
    (folder / "instruction.toml").write_text(instruction, encoding="utf-8")
    (folder / "lists" / "wanted.toml").write_text(LIST, encoding="utf-8")
    (folder / "lists" / "wanted.csv").write_text("craft\nL010\nL110\n", encoding="utf-8")
    (folder / "lists" / "unread.csv").write_text("craft\nL400\n", encoding="utf-8")
    declarations = rows() if declarations is None else declarations
    law = load(LUMEN).on(date(2030, 9, 17))
    Pool(declarations, list(rows()[0]), law).frame().write_parquet(folder / "pool.parquet")
    return folder


def replay(instruction, pool, program=LUMEN):
    """Run a round from files alone."""
    read = read_instruction(instruction, program=program)
    checked = read_pool(pool, read.regulation, facts_on=read.facts_on, extracted_at=read.source.extracted_at)
    return run_round(read, checked)


def run_from(desk):
    return replay(desk / "instruction.toml", desk / "pool.parquet")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return write_desk(tmp_path_factory.mktemp("desk") / "files")


@pytest.fixture(scope="module")
def done(desk):
    return run_from(desk)


@pytest.fixture(scope="module")
def saved(done, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "round"
    receipt.save(done, folder)
    return folder


@pytest.fixture
def other(tmp_path):
    """Run a round that differs by one declaration."""
    return run_from(write_desk(tmp_path / "other", declarations=rows(docker=MOST | {"ward": "harbour"})))


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# The folder.


def test_a_folder_holds_what_is_needed_to_replay_and_nothing_else(saved, desk):
    tables = {f"{name}.parquet" for name in ("invitations", "outcomes", "exclusions", "distribution")}
    assert {path.name for path in saved.iterdir()} == tables | {"receipt.json", "instruction.toml", "lists", "law"}
    assert (saved / "instruction.toml").read_bytes() == (desk / "instruction.toml").read_bytes()
    assert files(saved / "law") == files(LUMEN)
    lists = files(desk / "lists")
    del lists["unread.csv"]
    assert files(saved / "lists") == lists


def test_the_tables_have_the_columns_that_others_count_on(saved):
    instant = pl.Datetime("us", "UTC")
    assert pl.read_parquet_schema(saved / "invitations.parquet") == {
        "selection": pl.String,
        "rank": pl.Int32,
        "declaration_id": pl.String,
        "person_id": pl.String,
        "score": pl.Int32,
        "submitted_at": instant,
    }
    texts = dict.fromkeys(("declaration_id", "outcome", "selection"), pl.String)
    assert pl.read_parquet_schema(saved / "outcomes.parquet") == texts
    assert pl.read_parquet(saved / "exclusions.parquet").height == 0
    assert {"declaration_id", "exclusion"} <= set(pl.read_parquet_schema(saved / "exclusions.parquet"))


def test_the_tables_say_what_the_round_made_of_everyone(saved):
    found = pl.read_parquet(saved / "outcomes.parquet")
    assert {row[0]: row[1:] for row in found.rows()} == {name: row[:2] for name, row in EXPECTED.items()}
    ranks = pl.read_parquet(saved / "invitations.parquet").select("declaration_id", "selection", "rank").rows()
    assert sorted(ranks) == sorted((name, where, rank) for name, (_, where, rank) in EXPECTED.items() if rank)


def test_the_distribution_counts_everyone_by_score(saved, done):
    found = pl.read_parquet(saved / "distribution.parquet")
    assert found["score"].to_list() == sorted(set(done.scored["score"].to_list()))
    outcomes = pl.read_parquet(saved / "outcomes.parquet").join(done.scored, on="declaration_id")
    for score, declarations, there, eligible, invited in found.rows():
        told = outcomes.filter(score=score)["outcome"].to_list()
        out = {"expired", "withdrawn", "already_invited", "duplicate_person", "excluded"}
        assert (declarations, there) == (len(told), len([one for one in told if one not in out]))
        assert eligible >= len([one for one in told if one not in out | {"not_eligible", "unknown"}])
        assert invited == told.count("invited")


def test_a_round_is_replayed_from_its_folder_and_the_pool_alone(saved, desk, tmp_path):
    moved = shutil.copytree(saved, tmp_path / "elsewhere")
    again = replay(moved / "instruction.toml", desk / "pool.parquet", program=moved / "law")
    assert receipt.receipt(again) == json.loads((saved / "receipt.json").read_text(encoding="utf-8"))


def test_a_list_whose_version_names_another_file_is_kept_too(tmp_path):
    desk = write_desk(tmp_path / "desk")
    (desk / "lists" / "wanted.toml").write_text(LIST.replace("wanted.csv", "crafts_of_2030.csv"), encoding="utf-8")
    (desk / "lists" / "wanted.csv").rename(desk / "lists" / "crafts_of_2030.csv")
    receipt.save(run_from(desk), tmp_path / "round")
    assert (tmp_path / "round" / "lists" / "crafts_of_2030.csv").is_file()


def test_a_folder_keeps_the_instruction_that_was_run_even_if_the_file_changes_before_it_is_saved(tmp_path):
    desk = write_desk(tmp_path / "desk")
    done = run_from(desk)
    changed = INSTRUCTION.replace("size = 2", "size = 3")
    (desk / "instruction.toml").write_text(changed, encoding="utf-8")
    receipt.save(done, tmp_path / "round")
    assert (tmp_path / "round" / "instruction.toml").read_text(encoding="utf-8") == INSTRUCTION


# The receipt.


def test_the_fingerprints_are_those_that_anyone_can_compute_again_from_the_files(saved, desk):
    told = json.loads((saved / "receipt.json").read_text(encoding="utf-8"))["fingerprints"]
    law = load(saved / "law").on(date(2030, 9, 17))
    instruction = read_instruction(saved / "instruction.toml", program=saved / "law")
    pool = read_pool(desk / "pool.parquet", law, facts_on=date(2030, 9, 16))
    assert told == {
        "law": law.hash,
        "instruction": receipt.of_instruction(instruction),
        "pool": pool.fingerprint,
        "invitations": fingerprint.of_frame(pl.read_parquet(saved / "invitations.parquet"), ["selection", "rank"]),
        "outcomes": fingerprint.of_frame(pl.read_parquet(saved / "outcomes.parquet"), ["declaration_id"]),
        "exclusions": fingerprint.of_frame(
            pl.read_parquet(saved / "exclusions.parquet"), ["declaration_id", "person_id", "exclusion"]
        ),
        "distribution": fingerprint.of_frame(pl.read_parquet(saved / "distribution.parquet"), ["score"]),
    }


def test_the_receipt_that_is_given_is_the_one_that_is_written(done, tmp_path):
    made = receipt.save(done, tmp_path / "round")
    assert made == receipt.receipt(done)
    assert json.loads((tmp_path / "round" / "receipt.json").read_text(encoding="utf-8")) == made


def test_the_same_round_twice_writes_the_same_bytes(saved, tmp_path):
    again = run_from(write_desk(tmp_path / "a" / "desk" / "far" / "away"))
    receipt.save(again, tmp_path / "again")
    assert files(tmp_path / "again") == files(saved)


def test_a_pool_with_its_rows_and_columns_in_another_order_gives_the_same_receipt(done, tmp_path):
    desk = write_desk(tmp_path / "desk", declarations=rows()[::-1])
    frame = pl.read_parquet(desk / "pool.parquet")
    frame.select(sorted(frame.columns)).write_parquet(desk / "pool.parquet")
    assert receipt.receipt(run_from(desk)) == receipt.receipt(done)


def test_the_receipt_tells_no_path_and_no_time_but_those_of_the_round(saved, desk):
    text = (saved / "receipt.json").read_text(encoding="utf-8")
    for path in (saved, desk, LUMEN, Path.home(), Path.cwd()):
        assert str(path) not in text
    words = re.findall(r'"([^"]*)"', text)
    assert not [word for word in words if word.startswith(("/", "\\", "~")) or re.match("[A-Za-z]:[/\\\\]", word)]
    assert set(re.findall(r"\d{4}-\d\d-\d\d", text)) == {"2030-09-01", "2030-09-16", "2030-09-17"}


def test_the_receipt_counts_and_tells_where_each_selection_ended(done):
    told = receipt.receipt(done)
    assert told["outcomes"] == {
        outcome.name: count
        for outcome in Outcome
        if (count := sum(said == outcome.name for said, _, _ in EXPECTED.values()))
    }
    assert told["pool"]["declarations"] == len(DECLARATIONS)
    north, harbour = told["selections"]
    noon = "2030-09-01T12:00:00+00:00"
    assert north["last_in"] == {"score": 84, "submitted_at": noon, "declaration_id": "tied early"}
    assert north["first_out"]["declaration_id"] == "tied late"
    assert (north["cut_off"], north["tied_at_cut_off"], north["tied_taken"]) == (84, 2, 1)
    assert (north["candidates"], north["unknown"], north["invited"]) == (5, 1, 2)
    assert (harbour["candidates"], harbour["unknown"], harbour["invited"]) == (2, 1, 1)
    assert harbour["first_out"]["declaration_id"] == "poor docker"


CHANGES = {
    "a number of places": (("size = 2", "size = 3"), {"instruction", "invitations", "outcomes", "distribution"}),
    "a minimum that changes nothing": (("min_score = 70", "min_score = 71"), {"instruction"}),
    "another day of the same law": (("law_on = 2030-09-17", "law_on = 2030-09-18"), {"instruction"}),
    "a law with one criterion less": (("law_on = 2030-09-17", "law_on = 2031-07-01"), {"instruction", "law"}),
    "a citation": (("Instructions inventées", "Instructions"), set()),
    "two tests of one filter, the other way round": (
        ('ward = "north", craft = { in_list = "wanted" }', 'craft = { in_list = "wanted" }, ward = "north"'),
        set(),
    ),
    "what was published": (
        ('certainty = "published"\n\n', 'certainty = "published"\n\n[selection.published]\ninvitations = 2\n\n'),
        set(),
    ),
    "a reading": (('certainty = "published"', 'certainty = "inferred"\nnote = "Lu ainsi."'), set()),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_fingerprint_changes_with_what_it_is_of_and_with_nothing_else(case, done, tmp_path):
    (old, new), expected = CHANGES[case]
    assert old in INSTRUCTION
    changed = run_from(write_desk(tmp_path / "desk", instruction=INSTRUCTION.replace(old, new)))
    before, after = (receipt.receipt(one)["fingerprints"] for one in (done, changed))
    assert {name for name in before if before[name] != after[name]} == expected


def test_one_value_of_one_declaration_changes_the_fingerprint_of_the_pool(done, tmp_path):
    desk = write_desk(tmp_path / "desk", declarations=rows(southerner=MOST | {"ward": "south", "lanterns": 6}))
    before, after = (receipt.receipt(one)["fingerprints"] for one in (done, run_from(desk)))
    assert {name for name in before if before[name] != after[name]} == {"pool"}


def test_a_code_of_a_list_beside_the_instruction_is_part_of_the_instruction(done, tmp_path):
    desk = write_desk(tmp_path / "desk")
    (desk / "lists" / "wanted.csv").write_text("craft\nL010\n", encoding="utf-8")
    before, after = (receipt.receipt(one)["fingerprints"] for one in (done, run_from(desk)))
    assert {name for name in before if before[name] != after[name]} == {"instruction"}


# Whole or not there, and never over something else.


def test_the_same_round_may_be_saved_again(done, saved, tmp_path):
    receipt.save(done, tmp_path / "round")
    receipt.save(done, tmp_path / "round")
    assert files(tmp_path / "round") == files(saved)
    assert [path.name for path in tmp_path.iterdir()] == ["round"]


def test_an_empty_folder_may_be_used_and_folders_above_are_made(done, saved, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "a" / "b" / "round"):
        receipt.save(done, folder)
        assert files(folder) == files(saved)


def test_what_someone_put_beside_a_round_is_never_lost(done, tmp_path):
    folder = tmp_path / "round"
    receipt.save(done, folder)
    (folder / "notes.txt").write_text("à relire", encoding="utf-8")
    receipt.save(done, folder)
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "à relire"


def refuse(done, folder):
    """Expect a folder to be refused, and left as it is."""
    before = files(folder) if folder.is_dir() else folder.read_bytes()
    with pytest.raises(RoundError):
        receipt.save(done, folder)
    assert (files(folder) if folder.is_dir() else folder.read_bytes()) == before


def test_the_folder_of_another_round_is_refused(other, saved, tmp_path):
    refuse(other, shutil.copytree(saved, tmp_path / "round"))


STRANGERS = {
    "a folder of something else": ("thesis.tex", "\\section{Introduction}"),
    "a receipt that is not whole": ("receipt.json", '{"format": 1, "fingerprints"'),
    "a receipt that is something else": ("receipt.json", "[]"),
    "a receipt without fingerprints": ("receipt.json", "{}"),
}


@pytest.mark.parametrize("case", STRANGERS)
def test_a_folder_that_is_not_one_of_a_round_is_refused(case, done, tmp_path):
    name, text = STRANGERS[case]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / name).write_text(text, encoding="utf-8")
    refuse(done, tmp_path / "mine")


def test_a_file_where_the_folder_should_be_is_refused(done, tmp_path):
    (tmp_path / "file").write_text("une liste de courses", encoding="utf-8")
    refuse(done, tmp_path / "file")


def fill_the_disk(monkeypatch, after):
    """Let so many files of the instruction be written, and no more; the law never fits."""
    real, left = Path.write_bytes, iter(range(after))

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    def write_bytes(path, content):
        return full() if next(left, None) is None else real(path, content)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    monkeypatch.setattr(shutil, "copytree", full)


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_failure_while_writing_leaves_nothing(after, done, tmp_path, monkeypatch):
    fill_the_disk(monkeypatch, after)
    with pytest.raises(OSError, match="No space left"):
        receipt.save(done, tmp_path / "round")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_while_writing_again_leaves_the_round_as_it_was(done, saved, tmp_path, monkeypatch):
    folder = shutil.copytree(saved, tmp_path / "round")
    fill_the_disk(monkeypatch, 2)
    with pytest.raises(OSError, match="No space left"):
        receipt.save(done, folder)
    assert files(folder) == files(saved)
    assert [path.name for path in tmp_path.iterdir()] == ["round"]


@pytest.mark.parametrize("after", range(7))
def test_a_failure_while_the_new_files_take_the_place_of_the_old_can_be_mended_by_saving_again(
    after, done, saved, tmp_path, monkeypatch
):
    folder = shutil.copytree(saved, tmp_path / "round")
    (folder / "notes.txt").write_text("à relire", encoding="utf-8")
    left = iter(range(after))
    with monkeypatch.context() as patched:
        for name in ("rename", "replace"):
            real = getattr(Path, name)
            patched.setattr(
                Path, name, lambda *args, real=real: real(*args) if next(left, None) is not None else fail()
            )
        with pytest.raises(OSError, match="read-only"):
            receipt.save(done, folder)
    receipt.save(done, folder)
    assert files(folder) == files(saved) | {"notes.txt": "à relire".encode()}


def fail():
    raise OSError(30, "read-only file system")


# Why.


@pytest.mark.parametrize("name", DECLARATIONS)
def test_why_agrees_with_the_outcome(name, done):
    outcome, selection, rank = EXPECTED[name]
    found = why(done, name)
    assert (found.outcome.name, found.selection, found.rank) == (outcome, selection, rank)
    scores = dict(done.scored.select("declaration_id", "score").rows())
    assert {found.score} | {tried.score for tried in found.tried} == {scores[name]}
    assert [tried.selection for tried in found.tried] == ["north", "harbour"]


FOR_THEM = {
    "best": (True, False),
    "docker": (False, True),
    "who knows": (None, None),
    "southerner": (False, False),
    "porter in the dark": (False, False),
}


@pytest.mark.parametrize("name", FOR_THEM)
def test_why_tells_for_whom_each_selection_was(name, done):
    assert tuple(tried.for_them for tried in why(done, name).tried) == FOR_THEM[name]


@pytest.mark.parametrize("name", DECLARATIONS)
def test_a_folder_tells_of_each_selection_what_the_round_tells(name, done, saved):
    found = why(done, name)
    assert tried_in(saved, find(done, name), found.score) == found.tried


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("name", DECLARATIONS)
def test_why_is_told_in_both_languages(name, lang, done):
    found = why(done, name)
    lines = sentences(found, lang)
    assert all(line.strip() and line.endswith(".") for line in lines)
    if found.outcome is Outcome.invited:
        assert len(lines) == 1
        assert all(str(said) in lines[0] for said in (found.selection, found.rank, found.score))
    else:
        assert TITLES[found.outcome].to(lang) in lines[0]
    assert not set(lines) & set(sentences(found, "fr" if lang == "en" else "en"))


def missed(done, name, lang="en"):
    """What someone who is not invited is told of each selection that was for them."""
    return " ".join(sentences(why(done, name), lang)[1:])


def test_whoever_is_under_the_cut_off_learns_by_how_much(done):
    assert "76 points, 8 under the cut-off (84)" in missed(done, "just below")
    assert "76 points, 8 de moins que le seuil (84)" in missed(done, "just below", "fr")


def test_whoever_lost_a_tie_learns_that_points_were_not_what_lacked(done):
    assert "84 points, the cut-off" in missed(done, "tied late")
    assert "under" not in missed(done, "tied late")
    assert "de moins" not in missed(done, "tied late", "fr")


@pytest.mark.parametrize("name", ["old", "other of best"])
def test_whoever_took_no_part_is_not_told_of_a_tie(name, done):
    assert "128 points, above the cut-off (84)" in missed(done, name)


def test_whoever_is_invited_is_above_the_cut_off_or_at_it(done):
    best, last = (distances(why(done, name).tried, "en") for name in ("best", "tied early"))
    assert "128 points, above the cut-off (84)" in best[0]
    assert "84 points, the cut-off" in last[0]


def test_whoever_is_under_the_minimum_learns_how_far_the_minimum_is(tmp_path):
    declarations = rows(docker=MOST | {"ward": "harbour"})
    done = run_from(write_desk(tmp_path / "desk", declarations=declarations))
    assert "68 points, 12 under the cut-off (80)" in missed(done, "poor docker")


@pytest.mark.parametrize("minimum", ["min_score = 70\n", ""])
def test_equals_who_are_all_out_learn_that_they_are_at_the_cut_off(minimum, tmp_path):
    instruction = INSTRUCTION.replace('ties = "key"', 'ties = "all_out"').replace("min_score = 70\n", minimum)
    done = run_from(write_desk(tmp_path / "desk", instruction=instruction))
    assert why(done, "tied late").outcome is Outcome.tie_lost
    assert "84 points, the cut-off, where places did not suffice for all" in missed(done, "tied late")
    receipt.save(done, tmp_path / "kept")
    found = why(done, "tied late")
    assert tried_in(tmp_path / "kept", find(done, "tied late"), found.score) == found.tried


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("name", DECLARATIONS)
def test_a_folder_tells_the_outcome(name, lang, saved):
    outcome, selection, _ = EXPECTED[name]
    told = outcome_in(saved, name, lang)
    assert TITLES[Outcome[outcome]].to(lang) in told
    assert (f"{selection})" in told) == (selection is not None)


def test_a_folder_tells_that_a_declaration_was_not_in_the_pool(saved):
    assert "not in the pool" in outcome_in(saved, "nobody", "en")


@pytest.mark.parametrize("name", DECLARATIONS)
def test_the_values_of_a_folder_say_what_its_page_says(name, done, saved):
    found = why(done, name)
    told = values_in(saved, name, found.tried)
    outcome, selection, _ = EXPECTED[name]
    assert (told["outcome"], told["selection"]) == (outcome, selection)
    assert [(one["id"], one["for_them"], one["cut_off"], one["above"]) for one in told["selections"]] == [
        (one.selection, one.for_them, one.cut_off, one.above) for one in found.tried
    ]
    for lang in ("fr", "en"):
        assert told["said"][lang] == outcome_in(saved, name, lang)
        said = [one["said"][lang] for one in told["selections"] if one["said"]]
        assert said == distances(found.tried, lang)


def test_the_values_of_whoever_was_not_in_the_pool_have_no_outcome(saved):
    told = values_in(saved, "nobody", ())
    assert (told["outcome"], told["selection"]) == (None, None)
    assert told["said"]["en"] == outcome_in(saved, "nobody", "en")


def test_a_number_that_the_pool_lacks_is_an_error_that_names_what_may_be_meant(done):
    with pytest.raises(PoolError, match="just below"):
        why(done, "just belo")


def test_every_outcome_has_a_title_in_both_languages():
    assert set(TITLES) == set(Outcome)
    texts = reduce(add, ([title.fr, title.en] for title in TITLES.values()))
    assert all(text.strip() for text in texts)
    assert len(set(texts)) == len(texts)

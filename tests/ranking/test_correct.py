"""Corrections: the four sets, the remedies, what is signed, and the synthetic corrections that try them."""

import json
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounds import declaration, keep, make_here, pool_of, tirage
from strategies import examples
from test_round import count, draw_round

import rules
from ranking import receipt, sample
from ranking.correct import correct, sign
from ranking.faults import RoundError
from ranking.kept import read_kept
from ranking.pool import check_pool

# Two places. The round invited a (60 points of letters) and b (42); c (36) and d (30) stayed below, and e had not sworn
# and was of no stream. Corrected, b falls to 30 and e, with 48, was eligible: a and e should have been in.
ROWS = [
    declaration("a", 60),
    declaration("b", 42),
    declaration("c", 36),
    declaration("d", 30),
    declaration("e", 48, lamp="none", sworn=False, craft="L408"),
]
MENDED = [*ROWS[:1], declaration("b", 30), *ROWS[2:4], declaration("e", 48)]
SETS = ("should_have_been_in", "should_not_have_been_in", "unchanged_in", "unchanged_out")


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return make_here(tmp_path_factory.mktemp("correct"))


@pytest.fixture
def kept(here):
    return keep(here, ROWS, [count(2)])


def mended(kept):
    return pool_of(MENDED, kept.kept.instruction)


def members(found):
    return {name: "".join(found.of(name)["declaration_id"].sort()) for name in SETS}


def test_the_four_sets_of_a_correction(kept):
    found = correct(kept.kept, mended(kept), kept.pool)
    assert members(found) == dict(zip(SETS, ("e", "b", "a", "cd"), strict=True))
    rows = {row["declaration_id"]: row for row in found.rows.to_dicts()}
    assert (rows["b"]["score_after"] - rows["b"]["score_before"], rows["b"]["corrected"]) == (-12, True)
    assert (rows["e"]["outcome_before"], rows["e"]["outcome_after"]) == ("not_eligible", "invited")
    assert rows["c"]["corrected"] is False


def test_adding_revokes_nobody_and_voiding_takes_the_new_list(kept):
    found = correct(kept.kept, mended(kept))
    add, void = found.effect("add"), found.effect("void")
    assert (add.before, add.added, add.withdrawn, add.after, add.people) == (2, 1, 0, 3, 1)
    assert (void.before, void.added, void.withdrawn, void.after, void.people) == (2, 1, 1, 2, 2)


def test_who_would_be_invited_in_another_selection_counts_only_where_the_round_is_void(here):
    kept = keep(here, ROWS[:4], [count(1), count(1)])
    found = correct(kept.kept, pool_of([declaration("a", 36), *ROWS[1:3]], kept.kept.instruction))
    assert members(found) == dict(zip(SETS, ("", "", "ab", "cd"), strict=True))
    assert found.moved == 2
    assert (found.effect("add").people, found.effect("void").people) == (0, 2)


def test_a_declaration_that_only_one_of_the_pools_has_is_in_the_sets(here):
    kept = keep(here, ROWS[:3], [count(2)])
    found = correct(kept.kept, pool_of([ROWS[0], ROWS[2], declaration("n", 54)], kept.kept.instruction), kept.pool)
    assert members(found) == dict(zip(SETS, ("n", "b", "a", "c"), strict=True))
    assert found.rows.filter(declaration_id="b")["outcome_after"].to_list() == [None]


def test_a_round_is_corrected_with_the_law_that_its_folder_keeps(kept):
    letters = kept.folder / "law" / "criteria" / "letters.toml"
    text = letters.read_text("utf-8").replace('["(8, +)", 20, 15]', '["(8, +)", 15, 15]')
    letters.write_text(text.replace("points = [60, 45]", "points = [45, 45]"), "utf-8")
    scores = {}
    for name, one in (("before", kept.kept), ("after", read_kept(kept.folder))):
        assert (one.instruction.regulation.hash == kept.kept.receipt["fingerprints"]["law"]) == (name == "before")
        rows = correct(one, pool_of(MENDED, one.instruction)).rows
        scores[name] = rows.filter(declaration_id="a")["score_after"].item()
    assert scores["before"] - scores["after"] == 15


def test_without_its_pool_a_round_tells_the_scores_of_the_invited_alone(kept):
    rows = {row["declaration_id"]: row for row in correct(kept.kept, mended(kept)).rows.to_dicts()}
    assert rows["b"]["score_before"] is not None
    assert (rows["e"]["score_before"], rows["e"]["corrected"]) == (None, None)


def test_another_pool_is_not_the_pool_of_the_round(kept):
    with pytest.raises(RoundError, match="the pool of the round"):
        correct(kept.kept, mended(kept), mended(kept), shown="p.parquet")


@examples(40)
@given(st.data())
def test_the_sets_part_the_pool_and_the_same_pool_changes_nobody(tmp_path_factory, here, data):
    ran = draw_round(data, here)
    folder = tmp_path_factory.mktemp("kept") / "round"
    receipt.save(ran.done, folder)
    kept = read_kept(folder)
    same = correct(kept, ran.done.pool, ran.done.pool)
    assert same.sets["should_have_been_in"] == same.sets["should_not_have_been_in"] == same.moved == 0
    assert not same.rows["corrected"].any()
    fewer = ran.drawn.pool.frame().head(data.draw(st.integers(0, len(ran.drawn.pool.rows))))
    instruction = kept.instruction
    at = instruction.source.extracted_at
    pool = check_pool(fewer, instruction.regulation, facts_on=instruction.facts_on, extracted_at=at)
    found = correct(kept, pool)
    assert found.rows["declaration_id"].is_unique().all()
    assert sum(found.sets.values()) == found.rows.height == ran.done.pool.frame.height
    void, add = found.effect("void"), found.effect("add")
    assert void.before + void.added - void.withdrawn == void.after == found.again.invitations.height
    assert add.before + add.added == add.after
    assert add.before == ran.done.invitations.height


# What is signed


def test_a_signed_correction_stands_beside_the_round_and_never_over_it(kept):
    before = {path: path.read_bytes() for path in kept.folder.rglob("*") if path.is_file()}
    found = correct(kept.kept, mended(kept))
    first = sign(found, remedy="add", by="A. Roy", reason="Diplôme mal saisi")
    second = sign(found, remedy="void", by="B. Côté", reason="Décision du ministre")
    assert [first.name, second.name] == ["1.json", "2.json"]
    assert {path: path.read_bytes() for path in before} == before
    said = json.loads(first.read_text("utf-8"))
    assert (said["by"], said["reason"], said["remedy"]) == ("A. Roy", "Diplôme mal saisi", "add")
    assert (said["should_have_been_in"], said["should_not_have_been_in"]) == (["e"], ["b"])
    assert (said["invited_before"], said["invited_after"]) == (2, 3)
    assert said["fingerprints"]["pool"] != said["fingerprints"]["corrected_pool"]


@pytest.mark.parametrize(("by", "reason"), [("", "r"), ("A", " ")])
def test_a_correction_without_author_or_reason_is_not_signed(kept, by, reason):
    with pytest.raises(RoundError, match="a name and a reason"):
        sign(correct(kept.kept, mended(kept)), remedy="add", by=by, reason=reason)
    assert not (kept.folder / "corrections").exists()


# The command


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", ("Les quatre ensembles", "Auraient dû être invitées", "−12", "signée")),
        ("en", ("The four sets", "Should have been in", "−12", "signed")),
    ],
)
def test_the_command_tells_who_and_why(here, kept, lang, words):
    pool = here.folder / "mended.parquet"
    mended(kept).frame.write_parquet(pool)
    table = here.folder / "sets.csv"
    ran = tirage(
        *("round", "correct", kept.folder, "--pool", pool, "--before", here.folder / "round.parquet"),
        *("--by", "A. Roy", "--reason", "erreur", "--out", table, "--lang", lang),
    )
    assert ran.status == 0
    flat = " ".join((ran.out + ran.err).replace("│", " ").split())
    for word in words:
        assert word in flat, word
    assert pl.read_csv(table)["set"].value_counts().height == 4
    assert (kept.folder / "corrections" / "1.json").exists()


def test_the_command_gives_the_sets_as_json(here, kept):
    pool = here.folder / "mended.parquet"
    mended(kept).frame.write_parquet(pool)
    ran = tirage("round", "correct", kept.folder, "--pool", pool, "--json")
    said = json.loads(ran.out)
    assert said["sets"] == dict.fromkeys(SETS, 1) | {"unchanged_out": 2}
    assert said["remedies"]["void"]["people"] == 2


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["out/no-such-round"], 1, "no folder"),
        (["HERE", "--by", "A"], 1, "a name and a reason, together"),
        (["HERE", "--remedy", "forget"], 2, "--remedy"),
    ],
    ids=["folder", "signature", "remedy"],
)
def test_what_the_command_refuses(here, kept, arguments, status, words):
    pool = here.folder / "round.parquet"
    given_ = [str(kept.folder) if one == "HERE" else one for one in arguments]
    ran = tirage("round", "correct", *given_, "--pool", pool)
    assert ran.status == status
    assert words in ran.err


@pytest.mark.parametrize("damage", ["{", "null", "{}"], ids=["cut", "null", "empty"])
def test_a_folder_with_a_broken_receipt_is_refused_in_words(kept, damage):
    (kept.folder / "receipt.json").write_text(damage)
    with pytest.raises(RoundError, match="cannot be read"):
        read_kept(kept.folder)


# Synthetic corrections


@pytest.mark.parametrize("program", ["quebec/pstq", "canada/express_entry"])
def test_a_corrected_pool_differs_in_exactly_as_many_declarations(program):
    law, on = rules.load(program).on(date(2026, 4, 27)), date(2026, 4, 27)
    plain = sample.generate(law, 2000, seed=7, on=on)
    mended_ = sample.generate(law, 2000, seed=7, on=on, corrections=50)
    assert mended_.equals(sample.generate(law, 2000, seed=7, on=on, corrections=50))
    assert mended_.schema == plain.schema
    changed = [plain[name].ne_missing(mended_[name]).alias(name) for name in plain.columns]
    rows = pl.DataFrame(changed)
    assert rows.select(pl.any_horizontal(pl.all())).to_series().sum() == 50
    assert not rows.select("declaration_id", "person_id", "submitted_at").to_series().any()
    check_pool(mended_, law, facts_on=on)
    from ranking import score

    scores = [score(frame, law, facts_on=on, breakdown=False)["score"] for frame in (plain, mended_)]
    assert 0 < (scores[0] != scores[1]).sum() <= 50


def test_every_program_can_be_corrected_whole(here):
    law = here.program.on(date(2030, 9, 16))
    frame = sample.generate(law, 40, seed=3, on=date(2030, 9, 16), corrections=40)
    plain = sample.generate(law, 40, seed=3, on=date(2030, 9, 16))
    differs = pl.DataFrame([plain[n].ne_missing(frame[n]) for n in frame.columns])
    assert differs.select(pl.any_horizontal(pl.all())).to_series().all()


def test_more_corrections_than_declarations_are_refused():
    ran = tirage(
        *("pool", "generate", "quebec/pstq", "--size", 5, "--seed", 7, "--on", "2026-04-27"),
        *("--correct", 6, "--out", "never.parquet"),
    )
    assert ran.status == 1
    assert "from 0 to 5" in ran.err

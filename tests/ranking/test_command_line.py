"""The command line: what an analyst types, what comes back, and with which exit status.

Commands run in this process, through the same ``main`` as the installed one, which three tests start for real.
"""

import gc
import io
import json
import os
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import click
import polars as pl
import pytest
from bad_pools import base

import rules
from ranking import cli, fingerprint
from ranking.cli.start import kept
from ranking.outcomes import Outcome
from ranking.reference import data_folder

PSTQ = ("--program", "quebec/pstq", "--on", "2026-04-27")
ROUND = data_folder() / "instructions" / "quebec" / "pstq" / "2026-04-30.toml"
LAW = rules.load("quebec/pstq")


class Ran(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


def tirage(*arguments: object, **environment: str) -> Ran:
    """Run a command. An exception that escapes fails the test: a reader would see a traceback."""
    out, err = io.StringIO(), io.StringIO()
    clean = {name: value for name, value in os.environ.items() if name != "TIRAGE_LANG"}
    with (
        patch.dict(os.environ, clean | environment, clear=True),
        patch.object(sys, "argv", ["tirage", *map(str, arguments)]),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        cli.main()
    return Ran(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def commands(group: click.Group = cli.tirage, path: tuple[str, ...] = ()) -> dict[str, click.Command]:
    """Every command and group by what one types to reach it, the new ones too."""
    found: dict[str, click.Command] = {" ".join(path): group}
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        deeper = (*path, name)
        found |= commands(command, deeper) if isinstance(command, click.Group) else {" ".join(deeper): command}
    return found


COMMANDS = commands()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tirage")


@pytest.fixture(scope="module")
def pool(folder):
    path = folder / "pool.parquet"
    ran = tirage("pool", "generate", "quebec/pstq", "--size", 3000, "--seed", 7, "--on", "2026-04-27", "--out", path)
    assert ran.status == 0
    return path


@pytest.fixture(scope="module")
def scores(folder, pool):
    path = folder / "scores.parquet"
    assert tirage("score", pool, *PSTQ, "--out", path).status == 0
    return pl.read_parquet(path)


@pytest.fixture(scope="module")
def done(folder, pool):
    """The folder of a round, run once."""
    ran = tirage("round", "run", ROUND, "--pool", pool, "--out", folder / "round", "--json")
    assert ran.status == 0
    return folder / "round"


def five(folder: Path, *, bad: bool = False) -> Path:
    """Five declarations; where bad, the third has a level of French that nobody has."""
    rows = base.frame()
    if bad:
        rows = rows.with_columns(french_reading=pl.Series([9, 9, 13, 9, 9]))
    path = folder / ("bad.parquet" if bad else "five.parquet")
    rows.write_parquet(path)
    return path


# Help


def on_one_line(text: str) -> str:
    """The words of a text, however its lines were broken and whatever space comes before a colon."""
    return " ".join(text.split()).replace(" :", ":")


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does_and_shows_an_example(name, lang):
    ran = tirage(*name.split(), "--help", "--lang", lang)
    heading = {"fr": "Exemple", "en": "Example"}[lang]
    assert (ran.status, ran.err) == (0, "")
    assert on_one_line(COMMANDS[name].words.to(lang)) in on_one_line(ran.out)
    assert f"{heading}: {COMMANDS[name].example} Options:" in on_one_line(ran.out)
    assert "--lang" in ran.out


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_of_every_command_is_one_that_could_be_typed(name):
    typed, rest = [], shlex.split(COMMANDS[name].example)
    assert rest.pop(0) == "tirage"
    while " ".join([*typed, rest[0]]) in COMMANDS:
        typed.append(rest.pop(0))
        if not rest:
            break
    assert " ".join(typed).startswith(name)
    COMMANDS[" ".join(typed)].make_context(typed[-1], rest)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name])
def test_every_command_is_named_in_the_help_of_its_group(name):
    *group, command = name.split()
    assert f"\n  {command} " in tirage(*group, "--help").out


def test_help_in_french_is_all_in_french():
    out = tirage("law", "--help", "--lang", "fr").out
    assert [word for word in ("Show this message and exit", "Usage:", "Commands:", "Exemple:") if word in out] == []


# Exit status and language


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["law", "list"], 0),
        (["law", "show", "quebec/pstq", "--on", "2026-04-27"], 0),
        (["law", "show", "quebec/pstk", "--on", "2026-04-27"], 1),
        (["law", "show", "quebec/pstq", "--on", "2020-01-01"], 1),
        (["pool", "check", "no-such-file.parquet", *PSTQ], 1),
        (["score", "no-such-file.parquet", *PSTQ, "--out", "scores.parquet"], 1),
        (["explain", "no-such-file.csv", "A1", *PSTQ], 1),
        (["round", "run", "no-such-file.toml", "--pool", "no-such-file.parquet", "--out", "round"], 1),
        ([], 2),
        (["pool"], 2),
        (["draw"], 2),
        (["law", "show"], 2),
        (["law", "show", "quebec/pstq"], 2),
        (["law", "show", "quebec/pstq", "--on", "2026-02-30"], 2),
        (["law", "show", "quebec/pstq", "--on", "27/04/2026"], 2),
        (["law", "list", "--lang", "de"], 2),
        (["law", "list", "--verbose"], 2),
        (["pool", "generate", "quebec/pstq", "--size", "-1", "--seed", "7", "--on", "2026-04-27", "--out", "p.csv"], 2),
        (["demo", "--size", "10"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_the_exit_status_says_done_wrong_input_or_wrong_use(arguments, status, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = tirage(*arguments)
    assert ran.status == status
    assert bool(ran.out) == (status == 0)
    assert bool(ran.err) == (status != 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["law", "show", "quebec/pstk", "--on", "2026-04-27", "--lang", "fr"], {}),
        (["law", "show", "quebec/pstk", "--on", "2026-04-27", "--lang=fr"], {}),
        (["--lang", "fr", "law", "show", "quebec/pstk", "--on", "2026-04-27"], {}),
        (["law", "--lang", "fr", "show", "quebec/pstk", "--on", "2026-04-27"], {}),
        (["law", "show", "quebec/pstk", "--on", "2026-04-27"], {"TIRAGE_LANG": "fr"}),
        (["law", "show", "quebec/pstk", "--on", "2026-04-27", "--lang", "fr"], {"TIRAGE_LANG": "en"}),
    ],
)
def test_an_error_is_in_the_language_asked_for(arguments, environment):
    ran = tirage(*arguments, **environment)
    assert ran.err.startswith("Règle refusée\n\nquebec/pstk\n  trouvé   : le programme inconnu « quebec/pstk »")
    assert ran.err.rstrip().endswith("voulez-vous dire « quebec/pstq » ?")


def test_an_error_is_in_english_unless_asked_otherwise():
    ran = tirage("law", "show", "quebec/pstk", "--on", "2026-04-27")
    assert ran.err.startswith("Law refused\n\nquebec/pstk\n  found    : the unknown program “quebec/pstk”")


def test_wrong_use_is_told_in_the_language_asked_for():
    assert "Error" not in tirage("law", "show", "quebec/pstq", "--lang", "fr").err


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["law", "list"], 0), (["law", "show", "quebec/pstk", "--on", "2026-04-27"], 1), (["law", "show"], 2)],
)
def test_the_installed_command_ends_without_a_traceback(arguments, status):
    command = Path(sys.executable).with_name("tirage")
    ran = subprocess.run([command, *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert ran.returncode == status
    assert "Traceback" not in ran.stderr
    assert bool(ran.stdout) == (status == 0)


def test_a_file_that_nothing_can_write_is_refused_before_any_work(pool, tmp_path):
    ran = tirage("score", pool, *PSTQ, "--out", tmp_path / "scores.xlsx", "--lang", "fr")
    assert ran.status == 1
    assert "l’extension « .xlsx »" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_nothing_can_write_is_not_the_fault_of_the_pool(pool, tmp_path):
    assert "Pool refused" not in tirage("score", pool, *PSTQ, "--out", tmp_path / "scores.xlsx").err


def test_a_folder_that_is_a_file_is_told_without_a_traceback(pool, tmp_path):
    (tmp_path / "taken").write_text("")
    ran = tirage("score", pool, *PSTQ, "--out", tmp_path / "taken" / "scores.csv", "--lang", "fr")
    assert ran.status == 1
    assert f"Impossible de lire ou d’écrire {tmp_path / 'taken'} : " in ran.err


@pytest.mark.parametrize("command", [["score"], ["pool", "check"]])
def test_a_result_never_overwrites_the_pool_that_it_is_made_of(command, tmp_path):
    path = five(tmp_path, bad=True)
    before = path.read_bytes()
    option = {"score": "--out", "check": "--quarantine"}[command[-1]]
    bad = ["--quarantine", tmp_path / "q.csv"] if command == ["score"] else []
    ran = tirage(*command, path, *PSTQ, option, path, *bad)
    assert path.read_bytes() == before
    assert ran.status != 0


# The law


def test_the_list_of_programs_names_the_grid_of_quebec():
    french, english = tirage("law", "list", "--lang", "fr").out, tirage("law", "list", "--lang", "en").out
    assert "Programme de sélection des travailleurs qualifiés (PSTQ)" in french
    assert "Skilled Worker Selection Program (PSTQ)" in english
    for out in (french, english):
        assert "quebec/pstq" in out
        assert "2025-07-02" in out


def test_the_list_of_programs_as_json_has_both_languages():
    [pstq] = [program for program in tirage("law", "list", "--json").json if program["id"] == "quebec/pstq"]
    assert pstq["begins"] == "2025-07-02"
    assert set(pstq["title"]) == {"fr", "en"}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_law_of_a_day_shows_every_criterion_group_and_stream(lang):
    words = " ".join(tirage("law", "show", "quebec/pstq", "--on", "2026-04-27", "--lang", lang).out.split())
    regulation = LAW.on(date(2026, 4, 27))
    for part in (*regulation.criteria, *regulation.groups):
        assert part.title.to(lang) in words
    for stream in regulation.streams:
        assert stream.title.to(lang).split(":")[0].strip() in words
    assert regulation.hash[:16] in words
    assert {"fr": "Règle du 27 avril 2026", "en": "Law of 27 April 2026"}[lang] in words


def test_the_law_of_a_day_as_json_has_the_hash_of_that_law():
    shown = tirage("law", "show", "quebec/pstq", "--on", "2026-04-27", "--json").json
    regulation = LAW.on(date(2026, 4, 27))
    assert (shown["day"], shown["hash"], shown["program"]["id"]) == ("2026-04-27", regulation.hash, "quebec/pstq")
    assert set(shown) > {"attributes", "criteria", "groups", "streams", "lists"}


def test_a_law_in_a_folder_is_the_same_law():
    by_id = tirage("law", "show", "quebec/pstq", "--on", "2026-04-27", "--json").json
    by_folder = tirage("law", "show", LAW.folder, "--on", "2026-04-27", "--json").json
    assert by_folder["hash"] == by_id["hash"]


# Pools


def test_the_same_seed_makes_the_same_pool_in_parquet_and_in_csv(folder, pool):
    prints = {}
    for seed, name in ((7, "again.parquet"), (7, "again.csv"), (8, "other.parquet")):
        path = folder / name
        made = tirage(
            "pool", "generate", "quebec/pstq", "--size", 3000, "--seed", seed, "--on", "2026-04-27", "--out", path
        )
        assert (made.status, "3,000 synthetic declarations" in made.out) == (0, True)
        prints[name] = tirage("pool", "check", path, *PSTQ, "--json").json["fingerprint"]
    first = tirage("pool", "check", pool, *PSTQ, "--json").json["fingerprint"]
    assert prints["again.parquet"] == prints["again.csv"] == first
    assert prints["other.parquet"] != first


def test_a_generated_pool_is_submitted_before_its_day(pool):
    assert pl.read_parquet(pool)["submitted_at"].max().isoformat() < "2026-04-27T04:00"


def test_a_good_pool_is_told_with_its_fingerprint(pool):
    found = tirage("pool", "check", pool, *PSTQ, "--json").json
    assert (found["good"], found["quarantined"], found["columns_unknown"]) == (3000, 0, [])
    french = tirage("pool", "check", pool, *PSTQ, "--lang", "fr").out
    assert f"{pool} : 3\u202f000 déclarations conformes\nEmpreinte : {found['fingerprint']}\n" == french


def test_a_pool_with_a_bad_row_is_refused_whole(tmp_path):
    ran = tirage("pool", "check", five(tmp_path, bad=True), *PSTQ, "--lang", "fr")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("Banque refusée\n\nbad.parquet, colonne french_reading : 1 ligne\n")
    assert "ligne 3 (A3) : 13" in ran.err


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_a_quarantine_takes_the_bad_rows_and_leaves_the_others(ending, tmp_path):
    kept = tmp_path / f"kept{ending}"
    ran = tirage("pool", "check", five(tmp_path, bad=True), *PSTQ, "--quarantine", kept, "--json")
    assert (ran.status, ran.json["good"], ran.json["quarantined"]) == (0, 4, 1)
    rows = pl.read_csv(kept) if ending == ".csv" else pl.read_parquet(kept)
    assert rows.select("row", "declaration_id", "french_reading", "reasons").rows() == [
        (3, "A3", 13, "french_reading bounds")
    ]


def test_the_quarantine_of_a_good_pool_is_an_empty_table(tmp_path):
    kept = tmp_path / "kept.csv"
    assert tirage("pool", "check", five(tmp_path), *PSTQ, "--quarantine", kept).status == 0
    assert pl.read_csv(kept).height == 0


def test_a_good_pool_does_not_leave_the_quarantine_of_another(tmp_path):
    kept = tmp_path / "kept.csv"
    tirage("pool", "check", five(tmp_path, bad=True), *PSTQ, "--quarantine", kept)
    tirage("pool", "check", five(tmp_path), *PSTQ, "--quarantine", kept)
    assert pl.read_csv(kept).height == 0


def test_one_row_refused_is_told_in_the_singular(tmp_path):
    path, kept = five(tmp_path, bad=True), tmp_path / "kept.csv"
    french = tirage("pool", "check", path, *PSTQ, "--quarantine", kept, "--lang", "fr").err
    assert f"1 ligne refusée, gardée dans {kept}." in french
    assert f"1 row refused, kept in {kept}." in tirage("pool", "check", path, *PSTQ, "--quarantine", kept).err


def test_wrong_rows_made_on_purpose_are_found_and_none_is_lost(folder):
    path, kept = folder / "wrong.parquet", folder / "wrong.csv"
    made = tirage(
        *("pool", "generate", "quebec/pstq", "--size", 1000, "--seed", 3, "--on", "2026-04-27"),
        *("--wrong", 0.1, "--out", path),
    )
    assert made.status == 0
    assert tirage("pool", "check", path, *PSTQ).status == 1
    found = tirage("pool", "check", path, *PSTQ, "--quarantine", kept, "--json").json
    assert found["quarantined"] > 0
    assert found["good"] + found["quarantined"] == pl.read_parquet(path).height
    assert pl.read_csv(kept, infer_schema=False).height == found["quarantined"]


def test_a_column_that_nobody_knows_is_told(tmp_path):
    path = tmp_path / "pool.parquet"
    base.frame().rename({"staying_in_quebec": "stay_in_quebec"}).write_parquet(path)
    french = tirage("pool", "check", path, *PSTQ, "--lang", "fr").err
    assert "stay_in_quebec (voulez-vous dire « staying_in_quebec » ?)" in french
    assert "Colonnes absentes (ce qui les lit est inconnu) : staying_in_quebec" in french


def test_the_day_of_the_facts_may_be_another_than_that_of_the_law(tmp_path):
    ran = tirage("pool", "check", five(tmp_path), *PSTQ, "--facts-on", "2026-03-30")
    assert ran.status == 1
    assert "an instant before the extraction" in ran.err


# Scores


def test_the_columns_of_a_score_are_those_of_the_contract(scores):
    human = ["french", "age", "experience", "education"]
    needs = [
        *("occupation_diagnosis", "quebec_diploma", "quebec_experience", "outside_cmm_residence"),
        *("outside_cmm_work", "outside_cmm_study", "job_offer", "practice_authorization"),
    ]
    adaptation = [
        *("quebec_study", "family_in_quebec", "spouse_french", "spouse_age", "spouse_quebec_experience"),
        *("spouse_education", "spouse_quebec_diploma"),
    ]
    groups = ["human_capital", "quebec_needs", "adaptation"]
    points = {f"{name}_points" for name in (*human, *needs, *adaptation, *groups)}
    streams = ["eligible_1", "eligible_2", "eligible_3", "eligible_4"]
    assert scores.columns[0] == "declaration_id"
    assert scores.columns[-5:] == ["score", *streams]
    assert set(scores.columns[1:-5]) == points
    assert scores["score"].dtype == pl.Int32
    assert scores.select(streams).dtypes == [pl.Boolean] * 4
    assert scores["score"].null_count() == 0


def test_a_score_is_the_sum_of_its_groups_and_keeps_the_order_of_the_pool(scores, pool):
    total = scores["human_capital_points"] + scores["quebec_needs_points"] + scores["adaptation_points"]
    assert scores["score"].to_list() == total.to_list()
    assert scores["declaration_id"].to_list() == pl.read_parquet(pool)["declaration_id"].to_list()


def test_scores_in_csv_are_the_scores_in_parquet(scores, pool, folder):
    path = folder / "scores.csv"
    ran = tirage("score", pool, *PSTQ, "--out", path, "--lang", "fr")
    low, high = scores["score"].min(), scores["score"].max()
    assert ran.out == f"{path} : 3\u202f000 déclarations, de {low} à {high} points\n"
    assert pl.read_csv(path, schema_overrides=scores.schema).rows() == scores.rows()


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "the package pyspark is missing"), ("fr", "le paquet pyspark est absent")]
)
def test_spark_without_its_extra_is_told_with_what_to_install(pool, tmp_path, lang, said):
    with patch("ranking.spark.find_spec", return_value=None):
        ran = tirage("score", pool, *PSTQ, "--engine", "spark", "--out", tmp_path / "s.parquet", "--lang", lang)
    assert ran.status == 1
    assert said in ran.err
    assert "pip install 'tirage[spark]'" in ran.err
    assert not (tmp_path / "s.parquet").exists()


def test_both_engines_write_the_same_rows(pool, tmp_path):
    for flags in ([], ["--no-breakdown"]):
        paths = [tmp_path / f"{engine}.parquet" for engine in ("polars", "duckdb")]
        for path in paths:
            assert tirage("score", pool, *PSTQ, "--out", path, "--engine", path.stem, *flags).status == 0
        first, second = map(pl.read_parquet, paths)
        assert first.equals(second)
        assert first.height > 0


def test_a_score_without_its_parts_is_the_same_score(scores, pool, folder):
    path = folder / "total.parquet"
    assert tirage("score", pool, *PSTQ, "--out", path, "--no-breakdown").status == 0
    total = pl.read_parquet(path)
    assert total.columns == ["declaration_id", "score"]
    assert total.rows() == scores.select("declaration_id", "score").rows()


def test_a_score_as_json_says_which_law_and_how_many(scores, pool, folder):
    found = tirage("score", pool, *PSTQ, "--out", folder / "json.parquet", "--json").json
    assert found["scored"] == 3000
    assert found["law"] == LAW.on(date(2026, 4, 27)).hash
    assert (found["lowest"], found["highest"]) == (scores["score"].min(), scores["score"].max())


def test_a_pool_with_a_bad_row_is_not_scored_unless_there_is_a_quarantine(tmp_path):
    path, out = five(tmp_path, bad=True), tmp_path / "scores.parquet"
    assert tirage("score", path, *PSTQ, "--out", out).status == 1
    assert not out.exists()
    assert tirage("score", path, *PSTQ, "--out", out, "--quarantine", tmp_path / "kept.csv").status == 0
    assert pl.read_parquet(out)["declaration_id"].to_list() == ["A1", "A2", "A4", "A5"]
    assert pl.read_csv(tmp_path / "kept.csv")["declaration_id"].to_list() == ["A3"]


def test_a_pool_of_nobody_is_scored(tmp_path):
    base.frame().clear().write_parquet(tmp_path / "pool.parquet")
    ran = tirage("score", tmp_path / "pool.parquet", *PSTQ, "--out", tmp_path / "s.csv", "--lang", "fr")
    assert (ran.status, ran.out) == (0, f"{tmp_path / 's.csv'} : aucune déclaration\n")
    assert len((tmp_path / "s.csv").read_text("utf-8").splitlines()) == 1


# Explanations


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fr", ("Critère", "Volets", "plafond", "faits au 27 avril")),
        ("en", ("Criterion", "Streams", "cap", "facts on 27")),
    ],
)
def test_an_explanation_tells_every_criterion(lang, words, scores, pool):
    best = scores.sort("score", descending=True).row(0, named=True)
    ran = tirage("explain", pool, best["declaration_id"], *PSTQ, "--lang", lang)
    assert ran.status == 0
    heading = {"fr": "Déclaration {} : {} points", "en": "Declaration {}: {} points"}[lang]
    assert heading.format(best["declaration_id"], best["score"]) in ran.out
    for word in words:
        assert word in ran.out


@pytest.mark.parametrize("rank", [0, 700, 1500, 2999])
def test_the_points_of_an_explanation_are_those_of_the_score(rank, scores, pool):
    row = scores.sort("score", "declaration_id").row(rank, named=True)
    found = tirage("explain", pool, row["declaration_id"], *PSTQ, "--json").json
    assert found["declaration_id"] == row["declaration_id"]
    for criterion in found["criteria"]:
        assert sum(step["points"] for step in criterion["steps"]) == criterion["before_cap"]
        assert criterion["points"] == row[f"{criterion['id']}_points"]
    points = {part["id"]: part["points"] for part in (*found["criteria"], *found["groups"])}
    for group in found["groups"]:
        assert group["before_cap"] == sum(points[member] for member in group["members"])
        assert group["points"] == min(group["before_cap"], group["cap"])
    assert found["groups"][-1]["points"] == row["score"]


def test_an_explanation_of_a_csv_is_that_of_the_parquet(folder):
    path = folder / "explained.csv"
    base.text().write_csv(path)
    base.frame().write_parquet(folder / "explained.parquet")
    from_csv = tirage("explain", path, "A2", *PSTQ, "--json").json
    assert from_csv == tirage("explain", folder / "explained.parquet", "A2", *PSTQ, "--json").json


@pytest.mark.parametrize(("lang", "guess"), [("fr", "voulez-vous dire « A1 » ?"), ("en", "did you mean “A1”?")])
def test_a_number_that_the_pool_does_not_have_is_told_with_one_that_is_close(lang, guess, tmp_path):
    ran = tirage("explain", five(tmp_path), "A11", *PSTQ, "--lang", lang)
    assert (ran.status, ran.out) == (1, "")
    assert guess in ran.err


def test_the_other_rows_of_a_pool_may_be_bad(tmp_path):
    path = five(tmp_path, bad=True)
    assert tirage("explain", path, "A1", *PSTQ).status == 0
    assert tirage("explain", path, "A3", *PSTQ).status == 1


def test_a_bad_row_is_named_by_its_place_in_the_file(tmp_path):
    assert "row 3 (A3): 13" in tirage("explain", five(tmp_path, bad=True), "A3", *PSTQ).err


def test_an_explanation_as_json_has_its_score(tmp_path):
    found = tirage("explain", five(tmp_path), "A1", *PSTQ, "--json").json
    assert found["score"] == found["groups"][-1]["points"]


def test_an_explanation_as_json_has_its_distance_to_the_cut_offs_of_a_round(pool, done):
    best = pl.read_parquet(done / "invitations.parquet").row(0, named=True)
    asked = ("explain", pool, best["declaration_id"], *PSTQ, "--json")
    assert "round" not in tirage(*asked).json
    found = tirage(*asked, "--round", done).json["round"]
    assert (found["outcome"], found["selection"]) == ("invited", best["selection"])
    ends = {one["id"]: one["cut_off"] for one in json.loads((done / "receipt.json").read_text("utf-8"))["selections"]}
    [its] = [one for one in found["selections"] if one["id"] == best["selection"]]
    assert its["for_them"]
    assert (its["score"], its["cut_off"]) == (best["score"], ends[best["selection"]])
    assert its["above"] == its["score"] - its["cut_off"] >= 0
    assert str(its["cut_off"]) in its["said"]["fr"]


# Rounds


def test_the_folder_of_a_round_holds_what_a_replay_needs_and_nothing_else(done):
    tables = [f"{name}.parquet" for name in ("distribution", "exclusions", "invitations", "outcomes")]
    parts = [*tables, "instruction.toml", "law", "lists", "receipt.json"]
    assert sorted(path.name for path in done.iterdir()) == sorted(parts)
    assert (done / "instruction.toml").read_bytes() == ROUND.read_bytes()
    copied = {path.name: path.read_bytes() for path in (done / "lists").iterdir()}
    own = (ROUND.parent / "lists").glob(f"{ROUND.stem}-*")  # lists of other rounds are beside them
    assert copied == {path.name: path.read_bytes() for path in own}
    law = {str(path.relative_to(done / "law")): path.read_bytes() for path in (done / "law").rglob("*.*")}
    assert law == {str(path.relative_to(LAW.folder)): path.read_bytes() for path in LAW.folder.rglob("*.*")}


def test_every_declaration_of_the_pool_has_one_outcome(done, pool):
    outcomes = pl.read_parquet(done / "outcomes.parquet")
    assert outcomes.columns == ["declaration_id", "outcome", "selection"]
    assert sorted(outcomes["declaration_id"]) == sorted(pl.read_parquet(pool)["declaration_id"])
    assert set(outcomes["outcome"]) <= {outcome.name for outcome in Outcome}
    assert outcomes.filter(outcome="invited")["selection"].null_count() == 0


def test_the_invited_are_ranked_from_one_in_the_total_order(done):
    invited = pl.read_parquet(done / "invitations.parquet")
    columns = ["selection", "rank", "declaration_id", "person_id", "score", "submitted_at"]
    assert invited.columns == columns
    assert invited.height > 0
    outcomes = pl.read_parquet(done / "outcomes.parquet").filter(outcome="invited")
    assert sorted(invited.select("declaration_id", "selection").rows()) == sorted(
        outcomes.select("declaration_id", "selection").rows()
    )
    for part in invited.partition_by("selection"):
        assert part["rank"].to_list() == list(range(1, part.height + 1))
        order = part.sort(["score", "submitted_at", "declaration_id"], descending=[True, False, False])
        assert part["declaration_id"].to_list() == order["declaration_id"].to_list()


def test_the_score_of_the_invited_is_the_score_of_the_facts_of_the_extraction(done, scores):
    invited = pl.read_parquet(done / "invitations.parquet")
    both = invited.join(scores.select("declaration_id", total="score"), on="declaration_id", how="left")
    assert both["score"].to_list() == both["total"].to_list()


def test_nobody_is_excluded_without_a_ledger(done):
    exclusions = pl.read_parquet(done / "exclusions.parquet")
    assert exclusions.columns == ["declaration_id", "person_id", "exclusion"]
    assert exclusions.height == 0


def test_the_receipt_has_the_fingerprint_of_all_that_went_in_and_came_out(done, pool):
    receipt = json.loads((done / "receipt.json").read_text("utf-8"))
    prints = receipt["fingerprints"]
    assert set(prints) == {"law", "instruction", "pool", "invitations", "outcomes", "exclusions", "distribution"}
    assert prints["law"] == rules.load(done / "law").on(date(2026, 4, 30)).hash
    assert prints["pool"] == tirage("pool", "check", pool, *PSTQ, "--json").json["fingerprint"]
    invited, outcomes = (pl.read_parquet(done / f"{name}.parquet") for name in ("invitations", "outcomes"))
    assert prints["invitations"] == fingerprint.of_frame(invited, ["selection", "rank"])
    assert prints["outcomes"] == fingerprint.of_frame(outcomes, ["declaration_id"])
    assert receipt["pool"]["declarations"] == outcomes.height == sum(receipt["outcomes"].values())
    assert receipt["outcomes"] == dict(outcomes["outcome"].value_counts().sort("outcome").rows()) | receipt["outcomes"]
    assert sum(selection["invited"] for selection in receipt["selections"]) == invited.height


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_round_run_again_into_its_folder_changes_nothing(done, pool):
    before = contents(done)
    assert tirage("round", "run", ROUND, "--pool", pool, "--out", done).status == 0
    assert contents(done) == before


def test_a_round_does_not_depend_on_the_order_of_the_pool_nor_on_its_format(done, pool, folder):
    shuffled = folder / "shuffled.csv"
    cli_rows = pl.read_parquet(pool).sample(fraction=1, shuffle=True, seed=1)
    cli_rows.with_columns(pl.col("submitted_at").dt.strftime("%Y-%m-%dT%H:%M:%S%.f%:z")).write_csv(shuffled)
    ran = tirage("round", "run", ROUND, "--pool", shuffled, "--out", folder / "shuffled", "--json")
    assert ran.json["fingerprints"] == json.loads((done / "receipt.json").read_text("utf-8"))["fingerprints"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", ("Ronde refusée", "avec un autre résultat")), ("en", ("Round refused", "with another result"))],
)
def test_another_pool_may_not_be_drawn_into_the_folder_of_a_round(lang, words, done, folder):
    before = contents(done)
    ran = tirage("round", "run", ROUND, "--pool", five(folder), "--out", done, "--lang", lang)
    assert ran.status == 1
    assert all(word in ran.err for word in words)
    assert contents(done) == before


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.md").write_text("mine")
    ran = tirage("round", "run", ROUND, "--pool", five(tmp_path), "--out", tmp_path / "mine")
    assert ran.status == 1
    assert "a folder that is not one of a round" in ran.err
    assert contents(tmp_path / "mine") == {"notes.md": b"mine"}


def test_a_round_run_again_keeps_what_a_person_added_to_its_folder(tmp_path):
    tirage("round", "run", ROUND, "--pool", five(tmp_path), "--out", tmp_path / "round")
    (tmp_path / "round" / "minutes.md").write_text("signed")
    tirage("round", "run", ROUND, "--pool", five(tmp_path), "--out", tmp_path / "round")
    assert (tmp_path / "round" / "minutes.md").exists()


@pytest.mark.parametrize("receipt", ["", "{", "[]", "null"])
def test_a_receipt_that_cannot_be_read_is_told_without_a_traceback(receipt, tmp_path):
    (tmp_path / "round").mkdir()
    (tmp_path / "round" / "receipt.json").write_text(receipt)
    assert tirage("round", "run", ROUND, "--pool", five(tmp_path), "--out", tmp_path / "round").status == 1


def test_a_round_that_is_refused_leaves_no_folder(tmp_path):
    ran = tirage("round", "run", ROUND, "--pool", five(tmp_path, bad=True), "--out", tmp_path / "round")
    assert ran.status == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.parquet"]


def test_a_round_with_a_quarantine_counts_who_was_kept_apart(tmp_path):
    kept = tmp_path / "kept.parquet"
    path, out = five(tmp_path, bad=True), tmp_path / "round"
    made = tirage("round", "run", ROUND, "--pool", path, "--out", out, "--quarantine", kept, "--json").json
    assert (made["pool"]["declarations"], made["pool"]["quarantined"]) == (4, 1)
    assert pl.read_parquet(kept)["declaration_id"].to_list() == ["A3"]
    assert sorted(pl.read_parquet(out / "outcomes.parquet")["declaration_id"]) == ["A1", "A2", "A4", "A5"]


@pytest.mark.parametrize(
    ("lang", "words"), [("fr", ("Exercice", "Issues", "invitée")), ("en", ("Selection", "Outcomes"))]
)
def test_a_round_prints_its_selections_and_outcomes(lang, words, tmp_path):
    ran = tirage("round", "run", ROUND, "--pool", five(tmp_path), "--out", tmp_path / "round", "--lang", lang)
    assert ran.status == 0
    for word in (*words, "1.1", "4.2", "no_selection", str(tmp_path / "round")):
        assert word in ran.out


# The demonstration


def test_the_demonstration_shows_a_round_and_commands_that_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = tirage("demo", "--size", 2000, "--out", tmp_path / "out", "--lang", "fr")
    assert ran.status == 0
    for words in ("Ronde d’invitations du 30 avril 2026", "Exercice", "2\u202f000", "Critère", "Volets"):
        assert words in ran.out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["pool.parquet", "round", "scores.parquet"]
    proposed = [shlex.split(line) for line in ran.out.splitlines() if line.startswith("  tirage ")]
    assert len(proposed) == 3
    for command in proposed:
        assert tirage(*command[1:]).status == 0
    first, again = (
        json.loads((tmp_path / "out" / name / "receipt.json").read_text("utf-8")) for name in ("round", "again")
    )
    assert again == first


def test_the_collector_rests_while_a_command_is_imported_and_works_again_after():
    with kept():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count()
    gc.unfreeze()

"""The lists for the people who send letters: those invited and nobody else, as cells that nothing executes."""

import hashlib
import json
import zipfile
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import fastexcel
import polars as pl
import pytest
from test_command_line import ROUND, tirage

import rules
from ranking import sample
from ranking.workbook import Sheet, save

TRAP = '=HYPERLINK("http://x","y")'
ZONE = ZoneInfo("America/Toronto")
HEADS = {
    "fr": ["Rang", "Numéro de la déclaration", "Numéro de la personne", "Pointage"],
    "en": ["Rank", "Declaration number", "Person number", "Score"],
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A round, in which the number of one person invited looks like a formula, and another's like a whole number."""
    folder = tmp_path_factory.mktemp("lists")
    law = rules.load("quebec/pstq").on(date(2026, 4, 30))
    frame = sample.generate(law, 500, seed=3, on=date(2026, 4, 27))

    def run(pool):
        pool.write_parquet(folder / "p.parquet")
        ran = tirage("round", "run", ROUND, "--pool", folder / "p.parquet", "--out", folder / f"r{len(pool.columns)}")
        assert ran.status == 0, ran.err
        return folder / f"r{len(pool.columns)}"

    first, second, *_ = pl.read_parquet(run(frame) / "invitations.parquet")["person_id"].to_list()
    persons = pl.col("person_id").replace({first: TRAP, second: "00042"})
    return run(frame.with_columns(persons, more=pl.lit(1)))


def invited(desk):
    return pl.read_parquet(desk / "invitations.parquet")


def written(desk, path, *options):
    ran = tirage("round", "lists", desk, "--out", path, *options)
    assert ran.status == 0, ran.err
    assert hashlib.sha256((desk / "receipt.json").read_bytes()).hexdigest() in ran.out
    return path


def rows_of(path, sheet, head=2):
    return fastexcel.read_excel(path).load_sheet(sheet, header_row=head).to_polars()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_sheet_for_each_selection_has_those_it_invited_in_their_order(desk, tmp_path, lang):
    path = written(desk, tmp_path / "l.xlsx", "--lang", lang)
    wanted = invited(desk)
    names = fastexcel.read_excel(path).sheet_names
    assert names[1:] == wanted["selection"].unique(maintain_order=True).to_list()
    for name in names[1:]:
        rows, mine = rows_of(path, name), wanted.filter(selection=name)
        assert rows.columns[:4] == HEADS[lang]
        assert rows.columns[4].endswith("(America/Toronto)")
        assert rows.to_series(0).to_list() == mine["rank"].to_list()
        assert rows.to_series(1).to_list() == mine["declaration_id"].to_list()
        assert rows.to_series(2).to_list() == mine["person_id"].to_list()
        assert rows.to_series(3).to_list() == mine["score"].to_list()
        local = [one.astimezone(ZONE).replace(tzinfo=None) for one in mine["submitted_at"].to_list()]
        assert all(abs(a - b).total_seconds() < 0.01 for a, b in zip(rows.to_series(4), local, strict=True))


def test_the_cover_has_the_fingerprint_of_the_receipt_and_the_counts(desk, tmp_path):
    path = written(desk, tmp_path / "l.xlsx", "--lang", "fr")
    cells = fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars()
    facts = dict(cells.iter_rows())
    receipt = json.loads((desk / "receipt.json").read_text())
    assert hashlib.sha256((desk / "receipt.json").read_bytes()).hexdigest() in facts.values()
    assert receipt["fingerprints"]["invitations"] in facts.values()
    assert facts["Invitées"] == str(invited(desk).height)
    assert "Confidentiel : renseignements personnels." in facts


def test_no_cell_is_a_formula_and_codes_stay_text(desk, tmp_path):
    path = written(desk, tmp_path / "l.xlsx", "--together")
    assert {TRAP, "00042"} <= set(invited(desk)["person_id"].to_list())
    rows = rows_of(path, 1)
    assert {TRAP, "00042"} <= set(rows["Person number"].to_list())
    assert rows.height == invited(desk).height
    with zipfile.ZipFile(path) as book:
        parts = [book.read(name) for name in book.namelist()]
    assert not any(b"<f>" in part or b"<hyperlink" in part for part in parts)


def test_the_csv_has_one_column_of_selections_and_nothing_that_runs(desk, tmp_path):
    path = written(desk, tmp_path / "l.csv", "--lang", "fr")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = pl.read_csv(path, infer_schema=False)
    assert rows["Exercice"].to_list() == invited(desk)["selection"].to_list()
    assert f"'{TRAP}" in rows["Numéro de la personne"].to_list()
    assert "00042" in rows["Numéro de la personne"].to_list()
    told = [datetime.fromisoformat(one).astimezone(UTC) for one in rows["Déposée le (America/Toronto)"]]
    assert told == invited(desk)["submitted_at"].to_list()


def test_the_lists_are_the_same_bytes_each_time(desk, tmp_path):
    first, second = written(desk, tmp_path / "a.xlsx"), written(desk, tmp_path / "b.xlsx")
    assert first.read_bytes() == second.read_bytes()


def test_only_those_invited_are_listed(desk, tmp_path):
    text = written(desk, tmp_path / "l.csv").read_text("utf-8-sig")
    others = pl.read_parquet(desk / "outcomes.parquet").filter(pl.col("outcome") != "invited")["declaration_id"]
    assert not any(one in text for one in others.to_list())


def test_lists_that_are_not_those_of_the_receipt_are_refused(desk, tmp_path):
    changed = tmp_path / "r"
    changed.mkdir()
    for one in desk.iterdir():
        (changed / one.name).symlink_to(one)
    (changed / "invitations.parquet").unlink()
    invited(desk).head(-1).write_parquet(changed / "invitations.parquet")
    ran = tirage("round", "lists", changed, "--out", tmp_path / "l.xlsx", "--lang", "fr")
    assert ran.status == 1
    assert "qui ne sont pas celles du reçu" in ran.err
    assert not (tmp_path / "l.xlsx").exists()


def test_another_ending_is_refused(desk, tmp_path):
    ran = tirage("round", "lists", desk, "--out", tmp_path / "l.docx")
    assert (ran.status, ".xlsx or .csv" in ran.err) == (1, True)


def test_sheets_have_names_that_spreadsheets_take(tmp_path):
    names = ["a/b", "A-B", "x" * 40, "x" * 40, "'", ""]
    save([Sheet(name, (), ("h",), [(1,)]) for name in names], tmp_path / "s.xlsx", "t")
    found = fastexcel.read_excel(tmp_path / "s.xlsx").sheet_names
    assert (len({name.lower() for name in found}), max(map(len, found))) == (6, 31)

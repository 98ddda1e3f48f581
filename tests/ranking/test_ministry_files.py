"""Pools as ministries have them: workbooks, their own columns and codes; and the file that is started for them."""

import tomllib
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples
from test_command_line import PSTQ, ROUND, tirage

import rules
from ranking import likeness, read_pool, sample
from ranking.column_map import read_column_map
from ranking.faults import PoolError
from ranking.reference import data_folder

DAY = date(2026, 4, 27)
LAW = rules.load("quebec/pstq").on(DAY)
ZONE = ZoneInfo("America/Toronto")
EDUCATION = LAW.attributes["education"].labels
OWN = {
    "No de déclaration": "declaration_id",
    "No de personne": "person_id",
    "Déposée (date et heure)": "submitted_at",
    "Naissance (date)": "birth_date",
    "Époux ou conjoint accompagne": "accompanying_spouse",
    "Scolarité (niveau)": "education",
    "Profession principale": "main_occupation",
    "Français - compréhension orale": "french_listening",
}


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    """A small pool in Parquet."""
    path = tmp_path_factory.mktemp("pools") / "pool.parquet"
    frame = sample.generate(LAW, 130, seed=5, on=DAY).with_columns(pl.col("submitted_at").dt.truncate("1s"))
    local = pl.col("submitted_at").dt.convert_time_zone("America/Toronto")
    once = frame.filter(~((local.dt.date() == date(2025, 11, 2)) & (local.dt.hour() == 1))).head(120)
    low = (
        pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("00012")).otherwise(pl.col("main_occupation").cast(pl.String))
    )
    once.with_columns(low.cast(frame.schema["main_occupation"]).alias("main_occupation")).write_parquet(path)
    return path


def write_xlsx(path, frame, sheet="Banque", before=()):
    """Write a workbook as people do: dates as dates, codes as text, true and false as such."""
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    for name in before:
        book.add_worksheet(name).write_string(0, 0, "notes")
    page, day = book.add_worksheet(sheet), book.add_format({"num_format": "dd/mm/yyyy"})
    for column, name in enumerate(frame.columns):
        page.write_string(0, column, name)
        for row, value in enumerate(frame[name].to_list(), 1):
            if value is None:
                continue
            if isinstance(value, datetime):
                page.write_string(row, column, value.isoformat())
            elif isinstance(value, date):
                page.write_datetime(row, column, datetime.combine(value, time()), day)
            elif isinstance(value, bool):
                page.write_boolean(row, column, value)
            elif isinstance(value, int):
                page.write_number(row, column, value)
            else:
                page.write_string(row, column, value)
    book.close()
    return path


def own(frame):
    """The same pool as a French ministry has it."""
    titles = {key: title.fr for key, title in EDUCATION.items()}
    day = pl.col("birth_date").dt.strftime("%d/%m/%Y")
    local = pl.col("submitted_at").dt.convert_time_zone("America/Toronto").dt.strftime("%Y-%m-%d %H:%M:%S")
    yes = pl.col("accompanying_spouse").replace_strict({True: "Oui", False: "Non"}, return_dtype=pl.String)
    made = frame.with_columns(
        day,
        local,
        yes,
        pl.col("education").cast(pl.String).replace_strict(titles, return_dtype=pl.String),
        pl.col("main_occupation").cast(pl.String).str.strip_chars_start("0").replace("", "0"),
        pl.format("{},0", "french_listening").alias("french_listening"),
    )
    return made.rename({ours: theirs for theirs, ours in OWN.items()}).with_columns(Notes=pl.lit("x"))


def suggested(file, out, *options):
    ran = tirage("columns", "suggest", file, "--program", "quebec/pstq", "--on", DAY, "--out", out, *options)
    assert ran.status == 0, ran.err
    return ran


def checked(file, *options):
    return tirage("pool", "check", file, *PSTQ, *options)


def test_a_workbook_gives_the_pool_and_the_fingerprint_of_the_parquet(pool, tmp_path):
    wanted = read_pool(pool, LAW, facts_on=DAY)
    frame = pl.read_parquet(pool)
    path = write_xlsx(tmp_path / "pool.xlsx", frame)
    found = read_pool(path, LAW, facts_on=DAY)
    assert found.fingerprint == wanted.fingerprint
    assert found.frame.equals(wanted.frame.select(found.frame.columns))
    second = write_xlsx(tmp_path / "second.xlsx", frame, before=("Lisez-moi",))
    assert checked(second, "--sheet", "Banque", "--json").json["fingerprint"] == wanted.fingerprint
    assert read_pool(second, LAW, facts_on=DAY, sheet="Banque").fingerprint == wanted.fingerprint


def test_a_file_is_started_read_over_and_gives_the_same_pool(pool, tmp_path):
    wanted = read_pool(pool, LAW, facts_on=DAY).fingerprint
    frame = own(pl.read_parquet(pool))
    frame.write_csv(tmp_path / "banque.csv", separator=";")
    write_xlsx(tmp_path / "banque.xlsx", frame)
    for name in ("banque.csv", "banque.xlsx"):
        out = tmp_path / f"{name}.toml"
        ran = suggested(tmp_path / name, out, "--lang", "fr")
        text = out.read_text("utf-8")
        made = tomllib.loads(text)["columns"]
        assert {theirs: next(one for one in made if made[one]["column"] == theirs) for theirs in OWN} == OWN
        assert made["birth_date"]["date"] == "%d/%m/%Y"
        assert made["submitted_at"]["zone"] == "America/Toronto"
        assert (made["accompanying_spouse"]["true"], made["accompanying_spouse"]["false"]) == (["Oui"], ["Non"])
        assert (made["main_occupation"]["digits"], made["french_listening"]["decimal"]) == (5, ",")
        assert "Colonnes que rien ne lit : Notes" in ran.err
        out.write_text(text.replace("# drop", "drop"), "utf-8")
        done = checked(tmp_path / name, "--columns", out, "--json")
        assert done.status == 0, done.err
        assert done.json["fingerprint"] == wanted


def test_every_command_that_reads_a_pool_reads_it_by_columns(pool, tmp_path):
    frame = own(pl.read_parquet(pool))
    file, out = tmp_path / "banque.csv", tmp_path / "c.toml"
    frame.write_csv(file)
    suggested(file, out)
    by = ("--columns", out)
    plain = tirage("score", pool, *PSTQ, "--out", tmp_path / "a.csv", "--json")
    mapped = tirage("score", file, *PSTQ, "--out", tmp_path / "b.csv", "--json", *by)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert plain.json["median"] == mapped.json["median"]
    explained = [tirage("explain", one, "S0000003", *PSTQ, "--json", *o).json for one, o in ((pool, ()), (file, by))]
    assert explained[0] == explained[1]
    frame.write_parquet(tmp_path / "banque.parquet")
    again = tirage("score", tmp_path / "banque.parquet", *PSTQ, "--out", tmp_path / "c.parquet", "--json", *by)
    assert again.json["median"] == plain.json["median"]
    assert tirage("explain", tmp_path / "banque.parquet", "S0000003", *PSTQ, "--json", *by).json == explained[0]
    (tmp_path / "pieces").mkdir()
    for number, half in enumerate((frame.head(2), frame.tail(-2))):
        half.write_parquet(tmp_path / "pieces" / f"p-{number}.parquet")
    for pieces in (tmp_path / "pieces", tmp_path / "pieces" / "p-*.parquet"):
        assert tirage("explain", pieces, "S0000003", *PSTQ, "--json", *by).json == explained[0]
        missing = tirage("explain", pieces, "S9999999", *PSTQ, *by)
        assert (missing.status, "S9999999" in missing.err) == (1, True)
    shown = tirage("pool", "show", file, "--first", 1, "--json", *by).json[0]
    assert (shown["declaration_id"], shown["accompanying_spouse"] in ("true", "false")) == ("S0000001", True)
    assert tirage("pool", "show", file, "--first", 1, "--json").json[0]["No de déclaration"] == "S0000001"


def test_a_value_that_nothing_maps_is_counted_with_its_column_and_its_row(pool, tmp_path):
    frame = own(pl.read_parquet(pool))
    file, out, bad = tmp_path / "banque.csv", tmp_path / "c.toml", tmp_path / "bad.csv"
    frame.write_csv(file)
    suggested(file, out)
    # "doctorate" is a label of ours: what the file of columns does not say is not taken for known
    education = pl.when(pl.int_range(pl.len()).is_in([3, 9])).then(pl.lit("doctorate")).otherwise("Scolarité (niveau)")
    birth = pl.when(pl.int_range(pl.len()) == 4).then(pl.lit("31/02/1990")).otherwise("Naissance (date)")
    broken = frame.with_columns(education.alias("Scolarité (niveau)"), birth.alias("Naissance (date)"))
    broken.write_csv(file)
    ran = checked(file, "--columns", out, "--lang", "fr")
    assert ran.status == 1
    assert "banque.csv, colonne education (« Scolarité (niveau) ») : 2 lignes" in ran.err
    assert "ligne 4 (S0000004) : doctorate · ligne 10 (S0000010) : doctorate" in ran.err
    assert "[columns.education]" in ran.err
    assert "ligne 5 (S0000005) : 31/02/1990" in ran.err
    kept = checked(file, "--columns", out, "--quarantine", bad, "--json")
    assert (kept.json["good"], kept.json["quarantined"]) == (117, 3)
    assert pl.read_csv(bad, infer_schema=False)["education"].to_list().count("doctorate") == 2


BASE = """
[columns.declaration_id]
column = "id"
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[columns.age]\ncolum = "id"', "colum"),
        ('[columns.education]\ncolumn = "Scolarite"', "did you mean “Scolarité”?"),
        ('[columns.educaton]\ncolumn = "Scolarité"', "did you mean “education”?"),
        ('[columns.education]\ncolumn = "Scolarité"\nconstant = "none"', "“column” or “constant”"),
        ('[columns.birth_date]\ncolumn = "id"\ndate = "%d/%m"', "%d, %m and %Y"),
        ('[columns.submitted_at]\ncolumn = "id"\ninstant = "%Y-%m-%d %H:%M"', "without a zone"),
        ('[columns.submitted_at]\ncolumn = "id"\ninstant = "%H"\nzone = "Mars/Olympus"', "Mars/Olympus"),
        ('[columns.education]\ncolumn = "id"\ntrue = ["a"]', "“false” is missing"),
        ('[columns.education]\ncolumn = "id"\ndigits = 5\ndecimal = ","', "one way to read"),
        ('[columns.education]\ncolumn = "id"\ntrue = ["a"]\nfalse = ["a"]', "keep it on one side"),
        ('[columns.education]\ncolumn = "Scolarité"', 'drop = ["education"]'),
        ("drop = 3", "drop"),
        ("not toml", "c.toml"),
    ],
)
def test_a_wrong_file_of_columns_is_refused_in_words(tmp_path, text, said):
    pl.DataFrame({"id": ["a"], "Scolarité": ["x"], "education": ["none"]}).write_csv(tmp_path / "p.csv")
    (tmp_path / "c.toml").write_text(text + "\n" + BASE, "utf-8")
    ran = checked(tmp_path / "p.csv", "--columns", tmp_path / "c.toml")
    assert (ran.status, "Traceback" in ran.err) == (1, False)
    assert said in ran.err


def test_a_file_that_is_not_there_is_told(tmp_path):
    ran = checked(tmp_path / "p.csv", "--columns", tmp_path / "c.toml", "--lang", "fr")
    assert ran.status == 1
    assert "tirage columns suggest" in ran.err


def broken_workbook(path, what):
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("Banque")
    if what != "empty":
        for column, name in enumerate(["declaration_id", "a", "a" if what == "twice" else "b"]):
            page.write_string(0, column, name)
        page.write_string(1, 0, "D1")
        if what == "failed":
            page.write_formula(1, 1, "=1/0", None, "#DIV/0!")
    book.close()
    return path


@pytest.mark.parametrize(
    ("what", "options", "said"),
    [
        ("empty", (), "une feuille vide"),
        ("twice", (), "des colonnes répétées : a"),
        ("failed", (), "B2 = #DIV/0!"),
        ("good", ("--sheet", "Banqe"), "voulez-vous dire « Banque » ?"),
        ("good", (), "submitted_at"),
    ],
)
def test_a_wrong_workbook_is_refused_in_words(tmp_path, what, options, said):
    ran = checked(broken_workbook(tmp_path / "p.xlsx", what), *options, "--lang", "fr")
    assert (ran.status, "Traceback" in ran.err) == (1, False)
    assert said in ran.err


def test_what_is_no_workbook_and_a_sheet_of_a_csv_are_refused(pool, tmp_path):
    (tmp_path / "p.xlsx").write_text("a;b\n1;2\n")
    assert "not a readable workbook" in checked(tmp_path / "p.xlsx").err
    assert "--sheet" in checked(pool, "--sheet", "Banque").err
    assert (
        ".parquet, .csv or .xlsx" in checked(tmp_path / "p.docx").err or "no file" in checked(tmp_path / "p.docx").err
    )


def test_a_workbook_has_the_faults_of_a_csv(pool, tmp_path):
    codes = pl.col("main_occupation").cast(pl.String).str.strip_chars_start("0")
    frame = pl.read_parquet(pool).with_columns(codes, submitted_at=pl.col("submitted_at").dt.strftime("%F %T"))
    frame.write_csv(tmp_path / "p.csv")
    write_xlsx(tmp_path / "p.xlsx", frame)
    said = [checked(tmp_path / name).err.replace(name, "p") for name in ("p.csv", "p.xlsx")]
    assert "offset" in said[0]
    assert said[0] == said[1]


def test_an_hour_that_the_autumn_clock_repeats_is_no_instant(pool, tmp_path):
    frame = pl.read_parquet(pool).head(2)
    local = pl.Series("submitted_at", ["2025-11-02 00:30:00", "2025-11-02 01:30:00"])
    frame.with_columns(local).write_csv(tmp_path / "p.csv")
    text = '[columns.submitted_at]\ncolumn = "submitted_at"\ninstant = "%Y-%m-%d %H:%M:%S"\nzone = "America/Toronto"\n'
    (tmp_path / "c.toml").write_text(text)
    ran = checked(tmp_path / "p.csv", "--columns", tmp_path / "c.toml")
    assert ran.status == 1
    assert "column submitted_at (“submitted_at”): 1 row" in ran.err
    assert "2025-11-02 01:30:00" in ran.err


def test_a_constant_and_what_an_empty_cell_says(pool, tmp_path):
    frame = pl.read_parquet(pool).with_columns(job_offer=pl.lit(None, pl.String)).drop("regulated_job")
    frame.write_csv(tmp_path / "p.csv")
    text = (
        '[columns.job_offer]\ncolumn = "job_offer"\nempty = "inside_cmm"\n[columns.regulated_job]\nconstant = false\n'
    )
    (tmp_path / "c.toml").write_text(text)
    found = read_pool(tmp_path / "p.csv", LAW, facts_on=DAY, columns=tmp_path / "c.toml").frame
    assert set(found["job_offer"].to_list()) == {"inside_cmm"}
    assert set(found["regulated_job"].to_list()) == {False}
    with pytest.raises(PoolError):
        read_pool(tmp_path / "none.csv", LAW, columns=tmp_path / "none.toml")


@examples(30)
@given(names=st.lists(st.text(min_size=1, max_size=12), max_size=6, unique=True))
def test_names_are_matched_one_to_one(names):
    pairs = likeness.matched(names, {name: (name,) for name in names})
    assert len(set(pairs.values())) == len(pairs)
    assert set(pairs) <= set(names)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Date de naissance", "naissance_date"), ("ÉPOUX", "epoux"), ("Nb de mois", "Nombre mois"), ("mois", "moi s")],
)
def test_accents_capitals_order_and_small_words_do_not_matter(one, other):
    assert likeness.alike(likeness.words(one), likeness.words(other)) >= likeness.ENOUGH or other == "moi s"


def test_a_round_is_run_and_verified_on_the_file_as_the_ministry_has_it(pool, tmp_path):
    file, out, folder = tmp_path / "banque.xlsx", tmp_path / "c.toml", tmp_path / "r"
    write_xlsx(file, own(pl.read_parquet(pool)))
    suggested(file, out)
    out.write_text(out.read_text("utf-8").replace("# drop", "drop"), "utf-8")
    ran = tirage("round", "run", ROUND, "--pool", file, "--out", folder, "--columns", out)
    assert ran.status == 0, ran.err
    for one, options in ((file, ("--columns", out)), (pool, ())):
        assert tirage("round", "verify", folder, "--pool", one, "--no-record", *options).status == 0
    assert tirage("round", "verify", folder, "--pool", file, "--no-record").status == 1


def test_the_file_that_the_page_shows_is_one_that_is_read(tmp_path):
    page = (data_folder().parent / "docs" / "columns.md").read_text("utf-8")
    (tmp_path / "c.toml").write_text(page.split("```toml\n")[1].split("```")[0], "utf-8")
    made = read_column_map(tmp_path / "c.toml")
    made.check_attributes(LAW)
    labels = LAW.attributes["education"].labels
    assert set(made.source.columns["education"].values.values()) <= set(labels)
    frame = pl.DataFrame({name: ["7,0"] for name in (*made.theirs.values(), "Notes", "more")})
    read = made.applied(frame, "p").row(0, named=True)
    assert (read["french_listening"], read["regulated_job"], read["more"], "Notes" in read) == (
        "7",
        "false",
        "7,0",
        False,
    )

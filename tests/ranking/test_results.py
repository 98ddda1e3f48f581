"""The folder of a result: the same bytes each time, a watermark everywhere, cells are text, nothing hidden leaks."""

import json
import zipfile
from datetime import date

import polars as pl
import pytest

from ranking.chart import WATERMARK, apart
from ranking.escaping import escaped
from ranking.simulate.results import Chart, Provenance, Results, Table
from rules.faults import TirageError
from rules.text import Text, same

PROVENANCE = Provenance(
    "simulate trial",
    {"pool": "/somewhere/else/p.parquet", "by": ("sex",), "on": date(2030, 1, 1)},
    "lumen/guild",
    seed=7,
)
PEOPLE = Table(
    pl.DataFrame(
        {
            "value_fr": ["=1+1", "Hors du Québec", "Montréal"],
            "value_en": ["=1+1", "Outside Québec", "Montréal"],
            "code": ["a", "b", "c"],
            "gained": [3, 20, 40],
            "people": [6, 100, 160],
            "share": [0.5, 0.2, 0.25],
            "mean": [12.5, -3.0, 0.0],
        }
    ),
    Text("Qui", "Who"),
    {
        "value": Text("Valeur", "Value"),
        "gained": Text("Entrées", "Brought in"),
        "people": Text("Personnes", "People"),
        "share": Text("Part", "Share"),
        "mean": Text("Écart moyen", "Mean change"),
    },
    counts=("gained", "people"),
    shares={"share": ("gained", "people")},
    signed=("mean",),
    codes=("code",),
)


def bars(lang, frame):
    import altair as alt

    return alt.Chart(frame).mark_bar().encode(x="gained:Q", y=f"value_{lang}:N")


def made():
    of = {"people": PEOPLE, "each": Table(PEOPLE.frame, same("Each"), PEOPLE.columns, persons=True)}
    return Results(
        Text("Essai", "Trial"),
        PROVENANCE,
        {"gained": 63, "few": 2, "share": 0.5},
        of,
        {"who": Chart(Text("Qui entre", "Who comes in"), bars, of=("people",))},
        lambda figures: [same(f"few: {figures['few']}")],
        totals={"gained": ("people", "gained")},
        counted=("few",),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("results") / "trial"
    made().write(path, "fr")
    return path


def texts(path):
    """All the text of a workbook."""
    with zipfile.ZipFile(path) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


def test_a_second_write_gives_the_same_bytes(folder, tmp_path):
    made().write(tmp_path / "again", "fr")
    names = {path.name for path in folder.iterdir()}
    assert names == {path.name for path in (tmp_path / "again").iterdir()}
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_every_file_that_people_read_says_that_it_is_a_simulation(folder):
    words = WATERMARK.fr
    for name in ("page.html", "page.md", "who.svg", "summary.json"):
        assert words in (folder / name).read_text(encoding="utf-8"), name
    assert texts(folder / "tables.xlsx").count(words) >= 3
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["simulation"] is True
    assert pl.read_parquet_metadata(folder / "people.parquet")["simulation"] == WATERMARK.en


def test_the_page_stands_alone(folder):
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert 'src="' not in page
    assert "<script" not in page


def test_two_pictures_on_one_page_share_no_id():
    drawn = '<svg><linearGradient id="g0"/><rect fill="url(#g0)"/><use href="#g0"/></svg>'
    parted = apart(drawn, "who")
    assert parted == '<svg><linearGradient id="who-g0"/><rect fill="url(#who-g0)"/><use href="#who-g0"/></svg>'


def test_no_absolute_path_is_kept(folder):
    arguments = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["provenance"]["arguments"]
    assert arguments == {"pool": "p.parquet", "by": ["sex"], "on": "2030-01-01"}


def test_cells_that_begin_like_formulas_are_text(folder):
    book = texts(folder / "tables.xlsx")
    assert "=1+1" in book
    assert "<f>" not in book
    assert (folder / "people.csv").read_text(encoding="utf-8").splitlines()[1].startswith("'=1+1,'=1+1,a,3")
    signs = pl.DataFrame({"x": ["+1", "-1", "@a", "=b", "c", None]})
    assert escaped(signs)["x"].to_list() == ["'+1", "'-1", "'@a", "'=b", "c", None]


def test_a_reader_sees_one_language_and_a_machine_sees_both(folder):
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert "Hors du Québec" in page
    assert "Outside Québec" not in page
    assert "12,5" in page
    assert "50,0 %" in page
    assert pl.read_parquet(folder / "people.parquet").columns == PEOPLE.frame.columns


def test_what_is_published_hides_small_counts_everywhere(tmp_path):
    folder = tmp_path / "published"
    folder.mkdir()
    files = made().write(folder, "en", publish=True, least=5)
    frame = pl.read_parquet(folder / "people.parquet")
    assert frame["gained"].to_list() == [None, None, 40]
    assert frame["people"].to_list() == [6, 100, 160]
    assert frame["share"].to_list() == [None, None, 0.25]
    assert frame["mean"].to_list() == [None, None, 0.0]
    said = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert said["figures"] == {"gained": 63, "few": None, "share": 0.5}
    assert said["published"] == {"least_count": 5, "rounded_to": None}
    assert "each.csv" not in files
    assert "few: None" in (folder / "page.html").read_text(encoding="utf-8")
    assert "3" not in pl.read_csv(folder / "people.csv")["gained"].cast(pl.String).drop_nulls().to_list()


def test_rounding_rounds_counts_and_makes_shares_of_them(tmp_path):
    made().write(tmp_path, "en", publish=True, rounding=True)
    frame = pl.read_parquet(tmp_path / "people.parquet")
    assert frame["people"].to_list() == [5, 100, 160]
    assert frame["share"].to_list() == [None, None, 0.25]
    assert json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))["figures"]["gained"] == 65


def test_a_total_that_is_small_is_hidden_among_the_figures_too():
    few = Table(PEOPLE.frame.with_columns(gained=pl.Series([3, 0, 0])), same("Few"), PEOPLE.columns, counts=("gained",))
    results = Results(same("x"), PROVENANCE, {"gained": 3}, {"few": few}, totals={"gained": ("few", "gained")})
    assert results.published().figures == {"gained": None}


def test_a_second_result_replaces_the_files_of_the_first(tmp_path):
    made().write(tmp_path, "fr")
    made().write(tmp_path, "fr", formats=("json",))
    assert not (tmp_path / "people.csv").exists()
    assert (tmp_path / "summary.json").exists()


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(TirageError, match="something else"):
        made().write(tmp_path, "fr")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]

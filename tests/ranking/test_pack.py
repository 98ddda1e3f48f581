"""The publication pack: what it says is in the folder of the round, nobody is in it, and nothing hidden comes back."""

import copy
import json
import shutil
import zipfile
from datetime import date

import jsonschema
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from strategies import examples
from test_command_line import ROUND, tirage

import rules
from ranking import lots, sample
from ranking.reference import data_folder
from ranking.report.pack import FILES
from ranking.report.publication.figures import Figures
from ranking.report.publication.made import shown_of
from ranking.report.publication.own_lot import shortest

K = 5
LOT = data_folder() / "instructions" / "mechanisms" / "quebec-lot.toml"
NAMES = ("declarations", "eligible", "invited")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Rounds of small pools, where most counts are small; and one with lots."""
    folder = tmp_path_factory.mktemp("packs")
    law = rules.load("quebec/pstq").on(date(2026, 4, 30))
    for name, size, instruction in (("a", 400, ROUND), ("b", 1500, ROUND), ("c", 6000, ROUND), ("lot", 1500, LOT)):
        sample.generate(law, size, seed=size, on=date(2026, 4, 27)).write_parquet(folder / f"{name}.parquet")
        ran = tirage("round", "run", instruction, "--pool", folder / f"{name}.parquet", "--out", folder / name)
        assert ran.status == 0, ran.err
    return folder


def packed(desk, name, *options):
    out = desk / "-".join(["pack", name, *map(str, options)])
    ran = tirage("round", "publish", desk / name, "--out", out, *options)
    assert ran.status == 0, ran.err
    return out


def read(pack):
    return json.loads((pack / "round.json").read_text(encoding="utf-8"))


def cells(made):
    """Every count of a pack by its name; None where hidden."""
    found = {("total", name): made[name] for name in NAMES}
    found |= {("selection", one["id"]): one["invited"] for one in made["selections"]}
    found |= {("outcome", one["code"]): one["declarations"] for one in made["outcomes"] if one["code"] != "invited"}
    found |= {("exclusion", one["id"]): one["declarations"] for one in made["exclusions"]}
    return found | {(name, band["low"]): band[name] for band in made["bands"] for name in NAMES}


class Attack:
    """Somebody with a pack and linear programming: the largest and least that any sum of counts can be."""

    def __init__(self, made):
        self.known = cells(made)
        self.at = {cell: place for place, cell in enumerate(self.known)}
        self.bounds = [(1, None) if value is None else (value, value) for value in self.known.values()]
        self.rows, self.limits = [], []
        selections, bands = made["selections"], made["bands"]
        for one in selections:
            for band in bands:
                self.add(("by", one["id"], band["low"]), one["cut_off"], band)
        self.sum(("total", "invited"), [("selection", one["id"]) for one in selections])
        codes = [one["code"] for one in made["outcomes"] if one["code"] != "invited"]
        self.sum(("total", "declarations"), [("total", "invited"), *[("outcome", code) for code in codes]])
        if made["exclusions"]:
            self.sum(("outcome", "excluded"), [("exclusion", one["id"]) for one in made["exclusions"]])
        for name in NAMES:
            self.sum(("total", name), [(name, band["low"]) for band in bands])
        for band in bands:
            self.sum(("invited", band["low"]), [("by", one["id"], band["low"]) for one in selections])
            self.no_less(("declarations", band["low"]), ("eligible", band["low"]))
            self.no_less(("eligible", band["low"]), ("invited", band["low"]))
        for one in selections:
            self.sum(("selection", one["id"]), [("by", one["id"], band["low"]) for band in bands])
        out = {"expired", "withdrawn", "already_invited", "duplicate_person", "excluded", "not_eligible"}
        assert "unknown" not in codes
        able = [("outcome", code) for code in codes if code not in out]
        self.sum(("total", "eligible"), [("total", "invited"), *able])

    def add(self, cell, cut_off, band):
        self.at[cell] = len(self.at)
        below = cut_off is not None and band["high"] < cut_off
        there = cut_off is not None and band["low"] <= cut_off <= band["high"]
        self.bounds.append((0, 0) if below else (1 if there else 0, None))

    def sum(self, whole, parts):
        self.rows.append({whole: -1} | dict.fromkeys(parts, 1))

    def no_less(self, whole, part):
        self.limits.append({part: 1, whole: -1})

    def matrix(self, rows):
        made = np.zeros((len(rows), len(self.at)))
        for place, row in enumerate(rows):
            for cell, sign in row.items():
                made[place, self.at[cell]] = sign
        return made

    def most(self, weights):
        """Give the most that a sum of counts can be."""
        aim = self.matrix([weights])[0]
        limits = {"A_ub": self.matrix(self.limits), "b_ub": np.zeros(len(self.limits))}
        equal = {"A_eq": self.matrix(self.rows), "b_eq": np.zeros(len(self.rows))}
        found = linprog(-aim, bounds=self.bounds, **limits, **equal)
        assert found.status in (0, 3), found.message
        return np.inf if found.status == 3 else -found.fun

    def recovered(self, truth):
        """Name the small counts of which one can tell that they are small: those of tables, and differences."""
        small = {(cell,): {cell: 1} for cell, value in truth.items() if value is not None and 0 < value < K}
        for kind, low in truth:
            for less in {"declarations": ["eligible"], "eligible": ["invited"]}.get(kind, []):
                if 0 < truth[kind, low] - truth[less, low] < K:
                    small[(kind, low), (less, low)] = {(kind, low): 1, (less, low): -1}
        return [name for name, weights in small.items() if self.most(weights) < K - 1e-6]


@pytest.mark.parametrize("name", ["a", "b", "c", "lot"])
def test_no_small_count_can_be_told_from_all_that_is_published(desk, name):
    truth, made = cells(read(packed(desk, name, "--least", 1))), read(packed(desk, name))
    assert None not in truth.values()
    shown = cells(made)
    assert all(shown[cell] in (None, value) for cell, value in truth.items())
    assert any(value is None for value in shown.values())
    assert Attack(made).recovered(truth) == []


@pytest.mark.parametrize("name", ["a", "b", "lot"])
def test_the_same_attack_tells_them_where_only_the_small_ones_are_hidden(desk, name):
    made = read(packed(desk, name, "--least", 1))
    truth, bare = cells(made), copy.deepcopy(made)
    for one in (*bare["selections"], *bare["outcomes"], *bare["exclusions"], *bare["bands"]):
        for key in (*NAMES,):
            if 0 < (one.get(key) or 0) < K:
                one[key] = None
    assert Attack(bare).recovered(truth)
    assert len(Attack(made).recovered(truth)) > len(Attack(bare).recovered(truth)) / 2


COUNT = st.one_of(st.sampled_from([0, 0, 1, 2, 3, 4]), st.integers(0, 40))


@st.composite
def figures(draw):
    """A small round: people by selection and band, eligible ones who were not invited, others; and why."""
    names, lows = draw(st.integers(1, 3)), range(0, 100 * draw(st.integers(1, 3)), 100)
    by = {(f"s{one}", low): draw(COUNT) for one in range(names) for low in lows}
    left, rest = [draw(COUNT) for _ in lows], [draw(COUNT) for _ in lows]
    rows = []
    for low, more, others in zip(lows, left, rest, strict=True):
        here = sum(count for (_, band), count in by.items() if band == low)
        rows.append((low, low + 99, here + more + others, here + more, here))
    lost, excluded = draw(st.integers(0, sum(left))), draw(st.integers(0, sum(rest)))
    first = draw(st.integers(0, excluded))
    outcomes = {"excluded": excluded, "invited": sum(by.values()), "tie_lost": lost, "below_cut_off": sum(left) - lost}
    outcomes["not_eligible"] = sum(rest) - excluded
    invited = {f"s{one}": sum(by[f"s{one}", low] for low in lows) for one in range(names)}
    bands = pl.DataFrame(rows, schema=["low", "high", *NAMES], orient="row")
    reasons = {"x": first, "y": excluded - first} if excluded else {}
    kept = {code: count for code, count in outcomes.items() if count or code == "invited"}
    return Figures(invited, kept, reasons, bands, {cell: count for cell, count in by.items() if count})


def as_published(given, least):
    """What a pack would say of figures, as its JSON does; a cut-off is where the lowest band begins."""
    shown = shown_of(given, least, rounding=False)
    selections = []
    for name in given.invited:
        invited = shown("selection", name)
        lowest = min((low for one, low in given.invited_by_band if one == name), default=None)
        selections.append({"id": name, "invited": invited, "cut_off": None if invited is None else lowest})
    total = shown("invited", "total")
    outcomes = [
        {"code": code, "declarations": total if code == "invited" else shown("outcome", code)}
        for code in given.outcomes
    ]
    bands = [
        {"low": row["low"], "high": row["high"], **{name: shown(name, str(row["low"])) for name in NAMES}}
        for row in given.bands.to_dicts()
    ]
    exclusions = [{"id": name, "declarations": shown("exclusion", name)} for name in given.excluded]
    totals = {name: shown(name, "total") for name in NAMES}
    return totals | {"selections": selections, "outcomes": outcomes, "exclusions": exclusions, "bands": bands}


@examples(12)
@given(given=figures())
def test_no_small_count_of_any_round_can_be_told(given):
    truth, made = cells(as_published(given, 1)), as_published(given, K)
    assert None not in truth.values()
    assert all(shown in (None, truth[cell]) for cell, shown in cells(made).items())
    assert Attack(made).recovered(truth) == []


def test_what_is_shown_is_what_the_folder_has(desk):
    made, receipt = read(packed(desk, "c", "--least", 1)), json.loads((desk / "c" / "receipt.json").read_text())
    assert {one["code"]: one["declarations"] for one in made["outcomes"]} == receipt["outcomes"]
    assert [one["invited"] for one in made["selections"]] == [one["invited"] for one in receipt["selections"]]
    table = pl.read_parquet(desk / "c" / "distribution.parquet")
    assert [sum(band[name] for band in made["bands"]) for name in NAMES] == [int(table[name].sum()) for name in NAMES]
    for shown, one in zip(made["selections"], receipt["selections"], strict=True):
        assert shown["cut_off"] == (None if one["mechanism"] == "all" else one["cut_off"])
        told = shown["last_submitted_at"]
        assert (told is not None) == (one["tied_taken"] < one["tied_at_cut_off"])
        assert told is None or told.endswith(("-04:00", "-05:00"))


EXCLUSIONS = """
[[exclusion]]
id = "spouse"
title = { fr = "Avec conjoint", en = "With a spouse" }
where = { accompanying_spouse = true }
cite = { act = "x", provision = "1", url = "x", read_on = 2026-01-01, certainty = "x", provision_checked = false }

[[exclusion]]
id = "job"
title = { fr = "Emploi réglementé", en = "Regulated job" }
where = { regulated_job = true }
cite = { act = "x", provision = "2", url = "x", read_on = 2026-01-01, certainty = "x", provision_checked = false }
"""


def test_everyone_excluded_is_counted_once_under_the_first_reason(desk):
    instruction = desk / "excluding.toml"
    head, mark, tail = LOT.read_text("utf-8").partition("[[selection]]")
    instruction.write_text(head + EXCLUSIONS + "\n" + mark + tail, "utf-8")
    ran = tirage("round", "run", instruction, "--pool", desk / "b.parquet", "--out", desk / "excluding")
    assert ran.status == 0, ran.err
    made = read(packed(desk, "excluding", "--least", 1))
    outcomes = pl.read_parquet(desk / "excluding" / "outcomes.parquet").filter(outcome="excluded")
    excluded = outcomes.join(pl.read_parquet(desk / "b.parquet"), on="declaration_id")
    spouse = int(excluded["accompanying_spouse"].sum())
    shown = {one["id"]: one["declarations"] for one in made["exclusions"]}
    assert shown == {"spouse": spouse, "job": excluded.height - spouse}
    assert min(shown.values()) > 0
    assert "Regulated job" in (desk / "pack-excluding---least-1" / "page.en.html").read_text("utf-8")


def test_a_round_of_before_distributions_were_kept_is_published_without(desk, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(desk / "b", old)
    (old / "distribution.parquet").unlink()
    assert tirage("round", "publish", old, "--out", tmp_path / "pack").status == 0
    assert read(tmp_path / "pack")["bands"] == []
    assert not list((tmp_path / "pack").glob("distribution*"))


def test_a_selection_whose_count_is_hidden_has_no_cut_off_and_no_instant(desk):
    hidden = [one for one in read(packed(desk, "b"))["selections"] if one["invited"] is None]
    assert hidden
    assert all(one["cut_off"] is None and one["last_submitted_at"] is None for one in hidden)


@pytest.mark.parametrize("name", ["b", "lot"])
def test_nobody_is_in_any_byte_of_the_pack(desk, name):
    pool = pl.read_parquet(desk / f"{name}.parquet")
    numbers = {one.encode() for column in ("declaration_id", "person_id") for one in pool[column].to_list()}
    beginnings = {one[:4] for one in numbers}
    assert beginnings <= {b"S000", b"SYN-"}
    contents = []
    for path in sorted(packed(desk, name).iterdir()):
        contents.append(path.read_bytes())
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                contents += [book.read(one) for one in book.namelist()]
    assert len(contents) > 20
    assert not any(one in content for content in contents for one in beginnings)


def test_the_lists_that_guesses_could_be_tried_on_are_not_fingerprinted(desk):
    made = read(packed(desk, "b"))
    receipt = json.loads((desk / "b" / "receipt.json").read_text())
    shown = set(made["fingerprints"].values())
    for name in ("pool", "invitations", "outcomes", "exclusions", "distribution"):
        assert receipt["fingerprints"][name] not in shown


@pytest.mark.parametrize("name", ["b", "lot"])
def test_the_pack_is_the_same_bytes_each_time(desk, tmp_path, name):
    first = packed(desk, name)
    ran = tirage("round", "publish", desk / name, "--out", tmp_path / "again")
    assert ran.status == 0
    assert {one.name: one.read_bytes() for one in first.iterdir()} == {
        one.name: one.read_bytes() for one in (tmp_path / "again").iterdir()
    }
    assert tirage("round", "publish", desk / name, "--out", tmp_path / "again").status == 0


@pytest.mark.parametrize("name", ["round", "lots"])
def test_the_json_is_as_the_schema_beside_it_says(desk, name):
    pack = packed(desk, "lot")
    made, schema = (json.loads((pack / f"{name}{ending}.json").read_text("utf-8")) for ending in ("", ".schema"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(made, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made | {"declaration_id": "S1"}, schema)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_the_tables_and_the_workbook_say_what_the_json_says(desk, lang):
    pack = packed(desk, "b")
    made, page = read(pack), (pack / f"page.{lang}.html").read_text("utf-8")
    assert "SIMULATION" not in page
    assert ("Banque synthétique" if lang == "fr" else "Synthetic pool") in page
    table = pl.read_csv(pack / "selections.csv", infer_schema=False)
    book = pl.read_excel(
        pack / f"tables.{lang}.xlsx",
        sheet_id=2,
        engine="calamine",
        read_options={"header_row": 2},
        infer_schema_length=0,
    )
    for place, one in enumerate(made["selections"]):
        count = "x" if one["invited"] is None else str(one["invited"])
        assert f"<td>{one['id']}</td>" in page
        assert table.row(place)[:4] == (one["id"], one["title"]["fr"], one["title"]["en"], count)
        assert book.row(place)[:3] == (one["id"], one["title"][lang], count)


def test_counts_are_rounded_if_asked(desk):
    shown = [value for value in cells(read(packed(desk, "c", "--rounding"))).values() if value is not None]
    assert shown
    assert not any(value % 5 for value in shown)


def test_a_candidate_can_tell_from_their_own_number_whether_the_lot_took_them(desk):
    drawn = json.loads((packed(desk, "lot") / "lots.json").read_text("utf-8"))
    invited = pl.read_parquet(desk / "lot" / "invitations.parquet")
    numbers = pl.read_parquet(desk / "lot" / "lots.parquet")
    receipt = {one["id"]: one for one in json.loads((desk / "lot" / "receipt.json").read_text())["selections"]}
    told = [one for one in drawn["selections"] if one["below"] is not None]
    assert [one["among"] for one in told][-1:] == ["candidates"]
    for one in told:
        mine = numbers.filter(selection=one["id"])
        taken = set(invited.filter(selection=one["id"])["declaration_id"].to_list())
        persons = mine["person_id"].head(20).to_list()
        computed = [lots.number(drawn["seed"], drawn["round"], one["id"], person) for person in persons]
        assert computed == mine["lot"].head(20).to_list()
        below = set(mine.filter(pl.col("lot") < one["below"])["declaration_id"].to_list())
        if one["among"] == "candidates":
            assert below == taken
        assert receipt[one["id"]]["last_in"]["lot"] < one["below"] <= receipt[one["id"]]["first_out"]["lot"]


def test_the_line_for_candidates_runs(desk):
    drawn = json.loads((packed(desk, "lot") / "lots.json").read_text("utf-8"))
    one = drawn["selections"][0]
    words = one["command"].replace("YOUR-NUMBER", "g").split()[1:]
    ran = tirage(*words, "--json") if "--" not in words else tirage(words[0], "--json", *words[1:])
    assert ran.json["number"] == lots.number(drawn["seed"], drawn["round"], one["id"], "g")
    assert ran.json["number"] not in drawn["example"] or one is drawn["selections"][0]


@pytest.mark.parametrize(
    ("last", "first", "found"), [("0036", "0055", "005"), ("12", "13", "13"), ("1a", "2b", "2"), ("2", "1", None)]
)
def test_the_number_that_decides_is_as_short_as_can_be(last, first, found):
    assert shortest(last, first) == found


def test_a_folder_that_holds_something_else_is_left_alone(desk, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    ran = tirage("round", "publish", desk / "b", "--out", tmp_path)
    assert (ran.status, "Traceback" in ran.err) == (1, False)
    assert "mine.txt" in ran.err
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]
    pack = tmp_path / "pack"
    assert tirage("round", "publish", desk / "lot", "--out", pack).status == 0
    assert {one.name for one in pack.iterdir()} <= FILES
    (pack / "approved.txt").write_text("by me")
    assert tirage("round", "publish", desk / "lot", "--out", pack).status == 1
    assert (pack / "approved.txt").exists()

"""The minutes of a round: what they say comes from the folder, the verification and the ledger, and nothing else."""

import re
from datetime import UTC, datetime

import polars as pl
import pytest
from ledger_desk import Desk
from pypdf import PdfReader
from test_command_line import tirage

from ranking.report.distribution import by_band, width_of
from ranking.report.minutes import instant

SECTIONS = {
    "fr": ("Fondement légal", "Instruction", "Banque", "Résultats", "Distribution des pointages", "Signatures"),
    "en": ("Legal basis", "Instruction", "Pool", "Results", "Distribution of scores", "Signatures"),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A round that was run, verified, approved by two people and released."""
    made = Desk(tmp_path_factory.mktemp("minutes") / "desk")
    made.released()
    assert tirage("round", "verify", made.out(), "--pool", made.pool, "--ledger", made.ledger).status == 0
    return made


def written(desk, path, lang="en", *more):
    ran = tirage("round", "report", desk.out(), "--out", path, "--lang", lang, *more)
    assert ran.status == 0, ran.err
    return path


def text_of(path):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_minutes_have_their_sections_and_the_figures_of_the_receipt(desk, tmp_path, lang):
    text = text_of(written(desk, tmp_path / "m.pdf", lang, "--ledger", desk.ledger))
    for heading in SECTIONS[lang]:
        assert heading in text
    for name, seen in (("Ada", 1), ("Bruno", 1)):
        assert text.count(name) == seen
    assert ("Approuvée" if lang == "fr" else "Approved") in text
    assert ("Publiée" if lang == "fr" else "Released") in text


def test_the_minutes_are_the_same_bytes_each_time(desk, tmp_path):
    first, second = written(desk, tmp_path / "a.pdf"), written(desk, tmp_path / "b.pdf")
    assert first.read_bytes() == second.read_bytes()


def test_the_minutes_can_be_archived_and_read_aloud(desk, tmp_path):
    path = written(desk, tmp_path / "m.pdf", "fr")
    content, root = path.read_bytes(), PdfReader(path).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("fr")
    assert b"pdfaid:part" in content
    assert b"pdfuaid:part" in content


def test_the_page_says_what_the_pdf_says_and_fetches_nothing(desk, tmp_path):
    html = written(desk, tmp_path / "m.html", "fr").read_text(encoding="utf-8")
    for heading in SECTIONS["fr"]:
        assert f". {heading}</h2>" in html
    assert not re.search(r"<script|(?:src|href)=\"http", html)


def test_the_checks_are_those_of_the_verification_that_was_kept(desk, tmp_path):
    text = written(desk, tmp_path / "m.html").read_text(encoding="utf-8")
    assert "Replay: invitations" in text
    assert "was not verified" not in text


def test_a_round_that_nobody_verified_says_so(tmp_path):
    desk = Desk(tmp_path / "desk")
    desk.run()
    text = written(desk, tmp_path / "m.html").read_text(encoding="utf-8")
    assert "This round was not verified" in text
    assert "No ledger was given" in text


def test_a_round_of_before_distributions_were_kept_says_so(tmp_path):
    desk = Desk(tmp_path / "desk")
    desk.run()
    (desk.out() / "distribution.parquet").unlink()
    assert "keeps no counts by score" in written(desk, tmp_path / "m.html").read_text(encoding="utf-8")


def test_another_ending_is_refused_before_any_work(desk, tmp_path):
    ran = tirage("round", "report", desk.out(), "--out", tmp_path / "m.docx")
    assert ran.status == 1
    assert ".pdf or .html" in ran.err


def test_a_folder_that_is_no_round_is_told(tmp_path):
    ran = tirage("round", "report", tmp_path, "--out", tmp_path / "m.pdf")
    assert (ran.status, "Traceback" in ran.err) == (1, False)


def test_bands_hold_everyone_once_and_those_with_nobody_are_there():
    counts = {"declarations": [3, 2, 1], "taking_part": [3, 2, 1], "eligible": [1, 2, 1], "invited": [0, 0, 1]}
    table = pl.DataFrame({"score": [-5, 0, 38], **counts}, schema_overrides={"score": pl.Int32})
    found = by_band(table, 10)
    assert found["low"].to_list() == [-10, 0, 10, 20, 30]
    assert found["high"].to_list() == [-1, 9, 19, 29, 39]
    assert found["declarations"].to_list() == [3, 2, 0, 0, 1]
    assert found["invited"].to_list() == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(("high", "width"), [(0, 10), (159, 10), (160, 20), (1300, 100), (5000, 500), (90_000, 1000)])
def test_bands_are_round_and_few(high, width):
    assert width_of(pl.DataFrame({"score": [0, high]})) == width


@pytest.mark.parametrize(
    ("month", "fr", "en"),
    [
        (1, "15 janvier 2026, 6 h 30 (UTC−5)", "15 January 2026, 06:30 (UTC−5)"),
        (7, "15 juillet 2026, 7 h 30 (UTC−4)", "15 July 2026, 07:30 (UTC−4)"),
    ],
)
def test_an_instant_is_on_the_clock_of_the_program(month, fr, en):
    at = datetime(2026, month, 15, 11, 30, tzinfo=UTC)
    assert [instant(at, "America/Toronto", lang) for lang in ("fr", "en")] == [fr, en]

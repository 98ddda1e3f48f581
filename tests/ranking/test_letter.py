"""The letter that explains a score: four headings, both languages, a tagged PDF, the same bytes each time."""

from datetime import date

import pytest
from pypdf import PdfReader

import rules
from ranking import sample
from ranking.report import letter
from rules.explain import explain
from rules.what_next import next_steps

DAY = date(2025, 3, 24)
LAW = rules.load("canada/express_entry").on(DAY)
DECLARATION = sample.generate(LAW, 5, seed=7, on=DAY).row(3, named=True)
FOUND = explain(DECLARATION, LAW, DAY)
STEPS = next_steps(DECLARATION, LAW, DAY)


@pytest.fixture(scope="module", params=["fr", "en"])
def written(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("letter") / "letter.pdf"
    letter.save(FOUND, LAW, STEPS, (), path, request.param)
    return request.param, path


def test_the_letter_has_the_four_headings_the_score_and_the_declaration(written):
    lang, path = written
    text = "\n".join(page.extract_text() for page in PdfReader(path).pages)
    for heading in letter.HEADINGS[:4]:
        assert heading.to(lang) in text
    assert f"{FOUND.score} points" in text
    assert FOUND.declaration_id in text


def test_the_letter_is_tagged_and_says_its_language(written):
    lang, path = written
    root = PdfReader(path).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith(lang)
    assert b"pdfuaid" in path.read_bytes() or "/StructTreeRoot" in root


def test_the_letter_is_the_same_bytes_each_time(written):
    lang, path = written
    again = path.with_name("again.pdf")
    letter.save(FOUND, LAW, STEPS, (), again, lang)
    assert again.read_bytes() == path.read_bytes()


def test_every_criterion_and_group_is_in_the_letter():
    said = letter.letter(FOUND, LAW, STEPS, (), "en")
    rows = [row for part in said["sections"][2]["parts"] if part["kind"] == "table" for row in part["rows"]]
    assert [row[0] for row in rows].count("Total") == 1
    assert len(rows) == len(FOUND.criteria) + len(FOUND.groups)
    assert int(rows[-1][2].replace(",", "")) == FOUND.score

"""Every command of the pages runs as written, and what they quote is what is printed.

Pages that go on from one another share a folder. Nothing is rewritten but the sizes of pools where a page quotes none.
"""

import pytest
from pages import ROOT, Reader, blocks

DOCS = ROOT / "docs"
TUTORIALS = ("tutorial.md", "tutoriel.md")


@pytest.mark.parametrize("page", TUTORIALS)
def test_the_tutorial_runs_as_written(page, tmp_path):
    Reader(tmp_path).read(DOCS / page)


HOW_TO = (
    ("how-to/change-a-rule.md",),
    ("how-to/add-a-jurisdiction.md",),
    ("how-to/run-a-round.md", "how-to/answer-an-access-request.md", "accountability.md"),
    ("comment/changer-une-regle.md",),
    ("comment/ajouter-une-administration.md",),
    ("comment/executer-une-ronde.md", "comment/repondre-a-une-demande-d-acces.md", "imputabilite.md"),
)


@pytest.mark.parametrize("pages", HOW_TO, ids=lambda pages: pages[0])
def test_the_pages_run_as_written(pages, tmp_path):
    reader = Reader(tmp_path)
    for page in pages:
        reader.read(DOCS / page)

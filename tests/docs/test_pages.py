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

"""Every command of the pages runs as written, and what they quote is what is printed.

Pages that go on from one another share a folder. Nothing is rewritten but the sizes of pools of the two first pages,
whose table is compared with what the demonstration prints.
"""

import re
import shlex

import pytest
from pages import ROOT, Reader, blocks, cells, stale, within

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


def test_the_first_page_runs_with_a_smaller_pool(tmp_path):
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "activate").touch()
    Reader(tmp_path, size=1_000).read(ROOT / "README.md")


def test_the_first_page_in_french_types_the_same_commands():
    english, french = (typed(ROOT / page) for page in ("README.md", "LISEZMOI.md"))
    same = {"out/lettre.pdf": "out/letter.pdf", "out/reforme": "out/reform"}
    assert french.pop(1) == ["export", "TIRAGE_LANG=fr"]
    assert [[same.get(word, word) for word in command] for command in french] == english


def typed(page):
    """What the blocks of a page type, a list of words for each line."""
    text = "".join(block.text for block in blocks(page) if block.language == "sh")
    return [shlex.split(line) for line in text.replace("\\\n", " ").splitlines()]


def test_the_first_pages_quote_the_demonstration(tmp_path):
    printed, status = Reader(tmp_path).tirage("tirage demo --out out/demo")
    assert status == 0
    assert "2,559 people" in (ROOT / "README.md").read_text("utf-8")
    assert not stale("│ Total │ 2,559 │", printed)
    rows = [cells(line) for line in printed.splitlines() if "│" in line]
    for page in ("README.md", "LISEZMOI.md"):
        quoted = re.findall(r"^    │ (\d\.\d .*)│$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
        assert len(quoted) == 3
        figures = [[cell for cell in cells(f"│{line}│") if re.fullmatch(r"[\d.]+", cell)] for line in quoted]
        assert [line for line in figures if not any(within(line, row) for row in rows)] == []


PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
FENCED = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def anchors(page):
    """The anchors of the headings of a page, as the sites that show Markdown make them."""
    heads = re.findall(
        r"^#+ (.*)$", FENCED.sub(lambda found: found[0].strip("`"), page.read_text("utf-8")), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    text = FENCED.sub("", page.read_text("utf-8"))
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    for link in links:
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), (link, sorted(anchors(target)))


def test_a_page_without_commands_to_run_quotes_none():
    for name in (*TUTORIALS, *(page for pages in HOW_TO for page in pages)):
        plain = [block for block in blocks(DOCS / name) if not block.language]
        assert len(plain) <= 1, name

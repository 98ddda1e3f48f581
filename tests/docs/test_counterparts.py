"""Every page has a counterpart in the other language, with the same commands, code, figures and layout.

The commands that pages show in indented blocks are held to the parser of the product, each option and argument; those
of the French pages that take seconds are typed too, on a small pool. Those of the English pages are the same.
"""

import re
import shlex
from datetime import UTC, datetime

import click
import polars as pl
import pytest
from pages import ROOT, Reader

from ranking import cli

DOCS = ROOT / "docs"
SAME = {
    "backtest.md": "retrospective.md",
    "columns.md": "colonnes.md",
    "desk.md": "bureau.md",
    "ledger.md": "registre.md",
    "lots.md": "protocole-du-tirage.md",
    "projection.md": "projeter.md",
    "publication.md": "publication-des-rondes.md",
    "simulate.md": "simuler.md",
    "sweep.md": "balayage.md",
    "verify.md": "verification.md",
}
"""Pages that say the same, one after the other."""
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md") if path.parent.name != "reference")
pairs = pytest.mark.parametrize(("english", "french"), SAME.items(), ids=SAME)


def read(page):
    return (DOCS / page).read_text("utf-8")


def typed(page):
    """The commands of the indented blocks of a page: words, without the language and what is optional in brackets."""
    text = FENCE.sub("", read(page)).replace("\\\n", " ")
    lines = re.findall(r"^    (tirage .*)$", text, re.MULTILINE)
    return [shlex.split(re.sub(r"[][]", "", line), comments=True) for line in lines]


def counterparts(page):
    """The pages that the beginning of a page calls its counterpart in the other language; itself, where a part is."""
    said = re.search(r"(?:En français|In English)[^\n]*", read(page)[:2_000])
    links = re.findall(r"\]\(([^)#\s]*)(?:#[^)]*)?\)", said[0]) if said else []
    return [(DOCS / page).parent.joinpath(link).resolve() if link else DOCS / page for link in links]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_a_counterpart_and_both_say_so(page):
    here = DOCS / page
    assert any(one == here or here in counterparts(one.relative_to(DOCS)) for one in counterparts(page))


@pairs
def test_both_type_the_same_commands(english, french):
    def plain(command):
        said = " ".join(command)
        return re.sub(r" --lang (fr\|en|fr|en)", "", said)

    assert [plain(command) for command in typed(english)] == [plain(command) for command in typed(french)]


@pairs
def test_both_show_the_same_code(english, french):
    def code(page):
        return [(language, re.sub(r" *#.*", "", text)) for language, text in FENCE.findall(read(page))]

    assert code(english) == code(french)


@pairs
def test_both_have_the_same_layout(english, french):
    def layout(page):
        lines = FENCE.sub("", read(page)).splitlines()
        marks = [re.match(r"#+ |\|[-:| ]+\|$|- |\d+\. |\| ", line) for line in lines]
        return [re.sub(r"^\|-.*", "|---|", mark[0]) for mark in marks if mark]

    assert layout(english) == layout(french)


FIGURE = re.compile(r"\d+(?:\.\d+)?")


def figures(page):
    """The numbers of a page, however the language writes them."""
    text = FENCE.sub("", read(page))
    if page in SAME:
        text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    else:
        text = re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d{3})", "", text)
        text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    return set(FIGURE.findall(text))


@pairs
def test_both_give_the_same_figures(english, french):
    assert figures(english) == figures(french)


SHOWN = [(page, command) for page in PAGES for command in typed(page) if "…" not in command]


@pytest.mark.parametrize(("page", "command"), SHOWN, ids=[f"{page}-{' '.join(c[1:4])}" for page, c in SHOWN])
def test_every_command_shown_is_one_that_could_be_typed(page, command):  # noqa: ARG001 - named in the id
    found, words = cli.tirage, command[1:]
    while isinstance(found, click.Group):
        found = found.get_command(click.Context(found), words.pop(0))
    context = click.Context(found)
    given, rest, _ = found.make_parser(context).parse_args(list(words))
    assert rest == []
    missing = [one.name for one in found.params if one.required and given.get(one.name) in (None, ())]
    assert missing == []


# The French pages, typed.

TYPED = (("registre.md", "verification.md", "publication-des-rondes.md"), ("simuler.md",), ("projeter.md",))
ROUND = "data/instructions/quebec/pstq/2026-04-30.toml"
POOL = "tirage pool generate quebec/pstq --size 300 --seed 7 --on 2026-04-27 --out out/p.parquet"
SHORTER = {"--months 12 --replications 20": "--months 1 --replications 1 --workers 1"}


@pytest.mark.parametrize("pages", TYPED, ids=lambda pages: pages[0])
def test_the_commands_of_the_french_pages_run(pages, tmp_path):
    reader, printed = Reader(tmp_path), ""
    for shown in [POOL, *(shlex.join(words) for page in pages for words in typed(page))]:
        if " answers import " in shown:
            answer(reader.folder)
        heads = re.findall(r"[0-9a-f]{64}", printed)
        command = shown
        for words, meant in {"INSTRUCTION": ROUND, "HASH": heads[-1] if heads else "", **SHORTER}.items():
            command = command.replace(words, meant)
        printed, status = reader.tirage(f"{command} --lang fr")
        assert status == 0, f"{command}\n{printed}"


def answer(folder):
    """Write that the first person invited accepts."""
    first = pl.read_parquet(folder / "out" / "r1" / "invitations.parquet").row(0, named=True)
    now = datetime.now(UTC).isoformat()
    rows = ["declaration_id,round,answer,at", f"{first['declaration_id']},2026-04-30,accepted,{now}"]
    (folder / "answers.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")

"""Draws the pictures of README.md and LISEZMOI.md: a round and a reform, on a synthetic pool of 150,000.

``python docs/pictures.py`` (or ``make pictures``) writes ``docs/pictures/``. The pool, the instruction and the scenario
are those of the tutorial, at the size of ``make demo``; every picture bears the watermark of a simulation.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

import polars as pl

from ranking import chart, cli
from ranking.reference import data_folder
from ranking.report.distribution import by_band, drawing
from rules.text import Lang, Text

FOLDER = Path(__file__).parent / "pictures"
DAY, SIZE, SEED, BAND = "2026-04-27", 150_000, 7, 50
INSTRUCTION = data_folder() / "instructions" / "quebec" / "pstq" / "2026-04-30.toml"
SCENARIO = data_folder() / "scenarios" / "pstq-outside-cmm-doubled.toml"
ROUND = Text(
    "Ronde du 30 avril 2026 sur une banque synthétique, par pointage",
    "Round of 30 April 2026 on a synthetic pool, by score",
)
NAMES = {"round": Text("ronde.svg", "round.svg"), "reform": Text("reforme.svg", "reform.svg")}
LANGS: tuple[Lang, ...] = ("fr", "en")


def tirage(*words: object) -> None:
    """Run a command of the product; stop where it does not end with 0."""
    with patch.object(sys, "argv", ["tirage", *map(str, words)]):
        try:
            cli.main()
        except SystemExit as ended:
            if ended.code:
                raise


def main() -> None:
    """Draw the pictures."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        pool = folder / "pool.parquet"
        tirage("pool", "generate", "quebec/pstq", "--size", SIZE, "--seed", SEED, "--on", DAY, "--out", pool)
        tirage("round", "run", INSTRUCTION, "--pool", pool, "--out", folder / "round")
        for lang in LANGS:
            save("round", lang, of_round(folder / "round", lang))
            save("reform", lang, of_reform(pool, folder / lang, lang))


def save(name: str, lang: Lang, drawn: str) -> None:
    """Write a picture under its name in a language."""
    (FOLDER / NAMES[name].to(lang)).write_text(drawn, encoding="utf-8")


def of_round(folder: Path, lang: Lang) -> str:
    """Draw the distribution that the folder of a round keeps, as its minutes do, in narrower bands."""
    found = by_band(pl.read_parquet(folder / "distribution.parquet"), BAND)
    return chart.svg(drawing(found, lang), ROUND.to(lang), lang)


def of_reform(pool: Path, folder: Path, lang: Lang) -> str:
    """Give the picture of who comes in and who leaves, as the comparison draws it."""
    asked = ("--instruction", INSTRUCTION, "--scenario", SCENARIO, "--no-decompose", "--format", "csv")
    tirage("simulate", "compare", "--pool", pool, *asked, "--out", folder, "--lang", lang)
    return (folder / "groups.svg").read_text("utf-8")


if __name__ == "__main__":
    main()

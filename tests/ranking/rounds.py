"""Small rounds under the invented law, for tests of what is around a round: its folder, pools as files, commands."""

import io
import os
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from strategies import LUMEN, toml
from test_round import MONTHS, TITLE, ZONE, cite, declaration, frame_of, run_on, write_instruction

from ranking import cli, receipt
from ranking.kept import read_kept
from rules.program import load


def make_here(folder):
    """A folder with the invented law, moved to Toronto as in ``test_round``, and a list beside the instructions."""
    law = shutil.copytree(LUMEN, folder / "law")
    text = (law / "program.toml").read_text(encoding="utf-8")
    text = text.replace('time_zone = "UTC"', f'time_zone = "{ZONE}"')
    text = text.replace("validity_months = 6", f"validity_months = {MONTHS}")
    (law / "program.toml").write_text(text, encoding="utf-8")
    (folder / "lists").mkdir()
    dated = f"title = {toml(TITLE)}\nkey = 'craft'\n[[version]]\nin_force = 2030-01-01\n{cite()}\n"
    (folder / "lists" / "wanted.toml").write_text(dated, encoding="utf-8")
    (folder / "lists" / "wanted.csv").write_text("craft\nL010\nL110\nL301\n", encoding="utf-8")
    return SimpleNamespace(folder=folder, law=law, program=load(law))


def pool_of(rows, instruction):
    from ranking.pool import check_pool

    frame = frame_of(rows, instruction.regulation)
    at = instruction.source.extracted_at
    return check_pool(frame, instruction.regulation, facts_on=instruction.facts_on, extracted_at=at)


def keep(here, rows, selections, name="round"):
    """Run a round, keep it in a folder, and write its pool beside it."""
    instruction = write_instruction(here, selections)
    done = run_on(frame_of(rows, instruction.regulation), instruction)
    folder = here.folder / name
    if folder.exists():
        shutil.rmtree(folder)
    receipt.save(done, folder)
    done.pool.frame.write_parquet(here.folder / f"{name}.parquet")
    return SimpleNamespace(folder=folder, pool=done.pool, done=done, kept=read_kept(folder))


def tirage(*arguments):
    """Run a command in this process: status, output, errors. A traceback fails the test."""
    out, err = io.StringIO(), io.StringIO()
    clean = {name: value for name, value in os.environ.items() if name != "TIRAGE_LANG"}
    with (
        patch.dict(os.environ, clean, clear=True),
        patch.object(sys, "argv", ["tirage", *map(str, arguments)]),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        cli.main()
    return SimpleNamespace(status=int(ended.value.code or 0), out=out.getvalue(), err=err.getvalue())


__all__ = ["declaration", "keep", "make_here", "pool_of", "tirage"]

"""Runs a page of the documentation: the commands of its ``sh`` blocks, in order, in one folder.

A ``text`` block quotes what the ``sh`` block before it printed. Of a line of a table, cells may be left out; a line of
``…`` stands for lines left out. ``sh status=1`` is a block whose last command is refused. Blocks of no language are not
run, and hold no command of the product but the ones that the page says another page runs.
"""

import io
import os
import re
import shlex
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from ranking import cli

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EDGE = re.compile("[│┃]")
SIZE = re.compile(r"--size \d+")


class Block(NamedTuple):
    """One fenced block: its language, the status that its last command ends with, its text."""

    language: str
    status: int
    text: str


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found = []
    for info, text in FENCE.findall(page.read_text("utf-8")):
        language, _, status = info.strip().partition(" status=")
        found.append(Block(language, int(status or 0), text))
    return found


def commands(text: str) -> list[str]:
    """The commands of a block: a ``tirage`` each, and what stands between two as one piece of shell."""
    pieces: list[str] = []
    shell: list[str] = []
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("tirage "):
            pieces += ["\n".join(shell), line]
            shell = []
        else:
            shell.append(line)
    return [piece for piece in (*pieces, "\n".join(shell)) if piece.strip()]


class Reader:
    """Somebody who types what a page says, in a folder where the checkout lies."""

    def __init__(self, folder: Path, size: int | None = None) -> None:
        self.folder, self.size = folder, size
        self.environment = {name: value for name, value in os.environ.items() if name != "TIRAGE_LANG"}
        for name in ("data", "rules", "tests", "docs"):
            (folder / name).symlink_to(ROOT / name)
        (folder / "out").mkdir()

    def read(self, page: Path) -> None:
        """Type every block of a page, and compare what it quotes."""
        printed = ""
        for block in blocks(page):
            if block.language == "sh":
                printed = self.type(block)
            elif block.language == "text":
                missing = stale(block.text, printed)
                assert not missing, f"{page.name} quotes what is not printed: {missing}\n{printed}"
            elif block.language == "python":
                self.python(block.text)

    def type(self, block: Block) -> str:
        """Type one block; give what it printed."""
        printed, status = [], 0
        for command in commands(block.text):
            assert status == 0, f"status {status} before {command}\n{printed[-1]}"
            one, status = self.tirage(command) if command.startswith("tirage ") else self.shell(command)
            printed.append(one)
        assert status == block.status, f"{block.text}\n{printed[-1]}"
        return "\n".join(printed)

    def tirage(self, command: str) -> tuple[str, int]:
        """Run a command in this process, through the ``main`` of the installed one."""
        if self.size is not None:
            command = SIZE.sub(f"--size {self.size}", command)
        words = shlex.split(command, comments=True)
        out, status = io.StringIO(), 0
        with (
            chdir(self.folder),
            patch.dict(os.environ, self.environment, clear=True),
            patch.object(sys, "argv", words),
            redirect_stdout(out),
            redirect_stderr(out),
        ):
            try:
                cli.main()
            except SystemExit as ended:
                status = int(ended.code or 0)
        return out.getvalue(), status

    def shell(self, command: str) -> tuple[str, int]:
        """Run a piece of shell; what it exports stays."""
        for name, value in re.findall(r"^export (\w+)=(\w+)", command, re.MULTILINE):
            self.environment[name] = value
        done = subprocess.run(  # noqa: S603 - the pages of this repository, and nothing else
            ["bash", "-euc", command],  # noqa: S607 - the shell of whoever runs the tests
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr, done.returncode

    def python(self, text: str) -> None:
        """Run a piece of Python in the folder."""
        with chdir(self.folder), redirect_stdout(io.StringIO()):
            exec(compile(text, "a page", "exec"), {})  # noqa: S102 - the pages of this repository, and nothing else


def stale(quoted: str, printed: str) -> list[str]:
    """The lines quoted that were not printed: by cells in a table, else as words, however lines were broken."""
    rows = [cells(line) for line in printed.splitlines() if EDGE.search(line)]
    text = one_line(printed)
    lines = [line for line in quoted.splitlines() if line.strip() not in ("", "…")]
    return [
        line
        for line in lines
        if not (EDGE.search(line) and any(within(cells(line), row) for row in rows)) and one_line(line) not in text
    ]


def cells(line: str) -> list[str]:
    """The cells of a line of a table."""
    return [one_line(cell) for cell in EDGE.split(line.strip())[1:-1]]


def within(some: list[str], every: list[str]) -> bool:
    """Tell whether some cells stand among others, in the same order."""
    rest = iter(every)
    return all(cell in rest for cell in some)


def one_line(text: str) -> str:
    """The words of a text, whatever spaces stand between them."""
    return " ".join(text.split())

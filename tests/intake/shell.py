"""What an analyst types: a command run in this process, through the same ``main`` as the installed one."""

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple
from unittest.mock import patch

import pytest

from ranking import cli


class Ran(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


def tirage(*arguments):
    """Run a command. An exception that escapes fails the test: a reader would see a traceback."""
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
    return Ran(int(ended.value.code or 0), out.getvalue(), err.getvalue())

"""Law files are read when they are needed, and no others."""

import subprocess
import sys

SCRIPT = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from datetime import date
import rules

def read():
    found = sorted({path.partition("/law/")[2].rsplit("/", 1)[0] for path in opened if "/law/" in path})
    opened.clear()
    return found

assert len(rules.library()) > 5
assert read() == [], "importing rules, or listing the library, reads a law"
program = rules.load("canada/bc_sirs")
assert read() == [], "finding a program reads it"
program.source
assert read() == ["canada/bc_sirs"], "the head of a program is in its own folder"
program.on(program.source.begins)
assert all(path.startswith("canada/bc_sirs") for path in read()), "the law of a program reads another"
program.on(program.source.begins)
assert read() == [], "a law is read twice"
"""


def test_a_law_is_read_when_it_is_needed_and_only_once():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr

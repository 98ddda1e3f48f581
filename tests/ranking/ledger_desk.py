"""A desk with a ledger: the invented law of Lumen, one pool, one instruction a round; commands run in this process."""

from pathlib import Path

import duckdb
import polars as pl
from strategies import LUMEN
from test_command_line import tirage
from test_receipt import INSTRUCTION, write_desk

AT = "2030-09-18T09:00:00+00:00"
FIRST = "2030-09-16"


class Desk:
    """The files of a person who runs rounds; every command is given its instant."""

    def __init__(self, folder: Path, declarations=None):
        self.folder = write_desk(folder, declarations=declarations)
        self.ledger = folder / "l.duckdb"
        self.pool = folder / "pool.parquet"

    def instruction(self, name=FIRST, extracted="2030-09-16T06:30:00+00:00"):
        """Write the instruction of a round: the same two selections under another name or instant."""
        text = INSTRUCTION.replace(f'id = "{FIRST}"', f'id = "{name}"').replace("2030-09-16T06:30:00+00:00", extracted)
        path = self.folder / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, name=FIRST, *options, at=AT, out=None, extracted="2030-09-16T06:30:00+00:00"):
        """Run a round and record it."""
        where = ("--out", out or self.out(name), "--ledger", self.ledger, "--at", at)
        return tirage(
            "round", "run", self.instruction(name, extracted), "--program", LUMEN, "--pool", self.pool, *where, *options
        )

    def out(self, name=FIRST):
        return self.folder / f"out {name}"

    def approve(self, by, name=FIRST, at=AT):
        return tirage("round", "approve", self.out(name), "--ledger", self.ledger, "--by", by, "--at", at)

    def release(self, name=FIRST, *options, at=AT):
        return tirage("round", "release", self.out(name), "--ledger", self.ledger, "--at", at, *options)

    def released(self, name=FIRST, *options, at=AT, extracted="2030-09-16T06:30:00+00:00"):
        """Run, approve by two people and release; every step is done."""
        ran = self.run(name, *options, at=at, extracted=extracted)
        steps = [ran, self.approve("Ada", name, at), self.approve("Bruno", name, at), self.release(name, at=at)]
        assert [step.status for step in steps] == [0, 0, 0, 0], [step.err for step in steps]
        return self.invited(name)

    def invited(self, name=FIRST):
        """Who the folder of a round lists."""
        return pl.read_parquet(self.out(name) / "invitations.parquet")["declaration_id"].to_list()

    def outcomes(self, name=FIRST):
        return dict(
            pl.read_parquet(self.out(name) / "outcomes.parquet").select("declaration_id", "outcome").iter_rows()
        )

    def answer(self, rows, *options, at=AT):
        """Import answers written as (declaration, answer, instant), with the round where it is another."""
        lines = ["declaration_id,round,answer,at"]
        lines += [f"{row[0]},{row[3] if len(row) > 3 else FIRST},{row[1]},{row[2]}" for row in rows]
        path = self.folder / "answers.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tirage("ledger", "answers", "import", self.ledger, path, "--at", at, *options)

    def show(self):
        return tirage("ledger", "show", self.ledger, "--json").json

    def verify(self, *options):
        return tirage("ledger", "verify", self.ledger, *options)

    def state(self, name=FIRST):
        """The states of the drafts of a round, oldest first."""
        return [one["state"] for one in self.show()["rounds"] if one["round"] == name]

    def sql(self, query):
        with duckdb.connect(str(self.ledger), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def tamper(self, *statements):
        with duckdb.connect(str(self.ledger)) as connection:
            for statement in statements:
                connection.execute(statement)

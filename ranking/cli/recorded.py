"""Options of what is recorded in a ledger, and a round run with one."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking import receipt
from ranking.cli import words
from ranking.ledger.file import opened
from ranking.ledger.owed import contribution
from ranking.ledger.rounds import draft_body, record
from ranking.round import run_round
from rules.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl

    from ranking.instruction import Instruction
    from ranking.ledger.chain import Entry
    from ranking.ledger.file import Ledger
    from ranking.ledger.rounds import Rule
    from ranking.pool import Pool
    from ranking.round import Round


class Instant(click.ParamType[datetime]):
    """An instant with its offset, as 2026-04-30T10:00:00-04:00."""

    name = "INSTANT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ANN401
        """Read an instant strictly: one without an offset is refused."""
        try:
            read = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            read = None
        if read is None or read.tzinfo is None:
            self.fail(f"{value} (2026-04-30T10:00:00-04:00)", param, ctx)
        return read


def now() -> datetime:
    """Read the clock of this machine: the instant of an entry, unless ``--at`` gives it."""
    return datetime.now(UTC)


at = words.option(
    "--at",
    type=Instant(),
    words=Text("Instant à inscrire au registre (par défaut : maintenant).", "Instant to record (default: now)."),
)
ledger_file = words.option(
    "--ledger",
    "ledger",
    required=True,
    type=click.Path(dir_okay=False),
    words=Text("Fichier du registre.", "File of the ledger."),
)
override = words.option(
    "--override",
    metavar="REASON",
    words=Text("Raison de passer outre à un refus ; demande --by.", "Reason to go ahead all the same; needs --by."),
)
by = words.option("--by", metavar="NAME", words=Text("Nom de la personne.", "Name of the person."))
RULES = click.Choice(["returns", "leaves"])
RECORDING = (
    words.option(
        "--ledger",
        "ledger",
        type=click.Path(dir_okay=False),
        words=Text(
            "Registre : ce qu’il sait compte, et la ronde y est inscrite comme ébauche.",
            "Ledger: what it knows counts, and the round is recorded there as a draft.",
        ),
    ),
    words.option(
        "--again",
        is_flag=True,
        words=Text(
            "Remplace l’ébauche de la même ronde ; une ronde publiée ne se remplace pas.",
            "Replaces the draft of the same round; a released round is never replaced.",
        ),
    ),
    words.option(
        "--after-decline",
        type=RULES,
        words=Text(
            "Là où la règle ne le dit pas : après un refus, la déclaration revient (returns) ou sort (leaves).",
            "Where the law does not say: after a decline the declaration returns or leaves.",
        ),
    ),
    words.option(
        "--after-silence",
        type=RULES,
        words=Text(
            "Là où la règle ne le dit pas : sans réponse, la déclaration revient (returns) ou sort (leaves).",
            "Where the law does not say: without an answer the declaration returns or leaves.",
        ),
    ),
    override,
    by,
    at,
)


def recording(run: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options with which it records a round."""
    for declare in reversed(RECORDING):
        run = declare(run)
    return run


def overriding(reason: str | None, name: str | None, lang: Lang) -> dict[str, str] | None:
    """Read an override: a reason and a name, or neither."""
    if bool((reason or "").strip()) != bool((name or "").strip()):
        said = Text("--override et --by vont ensemble", "--override and --by go together")
        raise click.UsageError(said.to(lang))
    return {"reason": reason.strip(), "by": " ".join(name.split())} if reason and name else None


@dataclass(frozen=True)
class Recording:
    """How a round is recorded; ``ledger`` None: it is not."""

    ledger: Path | None
    at: datetime
    again: bool
    asked: Mapping[str, Rule | None]
    override: dict[str, str] | None


def read_recording(options: dict[str, Any], lang: Lang) -> Recording:
    """Read the options of ``recording``; without a ledger none of the others means anything."""
    reason = overriding(options["override"], options["by"], lang)
    if options["ledger"] is None and any(value for name, value in options.items() if name != "ledger"):
        asked = ", ".join("--" + name.replace("_", "-") for name, value in options.items() if value)
        raise click.UsageError(Text(f"{asked} : seulement avec --ledger", f"{asked}: only with --ledger").to(lang))
    path = None if options["ledger"] is None else Path(options["ledger"])
    asked_of = {key: options[key] for key in ("after_decline", "after_silence")}
    return Recording(path, options["at"] or now(), options["again"], asked_of, reason)


def run(
    read: Instruction, pool: Pool, out: Path, how: Recording, history: pl.DataFrame | None = None
) -> tuple[Round, dict[str, Any], Entry | None]:
    """Run a round and write its folder, with its draft where there is a ledger; give the round, receipt and entry.

    The ledger is held from before the round is computed until its draft is committed: no other process can change
    what the round rests on.
    """
    with nullcontext() if how.ledger is None else opened(how.ledger, write=True, create=how.at) as ledger:
        if ledger is None:
            done = run_round(read, pool, history=history)
            return done, receipt.save(done, out), None
        return _recorded(ledger, read, pool, out, how, history)


def _recorded(
    ledger: Ledger, read: Instruction, pool: Pool, out: Path, how: Recording, history: pl.DataFrame | None
) -> tuple[Round, dict[str, Any], Entry]:
    owed = contribution(ledger, read.source.program, read.source.extracted_at)
    done = run_round(read, pool, owed, history)
    body = draft_body(done, how.asked, again=how.again, override=how.override)
    return done, body["receipt"], record(ledger, done, body, out, how.at)

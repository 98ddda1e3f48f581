"""What a projection assumes, as its file writes it: every number with its source, or the word *assumed*."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ranking.reference import data_folder
from rules.citation import Remark, Strict, Title, Words
from rules.conditions import ALWAYS, Condition, ConditionReader
from rules.faults import Fault, LawError, meant
from rules.source import build, read_toml
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.regulation import Regulation

FOLDER = "projections"
ANY = "any.toml"


def _assumed(said: object) -> object:
    return {"fr": "hypothèse", "en": "assumed"} if said == "assumed" else said


Source = Annotated[Remark, BeforeValidator(_assumed)]


class Percent(Strict):
    """A part of a hundred, and where it comes from."""

    value: float = Field(ge=0, le=100, strict=False)
    source: Source


class Count(Strict):
    """A whole number, and where it comes from."""

    value: int = Field(ge=1)
    source: Source


class Rule(Strict):
    """What becomes of a declaration where the law does not say, and where that comes from."""

    value: Literal["returns", "leaves"]
    source: Source


class Months(Strict):
    """A factor for each month of the year that has one; the others are 1."""

    value: dict[Words, Annotated[float, Field(ge=0, strict=False)]] = Field(default_factory=dict)
    source: Source


class Arrivals(Strict):
    """How many declarations arrive, estimated from the last ``window_days`` of the pool; ``by_month`` bends it."""

    window_days: Count
    by_month: Months


class Answers(Strict):
    """What an invited person answers: accepts, declines, or neither.

    ``days``, ``after_decline`` and ``after_silence`` are read only where the law does not say.
    """

    accepted: Percent
    declined: Percent
    days: Count
    after_decline: Rule
    after_silence: Rule


class Withdrawals(Strict):
    """The part of those waiting who withdraw in a month."""

    a_month: Percent


class Tests(Strict):
    """Language tests that expire: their validity, and the part of the holders who take a new one with equal results."""

    validity_months: Count
    renewed: Percent


class Gain(Strict):
    """Whole numbers that grow for some: by one every ``months``, up to the bound of the attribute.

    ``share`` of those of ``who`` gain; ``columns`` grow together.
    """

    title: Title
    columns: tuple[Words, ...] = Field(strict=False, min_length=1)
    who: dict[str, Any] | list[dict[str, Any]] | None = None
    share: Percent
    months: int = Field(default=1, ge=1)


class Assumptions(Strict):
    """The file: its title, the program that it is for (absent: any), and the parameters."""

    title: Title
    program: Words | None = None
    arrivals: Arrivals
    answers: Answers
    withdrawals: Withdrawals
    tests: Tests | None = None
    gain: tuple[Gain, ...] = Field(default=(), strict=False)
    not_modelled: tuple[Title, ...] = Field(default=(), strict=False)

    def conditions(self, law: Regulation) -> tuple[Condition, ...]:
        """Read who gains what under a law. A wrong condition or column is a LawError."""
        faults: list[Fault] = []
        found = []
        for gain in self.gain:
            where = Text(f"gain « {gain.title.fr} »", f"gain “{gain.title.en}”")
            faults += _of_columns(gain, law, where)
            try:
                found.append(ALWAYS if gain.who is None else ConditionReader(where, law.scope).read(gain.who))
            except LawError as error:
                faults += error.faults
        if faults:
            raise LawError(faults)
        return tuple(found)

    def stated(self) -> Iterator[tuple[str, str, Text]]:
        """Give every parameter: its place in the file, its value, its source."""
        yield from _stated(self.model_dump(), ())


def _stated(said: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str, Text]]:  # noqa: ANN401 - a TOML value
    if isinstance(said, dict) and {"value", "source"} <= said.keys():
        yield ".".join(path), _written(said["value"]), Text(said["source"]["fr"], said["source"]["en"])
    elif isinstance(said, dict):
        for key, inner in said.items():
            yield from _stated(inner, (*path, key))
    elif isinstance(said, tuple):
        for number, inner in enumerate(said, start=1):
            yield from _stated(inner, (*path, str(number)))


def _written(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {inner:g}" for key, inner in value.items()) or "1"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _of_columns(gain: Gain, law: Regulation, where: Text) -> Iterator[Fault]:
    """Refuse what is no whole number, and what would outgrow the column that bounds it."""
    whole = [name for name, attribute in law.attributes.items() if attribute.type == "whole"]
    for name in gain.columns:
        if name not in whole:
            expected = Text("un attribut à nombre entier", "an attribute that is a whole number")
            yield Fault(where, Text(f"« {name} »", f"“{name}”"), expected, meant(name, whole))
            continue
        for other in law.attributes[name].at_most:
            if other not in gain.columns:
                found = Text(f"« {name} » croît, « {other} » non", f"“{name}” grows, “{other}” does not")
                expected = Text("deux colonnes qui croissent ensemble", "two columns that grow together")
                yield Fault(where, found, expected, same(f'columns = ["{name}", "{other}"]'))


def read_assumptions(path: str | Path | None, program: str) -> Assumptions:
    """Read a file of assumptions; without one, that of the program in the library, else the one for any program."""
    file = Path(path) if path is not None else _of_program(program)
    found = build(Assumptions, read_toml(file, file.name), file.name)
    if found.program not in (None, program):
        expected = Text(f"des hypothèses pour {program}", f"assumptions for {program}")
        raise LawError([Fault(same(file.name), same(str(found.program)), expected, same(f'program = "{program}"'))])
    if found.answers.accepted.value + found.answers.declined.value > 100:
        where = Text(f"{file.name}, answers", f"{file.name}, answers")
        said = same(f"{found.answers.accepted.value:g} + {found.answers.declined.value:g}")
        expected = Text("100 ou moins à eux deux", "100 or less together")
        raise LawError([Fault(where, said, expected, same("declined = { value = 0, … }"))])
    return found


def _of_program(program: str) -> Path:
    folder = data_folder() / FOLDER
    own = folder / f"{program.replace('/', '-')}.toml"
    return own if own.is_file() else folder / ANY

"""Responses: what some people change in their declarations because of a rule, as a file says it, and who could."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from ranking.simulate.projection.assumptions import Percent
from rules.citation import Remark, Strict, Title, Words
from rules.faults import Fault, LawError, meant
from rules.source import build, read_toml
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rules.regulation import Regulation

Where = dict[str, Any] | list[dict[str, Any]]
KINDS = ("set", "best_of", "swap", "again")


class BestOf(Strict):
    """Choose, among the codes that begin with the same ``digits``, the one that gives the most points."""

    column: Words
    digits: int = Field(ge=1)


class Swap(Strict):
    """Exchange the partners of a couple: the columns of ``pairs``, and the two labels of each of ``labels``.

    ``couple`` is the column that says who has an accompanying spouse.
    ``otherwise`` is what the new principal applicant declares where the pool says nothing of the spouse: a value, or
    ``{ column = "…" }``, another column of the declaration as it was. All other columns are the household’s and stay.
    """

    couple: Words = "accompanying_spouse"
    pairs: dict[Words, Words]
    labels: dict[Words, Annotated[list[Words], Field(min_length=2, max_length=2)]] = Field(default_factory=dict)
    otherwise: dict[Words, bool | int | str | dict[str, str]] = Field(default_factory=dict)


class Again(Strict):
    """File ``copies`` more declarations under another number of person; a part of them is detected as the same."""

    copies: int = Field(ge=1, le=20)
    detected: Percent


class Response(Strict):
    """One way to respond. Exactly one of ``set``, ``best_of``, ``swap``, ``again``.

    ``who`` could respond; ``share`` of those do. ``only``: ``gains``, those whose score rises by it under the reform;
    ``reform_gains``, those who gain more by it under the reform than before it; ``any``, whatever it does.
    """

    id: Words
    title: Title
    who: Where | None = None
    share: Percent
    only: Literal["gains", "reform_gains", "any"] = "gains"
    set: dict[Words, bool | int | str] | None = None
    best_of: BestOf | None = None
    swap: Swap | None = None
    again: Again | None = None

    @property
    def kind(self) -> str:
        """The kind of response."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)


class Target(Strict):
    """What a reform wants more of among those invited: true of what people are, not of what they declare."""

    title: Title
    where: Where


class ResponseFile(Strict):
    """Responses to a reform of ``program``, carried out in their order, and the target that they may undo."""

    title: Title
    program: Words
    response: tuple[Response, ...] = Field(strict=False, min_length=1)
    target: Target | None = None
    note: Remark | None = None


def read_response(path: Path, law: Regulation) -> ResponseFile:
    """Read a file of responses and check it against a law; every fault at once."""
    found = build(ResponseFile, read_toml(path, path.name), path.name)
    faults = [fault for one in found.response for fault in _of_response(one, law, path.name)]
    if found.program != law.program:
        where, expected = same(path.name), Text(f"des réactions à {law.program}", f"responses to {law.program}")
        faults.append(Fault(where, same(found.program), expected, same(f'program = "{law.program}"')))
    if faults:
        raise LawError(faults)
    return found


def _of_response(one: Response, law: Regulation, name: str) -> Iterator[Fault]:
    where = Text(f"{name}, réaction {one.id}", f"{name}, response {one.id}")
    kinds = [kind for kind in KINDS if getattr(one, kind) is not None]
    if len(kinds) != 1:
        expected = Text("une seule manière de réagir", "one way to respond")
        yield Fault(where, same(", ".join(kinds) or "–"), expected, same(" | ".join(KINDS)))
        return
    known = list(law.attributes)
    for column in _columns(one):
        if column not in law.attributes:
            expected = Text("un attribut du programme", "an attribute of the program")
            yield Fault(where, Text(f"« {column} »", f"“{column}”"), expected, meant(column, known))
    for column, value in (one.set or {}).items():
        domain = law.inputs.get(column)
        if domain is not None and domain.kind == "label" and value not in domain.labels:
            expected = Text(f"une valeur de « {column} »", f"a value of “{column}”")
            yield Fault(where, same(str(value)), expected, meant(str(value), domain.labels))


def _columns(one: Response) -> Iterator[str]:
    yield from one.set or ()
    if one.best_of is not None:
        yield one.best_of.column
    if one.swap is not None:
        yield one.swap.couple
        yield from one.swap.pairs
        yield from one.swap.pairs.values()
        yield from one.swap.labels
        yield from one.swap.otherwise

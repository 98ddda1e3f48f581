"""Lots: a number from SHA-256 that orders equals, and that anyone can compute again.

Everything here is a pure function of its arguments: no state, no floats, no clock, and the rows may come in any order.
``docs/lots.md`` says where a seed comes from, and who publishes what, when.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

import polars as pl

from ranking.faults import Fault, RoundError
from ranking.prefixed import one, prefixed
from ranking.uniformity import Check, uniformity
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Check", "chances", "lot_input", "number", "numbers", "proportional", "ticket_keys", "uniformity"]

TAG = "tirage-lot-v1"
START_TAG = "tirage-systematic-v1"
MOST_TICKETS = 10_000
NO_SEED = Fault(
    Text("graine du tirage au sort", "seed of the lots"),
    Text("rien", "nothing"),
    Text(
        "une valeur que personne ne pouvait choisir, avec sa provenance",
        "a value nobody could choose, and its provenance",
    ),
    same('[seed] value = "…"'),
)


def lot_input(seed: str, round_id: str, selection_id: str, person_id: str, ticket: int | None = None) -> bytes:
    """Write the bytes whose SHA-256 is the number of a person: five fields, and a sixth for a ticket (1, 2, …).

    Raises:
        RoundError: an empty seed, or a field that UTF-8 cannot write.
    """
    return _common(seed, round_id, selection_id) + prefixed(person_id, *([] if ticket is None else [str(ticket)]))


def number(seed: str, round_id: str, selection_id: str, person_id: str, ticket: int | None = None) -> str:
    """Give the number of one person, or of one of their tickets: 64 hex characters, lower case; smaller comes first."""
    return hashlib.sha256(lot_input(seed, round_id, selection_id, person_id, ticket)).hexdigest()


def numbers(seed: str, round_id: str, selection_id: str, persons: pl.Series) -> pl.Series:
    """Give the number of every person: 64 hex characters, lower case; smaller comes first.

    A column as long as ``persons``, in its order. Hex text of one length sorts as the 256-bit integers do. A person who
    stands on two rows has the same number on both; between two persons a tie would be a collision of SHA-256.

    Raises:
        RoundError: an empty seed, or persons that are null or not text.
    """
    start, found = hashlib.sha256(_common(seed, round_id, selection_id)).copy, []
    for person in _texts(persons):
        digest = start()
        digest.update(one(person))
        found.append(digest.hexdigest())
    return pl.Series("lot", found, dtype=pl.String)


def ticket_keys(seed: str, round_id: str, selection_id: str, persons: pl.Series, weights: pl.Series) -> pl.Series:
    """Give every person the best number of their tickets: as many tickets as their weight, one place a person.

    Taking the smallest keys is drawing tickets one by one and skipping people already in, so the chance to come first
    is the weight over the sum of weights (the H-1B selection of FY2027 describes such tickets). A ticket has its rank
    (1, 2, …) as a sixth field: a weight of 1 does not give the number of :func:`numbers`. With a seed kept, raising
    one's own weight never worsens one's key.

    Raises:
        RoundError: what :func:`numbers` refuses; a weight that is null, not whole, below 1 or above 10,000.
    """
    common = hashlib.sha256(_common(seed, round_id, selection_id))
    tickets = _weights(weights, most=MOST_TICKETS)
    ranks = [one(str(rank)) for rank in range(1, max(tickets, default=0) + 1)]
    keys = [_best(common, one(person), ranks[:count]) for person, count in zip(_texts(persons), tickets, strict=True)]
    return pl.Series("lot", keys, dtype=pl.String)


def proportional(
    seed: str, round_id: str, selection_id: str, persons: pl.Series, weights: pl.Series, size: int
) -> pl.Series:
    """Take ``size`` persons so that the chance of each is proportional to their weight; true where taken.

    Systematic sampling on whole numbers. Those whose chance would reach 1 are taken for certain and the rest is shared
    again (:func:`chances`). The others stand in the order of their :func:`numbers`, each on a stretch as long as
    their weight; marks stand at equal distances, ``W / places``, the first one at a fraction of that distance given
    by SHA-256 of four fields: ``tirage-systematic-v1``, seed, round, selection, over 2^256. A person on whose stretch a
    mark falls is taken: exactly ``size`` are, or everyone when there are places for all. A person is one row. For one
    seed a greater weight of one's own can lose a place; the chance over seeds never falls.

    Raises:
        RoundError: what :func:`numbers` refuses; a weight that is null, not whole or below 1; a person on two rows.
    """
    names = _texts(persons)
    if len(set(names)) < len(names):
        raise RoundError([_repeated(persons)])
    shares = _weights(weights)
    order = numbers(seed, round_id, selection_id, persons).arg_sort().to_list()
    certain, places = _certain(shares, size)
    taken = [position in certain for position in range(len(names))]
    rest = [position for position in order if position not in certain]
    for position in _marked(rest, shares, places, _first_mark(seed, round_id, selection_id)):
        taken[position] = True
    return pl.Series("taken", taken, dtype=pl.Boolean)


def chances(weights: pl.Series, size: int) -> list[Fraction]:
    """Give the exact chance of each person under :func:`proportional`: the same multiple of each weight, at most 1."""
    shares = _weights(weights)
    certain, places = _certain(shares, size)
    rest = sum(share for position, share in enumerate(shares) if position not in certain)
    return [
        Fraction(1) if position in certain else Fraction(places * share, rest) for position, share in enumerate(shares)
    ]


def _common(seed: str, round_id: str, selection_id: str) -> bytes:
    if not seed:
        raise RoundError([NO_SEED])
    return prefixed(TAG, seed, round_id, selection_id)


def _best(common: hashlib._Hash, person: bytes, ranks: Sequence[bytes]) -> str:
    whose = common.copy()
    whose.update(person)
    found = []
    for rank in ranks:
        digest = whose.copy()
        digest.update(rank)
        found.append(digest.digest())
    return min(found).hex()


def _certain(shares: Sequence[int], size: int) -> tuple[frozenset[int], int]:
    """Find those whose chance reaches 1, again and again as the rest is shared; give them and the places left."""
    if size >= len(shares):
        return frozenset(range(len(shares))), 0
    rest, places, whole = sorted(range(len(shares)), key=shares.__getitem__), max(size, 0), sum(shares)
    certain = []
    while places and places * shares[rest[-1]] >= whole:
        certain.append(rest.pop())
        places, whole = places - 1, whole - shares[certain[-1]]
    return frozenset(certain), places


def _first_mark(seed: str, round_id: str, selection_id: str) -> int:
    return int.from_bytes(hashlib.sha256(prefixed(START_TAG, seed, round_id, selection_id)).digest())


def _marked(rest: Sequence[int], shares: Sequence[int], places: int, first: int) -> list[int]:
    """Find on whose stretches the marks fall, in whole numbers: a mark is on the first stretch that ends beyond it."""
    ends = list(accumulate(shares[position] for position in rest))
    marks = (((first + (mark << 256)) * ends[-1] // places) >> 256 for mark in range(places))
    return [rest[bisect_right(ends, mark)] for mark in marks]


def _texts(persons: pl.Series) -> list[str]:
    if persons.null_count() or not isinstance(persons.dtype, (pl.String, pl.Enum, pl.Categorical)):
        raise RoundError([_not_persons(persons)])
    found: list[str] = persons.to_list()
    return found


def _weights(weights: pl.Series, most: int | None = None) -> list[int]:
    bad = weights.is_null() if weights.dtype.is_integer() else pl.Series([True])
    if not bad.any():
        bad = (weights < 1) if most is None else (weights < 1) | (weights > most)
    if bad.any():
        raise RoundError([_not_weights(weights, most)])
    found: list[int] = weights.to_list()
    return found


def _not_persons(persons: pl.Series) -> Fault:
    nulls = persons.null_count()
    found = (
        Text(f"{nulls} lignes sans personne", f"{nulls} rows without a person")
        if nulls
        else Text(f"des valeurs de type {persons.dtype}", f"values of type {persons.dtype}")
    )
    expected = Text("un identifiant (texte) sur chaque ligne", "an identifier (text) on every row")
    write = Text(
        "l’identifiant de la personne, ou une exclusion avec sa raison",
        "the identifier of the person, or an exclusion with its reason",
    )
    return Fault(Text("tirage au sort, person_id", "lots, person_id"), found, expected, write, max(nulls, 1))


def _repeated(persons: pl.Series) -> Fault:
    twice = sorted(persons.filter(persons.is_duplicated()).cast(pl.String).unique().to_list())
    found = Text(f"{len(twice)} personnes sur plusieurs lignes", f"{len(twice)} persons on several rows")
    expected = Text("une ligne par personne", "one row a person")
    write = Text("la déclaration retenue de chaque personne", "the declaration kept of each person")
    return Fault(
        Text("tirage au sort, person_id", "lots, person_id"), found, expected, write, len(twice), tuple(twice[:3])
    )


def _not_weights(weights: pl.Series, most: int | None) -> Fault:
    span = f"{weights.min()!s} … {weights.max()!s}, null : {weights.null_count()}, {weights.dtype}"
    expected = (
        Text("un nombre entier, 1 ou plus, sur chaque ligne", "a whole number, 1 or more, on every row")
        if most is None
        else Text(f"un nombre entier de 1 à {most} sur chaque ligne", f"a whole number from 1 to {most} on every row")
    )
    write = Text(
        "des poids entiers (2, 3 et 5 plutôt que 0,2, 0,3 et 0,5)", "whole weights (2, 3 and 5, not 0.2, 0.3 and 0.5)"
    )
    return Fault(Text("poids du tirage au sort", "weights of the lots"), same(span), expected, write)

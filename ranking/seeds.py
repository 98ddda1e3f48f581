"""Seeds of lots, with where they come from. Nothing here calls a network or draws a number: a seed is an input."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ranking.faults import Fault, RoundError
from ranking.prefixed import prefixed
from rules.text import Text, same, written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

Protocol = Literal["beacon", "commit_reveal", "drawn"]
SHORTEST = 32


@dataclass(frozen=True)
class Seed:
    """A seed: the value that is hashed, the protocol that made it, and its provenance in words."""

    value: str
    protocol: Protocol
    provenance: Text
    commitments: tuple[str, ...] = ()


def commit(secret: str) -> str:
    """Give what a party publishes before: the SHA-256 of the UTF-8 bytes of its secret, 64 hex characters.

    Raises:
        RoundError: a secret of fewer than 32 characters, which could be guessed from its commitment.
    """
    if len(secret) < SHORTEST:
        raise RoundError([_short(secret)])
    return hashlib.sha256(secret.encode()).hexdigest()


def reveal(commitments: Sequence[str], secrets: Sequence[str]) -> str:
    """Make the seed of a commit and reveal: SHA-256 of the secrets, each after its length, in the order published.

    Raises:
        RoundError: every fault at once: fewer than two parties, the same commitment twice, not as many secrets as
            commitments, a secret that does not match its own.
    """
    faults = [*_parties(commitments, secrets)]
    faults += [
        _unlike(rank, promised, hashlib.sha256(secret.encode()).hexdigest())
        for rank, (promised, secret) in enumerate(zip(commitments, secrets, strict=False), 1)
        if hashlib.sha256(secret.encode()).hexdigest() != promised
    ]
    if faults:
        raise RoundError(faults)
    return hashlib.sha256(prefixed(*secrets)).hexdigest()


def commit_reveal(commitments: Sequence[str], secrets: Sequence[str], provenance: Text) -> Seed:
    """Make a seed from revealed secrets; what :func:`reveal` refuses is refused."""
    return Seed(reveal(commitments, secrets), "commit_reveal", provenance, tuple(commitments))


def beacon(value: str, source: Text, number: str, announced: date) -> Seed:
    """Keep a public value as the seed, as text, with its source, its number there and the day it was announced.

    The source is not asked whether the value is right: anyone can, from what is kept.

    Raises:
        RoundError: an empty value or number, or one with spaces around it.
    """
    faults = [_blank(words) for words in (value, number) if not words or words != words.strip()]
    if faults:
        raise RoundError(faults)
    provenance = Text(
        f"{source.fr}, no {number}, annoncé le {written(announced, 'fr')}",
        f"{source.en}, no. {number}, announced on {written(announced, 'en')}",
    )
    return Seed(value, "beacon", provenance)


def _parties(commitments: Sequence[str], secrets: Sequence[str]) -> list[Fault]:
    where, faults = Text("engagements", "commitments"), []
    if len(commitments) < 2:
        expected = Text("deux parties ou plus", "two parties or more")
        write = Text("l’engagement d’une partie indépendante", "the commitment of an independent party")
        faults.append(Fault(where, same(str(len(commitments))), expected, write))
    if len(set(commitments)) < len(commitments):
        found = Text("le même engagement deux fois", "the same commitment twice")
        expected = Text("un secret propre à chaque partie", "a secret of each party's own")
        write = Text("l’engagement d’un autre secret", "the commitment of another secret")
        faults.append(Fault(where, found, expected, write))
    if len(secrets) != len(commitments):
        found = Text(f"{len(secrets)} secrets", f"{len(secrets)} secrets")
        expected = Text(f"{len(commitments)}, un par engagement", f"{len(commitments)}, one a commitment")
        write = Text(
            "tous les secrets, dans l’ordre des engagements ; sinon, la suite annoncée d’un refus",
            "every secret, in the order of the commitments; failing that, the announced consequence of a refusal",
        )
        faults.append(Fault(Text("secrets révélés", "secrets revealed"), found, expected, write))
    return faults


def _unlike(rank: int, promised: str, found: str) -> Fault:
    return Fault(
        Text(f"secret révélé no {rank}", f"secret revealed, no. {rank}"),
        Text(f"SHA-256 {found}", f"SHA-256 {found}"),
        Text(f"l’engagement publié : {promised}", f"the commitment published: {promised}"),
        Text(
            "le secret exact, sans espace ni fin de ligne ajoutée", "the exact secret, with no space or line end added"
        ),
    )


def _short(secret: str) -> Fault:
    return Fault(
        Text("secret à engager", "secret to commit to"),
        Text(f"{len(secret)} caractères", f"{len(secret)} characters"),
        Text(f"{SHORTEST} ou plus, tirés au hasard", f"{SHORTEST} or more, at random"),
        same("openssl rand -hex 32"),
    )


def _blank(words: str) -> Fault:
    return Fault(
        Text("valeur publique de la graine", "public value of the seed"),
        same(repr(words)),
        Text("la valeur et son numéro, sans espaces autour", "the value and its number, with no spaces around"),
        Text("ce que la source a publié, mot pour mot", "what the source published, word for word"),
    )

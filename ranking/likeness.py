"""How alike two names are to a person: without accents, capitals, order or small words, in French and English."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LITTLE = Text(
    "a au aux d dans de des du en et hors l la le les ou par pour s sur un une",
    "an and at for from in is of on or the to",
)
SMALL = frozenset(f"{LITTLE.fr} {LITTLE.en}".split())
SHORT = {
    "no": "numero",
    "num": "numero",
    "id": "numero",
    "nb": "nombre",
    "dt": "date",
    "nbr": "nombre",
    "number": "numero",
}
SAME_WORD = 0.84  # of letters in common: naissance and naissances, months and month
ENOUGH, APART = 0.6, 0.05


def words(name: str) -> tuple[str, ...]:
    """Cut a name into plain words; a name of small words only keeps them."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    found = [SHORT.get(word, word) for word in re.findall(r"[a-z]+|[0-9]+", plain)]
    return tuple(word for word in found if word not in SMALL) or tuple(found)


def alike(one: Iterable[str], other: Iterable[str]) -> float:
    """Give the share of words that two names have in common, from 0 to 1."""
    left, right = list(one), list(other)
    if not left or not right:
        return 0.0
    size, shared = len(left) + len(right), 0
    for word in left:
        near = next((other for other in right if _same(word, other)), None)
        if near is not None:
            right.remove(near)
            shared += 1
    return 2 * shared / size


def _same(one: str, other: str) -> bool:
    if one == other or one.isdigit() or other.isdigit():
        return one == other
    return SequenceMatcher(None, one, other).ratio() >= SAME_WORD


def matched(found: Iterable[str], known: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Pair names with those known by their ``names``, one to one, the surest first; not where two are as near."""
    cut = {key: [words(name) for name in names] for key, names in known.items()}
    scores = [
        (max((alike(words(name), other) for other in others), default=0.0), name, key)
        for name in found
        for key, others in cut.items()
    ]
    pairs: dict[str, str] = {}
    taken: set[str] = set()
    for score, name, key in sorted(scores, key=lambda one: (-one[0], one[1], one[2])):
        if score < ENOUGH or name in pairs or key in taken:
            continue
        rivals = [one for one in scores if one[1] == name and one[2] not in taken and one[2] != key]
        if max((one[0] for one in rivals), default=0.0) > score - APART:
            continue
        pairs[name] = key
        taken.add(key)
    return pairs

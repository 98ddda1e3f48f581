"""Names of people who approve: the same person whatever the case, the spaces and the accents' encoding."""

from __future__ import annotations

import unicodedata


def plain(name: str) -> str:
    """Give the letters and digits of a name as they are compared: case, spaces and punctuation do not count."""
    spread = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in unicodedata.normalize("NFKC", spread) if letter.isalnum())


def same_person(one: str, other: str) -> bool:
    """Tell whether two names are one person's. A name without letters or digits is nobody's, not even its own."""
    return bool(plain(one)) and plain(one) == plain(other)

"""Bodies of requests, read strictly: one JSON object of plain values, each key once."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Never

from intake.messages import echo, needed, sentences
from rules.text import Text

DEEPEST = 1  # an object of plain values: what every body of the intake is
STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
BRACKETS = re.compile(r"[\[{\]}]")
SURROGATE = re.compile("[\ud800-\udfff]")
EXPECTED = Text('un objet JSON en UTF-8, comme { "a": 1 }', 'a JSON object in UTF-8, like { "a": 1 }')


class BadJson(Exception):  # noqa: N818 - the body is bad, and that is said to a person
    """A body that is not one JSON object of plain values. ``code`` names what is wrong, ``message`` says it.

    Codes: ``not_utf8``, ``not_json``, ``not_object``, ``too_deep``, ``key_twice``, ``not_finite``, ``number_too_long``.
    """

    def __init__(self, code: str, found: Text, write: Text) -> None:
        self.code = code
        self.message = sentences(found, needed(EXPECTED), write)
        super().__init__(self.message.en)


def read_json(body: bytes) -> dict[str, Any]:
    """Read a body: a JSON object (RFC 8259) in UTF-8, of strings, numbers, booleans and nulls, each key once.

    Refuses arrays and objects inside it, ``NaN`` and infinities, numbers of thousands of digits, lone surrogates. Depth
    is measured before anything is parsed, so that no body of any depth exhausts the stack. Size is limited elsewhere.

    Raises:
        BadJson: the first thing that is wrong.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        byte = body[error.start]
        found = Text(
            f"L’octet {error.start + 1} (0x{byte:02x}) n’est pas de l’UTF-8",
            f"Byte {error.start + 1} (0x{byte:02x}) is no UTF-8",
        )
        raise BadJson("not_utf8", found, Text("Enregistrez le corps en UTF-8", "Send the body in UTF-8")) from None
    _check_depth(text)
    try:
        read = json.loads(text, object_pairs_hook=_once, parse_constant=_not_finite, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise _not_json(error) from None
    except ValueError:  # int() refuses more than 4,300 digits
        found = Text("Un nombre a des milliers de chiffres", "A number has thousands of digits")
        raise BadJson(
            "number_too_long", found, Text("Écrivez un nombre plus court", "Write a shorter number")
        ) from None
    if not isinstance(read, dict):
        found = Text(f"Le corps est {_kind(read).fr}", f"The body is {_kind(read).en}")
        raise BadJson("not_object", found, Text("Mettez les champs entre accolades", "Put the fields between braces"))
    if "\\u" in text:
        _check_surrogates(read)
    return read


def _check_depth(text: str) -> None:
    """Refuse what lies deeper than the fields of one object, by brackets alone, strings left out."""
    if text.count("{") + text.count("[") <= DEEPEST:
        return
    depth = 0
    for bracket in BRACKETS.finditer(STRINGS.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > DEEPEST:
            found = Text("Une valeur est elle-même une liste ou un objet", "A value is itself an array or an object")
            write = Text(
                "Donnez à chaque champ un texte, un nombre, true, false ou null",
                "Give each field a text, a number, true, false or null",
            )
            raise BadJson("too_deep", found, write)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) == len(pairs):
        return read
    seen = set[str]()
    twice = echo(next(name for name, _ in pairs if name in seen or seen.add(name)))  # type: ignore[func-returns-value]
    found = Text(f"La clé « {twice} » est écrite plusieurs fois", f"The key “{twice}” is written several times")
    raise BadJson("key_twice", found, Text("Gardez chaque clé une seule fois", "Keep each key only once"))


def _not_finite(word: str) -> Never:
    found = Text(f"Le corps contient {word}, que JSON n’a pas", f"The body has {word}, which JSON does not")
    raise BadJson("not_finite", found, Text("Écrivez un nombre, ou null", "Write a number, or null"))


def _finite(written: str) -> float:
    """Read a number; one beyond all floats would be an infinity."""
    read = float(written)
    if math.isfinite(read):
        return read
    large = Text(f"Le nombre {echo(written)} est trop grand", f"The number {echo(written)} is too large")
    raise BadJson("not_finite", large, Text("Écrivez un nombre plus petit", "Write a smaller number"))


def _not_json(error: json.JSONDecodeError) -> BadJson:
    if not error.doc.strip():
        return BadJson("not_json", Text("Le corps est vide", "The body is empty"), Text("Envoyez-en un", "Send one"))
    at = Text(f"ligne {error.lineno}, colonne {error.colno}", f"line {error.lineno}, column {error.colno}")
    found = Text(f"Le corps cesse d’être du JSON : {at.fr}", f"The body stops being JSON: {at.en}")
    return BadJson("not_json", found, Text("Corrigez à cet endroit", "Mend it there"))


def _check_surrogates(read: dict[str, Any]) -> None:
    for word in [*read, *read.values()]:
        if isinstance(word, str) and SURROGATE.search(word):
            found = Text(
                f"« {echo(word)} » contient la moitié d’un caractère", f"“{echo(word)}” has half of a character"
            )
            raise BadJson("not_utf8", found, Text("Écrivez le caractère entier", "Write the whole character"))


def _kind(value: object) -> Text:
    if isinstance(value, list):
        return Text("une liste", "an array")
    if isinstance(value, str):
        return Text("un texte", "a text")
    if value is None or isinstance(value, bool):
        return Text("un mot seul", "a single word")
    return Text("un nombre", "a number")

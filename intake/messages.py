"""What a candidate reads of a field that is wrong: what was found, what was expected, what to write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING

from rules.faults import FEW
from rules.text import Lang, Text, number, written
from rules.titles import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from rules.attributes import Attribute
    from rules.domains import Value
    from rules.regulation import Regulation

LONGEST = 40  # characters of what was found that a message repeats
LONGEST_TEXT = 200
MANY = 50  # answers, above which the nearest of them are chance
LONGEST_NUMBER = 4000  # bits, beyond which a number is not written out
LANGS: tuple[Lang, Lang] = ("fr", "en")
EMPTY = Text("Ce champ est vide", "This field is empty")
NUMBER = re.compile(r"-?[0-9]{1,9}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NO_SUCH_DAY = Text(
    "Vérifiez le mois et le jour, et écrivez par exemple 1990-05-17",
    "Check the month and the day, and write for example 1990-05-17",
)
EXAMPLE_DAY = Text("Écrivez par exemple 1990-05-17", "Write for example 1990-05-17")


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field. ``field`` is empty where it is the body as a whole; ``code`` is for programs."""

    field: str
    code: str
    message: Text


def spaced(text: Text) -> Text:
    """Put the no-break spaces of French typography where a plain one stands."""
    fr = text.fr.replace("« ", "«\u202f").replace(" »", "\u202f»").replace(" :", "\u00a0:")
    return Text(fr.replace(" ;", "\u202f;").replace(" ?", "\u202f?"), text.en)


def sentences(found: Text, expected: Text, write: Text) -> Text:
    """Say in three sentences what was found, what was expected, and what to write."""
    return spaced(Text(f"{found.fr}. {expected.fr}. {write.fr}.", f"{found.en}. {expected.en}. {write.en}."))


def needed(noun: Text, since: Text | None = None) -> Text:
    """Say what is needed, and why."""
    if since is None:
        return Text(f"Il faut {noun.fr}", f"It must be {noun.en}")
    return Text(f"Il faut {noun.fr}, puisque {since.fr}", f"It must be {noun.en}, since {since.en}")


def echo(value: object) -> str:
    """Repeat at most 40 characters of what was found; what is no character to be seen becomes U+FFFD."""
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER:
        return "…"
    words = str(value).lower() if isinstance(value, bool) else str(value)
    kept = words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
    return "".join(c if c.isprintable() or c in "\u00a0\u202f" else "\ufffd" for c in kept)


def found(value: object) -> Text:
    """Say what was found."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, (list, tuple)):
        return Text("Vous avez écrit une liste", "You wrote a list")
    if isinstance(value, dict):
        return Text("Vous avez écrit un objet", "You wrote an object")
    return Text(f"Vous avez écrit « {echo(value)} »", f"You wrote “{echo(value)}”")


def titled(name: str, regulation: Regulation) -> Text:
    """Give the title of an attribute, in quotation marks."""
    title = regulation.attributes[name].title.text
    return Text(f"« {title.fr} »", f"“{title.en}”")


def answers(pairs: Mapping[str, Value], regulation: Regulation) -> Text:
    """Name answers and their questions: oui à « Époux ou conjoint qui accompagne »."""
    said = [(_answer(value, name, regulation), titled(name, regulation)) for name, value in pairs.items()]
    fr = " et ".join(f"{value.fr} à {title.fr}" for value, title in said)
    return Text(fr, " and ".join(f"{value.en} to {title.en}" for value, title in said))


def _answer(value: Value, name: str, regulation: Regulation) -> Text:
    words = shown(value, name, regulation)
    return words if isinstance(value, bool) else Text(f"« {words.fr} »", f"“{words.en}”")


@lru_cache(maxsize=4096)
def expected(name: str, regulation: Regulation) -> Text:
    """Say what a value of an attribute looks like."""
    attribute = regulation.attributes[name]
    if attribute.type == "whole":
        low, high = attribute.interval.low or 0, (attribute.interval.high or 1) - 1
        fr, en = (f"{number(low, lang)}|{number(high, lang)}".split("|") for lang in LANGS)
        return Text(f"un nombre entier de {fr[0]} à {fr[1]}", f"a whole number from {en[0]} to {en[1]}")
    if attribute.type == "boolean":
        return Text("un oui ou un non", "a yes or a no")
    if attribute.type == "label":
        return _one_of(name, attribute, regulation)
    if attribute.type == "code":
        return _code(regulation.inputs[name].labels)
    if attribute.type == "date":
        return Text(
            "une date qui existe, écrite année-mois-jour en chiffres",
            "a date that exists, written year-month-day in figures",
        )
    return Text(
        f"un texte de 1 à {LONGEST_TEXT} caractères, qui commence par une lettre ou un chiffre",
        f"a text of 1 to {LONGEST_TEXT} characters, which begins with a letter or a figure",
    )


def _one_of(name: str, attribute: Attribute, regulation: Regulation) -> Text:
    labels = regulation.inputs[name].labels
    if len(labels) > FEW:
        return Text(f"l’une des {len(labels)} réponses de la liste", f"one of the {len(labels)} answers of the list")
    titles = {label: attribute.labels[label].text for label in labels}
    fr = ", ".join(f"« {label} » ({title.fr})" for label, title in titles.items())
    en = ", ".join(f"“{label}” ({title.en})" for label, title in titles.items())
    return Text(f"l’une des réponses {fr}", f"one of the answers {en}")


def _code(codes: tuple[str, ...]) -> Text:
    count, lengths = len(codes), {len(code) for code in codes}
    if lengths == {5}:
        fr, en = "cinq caractères, zéros de tête compris", "five characters, leading zeros included"
        return Text(f"l’un des {count} codes de la liste ({fr})", f"one of the {count} codes of the list ({en})")
    return Text(f"l’un des {count} codes de la liste", f"one of the {count} codes of the list")


def write(name: str, value: object, regulation: Regulation) -> Text:
    """Say what to write instead of a value that an attribute cannot have."""
    attribute = regulation.attributes[name]
    if attribute.type == "whole":
        return _whole(attribute, value)
    if attribute.type == "boolean":
        return Text(
            "Répondez oui ou non (true ou false, sans guillemets)", "Answer yes or no (true or false, unquoted)"
        )
    if attribute.type in ("label", "code"):
        return _meant(value, regulation.inputs[name].labels)
    if attribute.type == "date":
        return NO_SUCH_DAY if isinstance(value, str) and DAY.fullmatch(value) else EXAMPLE_DAY
    return Text("Écrivez-le en toutes lettres, sur une ligne", "Write it in words, on one line")


def _whole(attribute: Attribute, value: object) -> Text:
    low, high = attribute.interval.low or 0, (attribute.interval.high or 1) - 1
    text = isinstance(value, str) and NUMBER.fullmatch(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return (
            Text(f"Écrivez au moins {low}", f"Write at least {low}")
            if value < low
            else Text(f"Écrivez au plus {high}", f"Write at most {high}")
        )
    if text and low <= int(str(value)) <= high:
        digits = int(str(value))
        return Text(f"Écrivez {digits}, un nombre sans guillemets", f"Write {digits}, a number without quotation marks")
    if isinstance(value, float) and value.is_integer() and low <= value <= high:
        return Text(f"Écrivez {int(value)}, sans décimale", f"Write {int(value)}, without decimals")
    example = max(low, min(7, high))
    return Text(
        f"Écrivez-le en chiffres seulement, par exemple {example}", f"Write it in figures only, for example {example}"
    )


def _meant(value: object, labels: tuple[str, ...]) -> Text:
    """Name the label that was meant, or the code with its leading zeros; else one of them as an example."""
    words = "" if value is None else echo(value).strip()
    padded = words.zfill(len(labels[0]))
    if words and padded in labels and not isinstance(value, bool):
        return Text(f"Écrivez « {padded} », en texte", f"Write “{padded}”, as text")
    near = [] if words.isdigit() or len(labels) > MANY else get_close_matches(words.lower(), labels, n=1, cutoff=0.6)
    if near:
        return Text(
            f"Écrivez « {near[0]} », si c’est ce que vous vouliez", f"Write “{near[0]}”, if that is what you meant"
        )
    return Text(
        f"Choisissez dans la liste, par exemple « {labels[0]} »", f"Choose from the list, for example “{labels[0]}”"
    )


def of_value(name: str, value: object, regulation: Regulation) -> FieldFault:
    """Say that an attribute cannot have this value; a null is a value that is missing."""
    code = "missing" if value is None else CODES[regulation.attributes[name].type]
    if regulation.attributes[name].type == "whole" and isinstance(value, int) and not isinstance(value, bool):
        code = "out_of_range"
    if regulation.attributes[name].type == "date" and isinstance(value, str) and DAY.fullmatch(value):
        code = "no_such_date"
    return FieldFault(
        name, code, sentences(found(value), needed(expected(name, regulation)), write(name, value, regulation))
    )


CODES = {
    "whole": "not_a_whole_number",
    "boolean": "not_yes_or_no",
    "label": "unknown_answer",
    "code": "unknown_code",
    "date": "not_a_date",
    "text": "not_plain_text",
}


def out_of_days(name: str, value: str, first: date | None, last: date) -> FieldFault:
    """Say that a date lies in the future, or too long ago."""
    span = {lang: (written(first, lang) if first else "", written(last, lang)) for lang in LANGS}
    between = Text(
        f"une date du {span['fr'][0]} au {span['fr'][1]}" if first else f"une date au plus tard le {span['fr'][1]}",
        f"a date from {span['en'][0]} to {span['en'][1]}" if first else f"a date no later than {span['en'][1]}",
    )
    code = "future_date" if value > last.isoformat() else "date_too_early"
    check_year = Text(
        "Vérifiez l’année, et écrivez par exemple 1990-05-17", "Check the year, and write for example 1990-05-17"
    )
    return FieldFault(name, code, sentences(found(value), needed(between), check_year))


def unknown_field(name: str, names: Collection[str], regulation: Regulation) -> FieldFault:
    """Say that a declaration has no such field, or that it is the bank that gives it."""
    seen = echo(name)
    said = Text(f"Vous avez envoyé le champ « {seen} »", f"You sent the field “{seen}”")
    mend = Text("Retirez-le", "Take it out")
    if name in regulation.attributes:
        own = Text("Le service le donne lui-même", "The service gives it itself")
        return FieldFault(seen, "not_declared", sentences(said, own, mend))
    near = get_close_matches(seen, names, n=1, cutoff=0.6)
    if near:
        mend = Text(f"Retirez-le, ou écrivez « {near[0]} »", f"Take it out, or write “{near[0]}”")
    none = Text("Ce programme n’a pas ce champ", "This program has no such field")
    return FieldFault(seen, "unknown_field", sentences(said, none, mend))

"""Answers: what a browser sends for the questions of a page, kept as it was typed, and read as a whole afterwards."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from intake.pages.form_file import UNKNOWN, Field
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from intake.pages.form_file import Form, FormPage
    from rules.attributes import Attribute
    from rules.regulation import Regulation

Typed = dict[str, str]
LONGEST = 500  # characters of one answer
MOST_FOUND = 12
TENTHS = re.compile(r"([0-9]{1,4})(?:[.,]([0-9]))?")
WORD = re.compile(r"[a-z0-9]{2,}")


def sent(page: FormPage, posted: Mapping[str, str]) -> Typed:
    """Take the answers of a page out of what was posted, as they were typed."""
    return {part: posted.get(part, "")[:LONGEST] for field in page.fields for part in field.parts}


def spoken(field: Field, typed: Mapping[str, str]) -> str:
    """Put an answer into one text: the parts of a date, a choice among occupations found, a score in tenths."""
    answer = typed.get(field.name, "").strip()
    if field.kind == "date":
        day, month, year = (typed.get(part, "").strip() for part in field.parts)
        if not (day or month or year):
            return ""
        return f"{year}-{month:0>2}-{day:0>2}" if day and month and year else f"{year}-{month}-{day}"
    if field.kind == "code":
        found, words = typed.get(f"{field.name}.found", ""), typed.get(f"{field.name}.words", "")
        return found if found and words == typed.get(field.name, "") else answer
    if field.kind == "tenths":
        score = TENTHS.fullmatch(answer)
        return str(int(score[1]) * 10 + int(score[2] or 0)) if score else answer
    return "" if answer == UNKNOWN and field.options else answer


def applies(field: Field, form: Form, typed: Mapping[str, str], regulation: Regulation) -> bool:
    """Tell whether a question is asked of a person, from the answers given so far."""
    needed = field.only_when or {}
    by_name = {one.name: one for one in form.fields}
    return all(
        _means(spoken(by_name[other], typed), value, regulation.attributes[other]) for other, value in needed.items()
    )


def _means(answer: str, value: bool | int | str, attribute: Attribute) -> bool:  # noqa: FBT001 - a value of the law
    if attribute.type == "boolean":
        return answer == ("oui" if value else "non")
    return answer == str(value)


def asked_pages(form: Form, typed: Mapping[str, str], regulation: Regulation) -> list[FormPage]:
    """Give the pages that a person is asked: those with a question that applies."""
    return [page for page in form.pages if any(applies(one, form, typed, regulation) for one in page.fields)]


def whole(form: Form, typed: Mapping[str, str], regulation: Regulation) -> Typed:
    """Put the answers of all pages together as they are read, those that do not apply left out."""
    read: Typed = {}
    for one in form.fields:
        if applies(one, form, typed, regulation):
            dated = {part: typed.get(part, "") for part in one.parts}
            read |= dated if one.kind == "date" else {one.name: spoken(one, typed)}
    return read


def unchosen(form: Form, typed: Mapping[str, str], regulation: Regulation) -> dict[str, Text]:
    """Find the questions that apply and where nothing is chosen: no answer is guessed, not even “none”."""
    return {
        one.name: Text("Choisissez une réponse.", "Choose an answer.")
        for one in form.fields
        if one.must and not typed.get(one.name) and applies(one, form, typed, regulation)
    }


def retyped(form: Form, values: Mapping[str, object]) -> Typed:
    """Turn what stands in the bank back into what would be typed, to be amended."""
    typed: Typed = {}
    for field in form.fields:
        typed |= _retyped(field, values.get(field.name))
    return typed


def _retyped(field: Field, value: object) -> Typed:
    if field.kind == "date":
        year, month, day = str(value).split("-") if value is not None else ("", "", "")
        return dict(zip(field.parts, (day.lstrip("0"), month.lstrip("0"), year), strict=True))
    if value is None:
        return {field.name: _none(field)}
    if isinstance(value, bool):
        return {field.name: "oui" if value else "non"}
    if field.kind == "tenths" and isinstance(value, int):
        return {field.name: f"{value // 10},{value % 10}" if value % 10 else str(value // 10)}
    return {field.name: str(value)}


def _none(field: Field) -> str:
    """Give the choice that stands for a null."""
    names = [name for name, _ in field.options]
    return next((name for name in (UNKNOWN, "none") if name in names), "")


def found(words: str, rows: Iterable[Mapping[str, str]]) -> list[tuple[str, Text]]:
    """Find the codes of a list whose titles have all the words, or begin words with them; at most a few."""
    wanted = _words(words)
    if not wanted:
        return []
    titles = ((row["code"], Text(row.get("title_fr", ""), row.get("title_en", ""))) for row in rows)
    return [(code, title) for code, title in titles if any(_has(_words(one), wanted) for one in title)][:MOST_FOUND]


def _has(title: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return all(any(one.startswith(word) for one in title) for word in wanted)


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    """Give the words of a text, in small letters without accents."""
    return tuple(WORD.findall(plain(text)))


def plain(text: str) -> str:
    """Write a text in small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))

"""The form of a program: which attributes are asked on which page, in whose words.

A file in ``intake/forms`` gives pages, titles and help; what may be answered is in the law. A program without a file is
asked its attributes in the order of the law, a few a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field as Default

from intake.fields import declared_names
from rules.citation import Remark, Strict, Title, Words
from rules.faults import Fault, LawError
from rules.source import build, read_toml
from rules.text import Lang, Text, listed, same
from rules.titles import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.attributes import Attribute
    from rules.regulation import Regulation

FORMS = Path(__file__).parents[1] / "forms"
FEW = 6  # choices that are shown all at once
A_PAGE = 8  # attributes, where no file says
UNKNOWN = "?"
YES, NO = "oui", "non"
Kind = Literal["date", "choice", "select", "whole", "tenths", "code", "text"]


@dataclass(frozen=True)
class Field:
    """One question. ``options``: the answers to choose from, each with its words; ``must``: one must be chosen."""

    name: str
    kind: Kind
    title: Text
    help: Text | None
    options: tuple[tuple[str, Text], ...]
    must: bool
    only_when: Mapping[str, bool | int | str] | None

    @property
    def parts(self) -> tuple[str, ...]:
        """The names under which a browser sends the answer."""
        if self.kind == "date":
            return tuple(f"{self.name}_{part}" for part in ("day", "month", "year"))
        if self.kind == "code":
            return (self.name, f"{self.name}.found", f"{self.name}.words")
        return (self.name,)


@dataclass(frozen=True)
class Part:
    """Questions that belong together on a page."""

    title: Text | None
    note: Text | None
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class FormPage:
    """One page of the form."""

    id: str
    slug: Text
    title: Text
    intro: Text | None
    parts: tuple[Part, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """All questions of the page."""
        return tuple(field for part in self.parts for field in part.fields)


@dataclass(frozen=True)
class Form:
    """The whole form of a program."""

    pages: tuple[FormPage, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """All questions."""
        return tuple(field for page in self.pages for field in page.fields)

    def page(self, slug: str, lang: Lang) -> FormPage | None:
        """Find a page by its address."""
        return next((page for page in self.pages if page.slug.to(lang) == slug), None)

    def page_of(self, name: str) -> FormPage | None:
        """Find the page on which an attribute is asked."""
        return next((page for page in self.pages if any(field.name == name for field in page.fields)), None)


class PartModel(Strict):
    """A part of a page, as written."""

    title: Title | None = None
    note: Remark | None = None
    fields: tuple[Words, ...] = Default(min_length=1, strict=False)


class PageModel(Strict):
    """A page, as written."""

    id: Words
    slug: Title
    title: Title
    intro: Remark | None = None
    part: tuple[PartModel, ...] = Default(min_length=1, strict=False)


class WordsModel(Strict):
    """The words of a question, as written: the title of the law where there is none."""

    title: Title | None = None
    help: Remark | None = None


class FormModel(Strict):
    """A file of ``intake/forms``."""

    program: Words
    page: tuple[PageModel, ...] = Default(min_length=1, strict=False)
    field: dict[str, WordsModel] = Default(default_factory=dict)


@lru_cache(maxsize=64)
def form_of(regulation: Regulation) -> Form:
    """Give the form of a program: that of its file, else its attributes in order. A LawError says what a file lacks."""
    name = f"{regulation.program.replace('/', '_')}.toml"
    if not (FORMS / name).is_file():
        return _in_order(regulation)
    model = build(FormModel, read_toml(FORMS / name, name), name)
    _check(model, regulation, name)
    return Form(tuple(_page(page, model, regulation) for page in model.page))


def _check(model: FormModel, regulation: Regulation, name: str) -> None:
    """Fail because an attribute is not asked, asked twice, or not one of the law."""
    wanted, found = (
        declared_names(regulation),
        [one for page in model.page for part in page.part for one in part.fields],
    )
    wrong = sorted({*wanted} ^ {*found}) + sorted({one for one in found if found.count(one) > 1})
    if wrong:
        expected = Text("chaque attribut de la règle une fois", "each attribute of the law once")
        write = Text("ajoutez ou ôtez ces attributs", "add or remove these attributes")
        raise LawError([Fault(same(name), same(listed(wrong)), expected, write)])


def _page(model: PageModel, file: FormModel, regulation: Regulation) -> FormPage:
    parts = tuple(
        Part(
            part.title.text if part.title else None,
            part.note.text if part.note else None,
            tuple(_field(name, file.field.get(name), regulation) for name in part.fields),
        )
        for part in model.part
    )
    intro = model.intro.text if model.intro else None
    return FormPage(model.id, model.slug.text, model.title.text, intro, parts)


def _in_order(regulation: Regulation) -> Form:
    """Put attributes on pages in the order of the law: a few a page, those of one condition together."""
    names = [name for name in declared_names(regulation) if regulation.attributes[name].only_when is None]
    names += [name for name in declared_names(regulation) if regulation.attributes[name].only_when is not None]
    pages = list(_chunks(names, regulation))
    return Form(
        tuple(
            FormPage(
                f"page{number}",
                Text(f"page-{number}", f"page-{number}"),
                Text(f"Questions, {number} de {len(pages)}", f"Questions, {number} of {len(pages)}"),
                None,
                (Part(None, None, tuple(_field(name, None, regulation) for name in some)),),
            )
            for number, some in enumerate(pages, 1)
        )
    )


def _chunks(names: list[str], regulation: Regulation) -> Iterator[list[str]]:
    for _, together in groupby(names, key=lambda name: repr(regulation.attributes[name].only_when)):
        some = list(together)
        yield from (some[start : start + A_PAGE] for start in range(0, len(some), A_PAGE))


def _field(name: str, words: WordsModel | None, regulation: Regulation) -> Field:
    attribute = regulation.attributes[name]
    options = _options(name, attribute, regulation)
    kind = _kind(name, attribute, len(options), regulation)
    title = words.title.text if words is not None and words.title else attribute.title.text
    help_ = words.help.text if words is not None and words.help else _help(kind, attribute)
    must = bool(options) and not attribute.optional
    return Field(name, kind, title, help_, options, must, attribute.only_when)


def _help(kind: Kind, attribute: Attribute) -> Text | None:
    """Say what to write, where no file does."""
    if kind == "date":
        return Text("Par exemple : 3 2 1990 pour le 3 février 1990.", "For example: 3 2 1990 for 3 February 1990.")
    if kind == "whole":
        low, last = attribute.interval.low, (attribute.interval.high or 1) - 1
        none = attribute.missing != "error"
        empty = Text(" Laissez vide s’il n’y en a pas.", " Leave it empty if there is none.") if none else same("")
        return Text(f"Un nombre de {low} à {last}.{empty.fr}", f"A number from {low} to {last}.{empty.en}")
    if kind == "tenths":
        return Text(
            "Comme sur l’attestation, par exemple 310 ou 7,5.", "As on the certificate, for example 310 or 7.5."
        )
    return None


def _kind(name: str, attribute: Attribute, choices: int, regulation: Regulation) -> Kind:
    if any(name == source.of[2] for source in regulation.levels.values()):
        return "tenths"
    if choices:
        return "choice" if choices <= FEW else "select"
    kinds: dict[str, Kind] = {"date": "date", "whole": "whole", "code": "code"}
    return kinds.get(attribute.type, "text")


def _options(name: str, attribute: Attribute, regulation: Regulation) -> tuple[tuple[str, Text], ...]:
    if attribute.type == "label":
        return tuple((label, shown(label, name, regulation)) for label in attribute.labels)
    if attribute.type != "boolean":
        return ()
    told = ((YES, Text("Oui", "Yes")), (NO, Text("Non", "No")))
    unknown = ((UNKNOWN, Text("Je ne le sais pas", "I do not know")),)
    return told + unknown if attribute.missing != "error" else told

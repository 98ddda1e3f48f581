"""Questions as a page shows them: what was typed, what is wrong with it, and how far each page has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from intake.models import Declared, check
from intake.pages.answers import applies, asked_pages, found, spoken, unchosen, whole
from intake.pages.form_file import UNKNOWN, Field, Form, FormPage, form_of
from intake.typed import typed as read_typed
from rules.text import Text, same, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake.pages.answers import Typed
    from intake.pages.drafts import Draft
    from rules.regulation import Regulation

TO_DO = Text("à faire", "to do")
TO_CORRECT = Text("à corriger", "to be corrected")
DONE = Text("fait", "done")
NO_ANSWER = Text("sans réponse", "no answer")
NOT_A_DATE = Text(
    "Écrivez une date qui existe, en chiffres : jour, mois, année. Par exemple 3, 2 et 1990.",
    "Write a date that exists, in figures: day, month, year. For example 3, 2 and 1990.",
)
NOT_A_SCORE = Text(
    "Écrivez le résultat comme sur l’attestation, en chiffres, par exemple 310 ou 12,5.",
    "Write the result as on the certificate, in figures, for example 310 or 12.5.",
)
NO_SCORE = Text(
    "Vous avez donné un test : écrivez ici son résultat, par exemple 310 ou 12,5.",
    "You have given a test: write its result here, for example 310 or 12.5.",
)
NO_LEVEL = Text(
    "Écrivez un niveau de 0 à 12, ou donnez un test plus haut.", "Write a level from 0 to 12, or give a test above."
)
NOT_A_CODE = Text(
    "Ce n’est pas un code de la liste. Choisissez une profession parmi celles qui sont montrées, ou écrivez d’autres "
    "mots.",
    "This is not a code of the list. Choose an occupation among those shown, or write other words.",
)
NO_CODE = Text("Écrivez un code, ou quelques mots pour le chercher.", "Write a code, or a few words to look for it.")


@dataclass(frozen=True)
class Shown:
    """A question as it is shown. ``found``: what a search has found; ``named``: the title of the code that stands."""

    field: Field
    typed: Mapping[str, str]
    message: Text | None
    spoken: str
    found: tuple[tuple[str, Text], ...] = ()
    named: Text | None = None

    @property
    def title(self) -> Text:
        """The question's title, for the summary of errors."""
        return self.field.title

    @property
    def at(self) -> str:
        """Where the summary of errors leads: the first control."""
        return f"#{self.field.parts[0]}"


@dataclass(frozen=True)
class Step:
    """A page of the form, and how far it has come."""

    id: str
    title: Text
    state: Text
    address: str


@dataclass(frozen=True)
class Answers:
    """A draft, checked against the law of the day. ``messages``: what is wrong, by attribute."""

    form: Form
    regulation: Regulation
    draft: Draft
    typed: Typed
    declared: Declared
    messages: Mapping[str, Text]

    @property
    def good(self) -> dict[str, Any] | None:
        """What can be deposited; None while anything is wrong."""
        return None if self.messages else self.declared.values

    @property
    def pages(self) -> list[FormPage]:
        """The pages that are asked."""
        return asked_pages(self.form, self.typed, self.regulation)

    def state(self, page: FormPage) -> Text:
        """Tell how far a page has come."""
        if page.id not in self.draft.pages:
            return TO_DO
        return TO_CORRECT if any(field.name in self.messages for field in page.fields) else DONE

    def next_page(self) -> FormPage | None:
        """Find where the person was: the page saved last if it is to be corrected, else the next one to do, if any."""
        pages = self.pages
        places = [place for place, page in enumerate(pages) if page.id == self.draft.last_page]
        first = places[0] if places else 0
        return next((page for page in [*pages[first:], *pages[:first]] if self.state(page) is not DONE), None)

    def shown(self, page: FormPage) -> list[tuple[Text | None, Text | None, list[Shown]]]:
        """Show the questions of a page that apply, part by part; messages only once the page was saved."""
        saved = page.id in self.draft.pages
        parts = []
        for part in page.parts:
            fields = [field for field in part.fields if applies(field, self.form, self.typed, self.regulation)]
            if fields:
                parts.append((part.title, part.note, [self._shown(field, saved=saved) for field in fields]))
        return parts

    def _shown(self, field: Field, *, saved: bool) -> Shown:
        message = self.messages.get(field.name) if saved else None
        said = spoken(field, self.typed)
        if field.kind != "code":
            return Shown(field, self.typed, message, said)
        rows = self.regulation.lists[self.regulation.attributes[field.name].list or ""].by_code
        row = rows.get(said)
        named = Text(row.get("title_fr", ""), row.get("title_en", "")) if row else None
        hits = tuple(found(self.typed.get(field.name, ""), rows.values()))
        if len(hits) == 1 and hits[0][0] == self.typed.get(field.name):
            hits = ()
        return Shown(field, self.typed, message, said, hits, named)

    def answered(self, page: FormPage) -> list[tuple[Text, Text]]:
        """Give the answers of a page in words, what cannot be read as it was typed.

        Of a test and the levels that it stands for, what is empty is left out.
        """
        said = [
            (field, spoken(field, self.typed))
            for field in page.fields
            if applies(field, self.form, self.typed, self.regulation)
        ]
        either = {of for level in self.regulation.levels.values() for of in (level.of[0], level.of[2])}
        return [
            (field.title, in_words(field, answer, self.regulation))
            for field, answer in said
            if answer or field.name not in either
        ]


def answers_of(draft: Draft, regulation: Regulation, today: date) -> Answers:
    """Check a draft."""
    form, typed = form_of(regulation), draft.typed
    declared = check(read_typed(whole(form, typed, regulation), regulation), regulation, today)
    kinds = {field.name: field for field in form.fields}
    messages = {
        fault.field: _message(fault.code, fault.message, kinds.get(fault.field), regulation)
        for fault in declared.faults
    }
    return Answers(form, regulation, draft, typed, declared, messages | unchosen(form, typed, regulation))


def _message(code: str, message: Text, field: Field | None, regulation: Regulation) -> Text:
    """Say what is wrong in words that fit the controls of the page, where those of the check speak of JSON."""
    if field is None:
        return message
    if field.kind == "date" and code in ("missing", "not_a_date", "no_such_date"):
        return NOT_A_DATE
    if field.kind == "tenths":
        return NO_SCORE if code == "missing" else NOT_A_SCORE if code != "score_without_test" else message
    if field.kind == "code":
        return NO_CODE if code == "missing" else NOT_A_CODE
    if code == "missing" and field.name in regulation.levels:
        return NO_LEVEL
    return message


def in_words(field: Field, answer: str, regulation: Regulation) -> Text:
    """Write an answer for a reader: a choice by its words, a date as a day, a code with its title."""
    if not answer:
        return next((words for value, words in field.options if value in (UNKNOWN, "none")), NO_ANSWER)
    if field.options:
        return dict(field.options).get(answer, same(answer))
    if field.kind == "date":
        return _day(answer)
    if field.kind == "tenths" and answer.isascii() and answer.isdigit():
        score = f"{int(answer) // 10}.{int(answer) % 10}" if int(answer) % 10 else str(int(answer) // 10)
        return Text(score.replace(".", ","), score)
    if field.kind == "code":
        row = regulation.lists[regulation.attributes[field.name].list or ""].by_code.get(answer)
        if row:
            return Text(f"{answer} – {row.get('title_fr', '')}", f"{answer} – {row.get('title_en', '')}")
    return same(answer)


def _day(answer: str) -> Text:
    try:
        day = date.fromisoformat(answer)
    except ValueError:
        return same(answer)
    return Text(written(day, "fr"), written(day, "en"))

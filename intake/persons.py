"""Persons: who declares, as their travel document says. Nothing of it enters the chain or a pool."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from intake.countries import by_name, by_two_letters, countries
from intake.json_body import BadJson, read_json
from intake.messages import FieldFault, echo, found, needed, sentences
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_NAME = 100
LONGEST_ADDRESS = 254
MOST_UNKNOWN = 10  # fields that no person has, of which a message speaks
SIGNS = " '’-.·\u200c"  # the last two: Catalan names, and Persian ones
FILLERS = "\u115f\u1160\u3164\uffa0\u034f"  # letters and a mark, by their category, that show nothing
NUMBER = re.compile(r"[A-Z0-9]{4,20}")
ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
ADDRESS = re.compile(rf"(?=[a-z0-9])(?=[^@]{{1,64}}@){ATOM}(?:\.{ATOM})*@{LABEL}(?:\.{LABEL})+")

NAME = Text(
    "un nom fait de lettres, d’espaces, d’apostrophes, de traits d’union ou de points, qui commence par une lettre, "
    f"en {LONGEST_NAME} caractères au plus",
    "a name made of letters, spaces, apostrophes, hyphens or periods, which begins with a letter, "
    f"of at most {LONGEST_NAME} characters",
)
AS_IN_DOCUMENT = Text(
    "Écrivez-le comme dans le document de voyage, par exemple Tremblay-Côté",
    "Write it as the travel document does, for example Tremblay-Côté",
)
COUNTRY = Text(
    "le code de trois lettres d’un pays (ISO 3166-1), ou celui de deux",
    "the three-letter code of a country (ISO 3166-1), or that of two",
)
DOCUMENT = Text(
    "un numéro de 4 à 20 lettres de A à Z ou chiffres de 0 à 9, sans espace ni tiret",
    "a number of 4 to 20 letters from A to Z or figures from 0 to 9, without spaces or hyphens",
)
EMAIL = Text(
    f"une adresse de courriel, en lettres sans accent, {LONGEST_ADDRESS} caractères au plus",
    f"an email address, in letters without accents, at most {LONGEST_ADDRESS} characters",
)


def _refused(code: str, value: object, wanted: Text, write: Text) -> PydanticCustomError:
    said = sentences(found(value), needed(wanted), write)
    return PydanticCustomError("missing" if value in (None, "") else code, "{en}", {"fr": said.fr, "en": said.en})


def read_name(value: object) -> str:
    """Take a name: NFKC, spaces around dropped and those inside made one, letters and marks of any script.

    Raises:
        PydanticCustomError: it is empty, longer than 100 characters, or has something else than letters, marks on
            them, spaces, apostrophes, hyphens and periods, or begins with none of the first and the third.
    """
    if not isinstance(value, str) or not value or len(value) > LONGEST_NAME:
        raise _refused("not_a_name", value, NAME, AS_IN_DOCUMENT)
    read = unicodedata.normalize("NFKC", value).replace("\u2010", "-")
    read = re.sub(" +", " ", read).strip(" ")
    if not read or len(read) > LONGEST_NAME or not _is_name(read):
        raise _refused("not_a_name", value, NAME, AS_IN_DOCUMENT)
    return read


def _is_name(text: str) -> bool:
    kinds = [unicodedata.category(character)[0] for character in text]
    for before, kind, character in zip(["", *kinds], kinds, text, strict=False):
        mark = kind == "M" and before in ("L", "M")
        if not (kind == "L" or mark or character in SIGNS) or character in FILLERS:
            return False
    return "L" in kinds and (kinds[0] == "L" or text[0] in "'’")


def read_given_names(value: object) -> str:
    """Take given names as ``read_name`` does; empty for who has only one name, which is then the family name."""
    return "" if value in (None, "") else read_name(value)


def read_country(value: object) -> str:
    """Take the code of a country, of three letters or of two, and give that of three.

    Raises:
        PydanticCustomError: ISO 3166-1 has no such code.
    """
    plain = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) and len(value) < 50 else ""
    code = plain.upper() if plain.isascii() else ""
    if code in countries():
        return code
    if code in by_two_letters():
        return by_two_letters()[code].alpha_3
    near = get_close_matches(plain.casefold(), by_name(), n=1, cutoff=0.75)
    meant, such = by_name()[near[0]] if near else countries()["CAN"], "" if near else "par exemple "
    fr, en = f"{meant.alpha_3} ({meant.title.fr})", f"{meant.alpha_3} ({meant.title.en})"
    write = Text(f"Écrivez {such}{fr}", f"Write {'for example ' if such else ''}{en}")
    raise _refused("unknown_country", value, COUNTRY, write)


def read_document_number(value: object) -> str:
    """Take the number of a document: NFKC, capitals.

    Raises:
        PydanticCustomError: it is not of 4 to 20 letters A to Z and figures 0 to 9.
    """
    plain = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) and len(value) < 50 else ""
    if plain.isascii() and NUMBER.fullmatch(plain.upper()):
        return plain.upper()
    write = Text(
        "Écrivez-le comme dans le document, par exemple AB123456", "Write it as in the document, for example AB123456"
    )
    raise _refused("not_a_document_number", value, DOCUMENT, write)


def read_address(value: object) -> str:
    """Take an email address: spaces around dropped, small letters.

    Raises:
        PydanticCustomError: it is none that mail can be sent to, or has letters beyond ASCII.
    """
    plain = value.strip(" ") if isinstance(value, str) and len(value) <= LONGEST_ADDRESS else ""
    read = plain.lower()  # of letters beyond ASCII, some have a small one within it
    if not plain.isascii() or ADDRESS.fullmatch(read) is None:
        write = Text("Écrivez-la en entier, par exemple nom@exemple.ca", "Write it whole, for example name@example.ca")
        raise _refused("not_an_email_address", value, EMAIL, write)
    return read


def read_email(value: object) -> str | None:
    """Take an email address as ``read_address`` does, or nothing."""
    return None if value in (None, "") else read_address(value)


def _words(title: Text, looks: Text, example: str) -> dict[str, Any]:
    return {"title": f"{title.fr} / {title.en}", "description": f"{looks.fr} / {looks.en}", "examples": [example]}


ONE_NAME = Text(f"{NAME.fr} ; vide pour qui n’a qu’un nom", f"{NAME.en}; empty for who has one name only")
FAMILY_NAME = _words(Text("Nom de famille", "Family name"), NAME, "Tremblay-Côté")
GIVEN_NAMES = _words(Text("Prénoms", "Given names"), ONE_NAME, "Marie Ève")
ISSUER = _words(Text("Pays qui a délivré le document", "Country that issued the document"), COUNTRY, "CAN")
NUMBERED = _words(Text("Numéro du document", "Document number"), DOCUMENT, "AB123456")
ADDRESSED = _words(Text("Courriel", "Email"), EMAIL, "nom@exemple.ca")


Address = Annotated[str, Field(max_length=LONGEST_ADDRESS)]


class Person(BaseModel):
    """Who declares, as their travel document says: each field in its one spelling.

    ``email`` may be left out: the address of the account then stands.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    family_name: Annotated[str, BeforeValidator(read_name), Field(min_length=1, max_length=LONGEST_NAME, **FAMILY_NAME)]
    given_names: Annotated[str, BeforeValidator(read_given_names), Field(max_length=LONGEST_NAME, **GIVEN_NAMES)] = ""
    document_country: Annotated[str, BeforeValidator(read_country), Field(min_length=2, max_length=3, **ISSUER)]
    document_number: Annotated[
        str, BeforeValidator(read_document_number), Field(min_length=4, max_length=20, **NUMBERED)
    ]
    email: Annotated[Address | None, BeforeValidator(read_email), Field(**ADDRESSED)] = None

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any) -> Any:  # noqa: ANN401 - what was sent
        return {**dict.fromkeys(cls.model_fields), **data} if isinstance(data, dict) else data


@dataclass(frozen=True, slots=True)
class Presented:
    """A person as presented: None where anything is wrong, and then one fault for each field that is."""

    person: Person | None
    faults: tuple[FieldFault, ...] = ()


def check_person(body: bytes | Mapping[str, Any]) -> Presented:
    """Check who was presented, in JSON as sent or in JSON values. One fault a field, in the order of the model."""
    try:
        return Presented(Person.model_validate(read_json(body) if isinstance(body, bytes) else dict(body)))
    except BadJson as bad:
        return Presented(None, (FieldFault("", bad.code, bad.message),))
    except ValidationError as error:
        faults: dict[str, FieldFault] = {}
        for detail in error.errors(include_url=False, include_input=False):
            fault = _fault(str(detail["loc"][0]), detail["type"], detail.get("ctx", {}))
            faults.setdefault(fault.field, fault)
        return Presented(None, tuple(faults.values())[: len(Person.model_fields) + MOST_UNKNOWN])


def _fault(field: str, code: str, said: dict[str, Any]) -> FieldFault:
    if code != "extra_forbidden":
        return FieldFault(field, code, Text(said["fr"], said["en"]))
    sent = Text(f"Vous avez envoyé le champ « {echo(field)} »", f"You sent the field “{echo(field)}”")
    none = Text("Une personne n’a pas ce champ", "A person has no such field")
    return FieldFault(echo(field), "unknown_field", sentences(sent, none, Text("Retirez-le", "Take it out")))


def person_key(person: Person) -> tuple[str, str]:
    """Give what tells persons apart: the country of the document, by its three letters, and its number."""
    return person.document_country, person.document_number

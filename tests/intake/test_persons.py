"""Persons: one spelling for each name, document and address; what cannot be one is refused in both languages."""

import csv
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError
from strategies import examples

from intake import persons
from intake.countries import FILE, by_name, by_two_letters, countries
from intake.persons import Person, check_person, person_key

ADA = {
    "family_name": "Lovelace",
    "given_names": "Ada Augusta",
    "document_country": "GBR",
    "document_number": "AB123456",
    "email": "ada@example.org",
}


def codes(**changed):
    return {fault.field: fault.code for fault in check_person({**ADA, **changed}).faults}


def taken(field, value):
    return getattr(check_person({**ADA, field: value}).person, field)


def test_a_person_is_read_from_json_or_from_values():
    assert check_person(json.dumps(ADA).encode()).person == check_person(ADA).person == Person(**ADA)
    assert check_person(ADA).faults == ()


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Tremblay", "Tremblay"),
        ("  Tremblay-Côté ", "Tremblay-Côté"),
        ("Jean\u2011Pierre", "Jean-Pierre"),
        ("De\u00a0La\u202fCruz", "De La Cruz"),
        ("de  la  Cruz", "de la Cruz"),
        ("O’Brien", "O’Brien"),
        ("'t Hooft", "'t Hooft"),
        ("Ｌｅｅ", "Lee"),
        ("ﬁlho", "filho"),
        ("Cote\u0301", "Coté"),
        ("王", "王"),
        ("नेहा", "नेहा"),
        ("محمد", "محمد"),
        ("Nguyễn", "Nguyễn"),
        ("Hawaiʻi", "Hawaiʻi"),
        ("Gal·la", "Gal·la"),
        ("علی\u200cنژاد", "علی\u200cنژاد"),
        ("J. R.", "J. R."),
        ("x" * 100, "x" * 100),
    ],
)
def test_names_of_any_script_have_one_spelling(said, name):
    assert taken("family_name", said) == name
    assert taken("given_names", said) == name


@pytest.mark.parametrize(
    "said",
    [
        "=cmd",
        "+1",
        "-Dupont",
        "@x",
        ".x",
        "’",
        "---",
        "A1",
        "A\nB",
        "A\tB",
        "\tA",
        "A\u0000",
        "A\u202eB",
        "A\u200dB",
        "A;B",
        "A/B",
        "<b>",
        "x" * 101,
        "\ufdfa" * 20,
        "\u0301a",
        "O´Brien",
        "\u3164",
        "A\u2028B",
        7,
        True,
        ["A"],
        "\ud800",
        "℀",
    ],
)
def test_what_is_no_name_is_refused(said):
    assert codes(family_name=said) == {"family_name": "not_a_name"}
    assert codes(given_names=said) == {"given_names": "not_a_name"}


def test_a_person_may_have_one_name_only_and_it_is_the_family_name():
    assert taken("given_names", "") == taken("given_names", None) == ""
    assert codes(family_name="") == codes(family_name=None) == {"family_name": "missing"}
    assert codes(family_name="  ") == {"family_name": "not_a_name"}


@pytest.mark.parametrize(("said", "code"), [("CAN", "CAN"), ("ca", "CAN"), (" fr ", "FRA"), ("ＦＲＡ", "FRA")])
def test_a_country_is_its_three_letters(said, code):
    assert taken("document_country", said) == code


@pytest.mark.parametrize("said", ["XXX", "UK", "XQ", "ıt", "France", "", 1, "C A N", "CAN\n\nx"])
def test_no_other_code_is_a_country(said):
    assert codes(document_country=said) == {"document_country": "unknown_country" if said else "missing"}


def test_the_code_of_a_country_that_is_named_is_said():
    for said, code in {
        "Royaume-Uni": "GBR (Royaume-Uni)",
        "côte d’ivoire": "CIV (Côte d’Ivoire)",
        "Turkiye": "TUR (Turquie)",
    }.items():
        (fault,) = check_person({**ADA, "document_country": said}).faults
        assert fault.message.fr.endswith(f"Écrivez {code}."), fault


@pytest.mark.parametrize(
    ("said", "number"), [("ab123456", "AB123456"), (" X1Y2 ", "X1Y2"), ("ＡＢ１２", "AB12"), ("1" * 20, "1" * 20)]
)
def test_a_document_number_is_in_capitals(said, number):
    assert taken("document_number", said) == number


@pytest.mark.parametrize(
    "said", ["AB 123", "AB-123", "ABC", "1" * 21, "straße", "ımza1", "AB12\n3", "٣٤٥٦", 123456, None, "=1234"]
)
def test_no_other_number_is_one_of_a_document(said):
    assert codes(document_number=said) == {"document_number": "missing" if said is None else "not_a_document_number"}


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("Ada@Example.ORG", "ada@example.org"),
        (" a.b+c@x-y.example.ca ", "a.b+c@x-y.example.ca"),
        (None, None),
        ("", None),
    ],
)
def test_an_address_is_in_small_letters_or_absent(said, address):
    assert taken("email", said) == address


@pytest.mark.parametrize(
    "said",
    [
        "a",
        "a@b",
        "@b.ca",
        "a@",
        "a b@c.ca",
        "a@b..ca",
        ".a@b.ca",
        "a.@b.ca",
        "a@-b.ca",
        "=a@b.ca",
        "a@b.ca\nBcc: x@y.ca",
        "é@b.ca",
        "a@bé.ca",
        "a@b@c.ca",
        "x" * 65 + "@b.ca",
        "a@" + "b." * 130 + "ca",
        "<a@b.ca>",
        7,
        "\u212a@b.ca",
    ],
)
def test_no_other_address_is_one(said):
    assert codes(email=said) == {"email": "not_an_email_address"}


def test_every_field_may_be_wrong_at_once_one_fault_each():
    faults = check_person({**dict.fromkeys(ADA, 7), "sex": "F", "x" * 60: 1}).faults
    assert [fault.field for fault in faults] == [*ADA, "sex", "x" * 39 + "…"]
    assert all(fault.message.fr.count(".") >= 3 and fault.message.en for fault in faults)
    assert [f.field for f in check_person({}).faults] == ["family_name", "document_country", "document_number"]
    assert [(f.field, f.code) for f in check_person(b"[]").faults] == [("", "not_object")]


def test_a_message_repeats_little_and_nothing_that_is_not_seen():
    (fault,) = check_person({**ADA, "family_name": "\u202e\u0007" + "9" * 99}).faults
    assert not {"\u202e", "\u0007"} & {*fault.message.fr}
    assert fault.message.fr.count("9") == 37
    assert "\ufffd\ufffd9" in fault.message.fr


def test_persons_are_told_apart_by_their_document():
    one, other = (
        check_person({**ADA, **changed}).person
        for changed in ({"document_country": "gb"}, {"document_number": "ab123456", "family_name": "King"})
    )
    assert person_key(one) == person_key(other) == ("GBR", "AB123456")


@examples(300)
@given(st.text(max_size=110))
def test_taking_a_name_twice_changes_nothing_and_opens_no_formula(said):
    try:
        read = persons.read_name(said)
    except PydanticCustomError:
        return
    assert persons.read_name(read) == read
    assert 1 <= len(read) <= 100
    assert read[0] in "'’" or unicodedata.category(read[0])[0] == "L"


@examples(300)
@given(st.text(max_size=40) | st.from_regex(r"[A-Za-z0-9.+=-]{1,9}@[a-z0-9.-]{1,9}"))
def test_taking_an_address_or_a_number_twice_changes_nothing(said):
    for take in (persons.read_address, persons.read_document_number, persons.read_country):
        try:
            read = take(said)
        except PydanticCustomError:
            continue
        assert take(read) == read
        assert read.isascii()


def test_the_schema_has_words_in_both_languages():
    fields = Person.model_json_schema()["properties"]
    assert list(fields) == list(ADA)
    assert all(" / " in said["title"] and " / " in said["description"] for said in fields.values())


def test_the_list_of_countries_is_whole_and_in_order():
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["alpha_3", "alpha_2", "fr", "en"]
    assert [row[0] for row in rows[1:]] == sorted(countries())
    assert len(countries()) == len(by_two_letters()) == 250
    assert all(
        len(c.alpha_3) == 3 and len(c.alpha_2) == 2 and c.title.fr.strip() and c.title.en.strip()
        for c in countries().values()
    )
    assert by_name()["côte d’ivoire"].alpha_3 == by_two_letters()["CI"].alpha_3 == "CIV"

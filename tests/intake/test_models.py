"""The model of a declaration: strict, one fault a field in both languages, and whatever passes is a row of a pool."""

import json
import random
import shutil
from datetime import date

import jsonschema
import pytest
from declarations import GUILD, LAWS, TODAY, law, one, pool_of, sampled
from fastapi import FastAPI
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError
from strategies import DAY, days_of_facts, examples, laws, make_pool

from intake.fields import declared_names
from intake.json_body import BadJson, read_json
from intake.models import check, declaration_model
from ranking.faults import PoolError
from rules.faults import LawError
from rules.program import load

PSTQ = "quebec/pstq"
PROGRAMS = pytest.mark.parametrize("program", list(LAWS), ids=["pstq", "express_entry", "lumen"])
ODD = [
    None,
    True,
    False,
    0,
    1,
    7,
    -1,
    10**6,
    7.0,
    0.5,
    "",
    "7",
    "７",
    "٧",
    "none",
    "true",
    "oui",
    "1990-02-03",
    "2025-02-29",
]
ODD += ["99999", "00012", "=1+1", "a\u0000b", "\u202e", "x" * 300, [], {}, "19900203", "1990-2-3", "１９９０-02-03"]


def faults_of(program=PSTQ, base=None, **changed):
    """Check a good declaration with some fields changed, sent as JSON; give the faults by field."""
    body = json.dumps({**(base or one(program, accompanying_spouse=True)), **changed}, ensure_ascii=False).encode()
    return {fault.field: fault for fault in check(body, law(program), LAWS[program]).faults}


def codes(*args, **changed):
    return {field: fault.code for field, fault in faults_of(*args, **changed).items()}


# What passes.


@PROGRAMS
def test_every_declaration_of_a_synthetic_pool_passes_unchanged(program):
    for row in sampled(program):
        declared = check(json.dumps(row).encode(), law(program), LAWS[program])
        assert not declared.faults, declared.faults
        assert list(declared.values) == list(declared_names(law(program)))
        assert {name: declared.values[name] for name in row} == row


@PROGRAMS
def test_what_passes_in_bytes_passes_in_values_and_again(program):
    for row in sampled(program)[:20]:
        values = check(json.dumps(row).encode(), law(program), LAWS[program]).values
        assert check(row, law(program), LAWS[program]).values == values
        assert check(values, law(program), LAWS[program]).values == values


def test_what_is_left_out_is_null_and_null_is_none_where_the_law_calls_it_so():
    row = one(accompanying_spouse=False)
    said = [name for name, value in row.items() if value is not None and name not in ("education", "job_offer")]
    values = check({name: row[name] for name in said}, law(PSTQ), TODAY).values
    empty = {name: value for name, value in values.items() if name not in said}
    called_none = {"education", "job_offer", "french_test"}
    assert {name for name, value in empty.items() if value == "none"} == called_none
    assert all(value is None for name, value in empty.items() if name not in called_none)
    assert values["spouse_education"] is None  # asked only of some: null stays null


def test_the_bank_gives_the_numbers_and_the_instant_and_reports_have_their_own_columns():
    assert not {"declaration_id", "person_id", "submitted_at", "sex", "citizenship", "region"} & {
        *declared_names(law(PSTQ))
    }
    assert {"hair", "handed"} <= {*declared_names(law(str(GUILD)))}  # descriptive, but the law lists them


def test_a_law_with_an_instant_that_nobody_can_declare_is_refused(tmp_path):
    folder = tmp_path / "guild"
    shutil.copytree(GUILD, folder)
    with (folder / "attributes.toml").open("a") as file:
        file.write('\n[sworn_at]\ntype = "instant"\ntitle = { fr = "Instant", en = "Instant" }\n')
    text = (folder / "attributes.toml").read_text()
    part = text[text.index("\n[sworn_at]") :]
    (folder / "attributes.toml").write_text(
        text.replace(part, "").replace("\n[[contradiction]]", part + "\n[[contradiction]]")
    )
    with pytest.raises(LawError, match="sworn_at"):
        declaration_model(load(folder).on(LAWS[str(GUILD)]))


# What does not: types.


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("french_listening", "7", "not_a_whole_number"),
        ("french_listening", "７", "not_a_whole_number"),
        ("french_listening", 7.0, "not_a_whole_number"),
        ("french_listening", True, "not_a_whole_number"),
        ("french_listening", 13, "out_of_range"),
        ("french_listening", -1, "out_of_range"),
        ("french_listening", 10**4000, "out_of_range"),
        ("practice_authorization", 1, "not_yes_or_no"),
        ("practice_authorization", "true", "not_yes_or_no"),
        ("practice_authorization", None, "missing"),
        ("education", "doctorat", "unknown_answer"),
        ("education", 0, "unknown_answer"),
        ("main_occupation", "12", "unknown_code"),
        ("main_occupation", 21231, "unknown_code"),
        ("main_occupation", "２１２３１", "unknown_code"),
        ("birth_date", "2025-02-29", "no_such_date"),
        ("birth_date", "0000-01-01", "no_such_date"),
        ("birth_date", "1990-2-3", "not_a_date"),
        ("birth_date", "19900203", "not_a_date"),
        ("birth_date", "1990-02-03T00:00:00", "not_a_date"),
        ("birth_date", "٢٠٠٠-٠١-٠١", "not_a_date"),
        ("birth_date", "2026-05-01", "future_date"),
        ("birth_date", "1905-04-30", "date_too_early"),
        ("birth_date", 0, "not_a_date"),
        ("spouse_education", None, "missing"),
    ],
)
def test_nothing_is_coerced(field, value, code):
    assert codes(**{field: value}) == {field: code}


def test_the_edges_of_what_is_allowed_are_allowed():
    assert codes(birth_date="2026-04-30", french_listening=0, french_speaking=12, main_occupation="00010") == {}
    assert codes(birth_date="1906-05-08") == {}


def test_a_row_stays_good_for_as_long_as_the_declaration_may_live():
    """Someone who reaches the bound of the law's dates before the declaration expires would make a whole pool bad."""
    oldest = one(accompanying_spouse=False) | {"birth_date": "1906-05-08"}
    values = check(oldest, law(PSTQ), TODAY).values
    assert pool_of([values], law(PSTQ), date(2027, 5, 1)).frame.height == 1
    assert codes(base=oldest, birth_date="1906-05-07") == {"birth_date": "date_too_early"}


def test_text_of_a_law_is_one_plain_line():
    base = sampled(str(GUILD))[0]
    for hair in ("Châtain", "Châtain clair", "x" * 200, "北"):
        assert codes(str(GUILD), base, hair=hair) == {}
    for hair in ("", " x", "x ", "=1+1", "+1", "-1", "@x", "\tx", "a\nb", "a\u202eb", "x" * 201, 7, ["x"]):
        body = {**base, "hair": hair}
        assert [f.code for f in check(body, law(str(GUILD)), LAWS[str(GUILD)]).faults] == ["not_plain_text"], hair


def test_fields_that_the_program_does_not_have_are_refused_and_the_nearest_named():
    found = faults_of(educaton="none", declaration_id="D1", **{"x" * 99: 1})
    assert {field: fault.code for field, fault in found.items()} == {
        "educaton": "unknown_field",
        "declaration_id": "not_declared",
        "x" * 39 + "…": "unknown_field",
    }
    assert "« education »" in plain(found["educaton"].message.fr)
    assert [f.field for f in check({**one(), "\ud800": 1}, law(PSTQ), TODAY).faults] == ["\ufffd"]
    assert len(faults_of(**{f"x{number}": 1 for number in range(500)})) == 10


# What does not: one field and another.


def test_spouse_fields_are_there_exactly_with_a_spouse():
    alone, couple = one(accompanying_spouse=False), one(accompanying_spouse=True)
    spouse = [name for name in couple if law(PSTQ).attributes[name].only_when]
    needed = [name for name in spouse if law(PSTQ).attributes[name].missing == "error"]
    assert codes(base={**alone, "accompanying_spouse": True}) == dict.fromkeys(needed, "missing")
    declared = {name: couple[name] for name in spouse if couple[name] is not None}
    assert codes(base={**alone, **declared}) == dict.fromkeys(declared, "not_asked")


def test_what_hangs_on_an_answer_that_cannot_be_read_is_not_judged_by_it():
    couple = one(accompanying_spouse=True)
    assert codes(base=couple, accompanying_spouse="oui") == {"accompanying_spouse": "not_yes_or_no"}
    assert codes(base=couple, experience_months="many") == {"experience_months": "not_a_whole_number"}


def test_one_number_is_at_most_another():
    found = faults_of(
        experience_months=3, main_occupation_months=4, quebec_experience_months=0, main_occupation_quebec_months=None
    )
    assert {field: fault.code for field, fault in found.items()} == {"main_occupation_months": "more_than"}
    assert "au plus 3, puisque « Mois d’expérience, en cinq ans » vaut 3" in plain(
        found["main_occupation_months"].message.fr
    )


def test_a_level_is_declared_or_tested_and_a_test_has_its_scores():
    base = one(accompanying_spouse=False)
    skills = ["listening", "speaking", "reading", "writing"]
    levels, scores = [f"french_{s}" for s in skills], [f"french_{s}_tenths" for s in skills]
    tested = {**base, **dict.fromkeys(levels), **dict.fromkeys(scores, 4000), "french_test": "tef"}
    assert codes(base=tested) == {}
    assert codes(base=tested, french_reading=7) == {"french_reading": "level_and_test"}
    assert codes(base=tested, french_reading_tenths=None) == {"french_reading_tenths": "missing"}
    assert codes(base=tested, french_test=None) == dict.fromkeys(levels, "missing") | dict.fromkeys(
        scores, "score_without_test"
    )
    assert codes(base=base, french_reading=None) == {"french_reading": "missing"}


def test_a_contradiction_is_the_fault_of_its_first_field_or_of_the_next():
    alone = one(accompanying_spouse=False)
    found = faults_of(base=alone, family_in_quebec="spouse")
    assert {field: fault.code for field, fault in found.items()} == {"family_in_quebec": "contradiction"}
    assert codes(base=alone, family_in_quebec="Spouse") == {"family_in_quebec": "unknown_answer"}


# Messages.


def plain(words):
    return words.replace("\u202f", " ").replace("\u00a0", " ")


def test_a_message_says_what_was_found_what_was_expected_and_what_to_write():
    fault = faults_of(main_occupation="12")["main_occupation"]
    assert fault.message.fr == (
        "Vous avez écrit «\u202f12\u202f». "
        "Il faut l’un des 516 codes de la liste (cinq caractères, zéros de tête compris). "
        "Écrivez «\u202f00012\u202f», en texte."
    )
    assert fault.message.en == (
        "You wrote “12”. It must be one of the 516 codes of the list (five characters, leading zeros included). "
        "Write “00012”, as text."
    )


def test_every_field_may_be_wrong_at_once_and_faults_come_in_the_order_of_the_law():
    for program, today in LAWS.items():
        names = declared_names(law(program))
        declared = check({name: {} for name in names}, law(program), today)
        assert declared.values is None
        assert [fault.field for fault in declared.faults] == list(names)
        assert all(fault.message.fr and fault.message.en for fault in declared.faults)


FIELDS = st.sampled_from(declared_names(law(PSTQ))) | st.text(max_size=60)
VALUES = st.sampled_from(ODD) | st.text() | st.floats() | st.integers()


@examples(150)
@given(st.dictionaries(FIELDS, VALUES, max_size=12))
@example({"\u1680": None})
def test_faults_are_one_a_field_and_repeat_little(changed):
    body = {**one(accompanying_spouse=True), **changed}
    declared = check(body, law(PSTQ), TODAY)
    fields = [fault.field for fault in declared.faults]
    assert len(fields) == len(set(fields))
    assert (declared.values is None) == bool(fields)
    for fault in declared.faults:
        for words in fault.message:
            assert len(words) < 600
            assert words.isprintable() or not {c for c in words if not c.isprintable()} - {"\u202f", "\u00a0"}
            assert max(len(part) for part in words.replace("«", "“").replace("»", "”").split("“")) < 300


# Bodies.


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"{} {}", "not_json"),
        (b"\xef\xbb\xbf{}", "not_json"),
        (b"{'a': 1}", "not_json"),
        (b'{"a": 01}', "not_json"),
        (b'{"a": "\x01"}', "not_json"),
        ("{}".encode("utf-16"), "not_utf8"),
        (b'{"a": "\\ud800"}', "not_utf8"),
        (b"[]", "not_object"),
        (b"null", "not_object"),
        (b'"{"', "not_object"),
        (b'{"a": 1, "a": 1}', "key_twice"),
        (b'{"a": 1, "\\u0061": 1}', "key_twice"),
        (b'{"a": NaN}', "not_finite"),
        (b'{"a": -Infinity}', "not_finite"),
        (b'{"a": {}}', "too_deep"),
        (b'{"a": []}', "too_deep"),
        (b"[" * 10_000, "too_deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too_deep"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "number_too_long"),
    ],
)
def test_a_body_is_one_object_of_plain_values(body, code):
    with pytest.raises(BadJson) as bad:
        read_json(body)
    assert bad.value.code == code
    declared = check(body, law(PSTQ), TODAY)
    assert declared.values is None
    assert [(fault.field, fault.code) for fault in declared.faults] == [("", code)]


@examples(200)
@given(st.binary(max_size=40) | st.text('{}[]":,\\1an ', max_size=40).map(str.encode))
def test_no_body_fails_otherwise(body):
    try:
        read = read_json(body)
    except BadJson:
        return
    assert read == json.loads(body)
    assert not any(isinstance(value, (list, dict)) for value in read.values())


@examples(100)
@given(
    st.dictionaries(st.text(max_size=8), st.none() | st.booleans() | st.integers() | st.text(max_size=20), max_size=6)
)
def test_every_flat_object_is_read(said):
    said = {key.encode("utf-8", "ignore").decode(): value for key, value in said.items()}
    assert read_json(json.dumps(said).encode()) == said
    assert read_json(json.dumps(said, ensure_ascii=False).encode()) == said


# The model itself.


@PROGRAMS
def test_the_model_is_made_once_a_law_and_holds_the_same_rules(program):
    model = declaration_model(law(program))
    assert model is declaration_model(load(program).on(LAWS[program]))
    model.model_validate(sampled(program)[0])
    model.model_validate_json(json.dumps(sampled(program)[0]))
    with pytest.raises(ValidationError) as error:
        model.model_validate({**sampled(program)[0], "zzz": 1})
    assert [(e["loc"], e["type"]) for e in error.value.errors()] == [(("zzz",), "unknown_field")]
    assert error.value.errors()[0]["ctx"]["fr"].startswith("Vous avez envoyé")


def test_a_service_may_take_it_as_the_type_of_a_body():
    service = FastAPI()
    service.post("/declarations")(_taker(declaration_model(law(PSTQ))))
    said = service.openapi()
    assert said["openapi"].startswith("3.1")
    assert said["components"]["schemas"]["QuebecPstqDeclaration"]["properties"]["birth_date"]["format"] == "date"


def _taker(model):
    def take(body):
        return body

    take.__annotations__ = {"body": model}
    return take


@PROGRAMS
def test_its_json_schema_takes_every_good_declaration(program):
    schema = declaration_model(law(program)).model_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    taken = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    for row in sampled(program)[:40]:
        taken.validate(row)
    assert schema["additionalProperties"] is False
    assert {*schema["properties"]} == {*declared_names(law(program))}
    assert all(" / " in said["title"] and said["description"] for said in schema["properties"].values())


def test_its_json_schema_says_bounds_answers_and_what_is_asked_when():
    schema = declaration_model(law(PSTQ)).model_json_schema()
    fields = schema["properties"]
    assert fields["birth_date"]["format"] == "date"
    assert (fields["experience_months"]["minimum"], fields["experience_months"]["maximum"]) == (0, 60)
    assert fields["job_offer"]["enum"] == ["none", "inside_cmm", "outside_cmm", None]
    assert fields["job_offer"]["x-labels"]["none"] == {"fr": "Aucune", "en": "None"}
    taken = jsonschema.Draft202012Validator(schema)
    alone, couple = one(accompanying_spouse=False), one(accompanying_spouse=True)
    assert not taken.is_valid({**alone, "accompanying_spouse": True})
    assert not taken.is_valid({**couple, "accompanying_spouse": False})
    assert not taken.is_valid({**couple, "experience_months": None})


# Whatever passes is a good row of a pool.


def mutated(row, others, chance):
    """Change some fields: into what another declaration has, or something odd."""
    changed = dict(row)
    for name in chance.sample(sorted(row), chance.randrange(0, 5)):
        changed[name] = chance.choice(
            [chance.choice(others).get(name), chance.choice(others).get(name), chance.choice(ODD)]
        )
    return changed


def holds_as_a_row(rows, regulation, today):
    """Check rows; those that pass must make a pool. Where one alone makes a good row, it must pass too."""
    passed = [values for row in rows if (values := check(row, regulation, today).values) is not None]
    pool = pool_of(passed, regulation, today)
    assert pool.frame.height == len(passed)
    return passed


@PROGRAMS
@examples(25)
@given(seed=st.integers(0, 2**32 - 1))
def test_whatever_passes_is_a_good_row(program, seed):
    chance, rows = random.Random(seed), sampled(program)  # noqa: S311 - no secret is made of it
    holds_as_a_row([mutated(chance.choice(rows), rows, chance) for _ in range(60)], law(program), LAWS[program])


@PROGRAMS
@examples(10)
@given(seed=st.integers(0, 2**32 - 1))
def test_what_does_not_pass_for_what_it_says_is_a_bad_row(program, seed):
    """Typed values that are refused are refused by a pool too: the intake asks for nothing that the law does not."""
    chance, rows, regulation = random.Random(seed), sampled(program), law(program)  # noqa: S311 - no secret is made of it
    for _ in range(8):
        row = dict(chance.choice(rows))
        for name in chance.sample(sorted(row), 2):
            row[name] = chance.choice(rows)[name]
        row = dict.fromkeys(declared_names(regulation)) | row
        if check(row, regulation, LAWS[program]).faults:
            with pytest.raises(PoolError):
                pool_of([row], regulation, LAWS[program])


@examples(40)
@given(st.data())
def test_it_is_so_under_any_law(data):
    drawn = data.draw(laws())
    with drawn.written() as folder:
        regulation = load(folder).on(DAY)
        today, seed = data.draw(days_of_facts(DAY)), data.draw(st.integers(0, 2**32 - 1))
        made = make_pool(regulation, folder, seed, 12, today, complete=True).rows
        names = declared_names(regulation)
        rows = [{n: row[n].isoformat() if isinstance(row[n], date) else row[n] for n in names} for row in made]
        for row in rows:
            assert not check(row, regulation, today).faults, row
        chance = random.Random(seed)  # noqa: S311 - no secret is made of it
        holds_as_a_row([mutated(row, rows, chance) for row in rows for _ in range(3)], regulation, today)

"""The OpenAPI document, held to the service by Schemathesis: no failure, and no answer that it does not tell."""

import secrets

import httpx
import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from services import EASY, PATH, SECOND, key, sampled, server

from intake import sessions
from intake.bank import fresh_person

# Which fields go together is a matter of law that JSON Schema cannot say; and GET /v1/line takes a ticket as well.
BEYOND_SCHEMA = [positive_data_acceptance, ignored_auth]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with server(tmp_path_factory.mktemp("openapi"), limits=EASY) as (intake, port, _):
        yield intake, f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def described(served):
    return schemathesis.openapi.from_url(f"{served[1]}/openapi.json")


def somebody(intake):
    """Make a person with an account, and give the header of a session."""
    account, person = sessions.new_account(), fresh_person()
    number = secrets.token_hex(8).upper()

    def known(tx, at):
        tx.run("INSERT INTO person VALUES (?, 'A', 'B', 'FRA', ?, ?)", (person, number, at))
        tx.run("INSERT INTO account VALUES (?, ?, ?, 'fr', 0, ?)", (account, f"{account}@example.org", person, at))

    intake.writer.run_now(known)
    until = intake.clock() // SECOND + 600
    session = sessions.write(sessions.Session(account, 0, until), intake.session_key)
    return {"Authorization": f"Bearer {session}"}


@pytest.mark.parametrize("mode", GenerationMode)
def test_answers_are_those_the_document_tells(served, described, mode):
    """Good requests and bad ones, a person of their own each: what is answered is what the document says."""
    asked = set()
    for found in described.get_all_operations():
        operation = found.ok()
        try:
            _try(operation, mode, served[0])
        except Unsatisfiable:  # a request without any part has no bad form
            continue
        asked.add(operation.label)
    assert len(asked) > 8


def _try(operation, mode, intake):
    @given(operation.as_strategy(generation_mode=mode))
    @settings(max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def tried(case):
        answer = case.call_and_validate(headers=somebody(intake), excluded_checks=BEYOND_SCHEMA)
        assert answer.status_code < 500

    tried()


def test_the_schema_of_a_declaration_takes_good_ones(served):
    told = httpx.get(f"{served[1]}/openapi.json").json()
    schema = told["components"]["schemas"]["Declaration_quebec_pstq"] | {"components": told["components"]}
    for declaration in sampled():
        jsonschema.validate(declaration, schema)


def test_good_answers_match_the_document(served, described):
    """What Schemathesis seldom reaches, since rules hold fields together: a deposit, and all that can be read of it."""
    who = somebody(served[0])
    with httpx.Client(base_url=served[1], headers=who) as client:
        said = client.post(PATH, json=sampled()[0], headers=key())
        assert said.status_code == 201
        described[PATH]["POST"].validate_response(said)
        for path in (PATH, f"{PATH}/receipt", "/v1/person", "/v1/line"):
            read = client.get(path)
            assert read.status_code == 200, path
            described[path]["GET"].validate_response(read)
        scored = client.post(f"{PATH}/score", json=sampled()[0])
        assert scored.status_code == 200
        described[f"{PATH}/score"]["POST"].validate_response(scored)


def test_nothing_lists_people(served):
    """No answer is a list, and no address has a person in it."""
    told = httpx.get(f"{served[1]}/openapi.json").json()
    for path, methods in told["paths"].items():
        assert "{" not in path
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
                assert schema.get("type") != "array", (path, status)

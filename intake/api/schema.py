"""What the OpenAPI document says of the routes: bodies, answers, problems. Summaries are in French and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from intake.problems import KINDS, MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi import FastAPI

    from intake.state import Intake

JSON = "application/json"
ANYWHERE = ("bad_header", "too_slow", "too_large", "too_many", "headers_too_large", "unavailable")
SIGNED_IN = ("not_signed_in",)
BODY = ("not_json", "too_deep", "not_json_type", "refused")
RETRY = {"Retry-After": {"description": "Seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}}}
ETAG = {"ETag": {"description": "For If-Match.", "schema": {"type": "string"}}}
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "The same whenever this request is tried again; another for another request.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{16,64}$"},
}
MATCH_HEADER = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag that was read with the declaration.",
    "schema": {"type": "string", "pattern": '^"[A-Z0-9-]{1,40}[.][1-9][0-9]{0,8}"$'},
}
TICKET_HEADER = {
    "name": "Ticket",
    "in": "header",
    "required": False,
    "description": "A ticket of the line, instead of a session.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,512}$"},
}


def _object(required: Iterable[str] = (), **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON Schema
    return {
        "type": "object",
        "properties": properties,
        "required": list(required) or list(properties),
        "additionalProperties": False,
    }


TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
COUNT = {"type": "integer", "minimum": 0}
INSTANT = {"type": "string", "format": "date-time"}
LANG = {"type": "string", "enum": ["fr", "en"]}
EMAIL = {"type": "string", "format": "email", "maxLength": 254}
SAID: dict[str, Any] = {
    "Problem": {
        **_object(
            ("type", "title", "status", "detail", "code"),
            type=TEXT,
            title=TEXT,
            status={"type": "integer", "minimum": 400, "maximum": 599},
            detail=TEXT,
            code={"type": "string", "enum": sorted(KINDS)},
            errors={"type": "array", "items": _object(field=TEXT, code=TEXT, message=TEXT)},
        ),
        "additionalProperties": True,
    },
    "SignIn": _object(("email",), email=EMAIL, lang=LANG),
    "Token": _object(token={"type": "string", "minLength": 1, "maxLength": 200}),
    "Session": _object(session=TEXT, expires_at=INSTANT),
    "Sent": _object(minutes=COUNT),
    "PersonKept": _object(
        person={"type": ["string", "null"]},
        email=TEXT,
        family_name={"type": ["string", "null"]},
        given_names={"type": ["string", "null"]},
        document_country={"type": ["string", "null"]},
        document_number={"type": ["string", "null"]},
    ),
    "Place": _object(
        ticket=TEXT,
        position={"type": ["integer", "null"], "minimum": 1},
        ahead={"type": ["integer", "null"], "minimum": 0},
        admitted={"type": "boolean"},
        estimate_seconds={"type": ["integer", "null"], "minimum": 0},
        retry_after=COUNT,
    ),
    "Recorded": _object(
        code={"type": "string", "enum": ["deposited", "amended", "withdrawn"]},
        program=TEXT,
        declaration=TEXT,
        version={"type": "integer", "minimum": 1},
        sequence={"type": "integer", "minimum": 1},
        at=INSTANT,
        commitment=TEXT,
        link=TEXT,
    ),
    "Receipt": _object(
        code={"type": "string", "enum": ["deposited", "amended"]},
        kind={"type": "string", "enum": ["deposit", "amend"]},
        program=TEXT,
        person=TEXT,
        declaration=TEXT,
        version={"type": "integer", "minimum": 1},
        sequence={"type": "integer", "minimum": 1},
        at=INSTANT,
        key=TEXT,
        commitment=TEXT,
        salt=TEXT,
        body=TEXT,
        link=TEXT,
        proof={"type": ["object", "null"], "description": "Null until a root over the event is published."},
    ),
    "Score": {
        **_object(
            ("program", "law_on", "law_hash", "facts_on", "criteria", "groups", "streams", "score"),
            program=TEXT,
            law_on={"type": "string", "format": "date"},
            law_hash=TEXT,
            facts_on={"type": "string", "format": "date"},
            criteria={"type": "array", "items": {"type": "object"}},
            groups={"type": "array", "items": {"type": "object"}},
            streams={"type": "array", "items": {"type": "object"}},
            score=WHOLE,
        ),
        "additionalProperties": True,
    },
    "Alive": _object(alive={"type": "boolean"}),
    "Ready": _object(ready={"type": "boolean"}, waiting=COUNT),
}


def described(
    fr: str,
    en: str,
    *,
    ok: dict[int, str | None],
    problems: Iterable[str] = (),
    body: str | None = None,
    headers: Iterable[dict[str, Any]] = (),
    signed: bool = True,
) -> dict[str, Any]:
    """Give what a route says of itself: its answers by status, and its problems by code.

    ``ok`` names the schema of each good answer, None where it has no body.
    """
    codes = [*ANYWHERE, *(SIGNED_IN if signed else ()), *(BODY if body else ()), *problems]
    extra: dict[str, Any] = {"parameters": list(headers)} if headers else {}
    if body:
        extra["requestBody"] = {"required": True, "content": {JSON: {"schema": _ref(body)}}}
    if signed:
        extra["security"] = [{"session": []}]
    return {
        "summary": f"{fr} · {en}",
        "status_code": next(iter(ok)),
        "response_class": Response,
        "responses": {status: _answer(schema) for status, schema in ok.items()} | _problems(codes),
        "openapi_extra": extra,
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(schema: str | None) -> dict[str, Any]:
    if schema is None:
        return {"description": "OK"}
    if "/" in schema:
        return {"description": "OK", "content": {schema: {"schema": TEXT}}}
    return {"description": "OK", "content": {JSON: {"schema": _ref(schema)}}}


def _problems(codes: Iterable[str]) -> dict[int, dict[str, Any]]:
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(KINDS[code].status, []).append(code)
    return {
        status: {
            "description": " · ".join(f"{code}: {KINDS[code].title.en}" for code in named),
            "content": {MEDIA_TYPE: {"schema": _ref("Problem")}},
            **({"headers": RETRY} if status in {429, 503} else {}),
        }
        for status, named in sorted(by_status.items())
    }


def schema_name(program: str, kind: str) -> str:
    """Name a schema of a program: ``Declaration_quebec_pstq``."""
    return f"{kind}_{program.replace('/', '_')}"


def document(app: FastAPI, intake: Intake) -> dict[str, Any]:
    """Write the OpenAPI document, with the models of the law of today."""
    from fastapi.openapi.utils import get_openapi  # noqa: PLC0415 - only where the document is asked for

    made = get_openapi(title=app.title, version=app.version, openapi_version="3.1.0", routes=app.routes)
    components = made.setdefault("components", {})
    components["schemas"] = components.get("schemas", {}) | SAID | _models(intake)
    components["securitySchemes"] = {"session": {"type": "http", "scheme": "bearer"}}
    return made


def _models(intake: Intake) -> dict[str, Any]:
    from intake.models import declaration_model  # noqa: PLC0415 - as above
    from intake.persons import Person  # noqa: PLC0415 - as above

    person = Person.model_json_schema()
    del person["properties"]["email"]  # it is that of the account
    found: dict[str, Any] = {"Person": person}
    for served in intake.programs.values():
        schema = declaration_model(served.regulation).model_json_schema(ref_template="#/components/schemas/{model}")
        found |= schema.pop("$defs", {})
        found[schema_name(served.id, "Declaration")] = schema
        found[schema_name(served.id, "Live")] = _object(
            program=TEXT,
            declaration=TEXT,
            version={"type": "integer", "minimum": 1},
            first_at=INSTANT,
            last_at=INSTANT,
            body=_ref(schema_name(served.id, "Declaration")),
        )
    return found

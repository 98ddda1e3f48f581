"""The declaration of a program as a strict model, made from its attributes; and the check of what was sent.

Whatever passes is a good row of a pool. Nothing is coerced: ``"7"`` is no number, ``7.0`` no whole one, ``1`` no answer
to a question of yes or no.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError, create_model, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from intake.crossed import crossed
from intake.fields import asked_when, blank, declared_names, field
from intake.json_body import BadJson, read_json
from intake.messages import FieldFault, of_value, unknown_field
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from pydantic import GetJsonSchemaHandler, ModelWrapValidatorHandler, ValidationInfo
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

    from intake.crossed import Crossed
    from rules.regulation import Regulation


MOST_UNKNOWN = 10  # fields that no program has, of which a message speaks


@dataclass(frozen=True, slots=True)
class Declared:
    """What a candidate declares, checked.

    ``values`` has every field, as JSON values in the order of the law; None where anything is wrong, and then
    ``faults`` has exactly one for each field that is, in the same order.
    """

    values: dict[str, Any] | None
    faults: tuple[FieldFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """What the model of a program knows of its law: the fields, each with what it means when empty."""

    regulation: Regulation
    blanks: dict[str, str | None]
    named: tuple[str, ...]

    def filled(self, said: dict[str, Any]) -> dict[str, Any]:
        """Give every field: null where nothing is said, and ``none`` where that is what null is called."""
        row = {**self.blanks, **said}
        for name in self.named:
            if row[name] is None:
                row[name] = "none"
        return row

    def faults(
        self, said: dict[str, Any], row: dict[str, Any], unreadable: set[Any], rules: Crossed
    ) -> list[FieldFault]:
        """Say what is wrong, one fault a field, in the order of the law; fields that it does not have come last."""
        faults = {name: of_value(name, row[name], self.regulation) for name in self.blanks if name in unreadable}
        faults |= rules.faults(row, faults)
        strange = [name for name in said if name not in self.blanks][:MOST_UNKNOWN]
        others = {name: unknown_field(name, self.blanks, self.regulation) for name in strange}
        once = {fault.field: fault for fault in others.values()}
        return [*(faults[name] for name in self.blanks if name in faults), *once.values()]


class Declaration(BaseModel):
    """The base of the declarations of every program. ``declaration_model`` makes the model of one.

    Validation is strict, gives one error a field (with ``fr`` and ``en`` in its context), and holds each field to the
    others. Dates stay ISO text; they are held to a day where the validation context has it as ``today``.
    """

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, protected_namespaces=()
    )
    __law__: ClassVar[Shape]  # no attribute of a law bears such a name

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        said = handler.resolve_ref_schema(handler(schema))
        if cls is not Declaration and (conditions := asked_when(cls.__law__.regulation)):
            said["allOf"] = conditions
        return said

    @model_validator(mode="wrap")
    @classmethod
    def _hold(cls, data: Any, handler: ModelWrapValidatorHandler[Declaration], info: ValidationInfo) -> Declaration:  # noqa: ANN401 - what was sent
        if not isinstance(data, dict):
            return handler(data)
        law = cls.__law__
        row, today = law.filled(data), info.context.get("today") if info.context else None
        rules, unreadable = crossed(law.regulation, today), set()
        try:
            made = handler({name: row[name] for name in law.blanks} if len(row) > len(law.blanks) else row)
        except ValidationError as error:
            unreadable = {detail["loc"][0] for detail in error.errors(include_url=False, include_context=False)}
        else:
            if len(row) == len(law.blanks) and rules.all_hold(row):
                return made
        raise _error(cls.__name__, law.faults(data, row, unreadable, rules))


def _error(title: str, faults: list[FieldFault]) -> ValidationError:
    return ValidationError.from_exception_data(
        title,
        [
            InitErrorDetails(
                type=PydanticCustomError(fault.code, "{en}", {"fr": fault.message.fr, "en": fault.message.en}),
                loc=(fault.field,),
                input=None,
            )
            for fault in faults
        ],
        hide_input=True,
    )


@lru_cache(maxsize=64)
def declaration_model(regulation: Regulation) -> type[Declaration]:
    """Make the model of what a candidate declares under a regulation: one field an attribute, made once a law.

    Its JSON Schema says types, bounds, answers, titles and descriptions in both languages, and which fields are asked
    for when.

    Raises:
        LawError: the law has an attribute that nobody can declare.
    """
    names = declared_names(regulation)
    name = "".join(part.capitalize() for part in regulation.program.replace("/", "_").split("_"))
    fields: dict[str, Any] = {name: field(name, regulation) for name in names}
    title = f"{regulation.title.fr} / {regulation.title.en}"
    model = create_model(f"{name}Declaration", __base__=Declaration, __doc__=title, __module__=__name__, **fields)
    blanks = {name: blank(name, regulation) for name in names}
    model.__law__ = Shape(regulation, blanks, tuple(name for name, value in blanks.items() if value is not None))
    return model


def check(body: bytes | Mapping[str, Any], regulation: Regulation, today: date) -> Declared:
    """Check what was sent or typed against the law: strict types, every rule of a pool's row, no date after ``today``.

    ``body`` is JSON as sent, or JSON values. A field that is absent is null. Null in a question that has the answer
    ``none`` is that answer, as in a pool. Never raises for anything a body holds: what is no JSON object at all is one
    fault of the field ``""``.
    """
    try:
        said = read_json(body) if isinstance(body, bytes) else dict(body)
    except BadJson as bad:
        return Declared(None, (FieldFault("", bad.code, bad.message),))
    model = declaration_model(regulation)
    try:
        made = model.model_validate(said, context={"today": today})
    except ValidationError as error:
        return Declared(
            None, tuple(_fault(dict(detail)) for detail in error.errors(include_url=False, include_input=False))
        )
    return Declared(dict(made.__dict__))


def _fault(detail: dict[str, Any]) -> FieldFault:
    said = detail["ctx"]
    return FieldFault(str(detail["loc"][0]), detail["type"], Text(said["fr"], said["en"]))

"""OpenAPI 3.1 documents, made from a dialect's routes, its shapes, and a table of what else is to be said."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from koine.core.idempotency import keys
from koine.dialects.dialect import Route

Json = dict[str, Any]
Schemas = Mapping[type[Any], Json]  # where each shape is found in the document

_REFERENCE = "#/components/schemas/{model}"
_NAMED = re.compile(r"{(\w+)}")

_DESCRIPTIONS = {
    **dict.fromkeys((200, 201, 202), "As asked."),
    204: "Done; nothing follows.",
    207: "Some as asked, some refused.",
}

_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same request with the same key within 24 hours is done once, and answered the same, "
    "with `Idempotency-Replayed: true`.",
    # Printable ASCII; whoever reads a header takes the spaces around it away.
    "schema": {"type": "string", "minLength": 1, "maxLength": keys.LONGEST, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """An endpoint: the shapes of its query string, its body and its answers by status, and what else is to be said.

    `named` has schemas for names in the path, where there is more to say than that it is a string. `parts` are the
    content types of a form's parts. `gives` are the headers that answers may carry.
    """

    answers: Mapping[int, type[BaseModel] | None]  # None: some object
    refusals: Sequence[int]
    named: Mapping[str, Json] = field(default_factory=dict)
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    body_type: str = "application/json"
    body_is_needed: bool = True
    parts: Mapping[str, str] = field(default_factory=dict)
    headers: Sequence[Json] = ()
    gives: Mapping[str, Json] = field(default_factory=dict)
    stream: str = ""  # what the stream is, where there is one
    open: bool = False  # whether it needs no token
    more: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contract:
    """What a dialect says of itself. `operations` are by method and path, as in its table of routes.

    `security` has the schemes by name, the usual one first. `refused_with` are headers of refusals by status. `reads`
    is whether the shapes of bodies are shown as they are read or as they are written.
    """

    title: str
    version: str
    description: str
    operations: Mapping[str, Operation]
    refusal: type[BaseModel]
    refusal_type: str
    security: Mapping[str, Json]
    refused_with: Mapping[int, Mapping[str, Json]] = field(default_factory=dict)
    further: Sequence[type[BaseModel]] = ()  # shapes that no operation names
    reads: JsonSchemaMode = "validation"


class _Named(GenerateJsonSchema):
    """Shapes by name; `Page[Message]` is called MessagePage."""

    def normalize_name(self, name: str) -> str:
        generic, _, of = name.removesuffix("]").partition("[")
        return super().normalize_name(of + generic)


def document(contract: Contract, routes: Sequence[Route], base_url: str) -> Json:
    """The document for a server that is reached there."""
    schemas, definitions = _schemas(contract)
    paths: dict[str, Json] = {}
    for route in routes:
        operation = contract.operations[f"{route.method} {route.path}"]
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(contract, route, operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": contract.title, "version": contract.version, "description": contract.description},
        "servers": [{"url": base_url}],
        "security": [{next(iter(contract.security)): []}],
        "paths": paths,
        "components": {"schemas": definitions, "securitySchemes": dict(contract.security)},
    }


def _schemas(contract: Contract) -> tuple[Schemas, Json]:
    """Where each shape is found, and all of them by name."""
    bodies = [operation.body for operation in contract.operations.values() if operation.body]
    answers = [model for operation in contract.operations.values() for model in operation.answers.values() if model]
    written = [contract.refusal, *contract.further, *answers]
    modes: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, "serialization") for model in written]
    modes += [(model, contract.reads) for model in bodies]
    found, definitions = models_json_schema(modes, ref_template=_REFERENCE, schema_generator=_Named)
    return {model: schema for (model, _), schema in found.items()}, definitions.get("$defs", {})


def _operation(contract: Contract, route: Route, operation: Operation, schemas: Schemas) -> Json:
    says = inspect.getdoc(route.handler) or ""
    path = [_parameter(name, operation.named.get(name, {})) for name in _NAMED.findall(route.path)]
    answers = operation.answers.items()
    shown: Json = {
        "operationId": f"{route.handler.__module__.rpartition('.')[2]}.{route.handler.__name__}",
        "summary": says.split("\n\n")[0],
        "parameters": [*path, *_query(operation), *operation.headers, *([_KEY] if route.repeatable else [])],
        "responses": {str(status): _answer(status, model, operation, schemas) for status, model in answers},
    }
    shown["responses"] |= {str(status): _refusal(contract, status, schemas) for status in operation.refusals}
    if operation.body is not None:
        content: Json = {operation.body_type: {"schema": schemas[operation.body]}}
        if operation.parts:
            content[operation.body_type]["encoding"] = {
                name: {"contentType": kind} for name, kind in operation.parts.items()
            }
        shown["requestBody"] = {"required": operation.body_is_needed, "content": content}
    if operation.open:
        shown["security"] = []
    return shown | operation.more


def _parameter(name: str, says: Json) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"} | says}


def _query(operation: Operation) -> Iterator[Json]:
    """The query string's fields as parameters. None stands for a parameter that is absent, which no schema says."""
    if operation.query is None:
        return
    schema = operation.query.model_json_schema()
    for name, field_ in schema["properties"].items():
        says = field_.pop("description", "")
        field_.pop("title", None)
        if field_.get("default", 0) is None:
            del field_["default"]
        if "anyOf" in field_:
            (given,) = (choice for choice in field_.pop("anyOf") if choice != {"type": "null"})
            field_ = given | field_
        yield {"name": name, "in": "query", "required": False, "description": says, "schema": field_}


def _answer(status: int, model: type[BaseModel] | None, operation: Operation, schemas: Schemas) -> Json:
    if status == 204:
        return {"description": _DESCRIPTIONS[status]}
    content: Json = {"application/json": {"schema": {"type": "object"} if model is None else schemas[model]}}
    if operation.stream:
        content["text/event-stream"] = {"schema": {"type": "string", "description": operation.stream}}
    headers = {"headers": dict(operation.gives)} if operation.gives and status < 300 else {}
    return {"description": _DESCRIPTIONS.get(status, "Refused."), **headers, "content": content}


def _refusal(contract: Contract, status: int, schemas: Schemas) -> Json:
    headers = {"headers": dict(contract.refused_with[status])} if status in contract.refused_with else {}
    return {
        "description": "Refused.",
        **headers,
        "content": {contract.refusal_type: {"schema": schemas[contract.refusal]}},
    }

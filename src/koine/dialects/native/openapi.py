"""The OpenAPI 3.1 document of the native API, made from its own shapes."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

import koine
from koine.core.idempotency import keys
from koine.dialects.call import Answer, Call
from koine.dialects.dialect import Route
from koine.dialects.native import errors, wire
from koine.dialects.native.operations import OPERATIONS, Operation

Json = dict[str, Any]

_REFERENCE = "#/components/schemas/{model}"
_NAMED = re.compile(r"{(\w+)}")

_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same request with the same key within 24 hours is done once, and answered the same, "
    "with `Idempotency-Replayed: true`.",
    "schema": {"type": "string", "minLength": 1, "maxLength": keys.LONGEST},
}


async def show(call: Call) -> Answer:
    """This document."""
    return Answer(200, document(call.services.base_url))


@functools.lru_cache(maxsize=4)
def document(base_url: str) -> Json:
    """The document for a server that is reached there."""
    from koine.dialects.native.routes import ROUTES  # which names this module's endpoint

    schemas, definitions = models_json_schema(
        [(model, "serialization") for model in _models()], ref_template=_REFERENCE
    )
    del schemas
    paths: dict[str, Json] = {}
    for route in ROUTES:
        operation = OPERATIONS[f"{route.method} {route.path}"]
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Koine", "version": koine.__version__, "description": "The native API."},
        "servers": [{"url": base_url}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _models() -> Iterator[type[BaseModel]]:
    yield wire.Problem
    yield wire.Event
    for operation in OPERATIONS.values():
        yield from (model for model in (operation.body, *operation.answers.values()) if model is not None)


def _operation(route: Route, operation: Operation) -> Json:
    says = inspect.getdoc(route.handler) or ""
    path = [_parameter(name) for name in _NAMED.findall(route.path)]
    shown: Json = {
        "operationId": f"{route.handler.__module__.rpartition('.')[2]}.{route.handler.__name__}",
        "summary": says.split("\n\n")[0],
        "parameters": [*path, *_query(operation), *operation.headers, *([_KEY] if route.repeatable else [])],
        "responses": {str(status): _answer(status, model, operation) for status, model in operation.answers.items()},
    }
    shown["responses"] |= {str(status): _refusal() for status in operation.refusals}
    if operation.body is not None:
        shown["requestBody"] = {"required": True, "content": {"application/json": {"schema": _refer(operation.body)}}}
    if operation.open:
        shown["security"] = []
    return shown | operation.more


def _parameter(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query(operation: Operation) -> Iterator[Json]:
    """The query string's fields as parameters. None stands for a parameter that is absent, which no schema says."""
    if operation.query is None:
        return
    schema = operation.query.model_json_schema()
    for name, field in schema["properties"].items():
        says = field.pop("description", "")
        field.pop("title", None)
        if field.get("default", 0) is None:
            del field["default"]
        if "anyOf" in field:
            (given,) = (choice for choice in field.pop("anyOf") if choice != {"type": "null"})
            field = given | field
        yield {"name": name, "in": "query", "required": False, "description": says, "schema": field}


def _answer(status: int, model: type[BaseModel] | None, operation: Operation) -> Json:
    if status == 204:
        return {"description": "Done; nothing follows."}
    content: Json = {"application/json": {"schema": {"type": "object"} if model is None else _refer(model)}}
    if operation.stream:
        content["text/event-stream"] = {"schema": {"type": "string", "description": operation.stream}}
    return {"description": "As asked.", "content": content}


def _refusal() -> Json:
    return {"description": "Refused.", "content": {errors.CONTENT_TYPE: {"schema": _refer(wire.Problem)}}}


def _refer(model: type[BaseModel]) -> Json:
    return {"$ref": _REFERENCE.format(model=model.__name__)}

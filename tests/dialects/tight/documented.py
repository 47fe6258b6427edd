"""Answers held against the OpenAPI document: status, content type, headers, and the body by its schema."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema_rs

from koine.dialects.tight import openapi

Json = dict[str, Any]

PREFIX = "/v6/"
_ELSEWHERE = {404, 405}  # of a path that nothing serves, and of a method that a path does not take


async def check(answer: httpx.Response) -> None:
    """An event hook of a client: raises for an answer of Tight's that its document does not describe."""
    request = answer.request
    if request.url.path.startswith(PREFIX) and request.method != "HEAD":
        await answer.aread()
        wrong = list(complaints(request.method, request.url.path, answer))
        assert not wrong, f"{request.method} {request.url.path} {answer.status_code}: {wrong}\n{answer.text[:2000]}"


def complaints(method: str, path: str, answer: httpx.Response) -> Iterator[str]:
    """What the document does not say of an answer."""
    operation = _operation(method, path)
    if operation is None:
        if answer.status_code not in _ELSEWHERE:
            yield "no operation"
        yield from _unlike("#/components/schemas/Failure", answer)
        return
    where, said = operation
    response = said["responses"].get(str(answer.status_code))
    if response is None:
        yield "no such status"
        return
    for name, header in response.get("headers", {}).items():
        if header.get("required") and name not in answer.headers:
            yield f"no header {name}"
    (content_type,) = response["content"]
    if answer.headers["content-type"].partition(";")[0] != content_type:
        yield "another content type"
    yield from _unlike(f"{where}/responses/{answer.status_code}/content/{_escaped(content_type)}/schema", answer)


def valid(name: str, instance: Any) -> bool:
    """Whether something is what the document calls by a name."""
    return _validator(f"#/components/schemas/{name}").is_valid(instance)


def body_valid(method: str, path: str, body: Any) -> bool:
    """Whether a JSON body is what the document says of the operation's."""
    where = f"#/paths/{_escaped(path)}/{method.lower()}/requestBody/content/{_escaped('application/json')}/schema"
    return _validator(where).is_valid(body)


def request_valid(method: str, path: str, body: Any) -> bool:
    """The same, of a path as it was asked for."""
    operation = _operation(method, path)
    assert operation is not None
    media = _escaped("application/json")
    return _validator(f"{operation[0]}/requestBody/content/{media}/schema").is_valid(body)


def template(method: str, path: str) -> str | None:
    """The path of the operation that a path leads to; the more literal one wins, as in the routes."""
    for named in sorted(document()["paths"], key=lambda named: named.count("{")):
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", named), path):
            return named if method.lower() in document()["paths"][named] else None
    return None


@functools.cache
def document() -> Json:
    """The document of a server somewhere."""
    return openapi.document("http://koine.example")


def _unlike(reference: str, answer: httpx.Response) -> list[str]:
    return [
        f"{error.message} at {list(error.instance_path)}" for error in _validator(reference).iter_errors(answer.json())
    ]


def _operation(method: str, path: str) -> tuple[str, Json] | None:
    """The operation that a path leads to, and where it stands."""
    found = template(method, path)
    if found is None:
        return None
    return f"#/paths/{_escaped(found)}/{method.lower()}", document()["paths"][found][method.lower()]


@functools.cache
def _validator(reference: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({**document(), "$ref": reference}, validate_formats=True)


def _escaped(text: str) -> str:
    """A member's name in a JSON pointer within an address."""
    return text.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")

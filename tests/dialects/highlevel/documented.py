"""The vendor's own OpenAPI files, and what of an answer is not as they say.

Every answer that a test's client of a location gets is held against the file of its version (`conftest.py`). The files
are read from beside the checkout; where they are not, nothing is held against anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx

SPECS = {"2021-04-15": "highlevel-conversations.openapi.json", "v3": "highlevel-conversations-v3.openapi.json"}
COMMON = {"2021-04-15": "highlevel-common-schemas.openapi.json", "v3": "highlevel-common-schemas-v3.openapi.json"}
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
}
_NO_OBJECT = "body is no object"
_METHODS = ("get", "post", "put", "delete")


class Conflict(NamedTuple):
    """What the files say otherwise than is answered, and why; None is any operation.

    `complaint` is what is found then, as a pattern.
    """

    operation: str | None
    status: int
    complaint: str
    because: str


# All that there is (contracts/highlevel.md §12, and the sections that are named).
CONFLICTS = (
    Conflict("post /conversations/", 200, "200 is not documented", "§12: the seed has 200 for 2021-07-28"),
    Conflict(None, 422, "422 is not documented", "§12: in the seed, and in the original's answers; declared for one"),
    Conflict(None, 403, "403 is not documented", "§2.2: another location; §6.7: somebody else's message"),
    Conflict(None, 429, "429 is not documented", "§1.2: too many"),
    Conflict(None, 409, "409 is not documented", "ours: the first request with this key is still being answered"),
    Conflict(None, 413, "413 is not documented", "ours: no body is larger than 1 MiB"),
    Conflict(None, 415, "415 is not documented", "§1: bodies are JSON"),
    Conflict(None, 422, "body.message is no array", "§3: NO_CONTENT has a text"),
    Conflict(
        "get /conversations/{conversationId}/messages",
        200,
        r"body\.messages is no array|body\.(lastMessageId|nextPage) is missing",
        "§12: nested, as live",
    ),
    Conflict(
        "get /conversations/locations/{locationId}/messages/{messageId}/transcription",
        200,
        _NO_OBJECT,
        "§12: an array, as live",
    ),
    Conflict("post /conversations/messages/upload", 404, "404 is not documented", "§6.8: as the newest page has it"),
    Conflict(
        "get /conversations/messages/{messageId}/locations/{locationId}/recording",
        302,
        "302 is not documented",
        "ours: a recording that somebody else keeps is at their address",
    ),
    Conflict("get /conversations/messages/export", 200, "body.nextCursor is no string", "§6.10: null at the end"),
    Conflict("get /conversations/messages/email/{id}", 400, "400 is not documented", "the file has the success alone"),
    Conflict("get /conversations/messages/email/{id}", 401, "401 is not documented", "the file has the success alone"),
    Conflict(
        "delete /conversations/messages/email/{emailMessageId}/schedule",
        400,
        "400 is not documented",
        "§6.7: refused as a message's cancel is",
    ),
    Conflict(
        "delete /conversations/messages/email/{emailMessageId}/schedule",
        401,
        "401 is not documented",
        "the file has the success alone",
    ),
)


class Spec:
    """One version's file, with the schemas that it shares with others."""

    def __init__(self, contracts: Path, version: str) -> None:
        self._spec = json.loads((contracts / SPECS[version]).read_text())
        self._common = json.loads((contracts / COMMON[version]).read_text())
        # Words before what stands in their place, as the server takes them.
        paths = sorted(self._spec["paths"], key=lambda path: (path.count("{"), path))
        self._paths = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path.rstrip("/")) + "/?"), path) for path in paths]

    @property
    def operations(self) -> set[tuple[str, str]]:
        """Method and path of each."""
        return {(method, path) for path, found in self._spec["paths"].items() for method in found if method in _METHODS}

    def operation(self, method: str, path: str) -> tuple[str, str] | None:
        """The operation that a request is one of; None for what the file does not know."""
        found = next((known for pattern, known in self._paths if pattern.fullmatch(path)), None)
        return (method, found) if found is not None and (method, found) in self.operations else None

    def complaints(self, method: str, path: str, answer: httpx.Response) -> list[str]:
        """What is wrong with an answer, but for the conflicts; a status that is not documented is too."""
        return [
            found
            for found in self._complaints(method, path, answer)
            if not any(_explains(each, f"{method} {path}", answer.status_code, found) for each in CONFLICTS)
        ]

    def nested(self, method: str, path: str, answer: httpx.Response) -> list[str]:
        """What is wrong with what the file has as the whole, and the original within `messages`."""
        documented = self._spec["paths"][path][method]["responses"][str(answer.status_code)]
        return self._against(documented["content"]["application/json"]["schema"], answer.json()["messages"], "body")

    def _complaints(self, method: str, path: str, answer: httpx.Response) -> list[str]:
        documented = self._spec["paths"][path][method]["responses"].get(str(answer.status_code))
        if documented is None:
            return [f"{answer.status_code} is not documented"]
        if "application/json" not in documented.get("content", {}):
            return []
        return self._against(documented["content"]["application/json"]["schema"], answer.json(), "body")

    def _against(self, schema: dict[str, Any], value: Any, where: str) -> list[str]:
        for part in schema.get("allOf", []):
            if found := self._against(part, value, where):
                return found
        if "$ref" in schema:
            return self._against(self._named(schema["$ref"]), value, where)
        kind = schema.get("type")
        if kind and (not isinstance(value, TYPES[kind]) or (kind != "boolean" and isinstance(value, bool))):
            return [f"{where} is no {kind}"]
        if "enum" in schema and value not in schema["enum"]:
            return [f"{where} is none of its values: {value!r}"]
        if isinstance(value, list):
            inside = schema.get("items", {})
            return [found for at, item in enumerate(value) for found in self._against(inside, item, f"{where}.{at}")]
        if not isinstance(value, dict):
            return []
        found = [f"{where}.{name} is missing" for name in schema.get("required", []) if name not in value]
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                found += self._against(inner, value[name], f"{where}.{name}")
        return found

    def _named(self, reference: str) -> dict[str, Any]:
        file, _, name = reference.partition("#/components/schemas/")
        schema: dict[str, Any] = (self._common if file else self._spec)["components"]["schemas"][name]
        return schema


class Documents:
    """Both files, and what was found wrong with the answers of a test."""

    def __init__(self, specs: Mapping[str, Spec]) -> None:
        self._specs = specs
        self.found: list[str] = []

    async def look(self, answer: httpx.Response) -> None:
        """Hold an answer against the file of its version; that of v2 for the versions that have none of their own."""
        asked = answer.request
        spec = self._specs["v3" if asked.headers.get("version") == "v3" else "2021-04-15"]
        operation = spec.operation(asked.method.lower(), asked.url.path)
        if operation is None:
            return
        await answer.aread()
        for found in spec.complaints(*operation, answer):
            self.found.append(f"{asked.method} {asked.url.path}, {answer.status_code}: {found}: {answer.text[:500]}")


def _explains(conflict: Conflict, operation: str, status: int, found: str) -> bool:
    if conflict.operation not in (None, operation) or conflict.status != status:
        return False
    return re.fullmatch(conflict.complaint, found) is not None

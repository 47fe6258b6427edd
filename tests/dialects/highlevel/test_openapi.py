"""The vendor's own OpenAPI files: answers have the fields that they require, of the types that they give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.dialects.highlevel.locations import Location, an_id_of_nobody

SPECS = {"2021-04-15": "highlevel-conversations.openapi.json", "v3": "highlevel-conversations-v3.openapi.json"}
COMMON = {"2021-04-15": "highlevel-common-schemas.openapi.json", "v3": "highlevel-common-schemas-v3.openapi.json"}
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
}


class Spec:
    """One version's file, with the schemas that it shares with others."""

    def __init__(self, contracts: Path, version: str) -> None:
        self._spec = json.loads((contracts / SPECS[version]).read_text())
        self._common = json.loads((contracts / COMMON[version]).read_text())

    def complaints(self, method: str, path: str, answer: httpx.Response) -> list[str]:
        """What is wrong with an answer; a status that is not documented for the operation is too."""
        documented = self._spec["paths"][path][method]["responses"].get(str(answer.status_code))
        if documented is None:
            return [f"{answer.status_code} is not documented"]
        return self._against(documented["content"]["application/json"]["schema"], answer.json(), "body")

    def items(self, method: str, path: str, answer: httpx.Response, name: str) -> list[str]:
        """What is wrong with the elements of one array of an answer."""
        documented = self._spec["paths"][path][method]["responses"][str(answer.status_code)]
        schema = self._named(documented["content"]["application/json"]["schema"]["$ref"])["properties"][name]["items"]
        return [found for each in answer.json()[name] for found in self._against(schema, each, name)]

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
            return [f"{where} is none of the words"]
        found = [f"{where}.{name} is missing" for name in schema.get("required", []) if name not in value]
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                found += self._against(inner, value[name], f"{where}.{name}")
        return found

    def _named(self, reference: str) -> dict[str, Any]:
        file, _, name = reference.partition("#/components/schemas/")
        schema: dict[str, Any] = (self._common if file else self._spec)["components"]["schemas"][name]
        return schema


@pytest.mark.parametrize("version", SPECS)
async def test_the_answers_of_a_create_are_documented(contracts: Path, lamplight: Location, version: str) -> None:
    spec, given = Spec(contracts, version), {"Version": version}
    answers = {
        201: await lamplight.open(headers=given),
        400: await lamplight.open(headers=given),
        401: await lamplight.open(headers=given | {"Authorization": "Bearer x"}),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert spec.complaints("post", "/conversations/", answer) == []


@pytest.mark.parametrize("version", SPECS)
async def test_the_answers_of_a_get_are_documented(contracts: Path, lamplight: Location, version: str) -> None:
    spec, given = Spec(contracts, version), {"Version": version}
    id = (await lamplight.open()).json()["conversation"]["id"]
    answers = {
        200: await lamplight.http.get(f"/conversations/{id}", headers=given),
        400: await lamplight.http.get(f"/conversations/{an_id_of_nobody()}", headers=given),
        401: await lamplight.http.get(f"/conversations/{id}", headers=given | {"Authorization": "Bearer x"}),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert spec.complaints("get", "/conversations/{conversationId}", answer) == []


@pytest.mark.parametrize("version", SPECS)
async def test_the_answers_of_a_search_are_documented(contracts: Path, lamplight: Location, version: str) -> None:
    spec, given = Spec(contracts, version), {"Version": version}
    for number in (0, 1):
        await lamplight.open(lamplight.contact(number))
    path = "/conversations/search"
    answers = [
        (200, await lamplight.http.get(path, headers=given)),
        (200, await lamplight.http.get(path, params={"query": "nobody at all"}, headers=given)),
        (401, await lamplight.http.get(path, headers=given | {"Authorization": "Bearer x"})),
    ]
    for status, answer in answers:
        assert answer.status_code == status
        assert spec.complaints("get", path, answer) == []
    assert len(answers[0][1].json()["conversations"]) == 2
    rows = spec.items("get", path, answers[0][1], "conversations")
    assert rows == []


@pytest.mark.parametrize("version", SPECS)
async def test_the_answers_of_a_change_and_a_deletion_are_documented(
    contracts: Path, lamplight: Location, version: str
) -> None:
    spec, given = Spec(contracts, version), {"Version": version}
    id = (await lamplight.open()).json()["conversation"]["id"]
    body = {"locationId": lamplight.id, "unreadCount": 1, "starred": True}
    for method, json_, good in (("put", body, id), ("delete", None, id)):
        for status, name, more in (
            (200, good, {}),
            (400, an_id_of_nobody(), {}),
            (401, good, {"Authorization": "Bearer x"}),
        ):
            path = f"/conversations/{name}"
            answer = await lamplight.http.request(method.upper(), path, json=json_, headers=given | more)
            assert answer.status_code == status
            assert spec.complaints(method, "/conversations/{conversationId}", answer) == []


def test_what_is_not_documented_is_found(contracts: Path) -> None:
    spec = Spec(contracts, "v3")
    wrong: list[tuple[int, Any]] = [
        (418, {}),
        (201, []),
        (201, {"success": True}),
        (201, {"success": "yes", "conversation": {"id": "x"}}),
        (400, {"statusCode": "400", "message": "x"}),
        (401, {"statusCode": 401, "message": ["x"]}),
    ]
    for status, body in wrong:
        assert spec.complaints("post", "/conversations/", httpx.Response(status, json=body)), body

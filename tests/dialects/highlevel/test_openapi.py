"""The vendor's own OpenAPI files: answers have the fields that they require, of the types that they give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.dialects.highlevel.documented import SPECS, Spec
from tests.dialects.highlevel.locations import Location, an_id_of_nobody


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

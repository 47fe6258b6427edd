"""Only native tokens open the native API."""

from __future__ import annotations

import httpx
import pytest

from koine.demo import World
from koine.dialects.native import wire
from tests.dialects.native.following import PATH, STREAM


async def refused(http: httpx.AsyncClient, authorization: str | None, **headers: str) -> None:
    shown = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    answer = await http.get(PATH, headers={**shown, **headers})  # type: ignore[dict-item]
    problem = answer.json()
    wire.Problem.model_validate(problem)
    assert (answer.status_code, problem["code"]) == (401, "unauthenticated")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == 'Bearer realm="koine"'


@pytest.mark.parametrize("how", [{}, STREAM], ids=["page", "stream"])
async def test_without_a_good_token_nothing_is_told(http: httpx.AsyncClient, world: World, how: dict[str, str]) -> None:
    good = world.native.secret
    wrong = ("Bearer", good, f"Basic {good}", f"Bearer {good}x", f"Bearer {good[:-1]}", f"Bearer {good} {good}")
    for authorization in (None, "", *wrong, "Bearer \xfc"):
        await refused(http, authorization, **how)


@pytest.mark.parametrize("how", [{}, STREAM], ids=["page", "stream"])
async def test_tokens_of_other_dialects_are_not_taken(
    http: httpx.AsyncClient, world: World, how: dict[str, str]
) -> None:
    access = await http.post(
        "/v6/auth/token",
        auth=(world.tight.key or "", world.tight.secret),
        data={"userId": world.ada.external_id},
    )
    others = (
        world.tight.secret,
        access.json()["access_token"],
        world.lamplight.highlevel.secret,
        world.libredesk.secret,
    )
    for secret in others:
        await refused(http, f"Bearer {secret}", **how)


async def test_a_native_token_opens_no_other_dialect(http: httpx.AsyncClient, world: World) -> None:
    bearer = {"Authorization": f"Bearer {world.native.secret}"}
    assert (await http.get("/v6/conversations/con_1", headers=bearer)).status_code == 401
    assert (await http.get("/contacts/x", headers=bearer | {"Version": "2021-07-28"})).status_code == 401
    token = {"Authorization": f"token x:{world.native.secret}"}
    assert (await http.get(f"/api/v1/conversations/{world.the_broken_lamp.uuid}", headers=token)).status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_may_be_written_as_one_likes(http: httpx.AsyncClient, world: World, scheme: str) -> None:
    answer = await http.get(PATH, headers={"Authorization": f"{scheme}  {world.native.secret}"})
    assert answer.status_code == 200

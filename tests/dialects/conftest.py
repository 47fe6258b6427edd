"""A client of each contract, all of the same company."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from koine.demo import World


@dataclass(frozen=True)
class Clients:
    """One client of each contract, all of Lamplight."""

    tight: httpx.AsyncClient
    highlevel: httpx.AsyncClient
    libredesk: httpx.AsyncClient


@pytest.fixture
async def clients(base_url: str, world: World) -> AsyncIterator[Clients]:
    """Ada by Tight, the location's integration by HighLevel, and Linus by Libredesk."""
    async with httpx.AsyncClient(base_url=base_url, timeout=30) as partner:
        token = await partner.post(
            "/v6/auth/token",
            auth=(world.tight.key or "", world.tight.secret),
            data={"userId": world.ada.external_id},
        )
    headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
    pit = {"Authorization": f"Bearer {world.lamplight.highlevel.secret}", "Version": "2021-07-28"}
    async with (
        httpx.AsyncClient(base_url=base_url, timeout=30, headers=headers) as tight,
        httpx.AsyncClient(base_url=base_url, timeout=30, headers=pit) as highlevel,
        httpx.AsyncClient(
            base_url=base_url, timeout=30, auth=(world.libredesk.key or "", world.libredesk.secret)
        ) as libredesk,
    ):
        yield Clients(tight, highlevel, libredesk)

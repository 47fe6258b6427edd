"""The vendor's own client as an app: it gets tokens, keeps them, and renews them (contracts/highlevel.md §10)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from highlevel import HighLevel
from highlevel.constants import UserType
from highlevel.error import GHLError

from koine.demo import World
from koine.dialects.highlevel import ids
from koine.postgres.database import Database
from tests.dialects.highlevel.letting_in import BACK, Program, give_password, register
from tests.dialects.highlevel.locations import Location

# The client hands httpx its forms in a way that httpx warns of.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture
async def program(database: Database, world: World, http: httpx.AsyncClient) -> Program:
    """An app for all locations that somebody administers."""
    await give_password(database, world, world.linus)
    return await register(database, world, http, "account")


@pytest.fixture
async def client(base_url: str, program: Program) -> AsyncIterator[HighLevel]:
    """Version 3.0.0 as that app."""

    class Here(HighLevel):  # type: ignore[misc]
        BASE_URL = base_url

    client = Here(client_id=program.app.client_id, client_secret=program.secret)
    yield client
    await client.close()


async def _company(client: HighLevel, program: Program, world: World) -> dict[str, Any]:
    got: dict[str, Any] = await client.oauth.get_access_token(
        {
            "clientId": program.app.client_id,
            "clientSecret": program.secret,
            "grantType": "authorization_code",
            "code": await program.let_in(world.linus),
            "redirectUri": BACK,
            "userType": UserType.COMPANY,
        }
    )
    await client.get_session_storage().set_session(got["companyId"], got)
    return got


async def test_its_link_leads_to_the_page(client: HighLevel, program: Program, base_url: str) -> None:
    client.oauth.MARKETPLACE_URL = base_url
    link = client.oauth.get_authorization_url(program.app.client_id, BACK, "contacts.readonly")
    shown = await program.http.get(link)
    assert (shown.status_code, "Lamps &amp; Mirrors" in shown.text) == (200, True)


async def test_it_gets_an_agencys_token_and_one_for_a_location(
    client: HighLevel, program: Program, world: World, lamplight: Location
) -> None:
    company = await _company(client, program, world)
    assert company["userType"] == "Company"
    listed = await client.oauth.get_installed_location(company["companyId"], program.app.public_id)
    assert [place["_id"] for place in listed["items"]] == [lamplight.id]
    asked = {"companyId": company["companyId"], "locationId": lamplight.id}
    location = await client.oauth.get_location_access_token(asked)
    assert location["locationId"] == lamplight.id
    await client.get_session_storage().set_session(lamplight.id, location)
    read = await client.contacts.get_contact(lamplight.contact(), options={"headers": {"locationId": lamplight.id}})
    assert read["contact"]["id"] == lamplight.contact()


async def test_it_renews_a_token_by_its_refresh_token(client: HighLevel, program: Program, world: World) -> None:
    company = await _company(client, program, world)
    renewed = await client.oauth.refresh_token(
        company["refresh_token"], program.app.client_id, program.secret, "refresh_token", UserType.COMPANY
    )
    assert renewed["access_token"] != company["access_token"]
    with pytest.raises(GHLError) as refused:
        await client.oauth.refresh_token(
            company["refresh_token"], program.app.client_id, program.secret, "refresh_token", UserType.COMPANY
        )
    assert refused.value.status_code == 400
    assert "Invalid grant: refresh token is invalid" in str(refused.value)


async def test_it_renews_by_itself_a_token_that_is_over(
    client: HighLevel, program: Program, world: World, lamplight: Location, sql: asyncpg.Connection
) -> None:
    company = await _company(client, program, world)
    asked = {"companyId": company["companyId"], "locationId": lamplight.id}
    location = await client.oauth.get_location_access_token(asked)
    storage = client.get_session_storage()
    await storage.set_session(lamplight.id, location | {"expire_at": 0, "expires_in": 0})
    read = await client.contacts.get_contact(lamplight.contact(), options={"headers": {"locationId": lamplight.id}})
    assert read["contact"]["id"] == lamplight.contact()
    kept = await storage.get_session(lamplight.id)
    assert kept["access_token"] != location["access_token"]
    used = "select revoked_at is not null from tokens where client_id = $1 and kind = 'refresh' and workspaces <> '{}'"
    assert [row[0] for row in await sql.fetch(used + " order by id", program.app.id)] == [True, False]


async def test_a_refresh_that_fails_falls_back_to_the_agencys_token(
    client: HighLevel, program: Program, world: World, lamplight: Location
) -> None:
    company = await _company(client, program, world)
    asked = {"companyId": company["companyId"], "locationId": lamplight.id}
    location = await client.oauth.get_location_access_token(asked)
    assert (await program.refresh(location["refresh_token"])).status_code == 200  # somebody else was quicker
    storage = client.get_session_storage()
    await storage.set_session(lamplight.id, location | {"expires_in": 0})
    read = await client.contacts.get_contact(lamplight.contact(), options={"headers": {"locationId": lamplight.id}})
    assert read["contact"]["locationId"] == ids.write(world.lamplight.workspace.uuid)

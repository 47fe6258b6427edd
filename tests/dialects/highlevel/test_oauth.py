"""Tokens for apps: codes, refresh tokens and the app's own secret (contracts/highlevel.md §2.4)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import uuid
from datetime import timedelta

import asyncpg
import httpx
import pytest

from koine import demo
from koine.core.actor import system
from koine.core.apps import apps, installing
from koine.core.apps.refusals import AppNotFound
from koine.core.identity import new_uuid
from koine.demo import World
from koine.dialects.highlevel import credentials, ids, scopes
from koine.postgres.database import Database
from tests.dialects.highlevel.letting_in import Program, give_password, register
from tests.dialects.highlevel.locations import headers, without_trace

WRONG_CLASS = "This authClass type is not allowed to access this scope."
BAD_CODE = {
    "statusCode": 400,
    "message": "Invalid grant: authorization code is invalid",
    "error": "invalid_grant",
    "error_description": "Invalid grant: authorization code is invalid",
}
BAD_REFRESH = {
    "statusCode": 400,
    "message": "Invalid grant: refresh token is invalid",
    "error": "invalid_grant",
    "error_description": "Invalid grant: refresh token is invalid",
}
BAD_CLIENT = {
    "statusCode": 401,
    "message": "Invalid client: client is invalid",
    "error": "invalid_client",
    "error_description": "Invalid client: client is invalid",
}


@pytest.fixture
async def program(database: Database, world: World, http: httpx.AsyncClient) -> Program:
    """An app that is let into single locations, and Linus, who administers one, at his browser."""
    await give_password(database, world, world.linus)
    return await register(database, world, http)


@pytest.fixture
async def agency_program(database: Database, world: World, http: httpx.AsyncClient) -> Program:
    """An app for all locations that somebody administers."""
    await give_password(database, world, world.linus)
    return await register(database, world, http, "account")


def _lamplight(world: World) -> int:
    return world.lamplight.workspace.id


def _call(tokens: dict[str, str], version: str = "2021-07-28") -> dict[str, str]:
    return headers(tokens["access_token"], version)


# ── Codes ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_code_becomes_a_token_of_the_location_that_was_chosen(program: Program, world: World) -> None:
    tokens = await program.installed(world.linus, _lamplight(world))
    location_id = ids.write(world.lamplight.workspace.uuid)
    shown = {name: tokens[name] for name in ("token_type", "expires_in", "userType", "locationId", "userId", "scope")}
    assert shown == {
        "token_type": "Bearer",
        "expires_in": 86399,
        "userType": "Location",
        "locationId": location_id,
        "userId": ids.write(world.linus.uuid),
        "scope": " ".join(scopes.OF_APPS),
    }
    assert "approvedLocations" not in tokens
    for ours, theirs in (
        ("access_token", "accessToken"),
        ("refresh_token", "refreshToken"),
        ("expires_in", "expiresIn"),
        ("token_type", "tokenType"),
    ):
        assert tokens[ours] == tokens[theirs]
    contact = ids.write(world.lamplight.contacts[0].uuid)
    read = await program.http.get(f"/contacts/{contact}", headers=_call(tokens))
    assert (read.status_code, read.json()["contact"]["locationId"]) == (200, location_id)
    elsewhere = ids.write(world.harbour.contacts[0].uuid)
    assert (await program.http.get(f"/contacts/{elsewhere}", headers=_call(tokens))).status_code == 400


async def test_answers_with_secrets_are_not_kept_on_the_way(program: Program, world: World) -> None:
    got = await program.exchange(await program.let_in(world.linus, _lamplight(world)))
    assert (got.headers["cache-control"], got.headers["pragma"]) == ("no-store", "no-cache")


async def test_only_the_scopes_that_were_asked_for_are_given(program: Program, world: World) -> None:
    code = await program.let_in(world.linus, _lamplight(world), scope="contacts.readonly")
    tokens = (await program.exchange(code)).json()
    assert tokens["scope"] == "contacts.readonly"
    contact = ids.write(world.lamplight.contacts[0].uuid)
    assert (await program.http.get(f"/contacts/{contact}", headers=_call(tokens))).status_code == 200
    location_id = ids.write(world.lamplight.workspace.uuid)
    refused = await program.http.post("/contacts/", json={"locationId": location_id}, headers=_call(tokens))
    assert (refused.status_code, refused.json()["message"]) == (401, "The token is not authorized for this scope.")


async def test_the_token_stands_for_the_app_in_what_it_does(
    program: Program, world: World, sql: asyncpg.Connection
) -> None:
    tokens = await program.installed(world.linus, _lamplight(world))
    body = {
        "locationId": ids.write(world.lamplight.workspace.uuid),
        "contactId": ids.write(world.lamplight.contacts[0].uuid),
    }
    assert (await program.http.post("/conversations/", json=body, headers=_call(tokens))).status_code == 200
    kind, id = await sql.fetchrow(
        "select opened_by_kind, opened_by_id from conversations where workspace_id = $1 order by id desc limit 1",
        _lamplight(world),
    )
    assert (kind, id) == ("app", program.app.id)


async def test_a_code_is_good_once(program: Program, world: World) -> None:
    code = await program.let_in(world.linus, _lamplight(world))
    assert (await program.exchange(code)).status_code == 200
    again = await program.exchange(code)
    assert (again.status_code, again.json()) == (400, BAD_CODE)


async def test_of_two_who_change_a_code_at_once_one_gets_tokens(program: Program, world: World) -> None:
    code = await program.let_in(world.linus, _lamplight(world))
    both = await asyncio.gather(program.exchange(code), program.exchange(code))
    assert sorted(got.status_code for got in both) == [200, 400]


async def test_an_expired_code_is_refused(program: Program, world: World, sql: asyncpg.Connection) -> None:
    code = await program.let_in(world.linus, _lamplight(world))
    lasts = await sql.fetchval(
        "select expires_at - created_at from tokens where kind = 'code' order by id desc limit 1"
    )
    assert timedelta(0) < lasts <= timedelta(minutes=10)
    await sql.execute("update tokens set expires_at = now() where kind = 'code' and client_id = $1", program.app.id)
    assert (await program.exchange(code)).json() == BAD_CODE


async def test_a_code_is_good_for_its_client_and_its_address_only(
    program: Program, world: World, database: Database, http: httpx.AsyncClient
) -> None:
    other = await register(database, world, http)
    code = await program.let_in(world.linus, _lamplight(world))
    assert (await other.exchange(code)).json() == BAD_CODE
    moved = await program.token(grant_type="authorization_code", code=code, redirect_uri="https://client.example/other")
    assert moved.json() == BAD_CODE
    assert (await program.exchange(code, user_type="Company")).json() == BAD_CODE
    assert (await program.exchange(code, user_type="Location")).status_code == 200


async def test_who_gave_a_challenge_must_show_its_verifier(program: Program, world: World) -> None:
    verifier = "v" * 60
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    given = {"code_challenge": challenge, "code_challenge_method": "S256"}
    code = await program.let_in(world.linus, _lamplight(world), **given)
    assert (await program.exchange(code)).json() == BAD_CODE
    assert (await program.exchange(code, code_verifier="w" * 60)).json() == BAD_CODE
    assert (await program.exchange(code, code_verifier=verifier)).status_code == 200


async def test_a_code_or_refresh_token_is_no_token(program: Program, world: World) -> None:
    code = await program.let_in(world.linus, _lamplight(world))
    tokens = (await program.exchange(await program.let_in(world.linus, _lamplight(world)))).json()
    contact = ids.write(world.lamplight.contacts[0].uuid)
    for secret in (code, tokens["refresh_token"], program.secret):
        refused = await program.http.get(f"/contacts/{contact}", headers=headers(secret))
        assert (refused.status_code, refused.json()["message"]) == (401, "Invalid token: access token is invalid")


# ── Refresh tokens ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_refresh_token_becomes_a_new_pair_and_is_used_up(program: Program, world: World) -> None:
    first = await program.installed(world.linus, _lamplight(world))
    second = (await program.refresh(first["refresh_token"], user_type="Location")).json()
    assert second["locationId"] == first["locationId"]
    assert {first["access_token"], first["refresh_token"]}.isdisjoint({second["access_token"], second["refresh_token"]})
    contact = ids.write(world.lamplight.contacts[0].uuid)
    for tokens in (first, second):
        assert (await program.http.get(f"/contacts/{contact}", headers=_call(tokens))).status_code == 200
    again = await program.refresh(first["refresh_token"])
    assert (again.status_code, again.json()) == (400, BAD_REFRESH)
    assert (await program.refresh(second["refresh_token"])).status_code == 200


async def test_a_refresh_token_lasts_a_year(program: Program, world: World, sql: asyncpg.Connection) -> None:
    tokens = await program.installed(world.linus, _lamplight(world))
    query = "select expires_at - created_at from tokens where client_id = $1 and kind = $2"
    assert await sql.fetchval(query, program.app.id, "refresh") == timedelta(days=365)
    assert await sql.fetchval(query, program.app.id, "access") == timedelta(seconds=86399)
    await sql.execute("update tokens set expires_at = now() where client_id = $1 and kind = 'refresh'", program.app.id)
    assert (await program.refresh(tokens["refresh_token"])).json() == BAD_REFRESH


async def test_a_refresh_token_that_comes_again_later_ends_all_that_came_of_it(
    program: Program, world: World, sql: asyncpg.Connection
) -> None:
    stolen = await program.installed(world.linus, _lamplight(world))
    newest = (await program.refresh(stolen["refresh_token"])).json()
    other = await program.installed(world.linus, _lamplight(world))
    await sql.execute(
        "update tokens set last_used_at = now() - interval '5 minutes' where client_id = $1 and kind = 'refresh'"
        " and revoked_at is not null",
        program.app.id,
    )
    assert (await program.refresh(stolen["refresh_token"])).json() == BAD_REFRESH
    assert (await program.refresh(newest["refresh_token"])).json() == BAD_REFRESH
    assert (await program.refresh(other["refresh_token"])).status_code == 200
    ended = "select count(*) from account_events where account_id = $1 and kind = 'authorization.ended'"
    assert await sql.fetchval(ended, world.account_id) == 1


async def test_two_requests_at_once_of_one_client_are_no_theft(program: Program, world: World) -> None:
    first = await program.installed(world.linus, _lamplight(world))
    both = await asyncio.gather(program.refresh(first["refresh_token"]), program.refresh(first["refresh_token"]))
    (good,) = [got for got in both if got.status_code == 200]
    assert (await program.refresh(good.json()["refresh_token"])).status_code == 200


async def test_a_refresh_token_of_another_app_is_none(
    program: Program, world: World, database: Database, http: httpx.AsyncClient
) -> None:
    tokens = await program.installed(world.linus, _lamplight(world))
    other = await register(database, world, http)
    assert (await other.refresh(tokens["refresh_token"])).json() == BAD_REFRESH
    assert (await program.refresh(tokens["refresh_token"])).status_code == 200


async def test_sent_away_an_app_has_nothing_left_there(program: Program, world: World, database: Database) -> None:
    tokens = await program.installed(world.linus, _lamplight(world))
    by = system(world.account_id, _lamplight(world))
    async with database.writing(by.workspaces) as tx:
        assert await installing.uninstall(tx, by, program.app, _lamplight(world))
        assert not await installing.uninstall(tx, by, program.app, _lamplight(world))
    assert (await program.refresh(tokens["refresh_token"])).json() == BAD_REFRESH
    contact = ids.write(world.lamplight.contacts[0].uuid)
    assert (await program.http.get(f"/contacts/{contact}", headers=_call(tokens))).status_code == 401


# ── The form of the request ─────────────────────────────────────────────────────────────────────────────────────────


async def test_json_and_both_spellings_are_read_in_every_version(program: Program, world: World) -> None:
    tokens = await program.installed(world.linus, _lamplight(world))
    camel = {
        "clientId": program.app.client_id,
        "clientSecret": program.secret,
        "grantType": "refresh_token",
        "userType": "Location",
    }
    snake = {"client_id": program.app.client_id, "client_secret": program.secret, "grant_type": "refresh_token"}
    for number, version in enumerate((None, "2021-07-28", "v3")):
        given = {} if version is None else {"Version": version}
        body = (
            {**camel, "refreshToken": tokens["refresh_token"]}
            if number % 2
            else snake | {"refresh_token": tokens["refreshToken"]}
        )
        got = await program.http.post("/oauth/token", json=body, headers=given)
        assert got.status_code == 200, got.text
        got = await program.http.post("/oauth/token/", data=body | {"refresh_token": got.json()["refresh_token"]})
        assert got.status_code == 200, got.text
        tokens = got.json()


async def test_what_is_missing_is_named_in_the_spelling_of_the_version(http: httpx.AsyncClient) -> None:
    got = await http.post("/oauth/token", data={"client_id": "x"})
    expected = [
        f"{name} {says}"
        for name in ("client_secret", "grant_type")
        for says in ("must be a string", "should not be empty")
    ]
    assert (got.status_code, got.json()) == (
        422,
        {"statusCode": 422, "message": expected, "error": "Unprocessable Entity"},
    )
    got = await http.post("/oauth/token", json={"clientId": 5, "grantType": ""}, headers={"Version": "v3"})
    assert got.json()["message"] == [
        "clientId must be a string",
        "clientSecret must be a string",
        "clientSecret should not be empty",
        "grantType should not be empty",
    ]


async def test_unknown_grants_and_types_of_user_are_named(program: Program) -> None:
    got = await program.token(grant_type="password", user_type="Somebody")
    assert (got.status_code, got.json()["message"]) == (
        422,
        ["grant_type must be a valid enum value", "user_type must be a valid enum value"],
    )
    assert (await program.token(grant_type="authorization_code")).json()["message"] == [
        "code must be a string",
        "code should not be empty",
    ]


@pytest.mark.parametrize(
    ("client_id", "secret"), [("x", None), (None, "x"), ("", "x"), (None, "pit-\x00"), ("é", "\udc80")]
)
async def test_a_client_that_is_none_is_refused(program: Program, client_id: str | None, secret: str | None) -> None:
    fields = {
        "client_id": program.app.client_id if client_id is None else client_id,
        "client_secret": program.secret if secret is None else secret,
        "grant_type": "client_credentials",
    }
    got = await program.http.post("/oauth/token", content=_json(fields), headers={"Content-Type": "application/json"})
    if client_id == "":
        assert got.status_code == 422
    else:
        assert (got.status_code, got.json()) in (
            (401, BAD_CLIENT),
            (400, {"statusCode": 400, "message": "Bad Request"}),
        )


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b"\xff=\xfe", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a%d=1" % n for n in range(500)), "application/x-www-form-urlencoded", 400),
        (b"a=1", "text/plain", 415),
        (b"a=" + b"x" * 2_000_000, "application/x-www-form-urlencoded", 413),
    ],
)
async def test_what_cannot_be_read_is_refused(
    http: httpx.AsyncClient, body: bytes, content_type: str, status: int
) -> None:
    got = await http.post("/oauth/token", content=body, headers={"Content-Type": content_type})
    assert got.status_code == status


# ── Agencies ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_agencys_token_becomes_tokens_of_the_locations_that_were_approved(
    agency_program: Program, world: World
) -> None:
    company = await agency_program.installed(world.linus)
    here, elsewhere = (ids.write(place.workspace.uuid) for place in (world.lamplight, world.harbour))
    assert (company["userType"], company["approvedLocations"]) == ("Company", [here])
    assert "locationId" not in company
    for path, spelt in (("locationToken", "companyId locationId"), ("location-token/", "company_id location_id")):
        names = spelt.split()
        asked = dict(zip(names, (company["companyId"], here), strict=True))
        got = await agency_program.http.post(f"/oauth/{path}", data=asked, headers=_call(company))
        assert got.status_code == 200, got.text
        tokens = got.json()
        assert (tokens["userType"], tokens["locationId"]) == ("Location", here)
        contact = ids.write(world.lamplight.contacts[0].uuid)
        assert (await agency_program.http.get(f"/contacts/{contact}", headers=_call(tokens))).status_code == 200
        assert (await agency_program.refresh(tokens["refresh_token"])).json()["locationId"] == here
    for wrong in (
        {"companyId": company["companyId"], "locationId": elsewhere},
        {"companyId": here, "locationId": here},
    ):
        got = await agency_program.http.post("/oauth/locationToken", data=wrong, headers=_call(company))
        assert (got.status_code, got.json()) == (
            403,
            {
                "statusCode": 403,
                "message": "The token does not have access to this location.",
                "error": "Forbidden",
            },
        )


async def test_a_locations_token_is_made_anew_whatever_the_key(
    agency_program: Program, world: World, sql: asyncpg.Connection
) -> None:
    company = await agency_program.installed(world.linus)
    asked = {"companyId": company["companyId"], "locationId": ids.write(world.lamplight.workspace.uuid)}
    kept = await sql.fetchval("select count(*) from idempotency_keys")
    again = _call(company) | {"Idempotency-Key": "k"}
    got = [await agency_program.http.post("/oauth/locationToken", data=asked, headers=again) for _ in range(2)]
    assert [answer.status_code for answer in got] == [200, 200]
    assert len({answer.json()["access_token"] for answer in got}) == 2
    assert await sql.fetchval("select count(*) from idempotency_keys") == kept


async def test_an_agencys_token_is_of_the_wrong_class_within_locations_and_a_locations_outside(
    agency_program: Program, program: Program, world: World
) -> None:
    company = await agency_program.installed(world.linus)
    location = await program.installed(world.linus, _lamplight(world))
    contact = ids.write(world.lamplight.contacts[0].uuid)
    for tokens, method, path in (
        (company, "GET", f"/contacts/{contact}"),
        (location, "POST", "/oauth/locationToken"),
        (location, "GET", "/oauth/installedLocations"),
    ):
        got = await program.http.request(method, path, headers=_call(tokens))
        assert (got.status_code, got.json()) == (
            401,
            {"statusCode": 401, "message": WRONG_CLASS, "error": "Unauthorized"},
        )


async def test_a_private_token_of_the_agency_opens_neither(
    http: httpx.AsyncClient, database: Database, world: World
) -> None:
    async with database.writing(()) as tx:
        issued = await credentials.issue_of_agency(tx, system(world.account_id))
    assert issued.secret.startswith("pit-")
    for path in (f"/contacts/{ids.write(world.lamplight.contacts[0].uuid)}", "/oauth/installedLocations"):
        got = await http.get(path, headers=headers(issued.secret))
        assert (got.status_code, got.json()["message"]) == (401, WRONG_CLASS)


async def test_an_app_comes_by_its_own_secret_to_where_it_is_installed(program: Program, world: World) -> None:
    before = (await program.token(grant_type="client_credentials")).json()
    assert (before["userType"], "refresh_token" in before, "approvedLocations" in before) == ("Company", False, False)
    await program.installed(world.linus, _lamplight(world))
    own = (await program.token(grant_type="client_credentials")).json()
    here = ids.write(world.lamplight.workspace.uuid)
    assert own["approvedLocations"] == [here]
    asked = {"companyId": own["companyId"], "locationId": here}
    got = await program.http.post("/oauth/locationToken", json=asked, headers=_call(own))
    assert got.status_code == 200
    contact = ids.write(world.lamplight.contacts[0].uuid)
    assert (await program.http.get(f"/contacts/{contact}", headers=_call(got.json()))).status_code == 200


async def test_what_is_installed_is_listed_in_both_forms(agency_program: Program, world: World) -> None:
    company = await agency_program.installed(world.linus)
    asked = {"companyId": company["companyId"], "appId": agency_program.app.public_id}
    here = ids.write(world.lamplight.workspace.uuid)
    older = await agency_program.http.get("/oauth/installedLocations", params=asked, headers=_call(company))
    (place,) = older.json()["locations"]
    assert (place["_id"], place["name"], place["isInstalled"]) == (here, "Lamplight Ltd", True)
    assert older.json()["count"] == 1
    newer = await agency_program.http.get(
        "/oauth/installed-locations", params=asked | {"pageSize": "1"}, headers=_call(company, "v3")
    )
    assert newer.json()["items"] == [place]
    assert newer.json()["pagination"]["hasNextPage"] is False
    for more, count in (({"query": "LAMP"}, 1), ({"query": "x"}, 0), ({"skip": "1"}, 0), ({"locationId": here}, 1)):
        got = await agency_program.http.get("/oauth/installedLocations", params=asked | more, headers=_call(company))
        assert len(got.json()["locations"]) == count
    wrong = await agency_program.http.get("/oauth/installedLocations", params={"limit": "0"}, headers=_call(company))
    assert wrong.status_code == 422
    other = asked | {"appId": "0" * 24}
    assert (
        await agency_program.http.get("/oauth/installedLocations", params=other, headers=_call(company))
    ).status_code == 403


async def test_an_app_of_one_account_sees_no_installation_of_another_accounts(
    agency_program: Program, world: World, database: Database, http: httpx.AsyncClient
) -> None:
    """Installations are read before it is known which workspaces are open, so what bounds them is each statement."""
    theirs = await demo.make(database, mark=f"-{uuid.uuid4().hex[:8]}")
    await give_password(database, theirs, theirs.linus)
    foreign = await register(database, theirs, http, "account")
    here, there = (ids.write(each.lamplight.workspace.uuid) for each in (world, theirs))
    ours, other = await agency_program.installed(world.linus), await foreign.installed(theirs.linus)

    async def listed(tokens: dict[str, str], company: str, app: str) -> httpx.Response:
        asked = {"companyId": company, "appId": app}
        return await http.get("/oauth/installedLocations", params=asked, headers=_call(tokens))

    async def location_token(tokens: dict[str, str], company: str, location: str) -> httpx.Response:
        asked = {"companyId": company, "locationId": location}
        return await http.post("/oauth/locationToken", data=asked, headers=_call(tokens))

    for program, tokens, place in ((agency_program, ours, here), (foreign, other, there)):
        own = await listed(tokens, tokens["companyId"], program.app.public_id)
        assert [each["_id"] for each in own.json()["locations"]] == [place]
        assert (await program.token(grant_type="client_credentials")).json()["approvedLocations"] == [place]
        assert (await location_token(tokens, tokens["companyId"], place)).status_code == 200
    nowhere = await listed(ours, ids.write(new_uuid()), "0" * 24)
    for company, app in (
        (other["companyId"], foreign.app.public_id),
        (ours["companyId"], foreign.app.public_id),
        (other["companyId"], agency_program.app.public_id),
    ):
        refused = await listed(ours, company, app)
        assert (refused.status_code, refused.content) == (403, nowhere.content)
    unknown = await location_token(ours, ours["companyId"], ids.write(new_uuid()))
    for company in (ours["companyId"], other["companyId"]):
        refused = await location_token(ours, company, there)
        assert (refused.status_code, refused.content) == (403, unknown.content)
    async with database.writing(()) as tx:
        with pytest.raises(AppNotFound):
            await apps.find(tx, system(world.account_id), foreign.app.public_id)


async def test_the_version_is_asked_for_where_the_contract_has_it(program: Program) -> None:
    got = await program.http.get("/oauth/installedLocations", headers={"Authorization": "Bearer x"})
    assert without_trace(got.json())["message"] == "version header was not found."


def _json(fields: dict[str, str]) -> bytes:
    import json

    return json.dumps(fields).encode()

"""Tokens: who gets one, what it opens, and how long (contracts/tight.md §2)."""

from __future__ import annotations

import asyncio
import base64
import uuid

import asyncpg
import httpx

from koine import demo
from koine.core.actor import system
from koine.core.tokens import tokens
from koine.core.tokens.keyring import REMEMBERED
from koine.core.users import users
from koine.demo import World
from koine.postgres.database import Database
from tests.dialects.corpora import NAUGHTY, cut
from tests.dialects.tight.speaking import Speaker, ask_token, found, page, refused, speaker

PATH = "/v6/auth/token"


async def test_a_client_gets_a_bearer_token_for_an_hour(http: httpx.AsyncClient, world: World) -> None:
    answer = await ask_token(http, world)
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == ["access_token", "token_type", "expires_in", "scope"]
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, "write")
    assert body["access_token"].startswith("tight_access_")
    assert answer.headers["cache-control"] == "no-store"


async def test_a_token_is_kept_hashed_and_for_an_hour(
    http: httpx.AsyncClient, world: World, sql: asyncpg.Connection
) -> None:
    token = (await ask_token(http, world, userId=world.ada.external_id or "")).json()["access_token"]
    row = await sql.fetchrow(
        "select *, expires_at - created_at as lives from tokens where client_id = $1", world.tight.id
    )
    assert row is not None
    assert (row["kind"], row["user_id"], row["lives"].total_seconds()) == ("access", world.ada.id, 3600)
    assert token not in repr(dict(row))
    kinds = await sql.fetch("select kind from account_events where account_id = $1 order by id", world.account_id)
    assert kinds[-1]["kind"] == "token.created"


async def test_every_grant_but_client_credentials_is_refused(http: httpx.AsyncClient, world: World) -> None:
    assert (await ask_token(http, world, grant_type="client_credentials")).status_code == 200
    for grant in ("authorization_code", "refresh_token", "password", ""):
        answer = await ask_token(http, world, grant_type=grant)
        assert refused(answer, 400) == [("INVALID_VALUE", "grant_type")], grant


async def test_everything_wrong_with_a_form_is_said_at_once(http: httpx.AsyncClient, world: World) -> None:
    answer = await ask_token(http, world, grant_type="magic", scope="admin", userId="user-nobody")
    assert refused(answer, 400) == [
        ("INVALID_VALUE", "grant_type"),
        ("INVALID_VALUE", "scope"),
        ("INVALID_VALUE", "userId"),
    ]
    assert answer.json()["error"][2]["message"] == "The user provided is not valid"


async def test_an_unknown_or_empty_user_gets_no_token(
    http: httpx.AsyncClient, world: World, sql: asyncpg.Connection
) -> None:
    for user_id in ("user-nobody", "", " ", "\x00", "user-\x00", "x" * 10_000, *NAUGHTY):
        assert refused(await ask_token(http, world, userId=user_id), 400) == [("INVALID_VALUE", "userId")], user_id
    auth, form = (world.tight.key or "", world.tight.secret), {"Content-Type": "application/x-www-form-urlencoded"}
    for raw in (b"userId=%ED%A0%80", b"userId=%FF", b"userId=\xff\xfe", b"userId=%"):
        answer = await http.post(PATH, content=raw, auth=auth, headers=form)
        assert refused(answer, 400) == [("INVALID_VALUE", "userId")], raw
    assert await sql.fetchval("select count(*) from tokens where client_id = $1", world.tight.id) == 0


async def test_a_form_that_says_a_field_twice_is_refused(http: httpx.AsyncClient, world: World) -> None:
    auth = (world.tight.key or "", world.tight.secret)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in ("userId=a&userId=b", f"userId={world.ada.external_id}&userId={world.ada.external_id}"):
        answer = await http.post(PATH, content=body, auth=auth, headers=form)
        assert refused(answer, 400) == [("INVALID_VALUE", "userId")]
    many = "&".join(f"f{n}={n}" for n in range(1_000))
    assert refused(await http.post(PATH, content=many, auth=auth, headers=form), 400) == [("BAD_REQUEST", None)]


async def test_a_user_of_another_account_is_nobody_here(
    http: httpx.AsyncClient, world: World, database: Database
) -> None:
    other = await demo.make(database, mark=f"-{uuid.uuid4().hex[:8]}")
    theirs = await ask_token(http, world, userId=other.ada.external_id or "")
    nobodys = await ask_token(http, world, userId="user-nobody")
    assert refused(theirs, 400) == [("INVALID_VALUE", "userId")]
    assert theirs.content == nobodys.content


async def test_somebody_who_was_put_out_gets_no_token_and_loses_theirs(
    http: httpx.AsyncClient, world: World, sql: asyncpg.Connection, ada: Speaker
) -> None:
    await sql.execute("update users set enabled = false where id = $1", world.ada.id)
    answer = await ask_token(http, world, userId=world.ada.external_id or "")
    assert refused(answer, 400) == [("INVALID_VALUE", "userId")]
    assert refused(await ada.query(), 401) == [("INVALID_TOKEN", None)]


def basic(key: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()


async def test_a_wrong_client_is_401_and_told_to_use_basic(http: httpx.AsyncClient, world: World) -> None:
    key, secret = world.tight.key or "", world.tight.secret
    wrong = [
        basic(key, "nothing"),
        basic("nobody", secret),
        basic("", secret),
        basic(secret, key),
        basic(world.libredesk.key or "", world.libredesk.secret),
        basic(key, world.lamplight.highlevel.secret),
        basic(key, secret)[:-3],
        "Basic",
        "Basic ====",
        "Basic " + base64.b64encode(b"\xff\xfe:\x00").decode(),
        f"Bearer {secret}",
        secret,
        "",
    ]
    bodies = set()
    for header in wrong:
        answer = await http.post(PATH, headers={"Authorization": header})
        assert refused(answer, 401) == [("INVALID_TOKEN", None)], header
        assert answer.headers["www-authenticate"].startswith("Basic ")
        bodies.add(answer.content)
    assert len(bodies) == 1
    right = await http.post(PATH, headers={"Authorization": basic(key, secret).replace("Basic", "bAsIc")})
    assert right.status_code == 200


async def test_client_credentials_belong_into_the_header(http: httpx.AsyncClient, world: World) -> None:
    form = {"client_id": world.tight.key or "", "client_secret": world.tight.secret}
    assert refused(await http.post(PATH, data=form), 401) == [("INVALID_TOKEN", None)]


async def test_only_a_form_is_read(http: httpx.AsyncClient, world: World) -> None:
    auth = (world.tight.key or "", world.tight.secret)
    answer = await http.post(PATH, json={"userId": world.ada.external_id}, auth=auth)
    assert refused(answer, 415) == [("BAD_REQUEST", None)]


async def test_calls_without_an_access_token_are_401(http: httpx.AsyncClient, world: World, ada: Speaker) -> None:
    key, secret = world.tight.key or "", world.tight.secret
    wrong = ["", "Bearer", "Bearer nothing", ada.token, f"Token {ada.token}", f"Basic {ada.token}"]
    wrong += [f"Bearer {secret}", basic(key, secret), f"Bearer {world.lamplight.highlevel.secret}"]
    wrong += [f"Bearer {world.libredesk.secret}", f"token {world.libredesk.key}:{world.libredesk.secret}"]
    wrong += [f"Bearer {piece}" for piece in cut(ada.token)]
    for header in wrong:
        for method, path in (
            ("GET", "/v6/conversations/con_1"),
            ("GET", "/v6/conversations/con_1/messages"),
            ("GET", "/v6/messages/msg_1"),
            ("POST", "/v6/conversations"),
            ("POST", "/v6/conversations/query"),
            ("POST", "/v6/messages"),
        ):
            answer = await http.request(method, path, headers={"Authorization": header})
            assert refused(answer, 401) == [("INVALID_TOKEN", None)], (header, path)
            assert answer.json()["error"][0]["message"] == "Invalid access token"
            assert answer.headers["www-authenticate"] == "Bearer"
    answer = await http.post("/v6/conversations/query", headers={"Authorization": f"bearer {ada.token}"})
    assert answer.status_code == 200


async def test_an_expired_token_says_so(http: httpx.AsyncClient, world: World, sql: asyncpg.Connection) -> None:
    late = await speaker(http, world, userId=world.ada.external_id or "")
    await sql.execute("update tokens set expires_at = now() - interval '1 second' where client_id = $1", world.tight.id)
    assert refused(await late.query(), 401) == [("EXPIRED_TOKEN", None)]


async def test_revoking_a_client_ends_its_tokens(http: httpx.AsyncClient, world: World, database: Database) -> None:
    ended = await speaker(http, world)
    assert (await ended.query()).status_code == 200
    async with database.writing(()) as tx:
        await tokens.revoke(tx, system(world.account_id), world.tight.id)
    await asyncio.sleep(REMEMBERED)
    assert refused(await ended.query(), 401) == [("INVALID_TOKEN", None)]
    assert refused(await ask_token(http, world), 401) == [("INVALID_TOKEN", None)]


async def test_a_token_for_reading_reads_and_writes_nothing(
    http: httpx.AsyncClient, world: World, sql: asyncpg.Connection
) -> None:
    reader = await speaker(http, world, scope="read", userId=world.ada.external_id or "")
    lamp = f"con_{world.the_broken_lamp.id}"
    assert found(await reader.get(f"/v6/conversations/{lamp}"))["subject"] == "The broken lamp"
    assert found(await reader.get(f"/v6/messages/msg_{world.the_broken_lamp.message_id}"))["conversationId"] == lamp
    assert len(page(await reader.get(f"/v6/conversations/{lamp}/messages"))["data"]) == 1
    assert len(await reader.listed()) == 1
    before = await sql.fetchval("select count(*) from events where workspace_id = $1", world.lamplight.workspace.id)
    for answer in (
        await reader.save({"subject": "No", "message": {"text": "No"}}),
        await reader.save({"id": lamp, "readStatus": "UNREAD"}),
        await reader.save({"id": lamp, "resolutionStatus": "RESOLVED"}),
        await reader.say({"conversationId": lamp, "text": "No"}),
        await reader.send("/v6/conversations", b"not even JSON"),
    ):
        assert refused(answer, 403) == [("INVALID_TOKEN", None)]
    after = await sql.fetchval("select count(*) from events where workspace_id = $1", world.lamplight.workspace.id)
    assert after == before


async def test_owner_bookkeeper_and_partner_see_one_their_own_and_all_companies(
    ada: Speaker, grace: Speaker, blaise: Speaker, partner: Speaker
) -> None:
    lamp, harbour = (await ada.listed())[0]["id"], (await grace.opened())["id"]
    seen = [[shown["id"] for shown in await who.listed()] for who in (ada, grace, blaise, partner)]
    assert seen == [[lamp], [harbour], [harbour, lamp], [harbour, lamp]]


async def test_somebody_without_a_company_is_allowed_nothing(
    http: httpx.AsyncClient, world: World, database: Database
) -> None:
    name = f"user-nowhere-{uuid.uuid4().hex[:8]}"
    async with database.writing(()) as tx:
        await users.create(tx, system(world.account_id), email=f"{name}@example.com", external_id=name)
    nowhere = await speaker(http, world, userId=name)
    lamp = f"con_{world.the_broken_lamp.id}"
    for answer in (
        await nowhere.query(),
        await nowhere.get(f"/v6/conversations/{lamp}"),
        await nowhere.save({"subject": "No", "message": {"text": "No"}}),
    ):
        assert refused(answer, 403) == [("INVALID_TOKEN", None)]


async def test_an_agent_sees_and_does_what_the_role_allows(
    http: httpx.AsyncClient, world: World, sql: asyncpg.Connection, ada: Speaker
) -> None:
    mary = await speaker(http, world, userId=world.mary.external_id or "")
    theirs = await ada.opened(subject="For somebody else")
    await sql.execute(
        "update conversations set assignee_id = $1 where id = $2",
        world.linus.id,
        int(theirs["id"].removeprefix("con_")),
    )
    assert [shown["subject"] for shown in await mary.listed()] == ["The broken lamp"]
    lamp = f"con_{world.the_broken_lamp.id}"
    said = await mary.say({"conversationId": lamp, "text": "I look into it."})
    assert said.status_code == 200
    hidden = await mary.say({"conversationId": theirs["id"], "text": "I look into it."})
    nothing = await mary.say({"conversationId": "con_999999999", "text": "I look into it."})
    assert hidden.status_code == 400
    assert hidden.content == nothing.content
    resolved = await mary.saved({"id": lamp, "resolutionStatus": "RESOLVED"})
    assert resolved["resolutionStatus"] == "RESOLVED"
    renamed = await mary.save({"id": lamp, "subject": "Mine now"}, {"subject": "New", "message": {"text": "New"}})
    assert [item["statusCode"] for item in renamed.json()["data"]] == [403, 403]
    assert (await mary.seen({"id": lamp}))["subject"] == "The broken lamp"

"""Secrets: what they open, and when they stop opening it."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from koine.core.actor import system
from koine.core.errors import PermissionMissing, TokenExpired, TokenNotFound, Unauthenticated
from koine.core.permissions import READING, ROLES
from koine.core.tokens import keyring, secrets, tokens
from koine.core.tokens.keyring import Keyring
from koine.core.tokens.tokens import Grant, Issued
from koine.core.workspaces import workspaces
from koine.demo import World
from koine.postgres.database import Database


async def issue(database: Database, world: World, grant: Grant) -> Issued:
    async with database.writing(()) as tx:
        return await tokens.create(tx, system(world.account_id), grant, secret=secrets.new("test_"))


async def test_only_the_fingerprint_of_a_secret_is_stored(
    database: Database, world: World, sql: asyncpg.Connection
) -> None:
    issued = await issue(database, world, Grant("tight", "client"))
    row = await sql.fetchrow("select * from tokens where id = $1", issued.id)
    assert row is not None
    assert row["secret_hash"] == secrets.fingerprint(issued.secret)
    assert not [value for value in row.values() if value == issued.secret]


async def test_a_users_token_opens_what_the_users_role_allows(database: Database, world: World) -> None:
    issued = await issue(database, world, Grant("tight", "access", user_id=world.blaise.id))
    bearer = await Keyring(database).bearer(issued.secret)
    assert bearer.actor.id == world.blaise.id
    assert bearer.actor.access == {
        world.lamplight.workspace.id: ROLES["Bookkeeper"],
        world.harbour.workspace.id: ROLES["Bookkeeper"],
    }


async def test_permissions_of_a_token_limit_the_role_and_never_widen_it(database: Database, world: World) -> None:
    limits = READING | {"account:manage"}
    issued = await issue(database, world, Grant("tight", "access", user_id=world.ada.id, permissions=limits))
    bearer = await Keyring(database).bearer(issued.secret)
    assert bearer.actor.access == {world.lamplight.workspace.id: ROLES["Owner"] & READING}


async def test_an_apps_token_opens_workspaces_that_are_founded_later(database: Database, world: World) -> None:
    issued = await issue(database, world, Grant("tight", "client"))
    async with database.writing(()) as tx:
        founded = await workspaces.found(tx, system(world.account_id), "A third one")
    bearer = await Keyring(database).bearer(issued.secret)
    assert founded.id in bearer.actor.workspaces
    assert len(bearer.actor.workspaces) == 3


async def test_a_revoked_token_opens_nothing_once_it_is_forgotten(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "REMEMBERED", 0.0)
    keys, issued = Keyring(database), await issue(database, world, Grant("tight", "client"))
    assert (await keys.bearer(issued.secret)).token_id == issued.id
    async with database.writing(()) as tx:
        await tokens.revoke(tx, system(world.account_id), issued.id)
    with pytest.raises(Unauthenticated):
        await keys.bearer(issued.secret)


def test_a_secret_is_remembered_for_less_than_the_second_that_is_promised() -> None:
    assert 0 < keyring.REMEMBERED < 1


async def test_revoking_a_client_ends_the_tokens_issued_to_it(database: Database, world: World) -> None:
    client = await issue(database, world, Grant("tight", "client"))
    access = await issue(database, world, Grant("tight", "access", client_id=client.id))
    async with database.writing(()) as tx:
        await tokens.revoke(tx, system(world.account_id), client.id)
    with pytest.raises(Unauthenticated):
        await Keyring(database).bearer(access.secret)


async def test_an_expired_token_says_so(database: Database, world: World) -> None:
    issued = await issue(database, world, Grant("tight", "access", expires_in=timedelta(seconds=-1)))
    with pytest.raises(TokenExpired):
        await Keyring(database).bearer(issued.secret)


async def test_a_disabled_users_token_opens_nothing(database: Database, world: World, sql: asyncpg.Connection) -> None:
    issued = await issue(database, world, Grant("tight", "access", user_id=world.ada.id))
    await sql.execute("update users set enabled = false where id = $1", world.ada.id)
    with pytest.raises(Unauthenticated):
        await Keyring(database).bearer(issued.secret)


async def test_the_token_of_another_account_cannot_be_revoked(database: Database, world: World) -> None:
    issued = await issue(database, world, Grant("tight", "client"))
    with pytest.raises(TokenNotFound):
        async with database.writing(()) as tx:
            await tokens.revoke(tx, system(world.account_id + 1_000_000), issued.id)
    assert (await Keyring(database).bearer(issued.secret)).token_id == issued.id


async def test_an_owner_cannot_issue_tokens(database: Database, world: World) -> None:
    ada = world.acting(world.ada, "Owner", world.lamplight)
    with pytest.raises(PermissionMissing):
        async with database.writing(ada.workspaces) as tx:
            await tokens.create(tx, ada, Grant("tight", "client"), secret=secrets.new())


async def test_use_is_remembered_at_most_once_a_minute(
    database: Database, world: World, sql: asyncpg.Connection
) -> None:
    issued = await issue(database, world, Grant("tight", "client"))
    seen = set()
    for _ in range(3):
        await Keyring(database).bearer(issued.secret)
        seen.add(await sql.fetchval("select last_used_at from tokens where id = $1", issued.id))
    assert len(seen) == 1
    assert None not in seen

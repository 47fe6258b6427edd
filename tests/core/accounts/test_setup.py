"""The first administrator comes in by a link that is good once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from koine.core.accounts import accounts, setup
from koine.core.accounts.setup import First
from koine.core.actor import system
from koine.core.errors import Taken, Unauthenticated, UsedUp
from koine.core.tokens import once
from koine.core.tokens.keyring import Keyring
from koine.postgres.database import Database

EMMY = First("Noether & Co", "Emmy", "Noether", "emmy@example.com", "$argon2id$made-up")


@pytest.fixture(autouse=True)
async def _nobody_can_sign_in(sql: asyncpg.Connection) -> None:
    await sql.execute("update users set password_hash = null, email = 'gone-' || uuid || '@example.com'")


async def offered(database: Database) -> str:
    async with database.writing(()) as tx:
        secret = await setup.offer(tx)
    assert secret is not None
    return secret


async def accepted(database: Database, secret: str, first: First = EMMY) -> int:
    async with database.writing(()) as tx:
        return (await setup.accept(tx, secret, first)).id


async def test_accepting_makes_a_workspace_and_its_administrator(database: Database, sql: asyncpg.Connection) -> None:
    workspace_id = await accepted(database, await offered(database))
    row = await sql.fetchrow(
        """
        select w.name as workspace, a.name as account, u.email, u.first_name, u.last_name, u.password_hash, r.name
          from workspaces w join accounts a on a.id = w.account_id join memberships m on m.workspace_id = w.id
          join users u on u.id = m.user_id join roles r on r.id = m.role_id where w.id = $1
        """,
        workspace_id,
    )
    assert tuple(row) == (
        "Noether & Co",
        "Koine",
        "emmy@example.com",
        "Emmy",
        "Noether",
        "$argon2id$made-up",
        "Admin",
    )


async def test_everything_that_happens_is_recorded(database: Database, sql: asyncpg.Connection) -> None:
    before = await sql.fetchval("select max(id) from account_events") or 0
    secret = await offered(database)
    await accepted(database, secret)
    rows = await sql.fetch("select kind, data::text from account_events where id > $1 order by id", before)
    assert [row["kind"] for row in rows if row["kind"] != "token.revoked"] == [
        "token.created",
        "workspace.created",
        "user.created",
        "password.set",
        "member.added",
    ]
    assert [row["kind"] for row in rows].count("token.revoked") >= 1
    assert not any(secret in row["data"] or "argon2" in row["data"] for row in rows)


async def test_a_link_works_once(database: Database) -> None:
    secret = await offered(database)
    await accepted(database, secret)
    with pytest.raises(UsedUp):
        await accepted(database, secret, replace(EMMY, email="other@example.com"))


async def test_of_two_who_use_it_at_once_one_comes_in(database: Database, sql: asyncpg.Connection) -> None:
    secret = await offered(database)
    before = await sql.fetchval("select count(*) from workspaces")
    both = [accepted(database, secret, replace(EMMY, email=f"{name}@example.com")) for name in ("emmy", "sofja")]
    came = await asyncio.gather(*both, return_exceptions=True)
    assert [type(result) for result in came if not isinstance(result, int)] == [UsedUp]
    assert await sql.fetchval("select count(*) from workspaces") == before + 1


async def test_what_is_refused_leaves_the_link_good(database: Database, sql: asyncpg.Connection) -> None:
    await accepted(database, await offered(database))
    await sql.execute("update users set password_hash = null")
    secret = await offered(database)
    with pytest.raises(Taken):
        await accepted(database, secret, replace(EMMY, email="EMMY@example.com"))
    async with database.reading(()) as tx:
        assert await setup.is_offered(tx, secret)


async def test_an_expired_link_does_not_work(database: Database, sql: asyncpg.Connection) -> None:
    secret = await offered(database)
    lifetime = await sql.fetchval("select expires_at - created_at from tokens order by id desc limit 1")
    assert lifetime == timedelta(hours=24)
    await sql.execute("update tokens set expires_at = now() where dialect = 'setup'")
    with pytest.raises(UsedUp):
        await accepted(database, secret)


async def test_a_new_link_ends_the_one_before(database: Database) -> None:
    first, second = await offered(database), await offered(database)
    async with database.reading(()) as tx:
        assert not await setup.is_offered(tx, first)
        assert await setup.is_offered(tx, second)


async def test_once_there_is_an_administrator_nothing_is_offered(database: Database) -> None:
    await accepted(database, await offered(database))
    async with database.writing(()) as tx:
        assert await setup.offer(tx) is None


async def test_the_same_account_is_offered_each_time(database: Database, sql: asyncpg.Connection) -> None:
    await offered(database)
    before = await sql.fetchval("select count(*) from accounts")
    await offered(database)
    assert await sql.fetchval("select count(*) from accounts") == before


async def test_only_a_fingerprint_of_the_secret_is_kept(database: Database, sql: asyncpg.Connection) -> None:
    secret = await offered(database)
    assert len(secret) >= 43
    rows = await sql.fetch("select t::text as whole from tokens t")
    assert not any(secret in row["whole"] for row in rows)


async def test_the_secret_of_a_link_opens_nothing_else(database: Database) -> None:
    """It is a token like others; whoever shows it to an API must get nowhere."""
    bearer = await Keyring(database).bearer(await offered(database))
    assert bearer.dialect == "setup"
    assert not any(bearer.actor.access.values())


async def test_a_secret_for_another_purpose_is_no_link(database: Database) -> None:
    async with database.writing(()) as tx:
        account = await accounts.of_the_house(tx)
        secret = await once.issue(tx, system(account.id), "another", lifetime=timedelta(hours=1))
    with pytest.raises(UsedUp):
        await accepted(database, secret)
    with pytest.raises(Unauthenticated):
        await Keyring(database).bearer(secret[:-1])

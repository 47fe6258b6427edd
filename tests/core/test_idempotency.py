"""Keys of repeatable requests: whose they are, what is kept under them, and who has to wait."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace

import asyncpg
import pytest

from koine.core.actor import Actor, system
from koine.core.errors import KeyInFlight, KeyMalformed, KeyReused, NowhereToKeep
from koine.core.idempotency import forgetting, keys
from koine.core.idempotency.model import Kept, Key
from koine.demo import World
from koine.postgres.database import Database
from tests.waiting import until

ASKED, ANSWERED = b"a" * 32, Kept(b"a" * 32, 201, "application/json", b'{"id":1}')


@pytest.fixture
def blaise(world: World) -> Actor:
    """Who works in both workspaces."""
    return world.acting(world.blaise, "Bookkeeper", world.harbour, world.lamplight)


async def kept(database: Database, key: Key, asked: bytes = ASKED) -> Kept | None:
    async with database.writing((key.workspace_id,)) as tx:
        return await keys.take(tx, key, asked)


async def keep(database: Database, key: Key, answer: Kept = ANSWERED) -> None:
    async with database.writing((key.workspace_id,)) as tx:
        assert await keys.take(tx, key, answer.fingerprint) is None
        await keys.keep(tx, key, answer)


# ── Whose key it is ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_key_is_kept_in_the_first_workspace_of_whoever_sends_it(world: World, blaise: Actor) -> None:
    assert keys.of(blaise, "k") == Key(world.lamplight.workspace.id, "user", world.blaise.id, "k")


@pytest.mark.parametrize("text", ["k", " ", "~", '"8e03978e-40d5"', "x" * 255, "with a blank"])
def test_a_key_is_any_printable_ascii(blaise: Actor, text: str) -> None:
    assert keys.of(blaise, text).text == text


@pytest.mark.parametrize(
    "text", ["", "x" * 256, "é", "a\tb", "a\nb", "a\x00b", "\x7f", "\N{FULLWIDTH DIGIT TWO}", "\ud800"]
)
def test_anything_else_is_no_key(blaise: Actor, text: str) -> None:
    with pytest.raises(KeyMalformed):
        keys.of(blaise, text)


def test_who_is_nobody_or_works_nowhere_has_no_key(world: World, blaise: Actor) -> None:
    for by in (system(world.account_id, world.lamplight.workspace.id), replace(blaise, access={})):
        with pytest.raises(NowhereToKeep):
            keys.of(by, "k")


# ── What is kept ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_kept_is_found_again(database: Database, blaise: Actor) -> None:
    key = keys.of(blaise, "k")
    assert await kept(database, key) is None
    await keep(database, key)
    assert await kept(database, key) == ANSWERED
    assert await kept(database, keys.of(blaise, "K")) is None


async def test_a_key_that_was_sent_with_something_else_is_refused(database: Database, blaise: Actor) -> None:
    key = keys.of(blaise, "k")
    await keep(database, key)
    with pytest.raises(KeyReused):
        await kept(database, key, b"b" * 32)


async def test_the_same_text_of_another_kind_person_or_workspace_is_another_key(
    database: Database, world: World, blaise: Actor
) -> None:
    key = keys.of(blaise, "k")
    await keep(database, key)
    for other in (
        replace(key, actor_kind="app"),
        replace(key, actor_id=world.ada.id),
        replace(key, workspace_id=world.harbour.workspace.id),
    ):
        assert await kept(database, other) is None


async def test_another_workspace_cannot_see_what_is_kept(database: Database, world: World, blaise: Actor) -> None:
    key = keys.of(blaise, "k")
    await keep(database, key)
    async with database.writing((world.harbour.workspace.id,)) as tx:
        assert await keys.take(tx, key, ASKED) is None
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.writing((world.harbour.workspace.id,)) as tx:
            await keys.keep(tx, replace(key, text="other"), ANSWERED)


async def test_it_is_kept_for_a_day(database: Database, blaise: Actor, sql: asyncpg.Connection) -> None:
    key = keys.of(blaise, "k")
    await keep(database, key)
    aged = "update idempotency_keys set created_at = now() - $2::text::interval where workspace_id = $1"
    await sql.execute(aged, key.workspace_id, "23 hours 59 minutes")
    assert await kept(database, key) == ANSWERED
    await sql.execute(aged, key.workspace_id, "24 hours 1 minute")
    assert await kept(database, key, b"b" * 32) is None


async def test_a_key_that_has_expired_is_as_good_as_new(
    database: Database, blaise: Actor, sql: asyncpg.Connection
) -> None:
    key = keys.of(blaise, "k")
    await keep(database, key)
    await sql.execute(
        "update idempotency_keys set created_at = now() - interval '25 hours' where workspace_id = $1",
        key.workspace_id,
    )
    second = Kept(b"b" * 32, 200, "text/plain", b"")
    await keep(database, key, second)
    assert await kept(database, key, second.fingerprint) == second


async def test_what_is_undone_keeps_nothing(database: Database, blaise: Actor) -> None:
    key = keys.of(blaise, "k")
    with contextlib.suppress(LookupError):
        async with database.writing((key.workspace_id,)) as tx:
            await keys.take(tx, key, ASKED)
            await keys.keep(tx, key, ANSWERED)
            raise LookupError
    assert await kept(database, key) is None


# ── One at a time ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_key_belongs_to_one_transaction_at_a_time(database: Database, blaise: Actor) -> None:
    key = keys.of(blaise, "k")
    async with database.writing((key.workspace_id,)) as tx:
        await keys.take(tx, key, ASKED)
        with pytest.raises(KeyInFlight):
            await kept(database, key)
        with pytest.raises(KeyInFlight):
            await kept(database, key, b"b" * 32)
        assert await kept(database, keys.of(blaise, "another")) is None
        await keys.keep(tx, key, ANSWERED)
    assert await kept(database, key) == ANSWERED


async def test_a_key_that_was_let_go_can_be_taken(database: Database, blaise: Actor, sql: asyncpg.Connection) -> None:
    key = keys.of(blaise, "k")
    with contextlib.suppress(LookupError):
        async with database.writing((key.workspace_id,)) as tx:
            await keys.take(tx, key, ASKED)
            raise LookupError
    assert await sql.fetchval("select count(*) from pg_locks where locktype = 'advisory' and objsubid = 1") == 0
    assert await kept(database, key) is None


async def test_who_promises_one_write_may_still_keep_an_answer(
    database: Database, world: World, blaise: Actor, sql: asyncpg.Connection
) -> None:
    """Handlers that save a round trip so do not know whether they were sent a key."""
    key = keys.of(blaise, "k")
    async with database.writing((key.workspace_id,)) as tx:
        await keys.take(tx, key, ASKED)
        tx.only_one_write()
        await tx.write(
            "insert into tags (workspace_id, uuid, name) values ($1, gen_random_uuid(), 'k')", key.workspace_id
        )
        await keys.keep(tx, key, ANSWERED)
        assert await sql.fetchval("select count(*) from tags where workspace_id = $1", key.workspace_id) == 0
    assert await sql.fetchval("select count(*) from tags where workspace_id = $1", key.workspace_id) == 1
    assert await kept(database, key) == ANSWERED


# ── Forgetting ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_old_key_that_is_being_used_anew_is_not_forgotten(
    database: Database, blaise: Actor, sql: asyncpg.Connection
) -> None:
    key = keys.of(blaise, "k")
    await keep(database, key)
    await sql.execute(
        "update idempotency_keys set created_at = now() - interval '25 hours' where workspace_id = $1",
        key.workspace_id,
    )

    async def forget() -> int:
        async with database.writing((key.workspace_id,)) as tx:
            return await forgetting.forget(tx)

    async with asyncio.TaskGroup() as together, database.writing((key.workspace_id,)) as tx:
        assert await keys.take(tx, key, ASKED) is None
        await keys.keep(tx, key, ANSWERED)
        forgotten = together.create_task(forget())
        await until(lambda: sql.fetchval(_WAITING))
    assert forgotten.result() == 0
    assert await kept(database, key) == ANSWERED


_WAITING = """
select count(*) from pg_stat_activity
 where datname = current_database() and wait_event_type = 'Lock' and query like '%delete from idempotency_keys%'
"""

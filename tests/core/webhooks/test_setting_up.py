"""Webhooks are made with what they need, kept without what could be stolen, and end when they should."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from koine.core import events
from koine.core.actor import Actor
from koine.core.errors import Invalid, TooMany, TooManyWebhooks, WebhookIsDisabled, WebhookNotFound
from koine.core.identity import new_uuid
from koine.core.webhooks import addresses, managing, replaying, tending, webhooks
from koine.core.webhooks.model import Webhook
from koine.demo import World
from koine.outgoing import Outgoing
from koine.postgres.database import Database
from koine.reactions.webhooks import SHAPES
from tests.core.webhooks.conftest import URL, Create


async def test_all_that_is_wrong_is_said_at_once(create: Create) -> None:
    with pytest.raises(Invalid) as refused:
        await create(dialect="morse", url="https://example.com/" + "x" * 2000, name="x" * 201, kinds=[])
    assert [(problem.path, problem.kind) for problem in refused.value.problems] == [
        (("dialect",), "not_allowed"),
        (("url",), "too_long"),
        (("name",), "too_long"),
        (("events",), "missing"),
    ]
    with pytest.raises(Invalid) as refused:
        await create(kinds=["message.posted", "message.eaten", "webhook.test"])
    assert [problem.path for problem in refused.value.problems] == [("events", 1), ("events", 2)]


async def test_every_kind_can_be_asked_for_by_name(create: Create) -> None:
    every = sorted(events.kinds())
    assert (await create(kinds=every)).webhook.kinds == every
    assert (await create(kinds=None)).webhook.kinds is None


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.78.9/hook",
        "https://127.0.0.1/hook",
        "https://10.0.0.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://0x7f.1/hook",
        "https://localhost/hook",
        "ftp://192.0.78.9/",
        "hook",
    ],
)
async def test_an_address_to_which_nothing_would_be_sent_is_refused(create: Create, url: str) -> None:
    with pytest.raises(Invalid) as refused:
        await create(url=url)
    assert [(problem.path, problem.kind) for problem in refused.value.problems] == [(("url",), "not_allowed")]


async def test_names_that_take_long_do_not_hold_all_connections(means: object) -> None:
    """Whoever asks holds one; past a few of them others are sent away instead of waiting with theirs."""
    asked, found = asyncio.Event(), asyncio.Event()
    names: list[str] = []

    async def resolve(name: str) -> list[str]:
        names.append(name)
        if len(names) == 3:
            asked.set()
        await found.wait()
        return ["192.0.78.9"]

    async with Outgoing(resolver=resolve) as slow:
        async with asyncio.TaskGroup() as together:
            for number in range(3):
                together.create_task(addresses.must_be_good(slow, f"https://slow{number}.example.com/"))
            await asked.wait()
            with pytest.raises(TooMany):
                await addresses.must_be_good(slow, "https://example.com/")
            found.set()
        await addresses.must_be_good(slow, "https://example.com/")
    assert len(names) == 4


async def test_a_name_that_is_not_found_in_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_PATIENCE", 0.01)

    async def resolve(name: str) -> list[str]:
        await asyncio.Event().wait()
        return []

    async with Outgoing(resolver=resolve) as never:
        with pytest.raises(Invalid):
            await addresses.must_be_good(never, "https://example.com/")


async def test_a_workspace_has_so_many_and_the_account_as_many_of_its_own(
    database: Database, koine: Actor, create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "MOST", 2)
    first, second = (await create()).webhook, (await create()).webhook
    with pytest.raises(TooManyWebhooks) as refused:
        await create()
    assert "2 webhooks" in refused.value.says
    await create(workspace_id=None)
    await _do(database, koine, webhooks.disable, first)
    await create()
    with pytest.raises(TooManyWebhooks):
        await _do(database, koine, webhooks.enable, await _find(database, koine, first))
    await _do(database, koine, webhooks.delete, second)
    await _do(database, koine, webhooks.enable, await _find(database, koine, first))


async def test_two_who_come_at_once_do_not_both_get_the_last_place(
    create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "MOST", 1)
    results = await asyncio.gather(*(create() for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(result, webhooks.Issued) for result in results) == 1
    assert sum(isinstance(result, TooManyWebhooks) for result in results) == 4


async def test_no_secret_lies_in_the_open(create: Create, sql: asyncpg.Connection) -> None:
    issued = await create()
    row = await sql.fetchrow("select * from webhooks where id = $1", issued.webhook.id)
    stored = b"".join(value for value in row.values() if isinstance(value, bytes))
    assert issued.webhook.public_keys[0] in stored
    for secret in (issued.keys.secret, issued.keys.seed):
        assert len(secret) == 32
        assert secret not in stored


async def test_events_make_jobs_only_where_somebody_is_told(
    database: Database, sql: asyncpg.Connection, world: World, koine: Actor, create: Create
) -> None:
    lamplight, harbour = koine.workspaces

    async def wanting() -> list[int]:
        rows = await sql.fetch(
            "select workspace_id from wants where workspace_id = any ($1) and reaction = 'webhooks' order by 1",
            [*koine.workspaces],
        )
        return [row["workspace_id"] for row in rows]

    one, other = (await create()).webhook, (await create()).webhook
    assert await wanting() == [lamplight]
    whole = (await create(workspace_id=None)).webhook
    assert await wanting() == [lamplight, harbour]
    await _do(database, koine, webhooks.delete, whole)
    assert await wanting() == [lamplight]
    await _do(database, koine, webhooks.disable, one)
    assert await wanting() == [lamplight]
    await _do(database, koine, webhooks.delete, other)
    assert await wanting() == []
    await _do(database, koine, webhooks.enable, await _find(database, koine, one))
    assert await wanting() == [lamplight]


async def test_what_is_deleted_is_gone_with_its_secrets(
    database: Database, sql: asyncpg.Connection, koine: Actor, create: Create, means: object
) -> None:
    issued = await create(name="Theirs")
    webhook = issued.webhook
    async with database.writing(koine.workspaces) as tx:
        await webhooks.rotate(tx, koine, means, webhook)  # type: ignore[arg-type]
    before = await sql.fetchrow("select sealed, old_sealed, public_key from webhooks where id = $1", webhook.id)
    await _do(database, koine, webhooks.delete, webhook)
    row = await sql.fetchrow("select * from webhooks where id = $1", webhook.id)
    left = [value for value in row.values() if value in (*before.values(), URL, "Theirs")]
    assert left == []
    with pytest.raises(WebhookNotFound):
        await _find(database, koine, webhook)
    async with database.reading(koine.workspaces) as tx:
        assert await managing.every(tx, koine) == []
    with pytest.raises(WebhookNotFound):  # a rotation that had found it before
        async with database.writing(koine.workspaces) as tx:
            await webhooks.rotate(tx, koine, means, webhook)  # type: ignore[arg-type]
    recorded = "select count(*) from account_events where account_id = $1 and kind = 'webhook.deleted'"
    await _do(database, koine, webhooks.delete, webhook)
    assert await sql.fetchval(recorded, koine.account_id) == 1
    assert await sql.fetchval("select disabled_at is not null from webhooks where id = $1", webhook.id)


async def test_what_is_disabled_can_be_neither_tested_nor_replayed(
    database: Database, koine: Actor, create: Create
) -> None:
    webhook = (await create()).webhook
    await _do(database, koine, webhooks.disable, webhook)
    disabled = await _find(database, koine, webhook)
    assert disabled.disabled_because == "asked"
    with pytest.raises(WebhookIsDisabled):
        await _do(database, koine, replaying.test, disabled)
    async with database.writing(koine.workspaces) as tx:
        with pytest.raises(WebhookIsDisabled):
            await replaying.replay(tx, koine, SHAPES["native"], disabled, new_uuid())


async def test_disabling_twice_tells_once(
    database: Database, sql: asyncpg.Connection, koine: Actor, create: Create
) -> None:
    webhook = (await create()).webhook
    for _ in range(2):
        await _do(database, koine, webhooks.disable, webhook)
    query = "select data from events where workspace_id = $1 and kind = 'webhook.disabled'"
    assert [row["data"] for row in await sql.fetch(query, webhook.home_id)] == [
        f'{{"reason": "asked", "webhook_id": "{webhook.uuid}"}}'
    ]


async def test_keys_of_a_rotation_that_is_over_are_forgotten(
    database: Database, sql: asyncpg.Connection, koine: Actor, create: Create, means: object
) -> None:
    over, lasting = (await create()).webhook, (await create()).webhook
    for webhook in (over, lasting):
        async with database.writing(koine.workspaces) as tx:
            await webhooks.rotate(tx, koine, means, webhook)  # type: ignore[arg-type]
    await sql.execute("update webhooks set old_until = now() - interval '1 second' where id = $1", over.id)
    assert len((await _find(database, koine, over)).public_keys) == 1
    async with database.writing(koine.workspaces) as tx:
        await tending.forget_keys(tx)
    kept = "select old_sealed is not null and old_public_key is not null from webhooks where id = $1"
    assert [await sql.fetchval(kept, webhook.id) for webhook in (over, lasting)] == [False, True]
    assert len((await _find(database, koine, lasting)).public_keys) == 2


async def _do(database: Database, by: Actor, deed: object, webhook: Webhook) -> None:
    async with database.writing(by.workspaces) as tx:
        await deed(tx, by, webhook)  # type: ignore[operator]


async def _find(database: Database, by: Actor, webhook: Webhook) -> Webhook:
    async with database.reading(by.workspaces) as tx:
        return await managing.find(tx, by, webhook.uuid)

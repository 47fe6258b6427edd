"""Files that the first message is said with."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from koine.demo import Place, World
from tests.dialects.libredesk.wire import PATH, done, refused

Wanted = dict[str, Any]


async def uploaded(sql: asyncpg.Connection, place: Place) -> int:
    """A file that waits to be said."""
    id: int = await sql.fetchval(
        """
        insert into attachments (workspace_id, uuid, file_name, content_type, size, storage_key)
        values ($1, gen_random_uuid(), 'lamp.png', 'image/png', 17, gen_random_uuid()) returning id
        """,
        place.workspace.id,
    )
    return id


async def _said_with(sql: asyncpg.Connection, data: Wanted) -> list[int]:
    rows = await sql.fetch(
        """
        select l.attachment_id from message_attachments l join messages m on m.id = l.message_id
         where m.conversation_id = $1 order by 1
        """,
        data["id"],
    )
    return [row["attachment_id"] for row in rows]


@pytest.mark.parametrize("initiator", ["agent", "contact"])
async def test_files_are_said_with_the_first_message(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection, initiator: str
) -> None:
    files = [await uploaded(sql, world.lamplight) for _ in range(2)]
    body = wanted | {"initiator": initiator, "attachments": [files[1], files[0], files[1]]}
    assert await _said_with(sql, done(await desk.post(PATH, json=body))) == files


async def test_files_come_with_a_form_too(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    files = [await uploaded(sql, world.lamplight) for _ in range(2)]
    data = done(await desk.post(PATH, data=wanted | {"attachments": list(map(str, files))}))
    assert await _said_with(sql, data) == files


async def test_a_file_that_was_said_already_is_left_out(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    old, new = [await uploaded(sql, world.lamplight) for _ in range(2)]
    first = done(await desk.post(PATH, json=wanted | {"attachments": [old]}))
    second = done(await desk.post(PATH, json=wanted | {"attachments": [old, new]}))
    third = done(await desk.post(PATH, json=wanted | {"attachments": [old]}))
    assert [await _said_with(sql, data) for data in (first, second, third)] == [[old], [new], []]


async def test_two_at_once_do_not_say_the_same_file(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    file = await uploaded(sql, world.lamplight)
    answers = await asyncio.gather(*(desk.post(PATH, json=wanted | {"attachments": [file]}) for _ in range(8)))
    said = [await _said_with(sql, done(answer)) for answer in answers]
    assert sorted(said) == [[]] * 7 + [[file]]


async def test_one_unknown_file_among_good_ones_is_enough(
    desk: httpx.AsyncClient, world: World, wanted: Wanted, sql: asyncpg.Connection
) -> None:
    file = await uploaded(sql, world.lamplight)
    refused(await desk.post(PATH, json=wanted | {"attachments": [file, file + 1_000_000]}), 400, "Attachment not found")
    assert await sql.fetchval("select count(*) from message_attachments where attachment_id = $1", file) == 0
    await sql.execute("update attachments set deleted_at = now() where id = $1", file)
    refused(await desk.post(PATH, json=wanted | {"attachments": [file]}), 400, "Attachment not found")

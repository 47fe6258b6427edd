"""Choosing emojis for messages and taking them back (contracts/tight.md §7.4), ours beyond the contract."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from koine.core.conversations.reactions import MOST
from koine.demo import World
from koine.dialects.tight import wire
from tests.dialects.tight.speaking import Json, Speaker, found, one, refused, speaker

GOOD = ["thumbs_up", "+1", "-1", "tada", "a", "100", "flag-gb", "x" * 64]


def path(message: Json, *more: str) -> str:
    return "/".join((f"/v6/messages/{message['id']}/reactions", *more))


async def react(who: Speaker, message: Json, emoji: Any = "thumbs_up") -> httpx.Response:
    return await who.post(path(message), {"emojiCode": emoji})


async def told(sql: asyncpg.Connection, message: Json) -> list[tuple[str, Any]]:
    """What was recorded of a message after it was posted."""
    rows = await sql.fetch(
        "select kind, data ->> 'emoji' as emoji from events"
        " where message_id = $1 and kind <> 'message.posted' order by id",
        int(message["id"].removeprefix("msg_")),
    )
    return [tuple(row) for row in rows]


@pytest.fixture
async def made(ada: Speaker) -> Json:
    return await ada.opened()


@pytest.fixture
async def message(ada: Speaker, made: Json) -> Json:
    return await ada.said(made, "Anybody?")


# ── Adding and removing ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_reaction_is_shown_under_its_emoji_with_who_chose_it(
    ada: Speaker, blaise: Speaker, partner: Speaker, message: Json, world: World, sql: asyncpg.Connection
) -> None:
    await react(blaise, message)
    await react(ada, message, "tada")
    shown = found(await react(ada, message))
    people = [{"userId": who.external_id, "email": who.email} for who in (world.blaise, world.ada)]
    assert shown["reactions"] == [
        {"emojiCode": "thumbs_up", "authorInfo": people},
        {"emojiCode": "tada", "authorInfo": people[1:]},
    ]
    assert shown == {**message, "reactions": shown["reactions"], "lastUpdatedDateTime": shown["lastUpdatedDateTime"]}
    assert found(await ada.get(f"/v6/messages/{message['id']}")) == shown
    by_partner = found(await react(partner, message, "eyes"))["reactions"]
    assert by_partner[-1] == {"emojiCode": "eyes", "authorInfo": [{"userId": None, "email": None}]}
    added = "message.reaction_added"
    assert await told(sql, message) == [(added, "thumbs_up"), (added, "tada"), (added, "thumbs_up"), (added, "eyes")]


async def test_choosing_twice_is_choosing_once(ada: Speaker, message: Json, sql: asyncpg.Connection) -> None:
    first = await react(ada, message)
    second = await react(ada, message)
    assert second.content == first.content
    assert await told(sql, message) == [("message.reaction_added", "thumbs_up")]


async def test_a_reaction_is_taken_back_and_only_ones_own(
    ada: Speaker, blaise: Speaker, message: Json, world: World, sql: asyncpg.Connection
) -> None:
    for who in (ada, blaise):
        await react(who, message)
    shown = found(await ada.delete(path(message, "thumbs_up")))
    assert [who["userId"] for who in shown["reactions"][0]["authorInfo"]] == [world.blaise.external_id]
    assert (await ada.delete(path(message, "thumbs_up"))).json()["data"] == shown
    assert found(await blaise.delete(path(message, "thumbs_up")))["reactions"] == []
    assert (
        await told(sql, message)
        == [("message.reaction_added", "thumbs_up")] * 2 + [("message.reaction_removed", "thumbs_up")] * 2
    )


async def test_what_was_never_chosen_is_taken_back_without_a_trace(
    ada: Speaker, message: Json, sql: asyncpg.Connection
) -> None:
    assert found(await ada.delete(path(message, "tada"))) == message
    assert await told(sql, message) == []


async def test_a_reaction_moves_the_message_and_not_its_conversation(
    ada: Speaker, blaise: Speaker, made: Json, message: Json
) -> None:
    before = [await who.seen(made) for who in (ada, blaise)]
    added = found(await react(ada, message))
    removed = found(await ada.delete(path(message, "thumbs_up")))
    assert message["lastUpdatedDateTime"] <= added["lastUpdatedDateTime"] <= removed["lastUpdatedDateTime"]
    assert added["createdDateTime"] == message["createdDateTime"]
    assert [await who.seen(made) for who in (ada, blaise)] == before


async def test_the_time_of_the_last_update_is_that_of_the_reaction(
    ada: Speaker, message: Json, sql: asyncpg.Connection
) -> None:
    number = int(message["id"].removeprefix("msg_"))
    await sql.execute("update messages set updated_at = '2020-01-01' where id = $1", number)
    await ada.delete(path(message, "thumbs_up"))
    assert found(await ada.get(f"/v6/messages/{message['id']}"))["lastUpdatedDateTime"].startswith("2020")
    shown = found(await react(ada, message))
    chosen = await sql.fetchval("select created_at from reactions where message_id = $1", number)
    assert shown["lastUpdatedDateTime"] == wire.moment(chosen)


@pytest.mark.parametrize("emoji", GOOD)
async def test_every_short_name_can_be_chosen_and_taken_back(ada: Speaker, message: Json, emoji: str) -> None:
    assert found(await react(ada, message, emoji))["reactions"][0]["emojiCode"] == emoji
    assert found(await ada.delete(path(message, emoji)))["reactions"] == []


async def test_of_many_at_once_each_counts_once(
    ada: Speaker, blaise: Speaker, partner: Speaker, message: Json, sql: asyncpg.Connection
) -> None:
    answers = await asyncio.gather(*(react(who, message) for who in (ada, blaise, partner) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}
    (shown,) = found(await ada.get(f"/v6/messages/{message['id']}"))["reactions"]
    assert len(shown["authorInfo"]) == 3
    assert len(await told(sql, message)) == 3
    await asyncio.gather(*(ada.delete(path(message, "thumbs_up")) for _ in range(6)))
    assert len(await told(sql, message)) == 4


# ── What is refused ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_message_has_so_many_emojis_and_no_more_even_at_once(
    ada: Speaker, blaise: Speaker, message: Json
) -> None:
    for number in range(MOST - 1):
        assert (await react(ada, message, f"e{number}")).status_code == 200
    answers = await asyncio.gather(*(react(ada, message, f"late{number}") for number in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 5]
    assert refused(await react(blaise, message, "another"), 400) == [("INVALID_VALUE", "emojiCode")]
    assert len(found(await react(blaise, message, "e7"))["reactions"]) == MOST
    await ada.delete(path(message, "e8"))
    assert len(found(await react(blaise, message, "another"))["reactions"]) == MOST


BAD: list[tuple[Any, str]] = [
    ("Thumbs_up", "INVALID_FORMAT"),
    ("thumbs up", "INVALID_FORMAT"),
    ("thumbs_up\n", "INVALID_FORMAT"),
    (":thumbs_up:", "INVALID_FORMAT"),
    ("\U0001f44d", "INVALID_FORMAT"),
    ("caf\xe9", "INVALID_FORMAT"),
    ("\u0661", "INVALID_FORMAT"),
    ("a\x00", "INVALID_FORMAT"),
    ("a/b", "INVALID_FORMAT"),
    ("x" * 65, "INVALID_VALUE"),
    ("x" * 100_000, "INVALID_VALUE"),
    ("", "REQUIRED"),
    ("  ", "REQUIRED"),
    (None, "REQUIRED"),
    (1, "INVALID_FORMAT"),
    (True, "INVALID_FORMAT"),
    (["thumbs_up"], "INVALID_FORMAT"),
    ({"emojiCode": "thumbs_up"}, "INVALID_FORMAT"),
]


@pytest.mark.parametrize(("emoji", "error"), BAD, ids=lambda value: repr(value)[:20])
async def test_what_is_no_short_name_is_refused(ada: Speaker, message: Json, emoji: Any, error: str) -> None:
    assert refused(await react(ada, message, emoji), 400) == [(error, "emojiCode")]
    assert found(await ada.get(f"/v6/messages/{message['id']}")) == message


@pytest.mark.parametrize(
    ("emoji", "error"),
    [
        ("Tada", "INVALID_FORMAT"),
        ("%F0%9F%91%8D", "INVALID_FORMAT"),
        ("a%00", "INVALID_FORMAT"),
        ("%FF", "INVALID_FORMAT"),
        ("%20", "REQUIRED"),
        ("x" * 65, "INVALID_VALUE"),
    ],
)
async def test_what_is_no_short_name_cannot_be_taken_back(ada: Speaker, message: Json, emoji: str, error: str) -> None:
    assert refused(await ada.delete(path(message, emoji)), 400) == [(error, "emojiCode")]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", ("JSON_ERROR", None)),
        (b"{", ("JSON_ERROR", None)),
        (b"{}", ("REQUIRED", "emojiCode")),
        (b'{"emoji": "tada"}', ("REQUIRED", "emojiCode")),
        (b"[]", ("INVALID_FORMAT", None)),
        (b'"tada"', ("INVALID_FORMAT", None)),
        (b"null", ("REQUIRED", None)),
        (b'{"emojiCode": "\\ud83d"}', ("JSON_ERROR", None)),
    ],
)
async def test_a_body_that_names_no_emoji_is_refused(
    ada: Speaker, message: Json, body: bytes, error: tuple[str, str | None]
) -> None:
    assert refused(await ada.send(path(message), body), 400) == [error]


async def test_a_body_of_another_type_is_refused(ada: Speaker, message: Json) -> None:
    answer = await ada.send(path(message), b'{"emojiCode": "tada"}', "text/plain")
    assert refused(answer, 415) == [("BAD_REQUEST", None)]


@pytest.mark.parametrize(
    "id", ["msg_999999999", "msg_0", "msg_1x", "msg_99999999999999999999", "con_1", "x", "%00", "msg_%F0%9F%91%8D"]
)
async def test_a_message_that_is_not_there_is_not_found(ada: Speaker, id: str) -> None:
    missing = {"id": id}
    assert refused(await react(ada, missing), 404) == [("INVALID_VALUE", "id")]
    assert refused(await ada.delete(path(missing, "tada")), 404) == [("INVALID_VALUE", "id")]


async def test_another_companys_message_is_not_there_to_the_byte(grace: Speaker, ada: Speaker, message: Json) -> None:
    await react(ada, message)
    for foreign, missing in (
        (await react(grace, message), await react(grace, {"id": "msg_999999999"})),
        (
            await grace.delete(path(message, "thumbs_up")),
            await grace.delete(path({"id": "msg_999999999"}, "thumbs_up")),
        ),
    ):
        assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert len(found(await ada.get(f"/v6/messages/{message['id']}"))["reactions"]) == 1


async def test_a_token_that_only_reads_may_not_react(
    http: httpx.AsyncClient, world: World, ada: Speaker, message: Json
) -> None:
    reader = await speaker(http, world, userId=world.ada.external_id or "", scope="read")
    await react(ada, message)
    assert refused(await react(reader, message), 403) == [("INVALID_TOKEN", None)]
    assert refused(await reader.delete(path(message, "thumbs_up")), 403) == [("INVALID_TOKEN", None)]
    assert len(found(await reader.get(f"/v6/messages/{message['id']}"))["reactions"]) == 1


async def test_what_is_deleted_keeps_its_reactions(
    ada: Speaker, made: Json, message: Json, sql: asyncpg.Connection
) -> None:
    await react(ada, message)
    assert (await ada.delete(f"/v6/conversations/{made['id']}")).status_code == 200
    for answer in (await react(ada, message, "tada"), await ada.delete(path(message, "thumbs_up"))):
        assert refused(answer, 400) == [("INVALID_VALUE", "id")]
    one(await ada.save({"id": made["id"], "status": "ACTIVE"}))
    assert len(found(await react(ada, message, "tada"))["reactions"]) == 2
    number = int(message["id"].removeprefix("msg_"))
    await sql.execute("update messages set deleted_at = now() where id = $1", number)
    for answer in (await react(ada, message, "eyes"), await ada.delete(path(message, "thumbs_up"))):
        assert refused(answer, 400) == [("INVALID_VALUE", "id")]
    assert await sql.fetchval("select count(*) from reactions where message_id = $1", number) == 2


async def test_other_methods_are_refused_with_those_that_there_are(ada: Speaker, message: Json) -> None:
    for where, allowed in ((path(message), "POST"), (path(message, "tada"), "DELETE")):
        answer = await ada.get(where)
        assert refused(answer, 405) == [("BAD_REQUEST", None)]
        assert answer.headers["allow"] == allowed

"""The feed: what has happened in a workspace, by pages or as it happens."""

from __future__ import annotations

from koine.core.feed import feed
from koine.dialects.call import Answer, Call
from koine.dialects.native import accept, names, parameters, stream, wire
from koine.dialects.native.parameters import Asked


async def follow(call: Call) -> Answer:
    """What has happened after a position; for those who accept `text/event-stream` also what happens from now on."""
    asked = await parameters.resolve(call, parameters.read(call, parameters.Parameters))
    if call.method == "GET" and accept.prefers(call.header("accept"), stream.MEDIA_TYPE, "application/json"):
        return stream.answer(call, asked, parameters.last_event_id(call))
    return await _page(call, asked)


async def _page(call: Call, asked: Asked) -> Answer:
    tx, by = call.tx, call.actor
    after = await feed.oldest(tx, asked.workspace_id) if asked.after is None else asked.after
    page = await feed.page(
        tx,
        by,
        asked.workspace_id,
        after,
        kinds=asked.kinds,
        conversation_id=asked.conversation_id,
        inbox_id=asked.inbox_id,
        limit=asked.limit,
    )
    known = names.of(call.services.database)
    if unknown := known.unknown(page.events):
        await known.learn(tx, by.account_id, asked.workspace_id, unknown)
    shown = [wire.event(event, known.data(event)) for event in page.events]
    return Answer(200, wire.page(shown, page.next, more=page.more))

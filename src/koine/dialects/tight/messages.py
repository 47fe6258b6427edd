"""Messages: save them, get one, list those of a conversation (contracts/tight.md §7)."""

from __future__ import annotations

from koine.core.conversations import finding, messages
from koine.core.errors import ConversationNotFound, MessageNotFound
from koine.dialects.call import Answer, Call
from koine.dialects.tight import auth, batch, envelope, ids, inferred, paging, parameters, posting, wire
from koine.dialects.tight.batch import Batch
from koine.dialects.tight.wire import NewMessage

_MESSAGES = Batch[NewMessage]


async def save(call: Call) -> Answer:
    """Say something in conversations."""
    auth.must_write(call.actor)
    items = batch.read(call, _MESSAGES, wire.message_model)
    return envelope.batch(await posting.post(call.tx, call.actor, items, call.services.links))


async def get(call: Call) -> Answer:
    """One message."""
    number = ids.read_message(call.named("id"))
    if number is None:
        raise MessageNotFound
    found = await messages.find(call.tx, call.actor, number)
    return envelope.one(wire.message(found, call.services.links))


async def of_conversation(call: Call) -> Answer:
    """A page of what was said in a conversation, newest first."""
    number = ids.read_conversation(call.named("id"))
    if number is None:
        raise ConversationNotFound
    asked = parameters.read(call)
    conversation = await finding.by_id(call.tx, call.actor, number)
    of = paging.messages_of(number)
    window = paging.window(asked.limit or inferred.DEFAULT_PAGE, asked.cursor, of)
    page = await messages.latest(call.tx, call.actor, conversation, window)
    return envelope.page([wire.message(shown, call.services.links) for shown in page.items], paging.cursors(page, of))

"""Conversations: save them, ask for them, get one (contracts/tight.md §6, §9)."""

from __future__ import annotations

from koine.core.conversations import changing, finding, listing
from koine.core.errors import ConversationNotFound
from koine.dialects.call import Answer, Call
from koine.dialects.tight import auth, batch, envelope, filters, ids, inferred, media, paging, saving, wire
from koine.dialects.tight.batch import Batch
from koine.dialects.tight.filters import Query
from koine.dialects.tight.wire import NewConversation

_CREATES = Batch[NewConversation]


async def save(call: Call) -> Answer:
    """Create conversations, and change those that are named by their id."""
    auth.must_write(call.actor)
    items = batch.read(call, _CREATES, wire.conversation_model)
    return envelope.batch(await saving.save(call.tx, call.actor, items))


async def query(call: Call) -> Answer:
    """A page of conversations, filtered and sorted; no body asks for all of them."""
    media.must_be_json(call)
    question = call.read(Query) if call.body else Query()
    order, asked = filters.order(question.sort), filters.asked(question.filter)
    of = paging.list_of(order, asked)
    window = paging.window(question.limit or inferred.DEFAULT_PAGE, question.cursor, of, order.by)
    page = await listing.query(call.tx, call.actor, asked, order, window)
    return envelope.page([wire.conversation(shown) for shown in page.items], paging.cursors(page, of))


async def get(call: Call) -> Answer:
    """One conversation, also when it is deleted."""
    number = _number(call)
    return envelope.one(wire.conversation(await finding.by_id(call.tx, call.actor, number)))


async def delete(call: Call) -> Answer:
    """Put a conversation into the bin; one that lies there stays as it is."""
    auth.must_write(call.actor)
    number = _number(call)
    await changing.delete(call.tx, call.actor, await finding.held(call.tx, call.actor, number))
    return envelope.one(wire.conversation(await finding.by_id(call.tx, call.actor, number)))


def _number(call: Call) -> int:
    number = ids.read_conversation(call.named("id"))
    if number is None:
        raise ConversationNotFound
    return number

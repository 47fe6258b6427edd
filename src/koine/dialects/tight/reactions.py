"""Reactions: choose an emoji for a message, and take that back (contracts/tight.md §7.4). Ours, beyond the contract."""

from __future__ import annotations

from pydantic import ValidationError

from koine.core.conversations import reactions
from koine.core.conversations.model import Message
from koine.core.errors import MessageNotFound
from koine.dialects import reading
from koine.dialects.call import Answer, Call
from koine.dialects.tight import auth, envelope, ids, media, wire
from koine.dialects.tight.wire import NewReaction


async def add(call: Call) -> Answer:
    """Choose an emoji for a message; chosen twice, it is chosen once."""
    auth.must_write(call.actor)
    media.must_be_json(call)
    chosen = call.read(NewReaction).emoji_code
    return _shown(call, await reactions.add(call.tx, call.actor, _number(call), chosen))


async def remove(call: Call) -> Answer:
    """Take back an emoji that was chosen; what was not chosen is left as it is."""
    auth.must_write(call.actor)
    chosen = _chosen(call)
    return _shown(call, await reactions.remove(call.tx, call.actor, _number(call), chosen))


def _number(call: Call) -> int:
    number = ids.read_message(call.named("id"))
    if number is None:
        raise MessageNotFound
    return number


def _chosen(call: Call) -> str:
    """The emoji in the path, which is read as that in a body is. Raises Invalid."""
    try:
        return NewReaction.model_validate({"emojiCode": call.named("emojiCode")}).emoji_code
    except ValidationError as error:
        raise reading.refusal(error) from None


def _shown(call: Call, message: Message) -> Answer:
    return envelope.one(wire.message(message, call.services.links))

"""Comments about a contact that only those who work here see (contracts/highlevel.md §6.4, `InternalComment`)."""

from __future__ import annotations

from koine.core.actor import Author
from koine.core.conversations.correspondence import sending
from koine.core.conversations.correspondence.refusals import NothingToSay
from koine.core.conversations.model import Said
from koine.core.errors import NotFound
from koine.core.users import users
from koine.core.users.users import User
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import composing, enclosing, errors, ids
from koine.dialects.highlevel.auth import Location
from koine.dialects.highlevel.wire import messages as wire
from koine.dialects.highlevel.wire.sending import NewMessage


async def write(call: Call, at: Location, wanted: NewMessage) -> Answer:
    """Write a comment into the contact's conversation, in somebody's name, mentioning others."""
    if not (wanted.message or wanted.attachments):
        raise NothingToSay
    recipient = await composing.whom(call, at, contact=wanted.contact_id)
    author = None
    if wanted.user_id:
        user = await _member(call, at, wanted.user_id)
        author = Author("user", user.id, user.external_id, user.email, user.name)
    mentioned = [await _member(call, at, id) for id in dict.fromkeys(wanted.mentions or ())]
    meta = composing.carried(None, wanted.attachments) | {"source": "api"}
    said = Said(wanted.message or "", author=author, channel="internal_comment", state="sent", meta=meta)
    said = await enclosing.enclosed(call, at, said)
    became = await sending.note(call.tx, call.actor, recipient, said, [user.id for user in mentioned])
    return Answer(200, wire.sent(became, "delivered", call.id, msg="Comment added successfully."))


async def _member(call: Call, at: Location, id: str) -> User:
    with errors.naming("User", id):
        user = await users.member(call.tx, at.workspace_id, ids.known(id))
        if user is None:
            raise NotFound
        return user

"""What Tight has words for, of all that happens: which entity was changed, and what began or ended by it (§11)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from koine.core.actor import Actor
from koine.core.conversations import finding, messages
from koine.core.errors import NotFound
from koine.core.feed.model import FeedEvent
from koine.core.files import files
from koine.core.files.links import Links
from koine.core.workspaces import describing
from koine.dialects.tight import file_wire, wire
from koine.dialects.tight.provisioning import wire as provisioning
from koine.dialects.tight.wire import Json
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Entity:
    """What was changed, as its GET answers now; `url` is the path of that GET."""

    id: str
    url: str
    data: Json


# A kind of event, and the life-cycle event that it is besides being a change: none, one, or by the category of the
# status that it led to.
WORDS: Mapping[str, str | Mapping[str, str] | None] = {
    "conversation.opened": "conversationOpened",
    "conversation.status_changed": {"resolved": "conversationResolved", "open": "conversationReopened"},
    "conversation.subject_changed": None,
    "conversation.entity_attached": None,
    "conversation.read_changed": None,
    "conversation.deleted": "conversationDeleted",
    "conversation.restored": "conversationRestored",
    "message.posted": "messagePosted",
    "message.reaction_added": None,
    "message.reaction_removed": None,
    "message.attachments_changed": None,
    "file.uploaded": "fileUploaded",
    "file.updated": None,
    "file.deleted": "fileDeleted",
    "file.restored": "fileRestored",
    "workspace.opened": "companyCreated",
    "workspace.updated": None,
    "workspace.deleted": "companyDeleted",
    "workspace.restored": "companyRestored",
}


def life_cycle_event(event: FeedEvent) -> str | None:
    """What began or ended by an event, in one word; None: nothing did."""
    word = WORDS.get(event.kind)
    return word.get(event.data.get("category", "")) if isinstance(word, Mapping) else word


async def entity(tx: Tx, reader: Actor, event: FeedEvent, links: Links) -> Entity | None:
    """The entity that an event of one of these kinds has changed, as the reader finds it now.

    None: it is nothing that Tight shows, such as a note among colleagues.
    """
    read = _READ[event.kind.partition(".")[0]]
    try:
        return await read(tx, reader, event, links)
    except NotFound:
        return None


async def _conversation(tx: Tx, reader: Actor, event: FeedEvent, links: Links) -> Entity | None:
    if event.conversation is None:
        return None
    shown = wire.conversation(await finding.by_id(tx, reader, event.conversation.id))
    return _entity("conversations", shown)


async def _message(tx: Tx, reader: Actor, event: FeedEvent, links: Links) -> Entity | None:
    if event.message is None:
        return None
    return _entity("messages", wire.message(await messages.find(tx, reader, event.message.id), links))


async def _file(tx: Tx, reader: Actor, event: FeedEvent, links: Links) -> Entity | None:
    return _entity("files", file_wire.file(await files.find(tx, reader, event.data["file_id"]), links))


async def _company(tx: Tx, reader: Actor, event: FeedEvent, links: Links) -> Entity | None:
    (shown,) = await describing.shown(tx, reader.account_id, [event.workspace.id])
    return _entity("company", provisioning.company(shown))


def _entity(resource: str, shown: Json) -> Entity:
    return Entity(shown["id"], f"/v6/{resource}/{shown['id']}", shown)


# The first word of a kind of event: how the entity is read that it is about.
_READ: Mapping[str, Callable[[Tx, Actor, FeedEvent, Links], Awaitable[Entity | None]]] = {
    "conversation": _conversation,
    "message": _message,
    "file": _file,
    "workspace": _company,
}

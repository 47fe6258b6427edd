"""Tight's shapes: a class for each item that is saved, a function for each answer (contracts/tight.md §6, §7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
from pydantic import ConfigDict, Field

from koine.core.actor import Author
from koine.core.conversations.model import Attachment, Conversation, Message, Opened, Posted, Reaction
from koine.core.files import kinds
from koine.core.files.links import Links
from koine.dialects.tight import fields, ids

Json = dict[str, Any]


def _new_message(schema: Json) -> None:
    fields.words_or_files(schema)
    fields.without_id(schema)


class FirstMessage(fields.Shape):
    """What a new conversation starts with."""

    model_config = ConfigDict(json_schema_extra=fields.words_or_files)

    attachment_ids: Annotated[fields.AttachmentIds, fields.NotNull] = Field(default_factory=list)
    text: fields.SaidText = Field(default="", validate_default=True)


class FurtherMessage(fields.Shape):
    """What an update says on top; null is as good as nothing."""

    model_config = ConfigDict(json_schema_extra=fields.words_or_files)

    attachment_ids: fields.AttachmentIds | None = None
    text: fields.SaidTextOrNull = Field(default=None, validate_default=True)


class NewConversation(fields.Shape):
    """An item without an id: null is no value here, except for the entity (§6.2)."""

    model_config = ConfigDict(json_schema_extra=fields.without_id)

    id: fields.NotGiven = None
    subject: fields.Subject
    message: FirstMessage
    attached_entity_id: fields.Entity | None = None
    status: Annotated[fields.Status, fields.NotNull] = "ACTIVE"
    read_status: Annotated[fields.ReadStatus, fields.NotNull] = "READ"
    resolution_status: Annotated[fields.ResolutionStatus, fields.NotNull] = "OPEN"


class ChangedConversation(fields.Shape):
    """An item with an id: only what is given changes, and null changes nothing (§6.2)."""

    subject: fields.Subject | None = None
    message: FurtherMessage | None = None
    id: fields.Id
    attached_entity_id: fields.Entity | None = None
    status: fields.Status | None = None
    read_status: fields.ReadStatus | None = None
    resolution_status: fields.ResolutionStatus | None = None


class NewMessage(fields.Shape):
    """Messages are only ever created (§7.2)."""

    model_config = ConfigDict(json_schema_extra=_new_message)

    id: fields.Fixed = None
    conversation_id: fields.NamedId
    attachment_ids: Annotated[fields.AttachmentIds, fields.NotNull] = Field(default_factory=list)
    text: fields.SaidText = Field(default="", validate_default=True)


class NewReaction(fields.Shape):
    """The emoji that somebody chooses for a message (§7.4)."""

    emoji_code: fields.EmojiCode


def conversation_model(given: Mapping[str, Any]) -> type[NewConversation] | type[ChangedConversation]:
    """What an item means to do: an id selects what is to be changed."""
    return NewConversation if given.get("id") is None else ChangedConversation


def message_model(given: Mapping[str, Any]) -> type[NewMessage]:
    """What an item means to do."""
    return NewMessage


def conversation(shown: Conversation) -> Json:
    """A conversation as its reader finds it (§6.1)."""
    last = shown.last_message
    return {
        "id": ids.conversation(shown.id),
        "attachedEntityId": shown.entity,
        "subject": shown.subject,
        "author": author(shown.opened_by),
        "latestMessage": last and {"id": ids.message(last.id), "author": author(last.author), "text": last.text},
        "status": "DELETED" if shown.deleted else "ACTIVE",
        "readStatus": "READ" if shown.read else "UNREAD",
        "resolutionStatus": "RESOLVED" if shown.resolved else "OPEN",
        "createdDateTime": moment(shown.created_at),
        "lastUpdatedDateTime": moment(shown.updated_at),
    }


def opened(item: NewConversation, became: Opened, by: Json) -> Json:
    """A conversation that its author has just opened; `by` is the author as `author` writes them."""
    at = moment(became.at)
    return {
        "id": f"con_{became.id}",
        "attachedEntityId": item.attached_entity_id,
        "subject": item.subject,
        "author": by,
        "latestMessage": {"id": f"msg_{became.message_id}", "author": by, "text": item.message.text},
        "status": "ACTIVE",
        "readStatus": "READ",
        "resolutionStatus": item.resolution_status,
        "createdDateTime": at,
        "lastUpdatedDateTime": at,
    }


def message(shown: Message, links: Links) -> Json:
    """A message in full (§7.1)."""
    return {
        "id": ids.message(shown.id),
        "conversationId": ids.conversation(shown.conversation_id),
        "author": author(shown.author),
        "text": shown.text,
        "status": "DELETED" if shown.deleted_at else "ACTIVE",
        "createdDateTime": moment(shown.created_at),
        "lastUpdatedDateTime": moment(shown.updated_at),
        "reactions": [_reaction(reaction) for reaction in shown.reactions],
        "attachments": [_attachment(shown.workspace_id, file, links) for file in shown.attachments],
    }


def posted(item: NewMessage, became: Posted, by: Json, files: Sequence[Attachment], links: Links) -> Json:
    """A message that its author has just said; `by` is the author as `author` writes them."""
    at = moment(became.at)
    return {
        "id": f"msg_{became.id}",
        "conversationId": f"con_{became.conversation_id}",
        "author": by,
        "text": item.text,
        "status": "ACTIVE",
        "createdDateTime": at,
        "lastUpdatedDateTime": at,
        "reactions": [],
        "attachments": [_attachment(became.workspace_id, file, links) for file in files],
    }


def author(who: Author) -> Json:
    """Who said it. Apps and Koine itself have neither id nor address; a contact has the id that the partner gave it."""
    return {"userId": who.external_id, "email": who.email}


def moment(at: datetime) -> str:
    """A time in UTC, in milliseconds (§5)."""
    written = orjson.dumps(at, option=orjson.OPT_UTC_Z)  # in quotes, and a third of the time that isoformat takes
    return (written[1:24] if at.microsecond else written[1:20] + b".000").decode() + "Z"


def _reaction(reaction: Reaction) -> Json:
    return {"emojiCode": reaction.emoji, "authorInfo": [author(who) for who in reaction.authors]}


def _attachment(workspace_id: int, file: Attachment, links: Links) -> Json:
    """The link is good for a few minutes; it is null where the file's bytes are lost (§8.1)."""
    return {
        "id": ids.attachment(file.id),
        "url": links.to(workspace_id, file),
        "fileName": file.file_name,
        "fileSize": size(file.size),
        "createdDateTime": moment(file.created_at),
        "iconUrl": f"{links.base_url}/icons/attachments/{kinds.icon(file.file_name)}.svg",
    }


def size(count: int) -> str:
    """Bytes as people say it: `640 B`, `24 KB`, `1.5 MB` (§8.1)."""
    if count < 1024:
        return f"{count} B"
    kilobytes = round(count / 1024)
    if kilobytes < 1024:
        return f"{max(kilobytes, 1)} KB"
    return f"{round(count / 1024**2, 1):g} MB"

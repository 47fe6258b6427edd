"""Conversations, messages and what is in them (contracts/tight.md §6, §7)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, RootModel

from koine.dialects.tight import ids, inferred
from koine.dialects.tight.shapes.envelope import Answered, Some, Status
from koine.dialects.tight.wire import ChangedConversation, NewConversation, NewMessage


class Author(Answered):
    """Who said it; null is what is not known of them."""

    user_id: str | None = Field(description="The id that the partner gave them.")
    email: str | None


class LatestMessage(Answered):
    """The newest message, in short."""

    id: str = Field(pattern=ids.MESSAGE)
    author: Author
    text: str


class Conversation(Answered):
    """A conversation as its reader finds it (§6.1)."""

    id: str = Field(pattern=ids.CONVERSATION)
    attached_entity_id: str | None = Field(description="What it is about.")
    subject: str
    author: Author
    latest_message: LatestMessage | None
    status: Status
    read_status: Literal[*inferred.READ_STATES] = Field(description="The reader's own mark.")  # type: ignore[valid-type]
    resolution_status: Literal[*inferred.RESOLUTIONS]  # type: ignore[valid-type]
    created_date_time: datetime
    last_updated_date_time: datetime


class Reaction(Answered):
    """One emoji, and who reacted with it."""

    emoji_code: str
    author_info: list[Author]


class Attachment(Answered):
    """A file of a message (§8.1)."""

    id: str = Field(pattern=ids.ATTACHMENT)
    url: str | None = Field(
        json_schema_extra={"format": "uri"}, description="Good for some minutes; null where the bytes are lost."
    )
    file_name: str
    file_size: str = Field(pattern="^[0-9]+(\\.[0-9])? (B|KB|MB)$", examples=["24 KB"])
    created_date_time: datetime
    icon_url: str = Field(json_schema_extra={"format": "uri"})


class Message(Answered):
    """A message in full (§7.1)."""

    id: str = Field(pattern=ids.MESSAGE)
    conversation_id: str = Field(pattern=ids.CONVERSATION)
    author: Author
    text: str
    status: Status
    created_date_time: datetime
    last_updated_date_time: datetime
    reactions: list[Reaction]
    attachments: list[Attachment]


_Conversations = Annotated[list[NewConversation | ChangedConversation], Some]
_Messages = Annotated[list[NewMessage], Some]


class ConversationBatch(BaseModel):
    """Conversations to create, without an id, and to change, with one; in this order, each for itself."""

    data: _Conversations


class MessageBatch(BaseModel):
    """Messages to post, in this order, each for itself."""

    data: _Messages


class SaveConversations(RootModel[ConversationBatch | _Conversations]):
    """A bare array is taken for the object with it (§13)."""


class SaveMessages(RootModel[MessageBatch | _Messages]):
    """A bare array is taken for the object with it (§13)."""

"""What answers look like, and bodies as a whole, for the OpenAPI document (contracts/tight.md §2.2, §4, §6, §7).

`wire` and `envelope` write the answers. Every member is always there, in this order.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel
from pydantic.alias_generators import to_camel

from koine.dialects.tight import fields, ids, inferred, tokens
from koine.dialects.tight.wire import ChangedConversation, NewConversation, NewMessage

Data = TypeVar("Data")


class Answered(BaseModel):
    """Something that is answered: nothing is in it that is not declared."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid")


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
    status: Literal[*inferred.STATUSES]  # type: ignore[valid-type]
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
    url: str = Field(json_schema_extra={"format": "uri"})
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
    status: Literal[*inferred.STATUSES]  # type: ignore[valid-type]
    created_date_time: datetime
    last_updated_date_time: datetime
    reactions: list[Reaction]
    attachments: list[Attachment]


class Error(Answered):
    """One thing that is wrong (§4.2)."""

    type: Literal[
        "UNKNOWN_ERROR",
        "EXPIRED_TOKEN",
        "INVALID_TOKEN",
        "BAD_REQUEST",
        "JSON_ERROR",
        "DUPLICATE",
        "REQUIRED",
        "INVALID_VALUE",
        "NOT_MODIFIABLE",
        "INVALID_FORMAT",
    ]
    message: str = Field(description="For people; not to be parsed.")
    param: str | None = Field(description="The field at fault, by its dotted path.")


NoErrors = Annotated[list[Error], Field(max_length=0)]
Errors = Annotated[list[Error], Field(min_length=1)]


class Failure(Answered):
    """A request that came to nothing."""

    result: Literal["FAILURE"]
    data: None
    error: Errors


class Found(Answered, Generic[Data]):
    """The answer to a get."""

    result: Literal["SUCCESS"]
    data: Data
    error: NoErrors


class Cursors(Answered):
    """The way on and the way back: each is passed as `cursor`, and null where there is none."""

    after: str | None
    before: str | None


class Page(Answered, Generic[Data]):
    """The answer to a list."""

    result: Literal["SUCCESS"]
    data: list[Data] = Field(max_length=inferred.MAX_PAGE)
    cursor: Cursors
    error: NoErrors


class Done(Answered, Generic[Data]):
    """An item that was saved."""

    result: Literal["SUCCESS"]
    status_code: Literal[200]
    data: Data
    error: NoErrors


class NotDone(Answered):
    """An item that was not saved, and all that is wrong with it."""

    result: Literal["FAILURE"]
    status_code: Literal[400, 403, 404]
    data: None
    error: Errors


class AllSaved(Answered, Generic[Data]):
    """A batch of which every item was saved, in the order of the request."""

    result: Literal["SUCCESS"]
    data: list[Done[Data]] = Field(min_length=1, max_length=inferred.MAX_BATCH)
    error: NoErrors


class SomeSaved(Answered, Generic[Data]):
    """A batch of which some items were saved: the errors are in the others."""

    result: Literal[inferred.PARTLY_SAVED]  # type: ignore[valid-type]
    data: list[Done[Data] | NotDone] = Field(min_length=2, max_length=inferred.MAX_BATCH)
    error: NoErrors


class NoneSaved(Answered):
    """A batch of which no item was saved: their errors are in them, and all together at the end."""

    result: Literal["FAILURE"]
    data: list[NotDone] = Field(min_length=1, max_length=inferred.MAX_BATCH)
    error: Errors


class NotSaved(RootModel[NoneSaved | Failure]):
    """A save that came to nothing: by its items, or as a request."""


class Token(Answered):
    """An access token (§2.2); not in the envelope."""

    model_config = ConfigDict(alias_generator=None)

    access_token: str = Field(description="Opaque.")
    token_type: Literal["Bearer"]
    expires_in: int = Field(ge=1, description="Seconds.")
    scope: Literal["read", "write"]


_Some = Field(min_length=1, max_length=inferred.MAX_BATCH)
_Conversations = Annotated[list[NewConversation | ChangedConversation], _Some]
_Messages = Annotated[list[NewMessage], _Some]


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


def _user_id(schema: dict[str, Any]) -> None:
    del schema["default"]  # which is nobody's
    schema["pattern"] = fields.STORABLE


class TokenForm(BaseModel):
    """What a token is asked for: of a user or, without one, of the partner."""

    grant_type: Literal[*tokens.CHOICES["grant_type"]] = inferred.GRANTS[0]  # type: ignore[valid-type]
    user_id: str = Field("", alias="userId", min_length=1, json_schema_extra=_user_id)
    scope: Literal[*tokens.CHOICES["scope"]] = "write"  # type: ignore[valid-type]

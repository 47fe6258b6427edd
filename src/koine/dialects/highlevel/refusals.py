"""What is refused about messages, with the contract's statuses, words and codes (contracts/highlevel.md §3, §6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from koine.core.conversations.correspondence.refusals import (
    CannotReach,
    DoNotDisturb,
    NoFilesHere,
    NothingToSay,
    NotScheduled,
    NotTheirAddress,
    RecordingNotFound,
)
from koine.core.errors import Invalid, NotFound, Refused, Unauthenticated
from koine.core.providers.refusals import ForeignProvider, ProviderMismatch, ProviderMissing, ProviderNotFound
from koine.dialects.call import Answer, Call
from koine.dialects.edge import TooLarge, WrongMediaType


class ProviderNotNamed(Invalid):
    """A kind of message that some provider has to have brought, and none is named."""

    code = "provider_not_named"


class NoSuchMessage(Unauthenticated):
    """The status of a message that is not there; `id` as it was given."""

    code = "no_such_message"

    def __init__(self, id: str) -> None:
        super().__init__()
        self.id = id


class MessageGone(NotFound):
    """A message that is not there, where the contract has a 404 for it."""

    code = "message_gone"


class NotOurEmail(ProviderMissing):
    """An e-mail that no provider of the caller's has carried."""

    code = "not_our_email"


class NobodyThere(NotFound):
    """Whoever a file is for is not there, where the contract has a 404 for it."""

    code = "nobody_there"


class UploadGone(NotFound):
    """Nothing was uploaded there, or it can be no longer."""

    code = "upload_gone"


class UploadRefused(Invalid):
    """Files that are too many (400), too large (413) or not of a type that is taken (415): the contract has a body of
    its own.
    """

    code = "upload_refused"

    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status = status


class _Said(NamedTuple):
    """A status, words with the refusal's own attributes in them, and a `canonicalCode` where there is one."""

    status: int
    message: str
    canonical: str | None = None


_WORDS: Mapping[type[Refused], _Said] = {
    NothingToSay: _Said(
        422,
        "There is no message or attachments for this message. Skip sending.",
        "CONVERSATIONS_MSG_NO_CONTENT",
    ),
    DoNotDisturb: _Said(400, "Cannot send message as DND is active for {channel}"),
    NotTheirAddress: _Said(400, "emailTo is not an email of the contact", "CONVERSATIONS_MSG_INVALID_EMAILTO"),
    CannotReach: _Said(400, "The contact has no {lacks}"),
    ProviderNotFound: _Said(400, "Invalid conversationProviderId"),
    ProviderNotNamed: _Said(400, "No conversationProviderId passed in body"),
    ProviderMismatch: _Said(
        400, "Incorrect conversationProviderId/type", "CONVERSATIONS_MSG_CONVERSATION_PROVIDER_MISMATCH"
    ),
    ForeignProvider: _Said(
        401,
        "You don't have access to the conversationProvider with id: {provider}",
        "CONVERSATIONS_MSG_PROVIDER_NO_ACCESS",
    ),
    NoSuchMessage: _Said(401, "No message found for the id: {id} passed in params"),
    NotOurEmail: _Said(403, "Status updates are only supported for custom conversation provider emails"),
    ProviderMissing: _Said(403, "No conversation provider found for this message"),
    NoFilesHere: _Said(403, "Message type does not support attachment updates"),
    MessageGone: _Said(404, "Message not found"),
    NobodyThere: _Said(404, "{says}"),
    UploadGone: _Said(404, "File not found in storage - upload may have failed or URL expired"),
    RecordingNotFound: _Said(400, "Recording not found", "CONVERSATIONS_MSG_RECORDING_NOT_FOUND"),
}

# What is wrong with an upload before its files are looked at.
_OF_UPLOADS: Mapping[type[Refused], tuple[int, str]] = {
    TooLarge: (413, "request entity too large"),
    WrongMediaType: (415, "Unsupported Media Type"),
}

_PHRASES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 422: "Unprocessable Entity"}


def answer(refused: Refused, call: Call) -> Answer | None:
    """A refusal that is one of messages; None for any other."""
    if isinstance(refused, NotScheduled):  # the answer to a cancel has a `status` whatever came of it (§6.7)
        return Answer(400, {"status": 404, "message": "Failed cancel the scheduled message", "traceId": call.id})
    if isinstance(refused, UploadRefused):
        return _of_upload(refused.status, refused.says, call)
    if call.form is not None and type(refused) in _OF_UPLOADS:
        return _of_upload(*_OF_UPLOADS[type(refused)], call)
    said = next((_WORDS[kind] for kind in type(refused).__mro__ if kind in _WORDS), None)
    if said is None:
        return None
    body: dict[str, Any] = {
        "statusCode": said.status,
        "message": said.message.format(**vars(refused)),
        "error": _PHRASES[said.status],
    }
    if said.canonical is not None:
        body["canonicalCode"] = said.canonical
    if not isinstance(refused, ProviderNotFound):  # the one body that the contract writes out in full
        body["traceId"] = call.id
    return Answer(said.status, body, {"x-trace-id": call.id})


def _of_upload(status: int, says: str, call: Call) -> Answer:
    return Answer(status, {"status": status, "message": says}, {"x-trace-id": call.id})

"""Bodies of what is said: sent, received, or logged (contracts/highlevel.md §6.4 to §6.7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from koine.dialects.highlevel.wire.bodies import Id, Shape
from koine.dialects.reading import Text

SENT = Literal["SMS", "RCS", "Email", "WhatsApp", "IG", "FB", "Custom", "Live_Chat", "TIKTOK", "InternalComment"]
RECEIVED = Literal[
    "SMS",
    "RCS",
    "Email",
    "WhatsApp",
    "GMB",
    "IG",
    "FB",
    "Custom",
    "WebChat",
    "Live_Chat",
    "Call",
    "IVR_Call",
    "Campaign_Call",
    "Campaign_VoiceMail",
    "TIKTOK",
    "ALL_IN_ONE_CHAT",
    "FORM_SUBMISSION",
]
Written = Literal["delivered", "failed", "pending", "read"]
CallStatus = Literal["pending", "completed", "answered", "busy", "no-answer", "failed", "canceled", "voicemail"]

_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


def _second(at: float) -> float:
    if not 0 <= at < _LATEST:
        raise PydanticCustomError("malformed", "must be a UTC timestamp in seconds")
    return at


def _moment(given: Any) -> Any:
    if not isinstance(given, str):
        raise PydanticCustomError("wrong_type", "is no string")
    try:
        at = datetime.fromisoformat(given)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("malformed", "must be a valid ISO 8601 date string") from None


Moment = Annotated[datetime, BeforeValidator(_moment)]


class Forward(Shape):
    """An e-mail that is passed on. `message_id` is needed for that."""

    is_forwarded: bool
    forward_whole_thread: bool | None = None
    message_id: Text | None = None
    email_message_id: Text | None = None
    source_contact_id: Text | None = None
    source_conversation_id: Text | None = None
    to_email: Text | None = None
    recipient_contact_id: Text | None = None
    recipient_conversation_id: Text | None = None


class Content(Shape):
    """What sent and received messages share."""

    message: Text | None = None
    html: Text | None = None
    subject: Text | None = None
    email_from: Text | None = None
    email_to: Text | None = None
    email_cc: list[Text] | None = None
    email_bcc: list[Text] | None = None
    attachments: list[Text] | None = None
    conversation_provider_id: Text | None = None


class NewMessage(Content):
    """`POST /conversations/messages`. Null is the same as not there."""

    type: SENT
    contact_id: Id
    status: Written | None = None
    reply_message_id: Text | None = None
    thread_id: Text | None = None
    scheduled_timestamp: Annotated[float, AfterValidator(_second)] | None = None
    from_number: Text | None = None
    to_number: Text | None = None
    email_reply_mode: Literal["reply", "reply_all"] | None = None
    forward: Forward | None = None
    optimization_period: Literal["24h", "48h", "72h"] | None = None
    uses_native_scheduling_ai: Annotated[bool | None, Field(alias="usesNativeSchedulingAi")] = None
    mentions: list[Text] | None = None
    user_id: Text | None = None


class Sentence(Shape):
    """Something that was said in a call, in the words in which it is read; times in milliseconds since it began."""

    transcript: Text
    media_channel: Annotated[int | None, Field(ge=1, lt=100)] = None
    speaker: Annotated[int | None, Field(ge=0, lt=99)] = None
    start_time: Annotated[float, Field(ge=0)] = 0.0
    end_time: Annotated[float, Field(ge=0)] = 0.0
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0

    @property
    def kept(self) -> dict[str, Any]:
        """As it is kept."""
        channel = self.media_channel or (1 if self.speaker is None else self.speaker + 1)
        times = {"start": _plain(self.start_time), "end": _plain(self.end_time)}
        return {"channel": channel, **times, "text": self.transcript, "confidence": _plain(self.confidence)}


def _plain(number: float) -> float:
    return int(number) if number.is_integer() else number


Transcription = Annotated[list[Sentence], Field(max_length=10_000)]


class CallData(Shape):
    """Who called whom, and (of our own) what was said."""

    to: Text | None = None
    from_: Annotated[Text | None, Field(alias="from")] = None
    status: CallStatus | None = None
    transcription: Transcription | None = None


class Brought(Content):
    """What inbound messages and logged calls share: either of the two ids is enough."""

    conversation_id: Id | None = None
    contact_id: Id | None = None
    alt_id: Text | None = None
    date: Moment | None = None
    call: CallData | None = None

    @property
    def given(self) -> dict[str, Any]:
        """What is to be remembered of a call."""
        left = {"transcription"}
        return {} if self.call is None else self.call.model_dump(by_alias=True, exclude_none=True, exclude=left)

    @property
    def transcription(self) -> list[dict[str, Any]]:
        """What was said in a call."""
        return [] if self.call is None else [each.kept for each in self.call.transcription or ()]


class InboundMessage(Brought):
    """`POST /conversations/messages/inbound`."""

    type: RECEIVED
    email_message_id: Text | None = None
    direction: Literal["inbound", "outbound"] | None = None


class OutboundCall(Brought):
    """`POST /conversations/messages/outbound`."""

    type: Literal["Call"]
    conversation_provider_id: Id


class Failure(Shape):
    """Why a provider could not deliver."""

    code: Text | None = None
    type: Text | None = None
    message: Text | None = None


class Outcome(Shape):
    """What became of an e-mail at one address."""

    email_id: Id
    status: Text
    fail_reason: Text | None = None


class NewStatus(Shape):
    """`PUT /conversations/messages/{messageId}/status`."""

    status: Written
    error: Failure | None = None
    email_message_id: Text | None = None
    recipients: list[Outcome | Text] | None = None


class NewAttachments(Shape):
    """`PUT /conversations/messages/{messageId}/attachments`."""

    attachments: Annotated[list[Text], Field(max_length=5)]
    transcription: Transcription | None = None  # of our own


class ReviewReply(Shape):
    """`POST /conversations/messages/review-reply`."""

    conversation_id: Id
    location_id: Id
    message: Id


Count = Annotated[int, Field(ge=0, lt=2**53)]
EmailState = Literal[
    "pending",
    "scheduled",
    "sent",
    "delivered",
    "read",
    "undelivered",
    "connected",
    "failed",
    "opened",
    "clicked",
]


class EmailEvents(Shape):
    """How often each thing happened to an e-mail."""

    delivered: Count | None = None
    opened: Count | None = None
    clicked: Count | None = None
    replied: Count | None = None
    failed: Count | None = None
    accepted: Count | None = None
    rejected: Count | None = None
    unsubscribed: Count | None = None
    complained: Count | None = None
    stored: Count | None = None


class EmailOutcome(Shape):
    """What became of an e-mail at one address, in v3's words."""

    email_id: Id
    status: EmailState
    fail_reason: Text | None = None


class NewEmailStatus(Shape):
    """`PUT /conversations/messages/email/{id}/status`."""

    status: EmailState
    events: EmailEvents | None = None
    recipients: list[EmailOutcome] | None = None


class Typing(Shape):
    """`POST /conversations/providers/live-chat/typing`; the contract has `isTyping` both ways."""

    location_id: Id
    is_typing: Literal["true", "false"] | bool
    visitor_id: Id
    conversation_id: Id

    @property
    def types(self) -> bool:
        """Whether somebody types now."""
        return self.is_typing in (True, "true")

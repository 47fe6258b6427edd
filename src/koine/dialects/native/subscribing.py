"""The shapes of webhooks: what is asked for, and what is shown of them and of their log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from koine.core.webhooks import addresses, webhooks
from koine.core.webhooks import model as core
from koine.core.webhooks.webhooks import Issued as CoreIssued
from koine.dialects.native import ids, wire
from koine.dialects.native.parameters import single
from koine.dialects.native.wire import Json
from koine.dialects.reading import FilledText, Text

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _in_our_time(at: datetime) -> datetime:
    if not _EARLIEST <= at < _LATEST:
        raise PydanticCustomError("not_allowed", "It is too far from now.")
    return at


_Time = Annotated[AwareDatetime, AfterValidator(_in_our_time)]


class Body(BaseModel):
    """What the bodies of requests have in common."""

    model_config = ConfigDict(strict=True, extra="forbid")


class NewWebhook(Body):
    """Somebody who is to be told what happens."""

    url: FilledText = Field(
        max_length=addresses.LONGEST, description="https://, and a public address unless the server allows others."
    )
    events: list[Text] | None = Field(
        default=None, min_length=1, max_length=100, description="Kinds of event; null: all, also those to come."
    )
    scope: Literal["workspace", "account"] = Field(
        default="workspace",
        description="`account`: all its workspaces, also those to come; needs a token of all of it.",
    )
    workspace_id: UUID | None = Field(default=None, description="Needed where the token opens more than one.")
    dialect: Text = Field(default="native", max_length=50, description="Whose shapes and signature it wants.")
    name: Text = Field(default="", max_length=webhooks.LONGEST_NAME, description="What people call it.")


class Replay(Body):
    """What is to be delivered again: what has this id, or a stretch of time."""

    id: UUID | None = Field(default=None, description="The id of a delivery, or of an event, for all that tell of it.")
    since: _Time | None = Field(default=None, description="What happened from then on, delivered before or not.")
    until: _Time | None = Field(default=None, description="And before then; null: until now.")


class LogParameters(wire.Shape):
    """Which part of the log."""

    limit: Annotated[int, single(ids.position)] = Field(default=50, ge=1, le=200, description="How many tries.")
    before: Annotated[int, single(ids.position)] | None = Field(default=None, description="The `next` of a page.")
    delivery: Annotated[UUID, single(ids.uuid)] | None = Field(default=None, description="Only those of this delivery.")


class Webhook(wire.Shape):
    """Somebody who is told what happens."""

    id: UUID
    name: str
    url: str
    dialect: str
    workspace_id: UUID | None = Field(description="Null: all of the account.")
    events: list[str] | None = Field(description="Null: all.")
    public_keys: list[str] = Field(
        description="Ed25519, where the dialect signs so; two of them for a day after a rotation, the newest first."
    )
    rotated_until: datetime | None = Field(description="Until then the secret before the newest one is good too.")
    failures: int = Field(description="Tries that failed since the last one that did not.")
    failing_since: datetime | None
    paused_until: datetime | None = Field(description="Until then nothing is tried, because so much failed.")
    disabled_at: datetime | None
    disabled_because: core.DisabledBecause | None
    created_at: datetime


class Issued(Webhook):
    """With its secret, which is shown this once."""

    secret: str | None = Field(description="Null: a public key is all that its dialect has.")


class Webhooks(wire.Shape):
    """All that the token may manage, oldest first."""

    webhooks: list[Webhook]


class Try(wire.Shape):
    """One try of one delivery."""

    delivery_id: UUID = Field(description="What the receiver knows it by: `webhook-id`.")
    event_id: UUID | None = Field(description="Null: a test, or an event that is kept no longer.")
    event: str = Field(description="Its kind.")
    part: str = Field(description="Of what its dialect tells of the event; empty where that is told all at once.")
    workspace_id: UUID
    number: int = Field(description="Of the tries of this delivery, since it was asked for last.")
    status: int | None = Field(description="Null: no answer came.")
    error: str | None = Field(description="Why there was none.")
    answer: str = Field(description="Its first 1,024 bytes; what is no plain text is escaped as in `\\n` or `\\x1b`.")
    took: int = Field(description="Milliseconds.")
    tried_at: datetime
    state: core.DeliveryState = Field(description="Of the delivery, now.")
    next_try_at: datetime | None


class Log(wire.Shape):
    """Tries, the newest first."""

    tries: list[Try]
    next: str | None = Field(description="What to ask `before`, for older ones; null: there are none.")


class Asked(wire.Shape):
    """What will be delivered; `koine webhook log` and the log say what became of it."""

    delivery_id: UUID | None = Field(default=None, description="Where there is one, of a test or what an id names.")
    count: int = Field(description="How many deliveries.")


def webhook(shown: core.Webhook, shape: core.Shape) -> Json:
    """A webhook without its secret."""
    return {
        "id": str(shown.uuid),
        "name": shown.name,
        "url": shown.url,
        "dialect": shown.dialect,
        "workspace_id": None if shown.workspace_uuid is None else str(shown.workspace_uuid),
        "events": None if shown.kinds is None else list(shown.kinds),
        "public_keys": [known for key in shown.public_keys if (known := shape.public_key(key))],
        "rotated_until": _time(shown.old_until),
        "failures": shown.failures,
        "failing_since": _time(shown.failing_since),
        "paused_until": _time(shown.paused_until),
        "disabled_at": _time(shown.disabled_at),
        "disabled_because": shown.disabled_because,
        "created_at": wire.time(shown.created_at),
    }


def issued(made: CoreIssued, shape: core.Shape) -> Json:
    """A webhook with its new secret beside its id."""
    shown = webhook(made.webhook, shape)
    return {"id": shown.pop("id"), "secret": shape.secret(made.keys), **shown}


def asked(deliveries: Sequence[UUID]) -> Json:
    """What will be delivered because it was named."""
    return {"delivery_id": str(deliveries[0]) if len(deliveries) == 1 else None, "count": len(deliveries)}


def log(tries: Sequence[core.Try], *, more: bool) -> Json:
    """A page of the log."""
    return {"tries": [_try(each) for each in tries], "next": str(tries[-1].id) if more else None}


def _try(tried: core.Try) -> Json:
    return {
        "delivery_id": str(tried.delivery),
        "event_id": None if tried.event is None else str(tried.event),
        "event": tried.kind,
        "part": tried.part,
        "workspace_id": str(tried.workspace_id),
        "number": tried.number,
        "status": tried.status,
        "error": tried.error,
        "answer": tried.answer,
        "took": tried.took,
        "tried_at": wire.time(tried.tried_at),
        "state": tried.state,
        "next_try_at": _time(tried.next_try),
    }


def _time(at: datetime | None) -> Any:
    return None if at is None else wire.time(at)

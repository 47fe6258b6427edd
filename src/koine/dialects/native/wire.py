"""The shapes of the native API: classes from which the OpenAPI document is made, and the functions that write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from koine.core import events
from koine.core.actor import ActorKind
from koine.core.errors import ProblemKind
from koine.core.feed.model import FeedEvent
from koine.dialects.native import ids

Json = dict[str, Any]

KINDS = sorted(events.kinds())


class Shape(BaseModel):
    """What all shapes have in common: nothing is in them that is not declared."""

    model_config = ConfigDict(extra="forbid")


def left_out() -> Any:
    """A field that is left out where there is nothing to say; it is never null."""
    return Field(default=None, json_schema_extra=_without_default)


def _without_default(schema: Json) -> None:
    schema.pop("default", None)


class Actor(Shape):
    """Who did it. An app and Koine itself have no id."""

    kind: ActorKind
    id: UUID | None


class Event(Shape):
    """Something that happened in a workspace. What it is not about is left out."""

    position: int = Field(ge=1, le=ids.LAST_POSITION, description="Its place in the workspace's feed, without gaps.")
    id: UUID = Field(description="The same wherever and however often it is told.")
    kind: str = Field(description="More kinds may come.", examples=KINDS)
    workspace_id: UUID
    conversation_id: UUID = left_out()
    message_id: UUID = left_out()
    actor: Actor
    created_at: datetime
    data: Json = Field(description="What changed, by kind.")


class Page(Shape):
    """Some events in the order of their positions. There may be none although there is more."""

    events: list[Event]
    next: int = Field(ge=0, description="The position to ask after next.")
    more: bool = Field(description="Whether there is more already.")


class Error(Shape):
    """One thing that is wrong with a request."""

    kind: ProblemKind
    path: list[str | int] = Field(description="The parameter, or the way through the body.")
    detail: str
    limit: int | None = None


class Problem(BaseModel):
    """A refusal (RFC 9457)."""

    type: str = Field(description="`urn:koine:problem:` and the code.")
    title: str
    status: int
    code: str
    detail: str | None = None
    errors: list[Error] | None = Field(default=None, description="All that is wrong with the request.")
    oldest: int | None = Field(default=None, description="With `position_gone`: the lowest position to ask after.")
    instance: str


def event(happened: FeedEvent, data: Json) -> Json:
    """An event, with its data in the words of strangers."""
    shown: Json = {
        "position": happened.position,
        "id": str(happened.id),
        "kind": happened.kind,
        "workspace_id": str(happened.workspace.uuid),
    }
    if happened.conversation is not None:
        shown["conversation_id"] = str(happened.conversation.uuid)
    if happened.message is not None:
        shown["message_id"] = str(happened.message.uuid)
    actor = happened.actor
    shown["actor"] = {"kind": actor.kind, "id": None if actor.uuid is None else str(actor.uuid)}
    shown["created_at"] = time(happened.created_at)
    shown["data"] = data
    return shown


def page(shown: Sequence[Json], next: int, *, more: bool) -> Json:
    """A page of the feed."""
    return {"events": shown, "next": next, "more": more}


def time(at: datetime) -> str:
    """A time in UTC, to the microsecond."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")

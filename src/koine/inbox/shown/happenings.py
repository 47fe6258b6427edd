"""Events as the page draws them: what, when, who, about what, and all of it as a developer wants it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from koine.core.conversations import finding
from koine.core.feed.model import Doer, FeedEvent, Ref
from koine.core.users import agents
from koine.inbox.visit import Visit
from koine.postgres.database import Tx

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DOERS = {"user": "A person", "contact": "A contact", "app": "An app", "system": "Koine"}


@dataclass(frozen=True, slots=True)
class Happening:
    """An event. `number` is that of its conversation, `facts` the little of it that stands in one line."""

    position: int
    kind: str
    at: datetime
    who: str
    number: int | None
    facts: str
    whole: str

    @property
    def topic(self) -> str:
        """What it is about: the first half of its kind."""
        return self.kind.partition(".")[0]


async def read(tx: Tx, visit: Visit, events: Sequence[FeedEvent]) -> list[Happening]:
    """Events that somebody may see, with the names of who did it and the numbers of conversations."""
    people = [event.actor.id for event in events if event.actor.kind == "user" and event.actor.id is not None]
    names = await agents.names_of(tx, visit.here, people)
    ids = sorted({event.conversation.id for event in events if event.conversation is not None})
    numbers = {id: each.number for id, each in (await finding.by_ids(tx, visit.actor, ids)).items()} if ids else {}
    return [_happening(event, names, numbers) for event in events]


def _happening(event: FeedEvent, names: Mapping[int, str], numbers: Mapping[int, int]) -> Happening:
    about = event.conversation
    return Happening(
        event.position,
        event.kind,
        event.created_at,
        names.get(event.actor.id or 0, _DOERS[event.actor.kind]) if event.actor.kind == "user" else _who(event.actor),
        None if about is None else numbers.get(about.id),
        _line(event.data),
        json.dumps(_whole(event), indent=2, ensure_ascii=False, default=str),
    )


def _who(doer: Doer) -> str:
    return _DOERS[doer.kind]


def _line(data: Mapping[str, Any]) -> str:
    """What changed, in few words: from → to, else the values that are short."""
    if "from" in data and "to" in data and not isinstance(data["to"], dict | list):
        return f"{_said(data['from'])} → {_said(data['to'])}"
    short = {name: value for name, value in data.items() if not isinstance(value, dict | list) and not _is_id(value)}
    return ", ".join(f"{name.replace('_', ' ')}: {_said(value)}" for name, value in list(short.items())[:3])


def _is_id(value: Any) -> bool:
    """What says nothing to a reader: it is in the whole of the event."""
    return (isinstance(value, int) and not isinstance(value, bool)) or bool(_UUID.fullmatch(str(value)))


def _said(value: Any) -> str:
    text = "nothing" if value is None or value == "" else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _whole(event: FeedEvent) -> dict[str, Any]:
    return {
        "position": event.position,
        "id": str(event.id),
        "kind": event.kind,
        "created_at": event.created_at.isoformat(),
        "workspace_id": str(event.workspace.uuid),
        "conversation_id": _id(event.conversation),
        "message_id": _id(event.message),
        "contact_id": _id(event.contact),
        "actor": {"kind": event.actor.kind, "id": None if event.actor.uuid is None else str(event.actor.uuid)},
        "data": event.data,
    }


def _id(ref: Ref | None) -> str | None:
    return None if ref is None else str(ref.uuid)

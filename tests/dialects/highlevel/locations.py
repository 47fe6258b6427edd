"""A location as its integrations know it: by ids of twenty letters and digits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import httpx

from koine.core.identity import new_uuid
from koine.demo import Place
from koine.dialects.highlevel import ids


def headers(secret: str, version: str = "2021-07-28") -> dict[str, str]:
    """What every call needs."""
    return {"Authorization": f"Bearer {secret}", "Version": version}


def an_id_of_nobody() -> str:
    """An id as good as any, which names nothing."""
    return ids.write(new_uuid())


@dataclass(frozen=True, slots=True)
class Location:
    """A place of the world, and a client of its own."""

    place: Place
    http: httpx.AsyncClient

    @property
    def id(self) -> str:
        """Its id."""
        return ids.write(self.place.workspace.uuid)

    def contact(self, number: int = 0) -> str:
        """The id of one of its contacts, none of whom has a conversation."""
        return ids.write(self.place.contacts[number].uuid)

    async def open(self, contact: str | None = None, **options: Any) -> httpx.Response:
        """Create the conversation of a contact."""
        return await self.http.post("/conversations/", json=self.conversation(contact), **options)

    def conversation(self, contact: str | None = None) -> dict[str, str]:
        """The body that creates the conversation of a contact."""
        return {"locationId": self.id, "contactId": contact or self.contact()}


def without_trace(body: dict[str, Any]) -> dict[str, Any]:
    """A body without the id of the request, which has to be one."""
    uuid.UUID(body["traceId"])
    return {name: value for name, value in body.items() if name != "traceId"}

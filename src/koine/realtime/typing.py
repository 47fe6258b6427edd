"""What contracts say of somebody who types (contracts/highlevel.md §6.12), for those who look at it in the inbox."""

from __future__ import annotations

import orjson

from koine.core.conversations.typing import CHANNEL
from koine.postgres.notices import Notices
from koine.realtime.presence import Presence

NAMELESS = "An app"  # the contract does not say who it is


class Typing:
    """Hears the whispers of all processes and passes them to the presence of this one."""

    def __init__(self, notices: Notices, presence: Presence) -> None:
        self._notices = notices
        self._presence = presence

    def open(self) -> None:
        """Begin to hear."""
        self._notices.hear(CHANNEL, self._heard)

    async def close(self) -> None:
        """Hear nothing more."""
        self._notices.unhear(CHANNEL, self._heard)

    def _heard(self, text: str) -> None:
        if not text:
            return
        told = orjson.loads(text)
        place = (told["workspace_id"], told["conversation_id"])
        self._presence.hint(place, NAMELESS, writes=told["typing"])

"""A place kept for the dialect."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.errors import Refused, Unauthenticated
from koine.dialects.call import Answer, Call
from koine.dialects.dialect import Route


class Libredesk:
    """Nothing yet."""

    name = "libredesk"
    routes: Sequence[Route] = ()

    async def authenticate(self, call: Call) -> Actor:
        """Nobody."""
        raise Unauthenticated

    def refuse(self, refused: Refused, call: Call) -> Answer:
        """A refusal."""
        return Answer(400, {"message": refused.says})

    def fault(self, call: Call) -> Answer:
        """A fault."""
        return Answer(500, {})

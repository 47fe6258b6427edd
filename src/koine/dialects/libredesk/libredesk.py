"""The dialect as a whole: its endpoints, who calls, and how it refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from koine.core.actor import Actor
from koine.core.errors import Refused
from koine.core.limits.model import Allowance, Rate
from koine.dialects.call import Answer, Call
from koine.dialects.dialect import Route
from koine.dialects.libredesk import auth, errors
from koine.dialects.libredesk.routes import ROUTES


class Libredesk:
    """Libredesk 2.7 and the page of its API that describes creating a conversation."""

    name = "libredesk"
    routes: Sequence[Route] = ROUTES
    rates: Sequence[Rate] = ()
    trace: str | None = None

    async def authenticate(self, call: Call) -> Actor:
        """The agent whose API key is shown."""
        return await auth.authenticate(call)

    def counted(self, call: Call) -> str:
        """Each token for itself."""
        return f"token {call.actor.token_id}"

    def allowed(self, left: Sequence[Allowance]) -> Mapping[str, str]:
        """The contract has no headers for it."""
        return {}

    def refuse(self, refused: Refused, call: Call) -> Answer:
        """A refusal in Libredesk's envelope."""
        return errors.refuse(refused)

    def fault(self, call: Call) -> Answer:
        """A 500 in Libredesk's envelope."""
        return errors.fault()

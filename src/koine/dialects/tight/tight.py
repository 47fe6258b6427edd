"""The dialect as a whole: its endpoints, who calls, and how it refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from koine.core.actor import Actor
from koine.core.errors import Refused
from koine.core.limits.model import Allowance
from koine.dialects.call import Answer, Call
from koine.dialects.tight import auth, errors, inferred
from koine.dialects.tight.routes import ROUTES


class Tight:
    """Tight v6, conversations and messages."""

    name = "tight"
    routes = ROUTES
    rates = inferred.RATES
    trace: str | None = None

    async def authenticate(self, call: Call) -> Actor:
        """The user or the partner whose access token it is. Raises Unauthenticated."""
        return await auth.actor(call)

    def counted(self, call: Call) -> str:
        """Each token for itself."""
        return f"token {call.actor.token_id}"

    def allowed(self, left: Sequence[Allowance]) -> Mapping[str, str]:
        """The contract has no headers for it."""
        return {}

    def refuse(self, refused: Refused, call: Call) -> Answer:
        """A refusal in the envelope."""
        return errors.refuse(refused)

    def fault(self, call: Call) -> Answer:
        """A 500 in the envelope, which tells nothing."""
        return errors.fault()

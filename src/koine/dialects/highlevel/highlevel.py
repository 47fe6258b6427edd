"""The dialect as a whole: its endpoints, who calls, and how it refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from koine.core.actor import Actor
from koine.core.errors import Refused
from koine.core.limits.model import Allowance, Rate
from koine.dialects.call import Answer, Call
from koine.dialects.dialect import Route
from koine.dialects.highlevel import auth, errors, limits
from koine.dialects.highlevel.routes import ROUTES


class HighLevel:
    """Conversations and contacts of one location, for clients of `services.leadconnectorhq.com`."""

    name = "highlevel"
    routes: Sequence[Route] = ROUTES
    rates: Sequence[Rate] = limits.RATES
    trace: str | None = "x-trace-id"

    async def authenticate(self, call: Call) -> Actor:
        """Whoever's token is shown, for a version that is published. Raises Unauthenticated."""
        return await auth.authenticate(call)

    def counted(self, call: Call) -> str:
        """Each app, whatever its token, in each location and in the agency; a private token is an app of its own."""
        return f"app {call.actor.id} in {call.bearer.workspace_uuid}"

    def allowed(self, left: Sequence[Allowance]) -> Mapping[str, str]:
        """The contract's five headers, and one that its client reads besides."""
        return limits.headers(left)

    def refuse(self, refused: Refused, call: Call) -> Answer:
        """A refusal as NestJS writes it."""
        return errors.refuse(refused, call)

    def fault(self, call: Call) -> Answer:
        """A 500 that tells nothing."""
        return errors.fault(call)

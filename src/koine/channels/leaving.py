"""By which channel a message leaves, if by any.

There is one so far: a provider that takes messages at an address of its own. What no channel takes waits as `pending`.
"""

from __future__ import annotations

from dataclasses import dataclass

from koine.core.conversations.correspondence.model import Letter
from koine.core.providers import providers
from koine.core.providers.model import Provider
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class ByProvider:
    """It is handed over to somebody else's service at this address."""

    provider: Provider
    url: str


@dataclass(frozen=True, slots=True)
class Nowhere:
    """Whoever was to carry it is there no longer: it never will leave."""

    says: str = "Its provider is there no longer."


async def way(tx: Tx, letter: Letter) -> ByProvider | Nowhere | None:
    """How a message leaves; None when it does not: it came in, left before, or has nobody to carry it yet."""
    if letter.kind != "message" or letter.direction != "out" or letter.state != "pending" or letter.provider is None:
        return None
    provider = await providers.known(tx, letter.workspace_id, letter.provider)
    if provider is None or provider.deleted:
        return Nowhere()
    return None if provider.url is None else ByProvider(provider, provider.url)

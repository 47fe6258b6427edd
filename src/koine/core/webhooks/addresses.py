"""Whether an address is one that Koine delivers to, asked when somebody gives it; every try asks again."""

from __future__ import annotations

import asyncio

from koine.core.errors import Invalid, Problem, TooMany
from koine.core.webhooks.model import Gate
from koine.outgoing.failures import AddressRefused

LONGEST = 2_000  # characters
_PATIENCE = 5.0  # seconds for its name to be found
# Who asks holds a connection to the database meanwhile; with names that take long one could hold all of them.
_AT_ONCE = 3
_asking: set[object] = set()


async def must_be_good(gate: Gate, url: str) -> None:
    """Raise Invalid for an address to which nothing would be sent; TooMany while others wait for theirs to be found."""
    if len(_asking) >= _AT_ONCE:
        raise TooMany("Other addresses are being looked up. Try again in a moment.")
    us = object()
    _asking.add(us)
    try:
        async with asyncio.timeout(_PATIENCE):
            await gate.check(url)
    except AddressRefused as refused:
        raise Invalid(problems=[Problem("not_allowed", ("url",), refused.says)]) from None
    except TimeoutError:
        raise Invalid(problems=[Problem("not_allowed", ("url",), "its name could not be found")]) from None
    finally:
        _asking.discard(us)

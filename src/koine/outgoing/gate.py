"""Where an address leads now, and whether Koine goes there: asked when it is saved, and again at every attempt."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

from koine.outgoing import failures
from koine.outgoing.failures import AddressRefused, Unreachable
from koine.outgoing.networks import Address, Network, standing
from koine.outgoing.resolving import Resolver
from koine.outgoing.url import Url

MOST = 64  # addresses of one name

REFUSED = "it leads to an address that Koine does not send to"
ONLY = "only for networks that KOINE_OUTGOING_ALLOW names"


class Gate:
    """Asks once where a name leads, and opens when all of its addresses are good."""

    def __init__(self, allow: Sequence[Network], resolve: Resolver) -> None:
        self._allow = tuple(allow)
        self._resolve = resolve

    async def passed(self, where: Url) -> list[str]:
        """
        The addresses that may be connected to: all that there are, the best one first.

        Raises AddressRefused, or Unreachable when the name is not found.
        """
        never_public = _never_public(where)
        if never_public and not self._allow:
            raise AddressRefused(never_public)
        addresses = [where.literal] if where.literal else await self._resolved(where.host)
        standings = {standing(address, self._allow) for address in addresses}
        if "forbidden" in standings:
            raise AddressRefused(REFUSED)
        if never_public and "public" in standings:
            raise AddressRefused(never_public)
        return [str(address) for address in addresses]

    async def _resolved(self, name: str) -> list[Address]:
        try:
            found = await self._resolve(name)
        except OSError as failure:
            raise Unreachable(failures.NO_NAME) from failure
        if not found:
            raise Unreachable(failures.NO_NAME)
        if len(found) > MOST:
            raise AddressRefused("its name has too many addresses")
        try:
            return [ip_address(text) for text in found]
        except ValueError:
            raise AddressRefused(REFUSED) from None


def _never_public(where: Url) -> str | None:
    """Why this may only lead into an allowed network, where that is so."""
    if where.scheme == "http":
        return f"http:// is {ONLY}; elsewhere it has to be https://"
    if where.inside:
        return f"its name is one of an inner network, and those are {ONLY}"
    if where.port < 1024 and where.port != 443:
        return f"ports below 1024 other than 443 are {ONLY}"
    return None

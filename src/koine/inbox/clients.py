"""Where a request comes from, also when a proxy of ours hands it on."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import Request

Networks = Sequence[IPv4Network | IPv6Network]

_OF_ONE = 64  # bits of an IPv6 address that tell households apart; the rest a household chooses as it likes


def address(request: Request, proxies: Networks) -> str:
    """The address of the browser: what a proxy in one of these networks says it is, else whoever is connected.

    Of several that were handed on, the last one that is no proxy of ours counts: those before it anybody can make up.
    """
    peer = _read(request.client.host if request.client else "")
    if peer is None:
        return ""
    for said in reversed(",".join(request.headers.getlist("x-forwarded-for")).split(",")):
        if not _within(peer, proxies):
            break
        further = _read(said.strip())
        if further is None:
            break
        peer = further
    return str(peer)


def counted_as(address: str) -> str | None:
    """As whose a request from there is counted; None for this machine itself, where nobody else is."""
    found = _read(address)
    if found is None or found.is_loopback:
        return None
    return str(found) if found.version == 4 else str(ip_network((found, _OF_ONE), strict=False))


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _within(address: IPv4Address | IPv6Address, networks: Networks) -> bool:
    return any(address in network for network in networks if network.version == address.version)

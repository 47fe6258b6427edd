"""Which addresses Koine sends to: public ones, and those in the networks that the operator allowed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Literal

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Standing = Literal["public", "allowed", "forbidden"]

# IANA's special-purpose registries, multicast, and what is reserved: everything that is not some stranger's machine.
SPECIAL_4 = tuple(
    IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
# Of IPv6 only this is given to strangers; mapped, NAT64, unique-local, link-local and multicast addresses lie outside.
GLOBAL_6 = IPv6Network("2000::/3")
SPECIAL_6 = tuple(
    IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")  # Teredo, 6to4 …
)

# Where clouds hand a machine its own secrets. Some lie in networks that one allows as a whole, one is a public address.
METADATA: frozenset[Address] = frozenset(
    (
        *(IPv4Address("169.254.169.254"), IPv4Address("169.254.170.2"), IPv4Address("169.254.170.23")),
        *(IPv4Address("168.63.129.16"), IPv4Address("100.100.100.200"), IPv4Address("192.0.0.192")),
        *(IPv4Address("169.254.0.23"), IPv4Address("169.254.42.42"), IPv6Address("fd00:42::42")),
        *(IPv6Address("fd00:ec2::254"), IPv6Address("fd00:ec2::23"), IPv6Address("fd20:ce::254")),
    )
)

# Forms of IPv6 whose last 32 bits are an IPv4 address: compatible, mapped, translated, NAT64 (two prefixes).
CARRIERS = tuple(
    IPv6Network(network) for network in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
)
SIX_TO_FOUR = IPv6Network("2002::/16")
TEREDO = IPv6Network("2001::/32")
ISATAP = 0x5EFE


def standing(address: Address, allow: Sequence[Network]) -> Standing:
    """
    What Koine thinks of an address.

    A metadata address is allowed only by naming it exactly, for whoever allows 10.0.0.0/8 or fd00::/8 does not mean it.
    An IPv6 form that carries an IPv4 address is never public, and allowed only when what it carries may be reached too.
    """
    allowed = any(address in network for network in allow)
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return "forbidden"
        carried = _carried(address)
        if carried is not None:
            return "allowed" if allowed and standing(carried, allow) != "forbidden" else "forbidden"
    if address in METADATA:
        return "allowed" if any(network.num_addresses == 1 and address in network for network in allow) else "forbidden"
    if allowed:
        return "allowed"
    return "public" if _public(address) else "forbidden"


def _carried(address: IPv6Address) -> IPv4Address | None:
    number = int(address)
    if number <= 0xFFFF:  # `::` and `::1` are addresses of their own
        return None
    if (number >> 32) & 0xFDFFFFFF == ISATAP or _within(address, CARRIERS):
        return IPv4Address(number & 0xFFFFFFFF)
    if address in SIX_TO_FOUR:
        return IPv4Address((number >> 80) & 0xFFFFFFFF)
    if address in TEREDO:
        return IPv4Address(~number & 0xFFFFFFFF)
    return None


def _public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not _within(address, SPECIAL_4)
    return address in GLOBAL_6 and not _within(address, SPECIAL_6)


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)

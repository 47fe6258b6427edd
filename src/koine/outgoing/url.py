"""How the address of an endpoint may be written: so plainly that no two readers can disagree about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Literal

import idna

from koine.outgoing.failures import AddressRefused

LONGEST = 2048
PORTS = {"http": 80, "https": 443}

# No user name, no fragment, no backslash, no blank or control character, no percent sign in the host.
PLAIN = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<six>[0-9a-f:.]+)]|(?P<name>(?:[a-z0-9._-]|[^\x00-\x7f])+))"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<target>[/?][a-z0-9._~:/?@!$&'()*+,;=%|{}\[\]-]*)?",
    re.ASCII | re.IGNORECASE,
)
OTHER_DOTS = re.compile("[\u3002\uff0e\uff61]")  # IDNA reads them as dots
NAME = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")  # what some readers take for an IPv4 address

# Names that mean something only inside a network, and those under which clouds serve a machine its own secrets.
INSIDE = tuple(
    f".{name}"
    for name in (
        *("localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home", "home.arpa", "lan"),
        *("svc", "metadata.goog", "metadata.packet.net", "metadata.platformequinix.com", "metadata.tencentyun.com"),
    )
)


@dataclass(frozen=True, slots=True)
class Url:
    """An address that was written plainly. `host` is in lower case and ASCII, an IPv6 address without its brackets."""

    scheme: Literal["http", "https"]
    host: str
    port: int
    target: str
    literal: IPv4Address | IPv6Address | None

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def inside(self) -> bool:
        """The name is one that only inner networks know, so a public address behind it would be a mistake or a trap."""
        return self.literal is None and ("." not in self.host or f".{self.host}".endswith(INSIDE))


def read(text: str) -> Url:
    """`https://example.com/hook?a=b`; raises AddressRefused for what is not plainly one."""
    if len(text) > LONGEST:
        raise AddressRefused(f"an address has at most {LONGEST} characters")
    plain = PLAIN.fullmatch(text)
    if plain is None:
        raise AddressRefused(
            "this is not a plain address such as https://example.com/hook"
            " (without a user name, blanks, backslashes, # and characters to be percent-encoded)"
        )
    scheme: Literal["http", "https"] = "http" if plain["scheme"].lower() == "http" else "https"
    host, literal = _six(plain["six"]) if plain["six"] else _name(plain["name"])
    port = int(plain["port"] or PORTS[scheme])
    if not 0 < port < 65536:
        raise AddressRefused("a port is a number from 1 to 65535")
    target = plain["target"] or "/"
    return Url(scheme, host, port, target if target.startswith("/") else f"/{target}", literal)


def _six(text: str) -> tuple[str, IPv6Address]:
    try:
        address = IPv6Address(text)
    except ValueError:
        raise AddressRefused("what stands in brackets is not an IPv6 address") from None
    return address.compressed, address


def _name(text: str) -> tuple[str, IPv4Address | None]:
    name = text.lower() if text.isascii() else _in_ascii(text)
    if NUMBER.fullmatch(name):
        try:
            return name, IPv4Address(name)
        except ValueError:
            raise AddressRefused("an IPv4 address is written as four decimal numbers") from None
    if not NAME.fullmatch(name):
        raise AddressRefused("its host is not a name")
    return name, None


def _in_ascii(text: str) -> str:
    try:
        if OTHER_DOTS.search(text):
            raise UnicodeError
        return idna.encode(text.lower()).decode("ascii")
    except UnicodeError:
        raise AddressRefused("its host is not an international domain name") from None

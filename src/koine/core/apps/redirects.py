"""Where a browser may be sent back to with what an app was given: addresses that nobody on the way can read."""

from __future__ import annotations

from urllib.parse import urlsplit

LONGEST = 2_000  # characters
MOST = 20
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_UNSAFE = set(" \"'<>\\^`{|}\x7f;,")  # some of these are good in an address, and none in a header that lists addresses


def problem(uri: str) -> str | None:
    """Why an address will not do, in a sentence; None when it will."""
    if len(uri) > LONGEST:
        return f"It can have {LONGEST} characters at most."
    if not uri.isascii() or not uri.isprintable() or set(uri) & _UNSAFE:
        return "It has characters that must be escaped."
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "It is no address."
    if not host or parts.username is not None or parts.password is not None:
        return "It must name a host, and nobody who signs in there."
    if "#" in uri:
        return "It must not have a fragment."
    if parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK):
        return None
    return "It must begin with https://, or with http:// on this machine."


def origin(uri: str) -> str:
    """Scheme, host and port of an address that is good."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"

"""Why nothing was sent, or no answer came, in words for whoever set the address."""

from __future__ import annotations

import errno
import ssl


class AddressRefused(Exception):
    """Koine does not send to this address. `says` tells why, and nothing about the networks behind it."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


class Unreachable(Exception):
    """No whole answer came. `says` is short: what a log of tries shows, without the address that was tried."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


TIMED_OUT = "timed out"
NO_NAME = "its name could not be found"
CLOSED = "it closed the connection before its answer was whole"
NOT_HTTP = "its answer is not HTTP"
LONG_HEAD = "the head of its answer is too long"


def connecting(failure: OSError) -> Unreachable:
    """What a connection that did not come about is called."""
    match failure:
        case ssl.SSLCertVerificationError():
            return Unreachable(f"TLS failure: {failure.verify_message}".rstrip(".: "))
        case ssl.SSLError():
            return Unreachable("TLS failure")
        case ConnectionRefusedError():
            return Unreachable("connection refused")
        case TimeoutError():
            return Unreachable(TIMED_OUT)
        case ConnectionError():
            return Unreachable("it closed the connection")
        case _ if failure.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
            return Unreachable("there is no route to it")
    return Unreachable("could not connect")

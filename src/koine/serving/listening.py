"""The socket that clients come in by."""

from __future__ import annotations

import errno
import socket
from contextlib import suppress
from typing import Any

from koine.serving.failures import CannotListen

BACKLOG = 2048  # connections that may wait to be accepted


def opened(host: str, port: int) -> socket.socket:
    """A socket that listens; for port 0 the system chooses. Clients may connect from now on, and wait for an answer.

    Raises CannotListen.
    """
    family, address = _address(host, port)
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise CannotListen(_why(error, host, port)) from None
    return listening


def refuse(listening: socket.socket) -> None:
    """From now on nobody can connect, whoever else has the socket open: better than to connect and get no answer."""
    with suppress(OSError):
        listening.shutdown(socket.SHUT_RDWR)


def reachable(host: str) -> str:
    """A name that a client on this machine can use for a host that we listen on, as it is written in an address."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104  (recognised, not bound)
    return f"[{host}]" if ":" in host else host


def _address(host: str, port: int) -> tuple[socket.AddressFamily, Any]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise CannotListen(f"The host {host!r} is not known here. Use an address of this machine: --host.") from None
    family, _, _, _, address = found[0]
    return family, address


def _why(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} on {host} is in use. Choose another with --port (0: any free one), or stop its owner."
        case errno.EACCES:
            return f"You may not listen on port {port}. Choose one above 1023 with --port."
        case errno.EADDRNOTAVAIL:
            return f"The address {host} does not belong to this machine. Choose another with --host."
        case _:
            return f"Nothing can listen on {host}, port {port}: {error.strerror}."

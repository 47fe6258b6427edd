"""One of several processes that serve: it takes its orders from its parent's hands, and ends with its parent."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import socket
import sys
from contextlib import suppress

from koine.serving import orders

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve as ordered; say so on standard output when requests are answered."""
    told = orders.read(sys.stdin.buffer)
    _end_with(told.parent)

    from koine.serving import log, web
    from koine.serving.stopping import Stop, Stopped

    log.write_lines()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who tells us
    stop = Stop()
    stop.listen()
    try:
        with socket.socket(fileno=told.listening) as listening:
            web.serve(listening, told.serving, stop, ready=_say_ready, server=None)
    except Stopped:
        pass
    except Exception:
        logging.getLogger("koine").exception("a worker cannot serve")
        sys.exit(1)


def _say_ready() -> None:
    with suppress(OSError):  # the parent may be ending by now
        os.write(sys.stdout.fileno(), b"ready\n")


def _end_with(parent: int) -> None:
    """The kernel kills us when the parent ends, however it ends."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    main()

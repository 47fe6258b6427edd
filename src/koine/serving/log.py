"""The log on standard error: one line for each problem, without secrets and without anything that somebody wrote."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
import traceback
from types import TracebackType

_PLACES = 4


def write_lines() -> None:
    """Log problems to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    handler.addFilter(_is_no_cancellation)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # its warnings are about what strangers send
    logging.raiseExceptions = False  # a log that cannot be written is no reason to print somewhere else


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    """Requests that are cut off at the end are told of once, by their number, and not one by one."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


class OneLine(logging.Formatter):
    """When, how bad, and what. Of an exception its kind and where it was raised: its words may quote a message."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line; what could forge another line, or move a terminal's cursor, is escaped."""
        said = record.getMessage().strip()
        if record.exc_info and record.exc_info[1] is not None:
            said += f": {_told(record.exc_info[1])}"
        when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = f"{when}Z {record.levelname.lower()} {said}"
        return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in line)


def _told(error: BaseException) -> str:
    kind = type(error)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    detail = _detail(error)
    places = _places(error.__traceback__)
    told = name + (f" ({detail})" if detail else "") + (f" at {' < '.join(places)}" if places else "")
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told if cause is None else f"{told}; after {type(cause).__name__}"


def _detail(error: BaseException) -> str:
    """What can be said of it safely: the system's words, PostgreSQL's code and the constraint that was broken."""
    if isinstance(error, OSError):
        return error.strerror or ""
    known = (getattr(error, "sqlstate", None), getattr(error, "constraint_name", None))
    return " ".join(str(part) for part in known if part)


def _places(trace: TracebackType | None) -> list[str]:
    """Where it was raised, the innermost first: our own places, and the very last whosever it is."""
    frames = traceback.extract_tb(trace)
    ours = [frame for frame in frames[:-1] if "/koine/" in frame.filename]
    chosen = [*ours, *frames[-1:]][-_PLACES:]
    return [f"{_short(frame.filename)}:{frame.lineno}" for frame in reversed(chosen)]


def _short(file: str) -> str:
    return "/".join(file.split("/")[-2:])

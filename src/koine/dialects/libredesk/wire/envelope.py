"""The envelope around every answer, written as Go's encoder writes JSON (contracts/libredesk.md §2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from koine.dialects.call import Answer

# These stand in JSON only inside strings, so that replacing bytes is enough.
_ESCAPED = (
    (b"<", b"\\u003c"),
    (b">", b"\\u003e"),
    (b"&", b"\\u0026"),
    ("\u2028".encode(), b"\\u2028"),
    ("\u2029".encode(), b"\\u2029"),
)


def success(data: Any) -> Answer:
    """What went well: always 200, also for what was created."""
    return Answer(200, encode({"status": "success", "data": data}))


def failure(
    status: int, message: str, error_type: str, data: str | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """What did not; `data` is the decoder's text when a body could not be read."""
    body = {"status": "error", "message": message, "data": data, "error_type": error_type}
    return Answer(status, encode(body), headers or {})


def encode(value: Any) -> bytes:
    """JSON with times as RFC 3339 in UTC (`…Z`), and with <, >, & and the two line separators escaped."""
    encoded = orjson.dumps(value, option=orjson.OPT_UTC_Z)
    for character, escape in _ESCAPED:
        encoded = encoded.replace(character, escape)
    return encoded

"""One request and its answer on an open connection, with bounds on everything that the other side may say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import h11

from koine.outgoing import failures
from koine.outgoing.failures import Unreachable
from koine.outgoing.line import HEAD, Line
from koine.outgoing.url import Url

BODY = 64 * 1024  # bytes of an answer that are read
PARTS = 1024  # parts of one: a body of 65,536 chunks of a byte would keep the processor busy for a second
READ = 16 * 1024

OURS = {"host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect"}
OURS |= {"accept-encoding", "proxy-authorization", "proxy-connection"}

Answer = tuple[int, Mapping[str, str], bytes]


def written(url: Url, body: bytes, headers: Mapping[str, str]) -> h11.Request:
    """The head of a POST. Raises ValueError for headers that are not the caller's to set, or are none."""
    lower = {name.lower() for name in headers}
    if lower & OURS:
        raise ValueError(f"not for callers to set: {', '.join(sorted(lower & OURS))}")
    ours = [("Host", url.authority), ("Content-Length", str(len(body))), ("Accept-Encoding", "identity")]
    if "user-agent" not in lower:
        ours.append(("User-Agent", "Koine"))
    try:
        return h11.Request(method="POST", target=url.target, headers=[*ours, *headers.items()])
    except h11.LocalProtocolError as wrong:
        raise ValueError(str(wrong)) from wrong


async def exchange(line: Line, request: h11.Request, body: bytes) -> Answer:
    """
    Send, and read the answer: its status, its headers (names in lower case), the first 64 kB of its body.

    Raises Unreachable when the answer is not whole, or not HTTP.
    """
    http = line.http
    head, data, end = http.send(request), http.send(h11.Data(data=body)), http.send(h11.EndOfMessage())
    await line.send((head or b"") + (data or b"") + (end or b""))
    try:
        return await _answer(line)
    except h11.RemoteProtocolError as wrong:
        raise Unreachable(_called(wrong, ended=line.http.trailing_data[1])) from wrong


def reusable(line: Line) -> bool:
    """Both sides are done and mean to go on. What came after the answer would be taken for the answer to the next."""
    http = line.http
    if http.our_state is not h11.DONE or http.their_state is not h11.DONE or http.trailing_data != (b"", False):
        return False
    http.start_next_cycle()
    return line.fresh


async def _answer(line: Line) -> Answer:
    response: h11.Response | None = None
    body, parts, left = bytearray(), 0, HEAD
    while len(body) < BODY and parts < PARTS:
        event = line.http.next_event()
        if event is h11.NEED_DATA:
            if not left:
                break
            arrived = await line.receive(min(left, READ))
            left -= len(arrived)
            line.http.receive_data(arrived)
        elif isinstance(event, h11.Response):
            response, left = event, BODY + HEAD
        elif isinstance(event, h11.Data):
            body += event.data
            parts += 1
        elif isinstance(event, h11.EndOfMessage):
            break
        elif not isinstance(event, h11.InformationalResponse):
            raise Unreachable(failures.CLOSED)
    if response is None:
        raise Unreachable(failures.LONG_HEAD)
    return response.status_code, _headers(response.headers), bytes(body[:BODY])


def _headers(raw: Sequence[tuple[bytes, bytes]]) -> Mapping[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw:
        said = name.decode("ascii")
        headers[said] = f"{headers[said]}, {value.decode('latin-1')}" if said in headers else value.decode("latin-1")
    return headers


def _called(wrong: h11.RemoteProtocolError, *, ended: bool) -> str:
    if wrong.error_status_hint == 431:
        return failures.LONG_HEAD
    return failures.CLOSED if ended else failures.NOT_HTTP

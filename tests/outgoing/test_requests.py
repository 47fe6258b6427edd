"""What is sent: the request as it was asked for, once, by nobody else's way."""

from __future__ import annotations

import pytest

from koine.outgoing import Unreachable
from tests.outgoing.listeners import OK, says


async def test_the_request_is_sent_as_it_was_asked_for(receiving, outgoing):
    receiver = await receiving(says(OK))
    body = bytes(range(256)) * 1000
    await outgoing.post(f"{receiver.url}/../a%20b?c=d@e", body, {"Content-Type": "a/b", "webhook-id": "msg_1"})
    (sent,) = receiver.requests
    assert sent.line == "POST /hook/../a%20b?c=d@e HTTP/1.1"
    assert sent.body == body
    assert sent.headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "content-length": "256000",
        "accept-encoding": "identity",
        "user-agent": "Koine",
        "content-type": "a/b",
        "webhook-id": "msg_1",
    }


async def test_the_caller_may_name_another_agent(receiving, outgoing):
    receiver = await receiving(says(OK))
    await outgoing.post(receiver.url, b"", {"User-Agent": "Other"})
    assert receiver.requests[0].headers["user-agent"] == "Other"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "b\r\nX-C: d"},
        {"X-A": "b\nX-C: d"},
        {"X-A\r\nX-C": "d"},
        {"X-A": "b\0"},
        {"X A": "b"},
        {"": "b"},
        {"X-A": "\u00e9"},
        {"Host": "inner.example"},
        {"content-length": "0"},
        {"Transfer-Encoding": "chunked"},
        {"Connection": "upgrade"},
    ],
)
async def test_headers_cannot_smuggle(receiving, outgoing, headers):
    receiver = await receiving(says(OK))
    with pytest.raises(ValueError):  # noqa: PT011 - its words are for programmers
        await outgoing.post(receiver.url, b"{}", headers)
    assert receiver.connections == 0


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"])
async def test_no_proxy_is_taken_from_the_environment(canary, receiving, outgoing, monkeypatch, name):
    monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    receiver = await receiving(says(OK))
    assert (await outgoing.post(receiver.url, b"{}", {})).status == 200
    assert await canary.hits() == 0


async def test_no_cookie_is_remembered(receiving, outgoing):
    receiver = await receiving(says(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n"))
    for _ in range(2):
        await outgoing.post(receiver.url, b"{}", {})
    assert [sent.headers.get("cookie") for sent in receiver.requests] == [None, None]


async def test_nothing_is_sent_twice(receiving, outgoing):
    """Not even when the connection was a kept one, and the other side hung up on it."""
    receiver = await receiving(says(OK))
    await outgoing.post(receiver.url, b"1", {})
    receiver.behaves = says(b"", then_closes=True)
    with pytest.raises(Unreachable):
        await outgoing.post(receiver.url, b"2", {})
    assert receiver.connections == 1
    assert [sent.body for sent in receiver.requests] == [b"1", b"2"]

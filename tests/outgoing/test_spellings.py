"""However an inner address is written, nothing goes there: not directly, not by a redirect, not by a name."""

from __future__ import annotations

import asyncio
import urllib.parse
from ipaddress import IPv4Address

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from koine.outgoing import AddressRefused, Outgoing, url
from tests.outgoing.conftest import LOOPBACK, answers
from tests.outgoing.listeners import OK, says
from tests.outgoing.spellings import CARRYING, CROOKED, CROOKED_URLS, INNER


def _shown(text: str) -> str:
    return ascii(text)[:40]


async def _refused(client: Outgoing, address: str) -> None:
    with pytest.raises(AddressRefused):
        await client.check(address)
    with pytest.raises(AddressRefused):
        await client.post(address, b"{}", {})


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("host", [*INNER, *CARRYING, *CROOKED], ids=_shown)
async def test_no_spelling_of_an_inner_address_is_followed(canary, host, scheme):
    """Even a resolver that answers 127.0.0.1 to everything changes nothing."""
    async with Outgoing(resolver=answers("127.0.0.1")) as client:
        await _refused(client, f"{scheme}://{host}:{canary.port}/hook")
    assert await canary.hits() == 0


@pytest.mark.parametrize("host", [*CARRYING, *CROOKED], ids=_shown)
async def test_a_crooked_spelling_is_refused_even_of_an_allowed_address(canary, host):
    async with Outgoing(allow=LOOPBACK, resolver=answers("127.0.0.1")) as client:
        await _refused(client, f"http://{host}:{canary.port}/hook")
    assert await canary.hits() == 0


@pytest.mark.parametrize("crooked", CROOKED_URLS, ids=_shown)
async def test_what_two_readers_could_read_differently_is_refused(canary, crooked):
    async with Outgoing(allow=LOOPBACK, resolver=answers("127.0.0.1")) as client:
        await _refused(client, crooked.format(port=canary.port))
        await _refused(client, crooked.format(port=canary.port).replace("https", "http"))
    assert await canary.hits() == 0


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(canary, receiving, outgoing, status):
    """Also where the place it points to is allowed."""
    receiver = await receiving(says(OK))
    for host in ["127.0.0.1", "[::1]", "localhost", "example.com", *INNER, *CARRYING, *CROOKED]:
        for scheme in ("http://", "https://", "//"):
            place = urllib.parse.quote(f"{scheme}{host}:{canary.port}/", safe=":/[]@%\\", errors="replace").encode()
            answer = b"HTTP/1.1 %d Elsewhere\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, place)
            receiver.behaves = says(answer)
            reply = await outgoing.post(receiver.url, b"{}", {})
            assert (reply.status, reply.headers["location"]) == (status, place.decode())
    assert await canary.hits() == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "017700000001", "0", "localhost"])
async def test_a_client_that_does_not_look_would_have_met_the_canary(canary, host):
    _, writer = await asyncio.open_connection(host, canary.port)
    writer.close()
    assert await canary.hits() == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[0:0::1]", "localhost", "hooks.example", "a.localhost"])
async def test_an_allowed_address_is_met(canary, host):
    address = "::1" if "[" in host else "127.0.0.1"
    async with Outgoing(allow=LOOPBACK, resolver=answers(address)) as client:
        await client.check(f"http://{host}:{canary.port}/hook")
        assert await canary.hits() == 0
        assert (await client.post(f"http://{host}:{canary.port}/hook", b"{}", {})).status == 200
    assert await canary.hits() == 1


@pytest.mark.parametrize(
    ("written", "host", "port", "target"),
    [
        ("https://example.com", "example.com", 443, "/"),
        ("HTTPS://Example.COM:8443/A?b=%20c", "example.com", 8443, "/A?b=%20c"),
        ("https://example.com?a=b@c", "example.com", 443, "/?a=b@c"),
        ("https://b\u00fccher.example/", "xn--bcher-kva.example", 443, "/"),
        ("https://B\u00dcCHER.example/", "xn--bcher-kva.example", 443, "/"),
        ("https://93.184.215.14/", "93.184.215.14", 443, "/"),
        ("https://[2606:2800:21F:0::1]/", "2606:2800:21f::1", 443, "/"),
        ("http://my_service:8080/", "my_service", 8080, "/"),
        ("https://127.0.0.1.example.com/", "127.0.0.1.example.com", 443, "/"),
    ],
)
def test_a_plain_address_is_read(written, host, port, target):
    where = url.read(written)
    assert (where.host, where.port, where.target) == (host, port, target)


@pytest.mark.parametrize(
    ("written", "says_host"),
    [
        ("https://example.com/", "example.com"),
        ("https://example.com:443/", "example.com"),
        ("http://example.com:443/", "example.com:443"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://[::1]/", "[::1]"),
    ],
)
def test_the_host_header_names_a_port_only_where_it_is_not_the_usual_one(written, says_host):
    assert url.read(written).authority == says_host


PIECES = st.sampled_from(
    [
        "http",
        "https",
        "://",
        ":",
        "/",
        "//",
        "\\",
        "@",
        "#",
        "?",
        "%",
        "[",
        "]",
        ".",
        "127.0.0.1",
        "::1",
        "a",
        "1",
        "0x7f",
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join))
@example("https://a\n")
@example("https://xn--a/")
def test_what_is_read_is_read_the_same_by_others(text):
    try:
        where = url.read(text)
    except AddressRefused:
        return
    other = urllib.parse.urlsplit(text)
    assert (where.host.isascii(), where.host) == (True, where.host.lower())
    assert where.port == (other.port or url.PORTS[where.scheme])
    assert (other.username, other.password, other.fragment) == (None, None, "")
    if text.isascii() and where.literal is None:
        assert where.host == other.hostname


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1).map(IPv4Address), st.sampled_from(["{:d}", "{:#x}", "0{:o}"]))
def test_no_ipv4_address_is_read_from_a_number(address, spelling):
    with pytest.raises(AddressRefused):
        url.read(f"https://{spelling.format(int(address))}/")

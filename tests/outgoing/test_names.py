"""A name is resolved once for each attempt, all answers are checked, and the checked address is connected to."""

from __future__ import annotations

import asyncio
import itertools
import socket
import threading
from ipaddress import ip_network

import pytest

from koine.outgoing import AddressRefused, Outgoing, Unreachable
from koine.outgoing import client as client_module
from koine.outgoing.resolving import SystemResolver
from tests.outgoing.conftest import LOOPBACK, answers
from tests.outgoing.listeners import OK, Canary, free_port, says, until
from tests.outgoing.spellings import CARRYING, INNER

PUBLIC = ["93.184.215.14", "2606:2800:21f::1"]
FORBIDDEN = [text.strip("[]") for text in [*INNER, *CARRYING] if text[0] == "[" or text[0].isdigit()]
FORBIDDEN += ["::1%lo", "fe80::1%eth0", "not an address", "2130706433", "0x7f.1", ""]


class Changing:
    """A name server that says something else each time; the last answer stays."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, name: str) -> list[str]:
        self.asked.append(name)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize("forbidden", FORBIDDEN)
async def test_a_name_that_leads_inside_is_refused_in_whatever_form_it_answers(canary, forbidden):
    hook = f"https://hooks.example:{canary.port}/"
    for mixed in ([forbidden], [*PUBLIC, forbidden], [forbidden, *PUBLIC], [PUBLIC[0], forbidden, PUBLIC[1]]):
        async with Outgoing(resolver=answers(*mixed)) as client:
            with pytest.raises(AddressRefused):
                await client.check(hook)
            with pytest.raises(AddressRefused):
                await client.post(hook, b"{}", {})
    assert await canary.hits() == 0


async def test_one_forbidden_answer_among_allowed_ones_refuses_all(canary, receiving):
    """Neither family goes ahead: not the good address, and not the bad one."""
    receiver = await receiving(says(OK))
    async with Canary().listening("127.0.0.2", port=receiver.port) as beside:
        for mixed in itertools.permutations(["127.0.0.1", "127.0.0.2", "::1"]):
            async with Outgoing(allow=[ip_network("127.0.0.1"), ip_network("::1")], resolver=answers(*mixed)) as client:
                with pytest.raises(AddressRefused):
                    await client.post(f"http://hooks.example:{receiver.port}/", b"{}", {})
        assert await beside.hits() == 0
    assert receiver.connections == 0


@pytest.mark.parametrize("turned", ["127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1"])
async def test_a_name_that_was_public_when_saved_is_checked_again_at_every_attempt(canary, turned):
    names = Changing(PUBLIC, [turned])
    async with Outgoing(resolver=names) as client:
        await client.check(f"https://hooks.example:{canary.port}/")
        for _ in range(3):
            with pytest.raises(AddressRefused):
                await client.post(f"https://hooks.example:{canary.port}/", b"{}", {})
    assert len(names.asked) == 4
    assert await canary.hits() == 0


async def test_an_answer_that_changes_between_check_and_connect_is_never_asked_for(receiving):
    receiver = await receiving(says(OK))
    async with Canary().listening("127.0.0.2", port=receiver.port) as beside:
        names = Changing(["127.0.0.1"], ["127.0.0.2"])
        async with Outgoing(allow=[ip_network("127.0.0.1")], resolver=names) as client:
            assert (await client.post(f"http://hooks.example:{receiver.port}/", b"{}", {})).status == 200
            assert names.asked == ["hooks.example"]
            with pytest.raises(AddressRefused):
                await client.post(f"http://hooks.example:{receiver.port}/", b"{}", {})
        assert await beside.hits() == 0
    assert len(receiver.requests) == 1


async def test_the_canary_beside_is_met_where_it_is_allowed():
    async with Canary().listening("127.0.0.2", port=free_port()) as beside:
        async with Outgoing(allow=[ip_network("127.0.0.2")], resolver=answers("127.0.0.2")) as client:
            assert (await client.post(f"http://hooks.example:{beside.port}/", b"{}", {})).status == 200
        assert await beside.hits() == 1


async def test_connecting_asks_no_resolver(receiving, monkeypatch):
    receiver = await receiving(says(OK))

    def asked(*args: object, **named: object) -> None:
        raise AssertionError(args)

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", asked)
    async with Outgoing(allow=LOOPBACK, resolver=answers("127.0.0.1")) as client:
        assert (await client.post(f"http://hooks.example:{receiver.port}/", b"{}", {})).status == 200
        assert (await client.post(receiver.url, b"{}", {})).status == 200


async def test_an_address_is_not_resolved(receiving):
    receiver = await receiving(says(OK))
    names = Changing([])
    async with Outgoing(allow=LOOPBACK, resolver=names) as client:
        await client.check(receiver.url)
        await client.post(receiver.url, b"{}", {})
    assert names.asked == []


async def test_the_next_address_is_tried_when_one_does_not_answer(receiving):
    receiver = await receiving(says(OK))
    async with Outgoing(allow=LOOPBACK, resolver=answers("127.0.0.9", "::1", "127.0.0.1")) as client:
        assert (await client.post(f"http://hooks.example:{receiver.port}/", b"{}", {})).status == 200


async def test_an_address_that_hangs_has_its_turn_and_no_more(receiving, authority, monkeypatch):
    """Nobody accepts from that socket: its connection stands, and there is silence where TLS should begin."""
    monkeypatch.setattr(client_module, "TURN", 0.1)
    receiver = await receiving(says(OK), tls=authority.serving("hooks.example"))
    with socket.create_server(("127.0.0.2", receiver.port)):
        names, trust = answers("127.0.0.2", "127.0.0.1"), authority.trusting()
        async with Outgoing(allow=LOOPBACK, resolver=names, trust=trust) as client:
            assert (await client.post(f"https://hooks.example:{receiver.port}/", b"{}", {})).status == 200


async def test_a_name_with_countless_addresses_is_refused():
    async with Outgoing(resolver=answers(*(f"93.184.{number}.1" for number in range(65)))) as client:
        with pytest.raises(AddressRefused, match="too many"):
            await client.check("https://hooks.example/")


async def test_a_name_that_is_not_found_is_unreachable_and_not_saved():
    async def nowhere(name: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no")

    for resolver in (nowhere, answers()):
        async with Outgoing(resolver=resolver) as client:
            with pytest.raises(AddressRefused, match="could not be found"):
                await client.check("https://hooks.example/")
            with pytest.raises(Unreachable, match="could not be found"):
                await client.post("https://hooks.example/", b"{}", {})


async def test_this_machines_own_resolver_is_asked_by_default(canary, outgoing):
    assert "127.0.0.1" in await SystemResolver()("localhost")
    async with Outgoing() as client:
        with pytest.raises(AddressRefused):
            await client.check(f"https://localhost:{canary.port}/")


async def test_names_that_take_long_to_find_do_not_hold_up_others(monkeypatch):
    """With the threads that a loop has by itself they would."""
    ask, asked, released = socket.getaddrinfo, [], threading.Event()

    def slow(name, *rest, **named):
        if name.startswith("slow"):
            asked.append(name)
            released.wait()
        return ask("localhost", *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    resolver = SystemResolver()
    waiting = [asyncio.ensure_future(resolver(f"slow{number}")) for number in range(60)]
    try:
        await until(lambda: len(asked) == 60)
        assert await resolver("quick") != []
        assert not any(each.done() for each in waiting)
    finally:
        released.set()
        await asyncio.gather(*waiting)
        resolver.close()


@pytest.mark.parametrize(
    ("address", "resolved", "says"),
    [
        ("http://hooks.example/", "93.184.215.14", "https://"),
        ("http://93.184.215.14/", "93.184.215.14", "https://"),
        ("https://db.internal/", "93.184.215.14", "inner network"),
        ("https://db/", "93.184.215.14", "inner network"),
        ("https://hooks.example:25/", "93.184.215.14", "ports below 1024"),
        ("https://hooks.example:80/", "93.184.215.14", "ports below 1024"),
    ],
)
async def test_what_only_an_allowed_network_may_have_is_refused_of_a_public_address(address, resolved, says):
    for allow in ((), LOOPBACK):
        async with Outgoing(allow=allow, resolver=answers(resolved)) as client:
            with pytest.raises(AddressRefused, match=says):
                await client.check(address)
    async with Outgoing(allow=[ip_network(resolved)], resolver=answers(resolved)) as client:
        await client.check(address)


async def test_http_needs_every_address_to_be_allowed():
    async with Outgoing(allow=LOOPBACK, resolver=answers("127.0.0.1", *PUBLIC)) as client:
        await client.check("https://hooks.example/")
        with pytest.raises(AddressRefused):
            await client.check("http://hooks.example/")


@pytest.mark.parametrize("address", ["https://hooks.example/", "https://hooks.example:8443/a", "https://1.1.1.1/"])
async def test_a_public_https_address_is_good(address):
    async with Outgoing(resolver=answers(*PUBLIC)) as client:
        await client.check(address)

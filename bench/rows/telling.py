"""Webhooks: deliveries a second while a fifth of the addresses never answers, and how soon the others are told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random

from bench import requests
from bench.listening import child
from bench.load import granting
from bench.load.house import Street
from bench.measuring import Bench

WORKSPACES = 10
EACH = 20  # addresses of a workspace
SILENT = 4  # of them, which take a call and never answer
LEAST = 500  # deliveries a second, to those that answer
SOON = 2.0  # seconds
WARM_UP = 2.0  # seconds


def webhooks(bench: Bench) -> None:
    """Posts in several workspaces, each of which is told to all addresses of its workspace."""
    street, answering = bench.street(), EACH - SILENT
    sent = _posts(bench, street)
    bench.stack.again(KOINE_OUTGOING_ALLOW="127.0.0.0/8")
    whom = WORKSPACES * answering, WORKSPACES * SILENT
    with child.started("bench.listening.receivers", *whom) as receivers, _told(bench, street, receivers.said):
        rate = LEAST / answering * 1.02  # a little more than is to be delivered
        seconds = WARM_UP + bench.plan.seconds * 4
        count = round(rate * seconds)
        began, cpu = time.time() + WARM_UP, bench.stack.watched.cpu()
        bench.drive(sent[:count], once=True, rate=rate, connections=4, rounds=1, seconds=seconds + 60)
        ended = time.time()
        receivers.wait_for(count * answering)
        cpu = bench.stack.watched.cpu() - cpu
        heard = receivers.heard(began, ended)
    each = cpu.total / (count * answering) * 1e6
    times = f"p50 {heard.at(0.5):,.0f} ms, p99 {heard.at(0.99):,.0f} ms, slowest {heard.at(1):,.0f} ms"
    bench.add(
        "W",
        f"commit to receipt, {sum(whom)} addresses, {whom[1]} of them silent",
        f"{heard.rate:,.0f} deliveries/s, {times}; {each:,.0f} µs CPU each",
        f"≥ {LEAST}/s, p99 ≤ {SOON:g} s",
        heard.rate >= LEAST and heard.at(0.99) <= SOON * 1000,
        deliveries=len(heard.waits),
    )


def _posts(bench: Bench, street: Street) -> Sequence[bytes]:
    """Messages in the workspaces by turns."""
    tokens = [requests.tight_owner(bench.stack.base_url, street, number) for number in range(WORKSPACES)]
    random = Random(WORKSPACES)
    sent = []
    for number in range(10_000):
        place = street.places[number % WORKSPACES]
        conversation = random.randrange(place.first, place.last)
        sent.append(requests.tight_post(tokens[number % WORKSPACES], conversation))
    return sent


@contextmanager
def _told(bench: Bench, street: Street, ports: Sequence[int]) -> Iterator[None]:
    """Webhooks for all ports, shared out among the workspaces, for as long as they are needed."""
    made = []
    for number, place in enumerate(street.places[:WORKSPACES]):
        token = asyncio.run(granting.native_token(bench.stack.address, place.workspace_id))
        for port in ports[number::WORKSPACES]:
            url = f"http://127.0.0.1:{port}/"
            made.append((token, granting.webhook(bench.stack.base_url, token, url)))
    yield
    for token, id in made:
        granting.end_webhook(bench.stack.base_url, token, id)
    bench.stack.again()

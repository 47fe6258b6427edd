"""P1 to P4 again, with a webhook that is told of all that happens: who writes does not wait for who is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bench import requests
from bench.listening import child
from bench.listening.child import Child
from bench.load import granting
from bench.load.house import House
from bench.measuring import Bench, cost, told
from bench.rows.creating import BATCH, posts


def subscribed(bench: Bench) -> None:
    """Creates, batches, posts and queries in a workspace, once alone and once while somebody is told of each change."""
    house = bench.yard()
    bench.stack.again(KOINE_OUTGOING_ALLOW="127.0.0.0/8")
    token = bench.tight(house)
    work = {
        "create": ([requests.tight_create(token, first=number) for number in range(1000)], 16, 3000),
        "batch of 250": ([requests.tight_create(token, BATCH)], 4, 20_000 / BATCH),
        "post": (posts(token, house), 16, 3000),
        "query of 25": ([requests.tight_query(token, {"limit": 25})], 16, 1500),
    }
    alone = {name: bench.drive(sent, connections=many) for name, (sent, many, _) in work.items()}
    with child.started("bench.listening.receivers", 1, 0) as receiver, _told(bench, house, receiver):
        for name, (sent, many, least) in work.items():
            outcome = bench.drive(sent, connections=many)
            figure = f"{cost(outcome)}; alone {cost(alone[name])}"
            bench.add(
                "P1-4", f"{name}, with a webhook", figure, f"≥ {least:,.0f}/s", outcome.rate >= least, **told(outcome)
            )
    bench.stack.again()


@contextmanager
def _told(bench: Bench, house: House, receiver: Child) -> Iterator[None]:
    """A webhook of the house's workspace, for as long as it is needed."""
    token = asyncio.run(granting.native_token(bench.stack.address, house.usual.workspace_id))
    id = granting.webhook(bench.stack.base_url, token, f"http://127.0.0.1:{receiver.said[0]}/", events=None)
    yield
    granting.end_webhook(bench.stack.base_url, token, id)

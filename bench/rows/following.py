"""P7: how soon a thousand who follow the feed know of what happened, and what each of them takes."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlsplit

from bench.listening import child
from bench.listening.child import Child, Heard
from bench.load import granting
from bench.measuring import Bench
from bench.rows.creating import posts

FOLLOWERS = 1_000
POSTS = 4  # a second
SOON, SMALL = 100, 100  # ms, kB


def p7(bench: Bench) -> None:
    """Posts at a slow rate while all of them follow, in a server that was started for this."""
    house = bench.yard()
    token = asyncio.run(granting.native_token(bench.stack.address, house.usual.workspace_id))
    bench.stack.again()
    bench.drive(posts(bench.tight(house), house), rounds=1)
    time.sleep(bench.plan.seconds)  # until what that stirred up has settled
    where, before = urlsplit(bench.stack.base_url), _memory(bench)
    following = where.hostname, where.port, "/v1/events", token, FOLLOWERS
    with child.started("bench.listening.followers", *following) as followers:
        connected = _memory(bench) - before
        heard = _posted(bench, followers)
        after = _memory(bench) - before
    figure = f"p50 {heard.at(0.5):.0f} ms, p99 {heard.at(0.99):.0f} ms, slowest {heard.at(1):.0f} ms"
    work = f"commit to each of {FOLLOWERS:,} streams, {POSTS} posts/s"
    bench.add("P7", work, figure, f"p99 ≤ {SOON} ms", heard.at(0.99) <= SOON, receipts=len(heard.waits))
    figure = f"{connected:.0f} kB; {after:.0f} kB after {len(heard.waits) // FOLLOWERS} events"
    bench.add("P7", "memory of each stream", figure, f"≤ {SMALL} kB", max(connected, after) <= SMALL)


def _posted(bench: Bench, followers: Child) -> Heard:
    """What each of them heard of some posts. Raises RuntimeError when not all of them heard of all."""
    house = bench.yard()
    count = round(POSTS * bench.plan.seconds * 4)
    sent = posts(bench.tight(house), house, count)
    began = time.time()
    bench.drive(sent, once=True, rate=POSTS, connections=1, rounds=1, seconds=60)
    followers.wait_for(count * FOLLOWERS)
    return followers.heard(began, time.time())


def _memory(bench: Bench) -> float:
    """Of the server for each who follows, in kB. PostgreSQL's goes up and down with its connections, not with these."""
    return bench.stack.watched.memory()[0] / FOLLOWERS / 1000

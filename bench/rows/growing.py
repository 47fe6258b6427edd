"""P9: the same requests beside little and beside much."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench import requests
from bench.load.house import House
from bench.measuring import Bench
from bench.rows.creating import posts

FLAT = 1.3


def p9(bench: Bench) -> None:
    """Conversations in a workspace, workspaces, messages in a conversation."""
    small, large = bench.yard(), bench.house(bench.plan.sizes[-1])
    between = f"in a workspace with {small.size:,} / {large.size:,} conversations"
    _compare(bench, f"create {between}", *(_creates(bench, house) for house in (small, large)))
    _compare(bench, f"post {between}", *(posts(bench.tight(house), house) for house in (small, large)))
    _workspaces(bench, small)
    for work, request in _OF_ONE.items():
        few, many = (request(bench.tight(small), id) for id in (small.short, small.long))
        _compare(bench, f"{work} a conversation with 10 / 10,000 messages", [few], [many])


_OF_ONE: dict[str, Callable[[str, int], bytes]] = {
    "list the messages of": requests.tight_messages,
    "post to": requests.tight_post,
}


def _workspaces(bench: Bench, one: House) -> None:
    street = bench.street()
    count = len(street.owners)
    tokens = [requests.tight_owner(bench.stack.base_url, street, number) for number in range(count)]
    work = f"in 1 / {count:,} workspaces"
    _compare(bench, f"create {work}", _creates(bench, one), [requests.tight_create(token, first=1) for token in tokens])
    question = {"limit": 20}
    alone = requests.tight_query(bench.tight(one), question)
    _compare(bench, f"query {work}", [alone], [requests.tight_query(token, question) for token in tokens])


def _creates(bench: Bench, house: House) -> Sequence[bytes]:
    return [requests.tight_create(bench.tight(house), first=number) for number in range(1000)]


def _compare(bench: Bench, work: str, few: Sequence[bytes], many: Sequence[bytes]) -> None:
    """Taking turns, so that the machine is the same for both."""
    rounds = [(bench.drive(few, rounds=1), bench.drive(many, rounds=1)) for _ in range(bench.plan.rounds)]
    before, after = (min(outcome.cpu for outcome in side) for side in zip(*rounds, strict=True))
    growth = after / before
    figure = f"{before:,.0f} / {after:,.0f} µs CPU; x {growth:.2f}"
    bench.add("P9", work, figure, f"x ≤ {FLAT}", growth <= FLAT, few=before, many=after)

"""P1 to P3: creating a conversation in each dialect, creating by the batch, and posting."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

from bench import recording, requests
from bench.driver.job import Outcome
from bench.floor import Bare, Floor
from bench.load import filling
from bench.load.house import House
from bench.measuring import Bench, cost, told
from koine.core.actor import Actor
from koine.core.conversations import messages, opening
from koine.core.conversations.model import Opening, Posting, Said
from koine.core.permissions import ROLES

BATCH = 250


def p1(bench: Bench) -> None:
    """Create one conversation with its first message, through each dialect."""
    house = bench.yard()
    floor = bench.floor(create_alone(house, 1))
    for name, sent in _creates(bench, house).items():
        outcome = bench.drive(sent, once=name == "HighLevel")
        _add(bench, "P1", f"create through {name}", outcome, floor, least=3000, most=550, share=0.6)
    paced = bench.drive([requests.tight_create(bench.tight(house))], rate=1000)
    bench.add("P1", "create through Tight, 1,000 a second asked for", _times(paced), **told(paced))


def p2(bench: Bench) -> None:
    """Create conversations by the batch."""
    house = bench.yard()
    floor = bench.floor(create_alone(house, BATCH), connections=4)
    outcome = bench.drive([requests.tight_create(bench.tight(house), BATCH)], connections=4)
    rate = outcome.rate * BATCH
    figure = f"{rate:,.0f} conversations/s, {outcome.cpu / BATCH:,.1f} µs CPU each"
    if floor:
        figure += f"; pgbench {floor.rate * BATCH:,.0f}/s, {floor.postgres / BATCH:,.1f} µs"
    bench.add("P2", f"batches of {BATCH} through Tight", figure, "≥ 20,000/s", rate >= 20_000, **told(outcome))


def p3(bench: Bench) -> None:
    """Post one message, to one conversation of many."""
    house = bench.yard()
    outcome = bench.drive(posts(bench.tight(house), house))
    _add(bench, "P3", "post through Tight", outcome, bench.floor(post_alone(house)), least=3000)


def create_alone(house: House, count: int) -> Bare:
    """The statement that opens conversations, as Tight's requests lead to it."""
    opened = [
        Opening(house.usual.workspace_id, requests.SUBJECT, Said(requests.TEXT), entity=f"btxn_{number}")
        for number in range(count)
    ]
    act = recording.first_statement(lambda tx: opening.open(tx, _ada(house), opened))
    return Bare(asyncio.run(act), [house.usual.workspace_id], {})


def post_alone(house: House) -> Bare:
    """The statement that posts, for any conversation of the house."""
    posted = [Posting(house.usual.first, Said(requests.TEXT))]
    act = recording.first_statement(lambda tx: messages.post(tx, _ada(house), posted))
    sets = f"\\set c random({house.usual.first}, {house.usual.last - 1})\n"
    return Bare(asyncio.run(act), [house.usual.workspace_id], {1: ":c::bigint"}, sets)


def posts(token: str, house: House, count: int = 10_000) -> Sequence[bytes]:
    """Messages for conversations of the house, in no order."""
    random = Random(count)
    return [requests.tight_post(token, random.randrange(house.usual.first, house.usual.last)) for _ in range(count)]


def _creates(bench: Bench, house: House) -> dict[str, Sequence[bytes]]:
    """HighLevel has one conversation for a contact, so each of its requests needs another one."""
    place = house.usual
    fresh = asyncio.run(filling.contacts(bench.stack.address, place, bench.plan.once))
    return {
        "Tight": [requests.tight_create(bench.tight(house), first=number) for number in range(1000)],
        "HighLevel": [requests.highlevel_create(place.highlevel, place.uuid, uuid) for uuid, _ in fresh],
        "Libredesk": [requests.libredesk_create(house.libredesk, place.inbox_id, email) for _, email in fresh[:1000]],
    }


def _add(
    bench: Bench,
    row: str,
    work: str,
    outcome: Outcome,
    floor: Floor | None,
    *,
    least: int,
    most: float | None = None,
    share: float | None = None,
) -> None:
    figure, target, met = cost(outcome), f"≥ {least:,}/s", outcome.rate >= least
    if most:
        target, met = f"{target}, ≤ {most:,.0f} µs", met and outcome.cpu <= most
    if floor:
        reached = outcome.rate / floor.rate
        figure += f"; pgbench {floor.rate:,.0f}/s, {floor.postgres:,.0f} µs: {reached:.0%}"
        if share:
            target, met = f"{target}, ≥ {share:.0%} of pgbench", met and reached >= share
    bench.add(row, work, figure, target, met, **told(outcome), floor=floor and floor.rate)


def _times(outcome: Outcome) -> str:
    return f"{cost(outcome)}; p50 {outcome.p50:.1f} ms, p99 {outcome.p99:.1f} ms, slowest {outcome.slowest:.0f} ms"


def _ada(house: House) -> Actor:
    ada = house.people["ada"]
    access = {house.usual.workspace_id: ROLES["Owner"]}
    return Actor("user", ada.id, house.account_id, access, ada.external_id, ada.email, ada.name)

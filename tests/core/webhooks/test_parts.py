"""What is told of an event, in how many parts, and under which ids."""

from __future__ import annotations

import hashlib
from uuid import UUID

from koine.core.identity import new_uuid
from koine.core.webhooks import parts
from koine.dialects.native import webhooks as native
from koine.dialects.tight import webhooks as tight
from koine.postgres.database import Database


def test_a_dialect_with_one_part_tells_it_of_every_kind() -> None:
    assert parts.of({"native": native}) == [("native", "", None)]
    assert parts.kinds(native) is None


def test_a_dialect_with_several_tells_each_of_its_own_kinds_in_their_order() -> None:
    told = parts.of({"native": native, "tight": tight})
    assert told[0] == ("native", "", None)
    updates, life_cycle = (
        {kind for dialect, named, kind in told if (dialect, named) == ("tight", part)} for part in tight.parts()
    )
    assert life_cycle < updates == parts.kinds(tight)
    assert len(told) == 1 + len(updates) + len(life_cycle)
    assert [part for _, part, _ in told] == sorted((part for _, part, _ in told), key=["", *tight.parts()].index)


async def test_the_id_of_a_delivery_follows_from_the_webhook_the_event_and_the_part(database: Database) -> None:
    """With one part it follows from the other two alone, as it did before there were any."""
    webhook, event = new_uuid(), new_uuid()
    found = {}
    async with database.reading(()) as tx:
        for part in ("", *tight.parts()):
            found[part] = await tx.value("select delivery_uuid($1, $2, $3)", webhook, event, part)
    for part, id in found.items():
        digits = list(hashlib.sha256(webhook.bytes + event.bytes + part.encode()).hexdigest()[:32])
        digits[12] = digits[16] = "8"
        assert UUID("".join(digits)) == id
    assert len(set(found.values())) == 3

"""The custom attributes of conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations.handling import selection
from koine.core.conversations.store import handling as store
from koine.core.desk_events import ConversationAttributesChanged
from koine.core.errors import Invalid, Problem
from koine.postgres.database import Tx

LONGEST = 2000  # characters of one value


async def put(
    tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int], *, attributes: Mapping[str, str | float | bool | None]
) -> list[int]:
    """Set custom attributes that are defined for conversations, and take away those that are None; the ids of those
    that had others.

    Whoever may tag may do this. Raises PermissionMissing, ConversationNotFound, and Invalid for what is not defined or
    too long.
    """
    by.must("conversations:update_tags", workspace_id)
    known = set(await store.attribute_keys(tx, workspace_id))
    wrong = [Problem("not_found", ("attributes", key)) for key in attributes if key not in known]
    for key, value in attributes.items():
        if isinstance(value, str) and len(value) > LONGEST:
            wrong.append(Problem("too_long", ("attributes", key), limit=LONGEST))
    if wrong:
        raise Invalid(problems=wrong)
    found = await selection.hold(tx, by, workspace_id, ids)
    held = {each.id: (each, fields) for each in found if (fields := _changes(each.custom_attributes, attributes))}
    if held:
        await store.set_attributes(tx, workspace_id, list(held), attributes)
        changed = [
            ConversationAttributesChanged(*each.subject, data={"fields": fields}) for each, fields in held.values()
        ]
        await outbox.record(tx, by, *changed)
    return list(held)


def _changes(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    return sorted(key for key, value in wanted.items() if there.get(key) != value)

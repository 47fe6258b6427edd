"""The tags of conversations."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations.handling import activity, selection
from koine.core.conversations.handling.activity import Line
from koine.core.conversations.handling.selection import Held
from koine.core.conversations.store import tagging as store
from koine.core.desk_events import ConversationTagsChanged
from koine.core.errors import Invalid, Problem
from koine.core.tags import tags as furniture
from koine.postgres.database import Tx


async def add(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int], *, tags: Sequence[int]) -> list[int]:
    """Put tags of the workspace on conversations; the ids of those that lacked one.

    Raises PermissionMissing, ConversationNotFound, and Invalid for a tag that is not there.
    """
    held, names = await _held(tx, by, workspace_id, ids, tags)
    added = await store.add(tx, workspace_id, [each.id for each in held], list(names))
    return await _tell(tx, by, held, names, added, {})


async def remove(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int], *, tags: Sequence[int]) -> list[int]:
    """Take tags off conversations; the ids of those that had one. Raises as `add` does."""
    held, names = await _held(tx, by, workspace_id, ids, tags)
    removed = await store.remove(tx, workspace_id, [each.id for each in held], list(names))
    return await _tell(tx, by, held, names, {}, removed)


async def put(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int], *, tags: Sequence[int]) -> list[int]:
    """Give conversations exactly these tags; the ids of those that had others. Raises as `add` does."""
    held, _ = await _held(tx, by, workspace_id, ids, tags)
    names = {tag.id: tag.name for tag in await furniture.of_workspace(tx, workspace_id)}
    those = [each.id for each in held]
    removed = await store.remove(tx, workspace_id, those, [id for id in names if id not in set(tags)])
    added = await store.add(tx, workspace_id, those, sorted(set(tags)))
    return await _tell(tx, by, held, names, added, removed)


async def _held(
    tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int], tags: Sequence[int]
) -> tuple[list[Held], dict[int, str]]:
    """The conversations, and the tags with their names."""
    by.must("conversations:update_tags", workspace_id)
    there = {tag.id: tag.name for tag in await furniture.of_workspace(tx, workspace_id)}
    unknown = [number for number, id in enumerate(tags) if id not in there]
    if unknown:
        raise Invalid(problems=[Problem("not_found", ("tags", number)) for number in unknown])
    return await selection.hold(tx, by, workspace_id, ids), {id: there[id] for id in tags}


async def _tell(
    tx: Tx, by: Actor, held: Sequence[Held], names: dict[int, str], added: store.Pairs, removed: store.Pairs
) -> list[int]:
    changed = [each for each in held if added.get(each.id) or removed.get(each.id)]
    if not changed:
        return []
    lines, events = [], []
    for each in changed:
        told = {
            "added": sorted(names[id] for id in added.get(each.id, ())),
            "removed": sorted(names[id] for id in removed.get(each.id, ())),
        }
        lines.append(Line(each.id, "tags", _says(told), told))
        events.append(ConversationTagsChanged(*each.subject, data=told))
    await activity.tell(tx, by, changed[0].workspace_id, lines)
    await outbox.record(tx, by, *events)
    return [each.id for each in changed]


def _says(told: dict[str, list[str]]) -> str:
    parts = [
        f"{did} {', '.join(told[what])}" for did, what in (("added", "added"), ("removed", "removed")) if told[what]
    ]
    return f"{' and '.join(parts)}"

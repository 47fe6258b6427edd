"""Saved views: a question asked of all conversations, kept under a name, for oneself or for the whole workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations.queued import Sort
from koine.core.desk_events import ViewCreated, ViewDeleted, ViewUpdated
from koine.core.errors import Forbidden, Invalid, NotFound, Problem
from koine.core.identity import new_uuid
from koine.core.views import filters, store
from koine.core.views.model import Described, View
from koine.postgres.database import Row, Tx

LONGEST = 140  # characters of a name
MOST = 100  # views of one person, with those that are shared
SHARING = "conversations:read_all"  # whoever sees everything may say what everybody asks


class ViewNotFound(NotFound):
    """No such view, or somebody else's own."""

    code = "view_not_found"
    says = "There is no such view."


async def of_workspace(tx: Tx, by: Actor, workspace_id: int) -> list[View]:
    """The actor's own views, then those that are shared, in the order of the rail."""
    by.must("conversations:read", workspace_id)
    return [_view(row) for row in await store.of_user(tx, workspace_id, by.id if by.kind == "user" else None)]


async def find(tx: Tx, by: Actor, workspace_id: int, id: int) -> View:
    """Raises ViewNotFound when there is none, or it is somebody else's."""
    for view in await of_workspace(tx, by, workspace_id):
        if view.id == id:
            return view
    raise ViewNotFound


async def create(tx: Tx, by: Actor, workspace_id: int, described: Described) -> View:
    """Keep a question. For everybody only who sees everything.

    Raises PermissionMissing, Forbidden for who is no person, and Invalid.
    """
    by.must("conversations:read", workspace_id)
    if by.kind != "user" or by.id is None:
        raise Forbidden("Only people have views.")
    if described.shared:
        by.must(SHARING, workspace_id)
    kept = _checked(described)
    if len(await of_workspace(tx, by, workspace_id)) >= MOST:
        raise Invalid(problems=[Problem("too_long", ("views",), limit=MOST)])
    uuid, written = new_uuid(), filters.write(filters.read(kept.filters))
    values = (kept.name, written, kept.sort, kept.place)
    id = await store.insert(tx, workspace_id, uuid, by.id, *values, shared=kept.shared)
    told = {"view": str(uuid), "name": kept.name, "shared": kept.shared}
    await outbox.record(tx, by, ViewCreated(workspace_id, data=told))
    return await find(tx, by, workspace_id, id)


async def update(tx: Tx, by: Actor, view: View, described: Described) -> View:
    """Ask otherwise, or call it otherwise. Somebody else's that is shared, only who sees everything.

    Raises PermissionMissing and Invalid.
    """
    _must_own(by, view)
    if described.shared and not view.shared:
        by.must(SHARING, view.workspace_id)
    kept = _checked(described)
    after = replace(
        view,
        name=kept.name,
        filters=filters.read(kept.filters),
        sort=kept.sort,
        shared=kept.shared,
        place=kept.place,
    )
    changed = [name for name in _FIELDS if getattr(view, name) != getattr(after, name)]
    if changed:
        values = (after.name, filters.write(after.filters), after.sort, after.place)
        await store.update(tx, view.workspace_id, view.id, *values, shared=after.shared)
        told = {"view": str(view.uuid), "fields": changed}
        await outbox.record(tx, by, ViewUpdated(view.workspace_id, data=told))
    return after


async def delete(tx: Tx, by: Actor, view: View) -> None:
    """Keep it no longer. Raises PermissionMissing as `update` does."""
    _must_own(by, view)
    await store.delete(tx, view.workspace_id, view.id)
    told = {"view": str(view.uuid), "name": view.name}
    await outbox.record(tx, by, ViewDeleted(view.workspace_id, data=told))


async def reorder(tx: Tx, by: Actor, workspace_id: int, ids: Sequence[int]) -> None:
    """Put the actor's own views into this order; those that are not among the ids, and others', stay where they are."""
    own = {view.id: view for view in await of_workspace(tx, by, workspace_id) if _is_own(by, view)}
    wanted = [id for id in dict.fromkeys(ids) if id in own]
    moved = [own[id] for place, id in enumerate(wanted, 1) if own[id].place != place]
    if moved:
        await store.reorder(tx, workspace_id, wanted)
        told = [{"view": str(view.uuid), "fields": ["place"]} for view in moved]
        await outbox.record(tx, by, *(ViewUpdated(workspace_id, data=data) for data in told))


_FIELDS = ("name", "filters", "sort", "shared", "place")


def _is_own(by: Actor, view: View) -> bool:
    return by.kind == "user" and view.owner_id == by.id


def _must_own(by: Actor, view: View) -> None:
    if not _is_own(by, view):
        by.must(SHARING, view.workspace_id)


def _checked(described: Described) -> Described:
    """With its name trimmed; whatever else is wrong is said at once with what is wrong with the filters."""
    name, wrong = described.name.strip(), []
    if not name:
        wrong.append(Problem("missing", ("name",)))
    if len(name) > LONGEST:
        wrong.append(Problem("too_long", ("name",), limit=LONGEST))
    if described.sort not in get_args(Sort):
        wrong.append(Problem("not_allowed", ("sort",)))
    try:
        filters.read(described.filters)
    except Invalid as refused:
        wrong += refused.problems
    if wrong:
        raise Invalid(problems=wrong)
    return replace(described, name=name)


def _view(row: Row) -> View:
    return View(**{**row, "filters": filters.read(row["filters"])})

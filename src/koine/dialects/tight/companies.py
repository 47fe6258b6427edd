"""Which company a new conversation belongs to (contracts/tight.md §6.3): a company is a workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from koine.core.actor import Actor
from koine.core.conversations import entities
from koine.core.errors import Problem
from koine.dialects.tight import ids
from koine.postgres.database import Tx

_FIELD = ("attachedEntityId",)


async def of_new(tx: Tx, by: Actor, attached: Sequence[str | None]) -> list[int | Problem]:
    """The workspace for each conversation that is to be about one of these entities, or what is wrong with it.

    The caller's only company; else the company that the entity is, or in which alone it is talked about already.
    """
    asked = {entity for entity in attached if entity is not None and not ids.names_company(entity)}
    known = await entities.workspaces(tx, by, sorted(asked)) if asked and len(by.access) > 1 else {}
    only = next(iter(by.access)) if len(by.access) == 1 else None
    return [_of_new(by, entity, only, known) for entity in attached]


def fits(entity: str, workspace_id: int) -> bool:
    """Whether a conversation of a company may be about an entity: about anything but another company."""
    return not ids.names_company(entity) or ids.read_company(entity) == workspace_id


def _of_new(by: Actor, entity: str | None, only: int | None, known: Mapping[str, Sequence[int]]) -> int | Problem:
    if entity is not None and ids.names_company(entity):
        named = ids.read_company(entity)
        return named if named is not None and named in by.access else Problem("not_found", _FIELD)
    if only is not None:
        return only
    places = known.get(entity, ()) if entity is not None else ()
    return places[0] if len(places) == 1 else Problem("missing", _FIELD)

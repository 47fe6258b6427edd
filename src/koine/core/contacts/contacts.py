"""Contacts: finding them, and creating them without doubles."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal
from uuid import UUID

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.contacts import store
from koine.core.contacts.model import Contact, Described
from koine.core.errors import ContactExists, ContactNotFound
from koine.core.events import ContactCreated, ContactUpdated
from koine.postgres.database import Tx

Match = tuple[Contact, Literal["email", "phone"]]


async def by_uuid(tx: Tx, by: Actor, uuid: UUID) -> Contact:
    """Raises ContactNotFound when it does not exist or may not be seen."""
    by.must_somewhere("contacts:read")
    found = await store.by_uuid(tx, [id for id in by.workspaces if by.may("contacts:read", id)], uuid)
    if found is None:
        raise ContactNotFound
    return found


async def never_talked(tx: Tx, workspace_id: int, *, limit: int) -> list[Contact]:
    """Contacts of a workspace without any conversation, oldest first."""
    return await store.never_talked(tx, workspace_id, limit)


async def create(tx: Tx, by: Actor, workspace_id: int, described: Described) -> Contact:
    """A new contact. Raises ContactExists when one has the same e-mail address or phone number already."""
    by.must("contacts:write", workspace_id)
    match = await _matching(tx, workspace_id, described)
    if match is not None:
        raise ContactExists(*match)
    return await _create(tx, by, workspace_id, described)


async def upsert(tx: Tx, by: Actor, workspace_id: int, described: Described) -> tuple[Contact, bool]:
    """The contact with the same e-mail address, or else the same number, changed as described; or a new one.

    Whether it is new comes second. A number that another contact has stays with that one.
    """
    by.must("contacts:write", workspace_id)
    match = await _matching(tx, workspace_id, described)
    if match is None:
        return await _create(tx, by, workspace_id, described), True
    if match[1] == "email" and described.phone:
        owner = await store.by_phone(tx, workspace_id, described.phone)
        if owner is not None and owner.id != match[0].id:
            described = replace(described, phone=None)
    return await _change(tx, by, match[0], described), False


async def known_or_new(tx: Tx, by: Actor, workspace_id: int, described: Described) -> Contact:
    """Whoever writes under this e-mail address: an existing contact as it is, or a new one.

    With an external id, a contact without one is given it, and the contact who has it is given the address.
    """
    by.must("conversations:write", workspace_id)
    email = described.email or ""  # a conversation comes from an address: whoever calls has checked it
    known = await store.by_email(tx, workspace_id, email)
    if known is not None and (known.external_id is not None or described.external_id is None):
        return known
    await store.hold(tx, workspace_id, _names(described))
    known = await store.by_email(tx, workspace_id, email)
    if described.external_id is not None:
        owner = await store.by_external_id(tx, workspace_id, described.external_id)
        if owner is not None or (known is not None and known.external_id is None):
            changed = Described(email=described.email, external_id=described.external_id)
            return await _change(tx, by, owner or known, changed)  # type: ignore[arg-type]
    return known or await _create(tx, by, workspace_id, described)


async def _matching(tx: Tx, workspace_id: int, described: Described) -> Match | None:
    await store.hold(tx, workspace_id, _names(described))
    if described.email:
        found = await store.by_email(tx, workspace_id, described.email)
        if found is not None:
            return found, "email"
    if described.phone:
        found = await store.by_phone(tx, workspace_id, described.phone)
        if found is not None:
            return found, "phone"
    return None


async def _create(tx: Tx, by: Actor, workspace_id: int, described: Described) -> Contact:
    contact = await store.insert(tx, workspace_id, described)
    await outbox.record(tx, by, ContactCreated(workspace_id, contact_id=contact.id))
    return contact


async def _change(tx: Tx, by: Actor, contact: Contact, described: Described) -> Contact:
    changed = await store.update(tx, contact.workspace_id, contact.id, described)
    fields = [name for name in Described.__slots__ if getattr(described, name) not in (None, {})]
    told = {"fields": fields}
    await outbox.record(tx, by, ContactUpdated(contact.workspace_id, contact_id=contact.id, data=told))
    return changed


def _names(described: Described) -> list[str]:
    """What a contact is recognised by."""
    email = described.email.lower() if described.email else None
    return [name for name in (email, described.phone, described.external_id) if name]

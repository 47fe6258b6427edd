"""Contacts: finding them, creating them without doubles, changing and deleting them."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal
from uuid import UUID

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.contacts import model, store
from koine.core.contacts.model import Contact, Described
from koine.core.conversations.store import changing
from koine.core.errors import ContactExists, ContactNotFound
from koine.core.events import ContactCreated, ContactDeleted, ContactUpdated, ConversationDeleted
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


async def update(tx: Tx, by: Actor, contact: Contact, described: Described) -> Contact:
    """Change a contact as described; a no-op when nothing would be different.

    Raises ContactExists when another one has the new address or number, and ContactNotFound when this one is gone.
    """
    by.must("contacts:write", contact.workspace_id)
    await store.hold(tx, contact.workspace_id, _names(described))
    new = model.applied(contact, described)
    if new.email != contact.email and new.email:
        _nobody_else(contact, await store.by_email(tx, contact.workspace_id, new.email), "email")
    if new.phone != contact.phone and new.phone:
        _nobody_else(contact, await store.by_phone(tx, contact.workspace_id, new.phone), "phone")
    return await _change(tx, by, contact, described)


async def delete(tx: Tx, by: Actor, contact: Contact) -> None:
    """Put a contact into the bin, with every conversation of theirs. Raises ContactNotFound when they are gone."""
    by.must("contacts:write", contact.workspace_id)
    workspace_id, id = contact.workspace_id, contact.id
    if await store.held(tx, workspace_id, id) is None:
        raise ContactNotFound
    await store.delete(tx, workspace_id, id)
    gone = await changing.delete_of_contact(tx, workspace_id, id)
    told = [ConversationDeleted(workspace_id, conversation, contact_id=id) for conversation in gone]
    await outbox.record(tx, by, *told, ContactDeleted(workspace_id, contact_id=id))


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
    if described.external_id:
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
    """Looked at again under a lock: what is told is what this change makes of it, whatever else goes on."""
    before = await store.held(tx, contact.workspace_id, contact.id)
    if before is None:
        raise ContactNotFound
    after = model.applied(before, described)
    told = model.changes(before, after)
    if not told["fields"]:
        return before
    changed = await store.replace(tx, after)
    await outbox.record(tx, by, ContactUpdated(contact.workspace_id, contact_id=contact.id, data=told))
    return changed


def _nobody_else(contact: Contact, found: Contact | None, field: Literal["email", "phone"]) -> None:
    if found is not None and found.id != contact.id:
        raise ContactExists(found, field)


def _names(described: Described) -> list[str]:
    """What a contact is recognised by."""
    email = described.email.lower() if described.email else None
    return [name for name in (email, described.phone, described.external_id) if name]

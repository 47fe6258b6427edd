"""What happened, as the audit trail has it: an action, and the values before and after (contracts/tight.md §12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from koine.core.audit.model import Entry
from koine.core.workspaces.model import Workspace
from koine.dialects.tight import ids, wire
from koine.dialects.tight.provisioning import wire as provisioning
from koine.dialects.tight.wire import Json

Told = Callable[[Entry], list[Json]]


def entry(shown: Entry, company: Workspace | None, *, of_conversation: bool) -> Json:
    """An entry of a trail. Apps and Koine itself are nobody in particular: an editor of nulls."""
    action, told = (_OF_CONVERSATION if of_conversation else _ACTIONS)[shown.kind]
    return {
        "id": f"aud_{shown.number}",
        "company": company and {"id": ids.company(company.id), "apiCompanyId": company.external_id},
        "editor": {"id": _editor(shown), "userId": shown.by.external_id, "email": shown.by.email},
        "action": action,
        "datetime": wire.moment(shown.at),
        "revisions": told(shown),
    }


def _editor(shown: Entry) -> str | None:
    if shown.by.kind != "user" or shown.by.id is None:
        return None
    return ids.bookkeeper(shown.by.id) if shown.staff else f"usr_{shown.by.id}"


def _revision(field: str, before: Any, after: Any) -> Json:
    return {"field": field, "before": before, "after": after}


def _none(shown: Entry) -> list[Json]:
    return []


def _said(shown: Entry) -> list[Json]:
    return [_revision("message", None, ids.message(shown.message_id or 0))]


def _status(before: str, after: str) -> Told:
    return lambda shown: [_revision("status", before, after)]


_deleted, _restored = _status("ACTIVE", "DELETED"), _status("DELETED", "ACTIVE")


def _subject(shown: Entry) -> list[Json]:
    return [_revision("subject", shown.data["from"], shown.data["to"])]


def _resolution(shown: Entry) -> list[Json]:
    """The event tells the new category only; it is recorded when something is resolved, or is so no more."""
    resolved = shown.data["category"] == "resolved"
    before, after = ("OPEN", "RESOLVED") if resolved else ("RESOLVED", "OPEN")
    return [_revision("resolutionStatus", before, after)]


def _read(shown: Entry) -> list[Json]:
    before, after = ("UNREAD", "READ") if shown.data["read"] else ("READ", "UNREAD")
    return [_revision("readStatus", before, after)]


def _entity(shown: Entry) -> list[Json]:
    return [_revision("attachedEntityId", None, shown.data["entity"])]


def _reacted(shown: Entry) -> list[Json]:
    return [_revision("reactions", None, shown.data["emoji"])]


def _unreacted(shown: Entry) -> list[Json]:
    return [_revision("reactions", shown.data["emoji"], None)]


def _fields(names: Mapping[str, tuple[str, Callable[[Any], Any]]]) -> Told:
    """Those fields that changed; their values stand in the event itself, or in its `changed`."""

    def told(shown: Entry) -> list[Json]:
        changes = shown.data.get("changed", shown.data)
        return [
            _revision(wired, write(changes[name]["from"]), write(changes[name]["to"]))
            for name, (wired, write) in names.items()
            if name in changes
        ]

    return told


def _same(value: Any) -> Any:
    return value


def _owners(value: Any) -> Any:
    return [provisioning.owner(told) for told in value]


def _companies(value: Any) -> Any:
    return None if value is None else [ids.company(id) for id in value]


_FILE = {
    "description": ("description", _same),
    "notes": ("notes", _same),
    "date": ("date", _same),
    "amount": ("amount", _same),
    "entity": ("entity", _same),
    "custom_data": ("customData", _same),
}
_COMPANY = {
    "name": ("name", _same),
    "external_id": ("apiCompanyId", _same),
    "entity_type": ("entityType", _same),
    "owners": ("owners", _owners),
    "address": ("address", _same),
    "accounting_method": ("accountingMethod", _same),
    "business_type_id": ("businessTypeId", _same),
    "available_features": ("availableFeatures", _same),
}
_BOOKKEEPER = {
    "email": ("email", _same),
    "first_name": ("firstName", _same),
    "last_name": ("lastName", _same),
    "workspaces": ("companyIds", _companies),
}

# Every kind of event that has a place in a trail: the action, and what of it was revised.
_ACTIONS: dict[str, tuple[str, Told]] = {
    "conversation.opened": ("CREATED", _none),
    "conversation.status_changed": ("UPDATED", _resolution),
    "conversation.subject_changed": ("UPDATED", _subject),
    "conversation.entity_attached": ("UPDATED", _entity),
    "conversation.read_changed": ("UPDATED", _read),
    "conversation.deleted": ("DELETED", _deleted),
    "conversation.restored": ("RESTORED", _restored),
    "message.posted": ("CREATED", _none),
    "message.reaction_added": ("UPDATED", _reacted),
    "message.reaction_removed": ("UPDATED", _unreacted),
    "file.uploaded": ("CREATED", _none),
    "file.updated": ("UPDATED", _fields(_FILE)),
    "file.deleted": ("DELETED", _deleted),
    "file.restored": ("RESTORED", _restored),
    "workspace.created": ("CREATED", _none),
    "workspace.changed": ("UPDATED", _fields(_COMPANY)),
    "workspace.closed": ("DELETED", _deleted),
    "workspace.reopened": ("RESTORED", _restored),
    "staff.added": ("CREATED", _none),
    "staff.changed": ("UPDATED", _fields(_BOOKKEEPER)),
    "staff.removed": ("DELETED", _deleted),
    "staff.restored": ("RESTORED", _restored),
    "user.updated": ("UPDATED", _fields(_BOOKKEEPER)),
}
# What is said in a conversation makes a message, and changes the conversation.
_OF_CONVERSATION = {**_ACTIONS, "message.posted": ("UPDATED", _said)}
KINDS = tuple(_ACTIONS)

"""What a contact is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

Setting = Mapping[str, Any]  # of one channel: status (active, inactive, permanent), and perhaps message and code


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody on the other side. `profile` is what a dialect keeps of them and no rule of ours reads.

    `dnd_settings` is what may not be sent to them, `dnd_inbound` what is not taken from them (`dnd.py`); `followers`
    are members who want to know of them.
    """

    workspace_id: int
    id: int
    uuid: UUID
    external_id: str | None
    email: str | None
    phone: str | None
    first_name: str
    last_name: str
    company_name: str | None
    tags: Sequence[str]
    dnd: bool
    assigned_to: int | None
    enabled: bool
    profile: Mapping[str, Any]
    custom_attributes: Mapping[str, Any]
    last_active_at: datetime | None
    created_at: datetime
    updated_at: datetime
    additional_emails: Sequence[str]
    followers: Sequence[int]
    dnd_settings: Mapping[str, Setting]
    dnd_inbound: Mapping[str, Setting]

    @property
    def name(self) -> str:
        """First and last name, as far as they are known."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Described:
    """A contact as somebody describes them: to be created, or to be changed where a field is not None.

    An empty text or list empties what it is said of. What is said of a profile, of custom attributes and of channels
    joins what is there; in a profile None takes away. `assigned_to` 0 is nobody.
    """

    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    external_id: str | None = None
    company_name: str | None = None
    tags: Sequence[str] | None = None
    dnd: bool | None = None
    assigned_to: int | None = None
    additional_emails: Sequence[str] | None = None
    followers: Sequence[int] | None = None
    dnd_settings: Mapping[str, Setting] = field(default_factory=dict)
    dnd_inbound: Mapping[str, Setting] = field(default_factory=dict)
    profile: Mapping[str, Any] = field(default_factory=dict)
    custom_attributes: Mapping[str, Any] = field(default_factory=dict)


_JOINED = frozenset({"dnd_settings", "dnd_inbound", "profile", "custom_attributes"})
_PLAIN = tuple(each.name for each in fields(Described) if each.name not in _JOINED)
_NEVER_EMPTY_TEXT = frozenset({"email", "phone", "external_id", "company_name", "assigned_to"})


def applied(contact: Contact, described: Described) -> Contact:
    """The contact as described."""
    said: dict[str, Any] = {}
    for name in _PLAIN:
        value = getattr(described, name)
        if value is not None:
            said[name] = (value or None) if name in _NEVER_EMPTY_TEXT else value
    for name in _JOINED:
        said[name] = {**getattr(contact, name), **getattr(described, name)}
    said["profile"] = {name: value for name, value in said["profile"].items() if value is not None}
    return replace(contact, **said)


def changes(before: Contact, after: Contact) -> dict[str, Any]:
    """What is different, as an event tells it: `fields` by name, those of the profile too; tags that came and went."""
    names = [name for name in (*_PLAIN, "dnd_settings", "dnd_inbound") if _differ(before, after, name)]
    names += sorted(
        name
        for name in before.profile.keys() | after.profile.keys()
        if before.profile.get(name) != after.profile.get(name)
    )
    if before.custom_attributes != after.custom_attributes:
        names.append("custom_attributes")
    told: dict[str, Any] = {"fields": names}
    if "tags" in names:
        told["tags_added"] = [tag for tag in after.tags if tag not in before.tags]
        told["tags_removed"] = [tag for tag in before.tags if tag not in after.tags]
    return told


def _differ(before: Contact, after: Contact, name: str) -> bool:
    one, other = getattr(before, name), getattr(after, name)
    return bool(list(one) != list(other) if name in ("tags", "followers", "additional_emails") else one != other)

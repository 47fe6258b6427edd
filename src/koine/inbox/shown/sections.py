"""The sections of a workspace's settings, and who may look into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from koine.core.errors import NotFound
from koine.core.webhooks import managing
from koine.inbox.visit import Visit


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the settings. It shows itself to those who have all of `needs` and one of `some`."""

    slug: str
    label: str
    icon: str
    says: str
    needs: Sequence[str] = ()
    some: Sequence[str] = ()

    def open_to(self, visit: Visit) -> bool:
        """Whether they may look into it."""
        has_all = all(visit.may(permission) for permission in self.needs)
        return has_all and (not self.some or any(visit.may(permission) for permission in self.some))


GROUPS: Sequence[tuple[str, Sequence[Section]]] = (
    (
        "Workspace",
        (
            Section("general", "General", "workspace", "Its name, and the ids by which programs know it."),
            Section("agents", "Agents", "agent", "Who answers here, and what they may do."),
            Section(
                "roles", "Roles", "lock", "What agents may do, under a name.", some=("roles:manage", "users:manage")
            ),
            Section("teams", "Teams", "team", "Agents who look after conversations together."),
        ),
    ),
    (
        "Conversations",
        (
            Section("inboxes", "Inboxes", "inbox", "The doors by which conversations come in."),
            Section("tags", "Tags", "tag", "Words to mark conversations with."),
            Section("statuses", "Statuses", "status", "Where a conversation can stand."),
        ),
    ),
    (
        "Developers",
        (
            Section("access", "API access", "key", "Tokens for clients of each contract.", needs=("account:manage",)),
            Section(
                "webhooks", "Webhooks", "webhook", "Servers that are told what happens.", needs=managing.NEEDED
            ),
            Section(
                "events", "Events", "events", "All that happens here, as it happens.", needs=("conversations:read",)
            ),
        ),
    ),
)  # fmt: skip


def open_to(visit: Visit) -> Sequence[tuple[str, Sequence[Section]]]:
    """The groups of sections that somebody may look into."""
    groups = [(label, [each for each in sections if each.open_to(visit)]) for label, sections in GROUPS]
    return [(label, sections) for label, sections in groups if sections]


def must_open(visit: Visit, slug: str) -> None:
    """Raise NotFound for a section that somebody may not look into."""
    if not any(each.slug == slug and each.open_to(visit) for _, sections in GROUPS for each in sections):
        raise NotFound

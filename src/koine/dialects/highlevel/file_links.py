"""Where a location's own files can be fetched, for whoever is told of messages that have them (highlevel.md §6.8)."""

from __future__ import annotations

from dataclasses import dataclass

from koine.core.conversations.correspondence.model import Enclosed
from koine.core.files import links as made
from koine.core.files.links import Links


@dataclass(frozen=True, slots=True)
class Within:
    """Links into one location's files and no others."""

    links: Links
    workspace_id: int

    def to(self, file: Enclosed) -> str | None:
        """Where a file can be fetched for the next minutes."""
        return self.links.to(self.workspace_id, file)

    def names(self, url: str) -> int | None:
        """Which of the location's files an address is a link to."""
        sealing = self.links.sealing
        link = None if sealing is None else made.of_url(sealing, url, self.workspace_id)
        return None if link is None else link.file_id

    def renewed(self, url: str) -> str:
        """An address that was given, good for another while where it is ours."""
        sealing = self.links.sealing
        return url if sealing is None else made.renewed(sealing, url, self.workspace_id) or url

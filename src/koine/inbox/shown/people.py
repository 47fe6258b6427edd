"""People as the pages draw them: a name, and a disc with its first letters."""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from koine.core.actor import Author
from koine.core.contacts.model import Contact
from koine.realtime.presence import Watcher

HUES = 10  # colours of discs, as parts.css has them
_NAMELESS = {"contact": "Unknown contact", "user": "Former colleague", "app": "An app", "system": "Koine"}


@dataclass(frozen=True, slots=True)
class Face:
    """Somebody. `kind` is user, contact, app or system; `hue` chooses the colour, `initials` are one or two letters."""

    kind: str
    name: str
    email: str = ""
    id: int | None = None

    @property
    def initials(self) -> str:
        """The first letters of the first and the last name."""
        words = [word for word in self.name.split() if unicodedata.category(word[0])[0] in "LN"]
        if not words:
            return "?"
        return words[0][0].upper() if len(words) == 1 else (words[0][0] + words[-1][0]).upper()

    @property
    def hue(self) -> int:
        """The same for the same name, always."""
        return zlib.crc32(self.name.encode("utf-8", "replace")) % HUES


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody else who looks at the same conversation, and perhaps `writes` in it."""

    who: Face
    writes: bool


def present(watchers: Sequence[Watcher]) -> list[Present]:
    """The others at a conversation."""
    return [Present(Face("user" if each.id else "app", each.name, "", each.id), each.writes) for each in watchers]


def of_author(author: Author) -> Face:
    """Whoever said something."""
    name = author.name or author.email or author.external_id or _NAMELESS[author.kind]
    return Face(author.kind, name, author.email or "", author.id)


def of_contact(contact: Contact) -> Face:
    """A contact, by the best name that we know."""
    name = f"{contact.first_name} {contact.last_name}".strip()
    return Face(
        "contact", name or contact.email or contact.phone or _NAMELESS["contact"], contact.email or "", contact.id
    )

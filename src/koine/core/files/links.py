"""Links to a file's bytes: who has one may fetch them for a while, and for no other file.

A link names workspace, file and end, and is signed together with the file's name, so that not a letter of it can be
changed. Nothing is kept of it.
"""

from __future__ import annotations

import functools
import struct
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, unquote

from koine.core.sealing import SIGNATURE, Sealing

LIFETIME = 300  # seconds
STEP = 60  # seconds
PATH = "/files/"

_ABOUT = b"link"
_SAYS = struct.Struct(">qqI")  # workspace, file, end in seconds since 1970
_LETTERS = (_SAYS.size + SIGNATURE) * 4 // 3 + 1


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says: which file."""

    workspace_id: int
    file_id: int


class Linked(Protocol):
    """A file as links need to know it."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def file_name(self) -> str:
        """Its name."""

    @property
    def available(self) -> bool:
        """Whether its bytes are there."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where this Koine's files are fetched from. `base_url` is how clients reach it, without a slash at the end.

    Without `sealing` there are no links.
    """

    base_url: str
    sealing: Sealing | None

    def to(self, workspace_id: int, file: Linked) -> str | None:
        """Where the bytes of a file can be fetched for the next minutes; None where they are lost."""
        if self.sealing is None or not file.available:
            return None
        return self.base_url + path(self.sealing, workspace_id, file.id, file.file_name)


def path(sealing: Sealing, workspace_id: int, file_id: int, file_name: str) -> str:
    """A link that is good for LIFETIME seconds, or up to STEP less, without the server's address.

    Whoever asks again soon gets the same one. Raises SealingFailed.
    """
    end = int(time.time()) // STEP * STEP + LIFETIME
    return _path(sealing, workspace_id, file_id, file_name, end)


@functools.lru_cache(maxsize=4096)
def _path(sealing: Sealing, workspace_id: int, file_id: int, file_name: str, end: int) -> str:
    """Remembered, because a page of messages shows the same files again and again, and half of it was signing."""
    says = _SAYS.pack(workspace_id, file_id, end)
    token = urlsafe_b64encode(says + sealing.sign(_signed(says, file_name), _ABOUT)).decode().rstrip("=")
    return f"{PATH}{token}/{quote(file_name, safe='')}"


def read(sealing: Sealing, token: str, file_name: str) -> Link | None:
    """What a link says that we made, and that is still good; None for any other. Raises SealingFailed."""
    found = _ours(sealing, token, file_name)
    return None if found is None or found[1] < time.time() else found[0]


def renewed(sealing: Sealing, url: str, workspace_id: int) -> str | None:
    """The address of a file that a link to it was given as, good for another while, even when it had ended.

    None for what is no link of ours, or one into another workspace. Raises SealingFailed.
    """
    named = of_url(sealing, url, workspace_id)
    if named is None:
        return None
    base, _, rest = url.partition(PATH)
    return base + path(sealing, workspace_id, named.file_id, unquote(rest.partition("/")[2]))


def of_url(sealing: Sealing, url: str, workspace_id: int) -> Link | None:
    """Which file of a workspace an address is a link to, also when it has ended; None where it is none of ours.

    Raises SealingFailed.
    """
    _, found, rest = url.partition(PATH)
    token, slash, quoted = rest.partition("/")
    ours = _ours(sealing, token, unquote(quoted)) if found and slash else None
    return None if ours is None or ours[0].workspace_id != workspace_id else ours[0]


def _ours(sealing: Sealing, token: str, file_name: str) -> tuple[Link, int] | None:
    """What a link says that we made, and when it ends."""
    if len(token) != _LETTERS or not token.isascii():
        return None
    try:
        decoded = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    if urlsafe_b64encode(decoded).decode().rstrip("=") != token:
        return None
    says, signature = decoded[: _SAYS.size], decoded[_SAYS.size :]
    workspace_id, file_id, end = _SAYS.unpack(says)
    if not sealing.signed(signature, _signed(says, file_name), _ABOUT):
        return None
    return Link(workspace_id, file_id), end


def _signed(says: bytes, file_name: str) -> bytes:
    return says + file_name.encode("utf-8", "surrogatepass")

"""What a file is, and what a process needs to have some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from koine.core.conversations.asked import Comparison
from koine.core.errors import NotFound
from koine.core.sealing import Sealing
from koine.storage import Storage

OrderBy = Literal["created", "updated", "id"]
Field = Literal["description", "file_name"]


class FileNotFound(NotFound):
    """No such file, or not one that the actor may see."""

    code = "file_not_found"
    says = "There is no such file."


@dataclass(frozen=True, slots=True)
class Means:
    """What a process needs to have files. One for each process. `largest` is how many bytes one may have."""

    storage: Storage
    sealing: Sealing
    largest: int


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes that have come, under the key where they lie. `digest` is their SHA-256, the content type what they are.

    `uuid`: by which the file is to be known, where that was said before they came.
    """

    key: str
    file_name: str
    content_type: str
    size: int
    digest: bytes
    uuid: UUID | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """What people say of a file. None: nothing is said of that."""

    description: str | None = None
    notes: str | None = None
    date: date | None = None
    amount: int | None = None
    entity: str | None = None
    custom_data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file. `size` in bytes; without `available` its bytes are lost, and there is no link to them."""

    workspace_id: int
    id: int
    uuid: UUID
    file_name: str
    content_type: str
    size: int
    described: Described
    available: bool
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Served:
    """What it takes to hand out the bytes of a file."""

    key: str
    file_name: str
    content_type: str
    size: int
    digest: bytes | None


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of text held against one value."""

    field: Field
    comparison: Comparison
    value: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which files, all conditions together; None means that it does not matter."""

    compared: Sequence[Compared] = ()
    entities: Sequence[str] | None = None
    workspaces: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """By what, and which way; files that are alike are ordered by id, the same way."""

    by: OrderBy = "created"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Mended:
    """What was found and put right: blobs that belong to no file, beginnings of some, files whose bytes are gone, and
    files whose bytes are back.
    """

    files: int = 0
    blobs: int = 0
    deleted: int = 0
    unfinished: int = 0
    lost: Sequence[int] = field(default_factory=list)
    back: Sequence[int] = field(default_factory=list)

"""Files, as they are sent and as they are shown (contracts/tight.md §8.2)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field, RootModel

from koine.dialects.tight import ids
from koine.dialects.tight.file_wire import ChangedFile, NewFile
from koine.dialects.tight.shapes.envelope import Answered, Some, Status


class Entity(Answered):
    """What a file belongs to."""

    id: str | None


class File(Answered):
    """A file, and what is said of it."""

    id: str = Field(pattern=ids.UPLOADED)
    entity: Entity
    description: str
    notes: str | None
    url: str | None = Field(
        json_schema_extra={"format": "uri"},
        description="Good for some minutes; null when it is deleted, or its bytes are lost.",
    )
    date: date | None
    amount: int | None
    status: Status
    custom_data: dict[str, Any] | None


class UploadForm(BaseModel):
    """The parts of an upload, in either order. What the file is its first bytes say."""

    file: str = Field(json_schema_extra={"contentMediaType": "application/octet-stream"})
    data: NewFile


_Files = Annotated[list[ChangedFile], Some]


class FileBatch(BaseModel):
    """What is to be said of files, in this order, each for itself."""

    data: _Files


class SaveFiles(RootModel[FileBatch | _Files]):
    """A bare array is taken for the object with it (§13)."""

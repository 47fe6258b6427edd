"""Files on their way in (contracts/highlevel.md §6.8)."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from koine.dialects.highlevel.wire.bodies import Id, Shape
from koine.dialects.reading import Text

_LONGEST = 2048  # characters


def is_address(text: str) -> bool:
    """Whether it is where something can be fetched: http or https, and nothing in it that would end a header."""
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname)
    except ValueError:
        return False
    return named and parts.scheme in ("http", "https") and len(text) <= _LONGEST and text.isprintable()


def _address(text: str) -> str:
    if not is_address(text) or " " in text:
        raise PydanticCustomError("malformed", "must be a URL address")
    return text


def _flag(given: Any) -> Any:
    """The documents have it as a word, and clients also as what it means."""
    if isinstance(given, bool) or given is None:
        return given
    if given not in ("true", "false", ""):
        raise PydanticCustomError("wrong_type", "must be a boolean string")
    return given == "true"


class NewUpload(Shape):
    """What goes with the files of `POST …/upload`, in a form or as JSON; either of the two ids is enough."""

    location_id: Id
    conversation_id: Text | None = None
    contact_id: Text | None = None
    attachment_urls: list[Annotated[Text, AfterValidator(_address)]] | None = None
    is_group_sms: Annotated[bool | None, BeforeValidator(_flag)] = None

    @property
    def most(self) -> int:
        """How many files one request may bring."""
        return 1 if self.is_group_sms else 5


class Beginning(Shape):
    """`POST …/upload/initiate`."""

    location_id: Id
    conversation_id: Id
    filename: Id
    content_type: Id
    channel: Id
    file_size: Annotated[float, Field(ge=0)] | None = None

    @property
    def largest(self) -> int:
        """How many bytes the file may have."""
        return (100 if self.channel.upper() in ("WHATSAPP", "TYPE_WHATSAPP") else 5) * 1024 * 1024


class Completion(Shape):
    """`POST …/upload/complete`."""

    upload_id: Id
    file_path: Id
    location_id: Id
    conversation_id: Id
    filename: Id

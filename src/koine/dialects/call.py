"""One request and its answer, as every dialect's handlers see them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qs

import orjson
from pydantic import BaseModel
from starlette.types import Message, Receive, Scope, Send

from koine.core.actor import Actor
from koine.core.errors import Invalid
from koine.core.files.links import Links
from koine.core.files.model import Means as FileMeans
from koine.core.limits.limits import Limits
from koine.core.limits.model import Allowance, Rate
from koine.core.tokens.keyring import Bearer, Keyring
from koine.core.tokens.watch import Watch
from koine.core.webhooks.model import Means
from koine.dialects import reading
from koine.dialects.edge import TooLarge
from koine.dialects.traffic import Traffic
from koine.postgres.database import Database, Tx
from koine.realtime.hub import Hub

if TYPE_CHECKING:
    from koine.dialects.uploading import Form

MAX_BODY = 1024 * 1024  # bytes
MAX_PARAMETERS = 200

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a process has for its requests. `base_url` is how clients reach it, without a slash at the end.

    `wrote` is called after each request that may have written, so that what follows a write follows at once. `hub` has
    the events as they come, `watch` an eye on those who stay connected. Without `webhooks` none can be managed here,
    without `files` none can be uploaded, and there are no links to any. `rates` are how often one may ask, by the name
    of the dialect; who is not in it may ask as often as they like. `traffic` counts who is being answered.
    """

    database: Database
    keyring: Keyring
    limits: Limits
    base_url: str
    hub: Hub
    watch: Watch
    wrote: Callable[[], None] = lambda: None
    webhooks: Means | None = None
    files: FileMeans | None = None
    rates: Mapping[str, Sequence[Rate]] = field(default_factory=dict)
    traffic: Traffic = field(default_factory=Traffic)

    @property
    def links(self) -> Links:
        """Where files are fetched from."""
        return Links(self.base_url, None if self.files is None else self.files.sealing)


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send back: `body` is anything that JSON can say, or bytes with a content type of their own.

    `secret` says that it tells a secret, so that it is sealed where it is kept.
    """

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    secret: bool = field(default=False, kw_only=True)

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return self.body if isinstance(self.body, bytes) else orjson.dumps(self.body)


class ClientGone(Exception):
    """Whoever asked hung up before the request was whole: there is nobody to answer, and nothing was done."""


class Call:
    """A request on its way through a dialect. `actor` and `tx` are there once the dialect knows who calls.

    `bearer` is the token that was shown, where the dialect keeps it for its handlers; `allowances` are what the caller
    may still ask, where requests are counted. `form` is what came instead of a body where the endpoint takes a file. A
    handler says `opens_more` when it changes what is open to whom in the account: what is remembered of that is
    forgotten after the commit.
    """

    __slots__ = (
        "_headers",
        "_id",
        "_receive",
        "actor",
        "allowances",
        "bearer",
        "body",
        "form",
        "method",
        "opens_more",
        "path",
        "scope",
        "services",
        "tx",
    )

    actor: Actor
    bearer: Bearer
    tx: Tx

    def __init__(self, scope: Scope, receive: Receive, services: Runtime) -> None:
        self.scope = scope
        self.services = services
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.body = b""
        self.allowances: Sequence[Allowance] = ()
        self.form: Form | None = None
        self.opens_more = False
        self._receive = receive
        self._headers: dict[bytes, bytes] | None = None
        self._id: str | None = None

    @property
    def id(self) -> str:
        """The request's own id, for logs and for answers that carry one."""
        if self._id is None:
            self._id = str(uuid.uuid4())
        return self._id

    def header(self, name: str) -> str | None:
        """A header's value, or None; of several, the last."""
        if self._headers is None:
            self._headers = dict(self.scope["headers"])
        value = self._headers.get(name.lower().encode("latin-1"))
        return None if value is None else value.decode("latin-1")

    def named(self, name: str) -> str:
        """What stands in the path in the place of a name."""
        value: str = self.scope["path_params"][name]
        return value

    @property
    def query(self) -> dict[str, list[str]]:
        """The query string, each name with all its values. Raises Invalid past MAX_PARAMETERS."""
        given = self.scope["query_string"].decode("latin-1")
        try:
            return parse_qs(given, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
        except ValueError:
            raise Invalid from None

    def read(self, model: type[Model]) -> Model:
        """The JSON body as a model. Raises Unreadable, or Invalid with every problem at once."""
        return reading.read(model, self.body)

    async def receive_body(self) -> None:
        """Take the body, counting while it comes. Raises TooLarge past MAX_BODY, and ClientGone."""
        message = await self.next_part()
        body: bytes = message.get("body", b"")
        if message.get("more_body"):
            parts, size = [body], len(body)
            while message.get("more_body"):
                message = await self.next_part()
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > MAX_BODY:
                    raise TooLarge
            body = b"".join(parts)
        if len(body) > MAX_BODY:
            raise TooLarge
        self.body = body

    async def next_part(self) -> Message:
        """The next part of the body as the server gives it. Raises ClientGone."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        return message


async def send_answer(send: Send, answer: Answer, call: Call) -> None:
    """Write an answer to the wire."""
    if answer.status == 204:  # a status that says: nothing follows
        await send({"type": "http.response.start", "status": 204, "headers": head(answer)[1:]})
        await send({"type": "http.response.body", "body": b""})
        return
    body = answer.content
    headers = [(b"content-length", str(len(body)).encode("latin-1")), *head(answer)]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def head(answer: Answer) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, except for how long it is; what it is comes first."""
    headers = [
        (b"content-type", answer.content_type.encode("latin-1")),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    return headers + [
        (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()
    ]

"""Who is told, what is on its way to them, and how a try went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from koine.core.feed.model import FeedEvent
from koine.core.files.links import Links
from koine.core.sealing import Sealing
from koine.core.webhooks.patience import Patience
from koine.postgres.database import Tx

# skipped: its dialect has nothing to say of it
DeliveryState = Literal["waiting", "delivered", "failed", "skipped"]
# asked: by a person; gone: its server says 410; failing: for five days nothing but failures
DisabledBecause = Literal["asked", "gone", "failing"]

PING = "webhook.test"  # the kind of a delivery that is a test


@dataclass(frozen=True, slots=True)
class Webhook:
    """Somebody who is told of a workspace, or of all of an account (`workspace_id` None). Times are in UTC.

    `home_id` is the workspace whose jobs its deliveries are. `kinds` None: events of all kinds. `public_keys` are
    Ed25519, 32 bytes each, the newest first; the second one is that of keys which are good until `old_until`. Where the
    dialect signs everything with one key they are that, and the one that is to follow it. While `paused_until` lies
    ahead, what is to be delivered waits.
    """

    id: int
    uuid: UUID
    account_id: int
    workspace_id: int | None
    workspace_uuid: UUID | None
    home_id: int
    dialect: str
    name: str
    url: str
    kinds: Sequence[str] | None
    public_keys: Sequence[bytes]
    old_until: datetime | None
    failures: int
    failing_since: datetime | None
    paused_until: datetime | None
    disabled_at: datetime | None
    disabled_because: DisabledBecause | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Keys:
    """What deliveries are signed with: a `secret` that both sides have, and the `seed` of an Ed25519 key, 32 bytes."""

    secret: bytes
    seed: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """A webhook as it is asked for. `workspace_id` None: of the whole account. `kinds` None: all."""

    account_id: int
    workspace_id: int | None
    dialect: str
    url: str
    kinds: Sequence[str] | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that is to be tried. `event_id` None: a test. `attempts` is how often it was tried before.

    `part` is which part of what its dialect tells of the event.
    """

    workspace_id: int
    id: int
    uuid: UUID
    event_id: int | None
    kind: str
    part: str
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try went: a status, or an `error` where no answer came. `answer` is printable; `took` in milliseconds.

    `retry_after`: seconds for which the other side asked to be left alone.
    """

    status: int | None
    error: str | None
    answer: str
    took: int
    retry_after: float | None = None

    @property
    def delivered(self) -> bool:
        """Whether the other side has taken it: any status from 200 to 299."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the other side wants nothing more, ever."""
        return self.status == 410


@dataclass(frozen=True, slots=True)
class Try:
    """A line of the log. `state` and `next_try` are those of the delivery now."""

    id: int
    workspace_id: UUID
    delivery: UUID
    event: UUID | None
    kind: str
    part: str
    number: int
    status: int | None
    error: str | None
    answer: str
    took: int
    tried_at: datetime
    state: DeliveryState
    next_try: datetime | None


class Shape(Protocol):
    """How a dialect says what happens, and signs it: its module `webhooks`, in the table of `reactions/webhooks.py`."""

    async def body(self, tx: Tx, webhook: Webhook, delivery: Due, event: FeedEvent, *, links: Links) -> bytes | None:
        """What a webhook is told of an event, in this delivery; None: nothing after all.

        `tx` sees the workspace where it happened. `links` are where its files are fetched from.
        """

    def ping(self, webhook: Webhook, delivery: Due) -> bytes:
        """What is sent as a test."""

    def headers(self, delivery: UUID, body: bytes, keys: Sequence[Keys], *, at: int) -> Mapping[str, str]:
        """The headers of a try `at` a time (seconds since 1970).

        They are signed with all of the keys, or with the first, which is the newest, where there can be one signature.
        """

    def parts(self) -> Mapping[str, frozenset[str] | None]:
        """What the dialect tells of an event, each part by a delivery of its own: name, and the kinds that have it.

        None: all kinds, also those to come. The only part of a dialect has an empty name. Deliveries are known by the
        name, so one that was used stays as it is.
        """

    def needs(self) -> Sequence[str]:
        """What somebody must be allowed to do, besides managing webhooks, to have others told in these words."""

    def patience(self) -> Patience:
        """How often deliveries in these words are tried again, and when."""

    def house_key(self) -> str | None:
        """The name of the key that signs all deliveries in these words; None: each webhook has keys of its own."""

    def secret(self, keys: Keys) -> str | None:
        """The secret in the form in which it is given to whoever receives; None where a public key is all they need."""

    def public_key(self, key: bytes) -> str | None:
        """The public key in that form; None where the dialect does not sign with it."""


class Gate(Protocol):
    """Whoever knows where Koine sends to: `koine.outgoing`."""

    async def check(self, address: str) -> None:
        """Raises AddressRefused when nothing would be sent there now."""


@dataclass(frozen=True, slots=True)
class Speech:
    """What a process needs to tell what happens. `links` are where its files are fetched from."""

    sealing: Sealing
    shapes: Mapping[str, Shape]
    links: Links


@dataclass(frozen=True, slots=True)
class Means:
    """What a process needs to manage webhooks. One for each process."""

    gate: Gate
    sealing: Sealing
    shapes: Mapping[str, Shape]

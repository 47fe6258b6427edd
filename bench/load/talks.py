"""Making up conversations, as rows for COPY: spread over two years, some busy, some short, most resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Literal
from uuid import UUID

from bench.load import words
from bench.load.house import Person, Place

Row = tuple[Any, ...]
Kind = Literal["usual", "extreme"]

SPAN = timedelta(days=730)
RECENT = 0.94  # the share of the time behind which nearly all is resolved
HANDFUL = 5

# The columns of each table that are copied.
COLUMNS = {
    "conversations": (
        "workspace_id id uuid number inbox_id contact_id subject status_id resolved opened_by_kind opened_by_id"
        " last_message_id last_message_at last_message_preview last_message_author_kind last_message_author_id"
        " resolved_at created_at updated_at"
    ),
    "messages": (
        "workspace_id id uuid conversation_id inbox_id direction kind author_kind author_id body_text channel state"
        " created_at updated_at"
    ),
    "conversation_entities": "workspace_id entity conversation_id",
    "read_marks": "workspace_id conversation_id reader_kind reader_id message_id read updated_at",
    "events": "workspace_id uuid kind conversation_id message_id contact_id actor_kind actor_id created_at position",
}


@dataclass
class Batch:
    """Rows by table."""

    conversations: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    conversation_entities: list[Row] = field(default_factory=list)
    read_marks: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)

    def add(self, other: Batch) -> None:
        """Take another's rows too."""
        for table in COLUMNS:
            getattr(self, table).extend(getattr(other, table))


@dataclass
class Talks:
    """Where the next rows and the workspace's feed begin.

    `contacts` are ids of people who write in; `count` is how many talks there will be.
    """

    people: Mapping[str, Person]
    place: Place
    kind: Kind
    contacts: Sequence[int]
    count: int
    next_conversation: int
    next_message: int
    next_position: int
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def batches(self, size: int) -> Iterator[Batch]:
        """All conversations, oldest first."""
        self.place.first = self.next_conversation
        random, batch = Random(self.count), Batch()
        for number in range(self.count):
            self._talk(batch, random, number)
            if len(batch.conversations) >= size:
                yield batch
                batch = Batch()
        self.place.last = self.next_conversation
        yield batch

    def long(self, messages: int) -> Batch:
        """One conversation of many messages, a minute apart, the last of them just now."""
        batch, random = Batch(), Random(messages)
        at = self.now - timedelta(minutes=messages)
        self._write(batch, random, f"{messages} messages", [at + timedelta(minutes=n) for n in range(messages)], False)
        return batch

    def _talk(self, batch: Batch, random: Random, number: int) -> None:
        share = (number + random.random()) / self.count
        at = self.now - SPAN * (1 - share)
        oldest = number < HANDFUL
        subject = f"The {words.RARE} matter {number}" if oldest else words.subject(random, number)
        said = 1 if self.kind == "extreme" else min(8, 1 + int(random.expovariate(0.9)))
        pause = min(timedelta(seconds=random.randint(60, 400_000)), (self.now - at) / said)
        resolved = oldest if self.kind == "extreme" else share < RECENT or random.random() < 0.3
        self._write(batch, random, subject, [at + pause * step for step in range(said)], resolved, number)

    def _write(
        self,
        batch: Batch,
        random: Random,
        subject: str,
        moments: Sequence[datetime],
        resolved: bool,
        number: int | None = None,
    ) -> None:
        """One conversation with a message at each of the moments, the opener and the owner taking turns."""
        workspace, id = self.place.workspace_id, self.next_conversation
        self.next_conversation += 1
        at, last = moments[0], moments[-1]
        opener = author = self._opener(random, number)
        contact, text = opener[1] if opener[0] == "contact" else None, ""
        self._event(batch, _uuid(random, at), "conversation.opened", id, None, contact, opener, at)
        for step, moment in enumerate(moments):
            author = opener if step % 2 == 0 else ("user", self._owner)
            text = words.text(random)
            self._message(batch, random, id, author, moment, text, contact)
        status = self.place.resolved_status if resolved else self.place.open_status
        batch.conversations.append((
            workspace, id, _uuid(random, at), 1000 + id, self.place.inbox_id, contact, subject, status, resolved,
            *opener, self.next_message - 1, last, text[:200], *author, last if resolved else None, at, last,
        ))  # fmt: skip
        self._entities(batch, random, id, number)
        self._marks(batch, random, id, last, number)

    def _message(
        self,
        batch: Batch,
        random: Random,
        conversation: int,
        author: tuple[str, int],
        at: datetime,
        text: str,
        contact: int | None,
    ) -> None:
        id, workspace = self.next_message, self.place.workspace_id
        self.next_message += 1
        way, state = ("in", "received") if author[0] == "contact" else ("out", "sent")
        uuid = _uuid(random, at)
        batch.messages.append((
            workspace, id, uuid, conversation, self.place.inbox_id, way, "message", *author, text, "api", state, at, at,
        ))  # fmt: skip
        self._event(batch, uuid, "message.posted", conversation, id, contact, author, at)

    def _event(
        self,
        batch: Batch,
        uuid: UUID,
        kind: str,
        conversation: int,
        message: int | None,
        contact: int | None,
        actor: tuple[str, int],
        at: datetime,
    ) -> None:
        """With its position: else the relay would be at work for an hour after a large house was filled."""
        workspace, position = self.place.workspace_id, self.next_position
        self.next_position += 1
        batch.events.append((workspace, uuid, kind, conversation, message, contact, *actor, at, position))

    def _opener(self, random: Random, number: int | None) -> tuple[str, int]:
        if number is not None and 10 <= number < 10 + HANDFUL and "vera" in self.people:
            return "user", self.people["vera"].id
        dice = random.random()
        if not self.contacts or (dice < 0.45 and self.kind == "usual"):
            return "user", self.people["ada"].id
        if dice < 0.75:
            return "user", self.people["blaise"].id
        return "contact", random.choice(self.contacts)

    @property
    def _owner(self) -> int:
        return self.people["ada" if self.kind == "usual" else "grace"].id

    def _entities(self, batch: Batch, random: Random, id: int, number: int | None) -> None:
        """Four of five are about a transaction of their own, one of fifty about the same summary as others."""
        workspace = self.place.workspace_id
        if number is None or random.random() < 0.8:
            batch.conversation_entities.append((workspace, f"btxn_{id}", id))
        elif random.random() < 0.1:
            batch.conversation_entities.append((workspace, "sum_1", id))
        elif number < 100:
            batch.conversation_entities.append((workspace, "sum_2", id))

    def _marks(self, batch: Batch, random: Random, id: int, at: datetime, number: int | None) -> None:
        oldest = number is not None and number < HANDFUL
        readers = []
        if self.kind == "extreme":
            readers = [] if oldest else ["grace"]
        elif oldest and "linus" in self.people:
            readers = ["linus"]
        elif random.random() < 0.4:
            readers = ["ada"]
        for reader in readers:
            mark = (self.place.workspace_id, id, "user", self.people[reader].id, self.next_message - 1, True, at)
            batch.read_marks.append(mark)


def _uuid(random: Random, at: datetime) -> UUID:
    """As koine.core.identity makes them, for a moment of the past."""
    milliseconds, bits = int(at.timestamp() * 1000), random.getrandbits(71)
    high = milliseconds << 80 | 0x7 << 76 | (bits >> 59) << 64
    return UUID(int=high | 0b10 << 62 | (bits & (1 << 59) - 1) << 3)

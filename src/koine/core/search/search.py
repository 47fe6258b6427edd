"""Finding conversations by what was said in them, their subject, number, and whom they are with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from koine.core.actor import Actor
from koine.core.conversations.queued import Asked, Filters, Queue, Row
from koine.core.conversations.store import queues
from koine.core.errors import Invalid, Problem
from koine.core.search import store
from koine.postgres.database import Tx

LONGEST = 200  # characters that one can ask for
PAGE = 30  # hits: whoever does not find it among these asks for more words


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an excerpt; `found`: one of the words that were asked for."""

    text: str
    found: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A conversation that was found, and the message in which, if it was in one, with the place there."""

    row: Row
    message_id: int | None
    excerpt: Sequence[Piece]


async def find(tx: Tx, by: Actor, workspace_id: int, text: str, filters: Filters | None = None) -> list[Hit]:
    """The best PAGE of what the actor may see and what is not in the bin, resolved ones too unless filters say no.

    All words have to be in one message, the last perhaps only begun; or the text in the subject, or in the contact's
    name, address or number; or it is the conversation's number, with or without a #. What was said in the last second
    or two is not found yet. Two statements. Raises PermissionMissing, and Invalid for a text that is too long.
    """
    by.must("messages:read", workspace_id)
    by.must("conversations:read", workspace_id)
    text = " ".join(text.replace("\x00", " ").split())
    if len(text) > LONGEST:
        raise Invalid(problems=[Problem("too_long", ("text",), limit=LONGEST)])
    if not text:
        return []
    wanted = filters or Filters()
    if not (wanted.categories or wanted.statuses):
        wanted = replace(wanted, categories=("open", "waiting", "resolved"))
    found = await store.found(tx, by, workspace_id, text, Asked(Queue("all"), wanted), PAGE)
    messages = [row["found_message_id"] for row in found if row["found_message_id"] is not None]
    places = await store.excerpts(tx, workspace_id, messages, text) if messages else {}
    return [_hit(tuple(row), places) for row in found]


def _hit(values: tuple[object, ...], places: dict[int, str]) -> Hit:
    *row, message_id, _ = values
    id = message_id if isinstance(message_id, int) else None
    return Hit(queues.row(row), id, _pieces(places.get(id, "")) if id is not None else ())


def _pieces(excerpt: str) -> list[Piece]:
    pieces = []
    for part in excerpt.split("\x02"):
        word, _, rest = part.rpartition("\x03")
        pieces += [Piece(word, True)] if word else []
        pieces += [Piece(rest, False)] if rest else []
    return pieces

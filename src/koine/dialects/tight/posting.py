"""Saving messages: those of one batch in one statement, each for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from koine.core.actor import Actor
from koine.core.conversations import finding, messages, visibility
from koine.core.conversations.model import Attachment, Posted, Posting, Said
from koine.core.errors import Invalid, Problem
from koine.core.files.links import Links
from koine.dialects.tight import envelope, errors, ids, references, wire
from koine.dialects.tight.batch import Wrong
from koine.dialects.tight.envelope import Result
from koine.dialects.tight.wire import NewMessage
from koine.postgres.database import Tx

Item = NewMessage | Wrong

_CONVERSATION = ("conversationId",)
_FILES = ("attachmentIds",)
_NOWHERE = 0  # no conversation has this number


async def post(tx: Tx, by: Actor, items: Sequence[Item], links: Links) -> list[Result]:
    """What became of each item, in the same order (contracts/tight.md §4.5, §7.2)."""
    await _promise_or_hold(tx, by, items)
    looked_up = await _look_up(tx, by, items)
    problems = [_problems(item, looked_up, by) for item in items]
    right = [item for item, wrong in zip(items, problems, strict=True) if isinstance(item, NewMessage) and not wrong]
    posted = await messages.post(tx, by, [_posting(item) for item in right]) if right else []
    became = iter(zip(right, posted, strict=True))
    author = wire.author(by.author)
    return [_failed(wrong) if wrong else _result(*next(became), author, looked_up, links) for wrong in problems]


async def _promise_or_hold(tx: Tx, by: Actor, items: Sequence[Item]) -> None:
    """Two batches that speak in the same conversations in different orders would otherwise wait for each other."""
    numbers = {ids.read_conversation(item.conversation_id) for item in items if isinstance(item, NewMessage)}
    if len(numbers) > 1:
        await finding.hold(tx, by, sorted(number for number in numbers if number is not None))
    else:
        tx.only_one_write()


@dataclass(frozen=True, slots=True)
class _LookedUp:
    """What was asked about a batch: the workspaces of the conversations that were looked for (None: it is not there),
    and the files that are there. `only` is where all of them are that were not looked for, if they are.
    """

    only: int | None
    places: Mapping[int, int | None]
    files: Mapping[int, Mapping[int, Attachment]]

    def place(self, item: Item) -> int | None:
        """Where an item is to be said; None: nowhere, as far as is known."""
        return self.places.get(ids.read_conversation(_conversation(item) or "") or _NOWHERE, self.only)

    def has_files(self, item: Item) -> bool:
        """Whether all files that it names are there, where it is to be said."""
        return references.all_known(_files(item), self.files.get(self.place(item) or _NOWHERE, ()))


async def _look_up(tx: Tx, by: Actor, items: Sequence[Item]) -> _LookedUp:
    """Only what posting itself would not find out, and what it takes to say all that is wrong with an item."""
    only = by.workspaces[0] if len(by.workspaces) == 1 and visibility.whole(by) else None
    first = [item for item in items if isinstance(item, Wrong) or _is_looked_for(item, by, only)]
    places = await _places(tx, by, first)
    found = _LookedUp(only, places, await _known(tx, by, items, _LookedUp(only, places, {})))
    rest = [item for item in items if not found.has_files(item)] if only is not None else []
    return replace(found, places={**places, **await _places(tx, by, rest)}) if rest else found


def _is_looked_for(item: NewMessage, by: Actor, only: int | None) -> bool:
    """Whether its conversation is: for its files, or for who may see it."""
    return only is None and (bool(item.attachment_ids) or not visibility.whole(by))


async def _places(tx: Tx, by: Actor, items: Sequence[Item]) -> dict[int, int | None]:
    named = filter(None, map(_conversation, items))
    numbers = [number for number in map(ids.read_conversation, named) if number is not None]
    seen = await finding.by_ids(tx, by, numbers) if numbers else {}
    there = {number: found.workspace_id for number, found in seen.items() if not found.deleted}
    return {_NOWHERE: None, **{number: there.get(number) for number in numbers}}


async def _known(tx: Tx, by: Actor, items: Sequence[Item], found: _LookedUp) -> Mapping[int, Mapping[int, Attachment]]:
    wanted: dict[int, list[str]] = {}
    for item in items:
        if (given := _files(item)) and (place := found.place(item)) is not None:
            wanted.setdefault(place, []).extend(given)
    return {place: await references.known_files(tx, by, place, given) for place, given in wanted.items()}


def _problems(item: Item, found: _LookedUp, by: Actor) -> list[Problem]:
    """What is wrong with an item, as far as posting itself would not find out."""
    problems = []
    if _conversation(item) is not None:
        looked_for = isinstance(item, Wrong) or not found.has_files(item) or _is_looked_for(item, by, found.only)
        if looked_for and found.place(item) is None:
            problems.append(Problem("not_found", _CONVERSATION))
        if not found.has_files(item):
            problems.append(Problem("not_found", _FILES))
    return references.together(item, problems) if isinstance(item, Wrong) else problems


def _conversation(item: Item) -> str | None:
    """The id of the conversation that is named, if one is."""
    if isinstance(item, NewMessage):
        return item.conversation_id
    given = item.given.get("conversationId") if isinstance(item.given, dict) else None
    return given if isinstance(given, str) and given.strip() else None


def _files(item: Item) -> Sequence[str]:
    if isinstance(item, NewMessage):
        return item.attachment_ids
    return references.texts(item.given.get("attachmentIds")) if isinstance(item.given, dict) else ()


def _posting(item: NewMessage) -> Posting:
    said = Said(item.text, attachments=references.numbered(item.attachment_ids))
    return Posting(ids.read_conversation(item.conversation_id) or _NOWHERE, said)


def _result(item: NewMessage, became: Posted | None, author: wire.Json, looked_up: _LookedUp, links: Links) -> Result:
    """An item that nobody found there names no files that could be told to be missing, either."""
    if became is None:
        wrong = [Problem("not_found", _CONVERSATION)] + ([Problem("not_found", _FILES)] if item.attachment_ids else [])
        return _failed(wrong)
    there = looked_up.files.get(became.workspace_id, {})
    files = [there[number] for number in sorted(references.numbered(item.attachment_ids))]
    return envelope.succeeded(wire.posted(item, became, author, files, links))


def _failed(problems: Sequence[Problem]) -> Result:
    return envelope.failed(400, errors.errors(Invalid(problems=problems)))

"""Saving messages: those of one batch in one statement, each for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from koine.core.actor import Actor
from koine.core.conversations import finding, messages, visibility
from koine.core.conversations.model import Conversation, Posted, Posting, Said
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
    problems = await _problems(tx, by, items)
    right = [item for item, wrong in zip(items, problems, strict=True) if isinstance(item, NewMessage) and not wrong]
    posted = await messages.post(tx, by, [_posting(item) for item in right]) if right else []
    became = iter(zip(right, posted, strict=True))
    author = wire.author(by.author)
    return [_failed(wrong) if wrong else await _result(tx, by, *next(became), author, links) for wrong in problems]


async def _promise_or_hold(tx: Tx, by: Actor, items: Sequence[Item]) -> None:
    """Two batches that speak in the same conversations in different orders would otherwise wait for each other."""
    right = [item for item in items if isinstance(item, NewMessage)]
    numbers = {ids.read_conversation(item.conversation_id) for item in right}
    if len(numbers) > 1:
        await finding.hold(tx, by, sorted(number for number in numbers if number is not None))
    elif not any(item.attachment_ids for item in right):
        tx.only_one_write()


async def _problems(tx: Tx, by: Actor, items: Sequence[Item]) -> list[list[Problem]]:
    """What is wrong with each item. Only what posting itself would not find out is looked up."""
    whole = visibility.whole(by)
    named = [_named(item, whole) for item in items]
    numbers = [number for number in map(ids.read_conversation, filter(None, named)) if number is not None]
    seen = await finding.by_ids(tx, by, numbers) if numbers else {}
    return [await _of_item(tx, by, item, name, seen) for item, name in zip(items, named, strict=True)]


async def _of_item(tx: Tx, by: Actor, item: Item, named: str | None, seen: Mapping[int, Conversation]) -> list[Problem]:
    if named is None:
        return list(item.problems) if isinstance(item, Wrong) else []
    conversation = seen.get(ids.read_conversation(named) or _NOWHERE)
    files = _files(item)
    if conversation is None or conversation.deleted:
        problems = [Problem("not_found", _CONVERSATION)] + ([Problem("not_found", _FILES)] if files else [])
    else:
        problems = await references.files(tx, by, conversation.workspace_id, files, _FILES)
    return references.together(item, problems) if isinstance(item, Wrong) else problems


def _named(item: Item, whole: bool) -> str | None:
    """The conversation that has to be looked up: for its files, for who may see it, or to say all that is wrong."""
    if isinstance(item, NewMessage):
        return item.conversation_id if item.attachment_ids or not whole else None
    given = item.given.get("conversationId") if isinstance(item.given, dict) else None
    return given if isinstance(given, str) and given.strip() else None


def _files(item: Item) -> Sequence[str]:
    return item.attachment_ids if isinstance(item, NewMessage) else references.texts(item.given.get("attachmentIds"))


def _posting(item: NewMessage) -> Posting:
    files = [number for number in map(ids.read_attachment, item.attachment_ids) if number is not None]
    return Posting(ids.read_conversation(item.conversation_id) or _NOWHERE, Said(item.text, attachments=files))


async def _result(
    tx: Tx, by: Actor, item: NewMessage, became: Posted | None, author: wire.Json, links: Links
) -> Result:
    if became is None:
        return _failed([Problem("not_found", _CONVERSATION)])
    if item.attachment_ids:
        return envelope.succeeded(wire.message(await messages.find(tx, by, became.id), links))
    return envelope.succeeded(wire.posted(item, became, author))


def _failed(problems: Sequence[Problem]) -> Result:
    return envelope.failed(400, errors.errors(Invalid(problems=problems)))

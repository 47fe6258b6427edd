"""Saving conversations: items in their order, each for itself, and creates that follow one another in one statement."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Literal, TypeGuard

from koine.core.actor import Actor
from koine.core.conversations import changing, finding, messages, opening
from koine.core.conversations.model import Conversation, Opening, Posting, Said
from koine.core.errors import ConversationNotFound, Forbidden, Invalid, PermissionMissing, Problem, Refused
from koine.dialects.tight import companies, envelope, errors, ids, references, wire
from koine.dialects.tight.batch import Wrong
from koine.dialects.tight.envelope import Result
from koine.dialects.tight.references import Named
from koine.dialects.tight.wire import ChangedConversation, NewConversation
from koine.postgres.database import Tx

Item = NewConversation | ChangedConversation | Wrong


async def save(tx: Tx, by: Actor, items: Sequence[Item]) -> list[Result]:
    """What became of each item, in the same order (contracts/tight.md §4.5, §6.2)."""
    if all(map(_is_grouped, items)):
        tx.only_one_write()
    else:
        await _hold(tx, by, items)
    results: list[Result] = []
    for grouped, group in groupby(items, _is_grouped):
        if grouped:
            results += await _open_all(tx, by, [item for item in group if not isinstance(item, ChangedConversation)])
        else:
            results += [await _alone(tx, by, item) for item in group if not isinstance(item, Wrong)]
    return results


def _is_grouped(item: Item) -> bool:
    """Whether an item is all done by the statement that opens, or does nothing at all."""
    return isinstance(item, Wrong) or _is_plain(item)


def _is_plain(item: Item) -> TypeGuard[NewConversation]:
    """Whether a conversation only has to be opened, as it is by itself: active, and read by its author."""
    return isinstance(item, NewConversation) and item.read_status == "READ" and item.status == "ACTIVE"


async def _hold(tx: Tx, by: Actor, items: Sequence[Item]) -> None:
    """Two batches that change the same conversations in different orders would otherwise wait for each other."""
    named = [ids.read_conversation(item.id) for item in items if isinstance(item, ChangedConversation)]
    there = sorted({number for number in named if number is not None})
    if len(there) > 1:
        await finding.hold(tx, by, there)


async def _open_all(tx: Tx, by: Actor, items: Sequence[NewConversation | Wrong]) -> list[Result]:
    places = await companies.of_new(tx, by, [None if isinstance(i, Wrong) else i.attached_entity_id for i in items])
    files = await _files(tx, by, zip(items, places, strict=True))
    openings: list[Opening] = []
    refused: dict[int, Refused] = {}
    for at, (item, place) in enumerate(zip(items, places, strict=True)):
        if isinstance(item, Wrong):
            refused[at] = await references.wrong_conversation(tx, by, item)
        elif isinstance(place, Problem):
            refused[at] = Invalid(problems=[place])
        elif not by.may("conversations:write", place):
            refused[at] = PermissionMissing("conversations:write")
        elif not references.all_known(item.message.attachment_ids, files[place]):
            refused[at] = Invalid(problems=[Problem("not_found", references.FILES)])
        else:
            openings.append(_opening(item, place, _said(item.message.text, item.message.attachment_ids)))
    became = iter(await opening.open(tx, by, openings) if openings else ())
    author = wire.author(by.author)
    return [
        _failed(refused[at])
        if at in refused or isinstance(item, Wrong)
        else envelope.succeeded(wire.opened(item, next(became), author))
        for at, item in enumerate(items)
    ]


async def _files(
    tx: Tx, by: Actor, items: Iterable[tuple[NewConversation | Wrong, int | Problem]]
) -> Mapping[int, Container[int]]:
    """The files that these items may name, by the workspaces where they are to be said; mostly nothing is asked."""
    named: dict[int, list[str]] = {}
    for item, place in items:
        if isinstance(place, int) and not isinstance(item, Wrong):
            named.setdefault(place, []).extend(item.message.attachment_ids)
    return {place: await references.known_files(tx, by, place, given) for place, given in named.items()}


async def _alone(tx: Tx, by: Actor, item: NewConversation | ChangedConversation) -> Result:
    """What fails here is undone by itself; the conversation is read again as it now stands."""
    try:
        async with tx.attempt():
            save = _open_marked(tx, by, item) if isinstance(item, NewConversation) else _change(tx, by, item)
            conversation = await finding.by_id(tx, by, await save)
    except (ConversationNotFound, Forbidden, Invalid) as refused:
        return _failed(refused)
    return envelope.succeeded(wire.conversation(conversation))


async def _open_marked(tx: Tx, by: Actor, item: NewConversation) -> int:
    """Open a conversation with files, one that its author has not read, or one that goes straight into the bin."""
    named = Named(None, item.attached_entity_id, item.message.attachment_ids, speaks=True)
    workspace_id, problems = await references.new(tx, by, named)
    if workspace_id is None or problems:
        raise Invalid(problems=problems)
    said = _said(item.message.text, item.message.attachment_ids)
    (became,) = await opening.open(tx, by, [_opening(item, workspace_id, said)])
    conversation = await finding.by_id(tx, by, became.id)
    await changing.mark(tx, by, conversation, read=item.read_status == "READ")
    if item.status == "DELETED":
        await changing.delete(tx, by, conversation)
    return became.id


async def _change(tx: Tx, by: Actor, item: ChangedConversation) -> int:
    """Change what is given, and nothing that is already so: a save that changes nothing records nothing."""
    number = ids.read_conversation(item.id)
    if number is None:
        raise ConversationNotFound
    conversation = await finding.held(tx, by, number)
    files = (item.message.attachment_ids or []) if item.message else []
    named = Named(item.id, item.attached_entity_id, files, item.message is not None)
    problems = await references.changed(tx, by, conversation, named, restored=item.status == "ACTIVE")
    if problems:
        raise Invalid(problems=problems)
    if item.status == "ACTIVE":
        await changing.restore(tx, by, conversation)
    if item.subject is not None:
        await changing.set_subject(tx, by, conversation, item.subject)
    if item.attached_entity_id is not None:
        await changing.attach_entity(tx, by, conversation, item.attached_entity_id)
    if item.resolution_status is not None:
        await changing.set_category(tx, by, conversation, _category(item.resolution_status))
    if item.message is not None:
        conversation = await _say(tx, by, conversation, item.message.text or "", files)
    if item.read_status is not None:
        await changing.mark(tx, by, conversation, read=item.read_status == "READ")
    if item.status == "DELETED":
        await changing.delete(tx, by, conversation)
    return number


async def _say(tx: Tx, by: Actor, conversation: Conversation, text: str, files: Sequence[str]) -> Conversation:
    """The conversation as it stands afterwards: whoever speaks has read it."""
    by.must("messages:write", conversation.workspace_id)
    await messages.post(tx, by, [Posting(conversation.id, _said(text, files))])
    return await finding.by_id(tx, by, conversation.id)


def _opening(item: NewConversation, workspace_id: int, said: Said) -> Opening:
    resolved = item.resolution_status == "RESOLVED"
    return Opening(workspace_id, item.subject, said, item.attached_entity_id, resolved)


def _category(resolution: str) -> Literal["open", "resolved"]:
    return "resolved" if resolution == "RESOLVED" else "open"


def _said(text: str, files: Sequence[str]) -> Said:
    """With files that were checked before."""
    return Said(text, attachments=references.numbered(files))


def _failed(refused: Refused) -> Result:
    return envelope.failed(errors.status(refused), errors.errors(refused))

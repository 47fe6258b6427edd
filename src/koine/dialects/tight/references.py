"""What an item names besides its own values (a conversation, an entity, files), and what is wrong with that."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from koine.core.actor import Actor
from koine.core.conversations import finding
from koine.core.conversations.model import Attachment, Conversation
from koine.core.errors import ConversationNotFound, Invalid, Problem, Refused
from koine.core.files import attachments
from koine.dialects.tight import companies, ids
from koine.dialects.tight.batch import Wrong
from koine.postgres.database import Tx

FILES = ("message", "attachmentIds")


@dataclass(frozen=True, slots=True)
class Named:
    """`entity` is what a conversation is to be about; `speaks` is whether something is to be said."""

    conversation: str | None
    entity: str | None
    files: Sequence[str]
    speaks: bool


async def new(tx: Tx, by: Actor, named: Named) -> tuple[int | None, list[Problem]]:
    """The workspace of a conversation that is to be opened, and what is wrong with what it names."""
    (place,) = await companies.of_new(tx, by, [named.entity])
    if isinstance(place, Problem):
        return None, [place, *_no_files(named)]
    return place, await files(tx, by, place, named.files, FILES)


async def changed(tx: Tx, by: Actor, conversation: Conversation, named: Named, *, restored: bool) -> list[Problem]:
    """What is wrong with what a change of a conversation names."""
    problems = []
    if named.entity is not None and named.entity != conversation.entity:
        if conversation.entity is not None:
            problems.append(Problem("unchangeable", ("attachedEntityId",)))
        elif not companies.fits(named.entity, conversation.workspace_id):
            problems.append(Problem("not_found", ("attachedEntityId",)))
    if named.speaks and conversation.deleted and not restored:
        problems.append(Problem("not_found", ("id",)))
    return problems + await files(tx, by, conversation.workspace_id, named.files, FILES)


async def files(tx: Tx, by: Actor, workspace_id: int, given: Sequence[str], path: tuple[str, ...]) -> list[Problem]:
    """One problem when any of these ids names no file of the workspace, or none that the actor may see."""
    known = await known_files(tx, by, workspace_id, given)
    return [] if all_known(given, known) else [Problem("not_found", path)]


async def known_files(tx: Tx, by: Actor, workspace_id: int, given: Iterable[str]) -> Mapping[int, Attachment]:
    """The files of a workspace that these ids name, as far as the actor may see them."""
    numbers = set(numbered(given))
    return await attachments.known(tx, by, workspace_id, numbers) if numbers else {}


def all_known(given: Iterable[str], known: Container[int]) -> bool:
    """Whether each of these ids is that of a known file."""
    return all(ids.read_attachment(id) in known for id in given)


def numbered(given: Iterable[str]) -> list[int]:
    """The numbers of files, without ids that are none."""
    return [number for number in map(ids.read_attachment, given) if number is not None]


async def wrong_conversation(tx: Tx, by: Actor, item: Wrong) -> Refused:
    """A conversation's item that cannot be read, as a refusal that also says what is wrong with what it names."""
    if not isinstance(item.given, dict):
        return Invalid(problems=item.problems)
    named = _named(item)
    if named.conversation is None:
        _, problems = await new(tx, by, named)
    else:
        problems = await _wrong_change(tx, by, named, item.given.get("status") == "ACTIVE")
    return Invalid(problems=together(item, problems))


def together(item: Wrong, problems: Sequence[Problem]) -> list[Problem]:
    """An item's own problems with those of what it names, one a field."""
    blamed = {_where(problem) for problem in item.problems}
    return [*item.problems, *(problem for problem in problems if _where(problem) not in blamed)]


def texts(given: Any) -> list[str]:
    """The strings of what should be a list of them."""
    return [text for text in given if isinstance(text, str)] if isinstance(given, list) else []


async def _wrong_change(tx: Tx, by: Actor, named: Named, restored: bool) -> list[Problem]:
    number = ids.read_conversation(named.conversation or "")
    try:
        if number is None:
            raise ConversationNotFound
        return await changed(tx, by, await finding.by_id(tx, by, number), named, restored=restored)
    except ConversationNotFound:
        return [Problem("not_found", ("id",)), *_no_files(named)]


def _no_files(named: Named) -> list[Problem]:
    """Where the company is not known no file can be, either."""
    return [Problem("not_found", FILES)] if named.files else []


def _named(item: Wrong) -> Named:
    """What can be read of an item that cannot be read as a whole."""
    given = item.given
    message = given.get("message")
    files = message.get("attachmentIds") if isinstance(message, dict) else None
    entity_is_wrong = ("attachedEntityId",) in map(_where, item.problems)
    return Named(
        _text(given.get("id")),
        None if entity_is_wrong else _text(given.get("attachedEntityId")),
        texts(files),
        isinstance(message, dict),
    )


def _text(given: Any) -> str | None:
    return given if isinstance(given, str) else None


def _where(problem: Problem) -> tuple[str, ...]:
    return tuple(part for part in problem.path if isinstance(part, str))

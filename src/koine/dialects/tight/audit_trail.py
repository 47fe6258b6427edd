"""The audit trail of one conversation, message, file, company or bookkeeper (contracts/tight.md §12)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from koine.core.audit import trail
from koine.core.audit.model import Entry
from koine.core.conversations import finding, messages
from koine.core.errors import ConversationNotFound, MessageNotFound, NotFound
from koine.core.page import Page, Window
from koine.core.users import staff
from koine.core.workspaces import workspaces
from koine.core.workspaces.model import Workspace
from koine.dialects.call import Answer, Call
from koine.dialects.tight import envelope, ids, inferred, paging, parameters, revisions

Found = tuple[int | None, Page[Entry]]  # the workspace that it is about, and a page of what happened


async def get(call: Call) -> Answer:
    """What happened to one thing, the newest first: `cursor` and `limit` as in every list."""
    asked = parameters.read(call)
    id = call.named("id")
    of = paging.other("audit", id)
    window = paging.window(asked.limit or inferred.DEFAULT_PAGE, asked.cursor, of)
    workspace_id, page = await _reader(id)(call, id, window)
    company = await _company(call, workspace_id)
    talk = ids.read_conversation(id) is not None
    shown = [revisions.entry(entry, company, of_conversation=talk) for entry in page.items]
    return envelope.page(shown, paging.cursors(page, of))


def _reader(id: str) -> Callable[[Call, str, Window], Awaitable[Found]]:
    return _READERS.get(id.partition("_")[0], _nothing)


async def _conversation(call: Call, id: str, window: Window) -> Found:
    number = ids.read_conversation(id)
    if number is None:
        raise ConversationNotFound
    found = await finding.by_id(call.tx, call.actor, number)
    return found.workspace_id, await trail.of_conversation(call.tx, call.actor, found, revisions.KINDS, window)


async def _message(call: Call, id: str, window: Window) -> Found:
    number = ids.read_message(id)
    if number is None:
        raise MessageNotFound
    found = await messages.find(call.tx, call.actor, number)
    return found.workspace_id, await trail.of_message(call.tx, call.actor, found, revisions.KINDS, window)


async def _file(call: Call, id: str, window: Window) -> Found:
    number = ids.read_attachment(id)
    if number is None:
        raise NotFound
    place = await trail.file_workspace(call.tx, call.actor, number)
    return place, await trail.of_file(call.tx, call.actor, place, number, revisions.KINDS, window)


async def _of_company(call: Call, id: str, window: Window) -> Found:
    number = ids.read_company(id)
    if number is None:
        raise NotFound
    return number, await trail.of_workspace(call.tx, call.actor, number, window)


async def _bookkeeper(call: Call, id: str, window: Window) -> Found:
    """Others than the partner are told that there is none."""
    number = ids.read_bookkeeper(id)
    if number is None or call.actor.everywhere is None:
        raise NotFound
    return None, await trail.of_staff(call.tx, call.actor, await staff.find(call.tx, call.actor, number), window)


async def _nothing(call: Call, id: str, window: Window) -> Found:
    raise NotFound


_READERS: dict[str, Callable[[Call, str, Window], Awaitable[Found]]] = {
    "con": _conversation,
    "msg": _message,
    "fil": _file,
    "att": _file,
    "co": _of_company,
    "bkpr": _bookkeeper,
}


async def _company(call: Call, workspace_id: int | None) -> Workspace | None:
    if workspace_id is None:
        return None
    return (await workspaces.find(call.tx, call.actor.account_id, [workspace_id]))[0]

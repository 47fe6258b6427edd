"""Writing: replies, notes, their preview and their drafts."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from koine.core.conversations import drafts, finding
from koine.core.conversations.correspondence.model import Sent
from koine.core.conversations.handling import notes, replying, status
from koine.core.conversations.model import Conversation, Said
from koine.core.errors import Invalid, Problem
from koine.core.files import attachments
from koine.core.users import agents
from koine.inbox import asking, form, live, markdown, moments, operations, render
from koine.inbox.live import View
from koine.inbox.pages import desk
from koine.inbox.runtime import Runtime
from koine.inbox.shown import words
from koine.inbox.visit import Visit
from koine.postgres.database import Tx

Fields = dict[str, str]
LONGEST = 50_000  # characters
_MOST_FILES = 20


async def say(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """A reply, or a note when the form says so; and then perhaps resolved."""
    fields = await form.fields(request, form.OF_PEOPLE)
    sent = dict(fields)
    number = request.path_params["number"]
    said = _said(sent, [value for name, value in fields if name == "attachment"])
    async with runtime.database.writing((visit.here,)) as tx:
        conversation = await finding.by_number(tx, visit.actor, visit.here, number)
        await attachments.unsaid(tx, visit.actor, visit.here, said.attachments)
        if sent.get("kind") == "note":
            await notes.write(tx, visit.actor, conversation, said, await _mentioned(tx, visit, said.text))
            waits = None
        else:
            waits = await _reply(tx, visit, conversation, said, sent)
        if sent.get("then") == "resolve":
            await status.put_category(tx, visit.actor, visit.here, [conversation.id], category="resolved")
    view = View(asking.read(request.query_params.get("queue", "all"), request.query_params), number)
    if not visit.partial:
        return RedirectResponse(f"{visit.root}/conversations/{number}?{view.shown.query()}#composer", 303)
    return await _told(runtime, visit, view, conversation, sent, waits)


async def take_back(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Do not send what waits: its words are a draft again. Raises NotScheduled when it has gone."""
    await form.read(request, form.OF_PEOPLE)
    number = request.path_params["number"]
    async with runtime.database.writing((visit.here,)) as tx:
        conversation = await finding.by_number(tx, visit.actor, visit.here, number)
        await replying.take_back(tx, visit.actor, conversation, request.path_params["message"])
    if visit.partial:
        return operations.answer(operations.REFRESH)
    shown = asking.read(request.query_params.get("queue", "all"), request.query_params)
    return RedirectResponse(f"{visit.root}/conversations/{number}?{shown.query()}", 303)


async def preview(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """What would be seen of it."""
    sent = await form.read(request, form.OF_PEOPLE)
    html = words.simple(markdown.html(sent.get("text", "")[:LONGEST]))
    return operations.answer(
        operations.replace("preview", Markup('<div class="preview said" id="preview" dir="auto">{}</div>').format(html))
    )


async def draft(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Keep what has been written so far."""
    sent = await form.read(request, form.OF_PEOPLE)
    async with runtime.database.writing((visit.here,)) as tx:
        conversation = await finding.by_number(tx, visit.actor, visit.here, request.path_params["number"])
        kind: drafts.Kind = "note" if sent.get("kind") == "note" else "reply"
        await drafts.save(tx, visit.actor, conversation, kind=kind, body=sent.get("text", ""))
    if visit.partial:
        return operations.answer()
    return RedirectResponse(f"{visit.root}/conversations/{conversation.number}", 303)


async def _reply(tx: Tx, visit: Visit, conversation: Conversation, said: Said, sent: Fields) -> Sent | None:
    """At once; later, when the form says when (`at`); or after a moment in which it can be taken back, when the page
    can show that (`undo`). What waits.
    """
    if sent.get("at"):
        at = moments.read(sent["at"], visit.zone)
    elif sent.get("undo"):
        at = datetime.now(UTC) + timedelta(seconds=replying.UNDO)
    else:
        await replying.reply(tx, visit.actor, conversation, said)
        return None
    return await replying.reply_later(tx, visit.actor, conversation, said, at=at)


def _said(sent: Fields, attached: list[str]) -> Said:
    source = sent.get("text", "").replace("\r\n", "\n").strip()
    if len(source) > LONGEST:
        raise Invalid("This is too long for one message.", problems=[Problem("too_long", ("text",), limit=LONGEST)])
    if len(attached) > _MOST_FILES or not all(id.isdecimal() and len(id) < 19 for id in attached):
        raise Invalid(problems=[Problem("not_found", ("attachment",))])
    attempt = sent.get("attempt", "")[:64] or None
    html = markdown.html(source) if source else None
    meta = {"markdown": source} if source else {}
    return Said(markdown.text(source), html, [int(id) for id in attached], meta=meta, source_id=attempt)


async def _mentioned(tx: Tx, visit: Visit, text: str) -> list[int]:
    """The members whose names stand in it after an @."""
    members = await agents.of_workspace(tx, visit.here) if "@" in text else []
    return [each.id for each in members if each.enabled and each.name and f"@{each.name}" in text]


def _left(waits: Sent) -> int:
    """The seconds in which it can still be taken back: fewer when it was sent before, and is only sent again."""
    return math.ceil(replying.UNDO - (datetime.now(UTC) - waits.at).total_seconds())


async def _told(
    runtime: Runtime, visit: Visit, view: View, conversation: Conversation, sent: Fields, waits: Sent | None
) -> Response:
    """The message in the thread, a new attempt, and a way to take it back while it waits."""
    entry = sent.get("entry", "")
    async with runtime.database.reading((visit.here,)) as tx:
        shown = await desk.resolved(tx, visit, view.shown)
        view = View(shown, view.number, int(entry) if entry.isdecimal() and len(entry) < 19 else 2**63 - 1)
        told = await live.changed(runtime, tx, visit, view, [conversation.id])
    told.append(operations.replace("attempt", render.partial(visit, "_attempt.html")))
    if waits is not None and (sent.get("at") or _left(waits) > 0):
        action = f"{visit.root}/conversations/{view.number}/messages/{waits.uuid}/withdrawal?{shown.query()}"
        says, seconds = ("It will be sent then.", 20) if sent.get("at") else ("Sent.", _left(waits))
        values = {"sent": waits, "action": action, "says": says, "seconds": seconds}
        told.append(operations.append("notices", render.partial(visit, "_sent.html", **values)))
    return operations.answer(*told)

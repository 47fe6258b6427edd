"""A conversation, read with all that its page draws of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from koine.core.conversations import drafts, finding, panel, timeline
from koine.core.conversations.model import Conversation
from koine.core.conversations.panel import Panel
from koine.core.files.links import Links
from koine.core.page import Window
from koine.core.users import agents
from koine.core.users.agents import Agent
from koine.core.workspaces.furniture import Furniture
from koine.inbox import asking
from koine.inbox.asking import Shown
from koine.inbox.runtime import Runtime
from koine.inbox.shown import people, rows, sides, talk
from koine.inbox.shown.people import Face
from koine.inbox.shown.sides import Option, Side
from koine.inbox.shown.talk import Setting
from koine.inbox.shown.threads import Composer, Thread
from koine.inbox.visit import Visit
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Read:
    """A conversation as its page draws it."""

    thread: Thread
    side: Side


async def read(
    runtime: Runtime, tx: Tx, visit: Visit, shown: Shown, number: int, query: Mapping[str, str], has: Furniture
) -> Read:
    """Read all of it. Raises ConversationNotFound and CursorUnreadable."""
    conversation = await finding.by_number(tx, visit.actor, visit.here, number)
    found = await timeline.latest(tx, visit.actor, conversation, older(query))
    unread = await timeline.first_unread(tx, visit.actor, conversation)
    beside = await panel.of(tx, visit.actor, conversation)
    members = await agents.of_workspace(tx, visit.here)
    setting = setting_of(runtime, visit, conversation, members)
    begun = await drafts.of_conversation(tx, visit.actor, conversation)
    kept = begun.get("reply") or begun.get("note")
    composer = Composer(
        kept.kind if kept else "reply",
        kept.body if kept else "",
        str(uuid.uuid4()),
        [_face(each) for each in members if each.enabled],
        may_reply=conversation.contact_id is not None or conversation.inbox_id is None,
        pending=talk.pending(people.of_author(visit.actor.author), datetime.now(UTC)),
    )
    may = visit.may("messages:write") and not conversation.deleted
    more = f"{setting.href}?{shown.query()}&{asking.after(found.after)}" if found.after else None
    bubbles = talk.bubbles(talk.newest_last(found.items), setting, unread=unread)
    thread = replace(
        head(visit, conversation, beside, setting, members, shown),
        bubbles=bubbles,
        older=more,
        composer=composer if may else None,
        unread=unread is not None,
        watchers=people.present(runtime.presence.at((visit.here, conversation.id), but=visit.actor.id)),
    )
    side = sides.of(visit, conversation, beside, members, has, thread.href, shown.query())
    return Read(thread, side)


def setting_of(runtime: Runtime, visit: Visit, conversation: Conversation, members: Sequence[Agent]) -> Setting:
    """What it takes to draw what was said in a conversation."""
    sealing = None if runtime.files is None else runtime.files.sealing
    names = {each.id: each.name for each in members}
    return Setting(
        visit.actor, visit.zone, f"{visit.root}/conversations/{conversation.number}", names, Links("", sealing)
    )


def older(query: Mapping[str, str]) -> Window:
    """The part of a thread before `after`, which `asking.place` wrote: it is read newest first."""
    return asking.window(query, timeline.PAGE)


def head(
    visit: Visit, conversation: Conversation, beside: Panel, setting: Setting, members: Sequence[Agent], shown: Shown
) -> Thread:
    """What stands above what was said, without that."""
    row = rows.of(beside.row, visit.root, shown.query())
    agents = [Option(str(each.id), each.name, _face(each)) for each in members if each.enabled]
    return Thread(
        conversation.id,
        conversation.number,
        setting.href,
        shown.href(visit.root),
        row.subject,
        row.who,
        row.status,
        row.category,
        row.starred,
        row.assignee,
        row.snoozed_until,
        [],
        None,
        None,
        [Option("", "Nobody"), *agents],
        may_resolve=visit.may("conversations:update_status"),
        may_assign=visit.may("conversations:update_user_assignee"),
        may_star=visit.may("conversations:write"),
        deleted=conversation.deleted,
        beside=shown.query(),
    )


def _face(agent: Agent) -> Face:
    return Face("user", agent.name, agent.email, agent.id)

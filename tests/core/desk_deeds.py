"""What the actions of a desk are, each once in a way that changes something: part of test_every_action_records."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from koine.core.accounts import roles
from koine.core.actor import Actor
from koine.core.conversations import drafts, finding, panel, queues, timeline
from koine.core.conversations.handling import (
    activity,
    assignment,
    attributes,
    following,
    notes,
    priority,
    replying,
    selection,
    snoozing,
    status,
    tagging,
)
from koine.core.conversations.model import Conversation, Said
from koine.core.inboxes import inboxes
from koine.core.search import search
from koine.core.statuses import priorities, statuses
from koine.core.tags import tags
from koine.core.teams import teams
from koine.core.users import agents
from koine.core.users.agents import Invited
from koine.core.views import views
from koine.core.views.model import Described, View
from koine.demo import World
from koine.postgres.database import Tx

Deed = Callable[[Tx, Actor, World, Conversation], Awaitable[object]]


def soon() -> datetime:
    """A time to put something off to."""
    return datetime.now(UTC) + timedelta(hours=1)


def _home(world: World) -> int:
    return world.lamplight.workspace.id


async def _assign(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await assignment.assign(tx, by, _home(world), [lamp.id], to=world.mary.id)


async def _give_to_team(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await assignment.give_to_team(tx, by, _home(world), [lamp.id], team=world.lamplight.team_id)


async def _close(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    (closed,) = [each.status for each in await statuses.of_workspace(tx, _home(world)) if each.status.name == "Closed"]
    await status.put(tx, by, _home(world), [lamp.id], status_id=closed.id)


async def _resolve(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await status.put_category(tx, by, _home(world), [lamp.id], category="resolved")


async def _prioritise(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    *_, high = await priorities.of_workspace(tx, _home(world))
    await priority.put(tx, by, _home(world), [lamp.id], priority_id=high.id)


async def _tag(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    tag = await tags.create(tx, by, _home(world), name="Urgent")
    await tagging.add(tx, by, _home(world), [lamp.id], tags=[tag.id])


async def _untag(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await _tag(tx, by, world, lamp)
    (tag,) = await tags.of_workspace(tx, _home(world))
    await tagging.remove(tx, by, _home(world), [lamp.id], tags=[tag.id])


async def _retag(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await _tag(tx, by, world, lamp)
    other = await tags.create(tx, by, _home(world), name="Glass")
    await tagging.put(tx, by, _home(world), [lamp.id], tags=[other.id])


async def _rename_tag(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    tag = await tags.create(tx, by, _home(world), name="Urgent")
    await tags.rename(tx, by, _home(world), tag.id, name="Very urgent")


async def _delete_tag(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    tag = await tags.create(tx, by, _home(world), name="Urgent")
    await tags.delete(tx, by, _home(world), tag.id)


async def _snooze(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await snoozing.snooze(tx, by, _home(world), [lamp.id], until=soon())


async def _wake(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await _snooze(tx, by, world, lamp)
    await snoozing.wake(tx, by, _home(world), [lamp.id])


async def _wake_due(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await _snooze(tx, by, world, lamp)
    await tx.write("update conversations set snoozed_until = now() where id = $1", lamp.id)
    await snoozing.wake_due(tx, by, _home(world), lamp.id)


async def _describe(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await tx.write(
        "insert into custom_attributes (workspace_id, applies_to, key, name)"
        " values ($1, 'conversation', 'colour', 'Hue')",
        _home(world),
    )
    await attributes.put(tx, by, _home(world), [lamp.id], attributes={"colour": "green"})


async def _follow(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await following.follow(tx, by, _home(world), [lamp.id], user_id=world.mary.id)


async def _unfollow(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await _follow(tx, by, world, lamp)
    await following.unfollow(tx, by, _home(world), [lamp.id], user_id=world.mary.id)


async def _note(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await notes.write(tx, by, lamp, Said("Look at this"), [world.mary.id])


async def _reply_later(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await replying.reply_later(tx, by, lamp, Said("Yes"), at=soon())


async def _take_back(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    sent = await replying.reply_later(tx, by, lamp, Said("Yes"), at=soon())
    await replying.take_back(tx, by, lamp, sent.uuid)


async def _draft(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await drafts.save(tx, by, lamp, kind="reply", body="Dear")


async def _view(tx: Tx, by: Actor, world: World) -> View:
    return await views.create(tx, by, _home(world), Described("Mine", {"assignees": ["me"]}))


async def _update_view(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await views.update(tx, by, await _view(tx, by, world), Described("Ours", {}))


async def _delete_view(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await views.delete(tx, by, await _view(tx, by, world))


async def _reorder_views(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    view = await _view(tx, by, world)
    await views.reorder(tx, by, _home(world), [view.id])


async def _rename_team(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await teams.rename(tx, by, _home(world), world.lamplight.team_id, name="Back desk")


async def _empty_team(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await teams.set_members(tx, by, _home(world), world.lamplight.team_id, members=[world.ada.id])


async def _delete_team(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await teams.delete(tx, by, _home(world), world.lamplight.team_id)


async def _update_inbox(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    inbox = world.lamplight.inbox
    await inboxes.update(tx, by, _home(world), inbox.id, name="Sales", address=inbox.address, enabled=False)


async def _status(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await statuses.create(tx, by, _home(world), name="On hold", category="waiting")


async def _rename_status(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    held = await statuses.create(tx, by, _home(world), name="On hold", category="waiting")
    await statuses.rename(tx, by, _home(world), held.id, name="Held")


async def _delete_status(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    held = await statuses.create(tx, by, _home(world), name="On hold", category="waiting")
    await statuses.delete(tx, by, _home(world), held.id)


async def _role_id(tx: Tx, world: World, name: str) -> int:
    return next(role.id for role in await roles.of_account(tx, world.account_id) if role.name == name)


async def _invite(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await agents.invite(tx, by, _home(world), Invited("new@example.com", await _role_id(tx, world, "Agent"), "New"))


async def _give_role(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await agents.give_role(tx, by, _home(world), world.mary.id, role_id=await _role_id(tx, world, "Admin"))


async def _remove_agent(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await agents.remove(tx, by, _home(world), world.mary.id)


async def _disable_agent(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await agents.disable(tx, by, _home(world), world.mary.id)


async def _enable_agent(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await agents.disable(tx, by, _home(world), world.mary.id)
    await agents.enable(tx, by, _home(world), world.mary.id)


async def _role(tx: Tx, by: Actor, world: World, lamp: Conversation) -> roles.Role:
    return await roles.create(tx, by, name="Reader", permissions=["conversations:read"])


async def _update_role(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    role = await _role(tx, by, world, lamp)
    await roles.update(tx, by, role.id, name="Reader", permissions=["conversations:read", "messages:read"])


async def _delete_role(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await roles.delete(tx, by, (await _role(tx, by, world, lamp)).id)


_WOKEN = [
    "conversation.snoozed",
    "conversation.status_changed",
    "conversation.woken",
    "conversation.status_changed",
]

DEEDS: dict[Callable[..., Any], tuple[Deed, list[str]]] = {
    assignment.assign: (_assign, ["conversation.assigned"]),
    assignment.give_to_team: (_give_to_team, ["conversation.assigned"]),
    status.put: (_close, ["conversation.status_changed"]),
    status.put_category: (_resolve, ["conversation.status_changed"]),
    priority.put: (_prioritise, ["conversation.priority_changed"]),
    tagging.add: (_tag, ["tag.created", "conversation.tags_changed"]),
    tagging.remove: (_untag, ["tag.created", *["conversation.tags_changed"] * 2]),
    tagging.put: (_retag, ["tag.created", "conversation.tags_changed", "tag.created", "conversation.tags_changed"]),
    tags.create: (lambda tx, by, world, lamp: tags.create(tx, by, _home(world), name="Urgent"), ["tag.created"]),
    tags.rename: (_rename_tag, ["tag.created", "tag.renamed"]),
    tags.delete: (_delete_tag, ["tag.created", "tag.deleted"]),
    snoozing.snooze: (_snooze, ["conversation.snoozed", "conversation.status_changed"]),
    snoozing.wake: (_wake, _WOKEN),
    snoozing.wake_due: (_wake_due, _WOKEN),
    attributes.put: (_describe, ["conversation.attributes_changed"]),
    following.follow: (_follow, ["conversation.followed"]),
    following.unfollow: (_unfollow, ["conversation.followed", "conversation.unfollowed"]),
    notes.write: (_note, ["note.written"]),
    replying.reply: (lambda tx, by, world, lamp: replying.reply(tx, by, lamp, Said("Yes")), ["message.posted"]),
    replying.reply_later: (_reply_later, ["message.scheduled"]),
    replying.take_back: (_take_back, ["message.scheduled", "message.schedule_cancelled"]),
    views.create: (lambda tx, by, world, lamp: _view(tx, by, world), ["view.created"]),
    views.update: (_update_view, ["view.created", "view.updated"]),
    views.delete: (_delete_view, ["view.created", "view.deleted"]),
    views.reorder: (_reorder_views, ["view.created", "view.updated"]),
    teams.rename: (_rename_team, ["team.updated"]),
    teams.set_members: (_empty_team, ["team.updated"]),
    teams.delete: (_delete_team, ["team.deleted"]),
    inboxes.update: (_update_inbox, ["inbox.updated"]),
    statuses.create: (_status, ["status.created"]),
    statuses.rename: (_rename_status, ["status.created", "status.renamed"]),
    statuses.delete: (_delete_status, ["status.created", "status.deleted"]),
    agents.invite: (_invite, ["user.created", "member.added"]),
    agents.give_role: (_give_role, ["member.role_given"]),
    agents.remove: (_remove_agent, ["member.removed"]),
    agents.disable: (_disable_agent, ["user.disabled"]),
    agents.enable: (_enable_agent, ["user.disabled", "user.enabled"]),
    roles.create: (_role, ["role.created"]),
    roles.update: (_update_role, ["role.created", "role.changed"]),
    roles.delete: (_delete_role, ["role.created", "role.deleted"]),
    # What somebody has only begun to write has not happened to anybody.
    drafts.save: (_draft, []),
}

# What Koine itself, which is nobody, cannot do.
BY_SOMEBODY = {drafts.save, views.create, views.update, views.delete, views.reorder}

# `activity.tell` is told of by the events of what it is part of.
READERS = {activity.tell, drafts.of_conversation, panel.of, selection.hold, views.of_workspace, views.find}
READING = {queues.__name__, timeline.__name__, finding.__name__, search.__name__}

"""What those who answer do with the demo's talks: who has them, where they stand, notes, drafts, stars and marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from koine.core.actor import Actor
from koine.core.conversations import changing, drafts, finding, reactions
from koine.core.conversations.correspondence import delivering, reading
from koine.core.conversations.dating import Past, date
from koine.core.conversations.handling import (
    assignment,
    following,
    notes,
    priority,
    replying,
    snoozing,
    status,
    tagging,
)
from koine.core.conversations.model import Conversation, Said
from koine.demo.script import Line, span
from koine.demo.stage import Stage
from koine.demo.telling import AGENTS, Told, said
from koine.postgres.database import Tx

_FRESH = timedelta(days=2)  # what was said since then, and nobody has answered, nobody has read yet
_READER = "linus"  # whose inbox the demo shows


async def handle(tx: Tx, stage: Stage, told: Sequence[Told], now: datetime) -> None:
    """Do everything with them that their facts and lines say, and put it all where it belongs in time."""
    await _give(tx, stage, told)
    await _mark(tx, stage, told)
    found = await finding.by_ids(tx, stage.person(_READER), [each.id for each in told])
    for each in told:
        await _say_more(tx, stage, each, found[each.id])
        await _look(tx, stage, each, found[each.id], now)
    await date(tx, stage.workspace_id, [_past(each, now) for each in told])
    await _say_later(tx, stage, told, found)


def _grouped(told: Sequence[Told], name: str, by: Callable[[Told], str]) -> dict[tuple[str, str], list[int]]:
    """Those that have a fact, by who does it and what it says."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for each in told:
        if name in each.talk.facts:
            groups[by(each), each.talk.facts[name]].append(each.id)
    return groups


async def _give(tx: Tx, stage: Stage, told: Sequence[Told]) -> None:
    at = stage.workspace_id
    for (who, name), ids in _grouped(told, "team", _handler).items():
        await assignment.give_to_team(tx, stage.person(who), at, ids, team=stage.teams[name])
    for (who, name), ids in _grouped(told, "to", _giver).items():
        await assignment.assign(tx, stage.person(who), at, ids, to=stage.person(name.split()[0]).id)
    for (_, names), ids in _grouped(told, "follow", _handler).items():
        for key in names.split(","):
            follower = stage.person(key.strip())
            await following.follow(tx, follower, at, ids, user_id=follower.id or 0)


async def _mark(tx: Tx, stage: Stage, told: Sequence[Told]) -> None:
    at = stage.workspace_id
    for (who, names), ids in _grouped(told, "tags", _handler).items():
        wanted = [stage.tags[name.strip()] for name in names.split(",")]
        await tagging.add(tx, stage.person(who), at, ids, tags=wanted)
    for (who, name), ids in _grouped(told, "priority", _handler).items():
        await priority.put(tx, stage.person(who), at, ids, priority_id=stage.priorities[name])
    for (who, name), ids in _grouped(told, "status", _handler).items():
        await status.put(tx, stage.person(who), at, ids, status_id=stage.statuses[name])
    for (who, name), ids in _grouped(told, "snooze", _handler).items():
        until = (datetime.now(UTC) + span(name)).replace(second=0, microsecond=0)
        await snoozing.snooze(tx, stage.person(who), at, ids, until=until)


def _handler(told: Told) -> str:
    return told.answers if told.answers in AGENTS else _READER


def _giver(told: Told) -> str:
    """Who has it took it, unless it says who gave it to them: "mary from linus"."""
    words = told.talk.facts["to"].split()
    return words[2] if len(words) == 3 else words[0]


async def _say_more(tx: Tx, stage: Stage, told: Told, conversation: Conversation) -> None:
    """Notes, drafts, chosen emojis, and what did not arrive."""
    for place, line in enumerate(told.talk.lines):
        by = stage.person(line.who or told.answers) if line.kind != "in" else stage.app
        if line.kind == "note":
            named = [stage.person(key).id or 0 for key in AGENTS if f"@{key}" in line.text]
            text = _with_names(stage, line.text)
            files = [stage.files[name] for name in line.files]
            sent = await notes.write(tx, by, conversation, Said(text, attachments=files), named)
            told.messages[place] = sent.id, sent.uuid
        elif line.kind in ("reply draft", "note draft"):
            kind = "reply" if line.kind == "reply draft" else "note"
            await drafts.save(tx, by, conversation, kind=kind, body=line.text)  # type: ignore[arg-type]
        for emoji, name in line.chosen:
            await reactions.add(tx, stage.person(name), told.messages[place][0], emoji)
        if "failed" in line.facts:
            await _fail(tx, by, told, place, line)


async def _fail(tx: Tx, by: Actor, told: Told, place: int, line: Line) -> None:
    letter = await reading.find(tx, by, told.messages[place][1])
    await delivering.report(tx, by, letter, "failed", line.facts["failed"] or "It could not be delivered.")


def _with_names(stage: Stage, text: str) -> str:
    for key in AGENTS:
        if key in stage.people:
            text = text.replace(f"@{key}", f"@{stage.people[key].name}")
    return text


async def _look(tx: Tx, stage: Stage, told: Told, conversation: Conversation, now: datetime) -> None:
    """What is fresh and unanswered is unread, all else is read."""
    reader = stage.person(_READER)
    fresh = now - told.ended < _FRESH and told.unanswered and not conversation.resolved
    if "star" in told.talk.facts:
        await changing.star(tx, reader, conversation, starred=True)
    if not fresh:
        await changing.mark(tx, reader, conversation, read=True)
    if conversation.contact_id is not None:
        await changing.set_unread(tx, reader, conversation, told.unanswered if fresh else 0)


def _past(told: Told, now: datetime) -> Past:
    """What is done with a talk is done when it has been begun, or ended."""
    begun, ended = told.times[0], told.ended
    soon = {"team": 1, "assigned": 2, "tags": 3, "priority": 4}
    activity = {what: min(begun + timedelta(minutes=minutes), now) for what, minutes in soon.items()}
    done = min(ended + timedelta(minutes=9), now)
    said_at = {id: told.times[place] for place, (id, _) in told.messages.items()}
    resolved = "status" in told.talk.facts or "snooze" in told.talk.facts
    return Past(told.id, begun, done if resolved else ended, said_at, activity | {"status": done, "snoozed": done})


async def _say_later(tx: Tx, stage: Stage, told: Sequence[Told], found: dict[int, Conversation]) -> None:
    """What is to be said in some hours waits in its thread."""
    for each in told:
        for line in each.talk.lines:
            if line.kind == "later":
                at = (datetime.now(UTC) + span(line.facts["in"])).replace(second=0, microsecond=0)
                by = stage.person(line.who or each.answers)
                await replying.reply_later(tx, by, found[each.id], said(stage, each, line), at=at)

"""What `koine demo` serves has one of everything that an inbox has to show, and every bit of it really happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from koine.core.contacts import contacts
from koine.core.conversations import queues
from koine.demo import lively
from koine.demo.stage import acting
from koine.postgres.database import Database
from tests.demo.conftest import Demo

Count = Callable[[str], Awaitable[int]]

CONVERSATIONS = "conversations c where c.workspace_id = any ($1::bigint[]) and "
MESSAGES = "messages m where m.workspace_id = any ($1::bigint[]) and "

KINDS = {
    "unassigned": f"{CONVERSATIONS} c.assignee_id is null and not c.resolved",
    "assigned": f"{CONVERSATIONS} c.assignee_id is not null and not c.resolved",
    "of a team": f"{CONVERSATIONS} c.team_id is not null",
    "snoozed": f"{CONVERSATIONS} c.snoozed_until > now()",
    "waiting": f"{CONVERSATIONS} c.waiting_since is not null",
    "resolved": f"{CONVERSATIONS} c.resolved",
    "closed": f"{CONVERSATIONS} c.closed_at is not null",
    "unread": f"{CONVERSATIONS} c.unread_count > 0",
    "with much that is unread": f"{CONVERSATIONS} c.unread_count > 1",
    "starred": f"{CONVERSATIONS} c.starred",
    "prioritised": f"{CONVERSATIONS} c.priority_id is not null",
    "without a subject": f"{CONVERSATIONS} c.subject = ''",
    "a very long subject": f"{CONVERSATIONS} length(c.subject) > 120",
    "continuous": f"{CONVERSATIONS} c.continuous",
    "tagged": "conversation_tags t where t.workspace_id = any ($1::bigint[])",
    "followed": "participants p where p.workspace_id = any ($1::bigint[])",
    "mentioned": "mentions n where n.workspace_id = any ($1::bigint[])",
    "drafts": "drafts d where d.workspace_id = any ($1::bigint[])",
    "views": "views v where v.workspace_id = any ($1::bigint[])",
    "reactions": "reactions r where r.workspace_id = any ($1::bigint[])",
    "about something": "conversation_entities e where e.workspace_id = any ($1::bigint[])",
    "notes": f"{MESSAGES} m.kind = 'note'",
    "activity": f"{MESSAGES} m.kind = 'activity'",
    "scheduled": f"{MESSAGES} m.state = 'scheduled'",
    "failed": f"{MESSAGES} m.state = 'failed' and m.meta ->> 'error' <> ''",
    "delivered": f"{MESSAGES} m.state = 'delivered'",
    "read": f"{MESSAGES} m.state = 'read'",
    "automated": f"{MESSAGES} m.meta @> '{{\"automated\": true}}'",
    "from right to left": f"{MESSAGES} m.body_text ~ '[א-ת]'",
    "in Arabic": f"{MESSAGES} m.body_text ~ '[ء-ي]'",
    "in Japanese": f"{MESSAGES} m.body_text ~ '[あ-ん]'",
    "emoji": f"{MESSAGES} m.body_text ~ '[🌀-🧿]'",
    "a very long word": f"{MESSAGES} m.body_text ~ '[^ ]{{150}}'",
    "code": f"{MESSAGES} m.body_html ~ '<pre><code>'",
    "lists": f"{MESSAGES} m.body_html ~ '<li>'",
    "a table": f"{MESSAGES} m.body_html ~ '<table'",
    "a quotation": f"{MESSAGES} m.body_html ~ '<blockquote>'",
    "a quotation in plain text": f"{MESSAGES} m.body_text ~ '\\n> > '",
    "links": f"{MESSAGES} m.body_html ~ '<a href=\"https'",
    "pictures from elsewhere": f"{MESSAGES} m.body_html ~ '<img src=\"https'",
    "calls": f"{MESSAGES} m.channel = 'call' and m.meta ? 'call'",
    "pictures": "attachments f where f.workspace_id = any ($1::bigint[]) and f.content_type = 'image/png'",
    "papers": "attachments f where f.workspace_id = any ($1::bigint[]) and f.file_name like '%.pdf'",
    "tables": "attachments f where f.workspace_id = any ($1::bigint[]) and f.file_name like '%.csv'",
}


@pytest.mark.parametrize("kind", KINDS)
async def test_there_is_one_of_every_kind(count: Count, kind: str) -> None:
    assert await count(KINDS[kind]) > 0


async def test_there_is_as_much_as_was_promised(demo: Demo, count: Count) -> None:
    assert len(demo.places) == 3
    assert await count(CONVERSATIONS + "c.deleted_at is null") >= 200
    assert await count("contacts k where k.workspace_id = any ($1::bigint[]) and k.deleted_at is null") >= 40
    answering = "select distinct m.user_id from memberships m join roles r on r.id = m.role_id"
    here = "m.workspace_id = any ($1::bigint[]) and r.name in ('Agent', 'Admin')"
    assert await count(f"({answering} where {here}) as agents") == 6


async def test_the_conversations_come_by_all_contracts(demo: Demo, sql: asyncpg.Connection) -> None:
    rows = await sql.fetch(
        "select origin, count(*) from conversations where workspace_id = any ($1::bigint[]) group by origin",
        list(demo.places),
    )
    by = dict(rows)
    assert set(by) >= {"tight", "highlevel", "libredesk", "native", None}
    assert min(by.values()) >= 5


async def test_one_thread_is_long_and_has_several_authors(demo: Demo, sql: asyncpg.Connection) -> None:
    longest = await sql.fetchrow(
        "select count(*), count(distinct (author_kind, author_id)) as authors from messages m"
        " where m.workspace_id = any ($1::bigint[]) and m.kind = 'message'"
        " group by m.conversation_id order by 1 desc limit 1",
        list(demo.places),
    )
    assert longest["count"] >= 120
    assert longest["authors"] >= 3


async def test_every_conversation_message_and_note_has_its_event(count: Count) -> None:
    untold = "not exists (select 1 from events e where e.workspace_id = {0}.workspace_id and e.{1} = {0}.id and {2})"
    opened = untold.format("c", "conversation_id", "e.kind = 'conversation.opened'")
    assert await count(CONVERSATIONS + opened) == 0
    said = untold.format("m", "message_id", "e.kind in ('message.posted', 'note.written', 'message.scheduled')")
    assert await count(f"{MESSAGES} m.kind <> 'activity' and {said}") == 0


async def test_times_spread_over_weeks_up_to_minutes_ago_and_none_is_to_come(count: Count) -> None:
    assert await count(CONVERSATIONS + "c.last_message_at > now() - interval '1 hour'") >= 5
    assert await count(CONVERSATIONS + "c.last_message_at < now() - interval '10 days'") >= 10
    assert await count(MESSAGES + "m.created_at > now()") == 0
    assert await count(CONVERSATIONS + "greatest(c.created_at, c.last_message_at, c.updated_at) > now()") == 0


async def test_lists_and_threads_agree_on_what_was_said_last_and_when(count: Count) -> None:
    last = (
        "(select m.id from messages m where m.workspace_id = c.workspace_id and m.conversation_id = c.id"
        " and m.kind = 'message' and m.state <> 'scheduled' order by m.created_at desc, m.id desc limit 1)"
    )
    assert await count(f"{CONVERSATIONS} c.last_message_id is distinct from {last}") == 0
    at = "(select m.created_at from messages m where m.workspace_id = c.workspace_id and m.id = c.last_message_id)"
    assert await count(f"{CONVERSATIONS} c.last_message_at is distinct from {at}") == 0


async def test_the_unfriendly_message_is_kept_as_one_from_outside_is(demo: Demo, sql: asyncpg.Connection) -> None:
    (html,) = [
        row["body_html"]
        for row in await sql.fetch(
            "select m.body_html from messages m join conversations c on c.id = m.conversation_id"
            " where c.workspace_id = $1 and m.workspace_id = $1 and m.kind = 'message'"
            " and c.subject like 'Re: Your order is on its way%'",
            demo.world.lamplight.workspace.id,
        )
    ]
    assert "https://lantern-prizes.example.org/pixel.gif" in html
    assert not any(word in html for word in ("<script", "onerror", "javascript:", "<form", "style=", "<base", "<meta"))
    raw = await sql.fetchval(
        "select html from emails where workspace_id = $1 and html like '%widow of a lamp prince%'",
        demo.world.lamplight.workspace.id,
    )
    assert "<script" in raw
    assert "onmouseover" in raw


async def test_every_queue_of_linus_holds_something(database: Database, demo: Demo) -> None:
    home = demo.world.lamplight.workspace.id
    linus = acting(demo.world.linus, home)
    async with database.reading((home,)) as tx:
        counts = await queues.counts(tx, linus, home)
    for name in ("mine", "unassigned", "all", "mentions", "snoozed"):
        assert getattr(counts, name) > 0, name


async def test_every_file_has_its_bytes(demo: Demo, sql: asyncpg.Connection) -> None:
    rows = await sql.fetch(
        "select storage_key, size from attachments where workspace_id = any ($1::bigint[])", list(demo.places)
    )
    assert len(rows) >= 15
    for row in rows:
        assert await demo.storage.size(row["storage_key"]) == row["size"]


async def test_the_contacts_that_scripts_use_have_no_conversation_yet(database: Database, demo: Demo) -> None:
    for place in (demo.world.lamplight, demo.world.harbour):
        async with database.reading((place.workspace.id,)) as tx:
            free = await contacts.never_talked(tx, place.workspace.id, limit=50)
        assert {contact.id for contact in place.contacts} <= {contact.id for contact in free}


def test_nothing_is_said_twice() -> None:
    talks = [talk for place in ("lamplight", "harbour", "saltmarsh") for talk in lively.of(place)]
    subjects = Counter(talk.subject for talk in talks if talk.subject)
    assert [subject for subject, times in subjects.items() if times > 1] == []
    words = Counter(line.text for talk in talks for line in talk.lines if len(line.text) > 60)
    assert [text for text, times in words.items() if times > 1] == []

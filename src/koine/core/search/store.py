"""SQL for search."""

from __future__ import annotations

import re
from collections.abc import Sequence

from koine.core.actor import Actor
from koine.core.conversations.queued import Asked
from koine.core.conversations.store import queue_ways, queues
from koine.core.filters import pattern
from koine.postgres.database import Row, Tx

FEW = 500  # conversations that are looked at for each way in which something is found
LONGEST = 100_000  # characters of a message that are found
_OF_CONTACT = 20  # conversations of one contact, the newest
_WORD = re.compile(r"[^\W_]{3}")  # what a trigram index needs of a pattern
_NUMBER = re.compile(r"#?([0-9]{1,18})")

# What is found by its number comes first, then by its subject, then by its contact; ranks of words are below one.
_BY_NUMBER, _BY_SUBJECT, _BY_CONTACT = 4, 3, 2


async def index(tx: Tx, workspace_id: int, after: int, upto: int) -> None:
    """Keep the words of what was said between these positions of the feed. Done twice, it is done once."""
    await tx.write(
        f"""
        insert into message_words (workspace_id, message_id, conversation_id, words)
        select m.workspace_id, m.id, m.conversation_id,
               to_tsvector('simple', lower(left(m.body_text, {LONGEST:d}) collate letters))
          from messages m
         where m.workspace_id = $1 and m.deleted_at is null and m.kind <> 'activity' and m.state <> 'scheduled'
           and m.id in (
               select e.message_id from events e
                where e.workspace_id = $1 and e.position > $2 and e.position <= $3
                  and e.kind in ('message.posted', 'note.written'))
            on conflict (workspace_id, message_id) do update set words = excluded.words
        """,
        workspace_id,
        after,
        upto,
    )


async def found(tx: Tx, by: Actor, workspace_id: int, text: str, asked: Asked, limit: int) -> list[Row]:
    """The best first: the columns of a row of a queue, then the message that was found, if it was one, and the rank."""
    clauses = queue_ways.start(by, workspace_id)
    queue_ways.ways(clauses, by, workspace_id, asked)
    given = f"{clauses.value(text)}::text"
    ways = [f"select f.conversation_id, f.message_id, f.rank from messages_found($1, {given}, {FEW:d}) f"]
    number = _NUMBER.fullmatch(text)
    if number is not None:
        named = clauses.value(int(number[1]))
        ways.append(
            f"select n.id, null::bigint, {_BY_NUMBER:d}::real from conversations n"
            f" where n.workspace_id = $1 and n.number = {named}::bigint"
        )
    if _WORD.search(text):
        like = f"lower({clauses.value(pattern(text))}::text collate letters)"
        ways.append(
            f"select s.id, null::bigint, {_BY_SUBJECT:d}::real from conversations_like($1, {like}, {FEW:d}) as s(id)"
        )
        ways.append(
            f"""select t.id, null::bigint, {_BY_CONTACT:d}::real from contacts_named($1, {like}, {FEW:d}) as k(id)
                 cross join lateral (
                    select o.id from conversations o where o.workspace_id = $1 and o.contact_id = k.id
                     order by o.last_message_at desc, o.id desc limit {_OF_CONTACT:d}) t"""
        )
    end = "order by c.rank desc, c.last_message_at desc, c.id desc"
    return await tx.rows(
        f"""
        with found(id, message_id, rank) as materialized ({" union all ".join(ways)}),
        best as (
            select f.id, max(f.rank) as rank,
                   (array_agg(f.message_id order by f.rank desc) filter (where f.message_id is not null))[1] as
                   message_id
              from found f group by f.id),
        top as (
            select c.* from (
                select c.*, b.rank, b.message_id as found_message_id from best b
                 cross join lateral (
                    select c.* from conversations c
                     where c.id = b.id and c.workspace_id = $1 and c.deleted_at is null and {clauses.sql} limit 1) c) c
             {end} limit {limit:d})
        select {queues.COLUMNS}, c.found_message_id, c.rank from top c {queues.JOINS} {end}
        """,
        *clauses.values,
    )


async def excerpts(tx: Tx, workspace_id: int, messages: Sequence[int], text: str) -> dict[int, str]:
    """The place of each of these messages where the words are, each word between the characters 2 and 3."""
    rows = await tx.rows(
        """
        select m.id, ts_headline('simple', left(m.body_text, 20000), q.query,
                                 E'StartSel="\\x02", StopSel="\\x03", MaxWords=18, MinWords=8') as excerpt
          from messages m, (select (plainto_tsquery('simple', lower($3::text collate letters))::text || ':*')::tsquery
                                   as query) q
         where m.workspace_id = $1 and m.id = any ($2::bigint[]) and m.deleted_at is null
        """,
        workspace_id,
        list(messages),
        text,
    )
    return {row["id"]: row["excerpt"] for row in rows}

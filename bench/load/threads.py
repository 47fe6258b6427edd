"""Making up a location: so many contacts, each with a conversation, written by PostgreSQL itself.

Of everything that a search can ask for there is something common, something rare and something absent; what is rare is
oldest.
"""

from __future__ import annotations

import asyncpg

from bench.load import words
from bench.load.house import House

RARE = 5  # the oldest conversations

_CONTACTS = f"""
insert into contacts (workspace_id, id, uuid, email, phone, first_name, last_name, created_at, updated_at)
select $1::bigint, $2::bigint + n, {{uuid}}, 'person.' || n || '@customers-' || $1::bigint || '.example',
       '+1555' || lpad(n::text, 7, '0'),
       case when n < {RARE} then '{words.RARE}' else (array['Ann', 'Bob', 'Cleo', 'Dora'])[1 + n % 4] end,
       'No ' || n, now() - interval '730 days' * (1 - n::float8 / $3), now()
  from generate_series(0, $3::bigint - 1) as n
"""

_CONVERSATIONS = f"""
insert into conversations (
    workspace_id, id, uuid, number, contact_id, continuous, status_id, resolved, assignee_id, opened_by_kind,
    opened_by_id, starred, unread_count, last_message_at, last_message_preview, last_message_author_kind,
    last_message_author_id, last_message_channel, last_message_direction, last_automated, last_manual_at, created_at,
    updated_at)
select $1::bigint, $2::bigint + n, {{uuid}}, 1000 + n, $4::bigint + n, true,
       case when resolved then $6::bigint else $5::bigint end, resolved,
       case when n < {RARE} then $8::bigint when n % 3 = 0 then $7::bigint end, 'contact', $4 + n,
       n < {RARE}, case when n % 50 = 0 then 1 else 0 end, at, {{text}}, 'contact', $4 + n,
       case when n < {RARE} then 'tiktok' when n % 20 = 0 then 'whatsapp' when n % 3 = 0 then 'email' else 'sms' end,
       case when n % 3 = 0 then 'out' else 'in' end, case when n % 3 = 0 then n % 6 = 0 end,
       case when n % 6 = 3 then at else 'epoch' end, at, at
  from (select n, n < $3 * 0.9 as resolved, now() - interval '730 days' * (1 - n::float8 / $3) as at
          from generate_series(0, $3::bigint - 1) as n) as n
"""

_TALLIES = """
insert into tallies (workspace_id, counted, assignee_id, facet, n)
select workspace_id, 'conversations', assignee_id, facet, count(*) from conversations
 where workspace_id = $1 and facet is not null and deleted_at is null group by workspace_id, assignee_id, facet
union all
select workspace_id, 'contacts', null, null, count(*) from contacts
 where workspace_id = $1 and deleted_at is null group by workspace_id
"""

# As koine.core.identity makes them: version and variant, and the lowest three bits zero.
_UUID = "('01a00000-{0}-7000-8000-' || lpad(to_hex((n + $2::bigint) * 16), 12, '0'))::uuid"
_TEXT = (
    f"case when n < {RARE} then 'It is about the {words.UNCOMMON}' else"
    " (array['Could you have a look at this one?', 'Thank you, that settles it.', 'The amount does not match.',"
    " 'We have sent it again this morning.'])[1 + n % 4] end || ' ' || n"
)


async def fill(admin: asyncpg.Connection, house: House) -> None:
    """Contacts and conversations in the place `usual` of a house, as many as its size."""
    place = house.usual
    contact = await _next(admin, "contacts")
    place.first = await _next(admin, "conversations")
    place.last = place.first + house.size
    await admin.execute(_CONTACTS.replace("{uuid}", _UUID.format("0001")), place.workspace_id, contact, house.size)
    await admin.execute(
        _CONVERSATIONS.replace("{uuid}", _UUID.format("0002")).replace("{text}", _TEXT),
        place.workspace_id,
        place.first,
        house.size,
        contact,
        place.open_status,
        place.resolved_status,
        house.people["ada"].id,
        house.people["linus"].id,
    )
    await admin.execute("delete from tallies where workspace_id = $1", place.workspace_id)
    await admin.execute(_TALLIES, place.workspace_id)


async def _next(admin: asyncpg.Connection, table: str) -> int:
    found: int = await admin.fetchval(f"select coalesce(max(id), 0) + 1 from {table}")
    return found

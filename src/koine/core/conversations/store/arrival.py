"""SQL for what must be known before a conversation comes in by an inbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from koine.core.contacts import store as contacts
from koine.postgres.database import Row, Tx
from koine.postgres.together import Rowwise

# One statement instead of three: statements are what a create costs.
_KNOWN = """
select g.ord, i.workspace_id, i.id, i.uuid, i.name, i.channel, i.address, i.enabled, s.id, s.name, s.category, k.*
  from {given}
  join inboxes i on i.workspace_id = any ($3::bigint[]) and i.id = g.inbox_id and i.deleted_at is null
  join statuses s on s.workspace_id = i.workspace_id and s.category = 'open' and s.usual
  left join lateral (
       select {contact} from contacts
        where workspace_id = i.workspace_id and email_folded = lower(g.email collate letters) and deleted_at is null
        order by external_id is null, id limit 1) k on true
"""
_ALL_KNOWN = Rowwise(
    one=_KNOWN.format(
        given="(select 1::bigint as ord, $1::bigint as inbox_id, $2::text as email) g",
        contact=contacts.COLUMNS,
    ),
    many=_KNOWN.format(
        given="unnest($1::bigint[], $2::text[]) with ordinality as g(inbox_id, email, ord)",
        contact=contacts.COLUMNS,
    ),
)


async def known(tx: Tx, workspaces: Sequence[int], inbox_id: int, email: str) -> Sequence[Any] | None:
    """The inbox (7 columns), its workspace's usual status (3), and the contact; None without the inbox."""
    (row,) = await tx.read_each(_ALL_KNOWN, [(inbox_id, email)], tuple(workspaces))
    return None if row is None else row[1:]


async def wanted(
    tx: Tx, workspace_id: int, team_id: int | None, assignee_id: int | None, attributes: Sequence[str]
) -> Row | None:
    """Whether the team is there, whether the assignee is a member and enabled, and which attributes are defined."""
    return await tx.row(
        """
        select exists (select 1 from teams where workspace_id = $1 and id = $2) as team_exists,
               exists (select 1 from memberships m join users u on u.id = m.user_id and u.enabled
                        where m.workspace_id = $1 and m.user_id = $3 and m.role_id is not null) as assignee_exists,
               array (select key from custom_attributes
                       where workspace_id = $1 and applies_to = 'conversation' and key = any ($4::text[])) as attributes
        """,
        workspace_id,
        team_id,
        assignee_id,
        list(attributes),
    )

"""SQL for what must be known before a conversation comes in by an inbox."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.contacts import store as contacts
from koine.postgres.database import Row, Tx

# One statement instead of three: statements are what a create costs.
_KNOWN = f"""
select i.workspace_id, i.id, i.uuid, i.name, i.channel, i.address, i.enabled, s.id, s.name, s.category, k.*
  from inboxes i
  join statuses s on s.workspace_id = i.workspace_id and s.category = 'open' and s.usual
  left join lateral (
       select {contacts.COLUMNS} from contacts
        where workspace_id = i.workspace_id and email_folded = lower($3 collate letters) and deleted_at is null
        order by external_id is null, id limit 1) k on true
 where i.workspace_id = any ($1::bigint[]) and i.id = $2 and i.deleted_at is null
"""


async def known(tx: Tx, workspaces: Sequence[int], inbox_id: int, email: str) -> Row | None:
    """The inbox (7 columns), its workspace's usual status (3), and the contact; None without the inbox."""
    return await tx.row(_KNOWN, list(workspaces), inbox_id, email)


async def wanted(
    tx: Tx, workspace_id: int, team_id: int | None, assignee_id: int | None, attributes: Sequence[str]
) -> Row | None:
    """Whether the team is there, whether the assignee is a member and enabled, and which attributes are defined."""
    return await tx.row(
        """
        select exists (select 1 from teams where workspace_id = $1 and id = $2) as team_exists,
               exists (select 1 from memberships m join users u on u.id = m.user_id and u.enabled
                        where m.workspace_id = $1 and m.user_id = $3) as assignee_exists,
               array (select key from custom_attributes
                       where workspace_id = $1 and applies_to = 'conversation' and key = any ($4::text[])) as attributes
        """,
        workspace_id,
        team_id,
        assignee_id,
        list(attributes),
    )

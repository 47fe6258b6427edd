"""SQL for what stands around a conversation."""

from __future__ import annotations

from koine.core.contacts import store as contacts
from koine.postgres.database import Row, Tx

_AROUND = f"""
select i.workspace_id, i.id, i.uuid, i.name, i.channel, i.address, i.enabled, p.name,
       (select array_agg(t.name order by t.name)
          from conversation_tags l join tags t on t.workspace_id = l.workspace_id and t.id = l.tag_id
         where l.workspace_id = c.workspace_id and l.conversation_id = c.id),
       k.*
  from conversations c
  left join inboxes i on i.workspace_id = c.workspace_id and i.id = c.inbox_id
  left join priorities p on p.workspace_id = c.workspace_id and p.id = c.priority_id
  left join lateral (
       select {contacts.COLUMNS} from contacts
        where workspace_id = c.workspace_id and contacts.id = c.contact_id) k on true
 where c.workspace_id = $1 and c.id = $2
"""


async def of(tx: Tx, workspace_id: int, id: int) -> Row | None:
    """The inbox (7 columns), the priority's name, the tags' names, the contact; deleted ones included."""
    return await tx.row(_AROUND, workspace_id, id)

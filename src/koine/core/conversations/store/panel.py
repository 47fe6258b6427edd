"""SQL for what stands beside a thread."""

from __future__ import annotations

from koine.core.contacts import store as contacts
from koine.postgres.database import Row, Tx

_BESIDE = f"""
select (select array_agg(e.entity order by e.entity) from conversation_entities e
         where e.workspace_id = c.workspace_id and e.conversation_id = c.id),
       (select jsonb_agg(jsonb_build_array(
                   f.participant_kind, f.participant_id,
                   coalesce(nullif(concat_ws(' ', nullif(u.first_name, ''), nullif(u.last_name, '')), ''), u.email,
                            nullif(concat_ws(' ', nullif(a.first_name, ''), nullif(a.last_name, '')), ''), a.email, ''))
               order by f.created_at, f.participant_id)
          from participants f
          left join users u on f.participant_kind = 'user' and u.id = f.participant_id
          left join contacts a on f.participant_kind = 'contact' and a.workspace_id = f.workspace_id
                              and a.id = f.participant_id
         where f.workspace_id = c.workspace_id and f.conversation_id = c.id),
       (select jsonb_agg(jsonb_build_array(d.key, d.name, d.data_type, c.custom_attributes -> d.key) order by d.id)
          from custom_attributes d where d.workspace_id = c.workspace_id and d.applies_to = 'conversation'),
       k.*
  from conversations c
  left join lateral (
       select {contacts.COLUMNS} from contacts
        where workspace_id = c.workspace_id and contacts.id = c.contact_id) k on true
 where c.workspace_id = $1 and c.id = $2
"""


async def beside(tx: Tx, workspace_id: int, id: int) -> Row | None:
    """Entities, participants and attributes of a conversation, and its contact, also a deleted one."""
    return await tx.row(_BESIDE, workspace_id, id)

"""Recording what happened: the one way out of the core."""

from __future__ import annotations

from koine.core.actor import Actor
from koine.core.events import AccountEvent, Event
from koine.core.identity import new_uuid
from koine.postgres.database import Tx


async def record(tx: Tx, by: Actor, *happened: Event) -> None:
    """Write events into the actor's transaction, in this order."""
    await tx.write(
        """
        insert into events (
            workspace_id, uuid, kind, conversation_id, message_id, contact_id, file_id, actor_kind, actor_id,
            data)
        select g.workspace_id, g.uuid, g.kind, g.conversation_id, g.message_id, g.contact_id, g.file_id, $9, $10, g.data
          from unnest($1::bigint[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                      $8::jsonb[]) with ordinality
               as g(workspace_id, uuid, kind, conversation_id, message_id, contact_id, file_id, data, ord)
         order by g.ord
        """,
        [event.workspace_id for event in happened],
        [new_uuid() for _ in happened],
        [event.kind for event in happened],
        [event.conversation_id for event in happened],
        [event.message_id for event in happened],
        [event.contact_id for event in happened],
        [event.file_id for event in happened],
        [event.data for event in happened],
        by.kind,
        by.id,
    )


async def record_of_account(tx: Tx, by: Actor, event: AccountEvent) -> None:
    """Write an event of the account into the actor's transaction."""
    await tx.write(
        """
        insert into account_events (account_id, uuid, kind, actor_kind, actor_id, data)
        values ($1, $2, $3, $4, $5, $6)
        """,
        event.account_id,
        new_uuid(),
        event.kind,
        by.kind,
        by.id,
        event.data,
    )

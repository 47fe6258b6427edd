"""SQL for subscriptions."""

from __future__ import annotations

from uuid import UUID

from koine.core.identity import new_uuid
from koine.core.subscriptions.model import Change, Described, SubscriptionType, Wish
from koine.postgres.database import Tx

_COLUMNS = (
    """workspace_id, id, uuid, name, description, channel, language, legal_form, archived, created_at, updated_at"""
)


async def types(tx: Tx, workspace_id: int) -> list[SubscriptionType]:
    """All types of a workspace."""
    rows = await tx.rows(f"select {_COLUMNS} from subscription_types where workspace_id = $1 order by id", workspace_id)
    return [SubscriptionType(*row.values()) for row in rows]


async def find(tx: Tx, workspace_id: int, uuid: UUID) -> SubscriptionType | None:
    """One of them."""
    row = await tx.row(
        f"select {_COLUMNS} from subscription_types where workspace_id = $1 and uuid = $2", workspace_id, uuid
    )
    return None if row is None else SubscriptionType(*row.values())


async def insert(tx: Tx, workspace_id: int, described: Described) -> SubscriptionType:
    """A new one."""
    rows = await tx.write(
        f"""
        insert into subscription_types (workspace_id, uuid, name, description, channel, language, legal_form)
        values ($1, $2, $3, coalesce($4, ''), $5, $6, $7) returning {_COLUMNS}
        """,
        workspace_id,
        new_uuid(),
        described.name,
        described.description,
        described.channel,
        described.language,
        described.legal_form,
    )
    return SubscriptionType(*rows[0].values())


async def update(tx: Tx, workspace_id: int, id: int, described: Described) -> SubscriptionType:
    """Change what is described."""
    rows = await tx.write(
        f"""
        update subscription_types
           set name = coalesce($3, name), description = coalesce($4, description), archived = coalesce($5, archived),
               legal_form = coalesce($6, legal_form), updated_at = now()
         where workspace_id = $1 and id = $2 returning {_COLUMNS}
        """,
        workspace_id,
        id,
        described.name,
        described.description,
        described.archived,
        described.legal_form,
    )
    return SubscriptionType(*rows[0].values())


async def wishes(tx: Tx, workspace_id: int, contact_id: int, email: str | None) -> list[Wish]:
    """What a contact said."""
    rows = await tx.rows(
        """
        select email, type_id, subscribed, updated_at from subscriptions
         where workspace_id = $1 and contact_id = $2 and ($3::text is null or email = lower($3 collate letters))
         order by email, type_id nulls first
        """,
        workspace_id,
        contact_id,
        email,
    )
    return [Wish(*row.values()) for row in rows]


async def wish(tx: Tx, workspace_id: int, contact_id: int, change: Change) -> None:
    """What they say now, instead of what they said before."""
    await tx.write(
        """
        insert into subscriptions (workspace_id, contact_id, email, type_id, subscribed, reason, explanation)
        values ($1, $2, lower($3 collate letters), $4, $5, $6, $7)
        on conflict (workspace_id, contact_id, email, type_id)
        do update set subscribed = excluded.subscribed, reason = excluded.reason, explanation = excluded.explanation,
                      updated_at = now()
        """,
        workspace_id,
        contact_id,
        change.email,
        change.type_id,
        change.subscribed,
        change.reason,
        change.explanation,
    )


async def resume_all(tx: Tx, workspace_id: int, contact_id: int, change: Change) -> None:
    """They want everything again, at this address."""
    await tx.write(
        """
        update subscriptions set subscribed = true, reason = $4, explanation = $5, updated_at = now()
         where workspace_id = $1 and contact_id = $2 and email = lower($3 collate letters)
        """,
        workspace_id,
        contact_id,
        change.email,
        change.reason,
        change.explanation,
    )

"""SQL that finds contacts by a part of what they are called."""

from __future__ import annotations

from koine.core.contacts.model import Contact
from koine.core.contacts.store import COLUMNS
from koine.core.filters import pattern
from koine.postgres.database import Tx

FEW = 500  # that are looked at


async def named(tx: Tx, workspace_id: int, text: str, limit: int) -> list[Contact]:
    """By the trigrams of names, addresses and numbers; who was active last comes first."""
    rows = await tx.rows(
        f"""
        select {COLUMNS} from contacts
         where workspace_id = $1 and deleted_at is null
           and id in (select n.id from contacts_named($1, lower($2::text collate letters), {FEW:d}) as n(id))
         order by last_active_at desc nulls last, id desc limit {limit:d}
        """,
        workspace_id,
        pattern(text),
    )
    return [Contact(**row) for row in rows]

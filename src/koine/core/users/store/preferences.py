"""SQL for what people settle for themselves."""

from __future__ import annotations

from koine.postgres.database import Row, Tx


async def find(tx: Tx, account_id: int, user_id: int) -> Row:
    """What somebody is called, and how they like to see things."""
    row = await tx.row(
        """
        select first_name, last_name, time_zone, theme, availability from users where account_id = $1 and id = $2
        """,
        account_id,
        user_id,
    )
    if row is None:
        raise LookupError("whoever acts is not there")
    return row


async def save(
    tx: Tx,
    account_id: int,
    user_id: int,
    first_name: str,
    last_name: str,
    time_zone: str,
    theme: str,
    availability: str,
) -> None:
    """Replace all of it."""
    await tx.write(
        """
        update users set first_name = $3, last_name = $4, time_zone = $5, theme = $6, availability = $7,
                         updated_at = now()
         where account_id = $1 and id = $2
        """,
        account_id,
        user_id,
        first_name,
        last_name,
        time_zone,
        theme,
        availability,
    )

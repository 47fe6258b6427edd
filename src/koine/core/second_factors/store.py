"""SQL for second factors."""

from __future__ import annotations

from collections.abc import Sequence

from koine.postgres.database import Row, Tx


async def find(tx: Tx, account_id: int, user_id: int) -> Row | None:
    """Somebody's, if they have one, and how many recovery codes are left."""
    return await tx.row(
        """
        select secret, created_at,
               (select count(*) from recovery_codes c where c.user_id = f.user_id and used_at is null) as codes_left
          from second_factors f where account_id = $1 and user_id = $2
        """,
        account_id,
        user_id,
    )


async def insert(tx: Tx, account_id: int, user_id: int, secret: bytes, used_step: int) -> bool:
    """A second factor for somebody who has none; False for who has one."""
    rows = await tx.write(
        """
        insert into second_factors (user_id, account_id, secret, used_step) values ($2, $1, $3, $4)
        on conflict (user_id) do nothing returning 1
        """,
        account_id,
        user_id,
        secret,
        used_step,
    )
    return bool(rows)


async def delete(tx: Tx, account_id: int, user_id: int) -> bool:
    """Take it away, with its recovery codes; whether there was one."""
    rows = await tx.write(
        "delete from second_factors where account_id = $1 and user_id = $2 returning 1", account_id, user_id
    )
    if rows:
        await tx.write("delete from recovery_codes where user_id = $1", user_id)
    return bool(rows)


async def use_step(tx: Tx, account_id: int, user_id: int, step: int) -> bool:
    """Use up the codes of a step and of those before it; of two who do it at once, one can."""
    rows = await tx.write(
        """
        update second_factors set used_step = $3 where account_id = $1 and user_id = $2 and used_step < $3 returning 1
        """,
        account_id,
        user_id,
        step,
    )
    return bool(rows)


async def replace_codes(tx: Tx, user_id: int, hashes: Sequence[bytes]) -> None:
    """These recovery codes, and no earlier ones."""
    await tx.write("delete from recovery_codes where user_id = $1", user_id)
    await tx.write(
        "insert into recovery_codes (user_id, code_hash) select $1, h from unnest($2::bytea[]) h", user_id, list(hashes)
    )


async def use_code(tx: Tx, user_id: int, code_hash: bytes) -> bool:
    """Use a recovery code up; of two who do it at once, one can."""
    rows = await tx.write(
        """
        update recovery_codes set used_at = now()
         where user_id = $1 and code_hash = $2 and used_at is null returning 1
        """,
        user_id,
        code_hash,
    )
    return bool(rows)

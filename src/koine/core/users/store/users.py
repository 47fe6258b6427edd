"""SQL for users, and what they may do where."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from koine.postgres.database import Row, Tx

COLUMNS = "u.id, u.uuid, u.account_id, u.external_id, u.email, u.first_name, u.last_name, u.enabled, u.language"


async def insert(
    tx: Tx,
    account_id: int,
    uuid: UUID,
    external_id: str | None,
    email: str,
    first_name: str,
    last_name: str,
    language: str | None,
) -> int:
    """A new user; their id."""
    rows = await tx.write(
        """
        insert into users (account_id, uuid, external_id, email, first_name, last_name, language)
        values ($1, $2, $3, $4, $5, $6, $7) returning id
        """,
        account_id,
        uuid,
        external_id,
        email,
        first_name,
        last_name,
        language,
    )
    id: int = rows[0]["id"]
    return id


async def insert_membership(tx: Tx, account_id: int, user_id: int, workspace_id: int, role: str) -> None:
    """Make somebody a member, or change the role of one who is."""
    await tx.write(
        """
        insert into memberships (workspace_id, user_id, role_id, owns)
        select $3, $2, id, name = 'Owner' from roles where account_id = $1 and name = $4
        on conflict (workspace_id, user_id) do update
           set role_id = excluded.role_id, owns = memberships.owns or excluded.owns
        """,
        account_id,
        user_id,
        workspace_id,
        role,
    )


async def find(tx: Tx, account_id: int, *, id: int | None = None, external_id: str | None = None) -> Row | None:
    """The user with this id, or with this external id."""
    return await tx.row(
        f"select {COLUMNS} from users u where u.account_id = $1 and (u.id = $2::bigint or u.external_id = $3::text)",
        account_id,
        id,
        external_id,
    )


async def uuids(tx: Tx, account_id: int, ids: Sequence[int]) -> list[Row]:
    """The uuids of an account's users."""
    return await tx.rows(
        "select id, uuid from users where account_id = $1 and id = any ($2::bigint[])", account_id, list(ids)
    )


async def there(tx: Tx, account_id: int, id: int) -> Row:
    """The user with this id, who is known to be there."""
    found = await find(tx, account_id, id=id)
    if found is None:
        raise LookupError("a user vanished inside a transaction")
    return found


async def member(tx: Tx, workspace_id: int, uuid: UUID) -> Row | None:
    """The member of a workspace with this uuid."""
    return await tx.row(
        f"""
        select {COLUMNS} from users u join memberships m on m.user_id = u.id
         where m.workspace_id = $1 and u.uuid = $2 and m.role_id is not null
        """,
        workspace_id,
        uuid,
    )


async def members(tx: Tx, workspace_id: int, uuids: Sequence[UUID]) -> list[Row]:
    """The ids of those members of a workspace who have these uuids."""
    return await tx.rows(
        """
        select u.id, u.uuid from users u join memberships m on m.user_id = u.id
         where m.workspace_id = $1 and u.uuid = any ($2::uuid[])
        """,
        workspace_id,
        list(uuids),
    )


async def memberships(tx: Tx, user_id: int) -> list[Row]:
    """What somebody may do, a row a workspace."""
    return await tx.rows(
        """
        select m.workspace_id, r.name as role, r.permissions
          from memberships m join roles r on r.id = m.role_id where m.user_id = $1 order by m.workspace_id
        """,
        user_id,
    )


async def by_email(tx: Tx, account_id: int, email: str) -> Row | None:
    """The user with this address, whatever its case."""
    return await tx.row(
        f"""
        select {COLUMNS} from users u
         where u.account_id = $1 and lower(u.email collate letters) = lower($2 collate letters)
        """,
        account_id,
        email,
    )


async def update(
    tx: Tx, account_id: int, id: int, email: str, first_name: str, last_name: str, language: str | None
) -> None:
    """Know somebody by other names."""
    await tx.write(
        """
        update users set email = $3, first_name = $4, last_name = $5, language = $6, updated_at = now()
         where account_id = $1 and id = $2
        """,
        account_id,
        id,
        email,
        first_name,
        last_name,
        language,
    )


async def set_enabled(tx: Tx, account_id: int, id: int, *, enabled: bool) -> bool:
    """Let somebody in, or not; False when it was so already."""
    rows = await tx.write(
        """
        update users set enabled = $3, updated_at = now()
         where account_id = $1 and id = $2 and enabled <> $3 returning 1
        """,
        account_id,
        id,
        enabled,
    )
    return bool(rows)


async def set_password_hash(tx: Tx, account_id: int, user_id: int, password_hash: str) -> None:
    """Replace somebody's password."""
    await tx.write(
        "update users set password_hash = $3, updated_at = now() where account_id = $1 and id = $2",
        account_id,
        user_id,
        password_hash,
    )


async def password_hash(tx: Tx, account_id: int, user_id: int) -> str | None:
    """The hash of somebody's password, if they have one."""
    found: str | None = await tx.value(
        "select password_hash from users where account_id = $1 and id = $2", account_id, user_id
    )
    return found


async def with_password(tx: Tx, email: str) -> list[Row]:
    """Those with this address, whatever its case, who can come in: each with their password's hash, three at most."""
    return await tx.rows(
        f"""
        select {COLUMNS}, u.password_hash from users u
         where lower(u.email collate letters) = lower($1 collate letters) and u.enabled and u.password_hash is not null
         order by u.id limit 3
        """,
        email,
    )


async def role(tx: Tx, user_id: int, workspace_id: int) -> str | None:
    """The name of somebody's role in a workspace, if they have one there."""
    found: str | None = await tx.value(
        """
        select r.name from memberships m join roles r on r.id = m.role_id where m.workspace_id = $2 and m.user_id = $1
        """,
        user_id,
        workspace_id,
    )
    return found


async def signed_in(tx: Tx, account_id: int, user_id: int) -> None:
    """Somebody came in just now."""
    await tx.write("update users set last_login_at = now() where account_id = $1 and id = $2", account_id, user_id)


async def any_administrator(tx: Tx) -> bool:
    """Whether somebody can sign in who may manage an account."""
    found: bool = await tx.value(
        """
        select exists (
            select 1 from users u join memberships m on m.user_id = u.id join roles r on r.id = m.role_id
             where u.enabled and u.password_hash is not null and 'account:manage' = any (r.permissions))
        """
    )
    return found

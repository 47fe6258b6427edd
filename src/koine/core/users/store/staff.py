"""SQL for the staff, and for the memberships that follow from it."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.ordered import Listed
from koine.core.users.store.users import COLUMNS
from koine.postgres.database import Row, Tx

SELECTED = f"""select {COLUMNS}, r.name as role, s.workspaces, s.created_at, s.updated_at, s.deleted_at
    from staff s join users u on u.id = s.user_id join roles r on r.id = s.role_id"""

LISTED = Listed(
    select=SELECTED,
    account="s.account_id",
    id="s.user_id",
    deleted_at="s.deleted_at",
    orders={
        "created": ("s.created_at", "timestamptz"),
        "updated": ("s.updated_at", "timestamptz"),
        "id": ("s.user_id", "bigint"),
    },
    texts={
        "external_id": "u.external_id",
        "email": "lower(u.email collate letters)",
        "first_name": "u.first_name",
        "last_name": "u.last_name",
    },
)


async def find(tx: Tx, account_id: int, user_id: int) -> Row | None:
    """Somebody of the staff, also when they have left."""
    return await tx.row(f"{SELECTED} where s.account_id = $1 and s.user_id = $2", account_id, user_id)


async def there(tx: Tx, account_id: int, user_id: int) -> Row:
    """Somebody who is known to be of the staff."""
    found = await find(tx, account_id, user_id)
    if found is None:
        raise LookupError("somebody of the staff vanished inside a transaction")
    return found


async def unknown(tx: Tx, account_id: int, workspaces: Sequence[int]) -> bool:
    """Whether one of these is no workspace of the account."""
    found: int = await tx.value(
        "select count(*) from workspaces where account_id = $1 and id = any ($2::bigint[])",
        account_id,
        list(workspaces),
    )
    return found < len(set(workspaces))


async def insert(tx: Tx, account_id: int, user_id: int, role: str, workspaces: Sequence[int] | None) -> None:
    """Somebody new, with a role of the account by its name."""
    await tx.write(
        """
        insert into staff (user_id, account_id, role_id, workspaces)
        select $2, $1, id, $4::bigint[] from roles where account_id = $1 and name = $3
        """,
        account_id,
        user_id,
        role,
        None if workspaces is None else sorted(set(workspaces)),
    )


async def limit(tx: Tx, user_id: int, workspaces: Sequence[int] | None) -> None:
    """Have somebody for these workspaces; None: for all."""
    await tx.write(
        "update staff set workspaces = $2::bigint[], updated_at = now() where user_id = $1",
        user_id,
        None if workspaces is None else list(workspaces),
    )


async def set_deleted(tx: Tx, user_id: int, *, deleted: bool) -> None:
    """They leave, or come back."""
    await tx.write(
        "update staff set deleted_at = case when $2 then now() end, updated_at = now() where user_id = $1",
        user_id,
        deleted,
    )


async def touch(tx: Tx, user_id: int) -> None:
    """Something of them changed."""
    await tx.write("update staff set updated_at = now() where user_id = $1", user_id)


async def settle(tx: Tx, user_id: int) -> bool:
    """Make somebody a member where they are to be, and of nothing else as staff; whether they may be anywhere.

    What they are elsewhere or besides stays: owners are owners.
    """
    await tx.write(
        """
        insert into memberships as m (workspace_id, user_id, role_id)
        select w.id, s.user_id, s.role_id from staff s join workspaces w on w.account_id = s.account_id
         where s.user_id = $1 and s.deleted_at is null and (s.workspaces is null or w.id = any (s.workspaces))
         order by w.id
        on conflict (workspace_id, user_id) do update set role_id = excluded.role_id where m.role_id is null
        """,
        user_id,
    )
    await tx.write(
        """
        update memberships m
           set role_id = case when m.owns then (select o.id from roles o
                                                 where o.account_id = s.account_id and o.name = 'Owner') end
          from staff s
         where s.user_id = $1 and m.user_id = s.user_id and m.role_id = s.role_id
           and (s.deleted_at is not null or not coalesce(m.workspace_id = any (s.workspaces), true))
        """,
        user_id,
    )
    anywhere: bool = await tx.value(
        "select exists (select from memberships where user_id = $1 and role_id is not null)", user_id
    )
    return anywhere


async def welcome(tx: Tx, account_id: int, workspace_id: int) -> None:
    """Members of one workspace more."""
    await tx.write(
        """
        insert into memberships (workspace_id, user_id, role_id)
        select $2, user_id, role_id from staff where account_id = $1 and workspaces is null and deleted_at is null
         order by user_id on conflict do nothing
        """,
        account_id,
        workspace_id,
    )

"""SQL for the members of a workspace."""

from __future__ import annotations

from collections.abc import Sequence

from koine.postgres.database import Row, Tx

_NAME = "coalesce(nullif(concat_ws(' ', nullif(u.first_name, ''), nullif(u.last_name, '')), ''), u.email) as name"


async def of_workspace(tx: Tx, workspace_id: int) -> list[Row]:
    """A workspace's members, by name, in the order of Agent."""
    return await tx.rows(
        f"""
        select u.id, u.uuid, {_NAME}, u.email, r.id, r.name, u.enabled, u.password_hash is not null, u.availability,
               u.last_active_at, u.last_login_at
          from memberships m join users u on u.id = m.user_id join roles r on r.id = m.role_id
         where m.workspace_id = $1 order by 3, u.id
        """,
        workspace_id,
    )


async def names_of(tx: Tx, workspace_id: int, users: Sequence[int]) -> list[Row]:
    """The id and the name of those of these who are members and can come in."""
    return await tx.rows(
        f"""
        select u.id, {_NAME} from memberships m join users u on u.id = m.user_id
         where m.workspace_id = $1 and u.id = any ($2::bigint[]) and m.role_id is not null and u.enabled
        """,
        workspace_id,
        list(users),
    )


async def role_of(tx: Tx, workspace_id: int, user_id: int) -> int | None:
    """The role of a member."""
    id: int | None = await tx.value(
        "select role_id from memberships where workspace_id = $1 and user_id = $2", workspace_id, user_id
    )
    return id


async def set_role(tx: Tx, workspace_id: int, user_id: int, role_id: int | None) -> None:
    """Give a member another role; without one they are a member no longer."""
    await tx.write(
        """
        update memberships set role_id = $3::bigint, owns = owns and $3::bigint is not null
         where workspace_id = $1 and user_id = $2
        """,
        workspace_id,
        user_id,
        role_id,
    )


async def others_manage(tx: Tx, workspace_id: int, user_id: int) -> bool:
    """Whether somebody else who can come in may manage a workspace's people; two do not find each other at once."""
    await tx.begin()
    await tx.value("select 1 from workspaces where id = $1 for no key update", workspace_id)
    found: bool = await tx.value(
        """
        select exists (
            select 1 from memberships m join users u on u.id = m.user_id join roles r on r.id = m.role_id
             where m.workspace_id = $1 and m.user_id <> $2 and u.enabled and 'users:manage' = any (r.permissions))
        """,
        workspace_id,
        user_id,
    )
    return found

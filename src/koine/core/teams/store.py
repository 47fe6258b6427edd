"""SQL for teams and their members."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from koine.postgres.database import Row, Tx


async def insert(tx: Tx, workspace_id: int, uuid: UUID, name: str, members: Sequence[int]) -> int:
    """A new team; its id."""
    rows = await tx.write(
        "insert into teams (workspace_id, uuid, name) values ($1, $2, $3) returning id", workspace_id, uuid, name
    )
    id: int = rows[0]["id"]
    await tx.write(
        "insert into team_members (workspace_id, team_id, user_id) select $1, $2, unnest($3::bigint[])",
        workspace_id,
        id,
        list(members),
    )
    return id


async def exists(tx: Tx, workspace_id: int, id: int) -> bool | None:
    """Whether there is such a team."""
    found: bool | None = await tx.value(
        "select true from teams where workspace_id = $1 and id = $2 and deleted_at is null", workspace_id, id
    )
    return found


async def of_members(tx: Tx, workspaces: Sequence[int], users: Sequence[int]) -> list[Row]:
    """Which of these users are in which teams of these workspaces."""
    return await tx.rows(
        """
        select user_id, team_id from team_members
         where workspace_id = any ($1::bigint[]) and user_id = any ($2::bigint[])
        """,
        list(workspaces),
        list(users),
    )


async def uuids(tx: Tx, workspace_id: int, ids: Sequence[int]) -> list[Row]:
    """The uuids of a workspace's teams."""
    return await tx.rows(
        "select id, uuid from teams where workspace_id = $1 and id = any ($2::bigint[])", workspace_id, list(ids)
    )


async def of_workspace(tx: Tx, workspace_id: int) -> list[Row]:
    """A workspace's teams, oldest first."""
    return await tx.rows(
        "select id, name from teams where workspace_id = $1 and deleted_at is null order by id", workspace_id
    )


async def every(tx: Tx, workspace_id: int) -> list[Row]:
    """The same by name: id, uuid, name, and the users who are in it."""
    return await tx.rows(
        """
        select t.id, t.uuid, t.name, array(
               select m.user_id from team_members m where m.workspace_id = t.workspace_id and m.team_id = t.id
                order by m.user_id)
          from teams t where t.workspace_id = $1 and t.deleted_at is null order by t.name, t.id
        """,
        workspace_id,
    )


async def rename(tx: Tx, workspace_id: int, id: int, name: str) -> None:
    """Call it otherwise."""
    await tx.write("update teams set name = $3 where workspace_id = $1 and id = $2", workspace_id, id, name)


async def known_members(tx: Tx, workspace_id: int, users: Sequence[int]) -> list[int]:
    """Those of these who are members of the workspace."""
    rows = await tx.rows(
        """
        select user_id from memberships
         where workspace_id = $1 and user_id = any ($2::bigint[]) and role_id is not null
        """,
        workspace_id,
        list(users),
    )
    return [row["user_id"] for row in rows]


async def set_members(tx: Tx, workspace_id: int, id: int, users: Sequence[int]) -> None:
    """Have exactly these be in it."""
    await tx.write(
        "delete from team_members where workspace_id = $1 and team_id = $2 and user_id <> all ($3::bigint[])",
        workspace_id,
        id,
        list(users),
    )
    await tx.write(
        """
        insert into team_members (workspace_id, team_id, user_id) select $1, $2, unnest($3::bigint[])
            on conflict do nothing
        """,
        workspace_id,
        id,
        list(users),
    )


async def delete(tx: Tx, workspace_id: int, id: int) -> bool:
    """Do without it, unless it has conversations that are not resolved.

    The row stays, as resolved ones name it. It is locked first: nothing is given to it until the transaction ends.
    """
    await tx.begin()
    await tx.value("select 1 from teams where workspace_id = $1 and id = $2 for update", workspace_id, id)
    rows = await tx.write(
        """
        update teams set deleted_at = now()
         where workspace_id = $1 and id = $2 and not exists (
               select 1 from conversations c
                where c.workspace_id = $1 and c.team_id = $2 and not c.resolved and c.deleted_at is null)
        returning id
        """,
        workspace_id,
        id,
    )
    return bool(rows)


async def leave(tx: Tx, workspace_id: int, user_id: int) -> None:
    """Have somebody be in no team."""
    await tx.write("delete from team_members where workspace_id = $1 and user_id = $2", workspace_id, user_id)

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
    found: bool | None = await tx.value("select true from teams where workspace_id = $1 and id = $2", workspace_id, id)
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
    return await tx.rows("select id, name from teams where workspace_id = $1 order by id", workspace_id)

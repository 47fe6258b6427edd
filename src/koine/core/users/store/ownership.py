"""SQL for who owns a workspace."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.users.store.users import COLUMNS
from koine.postgres.database import Row, Tx


async def owners(tx: Tx, workspaces: Sequence[int]) -> list[Row]:
    """The workspace and the user, for each owner of these workspaces."""
    return await tx.rows(
        f"""
        select m.workspace_id, {COLUMNS} from memberships m join users u on u.id = m.user_id
         where m.workspace_id = any ($1::bigint[]) and m.owns and m.role_id is not null
         order by m.workspace_id, m.created_at, m.user_id
        """,
        list(workspaces),
    )


async def add(tx: Tx, account_id: int, workspace_id: int, users: Sequence[int]) -> list[int]:
    """Make these own a workspace; those who did not before."""
    rows = await tx.write(
        """
        insert into memberships as m (workspace_id, user_id, role_id, owns, created_at)
        select $2, g.id, r.id, true, clock_timestamp()
          from unnest($3::bigint[]) with ordinality as g(id, ord), roles r
         where r.account_id = $1 and r.name = 'Owner' order by g.ord
        on conflict (workspace_id, user_id) do update set owns = true, role_id = coalesce(m.role_id, excluded.role_id)
         where not m.owns or m.role_id is null
        returning user_id
        """,
        account_id,
        workspace_id,
        list(users),
    )
    return [row["user_id"] for row in rows]


async def keep(tx: Tx, account_id: int, workspace_id: int, users: Sequence[int]) -> list[int]:
    """Let nobody but these own a workspace; those who did. Their role is that of the staff, if they are of it."""
    rows = await tx.write(
        """
        update memberships m set owns = false, role_id =
               case when m.role_id = (select r.id from roles r where r.account_id = $1 and r.name = 'Owner')
                    then (select s.role_id from staff s
                           where s.user_id = m.user_id and s.deleted_at is null
                             and (s.workspaces is null or m.workspace_id = any (s.workspaces)))
                    else m.role_id end
         where m.workspace_id = $2 and m.owns and m.user_id <> all ($3::bigint[])
        returning m.user_id
        """,
        account_id,
        workspace_id,
        list(users),
    )
    return [row["user_id"] for row in rows]

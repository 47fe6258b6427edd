"""SQL for workspaces and the furniture that each is founded with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from koine.core.ordered import Listed
from koine.core.workspaces.model import Workspace
from koine.postgres.database import Tx

COLUMNS = "w.id, w.uuid, w.account_id, w.name, w.external_id, w.profile, w.created_at, w.updated_at, w.deleted_at"

LISTED = Listed(
    select=f"select {COLUMNS} from workspaces w",
    account="w.account_id",
    id="w.id",
    deleted_at="w.deleted_at",
    orders={
        "created": ("w.created_at", "timestamptz"),
        "updated": ("w.updated_at", "timestamptz"),
        "name": ("w.name", "text"),
        "id": ("w.id", "bigint"),
    },
    texts={"name": "w.name", "external_id": "w.external_id"},
)


async def insert(
    tx: Tx, account_id: int, uuid: UUID, name: str, external_id: str | None, profile: Mapping[str, Any]
) -> int:
    """A new workspace and the sequence of its conversation numbers; its id."""
    rows = await tx.write(
        """
        insert into workspaces (account_id, uuid, name, external_id, profile) values ($1, $2, $3, $4, $5) returning id
        """,
        account_id,
        uuid,
        name,
        external_id,
        profile,
    )
    id: int = rows[0]["id"]
    await tx.write("select open_numbers($1)", id)
    return id


async def of_account(tx: Tx, account_id: int, ids: Sequence[int] | None) -> list[Workspace]:
    """An account's workspaces, or those of these ids, oldest first."""
    rows = await tx.rows(
        f"""
        select {COLUMNS} from workspaces w
         where w.account_id = $1 and ($2::bigint[] is null or w.id = any ($2::bigint[])) order by w.id
        """,
        account_id,
        None if ids is None else list(ids),
    )
    return [Workspace(**row) for row in rows]


async def by_external_id(tx: Tx, account_id: int, external_id: str) -> int | None:
    """The workspace that the account's own systems call so, deleted or not."""
    id: int | None = await tx.value(
        "select id from workspaces where account_id = $1 and external_id = $2", account_id, external_id
    )
    return id


async def describe(tx: Tx, workspace: Workspace) -> None:
    """Know it by other names."""
    await tx.write(
        "update workspaces set name = $2, external_id = $3, profile = $4, updated_at = now() where id = $1",
        workspace.id,
        workspace.name,
        workspace.external_id,
        workspace.profile,
    )


async def set_deleted(tx: Tx, id: int, *, deleted: bool) -> None:
    """Put it into the bin, or take it out."""
    await tx.write(
        "update workspaces set deleted_at = case when $2 then now() end, updated_at = now() where id = $1", id, deleted
    )


async def account_of(tx: Tx, id: int) -> int:
    """The account of a workspace."""
    found: int = await tx.value("select account_id from workspaces where id = $1", id)
    return found


async def uuid_of(tx: Tx, id: int) -> UUID:
    """The id that strangers know it by."""
    found: UUID = await tx.value("select uuid from workspaces where id = $1", id)
    return found

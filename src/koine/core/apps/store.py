"""SQL for apps, and what people let them do."""

from __future__ import annotations

from collections.abc import Sequence

from koine.core.apps.model import App, Asked, Authorization, Installation, Wanted
from koine.postgres.database import Row, Tx

_APP = """
    select a.id, a.account_id, o.uuid as account_uuid, a.public_id, t.key as client_id, t.dialect, a.name, a.audience,
           a.redirect_uris, a.scopes, a.created_at
      from apps a join tokens t on t.id = a.id join accounts o on o.id = a.account_id
     where a.deleted_at is null and
"""
_INSTALLATION = """
    select i.workspace_id, w.uuid as workspace, w.name, u.uuid as user, i.scopes, i.created_at as installed_at
      from installations i join workspaces w on w.id = i.workspace_id join users u on u.id = i.user_id
     where i.app_id = $1
"""


async def insert(tx: Tx, id: int, account_id: int, public_id: str, wanted: Wanted) -> None:
    """A new app, of this client."""
    await tx.write(
        """
        insert into apps (id, account_id, public_id, name, audience, redirect_uris, scopes)
        values ($1, $2, $3, $4, $5, $6::text[], $7::text[])
        """,
        id,
        account_id,
        public_id,
        wanted.name,
        wanted.audience,
        list(wanted.redirect_uris),
        list(wanted.scopes),
    )


async def delete(tx: Tx, id: int) -> bool:
    """Nobody finds it any more; False when it was so already."""
    rows = await tx.write(
        "update apps set deleted_at = now(), redirect_uris = '{}' where id = $1 and deleted_at is null returning 1", id
    )
    return bool(rows)


async def by_id(tx: Tx, id: int) -> App | None:
    """The app of a client."""
    return _app(await tx.row(_APP + " a.id = $1", id))


async def by_client_id(tx: Tx, client_id: str) -> App | None:
    """The app that calls itself this."""
    return _app(await tx.row(_APP + " t.key = $1 and t.revoked_at is null", client_id))


async def by_public_id(tx: Tx, account_id: int, public_id: str) -> App | None:
    """The app of an account that strangers call this."""
    return _app(await tx.row(_APP + " a.account_id = $1 and a.public_id = $2", account_id, public_id))


async def of_account(tx: Tx, account_id: int) -> list[App]:
    """An account's apps, oldest first."""
    return [App(**row) for row in await tx.rows(_APP + " a.account_id = $1 order by a.id", account_id)]


async def of_webhook(tx: Tx, webhook_id: int) -> App | None:
    """The app that a webhook belongs to."""
    return _app(
        await tx.row(_APP + " a.id = (select h.app_id from app_webhooks h where h.webhook_id = $1)", webhook_id)
    )


async def own_webhook(tx: Tx, app_id: int, webhook_id: int) -> None:
    """Make a webhook an app's."""
    await tx.write("insert into app_webhooks (webhook_id, app_id) values ($1, $2)", webhook_id, app_id)


async def webhooks(tx: Tx, app_id: int) -> list[Row]:
    """The webhooks of an app that are still there, of those that the transaction sees."""
    return await tx.rows(
        """
        select h.uuid from app_webhooks o join webhooks h on h.id = o.webhook_id
         where o.app_id = $1 and h.deleted_at is null order by h.id
        """,
        app_id,
    )


async def authorize(tx: Tx, app_id: int, user_id: int, workspaces: Sequence[int], asked: Asked) -> int:
    """Remember that a person let an app in; the authorization."""
    rows = await tx.write(
        """
        insert into authorizations (app_id, user_id, workspaces, scopes, redirect_uri, challenge)
        values ($1, $2, $3::bigint[], $4::text[], $5, $6) returning id
        """,
        app_id,
        user_id,
        list(workspaces),
        list(asked.scopes),
        asked.redirect_uri,
        asked.challenge,
    )
    id: int = rows[0]["id"]
    return id


async def authorization(tx: Tx, id: int) -> Authorization | None:
    """An authorization that has not ended."""
    row = await tx.row(
        """
        select z.id, z.app_id, z.user_id, u.uuid as user, z.workspaces, z.scopes, z.redirect_uri, z.challenge
          from authorizations z join users u on u.id = z.user_id where z.id = $1 and z.ended_at is null
        """,
        id,
    )
    return None if row is None else Authorization(**row)


async def authorization_of(tx: Tx, token_id: int) -> int | None:
    """The authorization that a token came of."""
    id: int | None = await tx.value("select authorization_id from tokens where id = $1", token_id)
    return id


async def end(tx: Tx, authorization_id: int) -> bool:
    """End an authorization; False when it had ended."""
    rows = await tx.write(
        "update authorizations set ended_at = now() where id = $1 and ended_at is null returning 1", authorization_id
    )
    return bool(rows)


async def install(tx: Tx, app_id: int, user_id: int, workspaces: Sequence[int], scopes: Sequence[str]) -> list[int]:
    """Let an app work in workspaces, with what was allowed last; those in which it did not before."""
    rows = await tx.write(
        """
        insert into installations (workspace_id, app_id, user_id, scopes)
        select w.id, $1, $2, $4::text[] from unnest($3::bigint[]) as w(id) order by w.id
            on conflict (workspace_id, app_id) do update set user_id = excluded.user_id, scopes = excluded.scopes
        returning workspace_id, xmax = 0 as is_new
        """,
        app_id,
        user_id,
        list(workspaces),
        list(scopes),
    )
    return [row["workspace_id"] for row in rows if row["is_new"]]


async def uninstall(tx: Tx, app_id: int, workspace_id: int) -> bool:
    """An app works in a workspace no more; False when it did not."""
    rows = await tx.write(
        "delete from installations where app_id = $1 and workspace_id = $2 returning 1", app_id, workspace_id
    )
    return bool(rows)


async def installation(tx: Tx, app_id: int, workspace_id: int) -> Installation | None:
    """An app in one workspace."""
    row = await tx.row(_INSTALLATION + " and i.workspace_id = $2", app_id, workspace_id)
    return None if row is None else Installation(**row)


async def installations(tx: Tx, app_id: int) -> list[Installation]:
    """Where an app is at work, in the order of the workspaces."""
    return [Installation(**row) for row in await tx.rows(_INSTALLATION + " order by i.workspace_id", app_id)]


def _app(row: Row | None) -> App | None:
    return None if row is None else App(**row)

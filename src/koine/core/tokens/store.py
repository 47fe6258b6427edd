"""SQL for tokens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from koine.postgres.database import Row, Tx

if TYPE_CHECKING:
    from koine.core.tokens.tokens import Grant


async def insert(tx: Tx, account_id: int, grant: Grant, key: str | None, secret_hash: bytes) -> int:
    """A new token; its id."""
    rows = await tx.write(
        """
        insert into tokens (account_id, dialect, kind, name, key, secret_hash, client_id, user_id, workspaces,
                            permissions, scopes, expires_at, authorization_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9::bigint[], $10::text[], $11::text[], now() + $12::interval, $13)
        returning id
        """,
        account_id,
        grant.dialect,
        grant.kind,
        grant.name,
        key,
        secret_hash,
        grant.client_id,
        grant.user_id,
        None if grant.workspaces is None else list(grant.workspaces),
        None if grant.permissions is None else sorted(grant.permissions),
        None if grant.scopes is None else list(grant.scopes),
        grant.expires_in,
        grant.authorization_id,
    )
    id: int = rows[0]["id"]
    return id


async def revoke(tx: Tx, account_id: int, id: int) -> bool | None:
    """End a token and those issued to it: None when there is none, False when it was ended before."""
    rows = await tx.write(
        """
        with found as (
            select id, revoked_at from tokens where account_id = $1 and id = $2 for update
        ), ended as (
            update tokens set revoked_at = now()
             where (id = $2 or client_id = $2) and account_id = $1 and revoked_at is null returning id)
        select found.revoked_at is null as ended from found
        """,
        account_id,
        id,
    )
    return bool(rows[0]["ended"]) if rows else None


async def of_account(tx: Tx, account_id: int) -> list[Row]:
    """An account's tokens, oldest first."""
    return await tx.rows(
        """
        select id, dialect, kind, name, key, user_id, workspaces, scopes, created_at, expires_at, revoked_at,
               last_used_at
          from tokens where account_id = $1 and kind in ('client', 'key', 'login') order by id
        """,
        account_id,
    )


async def of_workspace(tx: Tx, account_id: int, workspace_id: int) -> list[Row]:
    """An account's tokens that open a workspace and are good, the newest first; apps are not among them."""
    return await tx.rows(
        """
        select id, dialect, kind, name, key, user_id, workspaces, scopes, created_at, expires_at, revoked_at,
               last_used_at
          from tokens t
         where account_id = $1 and kind in ('client', 'key') and revoked_at is null
           and (expires_at is null or expires_at > now()) and (workspaces is null or $2 = any (workspaces))
           and not exists (select from apps a where a.id = t.id)
         order by id desc
        """,
        account_id,
        workspace_id,
    )


async def workspaces_of(tx: Tx, account_id: int, workspaces: Sequence[int] | None) -> Sequence[int]:
    """The workspaces that a token of these opens; None: all of the account that there are."""
    if workspaces is not None:
        return workspaces
    rows = await tx.rows(
        "select id from workspaces where account_id = $1 and deleted_at is null order by id", account_id
    )
    return [row["id"] for row in rows]


_BEARER = """
    select t.secret_hash, t.id, t.account_id, t.dialect, t.kind, t.key, t.client_id, t.permissions, t.scopes,
           t.expires_at, t.expires_at <= now() as expired,
           t.revoked_at is not null or c.revoked_at is not null as revoked,
           t.last_used_at is null or t.last_used_at < now() - interval '1 minute' as unused_for_a_minute,
           t.user_id, u.enabled, u.external_id, u.email, u.first_name, u.last_name,
           coalesce(c.name, t.name) as name,
           t.user_id is null and t.workspaces is null as whole, a.access, a.home,
           case when cardinality(t.workspaces) = 1
                then (select w.uuid from workspaces w where w.id = t.workspaces[1] and w.account_id = t.account_id)
            end as workspace_uuid
      from tokens t left join users u on u.id = t.user_id left join tokens c on c.id = t.client_id
     cross join lateral (
           select jsonb_object_agg(w.id, coalesce(to_jsonb(r.permissions), 'null'))
                  filter (where w.deleted_at is null) as access,
                  min(w.id) as home
             from workspaces w
             left join memberships m on m.workspace_id = w.id and m.user_id = t.user_id
             left join roles r on r.id = m.role_id
            where w.account_id = t.account_id and (t.workspaces is null or w.id = any (t.workspaces))
              and (t.user_id is null or r.id is not null)) a
"""


async def bearer(tx: Tx, secret_hash: bytes) -> Row | None:
    """A token by its secret, with its user and all that decides what it opens, in one statement."""
    return await tx.row(_BEARER + " where t.secret_hash = $1", secret_hash)


async def bearers(tx: Tx, secret_hashes: Collection[bytes]) -> list[Row]:
    """Those of these that there are, each as `bearer` finds it."""
    return await tx.rows(_BEARER + " where t.secret_hash = any ($1::bytea[])", list(secret_hashes))


async def touch(tx: Tx, id: int) -> None:
    """Remember that a token was used, at most once a minute."""
    await tx.write(
        """
        update tokens set last_used_at = now()
         where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')
        """,
        id,
    )


async def live(tx: Tx, dialect: str, kind: str, secret_hash: bytes) -> Row | None:
    """A secret of this kind that is still good: whose it is, and what it is called."""
    return await tx.row(
        """
        select account_id, user_id, name from tokens
         where secret_hash = $3 and dialect = $1 and kind = $2 and revoked_at is null and expires_at > now()
        """,
        dialect,
        kind,
        secret_hash,
    )


async def use_up(tx: Tx, dialect: str, kind: str, secret_hash: bytes) -> Row | None:
    """End a secret of this kind that is still good: of two who use it at once, one gets the row.

    That it was used is remembered for a month, in case it comes again.
    """
    rows = await tx.write(
        """
        update tokens
           set revoked_at = now(), last_used_at = now(), expires_at = least(expires_at, now() + interval '30 days')
         where secret_hash = $3 and dialect = $1 and kind = $2 and revoked_at is null and expires_at > now()
        returning id, account_id, name, client_id, user_id, authorization_id, workspaces, scopes
        """,
        dialect,
        kind,
        secret_hash,
    )
    return rows[0] if rows else None


async def spent(tx: Tx, dialect: str, kind: str, secret_hash: bytes) -> Row | None:
    """A secret of this kind that was used up: by whom, on what authorization, and how long ago."""
    return await tx.row(
        """
        select client_id, authorization_id, now() - last_used_at as ago from tokens
         where secret_hash = $3 and dialect = $1 and kind = $2 and revoked_at is not null and last_used_at is not null
        """,
        dialect,
        kind,
        secret_hash,
    )


async def end_authorization(tx: Tx, authorization_id: int) -> None:
    """End all that came of an authorization."""
    await tx.write(
        "update tokens set revoked_at = now() where authorization_id = $1 and revoked_at is null", authorization_id
    )


async def end_in_workspace(tx: Tx, client_id: int, workspace_id: int) -> None:
    """End all that a client has for one workspace."""
    await tx.write(
        """
        update tokens set revoked_at = now()
         where client_id = $1 and $2 = any (workspaces) and revoked_at is null and kind in ('access', 'refresh', 'code')
        """,
        client_id,
        workspace_id,
    )


async def end_all(tx: Tx, account_id: int, dialect: str, kind: str) -> list[int]:
    """End all of an account's secrets of this kind; the ids of those that were not ended before."""
    rows = await tx.write(
        """
        update tokens set revoked_at = now()
         where account_id = $1 and dialect = $2 and kind = $3 and revoked_at is null returning id
        """,
        account_id,
        dialect,
        kind,
    )
    return [row["id"] for row in rows]


async def end_logins(tx: Tx, account_id: int, user_id: int, dialect: str | None = None) -> list[int]:
    """End somebody's secrets that are good once, for one purpose or for all; the ids of those that were not ended."""
    rows = await tx.write(
        """
        update tokens set revoked_at = now()
         where account_id = $1 and user_id = $2 and kind = 'login' and revoked_at is null
           and ($3::text is null or dialect = $3)
        returning id
        """,
        account_id,
        user_id,
        dialect,
    )
    return [row["id"] for row in rows]

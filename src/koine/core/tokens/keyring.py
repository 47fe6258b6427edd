"""Who a secret belongs to, remembered for less than a second, so that a revoked one soon opens nothing anywhere."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from koine.core.actor import Actor
from koine.core.errors import TokenExpired, Unauthenticated
from koine.core.permissions import ALL
from koine.core.tokens import secrets, store
from koine.core.tokens.tokens import TokenKind
from koine.postgres.database import Database, Row

REMEMBERED = 0.8  # seconds; with the time of a look-up, a revoked token is dead within one
_AT_MOST = 10_000  # secrets


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token that was shown, and who acts with it. `scopes` say in its dialect's words what it may do; None: all.

    `workspace_uuid` is that of the workspace for which it was issued, where that is exactly one.
    """

    token_id: int
    dialect: str
    kind: TokenKind
    key: str | None
    actor: Actor
    scopes: frozenset[str] | None = None
    workspace_uuid: UUID | None = None


class Keyring:
    """Looks secrets up for one process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[bytes, tuple[float, Bearer]] = {}

    async def bearer(self, secret: str) -> Bearer:
        """Who shows this secret. Raises TokenExpired, and Unauthenticated for one that is unknown or revoked."""
        fingerprint = secrets.fingerprint(secret)
        known = self._known.get(fingerprint)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        self._known.pop(fingerprint, None)
        return await self._look_up(fingerprint)

    async def anew(self, fingerprints: Collection[bytes]) -> Mapping[bytes, Bearer | Unauthenticated]:
        """Who shows the secrets of these fingerprints, or why they are nobody: looked up now, not remembered."""
        found: dict[bytes, Bearer | Unauthenticated] = {fingerprint: Unauthenticated() for fingerprint in fingerprints}
        async with self._database.reading(()) as tx:
            rows = await store.bearers(tx, fingerprints)
        for row in rows:
            try:
                found[row["secret_hash"]] = _good(row)
            except Unauthenticated as refused:
                found[row["secret_hash"]] = refused
        for fingerprint, bearer in found.items():
            if isinstance(bearer, Unauthenticated):
                self._known.pop(fingerprint, None)
        return found

    def forget(self, account_id: int) -> None:
        """Look everybody of an account up anew: what is open to them has changed, and whoever changed it goes on."""
        self._known = {key: entry for key, entry in self._known.items() if entry[1].actor.account_id != account_id}

    async def _look_up(self, fingerprint: bytes) -> Bearer:
        until = time.monotonic() + REMEMBERED
        async with self._database.reading(()) as tx:
            row = await store.bearer(tx, fingerprint)
        if row is None:
            raise Unauthenticated
        bearer = _good(row)
        if row["unused_for_a_minute"]:
            async with self._database.writing(()) as tx:
                tx.only_one_write()
                await store.touch(tx, row["id"])
        if row["expires_at"] is not None:
            until = min(until, time.monotonic() + row["expires_at"].timestamp() - time.time())
        self._remember(fingerprint, until, bearer)
        return bearer

    def _remember(self, fingerprint: bytes, until: float, bearer: Bearer) -> None:
        if len(self._known) >= _AT_MOST:
            now = time.monotonic()
            self._known = {key: entry for key, entry in self._known.items() if entry[0] > now}
            if len(self._known) >= _AT_MOST:
                self._known.clear()
        self._known[fingerprint] = (until, bearer)


def _good(row: Row) -> Bearer:
    if row["revoked"] or row["enabled"] is False:
        raise Unauthenticated
    if row["expired"]:
        raise TokenExpired
    scopes = None if row["scopes"] is None else frozenset(row["scopes"])
    return Bearer(row["id"], row["dialect"], row["kind"], row["key"], _actor(row), scopes, row["workspace_uuid"])


def _actor(row: Row) -> Actor:
    """A user's token acts as the user; another as the app it was issued to, the same for all its access tokens."""
    roles = row["access"] or {}
    access = {int(id): _allowed(permissions, row["permissions"]) for id, permissions in roles.items()}
    if row["user_id"] is None:
        everywhere = _allowed(None, row["permissions"]) if row["whole"] else None
        return Actor(
            "app",
            row["client_id"] or row["id"],
            row["account_id"],
            access,
            name=row["name"],
            token_id=row["id"],
            everywhere=everywhere,
            home=row["home"],
            origin=row["dialect"],
        )
    return Actor(
        "user",
        row["user_id"],
        row["account_id"],
        access,
        row["external_id"],
        row["email"],
        f"{row['first_name']} {row['last_name']}".strip(),
        row["id"],
        home=row["home"],
        origin=row["dialect"],
    )


def _allowed(role: list[str] | None, limits: list[str] | None) -> frozenset[str]:
    allowed = ALL if role is None else frozenset(role)
    return allowed if limits is None else allowed & frozenset(limits)

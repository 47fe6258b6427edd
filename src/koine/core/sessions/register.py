"""Whose session a secret opens: looked up at every request, so that one that was ended opens nothing at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from koine.core.actor import Actor
from koine.core.errors import Unauthenticated
from koine.core.sessions import store
from koine.core.tokens import secrets
from koine.core.users.preferences import Preferences
from koine.postgres.database import Database, Row


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was shown, who acts in it, and how they like to see things."""

    id: int
    actor: Actor
    preferences: Preferences


class Register:
    """Looks sessions up for one process. Nothing is remembered: a page costs one statement for it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def opened(self, secret: str) -> Opened:
        """Whose session this secret opens. Raises Unauthenticated."""
        async with self._database.reading(()) as tx:
            row = await store.opened(tx, secrets.fingerprint(secret))
        if row is None:
            raise Unauthenticated
        if row["unseen"]:
            async with self._database.writing(()) as tx:
                tx.only_one_write()
                await store.touch(tx, row["id"])
        return _opened(row)

    async def anew(self, fingerprints: Collection[bytes]) -> Mapping[bytes, Opened | Unauthenticated]:
        """Whose sessions the secrets of these fingerprints open now, or that they open nothing."""
        found: dict[bytes, Opened | Unauthenticated] = {fingerprint: Unauthenticated() for fingerprint in fingerprints}
        async with self._database.reading(()) as tx:
            for row in await store.all_opened(tx, fingerprints):
                found[row["secret_hash"]] = _opened(row)
        return found


def _opened(row: Row) -> Opened:
    access = {int(id): frozenset(permissions) for id, permissions in (row["access"] or {}).items()}
    actor = Actor(
        "user",
        row["user_id"],
        row["account_id"],
        access,
        row["external_id"],
        row["email"],
        f"{row['first_name']} {row['last_name']}".strip(),
        home=row["home"],
    )
    return Opened(row["id"], actor, Preferences(row["time_zone"], row["theme"], row["availability"]))

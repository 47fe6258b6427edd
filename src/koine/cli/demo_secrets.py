"""The demo's secrets: issued with its world, kept in a file, and issued anew where that was lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from koine.core.actor import Actor, system
from koine.core.errors import Unauthenticated
from koine.core.tokens.keyring import Keyring
from koine.core.tokens.tokens import Issued
from koine.core.workspaces.model import Workspace
from koine.demo import World
from koine.dialects.highlevel import credentials as highlevel
from koine.dialects.libredesk import credentials as libredesk
from koine.dialects.native import credentials as native
from koine.dialects.tight import credentials as tight
from koine.postgres.database import Database, Tx


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret, with the public half where there is one."""

    secret: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Tight's client, a HighLevel token for each workspace, the first one's Libredesk key and native token.

    As far as they are known.
    """

    tight: Secret | None
    highlevel: Sequence[Secret | None]
    libredesk: Secret | None
    native: Secret | None


@dataclass(frozen=True, slots=True)
class Secrets:
    """The same, all of them."""

    tight: Secret
    highlevel: Sequence[Secret]
    libredesk: Secret
    native: Secret


def of_world(world: World) -> Known:
    """Those that came with a new world."""
    places = (world.lamplight, world.harbour)
    highlevel = [_secret(place.highlevel) for place in places]
    return Known(_secret(world.tight), highlevel, _secret(world.libredesk), _secret(world.native))


def of_file(kept: object) -> Known:
    """Those in a file that an earlier start has written, as far as it makes sense."""

    def find(secret: str, key: str | None, *path: str | int) -> Secret | None:
        found = kept
        for step in path:
            inside = isinstance(found, dict if isinstance(step, str) else list)
            try:
                found = found[step] if inside else None  # type: ignore[index]
            except (KeyError, IndexError):
                return None
        values = [found.get(name) if isinstance(found, dict) else None for name in (secret, key) if name]
        return Secret(*values) if all(isinstance(value, str) for value in values) else None  # type: ignore[arg-type]

    return Known(
        find("client_secret", "client_id", "tight"),
        [find("token", None, "highlevel", 0), find("token", None, "highlevel", 1)],
        find("api_secret", "api_key", "libredesk"),
        find("token", None, "native"),
    )


async def made_good(database: Database, known: Known, places: Sequence[Workspace], agent_id: int) -> Secrets:
    """The same, with new ones in the place of those that are missing or do not open this world (any more)."""
    account_id = places[0].account_id
    by, keyring = system(account_id), Keyring(database)

    async def good(secret: Secret | None, issue: Callable[[Tx, Actor], Awaitable[Issued]]) -> Secret:
        if secret is not None and await _opens(keyring, secret, account_id):
            return secret
        async with database.writing(()) as tx:
            return _secret(await issue(tx, by))

    return Secrets(
        await good(known.tight, lambda tx, by: tight.issue(tx, by, name="Demo partner")),
        [
            await good(secret, lambda tx, by, id=place.id: highlevel.issue(tx, by, id, name="Demo integration"))  # type: ignore[misc]
            for secret, place in zip(known.highlevel, places, strict=False)
        ],
        await good(known.libredesk, lambda tx, by: libredesk.issue(tx, by, places[0].id, agent_id, name="Demo agent")),
        await good(known.native, lambda tx, by: native.issue(tx, by, workspaces=[places[0].id], name="Demo reader")),
    )


async def _opens(keyring: Keyring, secret: Secret, account_id: int) -> bool:
    try:
        bearer = await keyring.bearer(secret.secret)
    except Unauthenticated:
        return False
    return bearer.actor.account_id == account_id and (bearer.key or "") == secret.key


def _secret(issued: Issued) -> Secret:
    return Secret(issued.secret, issued.key or "")

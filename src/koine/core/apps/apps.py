"""Registering apps, finding them, and their end."""

from __future__ import annotations

import secrets as randomness

from koine.core import outbox
from koine.core.account_events import AppDeleted, AppRegistered
from koine.core.actor import Actor
from koine.core.apps import installing, redirects, store
from koine.core.apps.model import App, Registered, Wanted
from koine.core.apps.refusals import AppNotFound
from koine.core.errors import Invalid, Problem
from koine.core.tokens import secrets, tokens
from koine.core.tokens.tokens import Grant
from koine.core.webhooks import managing, webhooks
from koine.core.webhooks.model import Webhook
from koine.postgres.database import Tx

LONGEST_NAME = 100  # characters
_PUBLIC_ID = 12  # bytes
_SUFFIX = 8  # letters and digits


async def register(tx: Tx, by: Actor, wanted: Wanted) -> Registered:
    """A new app of the actor's account, with its secret. Raises Forbidden, and Invalid with all problems at once."""
    by.must_manage_account()
    _must_make_sense(wanted)
    public_id = randomness.token_hex(_PUBLIC_ID)
    grant = Grant(wanted.dialect, "client", wanted.name, workspaces=(), permissions=frozenset(), scopes=wanted.scopes)
    key = f"{public_id}-{secrets.new(length=_SUFFIX)}"
    issued = await tokens.create(tx, by, grant, secret=secrets.new(), key=key)
    await store.insert(tx, issued.id, by.account_id, public_id, wanted)
    told = {"app_id": public_id, "name": wanted.name}
    await outbox.record_of_account(tx, by, AppRegistered(by.account_id, told))
    return Registered(await find(tx, by, public_id), issued.secret)


async def delete(tx: Tx, by: Actor, app: App) -> None:
    """The end of an app: its secret, its tokens, its webhooks, and its place in every workspace."""
    by.must_manage_account()
    if not await store.delete(tx, app.id):
        return
    for place in await store.installations(tx, app.id):
        await installing.uninstall(tx, by, app, place.workspace_id)
    for row in await store.webhooks(tx, app.id):
        await webhooks.delete(tx, by, await managing.find(tx, by, row["uuid"]))
    await tokens.revoke(tx, by, app.id)
    await outbox.record_of_account(tx, by, AppDeleted(by.account_id, {"app_id": app.public_id}))


async def own_webhook(tx: Tx, app: App, webhook: Webhook) -> None:
    """Make a new webhook an app's: it is told of where the app is installed, and of what it may see there."""
    await store.own_webhook(tx, app.id, webhook.id)


async def find(tx: Tx, by: Actor, public_id: str) -> App:
    """An app of the actor's account, by what strangers call it. Raises AppNotFound."""
    app = await store.by_public_id(tx, by.account_id, public_id)
    if app is None:
        raise AppNotFound
    return app


async def every(tx: Tx, by: Actor) -> list[App]:
    """The apps of the actor's account, oldest first."""
    by.must_manage_account()
    return await store.of_account(tx, by.account_id)


async def by_client_id(tx: Tx, client_id: str) -> App | None:
    """The app that calls itself this, of whatever account."""
    return None if "\x00" in client_id else await store.by_client_id(tx, client_id)


async def by_id(tx: Tx, id: int) -> App | None:
    """The app of a client."""
    return await store.by_id(tx, id)


async def of_webhook(tx: Tx, webhook_id: int) -> App | None:
    """The app that a webhook belongs to, if it belongs to one."""
    return await store.of_webhook(tx, webhook_id)


def _must_make_sense(wanted: Wanted) -> None:
    problems = []
    if not wanted.name.strip() or not wanted.name.isprintable():
        problems.append(Problem("missing", ("name",), "needs to be what people call it"))
    if len(wanted.name) > LONGEST_NAME:
        problems.append(Problem("too_long", ("name",), "is too long", limit=LONGEST_NAME))
    if not wanted.scopes:
        problems.append(Problem("missing", ("scopes",), "names no scope"))
    if not 1 <= len(wanted.redirect_uris) <= redirects.MOST:
        problems.append(Problem("missing", ("redirect_uris",), f"needs to be 1 to {redirects.MOST} addresses"))
    for at, uri in enumerate(wanted.redirect_uris):
        if says := redirects.problem(uri):
            problems.append(Problem("not_allowed", ("redirect_uris", at), f"{uri}: {says}"))
    if problems:
        raise Invalid(problems=problems)

"""Which webhook a command means, and on whose behalf it acts: of any account, as whoever runs the machine."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from uuid import UUID

from koine.cli.failing import Failed
from koine.core.accounts import accounts
from koine.core.actor import Actor, system
from koine.core.errors import WebhookNotFound
from koine.core.webhooks import managing
from koine.core.webhooks.model import Webhook
from koine.core.workspaces import workspaces
from koine.postgres.database import Database


async def everyone(database: Database) -> list[Actor]:
    """Koine itself in each account, with all its workspaces."""
    async with database.reading(()) as tx:
        return [
            system(account.id, *(workspace.id for workspace in await workspaces.find(tx, account.id)))
            for account in await accounts.every(tx)
        ]


async def acting(database: Database, account_id: int | None, workspace_id: int | None) -> Actor:
    """Koine itself in the account that is named, or has this workspace, or is at hand. Raises Failed."""
    there = await everyone(database)
    if workspace_id is not None:
        there = [by for by in there if workspace_id in by.access]
        if not there:
            raise Failed(f"There is no workspace {workspace_id}.")
        if account_id not in (None, there[0].account_id):
            raise Failed(f"The workspace {workspace_id} is not one of the account {account_id}.")
        return there[0]
    if account_id is None:
        async with database.writing(()) as tx:
            account_id = (await accounts.at_hand(tx)).id
        there = await everyone(database)  # it may just have been founded
    found = [by for by in there if by.account_id == account_id]
    if not found:
        raise Failed(f"There is no account {account_id}.")
    if not found[0].access:
        raise Failed("There is no workspace yet. Make one: koine workspace create NAME")
    return found[0]


async def find(database: Database, uuid: UUID) -> tuple[Actor, Webhook]:
    """The webhook with this id. Raises WebhookNotFound."""
    for by in await everyone(database):
        async with database.reading(by.workspaces) as tx:
            try:
                return by, await managing.find(tx, by, uuid)
            except WebhookNotFound:
                continue
    raise WebhookNotFound


def uuid(text: str) -> UUID:
    """An id, for argparse."""
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no id") from None


def time(text: str) -> datetime:
    """A time, for argparse: as ISO 8601 has it, in UTC where it does not say."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 2026-11-20T14:30:00Z") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if not 2000 <= at.year < 2200:
        raise argparse.ArgumentTypeError(f"{text!r} is too far from now")
    return at

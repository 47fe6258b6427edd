"""Lists of an account's workspaces, in pages."""

from __future__ import annotations

from koine.core import ordered
from koine.core.actor import Actor
from koine.core.ordered import Asked, Order
from koine.core.page import Page, Window, page
from koine.core.workspaces import describing, store
from koine.core.workspaces.model import Shown, Workspace
from koine.postgres.database import Tx


async def query(tx: Tx, by: Actor, asked: Asked, order: Order, window: Window) -> Page[Shown]:
    """A page of the account's workspaces, each with its owners. Fields: name, external_id.

    Raises ForeignWorkspace for whoever does not stand for the account, and CursorUnreadable.
    """
    by.must_be_account()
    rows = await ordered.top(tx, store.LISTED, by.account_id, asked, order, window)
    found = await describing.shown(tx, by.account_id, [row["id"] for row in rows])
    return page(found, window, lambda it: _value(it.workspace, order), lambda it: it.workspace.id)


def _value(workspace: Workspace, order: Order) -> str:
    match order.by:
        case "created":
            return workspace.created_at.isoformat()
        case "updated":
            return workspace.updated_at.isoformat()
        case "name":
            return workspace.name
        case "id":
            return str(workspace.id)

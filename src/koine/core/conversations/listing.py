"""Lists of conversations, in pages that cost what they show."""

from __future__ import annotations

from koine.core.actor import Actor
from koine.core.conversations.asked import Asked, Order
from koine.core.conversations.model import Conversation
from koine.core.conversations.store import listing
from koine.core.page import Page, Window, page
from koine.postgres.database import Tx


async def query(tx: Tx, by: Actor, asked: Asked, order: Order, window: Window) -> Page[Conversation]:
    """A page of the conversations that the actor may see and that are not deleted.

    Raises PermissionMissing, and CursorUnreadable when the place is not one of this order.
    """
    by.must_somewhere("conversations:read")
    found = await listing.top(tx, by, asked, order, window)
    return page(found, window, lambda shown: listing.place_value(shown, order.by), lambda shown: shown.id)

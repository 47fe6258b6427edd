"""Every endpoint of Libredesk that is served."""

from __future__ import annotations

from koine.dialects.dialect import Route, get, post
from koine.dialects.libredesk import conversations

ROUTES: tuple[Route, ...] = (
    post("/api/v1/conversations", conversations.create),
    get("/api/v1/conversations/{uuid}", conversations.get),
)

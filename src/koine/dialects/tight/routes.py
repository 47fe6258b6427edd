"""Every endpoint of Tight v6 that is served (contracts/tight.md §3)."""

from __future__ import annotations

from koine.dialects.dialect import Route, get, post
from koine.dialects.tight import conversations, messages, openapi, tokens

ROUTES: tuple[Route, ...] = (
    post("/v6/auth/token", tokens.issue, "open"),
    post("/v6/conversations", conversations.save),
    post("/v6/conversations/query", conversations.query, "reads"),
    get("/v6/conversations/{id}", conversations.get),
    get("/v6/conversations/{id}/messages", messages.of_conversation),
    post("/v6/messages", messages.save),
    get("/v6/messages/{id}", messages.get),
    Route("GET", "/v6/openapi.json", openapi.show, "open"),
)

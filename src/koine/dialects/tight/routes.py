"""Every endpoint of Tight v6 that is served (contracts/tight.md §3)."""

from __future__ import annotations

from koine.dialects.dialect import Route, delete, get, post
from koine.dialects.tight import conversations, files, messages, reactions, tokens

ROUTES: tuple[Route, ...] = (
    post("/v6/auth/token", tokens.issue, "open"),
    post("/v6/conversations", conversations.save),
    post("/v6/conversations/query", conversations.query, "reads"),
    get("/v6/conversations/{id}", conversations.get),
    delete("/v6/conversations/{id}", conversations.delete),
    get("/v6/conversations/{id}/messages", messages.of_conversation),
    post("/v6/messages", messages.save),
    get("/v6/messages/{id}", messages.get),
    post("/v6/messages/{id}/reactions", reactions.add),
    delete("/v6/messages/{id}/reactions/{emojiCode}", reactions.remove),
    post("/v6/files/upload", files.upload, upload=files.UPLOAD),
    post("/v6/files/upload/{entityId}", files.upload_for_entity, upload=files.UPLOAD),
    post("/v6/files", files.save),
    post("/v6/files/query", files.query, "reads"),
    get("/v6/files/{id}", files.get),
    delete("/v6/files/{id}", files.delete),
)

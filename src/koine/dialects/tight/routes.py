"""Every endpoint of Tight v6 that is served (contracts/tight.md §3)."""

from __future__ import annotations

from koine.dialects.dialect import Route, delete, get, post
from koine.dialects.tight import audit_trail, conversations, files, messages, openapi, reactions, tokens
from koine.dialects.tight.provisioning import bookkeepers, company

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
    post("/v6/company", company.save),
    post("/v6/company/query", company.query, "reads"),
    get("/v6/company/{id}", company.get),
    delete("/v6/company/{id}", company.delete),
    post("/v6/bookkeepers", bookkeepers.save),
    post("/v6/bookkeepers/query", bookkeepers.query, "reads"),
    get("/v6/bookkeepers/{id}", bookkeepers.get),
    get("/v6/auditTrail/{id}", audit_trail.get),
    Route("GET", "/v6/openapi.json", openapi.show, "open"),
)

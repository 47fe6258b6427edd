"""Every endpoint of Tight v6 that is served (contracts/tight.md §3)."""

from __future__ import annotations

from koine.dialects.dialect import Route, get, post
from koine.dialects.tight import audit_trail, conversations, messages, tokens
from koine.dialects.tight.provisioning import bookkeepers, company

ROUTES: tuple[Route, ...] = (
    post("/v6/auth/token", tokens.issue, "open"),
    post("/v6/conversations", conversations.save),
    post("/v6/conversations/query", conversations.query, "reads"),
    get("/v6/conversations/{id}", conversations.get),
    get("/v6/conversations/{id}/messages", messages.of_conversation),
    post("/v6/messages", messages.save),
    get("/v6/messages/{id}", messages.get),
    post("/v6/company", company.save),
    post("/v6/company/query", company.query, "reads"),
    get("/v6/company/{id}", company.get),
    Route("DELETE", "/v6/company/{id}", company.delete, "writes"),
    post("/v6/bookkeepers", bookkeepers.save),
    post("/v6/bookkeepers/query", bookkeepers.query, "reads"),
    get("/v6/bookkeepers/{id}", bookkeepers.get),
    get("/v6/auditTrail/{id}", audit_trail.get),
)

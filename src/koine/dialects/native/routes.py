"""Every endpoint of the native API."""

from __future__ import annotations

from koine.dialects.dialect import Route, delete, get, post
from koine.dialects.native import events, openapi, subscriptions

ROUTES: tuple[Route, ...] = (
    get("/v1/events", events.follow),
    get("/v1/webhooks", subscriptions.every),
    post("/v1/webhooks", subscriptions.create),
    get("/v1/webhooks/{id}", subscriptions.show),
    delete("/v1/webhooks/{id}", subscriptions.delete),
    get("/v1/webhooks/{id}/log", subscriptions.log),
    post("/v1/webhooks/{id}/test", subscriptions.test),
    post("/v1/webhooks/{id}/replay", subscriptions.replay),
    post("/v1/webhooks/{id}/rotate", subscriptions.rotate),
    post("/v1/webhooks/{id}/disable", subscriptions.disable),
    post("/v1/webhooks/{id}/enable", subscriptions.enable),
    Route("GET", "/v1/openapi.json", openapi.show, "open"),
)

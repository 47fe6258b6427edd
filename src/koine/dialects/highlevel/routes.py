"""Every endpoint of HighLevel's contract that is served, with and without a slash at the end."""

from __future__ import annotations

from koine.dialects.dialect import Route, get, post
from koine.dialects.highlevel import contacts, conversations, message_routes, oauth, publishing

ROUTES: tuple[Route, ...] = (
    *message_routes.ROUTES,
    post("/conversations/", conversations.create),
    post("/conversations", conversations.create),
    get("/conversations/{conversationId}", conversations.get),
    get("/conversations/{conversationId}/", conversations.get),
    post("/contacts/", contacts.create),
    post("/contacts", contacts.create),
    post("/contacts/upsert", contacts.upsert),
    post("/contacts/upsert/", contacts.upsert),
    get("/contacts/{contactId}", contacts.get),
    get("/contacts/{contactId}/", contacts.get),
    post("/oauth/token", oauth.token, access="open"),
    post("/oauth/token/", oauth.token, access="open"),
    post("/oauth/locationToken", oauth.location_token),
    post("/oauth/locationToken/", oauth.location_token),
    post("/oauth/location-token", oauth.location_token),
    post("/oauth/location-token/", oauth.location_token),
    get("/oauth/installedLocations", oauth.installed_locations),
    get("/oauth/installedLocations/", oauth.installed_locations),
    get("/oauth/installed-locations", oauth.installed_locations),
    get("/oauth/installed-locations/", oauth.installed_locations),
    Route("GET", publishing.PATH, publishing.key, "open"),
)

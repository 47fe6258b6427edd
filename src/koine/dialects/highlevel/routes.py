"""Every endpoint of HighLevel's contract that is served, with and without a slash at the end.

Words come before names: what is searched for is not taken for an id.
"""

from __future__ import annotations

from koine.dialects.dialect import Route, delete, get, post, put
from koine.dialects.highlevel import contact_lists, contacts, conversations, message_routes, oauth, publishing

ROUTES: tuple[Route, ...] = (
    *message_routes.ROUTES,
    post("/conversations/", conversations.create),
    post("/conversations", conversations.create),
    get("/conversations/search", conversations.search),
    get("/conversations/search/", conversations.search),
    get("/conversations/{conversationId}", conversations.get),
    get("/conversations/{conversationId}/", conversations.get),
    put("/conversations/{conversationId}", conversations.update),
    put("/conversations/{conversationId}/", conversations.update),
    delete("/conversations/{conversationId}", conversations.delete),
    delete("/conversations/{conversationId}/", conversations.delete),
    post("/contacts/", contacts.create),
    post("/contacts", contacts.create),
    get("/contacts/", contact_lists.get),
    get("/contacts", contact_lists.get),
    post("/contacts/upsert", contacts.upsert),
    post("/contacts/upsert/", contacts.upsert),
    post("/contacts/search", contact_lists.search, access="reads"),
    post("/contacts/search/", contact_lists.search, access="reads"),
    get("/contacts/search/duplicate", contact_lists.duplicate),
    get("/contacts/search/duplicate/", contact_lists.duplicate),
    get("/contacts/{contactId}", contacts.get),
    get("/contacts/{contactId}/", contacts.get),
    put("/contacts/{contactId}", contacts.update),
    put("/contacts/{contactId}/", contacts.update),
    delete("/contacts/{contactId}", contacts.delete),
    delete("/contacts/{contactId}/", contacts.delete),
    post("/oauth/token", oauth.token, access="open"),
    post("/oauth/token/", oauth.token, access="open"),
    Route("POST", "/oauth/locationToken", oauth.location_token, "writes", anew=True),
    Route("POST", "/oauth/locationToken/", oauth.location_token, "writes", anew=True),
    Route("POST", "/oauth/location-token", oauth.location_token, "writes", anew=True),
    Route("POST", "/oauth/location-token/", oauth.location_token, "writes", anew=True),
    get("/oauth/installedLocations", oauth.installed_locations),
    get("/oauth/installedLocations/", oauth.installed_locations),
    get("/oauth/installed-locations", oauth.installed_locations),
    get("/oauth/installed-locations/", oauth.installed_locations),
    Route("GET", publishing.PATH, publishing.key, "open"),
)

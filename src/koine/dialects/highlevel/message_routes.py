"""The endpoints of messages, each with and without a slash at the end.

Fixed words come before what stands in their place: `messages/email` and `messages/export` before `messages/{id}`.
"""

from __future__ import annotations

from dataclasses import replace

from koine.dialects.dialect import Route, delete, get, post, put
from koine.dialects.highlevel import (
    calls,
    direct_uploads,
    emails,
    exporting,
    incoming,
    livechat,
    messages,
    preferences,
    statuses,
    uploaded,
)

_MESSAGES = "/conversations/messages"
_PREFERENCES = "/conversations/preferences"
_TRANSCRIPTION = "/conversations/locations/{locationId}/messages/{messageId}/transcription"

_ROUTES: tuple[Route, ...] = (
    post(_MESSAGES, messages.send),
    post(f"{_MESSAGES}/inbound", incoming.inbound),
    post(f"{_MESSAGES}/outbound", incoming.outbound),
    post(f"{_MESSAGES}/review-reply", messages.reply_to_review),
    post(f"{_MESSAGES}/upload", uploaded.upload, upload=uploaded.UPLOAD),
    post(f"{_MESSAGES}/upload/initiate", direct_uploads.initiate),
    post(f"{_MESSAGES}/upload/complete", direct_uploads.complete),
    get(f"{_MESSAGES}/export", exporting.export),
    get(f"{_MESSAGES}/email/{{id}}", emails.get),
    put(f"{_MESSAGES}/email/{{id}}/status", statuses.update_email),
    delete(f"{_MESSAGES}/email/{{emailMessageId}}/schedule", messages.cancel_email),
    get(f"{_MESSAGES}/{{messageId}}/locations/{{locationId}}/recording", calls.recording),
    put(f"{_MESSAGES}/{{messageId}}/status", statuses.update),
    put(f"{_MESSAGES}/{{messageId}}/attachments", statuses.attach),
    delete(f"{_MESSAGES}/{{messageId}}/schedule", messages.cancel),
    get(f"{_MESSAGES}/{{id}}", messages.get),
    get(_TRANSCRIPTION, calls.transcription),
    get(f"{_TRANSCRIPTION}/download", calls.transcript),
    post("/conversations/providers/live-chat/typing", livechat.typed),
    get(f"{_PREFERENCES}/custom-subtypes", preferences.subtypes),
    post(f"{_PREFERENCES}/custom-subtypes", preferences.create),
    put(f"{_PREFERENCES}/custom-subtypes/{{id}}", preferences.update),
    get(f"{_PREFERENCES}/unsubscriptions/status", preferences.status),
    post(f"{_PREFERENCES}/unsubscriptions/user-change", preferences.user_change),
    get("/conversations/{conversationId}/messages", messages.of_conversation),
)

ROUTES: tuple[Route, ...] = (
    *(each for route in _ROUTES for each in (route, replace(route, path=f"{route.path}/"))),
    Route("PUT", f"{direct_uploads.PATH}{{token}}", direct_uploads.put, "open", direct_uploads.UPLOAD),
)

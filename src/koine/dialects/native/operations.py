"""What the OpenAPI document says of each endpoint, beside what its handler says of itself."""

from __future__ import annotations

from collections.abc import Mapping

from koine.dialects.native import parameters, subscribing, wire
from koine.dialects.openapi import Json, Operation

_RESUME: Json = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "Where a stream goes on; wins over `after`.",
    "schema": {"type": "integer", "minimum": 0},
}


# By method and path, as in the table of routes.
OPERATIONS: Mapping[str, Operation] = {
    "GET /v1/events": Operation(
        {200: wire.Page},
        (400, 401, 403, 410),
        query=parameters.Parameters,
        headers=(_RESUME,),
        stream="Server-sent events: `id` is the position, `event` the kind, `data` an Event. Comments are heartbeats. "
        "A last event `stream.ended` says why the server ends the stream; its `id` is where to go on.",
    ),
    "GET /v1/webhooks": Operation({200: subscribing.Webhooks}, (401, 403)),
    "POST /v1/webhooks": Operation(
        {201: subscribing.Issued}, (400, 401, 403, 409, 413, 422, 429), body=subscribing.NewWebhook
    ),
    "GET /v1/webhooks/{id}": Operation({200: subscribing.Webhook}, (401, 403, 404)),
    "DELETE /v1/webhooks/{id}": Operation({204: None}, (401, 403, 404, 413)),
    "GET /v1/webhooks/{id}/log": Operation(
        {200: subscribing.Log}, (400, 401, 403, 404), query=subscribing.LogParameters
    ),
    "POST /v1/webhooks/{id}/test": Operation({202: subscribing.Asked}, (400, 401, 403, 404, 409, 413, 422)),
    "POST /v1/webhooks/{id}/replay": Operation(
        {202: subscribing.Asked}, (400, 401, 403, 404, 409, 413, 422), body=subscribing.Replay
    ),
    "POST /v1/webhooks/{id}/rotate": Operation({200: subscribing.Issued}, (400, 401, 403, 404, 409, 413, 422)),
    "POST /v1/webhooks/{id}/disable": Operation({200: subscribing.Webhook}, (400, 401, 403, 404, 409, 413, 422)),
    "POST /v1/webhooks/{id}/enable": Operation({200: subscribing.Webhook}, (400, 401, 403, 404, 409, 413, 422)),
    "GET /v1/openapi.json": Operation({200: None}, (), open=True),
}

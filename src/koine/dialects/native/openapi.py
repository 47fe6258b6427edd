"""The OpenAPI 3.1 document of the native API, made from its own shapes."""

from __future__ import annotations

import functools

import koine
from koine.dialects import openapi
from koine.dialects.call import Answer, Call
from koine.dialects.native import errors, wire
from koine.dialects.native.operations import OPERATIONS
from koine.dialects.openapi import Contract, Json

_CONTRACT = Contract(
    title="Koine",
    version=koine.__version__,
    description="The native API.",
    operations=OPERATIONS,
    refusal=wire.Problem,
    refusal_type=errors.CONTENT_TYPE,
    security={"token": {"type": "http", "scheme": "bearer"}},
    further=(wire.Event,),
    reads="serialization",
)


async def show(call: Call) -> Answer:
    """This document."""
    return Answer(200, document(call.services.base_url))


@functools.lru_cache(maxsize=4)
def document(base_url: str) -> Json:
    """The document for a server that is reached there."""
    from koine.dialects.native.routes import ROUTES  # which names this module's endpoint

    return openapi.document(_CONTRACT, ROUTES, base_url)

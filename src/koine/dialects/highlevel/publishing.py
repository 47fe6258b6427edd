"""The public key by which receivers know that a delivery is ours (contracts/highlevel.md §8.2)."""

from __future__ import annotations

from koine.core.errors import NotFound
from koine.core.signing import keys
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import signing
from koine.postgres.database import Tx

PATH = "/.well-known/koine/highlevel-webhook-key.pem"


async def key(call: Call) -> Answer:
    """As PEM, to anybody, and behind it the next one where one is to follow; what cannot be found was never needed."""
    async with call.services.database.reading(()) as tx:
        pem = await public(tx)
    if pem is None:
        raise NotFound("There is no key yet: it is made with the first app, webhook or provider.")
    return Answer(200, pem.encode("ascii"), content_type="application/x-pem-file")


async def public(tx: Tx) -> str | None:
    """The public key as PEM, with the one that is to follow; None while nothing had to be signed."""
    found = await keys.published(tx, signing.NAME)
    return "".join(signing.public_pem(each.public) for each in found) or None

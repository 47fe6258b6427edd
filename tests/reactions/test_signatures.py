"""A receiver knows by a signature that a delivery is ours, also while the secret is being changed."""

from __future__ import annotations

import base64

import asyncpg
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks.webhooks import Webhook as Reference
from standardwebhooks.webhooks import WebhookVerificationError

from koine.core.webhooks import webhooks
from koine.core.webhooks.webhooks import Issued
from koine.dialects.native import webhooks as native
from tests.outgoing.listeners import OK, Receiver, Request, says
from tests.reactions.telling import Telling, told


async def test_the_reference_library_takes_a_delivery_and_refuses_one_that_was_changed(telling: Telling) -> None:
    place = telling.world.lamplight
    async with Receiver(says(OK)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place)
        await telling.ring(place, "hello")
        (request,) = await told(receiver, 1)
    secret = native.secret(issued.keys)
    assert secret.startswith("whsec_")
    assert Reference(secret).verify(request.body, request.headers)["data"]["data"] == {"said": "hello"}
    with pytest.raises(WebhookVerificationError):
        Reference(secret).verify(request.body.replace(b"hello", b"hullo"), request.headers)
    with pytest.raises(WebhookVerificationError):
        Reference(secret).verify(request.body, request.headers | {"webhook-id": "another"})
    assert _is_signed_by(request, _public(issued))
    changed = Request(request.line, request.headers, request.body + b" ")
    assert not _is_signed_by(changed, _public(issued))


async def test_while_a_rotation_lasts_the_new_secret_is_good_and_the_one_before(
    telling: Telling, sql: asyncpg.Connection
) -> None:
    place = telling.world.lamplight
    async with Receiver(says(OK)).listening() as receiver, telling.working():
        first = await telling.create(receiver.url, place)
        second = await _rotate(telling, first)
        await telling.ring(place, "during")
        await told(receiver, 1)
        await sql.execute("update webhooks set old_until = now() - interval '1 second' where id = $1", first.webhook.id)
        await telling.ring(place, "after")
        during, after = await told(receiver, 2)
    assert len(second.webhook.public_keys) == 2
    assert second.webhook.old_until is not None
    for request, issued, good in (
        (during, first, True),
        (during, second, True),
        (after, first, False),
        (after, second, True),
    ):
        assert _takes(request, issued) is good
        assert _is_signed_by(request, _public(issued)) is good


async def test_two_rotations_leave_two_secrets(telling: Telling) -> None:
    place = telling.world.lamplight
    async with Receiver(says(OK)).listening() as receiver, telling.working():
        first = await telling.create(receiver.url, place)
        second = await _rotate(telling, first)
        third = await _rotate(telling, first)
        await telling.ring(place, "hello")
        (request,) = await told(receiver, 1)
    assert [_takes(request, issued) for issued in (first, second, third)] == [False, True, True]
    assert third.webhook.public_keys == [third.webhook.public_keys[0], second.webhook.public_keys[0]]


async def test_every_webhook_has_secrets_of_its_own(telling: Telling) -> None:
    place = telling.world.lamplight
    async with Receiver(says(OK)).listening() as receiver, telling.working():
        one, other = await telling.create(receiver.url, place), await telling.create(receiver.url, place)
        await telling.ring(place, "hello")
        requests = await told(receiver, 2)
    assert sorted(_takes(request, one) for request in requests) == [False, True]
    assert sorted(_takes(request, other) for request in requests) == [False, True]


async def _rotate(telling: Telling, issued: Issued) -> Issued:
    async with telling.database.writing(telling.by.workspaces) as tx:
        return await webhooks.rotate(tx, telling.by, telling.means, issued.webhook)


def _takes(request: Request, issued: Issued) -> bool:
    try:
        Reference(native.secret(issued.keys)).verify(request.body, request.headers)
    except WebhookVerificationError:
        return False
    return True


def _public(issued: Issued) -> str:
    return native.public_key(issued.webhook.public_keys[0])


def _is_signed_by(request: Request, public: str) -> bool:
    """As Standard Webhooks describes the signatures `v1a`; the reference library knows `v1` alone."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public.removeprefix("whpk_")))
    headers = request.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request.body
    for signature in headers["webhook-signature"].split(" "):
        version, _, value = signature.partition(",")
        if version == "v1a":
            try:
                key.verify(base64.b64decode(value), signed)
            except InvalidSignature:
                continue
            return True
    return False

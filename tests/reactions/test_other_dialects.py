"""A dialect brings its own body and signature in one module; all the rest is the same for it as for the others."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from koine.core.errors import Invalid
from koine.core.feed.model import FeedEvent
from koine.core.files.links import Links
from koine.core.webhooks.model import Due, Keys, Shape, Webhook
from koine.core.webhooks.patience import USUAL, Patience
from koine.dialects.native import webhooks as native
from koine.postgres.database import Tx
from tests.outgoing.listeners import OK, Receiver, says
from tests.reactions.telling import Knocked, Rang, Telling, told
from tests.waiting import until


class Token:
    """As Tight does it (contracts/tight.md §11): a JSON Web Token in a header, by the secret that both sides have."""

    async def body(self, tx: Tx, webhook: Webhook, delivery: Due, event: FeedEvent, *, links: Links) -> bytes | None:
        if event.data["said"] == "hush":
            return None
        return json.dumps({"type": "ENTITY_UPDATE", "url": f"/v6/rings/{event.id}", "data": event.data}).encode()

    def ping(self, webhook: Webhook, delivery: Due) -> bytes:
        return b"{}"

    def headers(self, delivery: UUID, body: bytes, keys: Sequence[Keys], *, at: int) -> Mapping[str, str]:
        claims = {"iat": at, "exp": at + 300, "body_sha256": hashlib.sha256(body).hexdigest()}
        signed = ".".join(_base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        signature = hmac.digest(keys[0].secret, signed.encode(), hashlib.sha256)
        return {"Content-Type": "application/json", "Tight-Verification": f"{signed}.{_base64url(signature)}"}

    def parts(self) -> Mapping[str, frozenset[str]]:
        return {"": frozenset({Rang.kind})}

    def needs(self) -> Sequence[str]:
        return ()

    def patience(self) -> Patience:
        return USUAL

    def house_key(self) -> None:
        return None

    def secret(self, keys: Keys) -> str:
        return keys.secret.hex()

    def public_key(self, key: bytes) -> str:
        return key.hex()


class Bare:
    """As HighLevel does it (contracts/highlevel.md §8): its id in the body, one Ed25519 signature of just the body."""

    async def body(self, tx: Tx, webhook: Webhook, delivery: Due, event: FeedEvent, *, links: Links) -> bytes:
        return json.dumps({"type": "Rang", "webhookId": str(delivery.uuid), **event.data}).encode()

    def ping(self, webhook: Webhook, delivery: Due) -> bytes:
        return b"{}"

    def headers(self, delivery: UUID, body: bytes, keys: Sequence[Keys], *, at: int) -> Mapping[str, str]:
        signature = Ed25519PrivateKey.from_private_bytes(keys[0].seed).sign(body)
        return {"Content-Type": "application/json", "X-GHL-Signature": base64.b64encode(signature).decode()}

    def parts(self) -> Mapping[str, None]:
        return {"": None}

    def needs(self) -> Sequence[str]:
        return ()

    def patience(self) -> Patience:
        return USUAL

    def house_key(self) -> None:
        return None

    def secret(self, keys: Keys) -> None:
        return None

    def public_key(self, key: bytes) -> str:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        public = Ed25519PublicKey.from_public_bytes(key)
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


TOKEN: Shape = Token()
BARE: Shape = Bare()


@pytest.fixture(autouse=True)
def more(telling: Telling) -> None:
    telling.shapes = {"native": native, "token": TOKEN, "bare": BARE}


async def test_each_is_told_in_its_own_words_under_its_own_signature(telling: Telling) -> None:
    place = telling.world.lamplight
    async with Receiver(says(OK)).listening() as tokens, Receiver(says(OK)).listening() as bares, telling.working():
        token = await telling.create(tokens.url, place, dialect="token")
        bare = await telling.create(bares.url, place, dialect="bare")
        await telling.ring(place, "hello")
        (one,), (other,) = await told(tokens, 1), await told(bares, 1)
        (tried,) = await telling.tried(bare.webhook, 1)
    assert json.loads(one.body)["data"] == {"said": "hello"}
    head, claims, signature = one.headers["tight-verification"].split(".")
    secret = bytes.fromhex(TOKEN.secret(token.keys) or "")
    expected = hmac.digest(secret, f"{head}.{claims}".encode(), hashlib.sha256)
    assert signature == _base64url(expected)
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["body_sha256"] == hashlib.sha256(one.body).hexdigest()
    assert json.loads(other.body) == {"type": "Rang", "webhookId": str(tried.delivery), "said": "hello"}
    public = load_pem_public_key(BARE.public_key(bare.webhook.public_keys[0]).encode())
    signature_of_body = base64.b64decode(other.headers["x-ghl-signature"])
    public.verify(signature_of_body, other.body)  # type: ignore[call-arg, union-attr, arg-type]
    with pytest.raises(InvalidSignature):
        public.verify(signature_of_body, other.body + b" ")  # type: ignore[call-arg, union-attr, arg-type]


async def test_what_a_dialect_has_no_words_for_is_passed_over(telling: Telling) -> None:
    place = telling.world.lamplight
    async with Receiver(says(OK)).listening() as receiver, telling.working():
        issued = await telling.create(receiver.url, place, kinds=None, dialect="token")
        assert issued.webhook.kinds == [Rang.kind]
        await telling.happen(Knocked(place.workspace.id))
        await telling.ring(place, "hush", "hello")
        tries = await telling.tried(issued.webhook, 2)
        await until(lambda: _all_ended(telling, issued.webhook))
    assert [(tried.status, tried.error, tried.state) for tried in tries] == [
        (200, None, "delivered"),
        (None, "the dialect has no words for it", "skipped"),
    ]
    assert len(receiver.requests) == 1
    assert (await telling.find(issued.webhook)).failures == 0


async def test_only_kinds_that_it_has_words_for_can_be_asked_of_a_dialect(telling: Telling) -> None:
    place = telling.world.lamplight
    with pytest.raises(Invalid) as refused:
        await telling.create("http://127.0.0.1:9/", place, kinds=[Rang.kind, Knocked.kind], dialect="token")
    assert [problem.path for problem in refused.value.problems] == [("events", 1)]
    await telling.create("http://127.0.0.1:9/", place, kinds=[Rang.kind, Knocked.kind], dialect="bare")


async def _all_ended(telling: Telling, webhook: Webhook) -> bool:
    async with telling.database.reading(telling.by.workspaces) as tx:
        states = await tx.rows("select state from webhook_deliveries where webhook_id = $1", webhook.id)
    return sorted(row["state"] for row in states) == ["delivered", "skipped"]


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")

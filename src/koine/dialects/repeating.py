"""Requests that may be sent again: with a key, what was answered first is answered once more, and nothing is done."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

from koine.core.idempotency import keys
from koine.core.idempotency.model import Kept, Key
from koine.core.sealing import Sealing
from koine.dialects.call import Answer, Call

HEADER = "Idempotency-Key"
REPLAYED = {"Idempotency-Replayed": "true"}

_SEALED = b"answer "
_REFUSED = 400  # and whatever is above


async def once(key: str, call: Call, handler: Callable[[Call], Awaitable[Answer]]) -> Answer:
    """The handler's answer, kept in the transaction of what it did; or else the one that was kept.

    A refusal is not kept, whether the handler raises or answers it: nothing has been done then, and the key may come
    with a better request. Raises KeyMalformed, NowhereToKeep, KeyInFlight and KeyReused.
    """
    own, fingerprint = keys.of(call.actor, key), _fingerprint(call)
    if own.workspace_id not in call.tx.workspaces:  # the actor's home was deleted
        await call.tx.see(own.workspace_id)
    kept = await keys.take(call.tx, own, fingerprint)
    if kept is not None:
        return _again(call, own, kept)
    answer = await handler(call)
    if answer.status >= _REFUSED:
        await call.tx.undo()  # what is not kept may not have been done: it may come again
        return answer
    content = answer.content
    await keys.keep(call.tx, own, _kept(call, own, fingerprint, answer, content))
    return replace(answer, body=content)


def _again(call: Call, key: Key, kept: Kept) -> Answer:
    content = _sealing(call).open(kept.body, _SEALED + bytes(key)) if kept.sealed else kept.body
    return Answer(kept.status, content, REPLAYED, kept.content_type)


def _kept(call: Call, key: Key, fingerprint: bytes, answer: Answer, content: bytes) -> Kept:
    body = _sealing(call).seal(content, _SEALED + bytes(key)) if answer.secret else content
    return Kept(fingerprint, answer.status, answer.content_type, body, answer.secret)


def _sealing(call: Call) -> Sealing:
    """What seals the secrets of webhooks: nothing else that is answered to a key is a secret."""
    webhooks = call.services.webhooks
    if webhooks is None:
        raise RuntimeError("this process was not given what seals secrets")
    return webhooks.sealing


def _fingerprint(call: Call) -> bytes:
    """What tells a request from others: method, path, query and body; not its headers, which proxies may change."""
    raw_path, query = call.scope["raw_path"], call.scope["query_string"]
    body = call.body if call.form is None else call.form.fingerprint
    return hashlib.sha256(b"%b %b?%b\n%b" % (call.method.encode(), raw_path, query, body)).digest()

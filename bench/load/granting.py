"""Keys for those who listen, given by the product itself."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Sequence

from koine.core.actor import system
from koine.dialects.native import credentials as native
from koine.postgres.address import Address
from koine.postgres.database import Database


async def native_token(address: Address, workspace_id: int) -> str:
    """A token of the native API that may do everything in one workspace."""
    database = await Database.open(address.dsn("koine_app"), size=1)
    try:
        async with database.writing((workspace_id,)) as tx:
            account_id = await tx.value("select account_id from workspaces where id = $1", workspace_id)
            by = system(account_id, workspace_id)
            return (await native.issue(tx, by, workspaces=[workspace_id], name="Bench")).secret
    finally:
        await database.close()


def webhook(base_url: str, token: str, url: str, events: Sequence[str] | None = ("message.posted",)) -> str:
    """Have an address told of every message, or of other events, or of all (None); the webhook's id."""
    wanted = {"url": url} | ({} if events is None else {"events": list(events)})
    return str(_sent("POST", f"{base_url}/v1/webhooks", token, wanted)["id"])


def end_webhook(base_url: str, token: str, id: str) -> None:
    """Forget a webhook."""
    _sent("DELETE", f"{base_url}/v1/webhooks/{id}", token)


def _sent(method: str, url: str, token: str, body: object = None) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=30) as answer:
        said: dict[str, object] = json.loads(answer.read() or "{}")
        return said

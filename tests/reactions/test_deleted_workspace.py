"""A workspace that is deleted is still told of, and its webhooks can still be managed."""

from __future__ import annotations

from koine.core.actor import system
from koine.core.tokens import secrets, tokens
from koine.core.tokens.keyring import Keyring
from koine.core.tokens.tokens import Grant
from koine.core.webhooks import managing, webhooks
from koine.core.workspaces import deleting, describing
from tests.outgoing.listeners import OK, Receiver, says
from tests.reactions.telling import Telling, message, told


async def _delete(telling: Telling) -> None:
    """Lamplight, the home of every webhook of the account."""
    async with telling.database.writing(telling.by.workspaces) as tx:
        found = await describing.held(tx, telling.by, telling.world.lamplight.workspace.id)
        await deleting.delete(tx, telling.by, found.workspace)
    telling.notices.wrote()


async def test_that_it_was_deleted_is_told_and_what_was_on_its_way(telling: Telling) -> None:
    kinds = ["test.rang", "workspace.deleted"]
    async with Receiver(says(OK)).listening() as receiver:
        for place in (telling.world.lamplight, None):
            await telling.create(receiver.url, place, kinds=kinds)
        await telling.ring(telling.world.lamplight, "last")
        await _delete(telling)
        async with telling.working():
            requests = await told(receiver, 4)
    assert sorted(message(request)["type"] for request in requests) == sorted(kinds * 2)


async def test_a_webhook_of_the_account_outlives_the_workspace_that_is_its_home(telling: Telling) -> None:
    async with Receiver(says(OK)).listening() as receiver:
        hook = (await telling.create(receiver.url)).webhook
        await _delete(telling)
        async with telling.database.writing(()) as tx:
            by = system(telling.world.account_id)
            issued = await tokens.create(tx, by, Grant("native", "key"), secret=secrets.new())
        actor = (await Keyring(telling.database).bearer(issued.secret)).actor
        assert actor.workspaces == (telling.world.harbour.workspace.id,)
        async with telling.database.writing(actor.workspaces) as tx:
            found = await managing.find(tx, actor, hook.uuid)
            await webhooks.rotate(tx, actor, telling.means, found)
            await webhooks.disable(tx, actor, found)
            await webhooks.enable(tx, actor, await managing.find(tx, actor, hook.uuid))
        async with telling.working():
            await telling.ring(telling.world.harbour, "still")
            await told(receiver, 1)

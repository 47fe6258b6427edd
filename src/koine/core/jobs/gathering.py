"""How far a reaction that gathers has come in a workspace: it has one job there, for all that happened since."""

from __future__ import annotations

from koine.core.jobs import jobs, store
from koine.core.jobs.model import Wanted
from koine.postgres.database import Tx


async def begin(tx: Tx, workspace_id: int, reaction: str) -> int | None:
    """The position up to which it is done; nobody else goes on from there until this transaction ends.

    None where the workspace does not want it any more.
    """
    return await store.begin_gathering(tx, workspace_id, reaction)


async def reached(tx: Tx, workspace_id: int, reaction: str, position: int) -> None:
    """It is done up to this position."""
    await store.gathered(tx, workspace_id, reaction, position)


async def behind(tx: Tx, reaction: str) -> list[int]:
    """The workspaces that the transaction sees in which there is more to do."""
    return await store.behind(tx, reaction)


async def again(tx: Tx, workspace_id: int, reaction: str) -> None:
    """There is more to do: the job is due once more, also when it is just being done."""
    await jobs.enqueue(tx, [Wanted(workspace_id, reaction, lane="", due_at=await store.clock(tx))])

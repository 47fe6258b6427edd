"""What happens after what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from koine.reactions.task import Task

# What keeps jobs of one reaction in order, one at a time: those of one conversation, those of the whole workspace (as
# are events without a conversation), or nothing. What is gathered has one job for a workspace and all that has happened
# there since it was last done.
Lane = Literal["conversation", "workspace", "event", "gathered"]

MINUTE, HOUR = 60.0, 3600.0


@dataclass(frozen=True, slots=True)
class Reaction:
    """What is to be done about events of some kinds.

    `kinds` None: all events; none at all: its jobs are asked for with `jobs.enqueue`. `wanted`: only in workspaces that
    want it (`jobs.want`). After each failed attempt it waits for the next of `waits` (seconds, give or take a fifth);
    after the last of them it is put in quarantine. `seconds` is how long an attempt may take. `outside`: its jobs wait
    for others than us, and have places of their own in a worker, so that nothing else waits with them.
    """

    name: str
    handler: Callable[[Task], Awaitable[None]]
    kinds: tuple[str, ...] | None
    lane: Lane = "conversation"
    wanted: bool = False
    waits: tuple[float, ...] = (5.0, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR)
    seconds: float = 60.0
    outside: bool = False

    @property
    def tries(self) -> int:
        """How often a job is attempted."""
        return len(self.waits) + 1


REACTIONS: Sequence[Reaction] = ()

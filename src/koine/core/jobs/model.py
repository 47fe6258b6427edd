"""What is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

JobState = Literal["waiting", "done", "quarantined"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A job to be done for a reaction, after the others of its lane; `due_at` (UTC): not before then.

    One event makes one job of a reaction for each `target`. A job without an event is known by its target alone: wanted
    again, it moves to the new time. `lane` and `target` are references, never what somebody wrote: workers see them
    for all workspaces.
    """

    workspace_id: int
    reaction: str
    lane: str = ""
    event_id: int | None = None
    target: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it can be shown. `reason` says why the last attempt failed; `busy`: somebody is at work in its lane.

    `event` and `kind` say what it follows; they are None for what is due by itself, or follows what is kept no longer.
    """

    workspace_id: int
    id: int
    reaction: str
    lane: str
    event: UUID | None
    kind: str | None
    target: str
    state: JobState
    busy: bool
    attempts: int
    reason: str | None
    due_at: datetime | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that a worker holds, with its lane, under a token that nobody else has; `attempts` have failed."""

    workspace_id: int
    id: int
    reaction: str
    lane: str
    token: int
    event_id: int | None
    target: str
    attempts: int
    due_at: datetime | None
    created_at: datetime

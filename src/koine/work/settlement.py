"""What becomes of a job that was held."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from koine.core.jobs.model import Claim

Outcome = Literal["done", "again", "quarantined", "left"]


class Settlement(NamedTuple):
    """What became of a job, with the columns of the type `settlement`. `wait` in seconds, for the outcome again."""

    workspace_id: int
    reaction: str
    lane: str
    token: int
    id: int
    due_at: datetime | None
    outcome: Outcome
    wait: float | None = None
    reason: str | None = None


def done(claim: Claim) -> Settlement:
    """It is done."""
    return _settlement(claim, "done")


def again(claim: Claim, reason: str, wait: float) -> Settlement:
    """It failed, and is tried again after so many seconds."""
    return _settlement(claim, "again", wait, reason)


def quarantined(claim: Claim, reason: str) -> Settlement:
    """It failed, and is not tried again unless somebody says so."""
    return _settlement(claim, "quarantined", None, reason)


def left(claim: Claim) -> Settlement:
    """It is as if it had never been claimed."""
    return _settlement(claim, "left")


def _settlement(claim: Claim, outcome: Outcome, wait: float | None = None, reason: str | None = None) -> Settlement:
    return Settlement(
        claim.workspace_id, claim.reaction, claim.lane, claim.token, claim.id, claim.due_at, outcome, wait, reason
    )

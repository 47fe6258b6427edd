"""Our own files in the messages of this contract: addresses by which they can be fetched."""

from __future__ import annotations

from koine.core.conversations.correspondence.model import Enclosed
from koine.dialects.call import Call
from koine.dialects.highlevel.wire.messages import Link


def link(call: Call) -> Link:
    """Where a file can be fetched for the next minutes; None where its bytes are not to be had."""
    links, (workspace_id, *_) = call.services.links, call.actor.workspaces

    def to(file: Enclosed) -> str | None:
        return links.to(workspace_id, file)

    return to

"""Which of the addresses that go with a message are files of ours: those are said with it, for every reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from koine.core.conversations.model import Said
from koine.core.files import attachments
from koine.dialects.call import Call
from koine.dialects.highlevel.auth import Location
from koine.dialects.highlevel.file_links import Within


async def enclosed(call: Call, at: Location, said: Said) -> Said:
    """The same with what was uploaded before as its files. The addresses stay, in the order that was given."""
    urls: Sequence[str] = said.meta.get("attachments", ())
    link = Within(call.services.links, at.workspace_id)
    ids = [id for url in urls if (id := link.names(url)) is not None]
    if not ids:
        return said
    known = await attachments.known(call.tx, call.actor, at.workspace_id, ids)
    return replace(said, attachments=[id for id in dict.fromkeys(ids) if id in known])

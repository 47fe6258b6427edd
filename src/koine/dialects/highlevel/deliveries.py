"""What a provider is told of a message that it is to carry (contracts/highlevel.md §8.3, outbound delivery)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from koine.core.conversations.correspondence import emails, reading
from koine.core.conversations.correspondence.model import Letter
from koine.core.files.links import Links
from koine.core.workspaces import workspaces
from koine.dialects.highlevel import file_links, ids
from koine.dialects.highlevel.wire import messages
from koine.postgres.database import Tx


async def body(tx: Tx, letter: Letter, links: Links) -> bytes:
    """The bytes that are sent, and signed. Links to files of ours are good for some minutes from now."""
    told: dict[str, Any] = {
        "contactId": ids.write(letter.contact),
        "locationId": ids.write_often(await workspaces.name_of(tx, letter.workspace_id)),
        "messageId": ids.write(letter.uuid),
        **(_mail(letter) if letter.channel.endswith("email") else _text(letter)),
        "attachments": messages.attachments(letter, file_links.Within(links, letter.workspace_id)),
    }
    if letter.user is not None:
        told["userId"] = ids.write(letter.user)
    answered = await _answered(tx, letter)
    if answered is not None:
        told["replyToAltId"] = answered
    return orjson.dumps(told)


def _text(letter: Letter) -> dict[str, Any]:
    type_ = "Custom" if letter.channel == "custom_provider_sms" else "SMS"
    return {"type": type_, "phone": letter.meta.get("to", ""), "message": letter.text}


def _mail(letter: Letter) -> dict[str, Any]:
    record = emails.of(letter)
    return {
        "type": "Custom" if letter.channel == "custom_provider_email" else "Email",
        "emailMessageId": ids.write(record.uuid),
        "emailTo": list(record.recipients),
        "emailFrom": record.sender,
        "cc": list(record.cc),
        "bcc": list(record.bcc),
        "html": record.html or letter.html or letter.text,
        "subject": record.subject,
    }


async def _answered(tx: Tx, letter: Letter) -> str | None:
    """The id that whoever brought the answered message knows it by."""
    text: str | None = letter.meta.get("reply_to")
    uuid = UUID(text) if text else (letter.email.reply_to if letter.email else None)
    return None if uuid is None else await reading.alt_id(tx, letter.workspace_id, uuid)

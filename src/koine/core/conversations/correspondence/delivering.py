"""What becomes of a message on its way, and what is put to it afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from koine.core import outbox
from koine.core.actor import Actor
from koine.core.conversations.correspondence.model import Letter
from koine.core.conversations.correspondence.refusals import NoFilesHere
from koine.core.conversations.model import State
from koine.core.conversations.store import correspondence, emails
from koine.core.message_events import MessageAttachmentsChanged, MessageStatusChanged, MessageTranscribed
from koine.core.providers import providers
from koine.core.providers.model import Provider
from koine.core.providers.refusals import ProviderMissing
from koine.postgres.database import Tx

# Each thing that happens to an e-mail means that these have happened too.
_IMPLIED: Mapping[str, Sequence[str]] = {
    "clicked": ("opened", "delivered"),
    "complained": ("opened", "delivered"),
    "unsubscribed": ("opened", "delivered"),
    "replied": ("opened", "delivered"),
    "opened": ("delivered",),
    "delivered": ("accepted",),
    "failed": ("accepted",),
}
_DATED = ("delivered", "opened", "clicked")

# An e-mail's finer states as a message has them.
_COARSE: Mapping[str, State] = {
    "undelivered": "failed",
    "connected": "sent",
    "opened": "read",
    "clicked": "read",
}


@dataclass(frozen=True, slots=True)
class EmailReport:
    """What a provider tells of an e-mail: its status, how often each thing happened to it, and what of each address."""

    status: str
    counts: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


async def carrier(tx: Tx, by: Actor, letter: Letter) -> Provider:
    """Who carried a message, also one that is deleted by now, for the app whose it is.

    Raises ProviderMissing when nobody did, ForeignProvider when it is another app's.
    """
    found = None if letter.provider is None else await providers.known(tx, letter.workspace_id, letter.provider)
    if found is None:
        raise ProviderMissing
    providers.must_own(by, found)
    return found


async def report(
    tx: Tx, by: Actor, letter: Letter, state: State, error: str | None = None, *, code: str | None = None
) -> bool:
    """Say what became of a message; whether that was news. `error` is why it failed, `code` a number for that."""
    by.must("messages:write", letter.workspace_id)
    if letter.state == state and error == letter.meta.get("error"):
        return False
    told = {name: value for name, value in (("error", error), ("error_code", code)) if value is not None}
    await correspondence.set_state(tx, letter.workspace_id, letter.id, state, told)
    if letter.email is not None:
        await emails.report(tx, letter.workspace_id, letter.id, state, {}, {})
    await outbox.record(tx, by, _changed(letter, state))
    return True


async def report_outcomes(tx: Tx, by: Actor, letter: Letter, outcomes: Mapping[str, Mapping[str, str]]) -> None:
    """Say what became of an e-mail at some of its addresses, and nothing of the whole."""
    by.must("messages:write", letter.workspace_id)
    if letter.email is not None and outcomes:
        status = letter.email.status
        await emails.report(tx, letter.workspace_id, letter.id, status, {}, outcomes)
        await outbox.record(tx, by, _changed(letter, letter.state, status))


async def report_email(tx: Tx, by: Actor, letter: Letter, told: EmailReport) -> None:
    """Say what became of an e-mail, in detail: counters are merged, and each thing implies others."""
    by.must("messages:write", letter.workspace_id)
    if letter.email is None:
        raise ProviderMissing
    state: State = _COARSE.get(told.status, told.status)  # type: ignore[arg-type]
    events = _merged(letter.email.events, told.counts)
    await correspondence.set_state(tx, letter.workspace_id, letter.id, state, {})
    await emails.report(tx, letter.workspace_id, letter.id, told.status, events, told.outcomes)
    await outbox.record(tx, by, _changed(letter, state, told.status))


async def settle(tx: Tx, by: Actor, letter: Letter, state: State, error: str | None = None) -> bool:
    """How handing it over went, unless somebody has said what became of it meanwhile."""
    told = {} if error is None else {"error": error}
    if not await correspondence.set_state(tx, letter.workspace_id, letter.id, state, told, was="pending"):
        return False
    if letter.email is not None:
        await emails.report(tx, letter.workspace_id, letter.id, state, {}, {})
    await outbox.record(tx, by, _changed(letter, state))
    return True


async def attach(tx: Tx, by: Actor, letter: Letter, urls: Sequence[str], *, channels: Sequence[str]) -> None:
    """Put other files to a message than it had, which has to be of one of these channels. Raises NoFilesHere."""
    by.must("messages:write", letter.workspace_id)
    if letter.channel not in channels:
        raise NoFilesHere
    await correspondence.remember(tx, letter.workspace_id, letter.id, {"attachments": list(urls)})
    event = MessageAttachmentsChanged(letter.workspace_id, letter.conversation_id, letter.id, letter.contact_id)
    await outbox.record(tx, by, event)


async def transcribe(tx: Tx, by: Actor, letter: Letter, sentences: Sequence[Mapping[str, Any]]) -> None:
    """Keep what was said in a call as text: for whoever can hear it; nothing in this house does."""
    by.must("messages:write", letter.workspace_id)
    await correspondence.remember(tx, letter.workspace_id, letter.id, {"transcription": list(sentences)})
    event = MessageTranscribed(letter.workspace_id, letter.conversation_id, letter.id, letter.contact_id)
    await outbox.record(tx, by, event)


def _merged(known: Mapping[str, Any], counts: Mapping[str, int]) -> dict[str, Any]:
    """The counters as they are now: zeros say nothing, and what is implied happened once at least."""
    merged: dict[str, Any] = {name: count for name, count in counts.items() if count}
    for name in list(merged):
        for implied in _with_implied(name):
            if not merged.get(implied) and not known.get(implied):
                merged[implied] = 1
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    for name in _DATED:
        if name in merged and f"{name}_at" not in known:
            merged[f"{name}_at"] = now
    return merged


def _with_implied(name: str) -> set[str]:
    """All that a thing implies, also by way of others."""
    found = set(_IMPLIED.get(name, ()))
    return found.union(*(_with_implied(implied) for implied in found))


def _changed(letter: Letter, state: State, email: str | None = None) -> MessageStatusChanged:
    told = {"from": letter.state, "to": state} | ({} if email is None else {"email": email})
    return MessageStatusChanged(letter.workspace_id, letter.conversation_id, letter.id, letter.contact_id, data=told)

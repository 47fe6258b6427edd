"""How a contact can be reached, and whether they want to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from koine.core.conversations.correspondence.model import Reach, Recipient, Whom
from koine.core.conversations.correspondence.refusals import CannotReach, DoNotDisturb, NotTheirAddress
from koine.core.conversations.store import recipients as store
from koine.core.errors import ContactNotFound, ConversationNotFound
from koine.core.providers.refusals import ProviderNotFound
from koine.postgres.database import Tx

_REFUSING = ("active", "permanent")


@dataclass(frozen=True, slots=True)
class Reached:
    """How a channel reaches people: what it needs of them, and as which of `contacts.dnd` they can refuse it."""

    needs: Reach | None
    refused_as: str | None


# By the channel of a message. Any other needs nothing that we know of, and is refused only with all of them.
CHANNELS: Mapping[str, Reached] = {
    "sms": Reached("phone", "SMS"),
    "rcs": Reached("phone", "SMS"),
    "custom_provider_sms": Reached("phone", "SMS"),
    "whatsapp": Reached("phone", "WhatsApp"),
    "call": Reached("phone", "Call"),
    "custom_call": Reached("phone", "Call"),
    "email": Reached("email", "Email"),
    "custom_provider_email": Reached("email", "Email"),
    "facebook": Reached(None, "FB"),
    "gmb": Reached(None, "GMB"),
}
_OTHERS = Reached(None, None)


async def of(tx: Tx, workspace_id: int, whom: Whom) -> Recipient:
    """All that sending something to a contact needs to know, in one statement.

    Raises ConversationNotFound, ContactNotFound, and ProviderNotFound when one was named that is not there.
    """
    if whom.conversation is not None:
        found = await store.of_conversation(tx, workspace_id, whom)
        if found is None:
            raise ConversationNotFound
        if whom.contact not in (None, found.contact):
            raise ContactNotFound
    else:
        found = await store.of_contact(tx, workspace_id, whom)
        if found is None:
            raise ContactNotFound
    if whom.provider is not None and found.provider is None:
        raise ProviderNotFound
    return found


def must_want(recipient: Recipient, channel: str, *, named: str) -> None:
    """Raise DoNotDisturb, which calls the channel as it is `named`, when the contact does not want to hear from it."""
    wish = recipient.dnd_settings.get(CHANNELS.get(channel, _OTHERS).refused_as or "", {})
    refused = wish.get("status") in _REFUSING
    if recipient.dnd or refused:
        raise DoNotDisturb(named)


def must_have(recipient: Recipient, channel: str) -> None:
    """Raise CannotReach when the contact has not got what a channel needs: a number, or an e-mail address."""
    needs = CHANNELS.get(channel, _OTHERS).needs
    if (needs == "phone" and not recipient.phone) or (needs == "email" and not recipient.email):
        raise CannotReach(needs)


def address(recipient: Recipient, wanted: str | None) -> str:
    """Where an e-mail goes: their address, or another of theirs. Raises NotTheirAddress, CannotReach."""
    if wanted is None:
        must_have(recipient, "email")
        return recipient.email or ""
    theirs = {email.lower() for email in (recipient.email, *recipient.other_emails) if email}
    if wanted.lower() not in theirs:
        raise NotTheirAddress
    return wanted

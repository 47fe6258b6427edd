"""Do not disturb: through which channels a contact may be reached, and from which they are heard."""

from __future__ import annotations

from koine.core.contacts.model import Contact

# As `dnd_settings` has them.
CHANNELS = ("Call", "Email", "SMS", "WhatsApp", "GMB", "FB")

_ON = frozenset({"active", "permanent"})


def blocks(contact: Contact, channel: str) -> bool:
    """Whether nothing may be sent to the contact through a channel: for all of them at once, or for this one."""
    return contact.dnd or contact.dnd_settings.get(channel, {}).get("status") in _ON


def blocks_inbound(contact: Contact) -> bool:
    """Whether what the contact sends is not taken."""
    return contact.dnd_inbound.get("all", {}).get("status") in _ON

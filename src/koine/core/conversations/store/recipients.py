"""What sending something to a contact needs to know: addresses, wishes, their conversation, and who carries it."""

from __future__ import annotations

from typing import Any

from koine.core.conversations.correspondence.model import Recipient, Whom
from koine.core.providers import store as providers
from koine.core.providers.model import Provider
from koine.postgres.database import Tx
from koine.postgres.together import Rowwise

_WHO = """k.workspace_id, k.id, k.uuid, k.email, k.phone, k.additional_emails, k.dnd, k.dnd_settings"""

# The one that was named, or else the usual one; never another instead of one that was named.
_PROVIDER = f"""
  left join lateral (
       select {providers.COLUMNS} from providers p
        where p.workspace_id = k.workspace_id and p.deleted_at is null
          and (p.id = g.provider or g.provider is null and p.kind = g.kind and not p.extra) limit 1) p on true
"""

# As the threads' standing has it: the newest conversation of whatever origin, else the continuous one in the bin.
_OF_CONTACT = (
    "select g.ord, "
    + _WHO
    + """, t.id, t.uuid, coalesce(t.deleted, false), p.*
  from {given} join contacts k on k.workspace_id = g.workspace_id and k.uuid = g.contact and k.deleted_at is null
  left join lateral (
       (select c.id, c.uuid, false as deleted from conversations c
         where c.workspace_id = g.workspace_id and c.contact_id = k.id and c.deleted_at is null
         order by c.last_message_at desc, c.id desc limit 1)
       union all
       (select c.id, c.uuid, true as deleted from conversations c
         where c.workspace_id = g.workspace_id and c.contact_id = k.id and c.continuous and c.deleted_at is not null)
       order by deleted limit 1) t on true
"""
    + _PROVIDER
)
_OF_CONVERSATION = (
    "select g.ord, "
    + _WHO
    + """, c.id, c.uuid, c.deleted_at is not null, p.*
  from {given} join conversations c on c.workspace_id = g.workspace_id and c.uuid = g.conversation
  join contacts k on k.workspace_id = c.workspace_id and k.id = c.contact_id and k.deleted_at is null
"""
    + _PROVIDER
)

_ONE = "(select 1::bigint as ord, $1::bigint as workspace_id, $2::uuid as {}, $3::text as provider, $4::text as kind) g"
_MANY = (
    "unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[]) with ordinality"
    " as g(workspace_id, {}, provider, kind, ord)"
)

_CONTACTS = Rowwise(
    one=_OF_CONTACT.format(given=_ONE.format("contact")), many=_OF_CONTACT.format(given=_MANY.format("contact"))
)
_CONVERSATIONS = Rowwise(
    one=_OF_CONVERSATION.format(given=_ONE.format("conversation")),
    many=_OF_CONVERSATION.format(given=_MANY.format("conversation")),
)


async def of_contact(tx: Tx, workspace_id: int, whom: Whom) -> Recipient | None:
    """The contact; a deleted one is none."""
    (row,) = await tx.read_each(_CONTACTS, [(workspace_id, whom.contact, whom.provider, whom.kind)])
    return None if row is None else _recipient(tuple(row))


async def of_conversation(tx: Tx, workspace_id: int, whom: Whom) -> Recipient | None:
    """Whoever a conversation is with; one without a contact is none."""
    (row,) = await tx.read_each(_CONVERSATIONS, [(workspace_id, whom.conversation, whom.provider, whom.kind)])
    return None if row is None else _recipient(tuple(row))


def _recipient(values: tuple[Any, ...]) -> Recipient:
    """After the number come eleven values of the contact and conversation, then those of the provider."""
    (_, workspace_id, contact_id, contact, email, phone, others, dnd, settings, id, uuid, deleted, *carried) = values
    provider = None if carried[1] is None else Provider(*carried)
    return Recipient(
        workspace_id, contact_id, contact, email, phone, others, dnd, settings, id, uuid, deleted, provider
    )

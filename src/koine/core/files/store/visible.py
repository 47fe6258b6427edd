"""Which files somebody may see, as a condition on the file `f`."""

from __future__ import annotations

from koine.core.actor import Actor
from koine.core.conversations import visibility
from koine.core.filters import Clauses


def limit(clauses: Clauses, by: Actor) -> None:
    """Whoever sees all conversations of their workspaces sees all files; others their own, and what was said with the
    messages that they may see.
    """
    clauses.add("f.workspace_id = any (?::bigint[])", [id for id in by.workspaces if by.may("messages:read", id)])
    if visibility.whole(by):
        return
    inner = Clauses(*clauses.values)
    visibility.limit(inner, by)
    clauses.values = inner.values
    clauses.add(
        "f.uploaded_by_kind = ?::text and f.uploaded_by_id = ?::bigint or exists (select 1 from message_attachments l"
        " join messages m on m.workspace_id = l.workspace_id and m.id = l.message_id and m.deleted_at is null"
        " join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id"
        f" where l.workspace_id = f.workspace_id and l.attachment_id = f.id and {inner.sql})",
        by.kind,
        by.id,
    )

"""Every refusal, by kind: the core says what is wrong, a dialect says it in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

ProblemKind = Literal[
    "missing",  # a field that is needed is absent, null or blank
    "wrong_type",  # a number where a string belongs
    "not_allowed",  # outside the set or range of values
    "too_long",  # more characters or items than there may be; `limit` says how many
    "malformed",  # right type, wrong form
    "not_found",  # names something that does not exist, or may not be seen
    "unchangeable",  # fixed by now
    "taken",  # has to be one's own, and is somebody else's
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a request: `path` is where, in the words of whoever reports it."""

    kind: ProblemKind
    path: tuple[str | int, ...]
    says: str = ""
    limit: int | None = None
    given: Any = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """The field itself, without what it is nested in."""
        names = [part for part in self.path if isinstance(part, str)]
        return names[-1] if names else ""


class Refused(Exception):
    """What Koine will not do. `code` is for programs, `says` for people; neither tells a secret."""

    code = "refused"
    says = "This cannot be done."

    def __init__(self, says: str | None = None, *, problems: Sequence[Problem] = ()) -> None:
        self.says = says or type(self).says
        self.problems = tuple(problems)
        super().__init__(self.says)


# ── The six kinds ───────────────────────────────────────────────────────────────────────────────────────────────────


class Unauthenticated(Refused):
    """Nobody knows who is asking."""

    code = "unauthenticated"
    says = "Who is asking is not known."


class Forbidden(Refused):
    """It is known who asks, and they may not."""

    code = "forbidden"
    says = "This is not allowed."


class NotFound(Refused):
    """It does not exist, or not for the one who asks."""

    code = "not_found"
    says = "There is no such thing."


class Invalid(Refused):
    """The request itself is wrong; `problems` says all of it at once."""

    code = "invalid"
    says = "The request is not valid."


class Conflict(Refused):
    """It collides with what is there."""

    code = "conflict"
    says = "This collides with what is there already."


class TooMany(Refused):
    """Later, or less at a time; `retry_after` in seconds."""

    code = "too_many"
    says = "Too many requests."

    def __init__(self, says: str | None = None, *, retry_after: int = 1) -> None:
        super().__init__(says)
        self.retry_after = retry_after


# ── The particular ones ─────────────────────────────────────────────────────────────────────────────────────────────


class TokenExpired(Unauthenticated):
    """The token was good once."""

    code = "token_expired"
    says = "The token has expired."


class WrongSecret(Unauthenticated):
    """A key that came with a secret which is not its own, or a key that nobody has."""

    code = "wrong_secret"
    says = "The key and the secret do not belong together."


class PermissionMissing(Forbidden):
    """The actor lacks one permission."""

    code = "permission_missing"

    def __init__(self, permission: str) -> None:
        super().__init__(f"This needs the permission {permission}.")
        self.permission = permission


class ForeignWorkspace(Forbidden):
    """The token does not open this workspace."""

    code = "foreign_workspace"
    says = "The token does not open this workspace."


class ConversationNotFound(NotFound):
    """No such conversation, or not one that the actor may see."""

    code = "conversation_not_found"
    says = "There is no such conversation."


class MessageNotFound(NotFound):
    """No such message, or not one that the actor may see."""

    code = "message_not_found"
    says = "There is no such message."


class ContactNotFound(NotFound):
    """No such contact, or not one that the actor may see."""

    code = "contact_not_found"
    says = "There is no such contact."


class TokenNotFound(NotFound):
    """No such token in this account."""

    code = "token_not_found"
    says = "There is no such token."


class WebhookNotFound(NotFound):
    """No such webhook, or not one that the actor may manage."""

    code = "webhook_not_found"
    says = "There is no such webhook."


class DeliveryNotFound(NotFound):
    """No such delivery of this webhook."""

    code = "delivery_not_found"
    says = "There is no such delivery of this webhook."


class EventGone(NotFound):
    """What happened is kept no longer, and so cannot be told again."""

    code = "event_gone"
    says = "The event is kept no longer."


class UsedUp(NotFound):
    """A secret that is good once, and was used, has expired, or never was one."""

    code = "used_up"
    says = "This link does not work any more."


class Taken(Conflict):
    """Something that has to be one's own is somebody else's: an id or an address; `problems` says which."""

    code = "taken"
    says = "This is somebody else's already."


class PositionGone(NotFound):
    """What followed this position is kept no longer; the oldest one to ask after is `oldest`."""

    code = "position_gone"
    says = "What followed this position is kept no longer."

    def __init__(self, oldest: int) -> None:
        super().__init__()
        self.oldest = oldest


class PositionAhead(Invalid):
    """The feed has not come to this position yet: it is from elsewhere, or the database is from an older backup."""

    code = "position_ahead"
    says = "The feed has not come to this position yet."

    def __init__(self) -> None:
        super().__init__(problems=[Problem("not_allowed", ("after",))])


class ConversationExists(Conflict):
    """The contact has a conversation already, and this way in allows only one."""

    code = "conversation_exists"
    says = "The contact has a conversation already."

    def __init__(self, conversation: Any) -> None:
        super().__init__()
        self.conversation = conversation


class ContactExists(Conflict):
    """A contact with this address or number is there already; `field` says which matched."""

    code = "contact_exists"
    says = "The contact is there already."

    def __init__(self, contact: Any, field: Literal["email", "phone"]) -> None:
        super().__init__()
        self.contact = contact
        self.field = field


class WebhookIsDisabled(Conflict):
    """Nothing is delivered to it until it is enabled again."""

    code = "webhook_disabled"
    says = "The webhook is disabled. Enable it first."


class TooManyWebhooks(Conflict):
    """No more of them can be enabled at once; `most` says how many can."""

    code = "too_many_webhooks"

    def __init__(self, most: int) -> None:
        super().__init__(f"No more than {most} webhooks can be enabled here at once.")
        self.most = most


class KeyMalformed(Invalid):
    """An idempotency key that is none."""

    code = "key_malformed"
    says = "An idempotency key has 1 to 255 printable ASCII characters."


class KeyReused(Invalid):
    """An idempotency key that was sent with another request before."""

    code = "key_reused"
    says = "This idempotency key was sent with another request before."


class KeyInFlight(Conflict):
    """An idempotency key whose first request is not answered yet."""

    code = "key_in_flight"
    says = "A request with this idempotency key is still being answered."


class NowhereToKeep(Forbidden):
    """An idempotency key of somebody without a workspace to keep it in."""

    code = "nowhere_to_keep"
    says = "An idempotency key is kept in a workspace, and none is open to whoever sent it."


class TooBroad(Invalid):
    """A question that looks through more than there is time for."""

    code = "too_broad"
    says = "This looks through too much: ask for less."


class CursorUnreadable(Invalid):
    """A cursor that was cut, forged, or made for another question."""

    code = "cursor_unreadable"
    says = "The cursor cannot be read."

    def __init__(self) -> None:
        super().__init__(problems=[Problem("not_allowed", ("cursor",))])

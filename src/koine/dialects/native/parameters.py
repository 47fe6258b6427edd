"""What is asked of the feed: the query string, and what it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError

from koine.core.conversations import finding
from koine.core.errors import ConversationNotFound, Invalid, Problem
from koine.core.inboxes import inboxes
from koine.core.workspaces import workspaces
from koine.dialects import reading
from koine.dialects.call import Call
from koine.dialects.native import ids, wire

MOST = 500  # events of a page
USUAL = 100

Value = TypeVar("Value")
Model = TypeVar("Model", bound=wire.Shape)


def single(read: Callable[[str], Value | None]) -> BeforeValidator:
    """One value, which `read` makes something of."""

    def check(given: list[str]) -> Value:
        if len(given) > 1:
            raise PydanticCustomError("not_allowed", "It is given twice.")
        value = read(given[0])
        if value is None:
            raise PydanticCustomError("malformed", "It is not well formed.")
        return value

    return BeforeValidator(check)


def _kinds(given: list[str]) -> list[str]:
    """Several values, or one with commas."""
    return [kind for value in given for kind in value.split(",")]


def _kind(given: str) -> str:
    if given not in wire.KINDS:
        raise PydanticCustomError("not_allowed", "There is no such kind of event.")
    return given


_Uuid = Annotated[UUID, single(ids.uuid)]
_Kind = Annotated[str, BeforeValidator(_kind), WithJsonSchema({"type": "string", "enum": wire.KINDS})]


class Parameters(wire.Shape):
    """The query string."""

    workspace: _Uuid | None = Field(default=None, description="Needed where the token opens more than one.")
    after: Annotated[int, Field(ge=0, le=ids.LAST_POSITION), single(ids.position)] | None = Field(
        default=None,
        description="Events after this position. Without it a page begins with the oldest event that is kept, "
        "and a stream with what happens from now on.",
    )
    kind: Annotated[list[_Kind], BeforeValidator(_kinds)] | None = Field(
        default=None, max_length=100, description="Only events of these kinds."
    )
    conversation: _Uuid | None = Field(default=None, description="Only what happens in this conversation.")
    inbox: _Uuid | None = Field(default=None, description="Only what happens in conversations of this inbox.")
    limit: Annotated[int, single(ids.position)] = Field(
        default=USUAL, ge=1, le=MOST, description="Events of a page at most; means nothing to a stream."
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """The same in our own words; `after` None: from the beginning, or from now on."""

    workspace_id: int
    after: int | None
    kinds: frozenset[str] | None
    conversation_id: int | None
    inbox_id: int | None
    limit: int


def read(call: Call, model: type[Model]) -> Model:
    """The query string. Raises Invalid with every problem at once."""
    try:
        given = call.query
    except ValueError:
        raise Invalid from None
    try:
        return model.model_validate({name: values for name, values in given.items() if values != [""]})
    except ValidationError as error:
        raise reading.refusal(error) from None


async def resolve(call: Call, given: Parameters) -> Asked:
    """What the parameters name, as far as the caller may see it. Raises Invalid with every problem at once."""
    workspace_id = await _workspace(call, given.workspace)
    problems: list[Problem] = []
    conversation_id = inbox_id = None
    if given.conversation is not None:
        conversation_id = await _conversation(call, workspace_id, given.conversation)
        if conversation_id is None:
            problems.append(Problem("not_found", ("conversation",)))
    if given.inbox is not None:
        inbox = await inboxes.by_uuid(call.tx, workspace_id, given.inbox)
        inbox_id = None if inbox is None else inbox.id
        if inbox_id is None:
            problems.append(Problem("not_found", ("inbox",)))
    if problems:
        raise Invalid(problems=problems)
    kinds = None if given.kind is None else frozenset(given.kind)
    return Asked(workspace_id, given.after, kinds, conversation_id, inbox_id, given.limit)


async def _workspace(call: Call, uuid: UUID | None) -> int:
    by = call.actor
    by.must_somewhere("conversations:read")
    if uuid is None:
        if len(by.workspaces) != 1:
            raise Invalid(problems=[Problem("missing", ("workspace",))])
        return by.workspaces[0]
    for workspace in await workspaces.find(call.tx, by.account_id, by.workspaces):
        if workspace.uuid == uuid:
            return workspace.id
    raise Invalid(problems=[Problem("not_found", ("workspace",))])


async def _conversation(call: Call, workspace_id: int, uuid: UUID) -> int | None:
    try:
        found = await finding.by_uuid(call.tx, call.actor, uuid)
    except ConversationNotFound:
        return None
    return found.id if found.workspace_id == workspace_id else None


def last_event_id(call: Call) -> int | None:
    """The position that a client comes back with. Raises Invalid."""
    text = call.header("last-event-id")
    if not text:
        return None
    position = ids.position(text)
    if position is None:
        raise Invalid(problems=[Problem("malformed", ("Last-Event-ID",))])
    return position

"""Which token each dialect's clients need, and what has to be said to get one."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from koine.cli import describing_people
from koine.cli.failing import Failed, Wrong
from koine.core import permissions
from koine.core.accounts import accounts
from koine.core.actor import system
from koine.core.users import users
from koine.core.users.users import User
from koine.core.workspaces import workspaces
from koine.core.workspaces.model import Workspace
from koine.dialects.highlevel import credentials as highlevel
from koine.dialects.highlevel import ids, scopes
from koine.dialects.libredesk import credentials as libredesk
from koine.dialects.native import credentials as native
from koine.dialects.tight import credentials as tight
from koine.dialects.tight import inferred
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token as it was asked for."""

    dialect: str
    name: str
    account: int | None
    workspace: int | None
    user: str
    user_id: str | None
    scopes: Sequence[str] | None


def wanted(asked: argparse.Namespace) -> Wanted:
    """What the options ask for. Raises Wrong for an option that means nothing to this dialect's tokens."""
    given = {name for name in ("account", "workspace", "user", "user_id", "scopes") if getattr(asked, name) is not None}
    for name in sorted(given - _MEANT[asked.dialect]):
        raise Wrong(f"--{name.replace('_', '-')} means nothing to a token for {asked.dialect}. {_OPENS[asked.dialect]}")
    if asked.dialect == "libredesk" and not asked.user:
        raise Wrong("A Libredesk key acts as an agent: say which one with --user EMAIL.")
    if asked.dialect in _EITHER and None not in (asked.account, asked.workspace):
        raise Wrong(f"{_EITHER[asked.dialect]}: say --workspace ID or --account ID.")
    listed = None if asked.scopes is None else [scope for scope in asked.scopes.replace(",", " ").split() if scope]
    of_highlevel = scopes.ALL if asked.account is None else scopes.OF_APPS
    known = sorted(permissions.ALL) if asked.dialect == "native" else of_highlevel
    unknown = sorted(set(listed or ()) - set(known))
    if unknown or listed == []:
        raise Wrong(f"There is no scope {', '.join(unknown) or '(none given)'}. There are: {', '.join(known)}.")
    return Wanted(asked.dialect, asked.name, asked.account, asked.workspace, asked.user or "", asked.user_id, listed)


async def create(tx: Tx, token: Wanted) -> dict[str, object]:
    """A new token with its secrets, in the words of its dialect. Raises Failed."""
    made = await _MAKERS[token.dialect](tx, token)
    return {"id": made.pop("id"), "dialect": token.dialect, "name": token.name, **made}


async def _tight(tx: Tx, token: Wanted) -> dict[str, object]:
    """The client's own id and secret; for a user an access token at once, as the client would get it."""
    account_id = await describing_people.account(tx, token.account)
    if not token.user and token.user_id is None:
        issued = await tight.issue(tx, system(account_id), name=token.name)
        return {"id": issued.id, "account_id": account_id, "client_id": issued.key, "client_secret": issued.secret}
    user = await _person(tx, account_id, token)
    issued = await tight.access(tx, system(account_id), user.id, name=token.name)
    return {
        "id": issued.id,
        "account_id": account_id,
        "user_id": user.external_id,
        "email": user.email,
        "access_token": issued.secret,
        "expires_in": int(inferred.LIFETIME.total_seconds()),
    }


async def _person(tx: Tx, account_id: int, token: Wanted) -> User:
    """Whom --user or --user-id names."""
    if token.user_id is not None:
        user = await users.by_external_id(tx, account_id, token.user_id)
    else:
        user = await users.by_email(tx, account_id, token.user)
    if user is None or not user.enabled or (token.user and user.email.lower() != token.user.lower()):
        named = " ".join(filter(None, (token.user, token.user_id)))
        raise Failed(f"{named} is nobody in the account {account_id}, or cannot come in.")
    return user


async def _highlevel(tx: Tx, token: Wanted) -> dict[str, object]:
    if token.account is not None:
        return await _agency(tx, token)
    workspace = await _workspace(tx, token.workspace)
    chosen = token.scopes or scopes.ALL
    issued = await highlevel.issue(tx, system(workspace.account_id), workspace.id, name=token.name, scopes=chosen)
    location_id = ids.write(workspace.uuid)
    return {
        "id": issued.id,
        "workspace_id": workspace.id,
        "location_id": location_id,
        "token": issued.secret,
        "scopes": list(chosen),
    }


async def _agency(tx: Tx, token: Wanted) -> dict[str, object]:
    """HighLevel's agency is the account; its token is refused within locations."""
    account_id = await describing_people.account(tx, token.account)
    company = next(account for account in await accounts.every(tx) if account.id == account_id)
    chosen = token.scopes or scopes.OF_APPS
    issued = await highlevel.issue_of_agency(tx, system(account_id), name=token.name, scopes=chosen)
    return {
        "id": issued.id,
        "account_id": account_id,
        "company_id": ids.write(company.uuid),
        "token": issued.secret,
        "scopes": list(chosen),
    }


async def _libredesk(tx: Tx, token: Wanted) -> dict[str, object]:
    workspace = await _workspace(tx, token.workspace)
    user = await users.by_email(tx, workspace.account_id, token.user)
    if user is None or workspace.id not in await users.memberships(tx, user.id):
        raise Failed(f"{token.user} is no member of the workspace {workspace.id} ({workspace.name}).")
    issued = await libredesk.issue(tx, system(workspace.account_id), workspace.id, user.id, name=token.name)
    return {"id": issued.id, "workspace_id": workspace.id, "api_key": issued.key, "api_secret": issued.secret}


async def _native(tx: Tx, token: Wanted) -> dict[str, object]:
    """Without a workspace it opens the whole account; without a user it acts as an app."""
    workspace = None if token.workspace is None else await _workspace(tx, token.workspace)
    account_id = await describing_people.account(tx, token.account) if workspace is None else workspace.account_id
    user = await users.by_email(tx, account_id, token.user) if token.user else None
    opens = [] if user is None else list(await users.memberships(tx, user.id))
    if token.user and (not opens or (workspace is not None and workspace.id not in opens)):
        raise Failed(f"{token.user} is no member of {_what(workspace, account_id)}.")
    issued = await native.issue(
        tx,
        system(account_id),
        workspaces=None if workspace is None else [workspace.id],
        name=token.name,
        user_id=None if user is None else user.id,
        permissions=None if token.scopes is None else frozenset(token.scopes),
    )
    return {
        "id": issued.id,
        "account_id": account_id,
        "workspace_id": None if workspace is None else workspace.id,
        "workspace_uuid": None if workspace is None else workspace.uuid,
        "token": issued.secret,
    }


async def _workspace(tx: Tx, id: int | None) -> Workspace:
    """The workspace that was named, or the only one."""
    there = [it for account in await accounts.every(tx) for it in await workspaces.find(tx, account.id)]
    there = [workspace for workspace in there if not workspace.deleted]
    chosen = [workspace for workspace in there if id in (None, workspace.id)]
    if len(chosen) == 1:
        return chosen[0]
    if not there:
        raise Failed("There is no workspace yet. Make one: koine workspace create NAME")
    listed = ", ".join(f"{workspace.id} ({workspace.name})" for workspace in there)
    raise Failed(f"{'Say which workspace' if id is None else f'There is no workspace {id}'}: --workspace ID; {listed}.")


_MAKERS: dict[str, Callable[[Tx, Wanted], Awaitable[dict[str, object]]]] = {
    "tight": _tight,
    "highlevel": _highlevel,
    "libredesk": _libredesk,
    "native": _native,
}
DIALECTS = tuple(_MAKERS)
_MEANT = {
    "tight": {"account", "user", "user_id"},
    "highlevel": {"account", "workspace", "scopes"},
    "libredesk": {"workspace", "user"},
    "native": {"account", "workspace", "user", "scopes"},
}
_EITHER = {
    "native": "A native token opens one workspace or a whole account",
    "highlevel": "A HighLevel token is of a location (workspace) or of the agency (account)",
}
_OPENS = {
    "tight": "A Tight client opens a whole account, and asks for scopes itself; with --user it is that user's access.",
    "highlevel": "It is of one workspace, or of the agency, and acts for nobody in particular.",
    "libredesk": "It may do what its agent may do.",
    "native": "",
}


def _what(workspace: Workspace | None, account_id: int) -> str:
    return f"the account {account_id}" if workspace is None else f"the workspace {workspace.id} ({workspace.name})"

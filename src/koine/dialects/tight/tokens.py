"""Access tokens: issue one to a client (contracts/tight.md §2.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from koine.core.errors import Invalid, Problem
from koine.core.permissions import READING
from koine.core.tokens import secrets, tokens
from koine.core.tokens.keyring import Bearer
from koine.core.tokens.tokens import Grant
from koine.core.users import users
from koine.core.users.users import User
from koine.dialects.call import Answer, Call
from koine.dialects.tight import auth, inferred, media
from koine.postgres.database import Tx

Form = Mapping[str, Sequence[str]]

_MAX_FIELDS = 100

# The values of a field, the default first.
CHOICES: Mapping[str, Sequence[str]] = {"grant_type": inferred.GRANTS, "scope": ("write", "read")}


async def issue(call: Call) -> Answer:
    """Exchange a client's id and secret for an access token of a user, or of the whole account."""
    client = await auth.client(call)
    media.must_be_form(call)
    form = _form(call)
    async with call.services.database.writing(()) as tx:
        user = await _user(tx, client, form)
        problems = [_problem(name) for name in CHOICES if _choice(form, name) is None]
        if "userId" in form and user is None:
            problems.append(_problem("userId"))
        if problems:
            raise Invalid(problems=problems)
        scope = _choice(form, "scope") or ""
        secret = secrets.new("tight_access_")
        await tokens.issue(tx, client.actor, _grant(client, user, scope), secret=secret)
    lifetime = int(inferred.LIFETIME.total_seconds())
    return Answer(200, {"access_token": secret, "token_type": "Bearer", "expires_in": lifetime, "scope": scope})


def _form(call: Call) -> Form:
    try:
        return parse_qs(call.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise Invalid from None


def _choice(form: Form, field: str) -> str | None:
    """What is chosen; None when it is none of the choices, or is given twice."""
    choices = CHOICES[field]
    given = form.get(field, choices[:1])
    return given[0] if len(given) == 1 and given[0] in choices else None


async def _user(tx: Tx, client: Bearer, form: Form) -> User | None:
    """The user of the client's account who is named. An empty name is nobody's: it must not open every company."""
    match form.get("userId"):
        case [user_id] if "\x00" not in user_id:
            user = await users.by_external_id(tx, client.actor.account_id, user_id)
            return user if user is not None and user.enabled else None
    return None


def _grant(client: Bearer, user: User | None, scope: str) -> Grant:
    return Grant(
        "tight",
        "access",
        user_id=None if user is None else user.id,
        permissions=READING if scope == "read" else None,
        scopes=[scope],
        expires_in=inferred.LIFETIME,
        client_id=client.token_id,
    )


def _problem(field: str) -> Problem:
    return Problem("not_allowed", (field,))

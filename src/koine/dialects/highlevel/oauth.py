"""OAuth: apps change codes, refresh tokens and their own secret for access tokens (contracts/highlevel.md §2.4)."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence

from koine.core.actor import Actor
from koine.core.apps import apps, authorizing, installing
from koine.core.apps.authorizing import Redeemed
from koine.core.apps.model import App
from koine.core.apps.refusals import GrantRefused
from koine.core.errors import ForeignWorkspace, Invalid, Problem, Unauthenticated
from koine.core.workspaces import workspaces
from koine.dialects.call import Answer, Call
from koine.dialects.highlevel import ids, issuing
from koine.dialects.highlevel.wire import oauth as wire
from koine.postgres.database import Tx

Fields = Mapping[str, str]
Grant = Callable[[Call, App, Actor, Fields], Awaitable[wire.Paper]]


class ClientRefused(Unauthenticated):
    """A client that nobody knows, or its secret is another."""

    code = "invalid_client"
    says = "Invalid client: client is invalid"


class CodeRefused(GrantRefused):
    """A code that is not good, not any more, or not for this client and address."""

    code = "invalid_grant"
    says = "Invalid grant: authorization code is invalid"


class RefreshRefused(GrantRefused):
    """A refresh token that is not good, not any more, or not for this client."""

    code = "invalid_grant"
    says = "Invalid grant: refresh token is invalid"


async def token(call: Call) -> Answer:
    """An access token, with a refresh token where a person allowed it."""
    fields = wire.fields(call, "client_id", "client_secret", "grant_type")
    grant = _GRANTS.get(fields["grant_type"])
    problems = [Problem("not_allowed", (name,)) for name, good in _choices(grant, fields) if not good]
    if problems:
        raise Invalid(problems=problems)
    app, by = await _client(call, fields["client_id"], fields["client_secret"])
    paper = await (grant or _by_secret)(call, app, by, fields)
    call.services.wrote()
    return _paper(paper)


async def location_token(call: Call) -> Answer:
    """A token for one location, for an app that has one for the agency and is installed there."""
    fields = wire.fields(call, "company_id", "location_id")
    tx, bearer = call.tx, call.bearer
    app = await apps.by_id(tx, bearer.actor.id or 0)
    if app is None or fields["company_id"] != ids.write(app.account_uuid):
        raise ForeignWorkspace
    place = next(
        (it for it in await installing.every(tx, app.id) if ids.write(it.workspace) == fields["location_id"]), None
    )
    if place is None:
        raise ForeignWorkspace
    let_in = await authorizing.of_token(tx, bearer.token_id)
    scopes = [scope for scope in place.scopes if bearer.scopes is None or scope in bearer.scopes]
    made = await issuing.pair(tx, bearer.actor, app, [place.workspace_id], scopes, let_in)
    return _paper(wire.Paper(app, made.access, made.refresh, scopes, ids.write(place.workspace), ids.write(place.user)))


async def installed_locations(call: Call) -> Answer:
    """Where the app of the token is installed, in the form of the version that is asked for."""
    asked = {name: values[-1] for name, values in call.query.items()}
    app = await apps.by_id(call.tx, call.bearer.actor.id or 0)
    if app is None:
        raise ForeignWorkspace
    _must_be_own(app, asked)
    skip, size = _page(asked)
    found = [
        place for place in await installing.every(call.tx, app.id) if _meant(asked, place.name, place.workspace.hex)
    ]
    found = [it for it in found if asked.get("locationId") in (None, "", ids.write(it.workspace))]
    if asked.get("isInstalled") == "false":
        found = []
    shown = found[skip : skip + size]
    if call.header("version") == "v3":
        return Answer(200, wire.items(shown, len(found), skip, size))
    return Answer(200, wire.locations(shown, len(found)))


async def _by_code(call: Call, app: App, by: Actor, fields: Fields) -> wire.Paper:
    code = _must_have(call, fields, "code")
    async with call.services.database.writing(()) as tx:
        try:
            redeemed = await authorizing.redeem_code(
                tx, app, code, redirect_uri=fields.get("redirect_uri"), verifier=fields.get("code_verifier")
            )
            _must_be_of(app, redeemed, fields)
            await installing.install(tx, by, app, redeemed.authorization)
            return await _allowed(tx, app, by, redeemed)
        except GrantRefused:
            await tx.undo()
    await _look_for_misuse(call, app, by, "code", code)
    raise CodeRefused


async def _by_refresh(call: Call, app: App, by: Actor, fields: Fields) -> wire.Paper:
    refresh = _must_have(call, fields, "refresh_token")
    async with call.services.database.writing(()) as tx:
        try:
            redeemed = await authorizing.redeem_refresh(tx, app, refresh)
            _must_be_of(app, redeemed, fields)
            return await _allowed(tx, app, by, redeemed)
        except GrantRefused:
            await tx.undo()
    await _look_for_misuse(call, app, by, "refresh", refresh)
    raise RefreshRefused


async def _by_secret(call: Call, app: App, by: Actor, fields: Fields) -> wire.Paper:
    """The app for itself: the agency's side of it, from which it comes to each location where it is installed."""
    async with call.services.database.writing(()) as tx:
        made = await issuing.pair(tx, by, app, (), app.scopes, None)
        approved = [ids.write(place.workspace) for place in await installing.every(tx, app.id)]
    return wire.Paper(app, made.access, None, app.scopes, None, None, approved)


async def _allowed(tx: Tx, app: App, by: Actor, redeemed: Redeemed) -> wire.Paper:
    """What a person allowed, on paper."""
    let_in = redeemed.authorization
    made = await issuing.pair(tx, by, app, redeemed.workspaces, let_in.scopes, let_in)
    places = {place.id: ids.write(place.uuid) for place in await workspaces.find(tx, app.account_id, let_in.workspaces)}
    location_id = places[redeemed.workspaces[0]] if redeemed.workspaces else None
    approved: Sequence[str] = () if location_id else list(places.values())
    return wire.Paper(app, made.access, made.refresh, let_in.scopes, location_id, ids.write(let_in.user), approved)


async def _look_for_misuse(call: Call, app: App, by: Actor, kind: str, secret: str) -> None:
    async with call.services.database.writing(()) as tx:
        await authorizing.end_if_misused(tx, by, app, kind, secret)


async def _client(call: Call, client_id: str, secret: str) -> tuple[App, Actor]:
    """The app that calls, if its secret is right. Raises ClientRefused."""
    try:
        bearer = await call.services.keyring.bearer(secret)
    except Unauthenticated:
        raise ClientRefused from None
    its_own = hmac.compare_digest((bearer.key or "").encode(), client_id.encode("utf-8", "surrogatepass"))
    if bearer.dialect != "highlevel" or bearer.kind != "client" or not its_own:
        raise ClientRefused
    async with call.services.database.reading(()) as tx:
        app = await apps.by_id(tx, bearer.token_id)
    if app is None:
        raise ClientRefused
    return app, bearer.actor


def _must_be_of(app: App, redeemed: Redeemed, fields: Fields) -> None:
    """Raise GrantRefused where a client asks for a token of another kind than a person allowed."""
    if _USER_TYPES.get(fields.get("user_type", ""), "") not in ("", "Location" if redeemed.workspaces else "Company"):
        raise GrantRefused


def _must_have(call: Call, fields: Fields, name: str) -> str:
    return fields.get(name) or wire.fields(call, name)[name]


def _must_be_own(app: App, asked: Mapping[str, str]) -> None:
    """An app sees its own installations, in its own agency. Raises Invalid and ForeignWorkspace."""
    missing = [name for name in ("companyId", "appId") if not asked.get(name)]
    if missing:
        raise Invalid(problems=[Problem("missing", (name,)) for name in missing])
    if (asked["companyId"], asked["appId"]) != (ids.write(app.account_uuid), app.public_id):
        raise ForeignWorkspace


def _page(asked: Mapping[str, str]) -> tuple[int, int]:
    """How many to leave out, and how many to show; v3 calls them pageToken and pageSize."""
    return (
        _number(asked, "pageToken" if "pageToken" in asked else "skip", 0, least=0, most=10**9),
        _number(asked, "pageSize" if "pageSize" in asked else "limit", 20, least=1, most=100),
    )


def _number(asked: Mapping[str, str], name: str, usual: int, *, least: int, most: int) -> int:
    given = asked.get(name, "").removesuffix(".0")
    if not given:
        return usual
    if not given.isascii() or not given.isdigit() or not least <= int(given[:18]) <= most:
        raise Invalid(problems=[Problem("malformed", (name,), f"must be a number from {least} to {most}")])
    return int(given)


def _meant(asked: Mapping[str, str], *known: str) -> bool:
    """Whether what was searched for is in any of these."""
    wanted = asked.get("query", "").casefold()
    return any(wanted in each.casefold() for each in known)


def _choices(grant: Grant | None, fields: Fields) -> Sequence[tuple[str, bool]]:
    return ("grant_type", grant is not None), ("user_type", fields.get("user_type", "") in _USER_TYPES)


def _paper(paper: wire.Paper) -> Answer:
    return Answer(200, wire.token(paper), {"pragma": "no-cache"}, secret=True)


# The last two are how the official Python client spells its own constants in a form.
_USER_TYPES: Mapping[str, str] = {
    "": "",
    "Company": "Company",
    "Location": "Location",
    "UserType.COMPANY": "Company",
    "UserType.LOCATION": "Location",
}
_GRANTS: Mapping[str, Grant] = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh,
    "client_credentials": _by_secret,
}

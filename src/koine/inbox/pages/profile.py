"""One's own name, times, look and availability, and one's password."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import get_args

from starlette.requests import Request
from starlette.responses import Response

from koine.core.errors import Invalid, Problem, TooMany
from koine.core.sessions import sessions
from koine.core.users import passwords, preferences, signing_in
from koine.core.users.preferences import Availability, Preferences, Profile, Theme
from koine.inbox import entering, form, operations, render, typed
from koine.inbox.recognising import NotRecognised
from koine.inbox.runtime import Runtime
from koine.inbox.visit import Visit
from koine.postgres.database import Tx

PATH = "/inbox/settings/profile"
LONGEST = 100  # characters of a name
_FRESH = timedelta(minutes=15)  # after coming in by a link one may set a password without knowing the one before
_CHOICES: dict[str, tuple[str, ...]] = {"theme": get_args(Theme), "availability": get_args(Availability)}
# The rest of the database's names are older ones for the same places, or stand for no place.
_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_SAID = {
    "profile": "Saved.",
    "password": "Your password is changed. You are signed out everywhere else.",
}


async def show(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Both forms."""
    async with runtime.database.reading(()) as tx:
        profile = await preferences.of(tx, visit.actor)
        knows = await _must_know(tx, visit)
    return _page(visit, profile, {}, knows=knows, said=_SAID.get(request.query_params.get("saved", ""), ""))


async def save(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Name, times, look and availability."""
    sent = await form.read(request)
    profile = Profile(
        typed.one_line(sent.get("first_name", "")),
        typed.one_line(sent.get("last_name", "")),
        Preferences(sent.get("time_zone", ""), sent.get("theme", ""), sent.get("availability", "")),  # type: ignore[arg-type]
    )
    problems = _problems(profile)
    async with runtime.database.writing(()) as tx:
        if problems:
            return _page(visit, profile, problems, knows=await _must_know(tx, visit))
        await preferences.save(tx, visit.actor, profile)
    return entering.led_to(f"{PATH}?saved=profile")


async def prefer(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """Theme or availability alone, from wherever one is: `POST …/preferences`. Raises Invalid."""
    sent = await form.read(request)
    wanted = {name: sent[name] for name in _CHOICES if name in sent}
    if not wanted or any(value not in _CHOICES[name] for name, value in wanted.items()):
        raise Invalid(problems=[Problem("not_allowed", (name,)) for name in wanted])
    async with runtime.database.writing(()) as tx:
        profile = await preferences.of(tx, visit.actor)
        liked = replace(profile.preferences, **wanted)  # type: ignore[arg-type]
        await preferences.save(tx, visit.actor, replace(profile, preferences=liked))
    if not visit.partial:
        return entering.led_to(f"{PATH}?saved=profile")
    now = replace(visit, availability=liked.availability)
    drawn = (render.partial(now, "_availability.html"), render.partial(now, "_presence.html"))
    return operations.answer(operations.replace("availability", drawn[0]), operations.replace("presence", drawn[1]))


async def change_password(runtime: Runtime, visit: Visit, request: Request) -> Response:
    """A new password: one stays signed in here, and nowhere else."""
    sent = await form.read(request)
    async with runtime.database.reading(()) as tx:
        profile = await preferences.of(tx, visit.actor)
        knows = await _must_know(tx, visit)
    problems = await _wrong_password(runtime, visit, sent, knows=knows)
    if problems:
        return _page(visit, profile, problems, knows=knows)
    password_hash = await runtime.recognising.hashed(sent["password"])
    async with runtime.database.writing(()) as tx:
        await passwords.change(tx, visit.actor, password_hash, session_id=visit.session_id)
    return entering.led_to(f"{PATH}?saved=password")


async def _wrong_password(runtime: Runtime, visit: Visit, sent: Mapping[str, str], *, knows: bool) -> Mapping[str, str]:
    by, problems = visit.actor, {}
    if knows:
        try:
            await runtime.recognising.must_be_password(by, sent.get("current", ""))
        except TooMany:
            return {"current": "Too many tries. Wait five minutes."}
        except NotRecognised as refused:
            problems["current"] = refused.says
    weak = passwords.weakness(sent.get("password", ""), by.name, by.email or "")
    if weak is not None:
        problems["password"] = weak
    return problems


async def _must_know(tx: Tx, visit: Visit) -> bool:
    """Whether one has to say the password that one has: not without one, and not just after coming in by a link."""
    by = visit.actor
    claimed = await signing_in.claimed(tx, by.account_id, by.email or "")
    if claimed.password_hash is None:
        return False
    here = next((each for each in await sessions.of_user(tx, by) if each.id == visit.session_id), None)
    by_link = here is not None and here.came_by.startswith("link") and datetime.now(UTC) - here.created_at < _FRESH
    return not by_link


def _page(visit: Visit, profile: Profile, problems: Mapping[str, str], *, knows: bool, said: str = "") -> Response:
    return render.page(
        visit,
        "profile.html",
        status=422 if problems else 200,
        profile=profile,
        problems=problems,
        knows=knows,
        said=said,
        zones=zones(),
    )


@cache
def zones() -> tuple[str, ...]:
    """The time zones that one can choose from."""
    return ("UTC", *sorted(name for name in zoneinfo.available_timezones() if name.partition("/")[0] in _REGIONS))


def _problems(profile: Profile) -> Mapping[str, str]:
    liked, problems = profile.preferences, {}
    if not profile.first_name and not profile.last_name:
        problems["first_name"] = "Say what you are called."
    for name in ("first_name", "last_name"):
        if len(getattr(profile, name)) > LONGEST:
            problems[name] = f"It can have {LONGEST} characters at most."
    if liked.time_zone not in zones():
        problems["time_zone"] = "Choose one of the list."
    for name, choices in _CHOICES.items():
        if getattr(liked, name) not in choices:
            problems[name] = "Choose one of these."
    return problems

"""What people do to come in and go, each once in a way that changes something: part of test_every_action_records."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from koine.core.actor import Actor
from koine.core.conversations.model import Conversation
from koine.core.sealing import NAME, Sealing
from koine.core.second_factors import second_factors, totp
from koine.core.sessions import ending, sessions
from koine.core.sessions.model import Begun, Seen
from koine.core.tokens import once
from koine.core.users import links, passwords, preferences
from koine.core.users.preferences import Preferences, Profile
from koine.demo import World
from koine.postgres.database import Tx

Deed = Callable[[Tx, Actor, World, Conversation], Awaitable[object]]

SOON = timedelta(minutes=5)
SEEN = Seen.of("Firefox", "192.0.2.1")
_SECRET = totp.new_secret()


@functools.cache
def _sealing() -> Sealing:
    folder = tempfile.mkdtemp(prefix="test-of-koine-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Sealing(Path(folder) / NAME)


def _code(steps: int) -> str:
    return totp.code(_SECRET, int(time.time() // totp.STEP) + steps)


async def _begin(tx: Tx, by: Actor) -> Begun:
    return await sessions.begin(tx, by, came_by="password", seen=SEEN)


async def _end(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    begun = await _begin(tx, by)
    await sessions.end(tx, by, begun.id)
    await sessions.end(tx, by, begun.id)  # a second time it tells nothing


async def _revoke(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await sessions.revoke(tx, by, (await _begin(tx, by)).id)


async def _revoke_others(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    kept, _ = await _begin(tx, by), await _begin(tx, by)
    assert await sessions.revoke_others(tx, by, kept.id) == 1


async def _end_of_user(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await _begin(tx, by)
    await links.offer(tx, world.acting(world.linus, "Admin", world.lamplight), world.blaise)
    await ending.end_of_user(tx, by, by.must_be_person(), reason="password")


async def _change_password(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    here, _ = await _begin(tx, by), await _begin(tx, by)
    await passwords.change(tx, by, "hash", session_id=here.id)


async def _enable(tx: Tx, by: Actor, world: World, lamp: Conversation) -> list[str]:
    return await second_factors.enable(tx, by, _sealing(), _SECRET, _code(0))


async def _use(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    codes = await _enable(tx, by, world, lamp)
    await second_factors.use(tx, by, _sealing(), _code(1))
    await second_factors.use(tx, by, _sealing(), codes[0])


async def _renew(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await _enable(tx, by, world, lamp)
    await second_factors.renew_codes(tx, by)


async def _disable(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    await _enable(tx, by, world, lamp)
    assert await second_factors.disable(tx, by, by.must_be_person())
    assert not await second_factors.disable(tx, by, by.must_be_person())


async def _prefer(tx: Tx, by: Actor, world: World, lamp: Conversation) -> None:
    profile = Profile("B.", "Pascal", Preferences("Europe/Paris", "dark", "online"))
    await preferences.save(tx, by, profile)
    await preferences.save(tx, by, profile)


_ENDED = ["user.signed_in", "sessions.revoked"]

DEEDS: dict[Callable[..., Any], tuple[Deed, list[str]]] = {
    sessions.begin: (lambda tx, by, world, lamp: _begin(tx, by), ["user.signed_in"]),
    sessions.end: (_end, ["user.signed_in", "user.signed_out"]),
    sessions.revoke: (_revoke, _ENDED),
    sessions.revoke_others: (_revoke_others, ["user.signed_in", *_ENDED]),
    ending.end_of_user: (_end_of_user, ["user.signed_in", "token.created", "token.revoked", "sessions.revoked"]),
    passwords.change: (_change_password, ["user.signed_in", "user.signed_in", "password.set", "sessions.revoked"]),
    once.issue_to: (
        lambda tx, by, world, lamp: once.issue_to(tx, by, world.ada.id, "link", lifetime=SOON),
        ["token.created"],
    ),
    once.vouch: (lambda tx, by, world, lamp: once.vouch(tx, by, "step", "", lifetime=SOON), ["token.created"]),
    links.offer: (lambda tx, by, world, lamp: links.offer(tx, by, world.ada), ["token.created"]),
    second_factors.enable: (_enable, ["second_factor.enabled"]),
    second_factors.use: (_use, ["second_factor.enabled", "second_factor.used", "second_factor.used"]),
    second_factors.renew_codes: (_renew, ["second_factor.enabled", "recovery_codes.renewed"]),
    second_factors.disable: (_disable, ["second_factor.enabled", "second_factor.disabled"]),
    preferences.save: (_prefer, ["user.updated"]),
}

# What Koine itself, which is nobody, cannot do.
BY_SOMEBODY = set(DEEDS) - {once.issue_to, links.offer}

# `ending.tell` and `once.end_of_user` tell of what others do, and are run with those.
READERS = {ending.tell, once.end_of_user, sessions.of_user, second_factors.of, preferences.of}

"""Passwords: which are good enough, and how they are kept."""

from __future__ import annotations

import functools
import secrets as randomness
import unicodedata

from koine.core import outbox
from koine.core.account_events import PasswordSet
from koine.core.actor import Actor
from koine.core.sessions import ending
from koine.core.users.store import users as store
from koine.core.users.users import User
from koine.postgres.database import Tx

SHORTEST = 12  # characters
LONGEST = 1024
_FEWEST_DIFFERENT = 5

# What people choose when twelve characters are asked for: found whole, or repeated, or with digits around it.
_COMMON = """
    password passwort passw0rd motdepasse contrasena welcome willkommen bienvenue letmein qwerty qwertz azerty
    qwertyuiop qwertzuiop asdfghjkl zxcvbnm qwertyasdfgh qazwsxedc iloveyou administrator admin root monkey dragon
    football baseball princess sunshine superman batman master shadow michael jennifer trustno changeme default
    secret test testtest hello computer internet abcdefgh abcdefghijkl koine conversation conversations support
""".split()  # noqa: SIM905  (a list of sixty strings says nothing more)


def weakness(password: str, *known: str) -> str | None:
    """Why a password will not do, in a sentence; None when it will. `known` is what others know of its owner."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        return f"It needs at least {SHORTEST} characters."
    if len(plain) > LONGEST:
        return f"It can have {LONGEST} characters at most."
    bare = plain.casefold().strip("0123456789 !?.,:;-_+*#@$%&/()[]{}=<>'\"")
    if len(set(plain)) < _FEWEST_DIFFERENT or _is_common(bare):
        return "It is among the first that somebody would try."
    if bare in {part for name in known for part in (name.casefold(), *name.casefold().split("@")) if part}:
        return "It is known to everybody who knows you."
    return None


def hashed(password: str) -> str:
    """The password as it is kept: argon2id with a salt of its own. Takes tens of milliseconds and 64 MiB, by intent."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash(_plain(password))


def verified(password: str, password_hash: str | None) -> bool:
    """Whether this is the password that was kept. It takes as long where there is none (None), and is wrong then."""
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error, InvalidHash

    plain, nobodys = _plain(password)[: LONGEST + 1], _nobodys()
    try:
        PasswordHasher().verify(password_hash or nobodys, plain)
    except (Argon2Error, InvalidHash):
        return False
    return password_hash is not None


@functools.cache
def _nobodys() -> str:
    """The hash of a password that nobody has."""
    return hashed(randomness.token_hex(32))


async def set_hash(tx: Tx, by: Actor, user: User, password_hash: str) -> None:
    """Give somebody a password, as `hashed` has made it. They are signed out everywhere."""
    by.must_manage_account()
    await _set(tx, by, user.id, password_hash)
    await ending.end_of_user(tx, by, user.id, reason="password")


async def change(tx: Tx, by: Actor, password_hash: str, *, session_id: int) -> None:
    """Change one's own password, in a session that goes on; one is signed out everywhere else."""
    user_id = by.must_be_person()
    await _set(tx, by, user_id, password_hash)
    await ending.end_of_user(tx, by, user_id, reason="password", but=session_id)


async def _set(tx: Tx, by: Actor, user_id: int, password_hash: str) -> None:
    await store.set_password_hash(tx, by.account_id, user_id, password_hash)
    await outbox.record_of_account(tx, by, PasswordSet(by.account_id, {"user_id": user_id}))


def _plain(password: str) -> str:
    """The same password typed on another keyboard is the same password."""
    return unicodedata.normalize("NFKC", password)


def _is_common(bare: str) -> bool:
    """Whether there is nothing to a password but what everybody thinks of, once or several times."""
    return not bare or any(bare.replace(word, "") == "" for word in _COMMON)

"""Proving who one is at a page: passwords and codes, looked at so that nobody can try many or learn who is known."""

from __future__ import annotations

import asyncio
import hashlib

from koine.core.actor import Actor
from koine.core.errors import Unauthenticated
from koine.core.limits.limits import Limits
from koine.core.limits.model import Rate
from koine.core.sealing import Sealing
from koine.core.second_factors import second_factors
from koine.core.users import passwords, signing_in
from koine.core.users.signing_in import Claimed
from koine.inbox import clients
from koine.postgres.database import Database, Tx

OF_AN_ADDRESS = (Rate(10, 300),)  # tries to sign in with one e-mail address
OF_A_CLIENT = (Rate(60, 300),)  # from one place
OF_CODES = (Rate(5, 300), Rate(50, 86_400))  # of one person: a million codes, three of which are good
_AT_ONCE = 2  # passwords that are looked at: each takes 64 MiB


class NotRecognised(Unauthenticated):
    """Nobody is known by this address and this password."""

    code = "not_recognised"
    says = "This address and this password do not belong together."


class Recognising:
    """What one process does to know people."""

    def __init__(self, database: Database, limits: Limits) -> None:
        self._database = database
        self._limits = limits
        self._looking = asyncio.Semaphore(_AT_ONCE)

    async def by_password(self, email: str, password: str, client: str, *, account_id: int | None = None) -> Actor:
        """Who has this address and this password, in one account or in any. Raises NotRecognised, and TooMany.

        As much work, and the same answer, for an address that nobody has.
        """
        await self._limits.count(f"sign-in {_hidden(email, account_id)}", OF_AN_ADDRESS)
        await self._count_client(client)
        async with self._database.reading(()) as tx:
            claimed = await _claimed(tx, email, account_id)
        for each in claimed:
            if each.user is not None and await self._is_password(password, each.password_hash):
                async with self._database.reading(()) as tx:
                    by = await signing_in.acting(tx, each.user.account_id, each.user.id)
                if by is not None:
                    return by
            elif each.user is None:
                await self._is_password(password, None)
        raise NotRecognised

    async def must_be_password(self, by: Actor, password: str) -> None:
        """Somebody who is signed in says their password again. Raises NotRecognised, and TooMany."""
        if by.email is None:
            raise NotRecognised
        await self._limits.count(f"sign-in {_hidden(by.email, by.account_id)}", OF_AN_ADDRESS)
        async with self._database.reading(()) as tx:
            claimed = await signing_in.claimed(tx, by.account_id, by.email)
        if not await self._is_password(password, claimed.password_hash):
            raise NotRecognised("This is not your password.")

    async def count_code(self, by: Actor) -> None:
        """Somebody is about to show a code. Raises TooMany."""
        await self._limits.count(f"second factor {by.id}", OF_CODES)

    async def count_guest(self, client: str) -> None:
        """Somebody unknown tries something that is a secret. Raises TooMany."""
        await self._count_client(client)

    async def has_second_factor(self, by: Actor) -> bool:
        """Whether a password alone is not enough for them."""
        async with self._database.reading(()) as tx:
            return await second_factors.of(tx, by) is not None

    async def hashed(self, password: str) -> str:
        """A password as it is kept. In a thread: it takes tens of milliseconds, in which others want their answers."""
        async with self._looking:
            return await asyncio.to_thread(passwords.hashed, password)

    async def _is_password(self, password: str, password_hash: str | None) -> bool:
        async with self._looking:
            return await asyncio.to_thread(passwords.verified, password, password_hash)

    async def _count_client(self, client: str) -> None:
        counted = clients.counted_as(client)
        if counted is not None:
            await self._limits.count(f"sign-in from {counted}", OF_A_CLIENT)


async def use_code(tx: Tx, by: Actor, sealing: Sealing | None, code: str) -> None:
    """Show a code of one's second factor. Raises CodeRefused; where nothing can be unsealed nobody comes in."""
    if sealing is None:
        raise RuntimeError("this process cannot unseal second factors")
    await second_factors.use(tx, by, sealing, code)


async def _claimed(tx: Tx, email: str, account_id: int | None) -> list[Claimed]:
    if account_id is None:
        return await signing_in.candidates(tx, email)
    return [await signing_in.claimed(tx, account_id, email)]


def _hidden(email: str, account_id: int | None) -> str:
    """An address as it is counted: nobody who reads the counts learns who it was."""
    return hashlib.sha256(email.casefold().encode("utf-8", "surrogatepass")).hexdigest()

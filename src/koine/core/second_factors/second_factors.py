"""Having a second factor: proving that the phone has the secret, using codes, and giving it up."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from koine.core import outbox
from koine.core.account_events import (
    RecoveryCodesRenewed,
    SecondFactorDisabled,
    SecondFactorEnabled,
    SecondFactorUsed,
)
from koine.core.actor import Actor
from koine.core.sealing import Sealing
from koine.core.second_factors import recovery, store, totp
from koine.core.second_factors.refusals import CodeRefused, NoSecondFactor, SecondFactorThere
from koine.postgres.database import Tx


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """What somebody may see of their own: since when, and how many recovery codes are left."""

    created_at: datetime
    codes_left: int


async def of(tx: Tx, by: Actor) -> SecondFactor | None:
    """One's own, if one has one."""
    row = await store.find(tx, by.account_id, by.must_be_person())
    return None if row is None else SecondFactor(row["created_at"], row["codes_left"])


async def enable(tx: Tx, by: Actor, sealing: Sealing, secret: bytes, code: str) -> list[str]:
    """Have a second factor from now on, whose secret the phone has: its code shows it. The recovery codes, this once.

    Raises CodeRefused, and SecondFactorThere.
    """
    user_id = by.must_be_person()
    steps = totp.matching(secret, code, time.time())
    if not steps:
        raise CodeRefused
    if not await store.insert(tx, by.account_id, user_id, sealing.seal(secret, _about(user_id)), max(steps)):
        raise SecondFactorThere
    codes = recovery.new()
    await store.replace_codes(tx, user_id, recovery.fingerprints(user_id, codes))
    await outbox.record_of_account(tx, by, SecondFactorEnabled(by.account_id, {"user_id": user_id}))
    return codes


async def use(tx: Tx, by: Actor, sealing: Sealing, code: str) -> None:
    """Prove with a code, or with a recovery code, who one is: each is good once. Raises CodeRefused, NoSecondFactor."""
    user_id = by.must_be_person()
    row = await store.find(tx, by.account_id, user_id)
    if row is None:
        raise NoSecondFactor
    secret = sealing.open(row["secret"], _about(user_id))
    steps = totp.matching(secret, "".join(code.split()), time.time())
    if steps and await store.use_step(tx, by.account_id, user_id, max(steps)):
        used = "code"
    elif not steps and await store.use_code(tx, user_id, recovery.fingerprint(user_id, code)):
        used = "recovery code"
    else:
        raise CodeRefused
    await outbox.record_of_account(tx, by, SecondFactorUsed(by.account_id, {"user_id": user_id, "with": used}))


async def renew_codes(tx: Tx, by: Actor) -> list[str]:
    """New recovery codes; the earlier ones are good for nothing. Raises NoSecondFactor."""
    user_id = by.must_be_person()
    if await store.find(tx, by.account_id, user_id) is None:
        raise NoSecondFactor
    codes = recovery.new()
    await store.replace_codes(tx, user_id, recovery.fingerprints(user_id, codes))
    await outbox.record_of_account(tx, by, RecoveryCodesRenewed(by.account_id, {"user_id": user_id}))
    return codes


async def disable(tx: Tx, by: Actor, user_id: int) -> bool:
    """Ask for a password alone again: one's own doing, or an administrator's for who has lost phone and codes.

    Whether there was a second factor.
    """
    if by.kind != "user" or by.id != user_id:
        by.must_manage_account()
    there = await store.delete(tx, by.account_id, user_id)
    if there:
        await outbox.record_of_account(tx, by, SecondFactorDisabled(by.account_id, {"user_id": user_id}))
    return there


def _about(user_id: int) -> bytes:
    return b"second factor of user %d" % user_id

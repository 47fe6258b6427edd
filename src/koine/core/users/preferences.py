"""How somebody likes to see things, and what they are called: what everybody settles for themselves."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from koine.core import outbox
from koine.core.account_events import UserUpdated
from koine.core.actor import Actor
from koine.core.users import people
from koine.core.users.store import preferences as store
from koine.postgres.database import Tx

Theme = Literal["auto", "light", "dark"]
Availability = Literal["online", "away", "offline"]


@dataclass(frozen=True, slots=True)
class Preferences:
    """`time_zone` is a name of the IANA's, such as Europe/Berlin; `theme` auto follows the system."""

    time_zone: str = "UTC"
    theme: Theme = "auto"
    availability: Availability = "offline"


@dataclass(frozen=True, slots=True)
class Profile:
    """Somebody as they describe themselves."""

    first_name: str
    last_name: str
    preferences: Preferences


async def of(tx: Tx, by: Actor) -> Profile:
    """One's own."""
    row = await store.find(tx, by.account_id, by.must_be_person())
    return Profile(
        row["first_name"], row["last_name"], Preferences(row["time_zone"], row["theme"], row["availability"])
    )


async def save(tx: Tx, by: Actor, profile: Profile) -> None:
    """Describe oneself."""
    user_id, before = by.must_be_person(), await of(tx, by)
    if before == profile:
        return
    liked = profile.preferences
    await store.save(
        tx,
        by.account_id,
        user_id,
        profile.first_name,
        profile.last_name,
        liked.time_zone,
        liked.theme,
        liked.availability,
    )
    changes = people.changed(before, profile, ("first_name", "last_name"))
    changes |= people.changed(before.preferences, liked, tuple(asdict(liked)))
    await outbox.record_of_account(tx, by, UserUpdated(by.account_id, {"user_id": user_id, **changes}))

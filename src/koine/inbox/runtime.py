"""What the pages need of the process that serves them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from koine.core.files.model import Means as FileMeans
from koine.core.sealing import Sealing
from koine.core.sessions.register import Register
from koine.core.tokens.watch import Watch
from koine.core.webhooks.model import Means as WebhookMeans
from koine.inbox.access import Offer
from koine.inbox.recognising import Recognising
from koine.postgres.database import Database
from koine.realtime.hub import Hub
from koine.realtime.presence import Presence


@dataclass(frozen=True, slots=True)
class Runtime:
    """`wrote` is called after each request that may have written. `development` shows `/patterns`.

    `register` knows sessions, `watch` has an eye on those with open streams (`watch.over(secret)`, the secret from
    `cookies.read(request, "session", …)`), `recognising` looks at passwords and codes.
    `offers` are the tokens that can be made here, one for each contract; `proxies` the networks whose word is believed
    about where a request comes from. `presence` knows who looks at which conversation.
    """

    database: Database
    hub: Hub
    base_url: str
    register: Register
    watch: Watch
    recognising: Recognising
    wrote: Callable[[], None] = lambda: None
    files: FileMeans | None = None
    webhooks: WebhookMeans | None = None
    offers: Sequence[Offer] = ()
    proxies: Sequence[IPv4Network | IPv6Network] = ()
    development: bool = False
    presence: Presence = field(default_factory=Presence)

    @property
    def secure(self) -> bool:
        """Whether browsers reach us over TLS."""
        return self.base_url.startswith("https://")

    @property
    def sealing(self) -> Sealing | None:
        """What secrets are sealed with, where this process has it."""
        return None if self.files is None else self.files.sealing

"""What the pages need of the process that serves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from koine.core.files.model import Means as FileMeans
from koine.core.webhooks.model import Means as WebhookMeans
from koine.postgres.database import Database
from koine.realtime.hub import Hub


@dataclass(frozen=True, slots=True)
class Runtime:
    """`wrote` is called after each request that may have written. `development` shows `/patterns`."""

    database: Database
    hub: Hub
    base_url: str
    wrote: Callable[[], None] = lambda: None
    files: FileMeans | None = None
    webhooks: WebhookMeans | None = None
    development: bool = False

    @property
    def secure(self) -> bool:
        """Whether browsers reach us over TLS."""
        return self.base_url.startswith("https://")

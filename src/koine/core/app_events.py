"""What can happen to apps in a workspace."""

from __future__ import annotations

from koine.core.events import Event


class AppInstalled(Event):
    """Somebody let an app in. `data`: app_id (as strangers call it), user_id, scopes."""

    __slots__ = ()
    kind = "app.installed"


class AppUninstalled(Event):
    """An app may do nothing here any more. `data`: app_id."""

    __slots__ = ()
    kind = "app.uninstalled"

"""What is refused about apps, and to them."""

from __future__ import annotations

from koine.core.errors import NotFound, Unauthenticated


class AppNotFound(NotFound):
    """No such app."""

    code = "app_not_found"
    says = "There is no such app."


class GrantRefused(Unauthenticated):
    """A code or a refresh token that is not good, not any more, or not for the client that shows it."""

    code = "grant_refused"
    says = "This cannot be exchanged for a token."

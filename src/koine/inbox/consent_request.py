"""What an app sends somebody here with: who it is, where it wants them back, and what it wants (RFC 6749 §4.1.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from koine.core.apps import apps
from koine.core.apps.model import App, Asked
from koine.postgres.database import Database

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST_STATE = 4_000  # characters


class Unusable(Exception):
    """Nobody knows where to send the browser with this; the sentence is shown to the person."""


@dataclass(frozen=True, slots=True)
class Request:
    """An app's request, by an app that is known and for an address that it registered."""

    app: App
    asked: Asked
    state: str | None
    problem: str | None

    def back(self, **answer: str) -> str:
        """The address to go back to, with an answer and the app's own state."""
        more = answer | ({} if self.state is None else {"state": self.state})
        uri = self.asked.redirect_uri
        return f"{uri}{'&' if urlsplit(uri).query else '?'}{urlencode(more)}"


async def read(database: Database, given: Mapping[str, str]) -> Request:
    """The request in a query string. Raises Unusable.

    What else is wrong with it is its `problem`, one of RFC 6749's words, which the app is told.
    """
    async with database.reading(()) as tx:
        app = await apps.by_client_id(tx, given.get("client_id", ""))
    if app is None:
        raise Unusable("It comes from an app that nobody has registered here.")
    redirect_uri = given.get("redirect_uri") or (app.redirect_uris[0] if len(app.redirect_uris) == 1 else "")
    if redirect_uri not in app.redirect_uris:
        raise Unusable(f"{app.name} wants you back at an address that it has not registered.")
    state = given.get("state")
    scopes = list(dict.fromkeys(given.get("scope", "").split())) or list(app.scopes)
    challenge = given.get("code_challenge") or None
    return Request(app, Asked(redirect_uri, scopes, challenge), state, _problem(app, given, scopes, challenge))


def _problem(app: App, given: Mapping[str, str], scopes: list[str], challenge: str | None) -> str | None:
    if given.get("response_type") != "code":
        return "unsupported_response_type"
    if not set(scopes) <= set(app.scopes):
        return "invalid_scope"
    if challenge is not None and given.get("code_challenge_method") != "S256":
        return "invalid_request"
    if challenge is not None and not _CHALLENGE.fullmatch(challenge):
        return "invalid_request"
    return "invalid_request" if len(given.get("state", "")) > _LONGEST_STATE else None

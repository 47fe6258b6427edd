"""What is refused before the core is asked: bodies and paths that no contract can read."""

from __future__ import annotations

from collections.abc import Iterable

from koine.core.errors import Invalid, NotFound


class Unreadable(Invalid):
    """A body that is not JSON, or is nested too deeply."""

    code = "unreadable"
    says = "The body is not valid JSON."


class TooLarge(Invalid):
    """More bytes than a body may have."""

    code = "too_large"
    says = "The body is too large."


class FormUnreadable(Invalid):
    """A body that should be a multipart form, and is none or one that breaks off."""

    code = "form_unreadable"
    says = "The body is not a valid multipart form."


class WrongMediaType(Invalid):
    """A body of a type that the endpoint does not read."""

    code = "wrong_media_type"
    says = "The content type is not supported."


class NoSuchRoute(NotFound):
    """A path that nothing serves."""

    code = "no_such_route"
    says = "There is nothing at this path."

    def __init__(self, method: str, path: str) -> None:
        super().__init__()
        self.method = method
        self.path = path


class WrongMethod(Invalid):
    """A path that is served for other methods, `allow`."""

    code = "wrong_method"
    says = "This path does not take this method."

    def __init__(self, method: str, path: str, allow: Iterable[str]) -> None:
        super().__init__()
        self.method = method
        self.path = path
        self.allow = tuple(sorted(allow))

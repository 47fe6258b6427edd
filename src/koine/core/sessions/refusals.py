"""What is refused about sessions."""

from __future__ import annotations

from koine.core.errors import NotFound


class SessionNotFound(NotFound):
    """No such session of one's own, or one that has ended."""

    code = "session_not_found"
    says = "There is no such session."

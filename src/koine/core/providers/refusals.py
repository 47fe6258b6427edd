"""What is refused about those who carry messages."""

from __future__ import annotations

from koine.core.errors import Conflict, Forbidden, NotFound


class ProviderNotFound(NotFound):
    """No such provider in this workspace."""

    code = "provider_not_found"
    says = "There is no such provider."


class ProviderMissing(Conflict):
    """It takes a provider, and none was named, or none carried the message."""

    code = "provider_missing"
    says = "This takes a provider."


class ProviderMismatch(Conflict):
    """The provider carries another kind of message."""

    code = "provider_mismatch"
    says = "The provider does not carry such messages."


class ForeignProvider(Forbidden):
    """The provider is another app's; `provider` is its id."""

    code = "foreign_provider"
    says = "The provider belongs to another app."

    def __init__(self, provider: str) -> None:
        super().__init__()
        self.provider = provider


class ProviderExists(Conflict):
    """The workspace has a usual provider of this kind already, or one with this id."""

    code = "provider_exists"
    says = "The workspace has a usual provider of this kind already."

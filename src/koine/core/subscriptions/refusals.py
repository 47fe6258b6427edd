"""What is refused about subscriptions."""

from __future__ import annotations

from koine.core.errors import NotFound


class SubscriptionTypeNotFound(NotFound):
    """No such kind of mail in this workspace."""

    code = "subscription_type_not_found"
    says = "There is no such type of subscription."

"""What the contract's public sources do not say, with the values that we use, in one place (contracts/tight.md §14)."""

from __future__ import annotations

from datetime import timedelta

from koine.core.conversations.asked import Order, OrderBy

# Enums of which the sources show the first value only (§6.1).
STATUSES = ("ACTIVE", "DELETED")
RESOLUTIONS = ("OPEN", "RESOLVED")
READ_STATES = ("READ", "UNREAD")
DIRECTIONS = ("ASC", "DESC")
ORDERS: dict[str, OrderBy] = {
    "CREATED_DATE_TIME": "created",
    "LAST_UPDATED_DATE_TIME": "updated",
    "SUBJECT": "subject",
    "ID": "id",
}
DEFAULT_ORDER = "CREATED_DATE_TIME"
DEFAULT_DIRECTION = "ASC"  # of a sort that does not say
UNSORTED = Order("created", descending=True)  # without any sort (§9.2)
GRANTS = ("client_credentials",)  # the default first; the others need a browser (§2.2)

# Sizes (§4.5, §6.2, §7.2, §9). The largest page is the contract's own.
MAX_PAGE = 250
DEFAULT_PAGE = 100
MAX_BATCH = 250
MAX_SUBJECT = 255
MAX_TEXT = 10_000
MAX_ATTACHMENTS = 20

# Any id of the vendor's other resources, or of the partner's own: a prefix, an underscore, and no white space (§6.3).
ENTITY = r"^[A-Za-z][A-Za-z0-9]*_[!-~]+$"
MAX_ENTITY = 255

# How much a filter may hold. Nothing that is stored is longer than what is asked for here.
MAX_FILTER_TEXT = 1_000
MAX_FILTER_VALUES = 1_000

# Access tokens (§2.2): the sample's lifetime.
LIFETIME = timedelta(hours=1)

# Types for statuses of which the sources have only the number (§4.4), and the result that goes with 207 (§4.5).
FORBIDDEN = "INVALID_TOKEN"
NOT_FOUND = "INVALID_VALUE"
NOT_AS_A_REQUEST = "BAD_REQUEST"  # 404 of an unknown path, 405, 413, 415, 429
PARTLY_SAVED = "FAILURE"

"""What the contract's public sources do not say, with the values that we use, in one place (contracts/tight.md §14)."""

from __future__ import annotations

import re
from datetime import timedelta

from koine.core.conversations.asked import Order, OrderBy
from koine.core.files.model import OrderBy as FileOrderBy
from koine.core.limits.model import Rate

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
FILE_ORDERS: dict[str, FileOrderBy] = {  # §8.2 says no more than that files follow the house pattern
    "CREATED_DATE_TIME": "created",
    "LAST_UPDATED_DATE_TIME": "updated",
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
MAX_DESCRIPTION = 1_000
MAX_NOTES = 10_000

# Any id of the vendor's other resources, or of the partner's own: a prefix, an underscore, and no white space (§6.3).
ENTITY = r"^[A-Za-z][A-Za-z0-9]*_[!-~]+$"
MAX_ENTITY = 255

# The short name of an emoji in a reaction (§7.4).
EMOJI = r"[a-z0-9_+-]+"
MAX_EMOJI = 64


def is_entity(text: str) -> bool:
    """Whether the id of an entity may look like this."""
    return len(text) <= MAX_ENTITY and re.search(ENTITY, text) is not None


# How much a filter may hold. Nothing that is stored is longer than what is asked for here.
MAX_FILTER_TEXT = 1_000
MAX_FILTER_VALUES = 1_000

# The vendor's own limit, written for v5 (§10): of each access token.
RATES = (Rate(1000, 300),)

# Access tokens (§2.2): the sample's lifetime.
LIFETIME = timedelta(hours=1)

# Types for statuses of which the sources have only the number (§4.4), and the result that goes with 207 (§4.5).
FORBIDDEN = "INVALID_TOKEN"
NOT_FOUND = "INVALID_VALUE"
NOT_AS_A_REQUEST = "BAD_REQUEST"  # 404 of an unknown path, 405, 413, 415, 429
PARTLY_SAVED = "FAILURE"
# Webhooks (§11): how many seconds the token of a delivery is good for.
VERIFIABLE = 300
# Companies and their people (§12), of which the sources show a sample only.
ROLES = ("ACCOUNTANT",)
MAX_NAME = 255  # also of user ids, and of the partner's own ids of companies
MAX_EMAIL = 320
MAX_WORD = 64  # entity types, accounting methods, features and languages: any word, as nobody lists them
MAX_OWNERS = 50
MAX_FEATURES = 100
MAX_COMPANIES = 1_000  # that a bookkeeper can be limited to
MAX_ADDRESS = 1_000  # characters; an address is one text, or an object of at most so many members
MAX_ADDRESS_MEMBERS = 20

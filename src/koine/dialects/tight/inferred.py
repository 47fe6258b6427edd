"""What the contract's public sources do not say, with the values that we use, in one place (contracts/tight.md §14)."""

from __future__ import annotations

from datetime import timedelta

from koine.core.conversations.asked import OrderBy

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
DEFAULT_DIRECTION = "ASC"  # of a sort that does not say; without any sort it is the newest first (§9.2)

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

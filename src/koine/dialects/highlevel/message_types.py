"""What kind of message something is: the contract's words and numbers for it, and the channel that we keep it under.

A message's channel is the name of its type in small letters without `TYPE_` (`sms`, `custom_provider_sms`), so that a
type needs no place of its own and lists can be filtered by it (contracts/highlevel.md §4.1, §4.2).
"""

from __future__ import annotations

from collections.abc import Sequence

# By number (contracts/highlevel.md §4.1).
NUMBERS: dict[str, int] = {
    "TYPE_CALL": 1,
    "TYPE_SMS": 2,
    "TYPE_EMAIL": 3,
    "TYPE_SMS_REVIEW_REQUEST": 4,
    "TYPE_WEBCHAT": 5,
    "TYPE_SMS_NO_SHOW_REQUEST": 6,
    "TYPE_CAMPAIGN_SMS": 7,
    "TYPE_CAMPAIGN_CALL": 8,
    "TYPE_CAMPAIGN_EMAIL": 9,
    "TYPE_CAMPAIGN_VOICEMAIL": 10,
    "TYPE_FACEBOOK": 11,
    "TYPE_CAMPAIGN_FACEBOOK": 12,
    "TYPE_CAMPAIGN_MANUAL_CALL": 13,
    "TYPE_CAMPAIGN_MANUAL_SMS": 14,
    "TYPE_GMB": 15,
    "TYPE_CAMPAIGN_GMB": 16,
    "TYPE_REVIEW": 17,
    "TYPE_INSTAGRAM": 18,
    "TYPE_WHATSAPP": 19,
    "TYPE_CUSTOM_SMS": 20,
    "TYPE_CUSTOM_EMAIL": 21,
    "TYPE_CUSTOM_PROVIDER_SMS": 22,
    "TYPE_CUSTOM_PROVIDER_EMAIL": 23,
    "TYPE_IVR_CALL": 24,
    "TYPE_ACTIVITY_CONTACT": 25,
    "TYPE_ACTIVITY_INVOICE": 26,
    "TYPE_ACTIVITY_PAYMENT": 27,
    "TYPE_ACTIVITY_OPPORTUNITY": 28,
    "TYPE_LIVE_CHAT": 29,
    "TYPE_LIVE_CHAT_INFO_MESSAGE": 30,
    "TYPE_ACTIVITY_APPOINTMENT": 31,
    "TYPE_FACEBOOK_COMMENT": 32,
    "TYPE_INSTAGRAM_COMMENT": 33,
    "TYPE_CUSTOM_CALL": 34,
    "TYPE_GROUP_SMS": 35,
    "TYPE_INTERNAL_CHAT": 36,
    "TYPE_INTERNAL_COMMENT": 37,
    "TYPE_ACTIVITY_EMPLOYEE_ACTION_LOG": 38,
    # The contract has no numbers for these; ours follow its last one.
    "TYPE_RCS": 39,
    "TYPE_TIKTOK": 40,
    "TYPE_TIKTOK_COMMENT": 41,
    "TYPE_ACTIVITY_WHATSAPP": 42,
    "TYPE_FORM_SUBMISSION": 43,
    "TYPE_SMS_REACTION": 44,
}

# The 42 that the specification lists; the two others are known by their numbers alone.
SPECIFIED: frozenset[str] = frozenset(NUMBERS) - {"TYPE_GROUP_SMS", "TYPE_INTERNAL_CHAT"}

# What a request calls it (contracts/highlevel.md §4.2); `Custom` depends on its provider.
OF_REQUEST: dict[str, str] = {
    "SMS": "TYPE_SMS",
    "RCS": "TYPE_RCS",
    "Email": "TYPE_EMAIL",
    "WhatsApp": "TYPE_WHATSAPP",
    "IG": "TYPE_INSTAGRAM",
    "FB": "TYPE_FACEBOOK",
    "GMB": "TYPE_GMB",
    "WebChat": "TYPE_WEBCHAT",
    "Live_Chat": "TYPE_LIVE_CHAT",
    "ALL_IN_ONE_CHAT": "TYPE_LIVE_CHAT",
    "TIKTOK": "TYPE_TIKTOK",
    "Call": "TYPE_CUSTOM_CALL",
    "IVR_Call": "TYPE_IVR_CALL",
    "Campaign_Call": "TYPE_CAMPAIGN_CALL",
    "Campaign_VoiceMail": "TYPE_CAMPAIGN_VOICEMAIL",
    "FORM_SUBMISSION": "TYPE_FORM_SUBMISSION",
    "InternalComment": "TYPE_INTERNAL_COMMENT",
}
CUSTOM: dict[str, str] = {"sms": "TYPE_CUSTOM_PROVIDER_SMS", "email": "TYPE_CUSTOM_PROVIDER_EMAIL"}

# Channels that other ways in say things through, and what a reader of this contract takes them for.
_ELSEWHERE: dict[str, str] = {"api": "TYPE_SMS", "chat": "TYPE_LIVE_CHAT"}

# What has a recording, and a filter of its own.
CALLS = ("TYPE_CALL", "TYPE_CUSTOM_CALL", "TYPE_IVR_CALL", "TYPE_CAMPAIGN_CALL", "TYPE_CAMPAIGN_VOICEMAIL")

_EMAIL = frozenset({"TYPE_EMAIL", "TYPE_CAMPAIGN_EMAIL", "TYPE_CUSTOM_EMAIL", "TYPE_CUSTOM_PROVIDER_EMAIL"})
_MESSENGER = frozenset({"TYPE_FACEBOOK", "TYPE_CAMPAIGN_FACEBOOK", "TYPE_FACEBOOK_COMMENT"})


def channel(type_: str) -> str:
    """The channel that messages of a type are kept under."""
    return type_.removeprefix("TYPE_").lower()


def channels(type_: str) -> Sequence[str]:
    """Every channel whose messages read as a type, for filters."""
    return [channel(type_), *(name for name, read in _ELSEWHERE.items() if read == type_)]


def of_channel(name: str) -> str:
    """The type of a message in some channel; a text message where the contract knows none such."""
    type_ = _ELSEWHERE.get(name) or f"TYPE_{name.upper()}"
    return type_ if type_ in NUMBERS else "TYPE_SMS"


def number(type_: str) -> int:
    """A type as a number."""
    return NUMBERS[type_]


def conversation_type(last: str | None, inbox: str | None) -> tuple[int, str]:
    """What kind of conversation it is (§4.3), as a number and as a word: by its inbox, else by its last message."""
    type_ = last
    if inbox == "email" or type_ in _EMAIL:
        return 2, "TYPE_EMAIL"
    if type_ in _MESSENGER:
        return 3, "TYPE_FB_MESSENGER"
    if type_ == "TYPE_REVIEW":
        return 4, "TYPE_REVIEW"
    return (5, "TYPE_GROUP_SMS") if type_ == "TYPE_GROUP_SMS" else (1, "TYPE_PHONE")

"""What is wrong with a body in class-validator's wording, one message for each violated rule."""

from __future__ import annotations

from koine.core.errors import Problem, Refused

# What a field must be when it is not a string.
_TYPES = {
    "unreadCount": "must be a number conforming to the specified constraints",
    "starred": "must be a boolean value",
    "pageLimit": "must be a number conforming to the specified constraints",
    "page": "must be a number conforming to the specified constraints",
    "searchAfter": "must be an array",
    "filters": "must be an array",
    "sort": "must be an array",
    "followers": "must be an array",
    "additionalEmails": "must be an array",
    "tags": "must be an array",
    "customFields": "must be an array",
    "dnd": "must be a boolean value",
    "createNewIfDuplicateAllowed": "must be a boolean value",
    "dndSettings": "must be an object",
    "inboundDndSettings": "must be an object",
    "all": "must be an object",
    "type": "must be a valid enum value",
    "status": "must be a valid enum value",
    "channel": "must be a valid enum value",
    "subtype_status": "must be a valid enum value",
    **dict.fromkeys(
        ("attachments", "emailCc", "emailBcc", "mentions", "recipients", "attachmentUrls", "transcription"),
        "must be an array",
    ),
    **dict.fromkeys(("forward", "call", "error", "events", "subscription_action"), "must be an object"),
    **dict.fromkeys(
        ("isForwarded", "forwardWholeThread", "usesNativeSchedulingAi", "isTyping", "archived"),
        "must be a boolean value",
    ),
    "isGroupSms": "must be a boolean string",
    **dict.fromkeys(
        ("scheduledTimestamp", "limit", "fileSize", "mediaChannel", "speaker", "startTime", "endTime", "confidence"),
        "must be a number conforming to the specified constraints",
    ),
}
_LEAST = {"unreadCount": (0, 2**31 - 1), "pageLimit": (1, 500), "page": (1, 10_000)}
_FORMATS = {"email": "must be an email", "phone": "must be a valid phone number"}


def messages(refused: Refused) -> list[str]:
    """All messages in the order of the fields; two for a missing one, as it is neither a string nor filled."""
    found = [message for problem in refused.problems for message in _of(problem)]
    return list(dict.fromkeys(found)) or ["the request holds a value that cannot be stored"]


def _of(problem: Problem) -> list[str]:
    where = ".".join(str(part) for part in problem.path)
    if isinstance(problem.path[-1], int):
        return [_of_item(problem, where)]
    if problem.kind == "missing":
        empty = f"{where} should not be empty"
        return [empty] if isinstance(problem.given, str) else [f"{where} {_type(problem)}", empty]
    if problem.kind == "wrong_type":
        return [f"{where} {_type(problem)}"]
    if problem.kind == "not_allowed" and problem.name in _LEAST and isinstance(problem.given, int | float):
        least, most = _LEAST[problem.name]
        small = problem.given < least
        return [f"{where} must not be {'less' if small else 'greater'} than {least if small else most}"]
    if problem.kind == "not_allowed":
        return [f"{where} must be a valid enum value"]
    if problem.kind == "too_long" and isinstance(problem.given, list):
        return [f"{where} must contain no more than {problem.limit} elements"]
    if problem.kind == "too_long":
        return [f"{where} must be shorter than or equal to {problem.limit} characters"]
    return [f"{where} {_FORMATS.get(problem.name, problem.says)}"]


def _of_item(problem: Problem, where: str) -> str:
    if problem.name == "customFields" and isinstance(problem.given, dict):
        return f"{where}.id should not be empty"
    if problem.name == "customFields":
        return "each value in nested property customFields must be either object or array"
    if problem.name == "additionalEmails" and problem.kind == "malformed":
        return "each value in additionalEmails must be an email"
    if problem.name in ("filters", "sort"):
        return f"each value in nested property {problem.name} must be either object or array"
    if problem.name == "attachmentUrls" and problem.kind == "malformed":
        return "each value in attachmentUrls must be a URL address"
    return f"each value in {problem.name} must be a string"


def _type(problem: Problem) -> str:
    if problem.path[0] == "dndSettings" and len(problem.path) == 2:
        return "must be an object"  # a channel
    if problem.name == "status" and len(problem.path) > 1:
        return "must be a string"
    return _TYPES.get(problem.name, "must be a string")

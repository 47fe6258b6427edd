"""The shapes of OAuth: forms and JSON in both spellings, answers in both (contracts/highlevel.md §2.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from pydantic.alias_generators import to_camel

from koine.core.apps.model import App, Installation
from koine.core.errors import Invalid, Problem
from koine.dialects import reading
from koine.dialects.call import Call
from koine.dialects.edge import Unreadable, WrongMediaType
from koine.dialects.highlevel import ids

LIFETIME = 86_399  # seconds
_MAX_FIELDS = 100
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True, slots=True)
class Paper:
    """A token as it is written: its secrets, for what, and who allowed it. `refresh` None: there is none.

    `location_id` None: it is of the agency. `approved` are the locations that a person let the app into.
    """

    app: App
    access: str
    refresh: str | None
    scopes: Sequence[str]
    location_id: str | None
    user_id: str | None
    approved: Sequence[str] = ()


def fields(call: Call, *needed: str) -> dict[str, str]:
    """The fields of a form or of a JSON object by their names with underscores, however they were spelt.

    Raises WrongMediaType, Unreadable, and Invalid with each of those that are `needed` and missing.
    """
    given = _given(call)
    found = {name: given[spelling] for name, spelling in _spellings(given)}
    problems = [
        Problem(
            "missing" if isinstance(found.get(name), str | None) else "wrong_type",
            (_named(call, name),),
            given=found.get(name),
        )
        for name in needed
        if not isinstance(found.get(name), str) or not found[name]
    ]
    odd = [name for name, value in found.items() if name not in needed and not isinstance(value, str)]
    problems += [Problem("wrong_type", (_named(call, name),), given=found[name]) for name in odd if found[name]]
    if problems:
        raise Invalid(problems=problems)
    return {name: value for name, value in found.items() if isinstance(value, str)}


def token(paper: Paper) -> dict[str, Any]:
    """What a client gets: v2's names, then v3's for the same."""
    app = paper.app
    written: dict[str, Any] = {
        "access_token": paper.access,
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "refresh_token": paper.refresh,
        "scope": " ".join(paper.scopes),
        "userType": "Company" if paper.location_id is None else "Location",
        "locationId": paper.location_id,
        "companyId": ids.write(app.account_uuid),
        "approvedLocations": list(paper.approved) or None,
        "userId": paper.user_id,
        "isBulkInstallation": False,
        "appId": app.public_id,
        "versionId": app.public_id,
        "accessToken": paper.access,
        "tokenType": "Bearer",
        "expiresIn": LIFETIME,
        "refreshToken": paper.refresh,
    }
    return {name: value for name, value in written.items() if value is not None}


def locations(places: Sequence[Installation], total: int) -> dict[str, Any]:
    """A page of the older form."""
    return {"locations": [_location(place) for place in places], "count": total, "installToFutureLocations": False}


def items(places: Sequence[Installation], total: int, skipped: int, size: int) -> dict[str, Any]:
    """A page of v3. Its tokens are how many were left out before it."""
    after = skipped + len(places)
    return {
        "items": [_location(place) for place in places],
        "pagination": {
            "totalRecords": total,
            "hasNextPage": after < total,
            "hasPrevPage": skipped > 0,
            "nextPageToken": str(after) if after < total else None,
            "prevPageToken": str(max(skipped - size, 0)) if skipped else None,
            "currentPageSize": len(places),
            "estimatedTotalRecords": total,
        },
        "metadata": {"filterApplied": {}, "sortApplied": {}},
        "installToFutureLocations": False,
    }


def _location(place: Installation) -> dict[str, Any]:
    return {
        "_id": ids.write(place.workspace),
        "name": place.name,
        "address": "",
        "isInstalled": True,
        "installedAt": place.installed_at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z",
    }


def _given(call: Call) -> dict[str, Any]:
    media = (call.header("content-type") or _FORM).partition(";")[0].strip().lower()
    if media == _FORM:
        try:
            body = call.body.decode("utf-8")
            return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict"))
        except ValueError:
            raise Unreadable from None
    if media != _JSON:
        raise WrongMediaType
    given = reading.plain(call.body or b"{}")
    if not isinstance(given, dict):
        raise Unreadable
    return given


def _spellings(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each field under its name with underscores; the spelling that is so already wins."""
    plain = [(_underscored(name), name) for name in given]
    return sorted(plain, key=lambda pair: pair[0] == pair[1])


def _underscored(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _named(call: Call, name: str) -> str:
    """The name as the version of the request has it."""
    return to_camel(name) if call.header("version") == "v3" else name

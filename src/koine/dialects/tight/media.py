"""Which content types are read: JSON everywhere, a form at the token endpoint (contracts/tight.md §1)."""

from __future__ import annotations

from koine.dialects.call import Call
from koine.dialects.edge import WrongMediaType

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


def must_be_json(call: Call) -> None:
    """Raises WrongMediaType for a body that says it is something else; one that says nothing is taken for JSON."""
    _must_be(call, _JSON)


def must_be_form(call: Call) -> None:
    """Raises WrongMediaType for a body that says it is something else; one that says nothing is taken for a form."""
    _must_be(call, _FORM)


def _must_be(call: Call, wanted: str) -> None:
    given = call.header("content-type")
    if given and given != wanted and call.body and given.partition(";")[0].strip().lower() != wanted:
        raise WrongMediaType

"""E-mail addresses and phone numbers, about as class-validator takes them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from koine.dialects.reading import Text

_LABEL = r"[A-Za-z0-9\u00a1-\uffff](?:[A-Za-z0-9\u00a1-\uffff-]{0,61}[A-Za-z0-9\u00a1-\uffff])?"
_ATOM = r"[^\s@.,:;<>()\[\]\\\"\x00-\x1f\x7f]+"
_EMAIL = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z\u00a1-\uffff]{{2,63}}")
_PHONE = re.compile(r"\+?[0-9]{3,15}")
_BETWEEN_DIGITS = str.maketrans("", "", " -.()/\u00a0\u2011")


def _email(text: str) -> str:
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise PydanticCustomError("malformed", "is no e-mail address")
    return text


def bare_number(text: str) -> str:
    """A number without what people put between its digits; no country is guessed."""
    return text.translate(_BETWEEN_DIGITS)


def _phone(text: str) -> str:
    bare = bare_number(text)
    if not _PHONE.fullmatch(bare):
        raise PydanticCustomError("malformed", "is no phone number")
    return bare


def _email_or_nothing(text: str) -> str:
    return text and _email(text)


def _phone_or_nothing(text: str) -> str:
    return text and _phone(text)


Email = Annotated[Text, AfterValidator(_email)]
Phone = Annotated[Text, AfterValidator(_phone)]

# Where an empty text takes away what there was.
EmailOrNothing = Annotated[Text, AfterValidator(_email_or_nothing)]
PhoneOrNothing = Annotated[Text, AfterValidator(_phone_or_nothing)]

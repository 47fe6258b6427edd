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


def _phone(text: str) -> str:
    """Without what people put between the digits; no country is guessed."""
    bare = text.translate(_BETWEEN_DIGITS)
    if not _PHONE.fullmatch(bare):
        raise PydanticCustomError("malformed", "is no phone number")
    return bare


Email = Annotated[Text, AfterValidator(_email)]
Phone = Annotated[Text, AfterValidator(_phone)]

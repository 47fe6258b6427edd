"""What is refused about second factors."""

from __future__ import annotations

from koine.core.errors import Conflict, Invalid


class CodeRefused(Invalid):
    """A code that is wrong, too old, or was used before. Which of these is told to nobody."""

    code = "code_refused"
    says = "This code is not right, or it was used already."


class SecondFactorThere(Conflict):
    """Somebody has a second factor already."""

    code = "second_factor_there"
    says = "Two-factor authentication is on already."


class NoSecondFactor(Conflict):
    """Somebody has none."""

    code = "no_second_factor"
    says = "Two-factor authentication is off."

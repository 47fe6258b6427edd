"""Passwords that somebody would try first are refused, and good ones are kept so that nobody can read them."""

from __future__ import annotations

import argon2
import pytest

from koine.core.users import passwords


@pytest.mark.parametrize("password", ["", "short", "elevenchars", "x" * 1025, "correct horse battery" * 60])
def test_one_that_is_too_short_or_too_long_is_refused(password: str) -> None:
    assert "characters" in (passwords.weakness(password) or "")


@pytest.mark.parametrize(
    "password",
    ["a" * 12, "abababababab", "123456789012", "Password1234!", "passwordpassword", "qwertyuiop12", "changeme!2026"],
)
def test_a_bad_password_is_refused_with_a_reason(password: str) -> None:
    assert passwords.weakness(password)


@pytest.mark.parametrize(
    "password", ["correct horse", "lamp-gravel-ochre", "пароль из слов", "Zw9!rT4#kLq2", "😀😁😂🤣😃😄😅😆😉😊😋😎"]
)
def test_a_good_one_is_not(password: str) -> None:
    assert passwords.weakness(password) is None


def test_what_others_know_of_somebody_is_no_password() -> None:
    assert passwords.weakness("emmy.noether@example.com", "emmy.noether@example.com")
    assert passwords.weakness("Noether & Company 1", "Noether & Company")
    assert passwords.weakness("Noether & Company 1", "Lamplight") is None


def test_it_is_kept_as_argon2id_with_a_salt_of_its_own() -> None:
    first, second = (passwords.hashed("lamp-gravel-ochre") for _ in range(2))
    assert first.startswith("$argon2id$")
    assert first != second
    assert argon2.PasswordHasher().verify(first, "lamp-gravel-ochre")


def test_it_is_the_same_however_a_keyboard_composes_it() -> None:
    composed, decomposed = "caf\u00e9-gravel-ochre", "cafe\u0301-gravel-ochre"
    assert composed != decomposed
    assert argon2.PasswordHasher().verify(passwords.hashed(decomposed), composed)

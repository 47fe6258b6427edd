"""KOINE_OUTGOING_ALLOW says which networks may be reached."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from koine import settings


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("", []),
        ("10.0.0.0/8", ["10.0.0.0/8"]),
        (" 127.0.0.1 , ::1,fd00::/8,", ["127.0.0.1/32", "::1/128", "fd00::/8"]),
    ],
)
def test_networks_are_read(monkeypatch, text, networks):
    monkeypatch.setenv("KOINE_OUTGOING_ALLOW", text)
    assert settings.from_environment().outgoing_allow == tuple(map(ip_network, networks))


def test_nothing_is_allowed_unless_said(monkeypatch):
    monkeypatch.delenv("KOINE_OUTGOING_ALLOW", raising=False)
    assert settings.from_environment().outgoing_allow == ()


@pytest.mark.parametrize(
    "text", ["localhost", "10.0.0.1/8", "10.0.0.0/33", "127.1", "10.0.0.0/8 ::1", "*", "2130706433"]
)
def test_what_is_no_network_stops_the_start_and_is_named(monkeypatch, text):
    monkeypatch.setenv("KOINE_OUTGOING_ALLOW", f"127.0.0.1,{text}")
    with pytest.raises(ValueError, match="KOINE_OUTGOING_ALLOW") as refused:
        settings.from_environment()
    assert text.split()[0] in str(refused.value)

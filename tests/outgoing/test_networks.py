"""Which addresses are public, which are not, and what allowing a network does."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koine.outgoing.networks import standing
from tests.outgoing.spellings import CARRYING, INNER

LITERALS = [text.strip("[]") for text in [*INNER, *CARRYING] if text[0] == "[" or text[0].isdigit()]


@pytest.mark.parametrize("text", [*LITERALS, "fe80::1%eth0", "::1%lo", "2606:2800:21f::1%eth0", "5f00::1", "4000::1"])
def test_an_inner_address_is_forbidden(text):
    assert standing(ip_address(text), ()) == "forbidden"


@pytest.mark.parametrize(
    "text", ["1.1.1.1", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:2800:21f::1", "2a00::1"]
)
def test_a_strangers_address_is_public(text):
    assert standing(ip_address(text), ()) == "public"


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1).map(IPv4Address) | st.integers(0, 2**128 - 1).map(IPv6Address))
def test_what_is_public_to_us_is_public_to_everybody(address):
    if standing(address, ()) == "public":
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_form_that_carries_an_ipv4_address_is_public(number):
    mapped, nat64, six_to_four = 0xFFFF << 32, 0x64FF9B << 96, (0x2002 << 112)
    for carrying in (mapped | number, nat64 | number, six_to_four | number << 80, number):
        assert standing(IPv6Address(carrying), ()) == "forbidden"


@pytest.mark.parametrize(
    ("text", "allowed", "expected"),
    [
        ("10.1.2.3", "10.0.0.0/8", "allowed"),
        ("11.1.2.3", "10.0.0.0/8", "public"),
        ("172.16.0.1", "10.0.0.0/8", "forbidden"),
        ("::1", "::1", "allowed"),
        ("::1", "127.0.0.0/8", "forbidden"),
        ("127.0.0.1", "::/0", "forbidden"),
        ("169.254.1.1", "169.254.0.0/16", "allowed"),
        ("169.254.169.254", "169.254.0.0/16", "forbidden"),
        ("169.254.169.254", "0.0.0.0/0", "forbidden"),
        ("169.254.169.254", "169.254.169.254/32", "allowed"),
        ("fd00:ec2::254", "fd00::/8", "forbidden"),
        ("fd00:ec2::254", "fd00:ec2::254", "allowed"),
        ("fd00:ec2::253", "fd00::/8", "allowed"),
        ("fe80::1%eth0", "fe80::/10", "forbidden"),
        ("::ffff:10.0.0.1", "10.0.0.0/8", "forbidden"),
        ("::ffff:10.0.0.1", "::/0", "forbidden"),
        ("64:ff9b::10.0.0.1", "64:ff9b::/96", "forbidden"),
        ("64:ff9b::1.1.1.1", "64:ff9b::/96", "allowed"),
        ("2002:0a00:0001::", "2002::/16", "forbidden"),
        ("2002:0101:0101::", "2002::/16", "allowed"),
    ],
)
def test_allowing_a_network_opens_that_network_and_no_more(text, allowed, expected):
    assert standing(ip_address(text), [ip_network(allowed)]) == expected


def test_a_form_that_carries_an_address_needs_both_to_be_allowed():
    both = [ip_network("::ffff:0:0/96"), ip_network("10.0.0.0/8")]
    assert standing(ip_address("::ffff:10.0.0.1"), both) == "allowed"
    assert standing(ip_address("::ffff:192.168.0.1"), both) == "forbidden"

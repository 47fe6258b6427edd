"""Bad input that every dialect is tried with: JSON texts by what RFC 8259 says of them, and strings that trip programs.

A JSON case is a whole JSON text as bytes. It can stand alone as a body, or in the place of a value inside one.
"""

# ruff: noqa: RUF001 - strings that surprise are what this is about

from __future__ import annotations

from itertools import pairwise

# Valid: a parser must take them.
VALID: dict[str, bytes] = {
    "an empty object": b"{}",
    "an empty array": b"[]",
    "null": b"null",
    "true": b"true",
    "false": b"false",
    "zero": b"0",
    "minus zero": b"-0",
    "a negative integer": b"-17",
    "a fraction": b"1.5",
    "an exponent": b"1e3",
    "an exponent with a plus": b"1E+2",
    "an exponent with a minus": b"2e-2",
    "the largest 64-bit integer": b"9223372036854775807",
    "the smallest 64-bit integer": b"-9223372036854775808",
    "an empty string": b'""',
    "every short escape": rb'"\" \\ \/ \b \f \n \r \t"',
    "an escaped letter": rb'"\u0041"',
    "an escaped surrogate pair": rb'"\uD83D\uDE00"',
    "escapes in both cases": rb'"\u00e9\u00E9"',
    "text in UTF-8": '"gruezi, привет, 你好, 😀"'.encode(),
    "the delete character": b'"\x7f"',
    "line and paragraph separators": '"\u2028\u2029"'.encode(),
    "a byte order mark inside a string": '"\ufeffx"'.encode(),
    "a noncharacter": '"\uffff\U0010ffff"'.encode(),
    "white space everywhere": b' \t\r\n{ "a" :\t[ 1 ,\r\n2 ] } \n',
    "an empty name": b'{"":0}',
    "an escaped name": rb'{"\u0061":1}',
    "twice the same name": b'{"a":1,"a":2}',
    "nested a little": b'[[[[{"a":[{}]}]]]]',
    "brackets inside a string": b'"[[[[{{{{]]"',
    "a string of 100,000 characters": b'"' + b"a" * 100_000 + b'"',
    "an array of 10,000 numbers": b"[" + b"1," * 9_999 + b"1]",
}

# Invalid: a parser must refuse them.
INVALID: dict[str, bytes] = {
    "nothing": b"",
    "only white space": b" \n\t ",
    "an open object": b"{",
    "an open array": b"[",
    "an open string": b'"abc',
    "a closed nothing": b"}",
    "crossed brackets": b"[}",
    "one bracket too many": b"[]]",
    "a comma at the end of an array": b"[1,]",
    "a comma at the end of an object": b'{"a":1,}',
    "two commas": b"[1,,2]",
    "a comma at the start": b"[,1]",
    "only a comma": b",",
    "no comma": b"[1 2]",
    "no colon": b'{"a" 1}',
    "two colons": b'{"a"::1}',
    "a comma for a colon": b'{"a",1}',
    "no value": b'{"a":}',
    "no name": b"{:1}",
    "a name without quotes": b"{a:1}",
    "a number as a name": b"{1:1}",
    "single quotes": b"{'a':1}",
    "a comment": b'{"a":1} // why',
    "a comment in between": b'{/* why */"a":1}',
    "a hash comment": b"# why\n{}",
    "text after the end": b"{} x",
    "a second value": b"{}{}",
    "True of Python": b"True",
    "None of Python": b"None",
    "undefined": b"undefined",
    "NaN": b"[NaN]",
    "Infinity": b"[Infinity]",
    "minus Infinity": b"[-Infinity]",
    "a cut literal": b"tru",
    "a literal too long": b"nullx",
    "a plus sign": b"+1",
    "a leading zero": b"01",
    "a leading zero after a minus": b"-01",
    "only a minus": b"-",
    "two minuses": b"--1",
    "a point without digits": b"1.",
    "a point without a number": b".5",
    "an exponent without digits": b"1e",
    "an exponent with only a sign": b"1e+",
    "two exponents": b"1e1e1",
    "a hexadecimal number": b"0x1F",
    "an underscore in a number": b"1_000",
    "digits of another script": "[１]".encode(),
    "a raw line feed in a string": b'"a\nb"',
    "a raw tab in a string": b'"a\tb"',
    "a raw NUL in a string": b'"a\x00b"',
    "a raw NUL between values": b"[1,\x00 2]",
    "an unknown escape": rb'"\x41"',
    "an escaped single quote": rb'"\'"',
    "a cut escape": rb'"\u00"',
    "an escape of no hexadecimal digits": rb'"\uZZZZ"',
    "a lone backslash": b'"\\"',
    "bytes that are not UTF-8": b'"\xff"',
    "an overlong encoding": b'"\xc0\xaf"',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "a cut UTF-8 sequence": b'"\xe4\xbd"',
    "text in Latin-1": '"é"'.encode("latin-1"),
    "text in UTF-16": '{"a":1}'.encode("utf-16-le"),
    "white space of another kind": "[\u00a01]".encode(),
    "a form feed as white space": b"[\x0c1]",
    "a form instead": b"subject=x&message=y",
    "XML instead": b'<?xml version="1.0"?><a/>',
    "10,000 open arrays": b"[" * 10_000,
}

# Either: RFC 8259 leaves it to the parser. What must not happen is a fault.
EITHER: dict[str, bytes] = {
    "a byte order mark at the start": b"\xef\xbb\xbf{}",
    "10,000 nested arrays": b"[" * 10_000 + b"]" * 10_000,
    "10,000 nested objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "33 nested arrays": b"[" * 33 + b"]" * 33,
    "an integer of 65 bits": b"18446744073709551616",
    "a negative integer of 65 bits": b"-18446744073709551616",
    "an integer of 5,000 digits": b"9" * 5_000,
    "a number beyond doubles": b"1e400",
    "a number below doubles": b"1e-400",
    "an exponent of 1,000 digits": b"1e" + b"1" * 1_000,
    "a long fraction": b"0." + b"1" * 5_000,
    "an escaped NUL": rb'"\u0000"',
    "a lone high surrogate": rb'"\ud800"',
    "a lone low surrogate": rb'"\udc00"',
    "surrogates the wrong way round": rb'"\udc00\ud800"',
    "a high surrogate and a letter": rb'"\ud800a"',
    "a lone surrogate as a name": rb'{"\ud800":1}',
    "an escaped NUL as a name": rb'{"\u0000":1}',
    "10,000 names": b"{" + b",".join(b'"n%d":%d' % (n, n) for n in range(10_000)) + b"}",
}

# Strings that are text to a program that treats them as text; without NUL and lone surrogates, which are refused.
NAUGHTY: tuple[str, ...] = (
    # Markup, and what pretends to be none.
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<ScRiPt >prompt`1`</sCrIpT>",
    '"><svg/onload=confirm(1)>',
    "javascript:alert(1)//",
    "<!-- --><b>half an element",
    "]]><![CDATA[x]]>",
    "&lt;b&gt; &amp;amp; &#0; &nosuch;",
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
    # Statements and patterns of SQL.
    "'; drop table conversations; --",
    "' or '1'='1",
    "1; select pg_sleep(10)--",
    "$1 ? :name %s %(name)s {0}",
    "%_\\%\\_ 100% _",
    "\\",
    "\\\\'\\\"",
    "E'\\x41' $$x$$",
    # Templates, shells, formats, paths, logs.
    "{{7*7}} ${7*7} #{7*7} <%= 7*7 %> {% raw %}",
    "${jndi:ldap://127.0.0.1/x}",
    "$(touch /tmp/x) `id` ; ls | cat & # >",
    "%s%n%x%d %0$s",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "C:\\CON\\PRN.txt",
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
    "a\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "ERROR 2024-01-01 a line of a log\nINFO and another",
    # Words that become something else.
    "null",
    "undefined",
    "NaN",
    "true",
    "[]",
    "{}",
    "0",
    "-1",
    "1e309",
    "0x10",
    "1,000.00",
    "２",
    "Infinity",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    # Letters and marks that surprise.
    "ı İ ß ẞ ﬁ ǅ Σ σ ς",
    "e\u0301 \u00e9",
    "Z\u0351\u036b\u0343a\u0363l\u034ago\u0321",
    "\u202eright to left\u202c",
    "\u200b\u200c\u200d\ufeffnothing to see",
    "\u00a0\u2003\u3000wide spaces\u3000",
    "مرحبا שלום",
    "𝕌𝕟𝕚𝕔𝕠𝕕𝕖 𠜎𠜱",
    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏿",
    "\U000e0041\U000e0042 tags",
    "\ufffe\uffff\U0010ffff",
    "\x01\x02\x07\x08\x1b[31m\x7f\x80\x9f",
    "\ufffd",
    "a\tb\vc\fd\x85e\u2028f\u2029g",
    " leading and trailing \n",
    "x" * 255,
)

# What stands where a value of another type belongs.
STRAY_VALUES: tuple[object, ...] = (True, False, 0, -1, 1.5, 2**63, 2**64, 10**30, "", "x", [], {}, [[]], [1], {"x": 1})

# A NUL is no text to PostgreSQL, and a lone surrogate none to UTF-8. As JSON strings, in ASCII.
UNSTORABLE: tuple[bytes, ...] = (
    rb'"\u0000"',
    rb'"a\u0000b"',
    rb'"\ud800"',
    rb'"\udfff"',
    rb'"a\ud83d"',
    rb'"\udc00\ud800"',
)


def nested(depth: int) -> bytes:
    """Arrays in arrays."""
    return b"[" * depth + b"]" * depth


def cut(text: str) -> list[str]:
    """A cursor or a token that lost its end, its beginning, or a piece in the middle."""
    some = sorted({1, 2, 3, len(text) // 2, len(text) - 1})
    pieces = [text[:at] for at in some] + [text[at:] for at in some]
    return pieces + [text[:a] + text[b:] for a, b in pairwise(some)]

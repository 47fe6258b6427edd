"""How people who want to get inside write an address. `{port}` stands for the canary's port."""

from __future__ import annotations


def _wide(text: str) -> str:
    """In full-width characters, which some readers take for the usual ones."""
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


# Written plainly: refused unless the network is allowed.
INNER = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("100.64.0.1", "169.254.1.1", "192.0.2.2", "198.18.0.1", "224.0.0.1", "239.255.255.255", "240.0.0.1"),
    *("255.255.255.255", "169.254.169.254", "168.63.129.16", "100.100.100.200", "[fd00:ec2::254]"),
    *("[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[fe80::1]", "[fc00::1]", "[fd00::2]", "[ff02::1]", "[FD00::2]"),
    *("localhost", "LOCALHOST", "a.localhost", "localhost.localdomain", "printer.local", "db.internal", "db"),
    *("metadata.google.internal", "metadata", "metadata.goog", "instance-data", "instance-data.ec2.internal"),
]

# IPv6 forms of 127.0.0.1 and of 169.254.169.254: not allowed by allowing these.
CARRYING = [
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]", "[::FFFF:127.0.0.1]", "[::127.0.0.1]"),
    *("[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]"),
    *("[2002:7f00:0001::1]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[2a00:1450:4001::5efe:7f00:1]"),
    *("[2a00:1450:4001::200:5efe:127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[::ffff:169.254.169.254]", "[2002:a9fe:a9fe::]"),
]

# Not written plainly: refused whatever is allowed.
CROOKED = [
    *("127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0.0.1", "0X7F.0.0.1", "0x7f.0x0.0x0.0x1"),
    *("017700000001", "0177.0.0.1", "0177.1", "127.0.0.01", "00127.0.0.1", "127.000.000.001", "0", "00", "0x0", "0x"),
    *("127.0.0.1.", "localhost.", "a.localhost.", "127.0.0.1..", ".127.0.0.1", "127..1", "256.0.0.1", "127.0.0.256"),
    *("1.2.3.4.5", "example.1", "example.0x7f", "4294967297", "127.0.0.-1", "-127.0.0.1"),
    *("[fe80::1%25eth0]", "[fe80::1%eth0]", "[::1%25lo]", "[::1%lo]", "[::1%251]", "::1", "[::1", "::1]", "[[::1]]"),
    *("[127.0.0.1]", "[localhost]", "[::ffff:127.1]", "[::ffff:0x7f.0.0.1]", "[v1.::1]", "[]", ""),
    *("%31%32%37.0.0.1", "127%2e0%2e0%2e1", "127.0.0.1%00.example.com", "127.0.0.1%2f.example.com", "localhos%74"),
    *(
        _wide("127.0.0.1"),
        _wide("127") + ".0.0.1",
        _wide("localhost"),
        "127\u30020\u30020\u30021",
        "127\uff610\uff610\uff611",
    ),
    *("\u2460\u2461\u2466.\u24ea.\u24ea.\u2460", "\u0663.\u0663.\u0663.\u0663", "localhost\u3002", "loca\u017fhost"),
    *("127.0.0.1\u200b", "local\u00adhost", "\u202e1.0.0.721", "\u24db\u24de\u24d2\u24d0\u24db", "\ud800.example"),
    *("127.0.0.1\t", "127.0.0.1\n", "127.0.0.1 ", " 127.0.0.1", "127.0\t.0.1", "127.0.0.1\r\nX-A: b", "127.0.0.1\0"),
    *("a@127.0.0.1", "a:b@127.0.0.1", "@127.0.0.1", "example.com@127.0.0.1", "127.0.0.1\\", "127.0.0.1\\@example.com"),
    *("127.0.0.1,example.com", "127.0.0.1;example.com", "127.0.0.1&example.com", "{127.0.0.1}", "127.0.0.1^"),
    *("*.localhost", "-localhost", "localhost-", "local!host", "$localhost", "localhost$", "a" * 64 + ".com"),
]

CROOKED_URLS = [
    *("https://example.com@127.0.0.1:{port}/", "https://127.0.0.1:{port}@example.com/", "https://@127.0.0.1:{port}/"),
    *(
        "https://example.com\\@127.0.0.1:{port}/",
        "https://127.0.0.1:{port}\\@example.com/",
        "https:\\\\127.0.0.1:{port}/",
    ),
    *(
        "https://127.0.0.1:{port}#@example.com/",
        "https://example.com#@127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/#a",
    ),
    *("https:127.0.0.1:{port}/", "https:/127.0.0.1:{port}/", "https:///127.0.0.1:{port}/", "//127.0.0.1:{port}/"),
    *("127.0.0.1:{port}/", "https://", "", "https://:{port}/", "/hook", "https://127.0.0.1:{port}\\hook"),
    *(
        " https://127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/ ",
        "\nhttps://127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/\n",
    ),
    *(
        "ht\ntps://127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/a b",
        "https://127.0.0.1:{port}/\r\nHost: a",
        "https ://127.0.0.1",
    ),
    *("https://127.0.0.1:{port}/\u00e9", "https://127.0.0.1:{port}/\0", "https://127.0.0.1:{port}/" + "a" * 2048),
    *(
        "http\u017f://127.0.0.1:{port}/",
        _wide("https") + "://127.0.0.1:{port}/",
        "https" + _wide("://") + "127.0.0.1:{port}/",
    ),
    *(
        "gopher://127.0.0.1:{port}/",
        "ftp://127.0.0.1:{port}/",
        "file:///etc/hosts",
        "file://127.0.0.1:{port}/",
        "ws://127.0.0.1:{port}/",
    ),
    *(
        "unix:///run/a.sock",
        "http+unix://127.0.0.1:{port}/",
        "jar:https://127.0.0.1:{port}/",
        "data:,a",
        "javascript:a",
    ),
    *("https://127.0.0.1:0/", "https://127.0.0.1:65536/", "https://127.0.0.1:99999/", "https://127.0.0.1:+{port}/"),
    *("https://127.0.0.1:-1/", "https://127.0.0.1:{port}:443/", "https://127.0.0.1:/", "https://127.0.0.1:8_0/"),
    *(
        "https://127.0.0.1:{port}\u0663/",
        "https://127.0.0.1:\u0664\u0664\u0663/",
        "https://127.0.0.1: {port}/",
        "https://127.0.0.1 :{port}/",
    ),
    *("https://127.0.0.1:000000{port}/", "https://127.0.0.1:0x1bb/"),
]

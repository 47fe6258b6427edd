"""One way out of the house, and one way in for settings."""

from __future__ import annotations

import ast
import re

import pytest

from tests.rules.source import Module, dotted, imports, modules, snippet

OUTGOING = "koine/outgoing/"
STORAGE = "koine/storage/"
BUCKETS = re.compile(r"(obstore|object_store|boto3|botocore|aiobotocore|s3fs|fsspec|minio)(\.|$)")
CLIENTS = re.compile(
    r"(httpx|httpcore|h11|h2|aiohttp|requests|niquests|httplib2|urllib3|pycurl|treq|tornado|twisted|websockets?|wsproto"
    r"|socks|starlette\.testclient|urllib\.request|http\.client|xmlrpc\.client|smtplib|ftplib|imaplib|poplib)(\.|$)"
)
CONNECTIONS = re.compile(
    r"(^|\.)(create_connection|open_connection|create_datagram_endpoint|connect_tcp|sock_connect|connect_ex|connect)$"
)
TO_THE_DATABASE = {"asyncpg.connect", "sessions.connect"}

SETTINGS = "koine/settings.py"
ENVIRONMENT = re.compile(r"os\.(environb?|getenvb?|putenv|unsetenv)(\.|$)")


def ways_out(module: Module) -> list[str]:
    """Every use of something that connects to the outside, unless the module is part of the guarded client."""
    if module.path.startswith(OUTGOING):
        return []
    return [
        module.at(node, name)
        for node, name in _names(module)
        if CLIENTS.match(name) or (CONNECTIONS.search(name) and name not in TO_THE_DATABASE)
    ]


def ways_to_files(module: Module) -> list[str]:
    """Every use of something that reaches buckets, unless the module is part of the storage."""
    if module.path.startswith(STORAGE):
        return []
    return [module.at(node, name) for node, name in _names(module) if BUCKETS.match(name)]


def settings_read(module: Module) -> list[str]:
    """Every look at the environment, unless the module is the one that reads settings."""
    if module.path == SETTINGS:
        return []
    return [module.at(node, name) for node, name in _names(module) if ENVIRONMENT.match(name)]


def test_only_the_guarded_client_connects_to_the_outside():
    assert [complaint for module in modules() for complaint in ways_out(module)] == []


def test_only_the_storage_reaches_buckets():
    assert [complaint for module in modules() for complaint in ways_to_files(module)] == []


@pytest.mark.parametrize(
    "text",
    [
        "import obstore",
        "from obstore.store import S3Store",
        "def f():\n    import obstore.store as o",
        "import importlib\nimportlib.import_module('obstore')",
        "import boto3",
    ],
)
def test_another_way_to_buckets_is_found(text):
    assert len(ways_to_files(snippet(text))) == 1
    assert ways_to_files(snippet(text, f"{STORAGE}line.py")) == []


def test_only_settings_read_the_environment():
    assert [complaint for module in modules() for complaint in settings_read(module)] == []


@pytest.mark.parametrize(
    "text",
    [
        "import httpx",
        "def f():\n    import requests.adapters",
        "from aiohttp import ClientSession",
        "from urllib import request",
        "from urllib.request import urlopen",
        "import http.client as h",
        "import urllib3",
        "from socket import create_connection",
        "import socket\nsocket.create_connection(('example.org', 80))",
        "import asyncio\nasync def f():\n    await asyncio.open_connection('example.org', 80)",
        "from asyncio import get_running_loop\nasync def f():\n    await get_running_loop().create_connection(f, 'a')",
        "async def f(loop, sock):\n    await loop.sock_connect(sock, ('example.org', 80))",
        "import anyio\nasync def f():\n    await anyio.connect_tcp('example.org', 80)",
        "from httpcore import AsyncConnectionPool",
        "import h11",
        "import importlib\nimportlib.import_module('httpx')",
        "import urllib\nurllib.request.urlopen('http://example.org')",
        "import socket\nsock = socket.socket()\nsock.connect(('example.org', 80))",
        "import socket\nsocket.socket().connect_ex(('example.org', 80))",
        "from smtplib import SMTP",
        "from starlette.testclient import TestClient",
    ],
)
def test_another_way_out_is_found(text):
    assert len(ways_out(snippet(text))) == 1
    assert ways_out(snippet(text, f"{OUTGOING}line.py")) == []


def test_what_only_looks_like_a_client_is_left_alone():
    assert ways_out(snippet("from urllib.parse import quote\nfrom http import HTTPStatus\nimport koine.requests")) == []
    assert ways_out(snippet("import asyncpg\nasync def f(): await asyncpg.connect('postgresql://')")) == []


@pytest.mark.parametrize(
    "text",
    [
        "import os\nos.environ['HOME']",
        "import os\nos.environ.get('HOME')",
        "import os\nhome = os.getenv('HOME')",
        "from os import environ",
        "from os import getenv as read",
        "import os as system\nsystem.environ",
    ],
)
def test_another_reader_of_the_environment_is_found(text):
    assert len(settings_read(snippet(text))) == 1
    assert settings_read(snippet(text, SETTINGS)) == []


def _names(module: Module) -> list[tuple[ast.AST, str]]:
    """Dotted names as imported, as used, and as handed to `import_module`."""
    used: list[tuple[ast.AST, str]] = list(imports(module))
    called = {
        alias.asname: alias.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.asname
    }
    inner = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and id(node) not in inner:
            first, dot, rest = (dotted(node) or f"?.{node.attr}").partition(".")
            used.append((node, called.get(first, first) + dot + rest))
        elif isinstance(node, ast.Call) and dotted(node.func).endswith(("import_module", "__import__")) and node.args:
            used.append((node, str(getattr(node.args[0], "value", ""))))
    return used

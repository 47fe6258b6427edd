"""Nothing that is committed names the machine it was written on, or where its packages came from."""

from __future__ import annotations

import re

import pytest

from tests.rules.source import ROOT, tracked_files

# Written in pieces, so that this file does not find itself.
TRACES = re.compile(
    r"(?<![\w./}-])/(?:" + "|".join(["wo" + "rk/", "ro" + r"ot/[.\w]", "tm" + r"p/k/"]) + ")"
    r"|\b"
    + "py"
    + r"pi\.\w|\b"
    + "pythonhosted"
    + r"\.org|\b"
    + "regis"
    + r"try\.[\w-]+\.\w|--(?:extra-)?index-url[= ]\S"
)


def traces(text: str) -> list[str]:
    return [match[0] for match in TRACES.finditer(text)]


def test_no_file_names_the_machine():
    found = []
    for path in tracked_files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {trace}" for trace in traces(text)]
    assert found == []


def test_the_files_are_looked_at():
    assert {ROOT / "pyproject.toml", ROOT / "bin" / "koine"} <= set(tracked_files())


@pytest.mark.parametrize(
    "text",
    [
        "see " + "/wo" + "rk/main/src",
        'Path("' + "/ro" + 'ot/.cache")',
        "https://" + "py" + "pi.org/simple",
        "https://regis" + "try.example.com/",
        "--index" + "-url=http://x",
    ],
)
def test_a_trace_is_found(text):
    assert len(traces(text)) == 1


@pytest.mark.parametrize(
    "text", ["src/koine/wo" + "rk/relay.py", "../wo" + "rk/", "the registry. Then", "registry.add(x)"]
)
def test_what_only_looks_like_one_is_left_alone(text):
    assert traces(text) == []

"""What is installed is pinned by its hash, names no index, and is enough to run with."""

from __future__ import annotations

import re
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.rules.source import ROOT, Module, imports, modules, snippet

RUNTIME = ROOT / "requirements.lock"
DEVELOPMENT = ROOT / "requirements-dev.lock"


def pins(lock: str) -> dict[str, str]:
    """Name -> the whole requirement with its hashes."""
    requirements = lock.replace("\\\n", " ").splitlines()
    return {re.split(r"[=<>~! ;\[]", line)[0]: " ".join(line.split()) for line in requirements if line.strip()}


def badly_pinned(lock: str) -> list[str]:
    """Lines that set an option, name an address, or would let something else than what was meant be installed."""
    found = [line for line in lock.splitlines() if re.match(r"\s*-(?!-hash=sha256:)", line) or "://" in line]
    for requirement in pins(lock).values():
        if not re.match(r"[\w.-]+==[\w.+!]+( ; [^#]+?)?( --hash=sha256:[0-9a-f]{64})+$", requirement):
            found.append(requirement[:60])
    return found


def not_brought(module: Module, brought: set[str], distributions: dict[str, list[str]]) -> list[str]:
    """Imports of what is neither Python's own, nor ours, nor in the lock."""
    found = []
    for node, name in imports(module):
        package = name.split(".")[0]
        if package in sys.stdlib_module_names or package == "koine":
            continue
        if not brought & {_normal(distribution) for distribution in distributions.get(package, [])}:
            found.append(module.at(node, f"{package} is not in the lock"))
    return found


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT], ids=lambda path: path.name)
def test_everything_is_pinned_by_its_hash_and_names_no_index(lock):
    assert pins(lock.read_text())
    assert badly_pinned(lock.read_text()) == []


def test_the_development_lock_holds_the_runtime_lock():
    """bin/test installs the one lock for both."""
    runtime, development = pins(RUNTIME.read_text()), pins(DEVELOPMENT.read_text())
    assert [name for name, pin in runtime.items() if development.get(name) != pin] == []


def test_the_source_imports_only_what_its_users_install():
    """The tests run with more packages than that."""
    brought, distributions = set(pins(RUNTIME.read_text())), dict(packages_distributions())
    assert [complaint for module in modules() for complaint in not_brought(module, brought, distributions)] == []


@pytest.mark.parametrize(
    "lock",
    [
        "--index" + "-url https://example.org/simple\n",
        "--find-links wheels\n",
        "orjson==3.1.0\n",
        "orjson>=3.1.0 \\\n    --hash=sha256:" + "0" * 64,
        "orjson @ https://example.org/orjson.whl \\\n    --hash=sha256:" + "0" * 64,
        "orjson==3.1.0 \\\n    --hash=md5:" + "0" * 32,
        "-e .\n",
    ],
)
def test_a_bad_pin_is_found(lock):
    assert badly_pinned(lock) != []


def test_a_good_pin_is_left_alone():
    lock = "a.b==1.0 ; sys_platform == 'linux' \\\n    --hash=sha256:" + "0" * 64 + " \\\n    --hash=sha256:" + "1" * 64
    assert badly_pinned(lock) == []
    assert list(pins(lock)) == ["a.b"]


def test_an_import_that_is_only_there_for_development_is_found():
    distributions = {"nh3": ["nh3"], "argon2": ["argon2-cffi"], "pytest": ["pytest"]}
    module = snippet("import pytest\nfrom argon2 import low_level\nimport nh3, json\nfrom koine.core import page")
    assert len(not_brought(module, {"nh3", "argon2-cffi"}, distributions)) == 1


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()

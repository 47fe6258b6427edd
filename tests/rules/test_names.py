"""No name without an edge: what has no better name than `utils` has not been understood yet."""

from __future__ import annotations

import ast
import re

import pytest

from tests.rules.source import ROOT, Module, modules, snippet

EDGELESS = {"util", "helper", "common", "misc", "base", "manager", "service"}
CLASS_ENDINGS = re.compile(r"(Manager|Service|Helper|Util)s?$")


def edgeless(module: Module) -> list[str]:
    found = []
    for part in module.name.split("."):
        if part.split("_")[-1].removesuffix("s") in EDGELESS:
            found.append(f"{module.path}: a module named {part}")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef) and CLASS_ENDINGS.search(node.name):
            found.append(module.at(node, f"a class named {node.name}"))
    return found


@pytest.mark.parametrize("tree", ["src", "tests"])
def test_every_name_has_an_edge(tree):
    assert [complaint for module in modules(ROOT / tree) for complaint in edgeless(module)] == []


@pytest.mark.parametrize(
    "path",
    ["koine/utils.py", "koine/core/helpers/mail.py", "koine/core/string_utils.py", "koine/service/__init__.py"],
)
def test_a_module_without_an_edge_is_found(path):
    assert len(edgeless(snippet("", path))) == 1


@pytest.mark.parametrize("name", ["ConversationManager", "MailService", "DateUtils", "Helper"])
def test_a_class_without_an_edge_is_found(name):
    assert len(edgeless(snippet(f"class {name}:\n    pass"))) == 1


def test_a_good_name_that_only_contains_such_a_word_is_left_alone():
    assert edgeless(snippet("class ServiceLevel:\n    pass", "koine/core/base62.py")) == []

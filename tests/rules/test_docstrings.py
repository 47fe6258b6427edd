"""Every module says in one sentence what it is."""

from __future__ import annotations

import ast

import pytest

from tests.rules.source import SRC, Module, modules, snippet


def unsaid(module: Module) -> list[str]:
    said = ast.get_docstring(module.tree)
    if module.is_package and (said or not module.text.strip()):
        return []
    first = (said or "").split("\n\n")[0].strip()
    if not first:
        return [f"{module.path}: does not say what it is"]
    if not first.endswith((".", "?", "!")) or first[0].islower():
        return [f"{module.path}: does not begin with a sentence"]
    return []


def test_every_module_begins_with_a_sentence():
    assert [complaint for module in modules() for complaint in unsaid(module)] == []


def test_every_folder_with_modules_is_a_package():
    """The import rules pass over modules of a folder that is none."""
    folders = {path.parent for path in (SRC / "koine").rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


@pytest.mark.parametrize("text", ["", "x = 1", '"""helpers for mail"""', '"""Mail"""', '"""mail goes out."""'])
def test_a_module_that_does_not_say_what_it_is_is_found(text):
    assert len(unsaid(snippet(text))) == 1


@pytest.mark.parametrize("text", ['"""Mail goes out."""', '"""Who may see what:\nnobody.\n\nand more"""'])
def test_a_sentence_is_enough(text):
    assert unsaid(snippet(text)) == []


def test_a_package_may_say_it_shorter():
    assert unsaid(snippet('"""mail"""', "koine/mail/__init__.py")) == []
    assert len(unsaid(snippet("x = 1", "koine/mail/__init__.py"))) == 1

"""Modules and functions stay small: split by meaning, never by kind."""

from __future__ import annotations

import ast

from tests.rules.source import Module, docstring, functions, modules, snippet

MODULE_LINES = 300
FUNCTION_LINES = 60
EXPLAINED_FROM = 40


def oversized(module: Module) -> list[str]:
    """Complaints about a module; a function's docstring does not count against it."""
    found = []
    lines = len(module.text.splitlines())
    if lines > MODULE_LINES:
        found.append(f"{module.path}: {lines} lines, of {MODULE_LINES} at most")
    for function in functions(module):
        lines = _lines(function)
        if lines > FUNCTION_LINES:
            found.append(module.at(function, f"{function.name} has {lines} lines, of {FUNCTION_LINES} at most"))
        elif lines > EXPLAINED_FROM and docstring(function) is None:
            found.append(module.at(function, f"{function.name} has {lines} lines and does not explain itself"))
    return found


def test_modules_and_functions_stay_small():
    assert [complaint for module in modules() for complaint in oversized(module)] == []


def test_a_module_of_301_lines_is_too_long_and_one_of_300_is_not():
    assert len(oversized(snippet("x = 1\n" * 301))) == 1
    assert oversized(snippet("x = 1\n" * 300)) == []


def test_a_function_of_61_lines_is_too_long_even_when_it_explains_itself():
    assert len(oversized(_function(61, explained=True))) == 1
    assert oversized(_function(60, explained=True)) == []


def test_a_function_of_41_lines_has_to_explain_itself():
    assert len(oversized(_function(41, explained=False))) == 1
    assert oversized(_function(41, explained=True)) == []
    assert oversized(_function(40, explained=False)) == []


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    said = docstring(function)
    return _height(function) - (_height(said) if said else 0)


def _height(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _function(lines: int, *, explained: bool) -> Module:
    said = '    """Why it is long.\n\n    In several lines.\n    """\n' if explained else ""
    return snippet("async def f():\n" + said + "    x = 1\n" * (lines - 1))

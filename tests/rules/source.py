"""The source tree as the rules read it."""

from __future__ import annotations

import ast
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Module:
    """One Python file: its path below its tree, such as `koine/core/page.py`, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def name(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def is_package(self) -> bool:
        return self.path.endswith("__init__.py")

    def at(self, node: ast.AST, complaint: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {complaint}"


def modules(tree: Path = SRC) -> list[Module]:
    """All modules below a folder; never none, so that no rule passes because it looked in the wrong place."""
    found = [Module(path.relative_to(tree).as_posix(), path.read_text()) for path in sorted(tree.rglob("*.py"))]
    assert found, f"there is no Python below {tree}"
    return found


def snippet(text: str, path: str = "koine/core/things/store.py") -> Module:
    """An offender to try a rule on."""
    return Module(path, dedent(text))


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def texts(module: Module) -> Iterator[tuple[ast.expr, str]]:
    """Every string that is written in the module, docstrings left out; `{}` stands for what is not known here."""
    yield from _texts(module.tree)


def docstring(node: ast.Module | Definition) -> ast.Expr | None:
    first = node.body[0] if node.body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return first
    return None


def dotted(node: ast.AST) -> str:
    """`a.b.c` for an attribute of an attribute of a name, and "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def imports(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    """What is imported, with its full name: `from urllib import request` gives `urllib.request`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def tracked_files() -> list[Path]:
    """What is in the repository or would be added to it: all that is not ignored. Skips the test outside of one."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no repository, or git is not there to ask")
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def _texts(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
        said = _said(node)
        if said is not None:
            yield node, said
            return
    skipped = docstring(node) if isinstance(node, ast.Module | Definition) else None
    for child in ast.iter_child_nodes(node):
        if child is not skipped:
            yield from _texts(child)


def _said(node: ast.expr) -> str | None:
    """The text of a string expression, None for one of another kind."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_said(part) or "{}" for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            before, after = _said(left), _said(right)
            return None if before is None and after is None else (before or "{}") + (after or "{}")
        case ast.BinOp(left=left, op=ast.Mod()):
            return _said(left)
    return None

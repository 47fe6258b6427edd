"""The names of a module and of each function in it, and what each name may stand for."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.rules.source import Module

Function = ast.FunctionDef | ast.AsyncFunctionDef

# What gives names a value: where the name stands, and where the value does, if that can be told.
GIVES: dict[type[ast.AST], tuple[str, str | None]] = {
    ast.AnnAssign: ("target", "value"),
    ast.AugAssign: ("target", "value"),
    ast.NamedExpr: ("target", "value"),
    ast.For: ("target", "iter"),
    ast.AsyncFor: ("target", "iter"),
    ast.comprehension: ("target", "iter"),
    ast.withitem: ("optional_vars", None),
}

# What gives names a value that cannot be told.
NAMES: dict[type[ast.AST], str] = {
    ast.ExceptHandler: "name",
    ast.MatchAs: "name",
    ast.MatchStar: "name",
    ast.MatchMapping: "rest",
    ast.Global: "names",
    ast.Nonlocal: "names",
}

# Methods that put what they are given into what they are called on.
FILLING = {"append", "extend", "insert", "add", "update", "setdefault"}


@dataclass
class Scope:
    """The names of one module or one function.

    `bound` has what a name may stand for, `held` what was put into it since; None where that is not known.
    """

    module: Module
    function: Function | None = None
    outer: Scope | None = None
    bound: dict[str, list[ast.expr | None]] = field(default_factory=lambda: defaultdict(list))
    functions: dict[str, list[Scope]] = field(default_factory=lambda: defaultdict(list))
    imported: dict[str, str] = field(default_factory=dict)
    nodes: list[ast.AST] = field(default_factory=list)
    filled: list[tuple[str, ast.expr]] = field(default_factory=list)
    held: dict[str, list[ast.expr | None]] = field(default_factory=lambda: defaultdict(list))
    in_class: bool = False

    @property
    def top(self) -> Scope:
        return self.outer.top if self.outer else self

    @property
    def parameters(self) -> list[ast.arg]:
        if self.function is None:
            return []
        arguments = self.function.args
        return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def read(module: Module) -> Scope:
    top = Scope(module)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            top.imported |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            top.imported |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    for statement in module.tree.body:
        _collect(statement, top, in_class=False)
    _pour(top)
    return top


def home(name: str, scope: Scope) -> Scope | None:
    """The scope that a name is bound in, seen from another; None where it is imported, built in, or unknown."""
    at: Scope | None = scope
    while at is not None:
        arguments = at.function.args if at.function else None
        rest = [a.arg for a in (arguments.vararg, arguments.kwarg) if a] if arguments else []
        if name in rest:
            at.bound[name].append(None)
        if name in at.bound or any(parameter.arg == name for parameter in at.parameters):
            return at
        at = at.outer
    return None


def several(value: Any) -> list[Any]:
    """What a field of a node holds: many, one or none."""
    return [each for each in (value if isinstance(value, list) else [value]) if each is not None]


def _collect(node: ast.AST, scope: Scope, *, in_class: bool) -> None:
    if isinstance(node, Function):
        inner = Scope(scope.module, node, scope, in_class=in_class)
        named = scope.top.functions[f".{node.name}"] if in_class else scope.functions[node.name]
        named.append(inner)
        for statement in node.body:
            _collect(statement, inner, in_class=False)
        for outside in (*node.decorator_list, *node.args.defaults, *several(node.args.kw_defaults)):
            _collect(outside, scope, in_class=False)
        return
    scope.nodes.append(node)
    _bind(node, scope)
    for child in ast.iter_child_nodes(node):
        _collect(child, scope, in_class=isinstance(node, ast.ClassDef))


def _bind(node: ast.AST, scope: Scope) -> None:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            _bind_target(target, node.value, scope)
    elif type(node) in GIVES:
        target_name, value_name = GIVES[type(node)]
        target = getattr(node, target_name)
        if target is not None:
            _bind_target(target, getattr(node, value_name) if value_name else None, scope)
    elif type(node) in NAMES:
        for name in several(getattr(node, NAMES[type(node)])):
            scope.bound[name].append(None)
    elif isinstance(node, ast.Call):
        _fill(node, scope)


def _fill(call: ast.Call, scope: Scope) -> None:
    match call.func:
        case ast.Attribute(value=ast.Name(id=name), attr=method) if method in FILLING:
            scope.filled += [(name, value) for value in (*call.args, *(keyword.value for keyword in call.keywords))]


def _bind_target(target: ast.expr, value: ast.expr | None, scope: Scope) -> None:
    match target, value:
        case ast.Name(id=name), _:
            scope.bound[name].append(value)
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            for inner, part in zip(targets, values, strict=True):
                _bind_target(inner, part, scope)
        case ast.Tuple(elts=targets) | ast.List(elts=targets), _:
            for inner in targets:
                _bind_target(inner, value, scope)
        case ast.Starred(value=inner), _:
            _bind_target(inner, value, scope)
        case ast.Subscript(value=ast.Name(id=name), slice=key), _:
            scope.filled += [(name, key), (name, value or target)]


def _pour(scope: Scope) -> None:
    """What was put into a table is in it; from another function, nobody knows when."""
    for name, value in scope.filled:
        at = home(name, scope)
        if at is not None:
            at.held[name].append(value if at is scope else None)
    for inner in (inner for named in scope.functions.values() for inner in named):
        _pour(inner)

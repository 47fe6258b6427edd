"""Where a text comes from: whether it can only be what the code itself says, whatever anybody sends."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator

from tests.rules import scopes
from tests.rules.scopes import Scope, several
from tests.rules.source import Module, dotted

# Calls that only rearrange what they are given, or that can give nothing but a number.
REARRANGING = {"zip", "sorted", "reversed", "tuple", "list", "set", "frozenset", "dict", "enumerate", "get_args"}
NUMBERS = {"len", "int", "range"}
TEXT_METHODS = {"join", "format", "strip", "lower", "removeprefix", "removesuffix", "items", "keys", "values", "get"}
CLAUSES = "Clauses"  # koine.core.filters: its fragments are looked at where they are added

# Expressions that are ours when these parts of them are. A table finds only what it holds, whatever it is asked for.
PARTS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Constant: (),
    ast.JoinedStr: ("values",),
    ast.FormattedValue: ("value", "format_spec"),
    ast.Starred: ("value",),
    ast.NamedExpr: ("value",),
    ast.BinOp: ("left", "right"),
    ast.BoolOp: ("values",),
    ast.IfExp: ("body", "orelse"),
    ast.Subscript: ("value",),
    ast.Tuple: ("elts",),
    ast.List: ("elts",),
    ast.Set: ("elts",),
    ast.Dict: ("keys", "values"),
    ast.GeneratorExp: ("elt",),
    ast.ListComp: ("elt",),
    ast.SetComp: ("elt",),
    ast.DictComp: ("key", "value"),
}


class Provenance:
    """A whole program, in which every function's callers can be asked what they hand over."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self._tops = {module.name: scopes.read(module) for module in modules}
        self._asking: set[int] = set()
        self._calls: dict[int, list[tuple[ast.Call, Scope]]] = defaultdict(list)
        self._mentions: dict[int, int] = defaultdict(int)
        for scope in self.scopes():
            self._note_calls(scope)

    def scopes(self) -> Iterator[Scope]:
        waiting = list(self._tops.values())
        while waiting:
            scope = waiting.pop()
            waiting += [inner for named in scope.functions.values() for inner in named]
            yield scope

    def is_ours(self, node: ast.expr, scope: Scope) -> bool:
        """Whether the value, and all that is in it, is written in the code. A circle of names decides nothing."""
        if id(node) in self._asking:
            return True
        self._asking.add(id(node))
        try:
            return self._judge(node, scope)
        finally:
            self._asking.discard(id(node))

    def is_a(self, node: ast.expr, scope: Scope, kind: str) -> bool:
        """Whether a name stands for an object of a class, as far as annotations and constructors tell."""
        if isinstance(node, ast.Call):
            made_by = self._function(node.func, scope)
            returns = made_by[0].function.returns if len(made_by) == 1 and made_by[0].function else None
            return _ends(node.func, kind) or _ends(returns, kind)
        if not isinstance(node, ast.Name):
            return False
        home = scopes.home(node.id, scope)
        if home is None:
            return False
        annotated = [parameter for parameter in home.parameters if parameter.arg == node.id]
        return all(_ends(parameter.annotation, kind) for parameter in annotated) and all(
            value is not None and self.is_a(value, home, kind) for value in home.bound[node.id]
        )

    def _judge(self, node: ast.expr, scope: Scope) -> bool:
        match node:
            case ast.Name(id=name):
                return self._name_is_ours(name, scope)
            case ast.Attribute(value=value, attr=name):
                return self._attribute_is_ours(value, name, scope)
            case ast.Call():
                return self._call_is_ours(node, scope)
            case ast.FormattedValue(format_spec=ast.JoinedStr(values=[ast.Constant(value="d")])):
                return True  # nothing but a number can be written so
        return type(node) in PARTS and all(
            self.is_ours(part, scope) for name in PARTS[type(node)] for part in several(getattr(node, name))
        )

    def _name_is_ours(self, name: str, scope: Scope) -> bool:
        home = scopes.home(name, scope)
        if home is None:
            return self._imported_is_ours(scope.top.imported.get(name, ""))
        if any(parameter.arg == name for parameter in home.parameters) and not self._parameter_is_ours(name, home):
            return False
        values = [*home.bound[name], *home.held[name]]
        return all(value is not None and self.is_ours(value, home) for value in values)

    def _imported_is_ours(self, full: str) -> bool:
        module, _, name = full.rpartition(".")
        top = self._tops.get(module)
        return top is not None and name in top.bound and self._name_is_ours(name, top)

    def _attribute_is_ours(self, value: ast.expr, name: str, scope: Scope) -> bool:
        if name == "sql" and self.is_a(value, scope, CLAUSES):
            return True
        imported = scope.top.imported.get(dotted(value))
        if imported in self._tops:
            return self._imported_is_ours(f"{imported}.{name}")
        return self.is_ours(value, scope)

    def _call_is_ours(self, call: ast.Call, scope: Scope) -> bool:
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        name = dotted(call.func)
        if name in NUMBERS:
            return True
        made_by = self._function(call.func, scope)
        if made_by:
            return all(self._returns_ours(function) for function in made_by)
        if isinstance(call.func, ast.Attribute):
            if call.func.attr == "value" and self.is_a(call.func.value, scope, CLAUSES):
                return True
            if call.func.attr not in TEXT_METHODS or not self.is_ours(call.func.value, scope):
                return False
        elif name not in REARRANGING and not (scope.function is None and name[:1].isupper()):
            return False
        return all(self.is_ours(argument, scope) for argument in given)

    def _returns_ours(self, scope: Scope) -> bool:
        returned = [node.value for node in scope.nodes if isinstance(node, ast.Return)]
        generates = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in scope.nodes)
        return not generates and all(value is None or self.is_ours(value, scope) for value in returned)

    def _parameter_is_ours(self, name: str, scope: Scope) -> bool:
        """Whether every caller hands over what is ours; not so for a function that is also passed around.

        Nor for a method that others may call: through an object, its callers are not seen.
        """
        calls = self._calls[id(scope)]
        assert scope.function is not None
        seen = not scope.in_class or scope.function.name.startswith("_")
        if not seen or not calls or self._mentions[id(scope)] != len(calls):
            return False
        for call, where in calls:
            given = _argument(call, name, scope)
            if given is None or not self.is_ours(given, where):
                return False
        return True

    def _note_calls(self, scope: Scope) -> None:
        called = {id(node.func): node for node in scope.nodes if isinstance(node, ast.Call)}
        for node in scope.nodes:
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                for function in self._function(node, scope):
                    self._mentions[id(function)] += 1
                    if id(node) in called:
                        self._calls[id(function)].append((called[id(node)], scope))

    def _function(self, node: ast.expr, scope: Scope) -> list[Scope]:
        """The functions of the program that a name may mean; a method is known by its name within its module."""
        match node:
            case ast.Name(id=name):
                at: Scope | None = scope
                while at is not None:
                    if name in at.functions:
                        return at.functions[name]
                    at = at.outer
                return self._exported(scope.top.imported.get(name, ""))
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                return scope.top.functions.get(f".{name}", [])
            case ast.Attribute(value=value, attr=name):
                return self._exported(f"{scope.top.imported.get(dotted(value), '')}.{name}")
        return []

    def _exported(self, full: str) -> list[Scope]:
        module, _, name = full.rpartition(".")
        top = self._tops.get(module)
        if top is None:
            return []
        return top.functions.get(name) or self._exported(top.imported.get(name, ""))


def _argument(call: ast.Call, name: str, scope: Scope) -> ast.expr | None:
    """What a call hands over for a parameter; None where that cannot be told."""
    assert scope.function is not None
    for keyword in call.keywords:
        if keyword.arg in (name, None):
            return keyword.value if keyword.arg else None
    arguments = scope.function.args
    positional = [parameter.arg for parameter in (*arguments.posonlyargs, *arguments.args)]
    if positional[:1] in (["self"], ["cls"]):
        positional = positional[1:]
    plain = [isinstance(argument, ast.Starred) for argument in (*call.args, ast.Starred(call))].index(True)
    if name in positional[:plain]:
        at = positional.index(name)
        return call.args[at] if at < len(call.args) else None
    return None if plain < len(call.args) else _default(name, arguments)


def _default(name: str, arguments: ast.arguments) -> ast.expr | None:
    positional = [parameter.arg for parameter in (*arguments.posonlyargs, *arguments.args)]
    usual = dict(zip(reversed(positional), reversed(arguments.defaults), strict=False))
    usual |= {p.arg: d for p, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None}
    return usual.get(name)


def _ends(node: ast.AST | None, name: str) -> bool:
    """Whether an annotation or a callee is this class, however it was imported."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.rpartition(".")[2] == name
    return node is not None and dotted(node).rpartition(".")[2] == name

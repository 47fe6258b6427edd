"""Every dialect words every refusal, and says in its README what it serves."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterable

import pytest

from tests.rules.source import SRC, Module, dotted, modules, snippet

FOLDER = SRC / "koine" / "dialects"
DIALECTS = sorted(path.parent.name for path in FOLDER.glob("*/__init__.py"))


def kinds(errors: Module) -> set[str]:
    """The kinds of refusal: what stands directly under Refused."""
    classes = [node for node in ast.walk(errors.tree) if isinstance(node, ast.ClassDef)]
    return {node.name for node in classes if "Refused" in [dotted(base) for base in node.bases]}


def mapped(errors: Module) -> set[str]:
    """The kinds in a dialect's `STATUS: dict[type[Refused], int]`."""
    for node in errors.tree.body:
        target = (
            node.target
            if isinstance(node, ast.AnnAssign)
            else node.targets[0]
            if isinstance(node, ast.Assign)
            else None
        )
        if isinstance(target, ast.Name) and target.id == "STATUS" and isinstance(node.value, ast.Dict):
            return {dotted(key).rpartition(".")[2] for key in node.value.keys if key is not None}
    return set()


def undocumented(routes: Iterable[tuple[str, str, object]], readme: str) -> list[str]:
    """Endpoints (method, path, handler) that the README does not name, or whose handler does not say what it does."""
    found = []
    for method, path, handler in routes:
        if f"`{method} {path}`" not in readme:
            found.append(f"`{method} {path}` is not in the README")
        if not inspect.getdoc(handler):
            found.append(f"`{method} {path}`: its handler has no docstring")
    return found


def test_there_are_dialects_to_look_at():
    if not (SRC / "koine" / "app.py").is_file():
        pytest.skip("nothing is served yet")
    assert DIALECTS


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_kind_of_refusal_has_a_status_in_every_dialect(dialect):
    files = {module.path: module for module in modules()}
    refusals = kinds(files["koine/core/errors.py"])
    assert {"Unauthenticated", "Forbidden", "NotFound", "Invalid", "Conflict", "TooMany"} <= refusals
    assert refusals - mapped(files[f"koine/dialects/{dialect}/errors.py"]) == set()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_route_is_documented(dialect):
    routes = importlib.import_module(f"koine.dialects.{dialect}.routes").ROUTES
    assert routes
    readme = (FOLDER / dialect / "README.md").read_text()
    assert undocumented([(route.method, route.path, route.handler) for route in routes], readme) == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_readme_says_how_a_write_may_be_sent_again(dialect):
    routes = importlib.import_module(f"koine.dialects.{dialect}.routes").ROUTES
    assert any(route.repeatable for route in routes)
    parts = (FOLDER / dialect / "README.md").read_text().split("\n\n")
    assert any("`Idempotency-Key`" in part and "`Idempotency-Replayed: true`" in part for part in parts)


def test_a_kind_without_a_status_is_found():
    core = snippet(
        "class Refused(Exception): ...\nclass Gone(Refused): ...\nclass Lost(Refused): ...\nclass Hid(Lost): ..."
    )
    dialect = snippet("STATUS: dict[type[errors.Refused], int] = {errors.Gone: 410}")
    assert kinds(core) == {"Gone", "Lost"}
    assert kinds(core) - mapped(dialect) == {"Lost"}
    assert mapped(snippet("STATUS = {Gone: 410, Lost: 404}")) == {"Gone", "Lost"}
    assert mapped(snippet("OTHER = {Gone: 410}")) == set()


def test_a_route_that_nobody_wrote_about_is_found():
    def said():
        """Says something."""

    def unsaid():
        pass

    readme = "| `POST /v6/messages` | say something |\n| `GET /v6/messages` | read |"
    assert undocumented([("POST", "/v6/messages", said)], readme) == []
    assert len(undocumented([("POST", "/v6/messages/{id}", said)], readme)) == 1
    assert len(undocumented([("DELETE", "/v6/messages", said)], readme)) == 1
    assert len(undocumented([("GET", "/v6/messages", unsaid)], readme)) == 1

"""Inside the registry, imports run one way, and a package is entered through its face."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import registry_gitops.registry

ROOT = Path(registry_gitops.registry.__file__).parent

# Package -> packages of the registry that it may import, besides the modules next to them.
MAY_IMPORT = {"api": {"contents", "storage"}, "contents": {"storage"}, "http": set[str](), "storage": set[str]()}
BELOW_ALL = {"access_log", "error_responses", "messages", "startup"}
"""Modules next to the packages, except for the one that puts a registry together."""


def imported(path: Path) -> set[str]:
    """The modules of the registry that a file imports, without the name of the registry itself."""
    prefix = "registry_gitops.registry."
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    modules = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {module.removeprefix(prefix) for module in modules if module.startswith(prefix)}


def test_every_package_is_in_the_table() -> None:
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} == set(MAY_IMPORT)


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_the_faces_of_those_below_it(package: str) -> None:
    allowed = MAY_IMPORT[package] | BELOW_ALL
    for path in (ROOT / package).rglob("*.py"):
        others = {module for module in imported(path) if module.split(".")[0] != package}
        assert others <= allowed, path


def test_the_modules_below_all_import_no_package() -> None:
    for name in BELOW_ALL:
        assert imported(ROOT / f"{name}.py") <= BELOW_ALL

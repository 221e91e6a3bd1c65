"""Imports run one way through the rooms, and a room that must stay light stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "registry_gitops"

# Room -> rooms that it may import, beside the modules at the top (errors, version).
MAY_IMPORT = {
    "model": set(),
    "codec": set(),
    "values": {"model"},
    "manifests": {"model"},
    "deployment": {"codec", "manifests", "model", "values"},
    "rules": {"deployment", "values"},
    "render": {"codec", "deployment", "manifests", "rules", "values"},
    "schema": {"codec", "deployment", "model", "values"},
    "cli": {"codec", "deployment", "render", "rules", "schema", "manifests"},
}


def imports(path: Path) -> set[str]:
    """Dotted names of our own modules that a file imports, wherever in the file it does."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] == "registry_gitops"}


def rooms_of(names: set[str]) -> set[str]:
    return {name.split(".")[1] for name in names if name.count(".")}


def test_every_room_is_in_the_table() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")} - {"_templates"}
    assert rooms == set(MAY_IMPORT)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    allowed = MAY_IMPORT[room] | {room, "errors", "version"} | ({"htpasswd"} if room == "cli" else set())
    wrong = {
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in (PACKAGE / room).rglob("*.py")
        for name in imports(path)
        if not rooms_of({name}) <= allowed
    }
    assert wrong == set()


@pytest.mark.parametrize(
    ("library", "room"), [("yaml", "codec"), ("typer", "cli"), ("subprocess", None), ("requests", None)]
)
def test_a_library_is_used_in_one_room_only(library: str, room: str | None) -> None:
    users = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == library for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == library)
    }
    assert users <= {room}


def test_importing_the_package_or_its_command_line_loads_no_models() -> None:
    heavy = {"pydantic", "yaml", "rich"}
    code = f"import sys, registry_gitops, registry_gitops.cli; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"

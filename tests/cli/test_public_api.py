"""The names that `import registry_gitops` gives, for programs and for type checkers."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import registry_gitops


def typed() -> dict[str, str]:
    """Public name -> module, as type checkers read it."""
    tree = ast.parse(Path(registry_gitops.__file__).read_text("utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    assert all(alias.asname == alias.name for node in imports for alias in node.names)
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def in_a_process_of_its_own(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("name", registry_gitops.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(registry_gitops, name) is not None


def test_type_checkers_see_the_names_that_programs_get() -> None:
    assert {*typed(), "__version__"} == set(registry_gitops.__all__)
    for name, module in typed().items():
        assert getattr(registry_gitops, name) is getattr(import_module(module), name), name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'registry_gitops' has no attribute 'Registry'"):
        _ = registry_gitops.Registry  # type: ignore[attr-defined]


def test_the_names_are_offered_for_completion() -> None:
    assert dir(registry_gitops) == sorted(registry_gitops.__all__)


def test_importing_the_package_loads_none_of_its_dependencies() -> None:
    code = "import sys, registry_gitops; print({'pydantic', 'yaml', 'typer'} & set(sys.modules))"
    assert in_a_process_of_its_own(code) == "set()"

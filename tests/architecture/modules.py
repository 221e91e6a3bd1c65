"""The modules of the package, and who imports whom: wherever in a file, and for type checkers only, too."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "registry_gitops"


def name_of(path: Path) -> str:
    """The dotted name of a module, which for a package is that of its directory."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES: Final = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
PACKAGES: Final = {name for name, path in MODULES.items() if path.name == "__init__.py"}


def all_imports(path: Path) -> set[str]:
    """The dotted names of all modules that a file imports: of `from package import name` the module, if it is one."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.module, f"{path}: a relative import"
            found |= {_imported(node.module, alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def _imported(package: str, name: str) -> str:
    module = f"{package}.{name}"
    return module if module in MODULES and name not in _exports(package) else package


@functools.cache
def _exports(package: str) -> set[str]:
    """The names that a package has from its modules; one can have the name of its module."""
    nodes = ast.walk(ast.parse(MODULES[package].read_text("utf-8")))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module != package]
    return {alias.asname or alias.name for node in imports for alias in node.names}


@functools.cache
def our_imports() -> dict[str, set[str]]:
    """Each of our modules -> those of our modules that it imports."""
    return {module: all_imports(path) & MODULES.keys() for module, path in MODULES.items()}


def package_of(module: str) -> str:
    """The package that a module is in; a package is in itself."""
    return module if module in PACKAGES else module.rpartition(".")[0]


def part_of(module: str) -> str:
    """The package, or the module next to the packages, that a module belongs to; `__init__` is the package itself."""
    return module.split(".")[1] if "." in module else "__init__"

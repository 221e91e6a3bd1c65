"""No module imports itself by way of others, late imports and imports for type checkers included."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from tests.architecture.modules import our_imports

ALLOWED = {
    (
        "registry_gitops.values.registry_values",
        "registry_gitops.values.combinations",
    ): "the values call them with themselves; they need the type only",
    (
        "registry_gitops.values.registry_values",
        "registry_gitops.values.environment",
    ): "the values call it with themselves; it needs the type only",
    (
        "registry_gitops.values.registry_values",
        "registry_gitops.values.registry_config",
    ): "the values call it with themselves; it needs the type only",
}
"""Module and import that make a circle, each with the reason."""


def find_circle(allowed: set[tuple[str, str]]) -> str:
    """The first circle of imports, without those that are allowed; empty if there is none."""
    imports = {
        module: {target for target in targets if (module, target) not in allowed}
        for module, targets in our_imports().items()
    }
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return " -> ".join(reversed(error.args[1]))
    return ""


def test_imports_have_no_circle() -> None:
    assert find_circle(set(ALLOWED)) == ""


def test_import_that_is_allowed_makes_a_circle() -> None:
    assert [edge for edge in ALLOWED if not find_circle(ALLOWED.keys() - {edge})] == []

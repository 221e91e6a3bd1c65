"""A package is entered by its face: code outside of it imports the package, and none of its modules."""

from __future__ import annotations

import pytest

from tests.architecture.modules import PACKAGES, our_imports, package_of

OTHER_FACES = {
    "registry_gitops.cluster.status": "a face of its own: it needs pydantic, which a port-forward does not",
}
"""Modules that may be imported though they are deeper, each with the reason."""


def enters_by_the_face(module: str, target: str) -> bool:
    """Whether `target` is one step from a package that `module` is in."""
    above = target.rpartition(".")[0]
    return target in OTHER_FACES or f"{package_of(module)}.".startswith(f"{above}.")


def test_modules_enter_other_packages_by_their_faces() -> None:
    imports = [(module, target) for module, targets in our_imports().items() for target in sorted(targets)]
    assert [f"{module} imports {target}" for module, target in imports if not enters_by_the_face(module, target)] == []


@pytest.mark.parametrize(
    ("module", "target", "expected"),
    [
        ("registry_gitops.cli.smoke_checks", "registry_gitops.smoke", True),
        ("registry_gitops.cli.smoke_checks", "registry_gitops.smoke.runner", False),
        ("registry_gitops.cli", "registry_gitops.cli.app", True),
        ("registry_gitops.cli", "registry_gitops.smoke", True),
        ("registry_gitops", "registry_gitops.render.tree", False),
        ("registry_gitops.registry.http.server", "registry_gitops.registry.storage", True),
        ("registry_gitops.registry.http.server", "registry_gitops.registry.storage.memory", False),
        ("registry_gitops.registry.http.server", "registry_gitops.errors", True),
    ],
)
def test_face_is_one_step_from_a_package_that_the_module_is_in(module: str, target: str, expected: bool) -> None:
    assert enters_by_the_face(module, target) is expected


def test_other_faces_are_packages_that_somebody_enters() -> None:
    imported = {
        target for module, targets in our_imports().items() for target in targets if package_of(module) != target
    }
    assert OTHER_FACES.keys() <= imported & PACKAGES

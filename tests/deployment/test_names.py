"""Names follow helm-controller and the chart."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.manifests import HelmReleaseOptions
from registry_gitops.values import RegistryValues


def deployment(
    name: str = "docker-registry", release: HelmReleaseOptions | None = None, **values: Any
) -> RegistryDeployment:
    return RegistryDeployment(name=name, release=release or HelmReleaseOptions(), values=RegistryValues(**values))


def test_the_documented_names_hold_by_default() -> None:
    found = RegistryDeployment()
    assert (found.release_name, found.full_name, found.target_namespace) == ("docker-registry",) * 3


@pytest.mark.parametrize(
    ("found", "full_name"),
    [
        (deployment("images"), "images-docker-registry"),
        (deployment("my-docker-registry-1"), "my-docker-registry-1"),
        (deployment(fullname_override="hub"), "hub"),
        (deployment("images", name_override="hub"), "images-hub"),
        (deployment("a" * 53), "a" * 53 + "-docker-re"),
        (deployment("x", HelmReleaseOptions(release_name="docker-registry")), "docker-registry"),
        (deployment("x", HelmReleaseOptions(target_namespace="shared")), "shared-x-docker-registry"),
    ],
)
def test_the_objects_are_named_as_the_chart_names_them(found: RegistryDeployment, full_name: str) -> None:
    assert found.full_name == full_name


def test_a_composed_release_name_that_is_too_long_is_shortened_as_flux_does_it() -> None:
    found = deployment("a" * 53, HelmReleaseOptions(target_namespace="shared")).release_name
    assert (len(found), found) == (53, "shared-" + "a" * 33 + "-b37042b16195")


def test_a_target_namespace_is_where_the_registry_runs() -> None:
    assert deployment(release=HelmReleaseOptions(target_namespace="shared")).target_namespace == "shared"

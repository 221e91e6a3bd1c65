"""The name of a Service breaks the registry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.pods import POD_PATHS
from registry_gitops.rules.manifests.workloads.registries import PlainRegistry, serving_registries

_HARMFUL: Final = re.compile(r"registry-(auth|storage)(-.*)?|registry-middleware")
"""Other names make variables that the registry ignores with a warning."""


def find_harmful_services(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """A Service in the namespace of a registry is named registry-auth or registry-storage.

    Why: the kubelet sets variables for each Service in the namespace, such as REGISTRY_AUTH_PORT, and the registry
    reads all variables REGISTRY_* as its settings. It exits at its next start, which can be weeks after the Service was
    created.

    Source: https://github.com/distribution/distribution-library-image/issues/138

    Bad: a Service named registry-auth   Good: that, and `enableServiceLinks: false` in the Pod
    """
    for registry in serving_registries(repository):
        if registry.pod.get("enableServiceLinks", True) is not True:
            continue
        for service in registry.near("Service"):
            if _HARMFUL.fullmatch(service.name) and _has_address(service):
                yield registry.workload, _problem(registry, service)


def _has_address(service: Manifest) -> bool:
    spec = service.mapping("spec")
    return not (spec.get("clusterIP") == "None" or spec.get("type") == "ExternalName")


def _problem(registry: PlainRegistry, service: Manifest) -> Problem:
    variable = f"{service.name.upper().replace('-', '_')}_PORT"
    message = f"the Service {service.name} sets the variable {variable}, with which the registry does not start"
    path = (*POD_PATHS[registry.workload.group_kind], "enableServiceLinks")
    return Problem(path, message, "set enableServiceLinks: false in the specification of the Pod")

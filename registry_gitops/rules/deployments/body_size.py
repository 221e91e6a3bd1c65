"""Large layers cannot be pushed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts
from registry_gitops.rules.deployments.output_directory import OutputDirectory

_ANNOTATIONS: Final = ("nginx.ingress.kubernetes.io/proxy-body-size", "nginx.org/client-max-body-size")
_UNITS: Final = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}
_ENOUGH: Final = 2**30


def body_size(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The Ingress limits the size of a request to less than 1g.

    Why: a push sends a layer in one request, and a larger one gets 413. Without the annotation there is no limit.

    Source: https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/

    Bad: `nginx.ingress.kubernetes.io/proxy-body-size: 8m`   Good: `nginx.ingress.kubernetes.io/proxy-body-size: "0"`
    """
    ingress = deployment.values.ingress
    if not (ingress.enabled and DeploymentFacts.of(deployment).storage.accepts_pushes):
        return
    for annotation in _ANNOTATIONS:
        found = re.fullmatch(r"(\d+)([kmg]?)", ingress.annotations.get(annotation, "").lower())
        if found and 0 < int(found[1]) * _UNITS[found[2]] < _ENOUGH:
            yield "values.ingress.annotations", f"layers larger than {found[0]} cannot be pushed: remove {annotation}"

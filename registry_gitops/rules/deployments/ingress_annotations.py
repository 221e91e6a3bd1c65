"""Annotations that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory

_CONTROLLERS: Final = {
    "nginx.ingress.kubernetes.io/": "nginx",
    "traefik.ingress.kubernetes.io/": "traefik",
    "haproxy.org/": "haproxy",
    "haproxy-ingress.github.io/": "haproxy",
    "alb.ingress.kubernetes.io/": "alb",
    "konghq.com/": "kong",
}
"""Prefix of annotations, and the controller that reads them, by a part of its usual class."""


def ingress_annotations(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The Ingress has annotations of another controller, or names its class in one.

    Why: a controller ignores the annotations of others: the body size or the time-out stays at its default, and large
    pushes fail. The annotation kubernetes.io/ingress.class is deprecated since Kubernetes 1.18.

    Source: https://kubernetes.io/docs/concepts/services-networking/ingress/#deprecated-annotation

    Bad: nginx.ingress.kubernetes.io/proxy-body-size with `ingressClassName: traefik`   Good: `ingressClassName: nginx`
    """
    ingress = deployment.values.ingress
    if not ingress.enabled:
        return
    named = [name for name in set(_CONTROLLERS.values()) if name in ingress.ingress_class_name]
    for prefix, name in _CONTROLLERS.items():
        keys = [key for key in ingress.annotations if key.startswith(prefix)]
        if keys and named and name not in named:
            yield (
                "values.ingress.annotations",
                f"the controller of class {ingress.ingress_class_name} ignores {keys[0]}: write its own annotation, or "
                "remove this one",
            )
    if "kubernetes.io/ingress.class" in ingress.annotations:
        yield (
            "values.ingress.annotations",
            "the annotation kubernetes.io/ingress.class is deprecated: write ingress.ingressClassName instead",
        )

"""Passwords are sent in the clear."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.exposure import Exposure
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def login_without_tls(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """Clients outside the cluster send their passwords over plain HTTP.

    Why: everyone on the way can read and use them. Clients such as Docker and containerd refuse plain HTTP unless each
    of them is told otherwise.

    Source: https://distribution.github.io/distribution/about/deploying/#native-basic-auth

    Bad: `auth.htpasswd.enabled: true` with `ingress.tls: false`   Good: `ingress.tls: true`
    """
    exposure = Exposure(deployment)
    if exposure.facts.endpoints.sends_passwords_without_tls and not exposure.has_load_balancer_tls:
        message = f"clients send passwords over plain HTTP, through {exposure.way}: set {exposure.tls_remedy}"
        yield exposure.key, message

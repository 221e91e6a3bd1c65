"""Everyone can use the registry."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.exposure import Exposure
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def exposed_without_login(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """Clients outside the cluster can use the registry without a login.

    Why: everyone who finds the address pulls the images, and pushes others in their place, which the cluster then runs.
    A pull-through cache of public images has no such images; one with credentials shows the private ones to everyone.

    Source: https://distribution.github.io/distribution/about/deploying/#restricting-access

    Bad: `ingress: {enabled: true}` without `auth`   Good: `auth.htpasswd: {enabled: true, existingSecret: users}`
    """
    exposure, values = Exposure(deployment), deployment.values
    has_credentials = bool(
        values.proxy.existing_secret or (values.configuration.proxy and values.configuration.proxy.username)
    )
    if not exposure.is_open or (values.is_cache and not has_credentials):
        return
    can = "push and pull" if exposure.facts.storage.accepts_pushes else "pull"
    yield (
        exposure.key,
        f"clients outside the cluster can {can} without a login, through {exposure.way}: set auth.htpasswd.enabled to "
        "true, and auth.htpasswd.existingSecret to a Secret that `registry-gitops htpasswd` creates",
    )

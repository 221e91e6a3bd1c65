"""The registry runs in a namespace of Kubernetes or Flux."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment, is_system_namespace
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def system_namespace(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The registry runs in a system namespace, which is therefore not rendered.

    Why: a rendered Namespace gets the Pod Security level `restricted`, which would stop the other Pods in it. The
    HelmRelease can be in such a namespace, if `release.targetNamespace` names another one for the registry.

    Bad: `namespace: default`   Good: `namespace: docker-registry`
    """
    target = deployment.target_namespace
    if is_system_namespace(target) and deployment.namespace_options.create is None:
        yield (
            "release.targetNamespace" if deployment.release.target_namespace else "namespace",
            f"{target} is a system namespace, so namespace.yaml is not rendered, and Pod Security stays as it is "
            "there: use a namespace of its own, or set namespace.create to false",
        )

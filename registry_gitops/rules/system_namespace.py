"""The Namespace belongs to Kubernetes or Flux."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import NamespaceFacts
from registry_gitops.rules.output_directory import OutputDirectory


def system_namespace(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The deployment is in a system namespace, which is therefore not rendered.

    Why: a rendered Namespace gets the Pod Security level `restricted`, which would stop the other Pods in it.

    Bad: `namespace: default`   Good: `namespace: docker-registry`
    """
    if not NamespaceFacts(deployment).is_rendered:
        yield (
            "namespace",
            f"{deployment.namespace} is a system namespace, so namespace.yaml is not rendered, and Pod Security stays "
            "as it is there: use a namespace of its own",
        )

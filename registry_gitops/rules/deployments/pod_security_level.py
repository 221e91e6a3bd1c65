"""The Pod Security level of the Namespace forbids the Pods."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def pod_security_level(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The values ask for a Pod that the Pod Security level of the rendered Namespace forbids.

    Why: Kubernetes creates no such Pod. The Deployment exists, and nothing runs.

    Bad: `runAsUser: 0` in `values.containerSecurityContext`   Good: that, and `namespace.podSecurity: baseline`
    """
    facts = DeploymentFacts.of(deployment)
    namespace = facts.namespace
    for violation in facts.pod_violations:
        yield (
            violation.key,
            f"{violation.message}, and the Pod Security level {namespace.pod_security} of the Namespace "
            f"{namespace.name} forbids that, so no Pod starts: change it, or set namespace.podSecurity to "
            f"{violation.allowed_by}",
        )

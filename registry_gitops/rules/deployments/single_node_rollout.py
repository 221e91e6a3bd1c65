"""A rollout waits for the volume."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def single_node_rollout(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """A rolling update starts a Pod that cannot mount the volume of the old one.

    Why: on another node it waits for the volume, which the old Pod keeps until the new one is ready. On the same node
    both write to it.

    Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes

    Bad: `updateStrategy.type: RollingUpdate` with ReadWriteOnce   Good: `updateStrategy.type: ""`
    """
    if (
        DeploymentFacts.of(deployment).storage.is_single_node
        and deployment.values.update_strategy.type == "RollingUpdate"
    ):
        modes = "/".join(deployment.values.persistence.access_modes)
        yield (
            "values.updateStrategy.type",
            f"a rolling update on a {modes} volume can wait for ever: leave it out, which chooses Recreate",
        )

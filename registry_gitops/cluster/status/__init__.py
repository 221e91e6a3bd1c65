"""Whether a deployment runs, and if not, why and what to do: `look` asks the cluster, by kubectl and reading only.

found = look("docker-registry", "docker-registry")
print(found.ready, [(cause.id, cause.remedy) for cause in found.causes])
"""

from __future__ import annotations

from registry_gitops.cluster.kubectl import ClusterError, Kubectl
from registry_gitops.cluster.status.assessment import assess
from registry_gitops.cluster.status.model import Cause, CauseId, Status
from registry_gitops.cluster.status.reading import read
from registry_gitops.cluster.status.snapshot import Snapshot

__all__ = ["Cause", "CauseId", "ClusterError", "Kubectl", "Snapshot", "Status", "assess", "look", "read"]


def look(namespace: str, name: str, kubectl: Kubectl | None = None) -> Status:
    """The status of the HelmRelease `name` in `namespace`, now.

    Default of `kubectl`: the user's current context. Raises ClusterError where the cluster cannot be asked.
    """
    return assess(read(kubectl or Kubectl(), namespace, name))

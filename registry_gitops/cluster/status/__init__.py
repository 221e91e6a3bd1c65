"""Whether a deployment is ready, and if not, the causes and their remedies. Reads the cluster with kubectl only.

status = get_status("docker-registry", "docker-registry")
print(status.ready, [(cause.id, cause.remedy) for cause in status.findings])
"""

from __future__ import annotations

from registry_gitops.cluster.kubectl import Kubectl
from registry_gitops.cluster.kubectl_errors import ClusterError
from registry_gitops.cluster.status.assessment import assess
from registry_gitops.cluster.status.causes import Cause, CauseId
from registry_gitops.cluster.status.deployment_status import Status
from registry_gitops.cluster.status.reading import read_snapshot
from registry_gitops.cluster.status.service_failure import describe_service_failure, read_service_failure
from registry_gitops.cluster.status.snapshot import Snapshot
from registry_gitops.cluster.status.status_report import build_status_report
from registry_gitops.cluster.status.status_text import format_status

__all__ = [
    "Cause",
    "CauseId",
    "ClusterError",
    "Kubectl",
    "Snapshot",
    "Status",
    "assess",
    "build_status_report",
    "describe_service_failure",
    "format_status",
    "get_status",
    "read_service_failure",
    "read_snapshot",
]


def get_status(namespace: str, name: str, kubectl: Kubectl | None = None) -> Status:
    """Read the cluster, and return the status of the HelmRelease `name` in `namespace`.

    The default of `kubectl` is the user's current context. Raises ClusterError if the cluster cannot be read.
    """
    return assess(read_snapshot(kubectl or Kubectl(), namespace, name))

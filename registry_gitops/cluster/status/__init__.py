"""Whether a deployment is ready, and if not, the causes and their remedies. Reads the cluster with kubectl only.

status = get_status("docker-registry", "docker-registry")
print(status.ready, [(cause.id, cause.remedy) for cause in status.findings])
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from registry_gitops.cluster.kubectl import Kubectl
from registry_gitops.cluster.kubectl_errors import ClusterError
from registry_gitops.cluster.status.assessment import assess
from registry_gitops.cluster.status.causes import Cause, CauseId
from registry_gitops.cluster.status.deployment_status import Status
from registry_gitops.cluster.status.reading import read_named_snapshots, read_snapshot, read_snapshots
from registry_gitops.cluster.status.service_failure import describe_service_failure, read_service_failure
from registry_gitops.cluster.status.snapshot import Snapshot
from registry_gitops.cluster.status.status_list import StatusList
from registry_gitops.cluster.status.status_report import build_status_list_report, build_status_report
from registry_gitops.cluster.status.status_table import format_status_table
from registry_gitops.cluster.status.status_text import format_status

__all__ = [
    "Cause",
    "CauseId",
    "ClusterError",
    "Kubectl",
    "Snapshot",
    "Status",
    "StatusList",
    "assess",
    "build_status_list_report",
    "build_status_report",
    "describe_service_failure",
    "format_status",
    "format_status_table",
    "get_named_statuses",
    "get_status",
    "get_statuses",
    "read_service_failure",
    "read_snapshot",
]


def get_status(namespace: str, name: str, kubectl: Kubectl | None = None) -> Status:
    """Read the cluster, and return the status of the HelmRelease `name` in `namespace`.

    The default of `kubectl` is the user's current context. Raises ClusterError if the cluster cannot be read.
    """
    return assess(read_snapshot(kubectl or Kubectl(), namespace, name))


def get_statuses(namespace: str | None = None, kubectl: Kubectl | None = None) -> StatusList:
    """Read the status of each registry of a namespace, or of the cluster: of its HelmReleases named docker-registry,
    or with a chart of this name. Raises ClusterError if the cluster cannot be read.
    """
    read_at = datetime.now(UTC)
    snapshots = read_snapshots(kubectl or Kubectl(), namespace)
    return StatusList(namespace=namespace or "", read_at=read_at, items=tuple(map(assess, snapshots)))


def get_named_statuses(names: Sequence[tuple[str, str]], kubectl: Kubectl | None = None) -> StatusList:
    """Read the status of each HelmRelease, named by namespace and name, in this order, whether it exists or not.

    Raises ClusterError if the cluster cannot be read.
    """
    read_at = datetime.now(UTC)
    snapshots = read_named_snapshots(kubectl or Kubectl(), names)
    return StatusList(read_at=read_at, items=tuple(map(assess, snapshots)))

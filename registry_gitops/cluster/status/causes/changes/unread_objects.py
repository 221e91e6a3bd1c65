"""Objects of the release that `status` cannot look at: of another cluster, or of kinds that this user may not read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.snapshot import Snapshot
from registry_gitops.findings import Severity


def not_read(snapshot: Snapshot) -> Iterator[Cause]:
    """The release is in another cluster, or this user is not allowed to read its Deployment."""
    release = snapshot.release
    if release is None:
        return
    namespace = snapshot.target_namespace
    if snapshot.is_remote:
        yield new_cause(
            CauseId.NOT_READ,
            release,
            "the objects of the release are in another cluster, and were not looked at",
            "look at them with a kubeconfig of that cluster: "
            f"`kubectl get deployments,pods,persistentvolumeclaims -n {namespace} --kubeconfig FILE`; or test the "
            "registry: `registry-gitops smoke URL`",
            evidence=_describe_kubeconfig(snapshot),
            severity=Severity.WARNING,
        )
    elif snapshot.is_workload_forbidden:
        yield new_cause(
            CauseId.NOT_READ,
            release,
            f"this user is not allowed to read Deployments in namespace {namespace}: whether its Pods run is unknown",
            f"grant `get` and `list` on deployments.apps, replicasets.apps, and pods in namespace {namespace}",
            severity=Severity.WARNING,
        )


def _describe_kubeconfig(snapshot: Snapshot) -> str:
    config = snapshot.release.map("spec.kubeConfig") if snapshot.release else {}
    names = {kind: (config.get(key) or {}).get("name") for key, kind in _REFERENCES.items()}
    return ", ".join(f"spec.kubeConfig names {kind} {name}" for kind, name in names.items() if name)


_REFERENCES: Final = {"secretRef": "Secret", "configMapRef": "ConfigMap"}

CAUSES: Final[tuple[FindCause, ...]] = (not_read,)

"""Replicas of workloads that an autoscaler scales."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository

_AUTOSCALER: Final = "HorizontalPodAutoscaler.autoscaling"
_SCALED_OBJECT: Final = "ScaledObject.keda.sh"

SCALABLE_KINDS: Final = frozenset({"Deployment.apps", "StatefulSet.apps"})


def autoscaled_replicas(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A workload has a number of replicas, and an autoscaler that sets it too.

    Why: Flux writes its number at each reconciliation, and the autoscaler corrects it: Pods are deleted under load, and
    start again. `kubectl apply` does the same.

    Source: https://github.com/fluxcd/flux2/issues/1842

    Bad: `replicas: 2` and a HorizontalPodAutoscaler   Good: the autoscaler with `minReplicas: 2`, and no replicas
    """
    if manifest.get("spec", "replicas") is None:
        return
    for autoscaler in (*repository.of_kind(_AUTOSCALER), *repository.of_kind(_SCALED_OBJECT)):
        if _scales(autoscaler, manifest) and not _removes_replicas(repository):
            yield Problem(
                ("spec", "replicas"),
                f"the {autoscaler.kind} {autoscaler.name} sets the number of replicas too",
                "remove replicas",
                on_key=True,
            )
            return


def _scales(autoscaler: Manifest, workload: Manifest) -> bool:
    target = autoscaler.mapping("spec", "scaleTargetRef")
    return (
        target.get("name") == workload.name
        and target.get("kind", "Deployment") == workload.kind
        and autoscaler.namespace == workload.namespace
        and _folder(autoscaler) == _folder(workload)
    )


def _folder(manifest: Manifest) -> PurePath:
    return PurePath(manifest.document.source.name).parent


def _removes_replicas(repository: FluxRepository) -> bool:
    """Whether a patch somewhere deals with replicas: it may remove them from this workload."""
    return any("/spec/replicas" in document.text for document in repository.documents)

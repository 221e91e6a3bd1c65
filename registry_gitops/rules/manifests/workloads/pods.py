"""The Pods of a workload: where its Pod specification stands, and its containers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from registry_gitops.documents import Manifest, Path

_TEMPLATE: Final[Path] = ("spec", "template", "spec")
POD_PATHS: Final[dict[str, Path]] = {
    "Pod": ("spec",),
    "Deployment.apps": _TEMPLATE,
    "StatefulSet.apps": _TEMPLATE,
    "DaemonSet.apps": _TEMPLATE,
    "ReplicaSet.apps": _TEMPLATE,
    "ReplicationController": _TEMPLATE,
    "Job.batch": _TEMPLATE,
    "CronJob.batch": ("spec", "jobTemplate", "spec", "template", "spec"),
}
"""Kinds that create Pods -> the path of the Pod specification."""

WORKLOADS: Final = frozenset(POD_PATHS)


def pod_of(manifest: Manifest) -> dict[str, Any]:
    """Return the Pod specification of an object, or an empty mapping."""
    return manifest.mapping(*POD_PATHS[manifest.group_kind])


def labels_of_pods(manifest: Manifest) -> dict[str, Any]:
    """Return the labels of the Pods that an object creates."""
    return manifest.mapping(*POD_PATHS[manifest.group_kind][:-1], "metadata", "labels")


def containers_of(manifest: Manifest) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield each container, the init containers included, with its path."""
    path = POD_PATHS[manifest.group_kind]
    pod = manifest.mapping(*path)
    for key in ("containers", "initContainers"):
        containers = pod.get(key)
        if isinstance(containers, list):
            for index, container in enumerate(containers):
                if isinstance(container, dict):
                    yield (*path, key, index), container


def items(value: object) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the mappings of a list, with their indexes; none if the value is no list."""
    if isinstance(value, list):
        yield from ((index, item) for index, item in enumerate(value) if isinstance(item, dict))

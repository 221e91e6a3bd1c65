"""What an object waits for while it is being deleted: its finalizers, and the controllers that must remove them."""

from __future__ import annotations

import re
from typing import Final

from registry_gitops.cluster.status.live_objects import Object

FLUX_FINALIZER: Final = "finalizers.fluxcd.io"
_KNOWN: Final = {
    FLUX_FINALIZER: (
        "Flux must clean up first: check that its controllers run, `kubectl get deployments -n flux-system`"
    ),
    "kubernetes.io/pvc-protection": "it goes when no Pod mounts it any more",
    "kubernetes.io/pv-protection": "it goes when no claim is bound to it any more",
    "foregroundDeletion": "it goes when the objects that it owns are gone: check for Pods that do not end",
    "foregroundDeletion.kubernetes.io": "it goes when the objects that it owns are gone",
    "service.kubernetes.io/load-balancer-cleanup": (
        "the cloud controller must delete its load balancer first: read the events with `kubectl describe service`, "
        "and the log of the cloud-controller-manager"
    ),
    "batch.kubernetes.io/job-tracking": "the Job controller must count it first: check kube-controller-manager",
    "snapshot.storage.kubernetes.io/pvc-as-source-protection": (
        "a VolumeSnapshot of it must be complete first: `kubectl get volumesnapshots -A`"
    ),
    "external-provisioner.volume.kubernetes.io/finalizer": "the storage driver must delete the storage first",
}
"""Finalizer -> what removes it."""
_CONDITIONS: Final = (
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceFinalizersRemaining",
    "NamespaceContentRemaining",
)
"""Conditions of a Namespace that is being deleted, those first that tell most."""


def describe_holder(thing: Object) -> str:
    """Return what ends the deletion of an object, as a clause."""
    finalizers = [str(name) for name in thing.get("metadata.finalizers") or ()]
    unknown = [name for name in finalizers if name not in _KNOWN]
    place = f" -n {thing.namespace}" if thing.namespace else ""
    end = (
        f"; if that controller is gone for good, `kubectl patch {thing.kind.lower()} {thing.name}{place} --type merge "
        '-p \'{"metadata":{"finalizers":null}}\'` ends the deletion'
    )
    holders = _describe_finalizers(finalizers)
    return f"{holders}{end if unknown == finalizers else ''}" if holders else "wait: it is removed within seconds"


def _describe_finalizers(finalizers: list[str]) -> str:
    parts = [
        _KNOWN.get(name, f"the controller that set the finalizer {name} must remove it: check that it runs")
        for name in finalizers
    ]
    return "; ".join(dict.fromkeys(parts))


def describe_namespace(namespace: Object) -> tuple[str, str]:
    """Return what ends the deletion of a Namespace, and the messages of its conditions."""
    conditions = [(type_, namespace.condition(type_)) for type_ in _CONDITIONS]
    remaining = [(type_, condition.message) for type_, condition in conditions if condition.is_true]
    evidence = "; ".join(message for _, message in remaining)
    types = {type_ for type_, _ in remaining}
    if types & set(_CONDITIONS[:2]):
        return (
            "an API of the cluster does not respond, so that the deletion cannot end: "
            "`kubectl get apiservices` shows which one is not available; its administrator must repair or delete it",
            evidence,
        )
    finalizers = [
        name
        for type_, message in remaining
        if type_ == "NamespaceFinalizersRemaining"
        for name in re.findall(r"(\S+) in \d+ resource instances", message, re.IGNORECASE)
    ]
    if finalizers:
        return f"objects in it are held by finalizers: {_describe_finalizers(finalizers)}", evidence
    if "NamespaceDeletionContentFailure" in types:
        return "correct what the message names: Kubernetes tries again by itself", evidence
    return "wait: Kubernetes deletes what is in it", evidence

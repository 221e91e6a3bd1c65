"""Objects of the deployment that are being deleted: what they wait for, and whether the images go with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.flux.finalizers import FLUX_FINALIZER, describe_holder, describe_namespace
from registry_gitops.cluster.status.causes.wording import (
    end_pods_command,
    list_mounting_pods,
    reconcile_command,
    recreate_remedy,
    sentences,
)
from registry_gitops.cluster.status.live_objects import Object, Reference, parse_time
from registry_gitops.cluster.status.persistent_volumes import (
    is_retained,
    reserve_command,
    retain_command,
    volume_of,
)
from registry_gitops.cluster.status.snapshot import WORKLOADS, Snapshot, list_inventory
from registry_gitops.findings import Severity

_PARTS: Final = (*WORKLOADS, "Service", "Ingress")
"""Kinds of the release's objects without which nobody reaches the registry."""
_END_TIME: Final = timedelta(seconds=30)
"""A Pod that still exists so long after its grace period does not end."""
_FORCE: Final = "--force --grace-period=0"


def list_ending(snapshot: Snapshot) -> list[Object]:
    """Return the objects whose deletion ends the deployment: it cannot be undone, and Flux does not change them."""
    return list(_list_ending(snapshot))


def _list_ending(snapshot: Snapshot) -> Iterator[Object]:
    release, kustomization = snapshot.release, _owner(snapshot)
    namespace = snapshot.find(Reference("Namespace", "", snapshot.target_namespace))
    if namespace and namespace.is_being_deleted:
        yield namespace
        return
    if kustomization and kustomization.is_being_deleted and _prunes(kustomization):
        yield kustomization
    if release and release.is_being_deleted:
        yield release
    else:
        created = set(list_inventory(release))
        for part in snapshot.release_objects(*_PARTS):
            if part.is_being_deleted and part.reference in created:
                yield part
    yield from (claim for claim in snapshot.claims if claim.is_being_deleted)


def _owner(snapshot: Snapshot) -> Object | None:
    """Return the Kustomization of the release, also if Flux has deleted the release already."""
    if snapshot.release:
        return snapshot.kustomization
    release = Reference("HelmRelease", snapshot.namespace, snapshot.name)
    owners = (item for item in snapshot.of_kinds("Kustomization") if release in list_inventory(item))
    return next(owners, None)


def _prunes(kustomization: Object) -> bool:
    """Return whether Flux deletes what the Kustomization applied: see finalizerShouldDeleteResources."""
    policy = kustomization.text("spec.deletionPolicy") or "MirrorPrune"
    is_pruned = policy in ("Delete", "WaitForTermination") or (
        policy == "MirrorPrune" and kustomization.get("spec.prune") is True
    )
    return is_pruned and not kustomization.is_suspended


def being_deleted(snapshot: Snapshot) -> Iterator[Cause]:
    """The Namespace, the Kustomization, the release, a claim, or another object is being deleted."""
    for thing in _list_ending(snapshot):
        if thing.kind == "PersistentVolumeClaim":
            yield _claim_being_deleted(thing, snapshot)
        elif thing.kind == "Namespace":
            yield _new_deletion(thing, *_describe_namespace(thing, snapshot))
        elif thing.kind == "Kustomization":
            yield _new_deletion(thing, ": Flux deletes what it applied, the registry too", _end_remedy(thing))
        elif thing.kind == "HelmRelease":
            yield _new_deletion(thing, *_describe_release(thing, snapshot))
        else:
            remedy = sentences(describe_holder(thing), f"then {recreate_remedy(snapshot.release)}")
            yield _new_deletion(thing, "", remedy)
    yield from _list_ending_sources(snapshot)


def _list_ending_sources(snapshot: Snapshot) -> Iterator[Cause]:
    """Yield what leaves the deployment as it is, but without updates."""
    ending = {thing.reference for thing in _list_ending(snapshot)}
    for thing in snapshot.flux_objects:
        if thing.is_being_deleted and thing.reference not in ending and thing.kind != "HelmRelease":
            message = ": changes in Git do not reach the cluster without it"
            yield _new_deletion(thing, message, _end_remedy(thing), severity=Severity.WARNING)


def _new_deletion(
    thing: Object, what: str, remedy: str, evidence: str = "", *, severity: Severity = Severity.ERROR
) -> Cause:
    finalizers = thing.get("metadata.finalizers") or ()
    return new_cause(
        CauseId.BEING_DELETED,
        thing,
        f"the {thing.kind} {thing.name} is being deleted{what}",
        remedy,
        evidence=evidence or (f"finalizers: {', '.join(finalizers)}" if finalizers else ""),
        since=parse_time(thing.text("metadata.deletionTimestamp")),
        severity=severity,
    )


def _describe_namespace(namespace: Object, snapshot: Snapshot) -> tuple[str, str, str]:
    """Return the rest of the message, the remedy, and the evidence."""
    holder, evidence = describe_namespace(namespace)
    keep = _keep_images(snapshot.claims, snapshot)
    images = ", the images too" if keep else ""
    remedy = sentences(keep, holder, "a deletion cannot be undone: deploy the registry again after it")
    return f" with all that is in it{images}", remedy, evidence


def _describe_release(release: Object, snapshot: Snapshot) -> tuple[str, str, str]:
    """Return the rest of the message, the remedy, and the evidence."""
    if release.is_suspended:
        return ": Flux leaves what it installed, because the release is suspended", describe_holder(release), ""
    ready = release.condition("Ready")
    is_stuck = ready.is_false and ready.reason in ("UninstallFailed", "ArtifactFailed")
    is_done = ready.reason == "UninstallSucceeded" or FLUX_FINALIZER not in (release.get("metadata.finalizers") or ())
    doomed = [claim for claim in snapshot.claims if claim.belongs_to(release) and not _is_kept(claim)]
    keep = _keep_images(doomed, snapshot)
    fate = ", its claim and the images too" if keep else "; its claim stays" if snapshot.claims else ""
    holder = "correct what the message names: Flux tries again by itself" if is_stuck else describe_holder(release)
    return (
        f": Flux {'has uninstalled' if is_done else 'uninstalls'} the registry{fate}",
        sentences(keep, holder, _how_to_return(release, snapshot)),
        ready.message if is_stuck else "",
    )


def _how_to_return(release: Object, snapshot: Snapshot) -> str:
    """Return how Flux creates a deleted release again, or ""."""
    kustomization = snapshot.kustomization
    if release.is_suspended or kustomization is None or kustomization.is_being_deleted:
        return ""
    return f"if it is still in Git, Flux then creates it again; at once: {reconcile_command(kustomization)}"


def _is_kept(claim: Object) -> bool:
    """Return whether Helm leaves the claim where it is when it uninstalls the release."""
    return str(claim.map("metadata.annotations").get("helm.sh/resource-policy", "")).strip().lower() == "keep"


def _end_remedy(thing: Object) -> str:
    """Return what ends the deletion, and what to do after it."""
    is_made = thing.kind == "HelmChart"
    again = "Flux then creates it again" if is_made else "if it is to stay, apply it again from Git after that"
    return sentences(describe_holder(thing), again)


def _keep_images(claims: Iterable[Object], snapshot: Snapshot) -> str:
    """Return the commands that keep the volumes of claims, or "" if there is nothing to keep."""
    names = [
        claim.text("spec.volumeName")
        for claim in claims
        if claim.text("spec.volumeName") and not is_retained(volume_of(claim, snapshot))
    ]
    return f"to keep the images, run now: {' and '.join(map(retain_command, names))}" if names else ""


def _claim_being_deleted(claim: Object, snapshot: Snapshot) -> Cause:
    volume = claim.text("spec.volumeName")
    pods = list_mounting_pods(snapshot)
    when = "when the last Pod that mounts it ends" if pods else "soon"
    if not volume:
        message = f"the claim {claim.name} is being deleted"
    elif is_retained(volume_of(claim, snapshot)):
        message = f"the claim {claim.name} is being deleted: {when}, the registry loses its volume {volume}"
    else:
        message = (
            f"the claim {claim.name} is being deleted: {when}, its volume {volume} is deleted too, with all images"
        )
    return new_cause(
        CauseId.CLAIM_BEING_DELETED,
        claim,
        message,
        _claim_remedy(claim, volume, pods, snapshot),
        evidence=f"finalizers: {', '.join(claim.get('metadata.finalizers') or ())}",
        since=parse_time(claim.text("metadata.deletionTimestamp")),
    )


def _claim_remedy(claim: Object, volume: str, pods: list[Object], snapshot: Snapshot) -> str:
    """Return how to keep the volume, and how to get it back: the deletion of a claim cannot be undone."""
    release = snapshot.release
    if not volume:
        return sentences(describe_holder(claim), f"then {recreate_remedy(release)}")
    is_ours = release is not None and claim.belongs_to(release)
    keep = _keep_images([claim], snapshot)
    end = f"end the Pod: {end_pods_command(snapshot)}; " if pods else ""
    create = recreate_remedy(release) if is_ours else f"create the claim again, with `spec.volumeName: {volume}`"
    return sentences(
        keep,
        "do not restart or update the registry before" if keep and pods else "",
        f"the deletion cannot be undone; to use the volume again: {end}"
        f"leave the volume to the next claim: {reserve_command(volume)}; {create}",
    )


def pod_not_ending(snapshot: Snapshot) -> Iterator[Cause]:
    """A Pod is being deleted, and does not end: the next one can wait for it, or for its volume."""
    for pod in snapshot.all_pods:
        deadline = parse_time(pod.text("metadata.deletionTimestamp"))
        if deadline is None or not (snapshot.read_at - deadline > _END_TIME or _is_on_dead_node(pod, snapshot)):
            continue
        reason, remedy = _why_pod_stays(pod, snapshot)
        workload = snapshot.workload
        is_awaited = workload is not None and (
            workload.kind == "StatefulSet" or workload.text("spec.strategy.type") == "Recreate"
        )
        is_awaited = is_awaited and snapshot.is_rolling_out and not snapshot.pods
        waiting = ", and the next Pod waits for it" if is_awaited else ""
        yield new_cause(
            CauseId.POD_NOT_ENDING,
            pod,
            f"the Pod {pod.name} does not end: {reason}{waiting}",
            remedy,
            evidence=next((event.message for event in snapshot.events_of(pod) if event.is_warning), ""),
            since=deadline,
        )
        return


def _is_on_dead_node(pod: Object, snapshot: Snapshot) -> bool:
    node = snapshot.node_of(pod)
    return node is not None and not node.condition("Ready").is_true


def _why_pod_stays(pod: Object, snapshot: Snapshot) -> tuple[str, str]:
    """Return the reason, and the remedy."""
    name, node = pod.text("spec.nodeName"), snapshot.node_of(pod)
    force = f"`kubectl delete pod {pod.name} -n {pod.namespace} {_FORCE}`"
    if finalizers := pod.get("metadata.finalizers"):
        return f"finalizers hold it ({', '.join(finalizers)})", describe_holder(pod)
    if node is None and (not name or snapshot.is_kind_forbidden("Node")):
        return "its node has not removed it", f"check its node: `kubectl get node {name}`".removesuffix(" `")
    if node is None:
        return (
            f"its node {name} was not found",
            f"`kubectl get node {name}`; only if the node is gone for good: {force}",
        )
    if not node.condition("Ready").is_true:
        return (
            f"its node {name} does not respond",
            f"start the node {name} again. Only if its machine is off for good: {force}, "
            f"and `kubectl delete node {name}`, so that its volumes are detached; a Pod that still runs there would "
            "write to the volume at the same time as the next one",
        )
    return (
        f"the node {name} runs, but has not stopped it or unmounted its volumes",
        f"read the events: `kubectl describe pod {pod.name} -n {pod.namespace}`; "
        f"if there are none, restart the kubelet of the node {name}",
    )


CAUSES: Final[tuple[FindCause, ...]] = (
    being_deleted,
    pod_not_ending,
)

"""Which objects outside of the namespace, or of other kinds, a snapshot refers to, so that they are read next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from registry_gitops.cluster.status.live_objects import Object, Reference
from registry_gitops.cluster.status.replaced_claims import has_new_claim, is_replaced
from registry_gitops.cluster.status.snapshot import (
    Snapshot,
    certificates_of,
    chart_source_of,
    dependencies_of,
    helm_chart_of,
    kustomization_of,
    list_inventory,
    origins_of,
    parents_of,
    source_of,
)

RESOURCES: Final = {
    **{
        kind: f"{plural}.{group}"
        for group, kinds in {
            "helm.toolkit.fluxcd.io": {"HelmRelease": "helmreleases"},
            "kustomize.toolkit.fluxcd.io": {"Kustomization": "kustomizations"},
            "source.toolkit.fluxcd.io": {
                "GitRepository": "gitrepositories",
                "HelmRepository": "helmrepositories",
                "OCIRepository": "ocirepositories",
                "Bucket": "buckets",
                "HelmChart": "helmcharts",
                "ExternalArtifact": "externalartifacts",
            },
            "source.extensions.fluxcd.io": {"ArtifactGenerator": "artifactgenerators"},
            "gateway.networking.k8s.io": {"HTTPRoute": "httproutes", "Gateway": "gateways"},
            "networking.k8s.io": {"IngressClass": "ingressclasses", "NetworkPolicy": "networkpolicies"},
            "policy": {"PodDisruptionBudget": "poddisruptionbudgets"},
            "cert-manager.io": {"Certificate": "certificates", "CertificateRequest": "certificaterequests"},
            "acme.cert-manager.io": {"Order": "orders", "Challenge": "challenges"},
            "storage.k8s.io": {"StorageClass": "storageclasses"},
            "apps": {"Deployment": "deployments"},
        }.items()
        for kind, plural in kinds.items()
    },
    "Namespace": "namespaces",
    "ServiceAccount": "serviceaccounts",
    "Node": "nodes",
    "PersistentVolume": "persistentvolumes",
}
"""Kind -> its resource for kubectl. Objects of other kinds are not read by name."""
ALL: Final = ""
"""Instead of a name: all objects of a kind in a namespace."""
MANAGER_NAMESPACE: Final = "flux-system"
"""Where Flux's controllers run, unless it was installed in another way."""


def list_related(snapshot: Snapshot) -> Iterator[Reference]:
    """Yield the objects that the snapshot refers to, those that were read included. Without a name: all of a kind."""
    for find in _RELATED:
        yield from (reference for reference in find(snapshot) if reference.kind in RESOURCES)


def _flux_objects(snapshot: Snapshot) -> Iterator[Reference]:
    if release := snapshot.release:
        yield from filter(None, (kustomization_of(release), chart_source_of(release), helm_chart_of(release)))
    for kustomization in snapshot.of_kinds("Kustomization"):
        yield from filter(None, (source_of(kustomization),))


def _origins(snapshot: Snapshot) -> Iterator[Reference]:
    """Yield what the sources are made from. An artifact does not tell whether its generator fails, a HelmChart does."""
    for source in snapshot.of_kinds("HelmChart", "ExternalArtifact", "ArtifactGenerator"):
        if source.kind == "ExternalArtifact" or not source.condition("Ready").is_true:
            yield from origins_of(source)


def _writers(snapshot: Snapshot) -> Iterator[Reference]:
    """Yield all Kustomizations in the namespace of its own, if its last upgrades have two configurations in turn."""
    if snapshot.kustomization and snapshot.is_upgraded_in_turn:
        yield Reference("Kustomization", snapshot.kustomization.namespace, ALL)


def _dependencies(snapshot: Snapshot) -> Iterator[Reference]:
    """Yield what the release and its Kustomization wait for, while they are not ready, and what that waits for."""
    waiting = [thing for thing in (snapshot.release, snapshot.kustomization) if thing]
    for thing in waiting:
        for reference in dependencies_of(thing) if not thing.condition("Ready").is_true else ():
            yield reference
            other = snapshot.find(reference)
            if other and other not in waiting:
                waiting.append(other)


def _routes(snapshot: Snapshot) -> Iterator[Reference]:
    """Yield the HTTPRoutes of the release, and their Gateways, as far as the values name them: in the same round."""
    release = snapshot.release
    if release is None or snapshot.is_remote:
        return
    yield from (item for item in list_inventory(release) if item.kind == "HTTPRoute")
    # Flux before 2.8 keeps no inventory.
    if release.get("spec.values.httpRoute.enabled") is True and snapshot.workload:
        yield Reference("HTTPRoute", snapshot.target_namespace, snapshot.workload.name)
    values = {"metadata": {"namespace": snapshot.target_namespace}, "spec": release.map("spec.values.httpRoute")}
    for route in (Object(values), *snapshot.release_objects("HTTPRoute")):
        yield from parents_of(route)


def _edited_by_hand(snapshot: Snapshot) -> Iterator[Reference]:
    """Yield the objects that people may have edited, of kinds that are not always read.

    Nearly every release has a ServiceAccount: it is not read where Flux itself undoes changes.
    """
    release = snapshot.release
    if release is None or snapshot.is_remote:
        return
    is_watched = release.text("spec.driftDetection.mode") == "enabled"
    kinds = {"NetworkPolicy", "PodDisruptionBudget", *(() if is_watched else ("ServiceAccount",))}
    yield from (item for item in list_inventory(release) if item.kind in kinds)


def _classes(snapshot: Snapshot) -> Iterator[Reference]:
    """Yield the classes of Ingresses without an address."""
    for ingress in snapshot.release_objects("Ingress"):
        name = ingress.text("spec.ingressClassName")
        if name and not ingress.items("status.loadBalancer.ingress"):
            yield Reference("IngressClass", "", name)


def _certificates(snapshot: Snapshot) -> Iterator[Reference]:
    """Yield the certificates, and, of one that is not issued, what cert-manager does for it."""
    if snapshot.is_remote:
        return
    for reference in certificates_of(snapshot):
        yield reference
        certificate = snapshot.find(reference)
        if certificate and not certificate.condition("Ready").is_true:
            yield from (Reference(kind, reference.namespace, ALL) for kind in _ISSUING)


_ISSUING: Final = ("CertificateRequest", "Order", "Challenge")


def _nodes(snapshot: Snapshot) -> Iterator[Reference]:
    """Yield the nodes of Pods that are not ready, or do not end; all nodes if the scheduler found none."""
    for pod in snapshot.all_pods:
        has_ended = pod.text("status.phase") in ("Failed", "Succeeded")
        if (has_ended or pod.condition("Ready").is_true) and not pod.is_being_deleted:
            continue
        if node := pod.text("spec.nodeName"):
            yield Reference("Node", "", node)
        elif pod.condition("PodScheduled").is_false:
            yield Reference("Node", "", ALL)


def _volumes(snapshot: Snapshot) -> Iterator[Reference]:
    """Yield the volumes and classes of the claims, if a Pod is not ready, or a claim is not as it should be."""
    if has_new_claim(snapshot):
        # The volume of an earlier claim can still have the images.
        yield Reference("PersistentVolume", "", ALL)
    has_symptom = bool(snapshot.unready_pods) or any(thing.is_being_deleted for thing in snapshot.objects)
    for claim in snapshot.claims:
        is_healthy = claim.text("status.phase") == "Bound" and not claim.items("status.conditions")
        if is_healthy and not has_symptom and not is_replaced(claim, snapshot):
            continue
        if volume := claim.text("spec.volumeName"):
            yield Reference("PersistentVolume", "", volume)
        if storage_class := claim.text("spec.storageClassName"):
            yield Reference("StorageClass", "", storage_class)


def _namespace(snapshot: Snapshot) -> Iterator[Reference]:
    release = snapshot.release
    if release is None or not release.is_ready or any(thing.is_being_deleted for thing in snapshot.objects):
        yield Reference("Namespace", "", snapshot.target_namespace)


def _controllers(snapshot: Snapshot) -> Iterator[Reference]:
    """Yield Flux's controllers, if one of their objects is not ready, or waits for them."""
    for thing in snapshot.flux_objects:
        is_waiting = not thing.is_ready or thing is snapshot.unapplied_kustomization
        if thing.is_being_deleted or (is_waiting and not thing.is_suspended):
            yield from (Reference("Deployment", MANAGER_NAMESPACE, name) for name in list_controllers(thing))


def list_controllers(thing: Object) -> Iterator[str]:
    """Yield the controller of an object of Flux, and the one from which that cannot get an artifact."""
    yield controller_of(thing.kind)
    if thing.condition("Ready").reason == "ArtifactFailed":
        yield controller_of("GitRepository")


def controller_of(kind: str) -> str:
    """Return the name of the controller of a kind of Flux."""
    controllers = {"HelmRelease": "helm-controller", "Kustomization": "kustomize-controller"}
    controllers |= {"ArtifactGenerator": "source-watcher", "ExternalArtifact": "source-watcher"}
    return controllers.get(kind, "source-controller")


_RELATED: Final[tuple[Callable[[Snapshot], Iterator[Reference]], ...]] = (
    _flux_objects,
    _origins,
    _writers,
    _dependencies,
    _routes,
    _edited_by_hand,
    _classes,
    _certificates,
    _nodes,
    _volumes,
    _namespace,
    _controllers,
)

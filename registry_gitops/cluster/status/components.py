"""The parts of a deployment that a status shows: revisions, release, chart, image, Pods, volumes, and addresses."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.cluster.status.deployment_status import Chart, Git, Release, Replicas, Volume
from registry_gitops.cluster.status.live_objects import Object, list_containers, parse_time
from registry_gitops.cluster.status.snapshot import Snapshot, chart_source_of, kustomization_of, source_of


def find_git(snapshot: Snapshot) -> Git | None:
    """Return the revision that the Kustomization applied, and the one that its source fetched."""
    reference = kustomization_of(snapshot.release) if snapshot.release else None
    if reference is None:
        return None
    kustomization, repository = snapshot.kustomization, snapshot.repository
    return Git(
        deployed=kustomization.text("status.lastAppliedRevision") if kustomization else "",
        fetched=repository.text("status.artifact.revision") if repository else "",
        kustomization=str(reference),
        source=str((source_of(kustomization) if kustomization else None) or ""),
    )


def find_release(snapshot: Snapshot) -> Release | None:
    """Return the last Helm release of the history in the HelmRelease."""
    last = _last_release(snapshot)
    if last is None:
        return None
    return Release(
        name=last.text("name"),
        revision=last.number("version"),
        status=last.text("status"),
        deployed=parse_time(last.text("lastDeployed")),
    )


def find_chart(snapshot: Snapshot) -> Chart | None:
    """Return the chart of the last Helm release."""
    last = _last_release(snapshot)
    source = chart_source_of(snapshot.release) if snapshot.release else None
    if last is None:
        return None
    return Chart(name=last.text("chartName"), version=last.text("chartVersion"), source=str(source or ""))


def _last_release(snapshot: Snapshot) -> Object | None:
    history = snapshot.release.items("status.history") if snapshot.release else ()
    return Object(history[0]) if history else None


def find_image(snapshot: Snapshot) -> str:
    """Return the image of the first container of the workload, or ""."""
    containers = snapshot.workload.items("spec.template.spec.containers") if snapshot.workload else ()
    return Object(containers[0]).text("image") if containers else ""


def count_replicas(snapshot: Snapshot) -> Replicas | None:
    """Return the counts of the workload's Pods."""
    workload = snapshot.workload
    if workload is None:
        return None
    return Replicas(
        wanted=workload.number("spec.replicas", 1),
        available=workload.number("status.availableReplicas"),
        updated=workload.number("status.updatedReplicas"),
        restarts=sum(container.restarts for pod in snapshot.pods for container in list_containers(pod)),
    )


def find_volumes(snapshot: Snapshot) -> tuple[Volume, ...]:
    """Return the claims that the workload mounts."""
    return tuple(
        Volume(
            claim=claim.name,
            phase=claim.text("status.phase"),
            size=claim.text("status.capacity.storage") or claim.text("spec.resources.requests.storage"),
            storage_class=claim.text("spec.storageClassName"),
            access_modes=tuple(claim.get("spec.accessModes") or ()),
        )
        for claim in snapshot.claims
    )


def find_addresses(snapshot: Snapshot) -> Iterator[str]:
    """Yield the URLs of the Ingress, then those of the Service, which are for clients inside the cluster."""
    for ingress in snapshot.release_objects("Ingress"):
        secured = {host for tls in ingress.items("spec.tls") for host in tls.get("hosts") or ()}
        for rule in ingress.items("spec.rules"):
            if host := rule.get("host"):
                yield f"{'https' if host in secured else 'http'}://{host}"
    for service in snapshot.release_objects("Service"):
        for port in service.items("spec.ports"):
            yield f"http://{service.name}.{service.namespace}.svc:{port.get('port')}"

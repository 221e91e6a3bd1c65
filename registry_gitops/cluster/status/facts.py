"""What a deployment is made of, as a status shows it: revisions, release, chart, image, Pods, volumes, addresses."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.cluster.status.model import Chart, Git, Release, Replicas, Volume
from registry_gitops.cluster.status.objects import Object, containers, time_of
from registry_gitops.cluster.status.snapshot import Snapshot, applied_by, chart_source, source_of


def git(snapshot: Snapshot) -> Git | None:
    """What the Kustomization has applied, against what its source has."""
    applier = applied_by(snapshot.release) if snapshot.release else None
    if applier is None:
        return None
    kustomization, repository = snapshot.kustomization, snapshot.repository
    return Git(
        deployed=kustomization.text("status.lastAppliedRevision") if kustomization else "",
        fetched=repository.text("status.artifact.revision") if repository else "",
        kustomization=str(applier),
        source=str((source_of(kustomization) if kustomization else None) or ""),
    )


def release(snapshot: Snapshot) -> Release | None:
    """The last of the history that helm-controller keeps."""
    last = _last(snapshot)
    if last is None:
        return None
    return Release(
        name=last.text("name"),
        revision=last.number("version"),
        status=last.text("status"),
        deployed=time_of(last.text("lastDeployed")),
    )


def chart(snapshot: Snapshot) -> Chart | None:
    """The chart of the last release; of the HelmChart that was fetched for the first one."""
    last = _last(snapshot)
    source = chart_source(snapshot.release) if snapshot.release else None
    if last is None:
        return None
    return Chart(name=last.text("chartName"), version=last.text("chartVersion"), source=str(source or ""))


def _last(snapshot: Snapshot) -> Object | None:
    history = snapshot.release.items("status.history") if snapshot.release else ()
    return Object(history[0]) if history else None


def image(snapshot: Snapshot) -> str:
    """Image of the first container of the workload."""
    found = snapshot.workload.items("spec.template.spec.containers") if snapshot.workload else ()
    return Object(found[0]).text("image") if found else ""


def replicas(snapshot: Snapshot) -> Replicas | None:
    """The Pods of the workload."""
    workload = snapshot.workload
    if workload is None:
        return None
    return Replicas(
        wanted=workload.number("spec.replicas", 1),
        available=workload.number("status.availableReplicas"),
        updated=workload.number("status.updatedReplicas"),
        restarts=sum(each.restarts for pod in snapshot.pods for each in containers(pod)),
    )


def volumes(snapshot: Snapshot) -> tuple[Volume, ...]:
    """The claims that the workload mounts."""
    return tuple(
        Volume(
            claim=claim.name,
            phase=claim.text("status.phase"),
            size=claim.text("status.capacity.storage") or claim.text("spec.resources.requests.storage"),
            storage_class=claim.text("spec.storageClassName"),
            access_modes=tuple(claim.at("spec.accessModes") or ()),
        )
        for claim in snapshot.claims
    )


def addresses(snapshot: Snapshot) -> Iterator[str]:
    """URLs of the Ingress, for everybody, and of the Service, inside the cluster."""
    for ingress in snapshot.ours("Ingress"):
        secured = {host for tls in ingress.items("spec.tls") for host in tls.get("hosts") or ()}
        for rule in ingress.items("spec.rules"):
            if host := rule.get("host"):
                yield f"{'https' if host in secured else 'http'}://{host}"
    for service in snapshot.ours("Service"):
        for port in service.items("spec.ports"):
            yield f"http://{service.name}.{service.namespace}.svc:{port.get('port')}"

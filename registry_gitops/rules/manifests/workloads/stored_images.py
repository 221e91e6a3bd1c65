"""Where a registry keeps its images, and whether that survives Pods, rollouts, and a second replica."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.findings import Severity
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.registries import PlainRegistry, serving_registries
from registry_gitops.rules.manifests.workloads.volume_mounts import Mount

_SINGLE_NODE: Final = frozenset(["ReadWriteOnce", "ReadWriteOncePod"])


def find_lost_images(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Yield the registries whose images are deleted with the Pod."""
    for registry in serving_registries(repository):
        where = _where_lost(registry)
        if where and not registry.is_cache:
            message = f"the images are in {where}, and all are deleted when the Pod is replaced"
            remedy = "mount a PersistentVolumeClaim at /var/lib/registry, or use object storage"
            path = registry.data.path if registry.data else (*registry.path, "image")
            yield registry.workload, Problem(path, message, remedy)


def _where_lost(registry: PlainRegistry) -> str:
    """Return what loses the images, or "" if they are safe, or not known."""
    if registry.driver == "inmemory":
        return "the memory of the Pod"
    root = registry.settings.get("storage", "filesystem", "rootdirectory")
    if registry.driver != "filesystem" or not isinstance(root, str | None):
        return ""
    if registry.data is None:
        return "the file system of the container"
    return "an emptyDir" if "emptyDir" in registry.data.volume else ""


def find_waiting_rollouts(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Yield the Deployments of registries whose new Pod can wait for the volume of the old one."""
    for registry in serving_registries(repository):
        claim = _claim(registry)
        if registry.workload.group_kind == "Deployment.apps" and claim and _is_single_node(claim):
            strategy = registry.workload.mapping("spec", "strategy")
            rolling = strategy.get("rollingUpdate")
            surge = rolling.get("maxSurge") if isinstance(rolling, dict) else None
            if strategy.get("type", "RollingUpdate") == "RollingUpdate" and surge not in (0, "0", "0%"):
                message = f"a rolling update can wait for ever: one node mounts {claim.name}, and the old Pod keeps it"
                yield registry.workload, Problem(("spec", "strategy", "type"), message, "set strategy.type to Recreate")


class Scale(NamedTuple):
    """How many Pods of a registry run, and what says so."""

    most: int
    manifest: Manifest
    path: Path


def scale_of(registry: PlainRegistry) -> Scale | None:
    """Return the largest number of Pods that run at a time, if it is more than one."""
    workload = registry.workload
    found = Scale(_number(workload.get("spec", "replicas")), workload, ("spec", "replicas"))
    for scaler in registry.near("HorizontalPodAutoscaler.autoscaling"):
        target = scaler.mapping("spec", "scaleTargetRef")
        if target.get("name") == workload.name and target.get("kind") == workload.kind:
            most = _number(scaler.get("spec", "maxReplicas"))
            found = max(found, Scale(most, scaler, ("spec", "maxReplicas")), key=lambda scale: scale.most)
    return found if found.most > 1 else None


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def find_separate_replicas(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Several Pods of a registry do not share their images.

    Why: each request of a push can reach another Pod, which does not know the upload. Pushes end with `blob upload
    unknown`, and an image is there or not, by the Pod that answers. A ReadWriteOnce volume lets only the Pods of one
    node start.

    Source: https://github.com/distribution/distribution/issues/2225, https://github.com/deis/registry/issues/84

    Bad: `replicas: 2` with an emptyDir or a ReadWriteOnce claim   Good: `replicas: 1`, or `storage.s3` for all of them
    """
    for registry in serving_registries(repository):
        scale, where = scale_of(registry), _where_separate(registry)
        if scale and where and not registry.is_cache:
            message = f"{scale.most} Pods do not share their images, which are in {where}"
            remedy = "run one Pod, or use object storage or a ReadWriteMany claim"
            # On one node, all Pods mount the same claim.
            severity = Severity.WARNING if claim_name(registry.data) else None
            yield scale.manifest, Problem(scale.path, message, remedy, severity=severity)


def _where_separate(registry: PlainRegistry) -> str:
    lost = _where_lost(registry)
    if lost or registry.driver != "filesystem" or registry.data is None:
        return (
            lost.replace("the Pod", "each Pod")
            .replace("the container", "each container")
            .replace("an emptyDir", "an emptyDir each")
        )
    if "volumeClaimTemplate" in registry.data.volume:
        return "a claim for each Pod"
    claim = _claim(registry)
    return f"a volume that one node mounts ({claim.name})" if claim and _is_single_node(claim) else ""


def find_separate_secrets(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Several Pods of a registry have no common http.secret.

    Why: without one, each Pod makes a random secret at its start, with which it signs the state of an upload. The next
    request of a push can reach another Pod, which refuses it: `blob upload invalid`, detail `invalid secret`.

    Source: https://github.com/distribution/distribution/issues/2519,
    https://github.com/distribution/distribution/issues/1933

    Bad: `replicas: 2` without http.secret   Good: `REGISTRY_HTTP_SECRET` from a Secret in addition
    """
    for registry in serving_registries(repository):
        scale = scale_of(registry)
        is_sticky = any(service.get("spec", "sessionAffinity") == "ClientIP" for service in registry.near("Service"))
        if scale and registry.settings.get("http", "secret") is None and not registry.is_cache and not is_sticky:
            message = f"{scale.most} Pods have no common http.secret, so each refuses the uploads of the others"
            yield scale.manifest, Problem(scale.path, message, "set REGISTRY_HTTP_SECRET from a Secret")


def find_separate_caches(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Several Pods of a registry each remember in their own memory which blobs there are.

    Why: after a deletion through one Pod, the others continue to say that the blob is there. A client that pushes it
    again sends nothing, and its image cannot be pulled.

    Source: https://github.com/distribution/distribution/issues/4569

    Bad: `replicas: 2` with `storage.cache.blobdescriptor: inmemory` and `storage.delete.enabled: true`
    Good: `storage.cache.blobdescriptor: redis`, or no cache
    """
    for registry in serving_registries(repository):
        scale, settings = scale_of(registry), registry.settings
        cache = ("storage", "cache", "blobdescriptor")
        is_separate = bool(_where_separate(registry))
        deletes = settings.is_on("storage", "delete", "enabled")
        if scale and deletes and settings.get(*cache) == "inmemory" and not is_separate:
            manifest, path = settings.locate(*cache)
            message = (
                f"{scale.most} Pods each remember in memory which blobs there are, and miss deletions by the others"
            )
            yield manifest, Problem(path, message, "write redis, or leave the cache out")


def claim_name(mount: Mount | None) -> str:
    """Return the name of the claim that a mount is of, or ""."""
    return str(mount.source("persistentVolumeClaim").get("claimName") or "") if mount else ""


def _claim(registry: PlainRegistry) -> Manifest | None:
    name = claim_name(registry.data) if registry.driver == "filesystem" else ""
    return registry.named("PersistentVolumeClaim", name) if name else None


def _is_single_node(claim: Manifest) -> bool:
    modes = claim.list("spec", "accessModes")
    return bool(modes) and all(str(mode) in _SINGLE_NODE for mode in modes)

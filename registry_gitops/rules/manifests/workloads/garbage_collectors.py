"""A garbage collection runs while the registry accepts pushes."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.pods import containers_of
from registry_gitops.rules.manifests.workloads.registries import PlainRegistry, find_registries, serving_registries
from registry_gitops.rules.manifests.workloads.stored_images import claim_name


def find_unsafe_collections(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """A CronJob collects the garbage of a registry that accepts pushes at the same time.

    Why: the collection deletes layers of a push whose manifest is not there yet. The push succeeds, and the image
    cannot be pulled. With a cache in memory, the registry also answers that deleted layers exist, so clients do not
    push them again until it restarts. A ReadWriteOnce volume can keep the Pod of the CronJob waiting.

    Source: https://github.com/distribution/distribution/issues/3045,
    https://github.com/twuni/docker-registry.helm/issues/104, https://github.com/distribution/distribution/issues/4569

    Bad: a CronJob with `registry garbage-collect` next to the Deployment
    Good: one that sets `storage.maintenance.readonly` before, and restarts the registry after
    """
    for collector in find_registries(repository):
        is_job = collector.workload.group_kind.endswith(".batch")
        # Another container can make the registry read-only first.
        if not collector.collects or not is_job or len(list(containers_of(collector.workload))) > 1:
            continue
        for registry in serving_registries(repository):
            if _is_same_store(registry, collector) and _accepts_pushes(registry):
                name = registry.workload.name
                message = f"the collection deletes layers of running pushes to {registry.workload.kind} {name}"
                key = "args" if collector.container.get("args") else "command"
                remedy = "make the registry read-only before, and restart it after, or scale it to 0 while this runs"
                yield collector.workload, Problem((*collector.path, key), message, remedy)
                break


def _is_same_store(registry: PlainRegistry, collector: PlainRegistry) -> bool:
    is_near = registry.workload in list(collector.near(registry.workload.group_kind))
    store = _store(registry)
    return is_near and bool(store) and store == _store(collector)


def _store(registry: PlainRegistry) -> str:
    """Return what identifies the volume with the images, or ""."""
    directory = registry.data.source("hostPath").get("path") if registry.data else ""
    return claim_name(registry.data) or str(directory or "")


def _accepts_pushes(registry: PlainRegistry) -> bool:
    readonly = registry.settings.get("storage", "maintenance", "readonly", "enabled")
    return readonly in (None, False) and not registry.is_cache and registry.workload.get("spec", "replicas") != 0

"""Shared parts of remedies: commands of Flux, keys of the values, and what to do after a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Snapshot

RENDER: Final = "then render, commit, and push"


def with_render(remedy: str) -> str:
    """Return a remedy with what follows a change of values, if it names a value."""
    return f"{remedy}; {RENDER}" if "`values." in remedy else remedy


def values_key_for(release: Object | None, name: str) -> str:
    """Return the key of the values that holds a name, such as `values.http.existingSecret`, in backquotes, or ""."""
    paths = _find_paths(release.map("spec.values") if release and name else {}, name, "values")
    return next((f"`{path}`" for path in paths), "")


def _find_paths(values: Mapping[str, Any], text: str, path: str) -> Iterator[str]:
    for key, value in values.items():
        if value == text:
            yield f"{path}.{key}"
        elif isinstance(value, Mapping):
            yield from _find_paths(value, text, f"{path}.{key}")
        elif isinstance(value, list):
            entries = ((index, entry) for index, entry in enumerate(value) if isinstance(entry, Mapping))
            for index, entry in entries:
                yield from _find_paths(entry, text, f"{path}.{key}.{index}")


_FLUX_KINDS: Final = {
    "HelmRelease": "helmrelease",
    "Kustomization": "kustomization",
    "GitRepository": "source git",
    "OCIRepository": "source oci",
    "HelmRepository": "source helm",
    "HelmChart": "source chart",
    "Bucket": "source bucket",
}
"""Kind -> words for it on the command line of flux."""


def reconcile_command(thing: Object, *options: str) -> str:
    """Return the command, in backquotes, that makes Flux process an object at once."""
    return _flux_command("reconcile", thing, *options)


def resume_command(thing: Object) -> str:
    """Return the command, in backquotes, that resumes a suspended object."""
    return _flux_command("resume", thing)


def sentences(*parts: str) -> str:
    """Return parts as sentences, without the empty ones."""
    first, *others = filter(None, parts)
    return ". ".join((first, *(f"{part[0].upper()}{part[1:]}" for part in others)))


def list_mounting_pods(snapshot: Snapshot) -> list[Object]:
    """Return the Pods of the workload that have a node, and so protect its claims from deletion."""
    pods = (pod for pod in snapshot.all_pods if pod.text("spec.nodeName"))
    return [pod for pod in pods if pod.text("status.phase") not in ("Succeeded", "Failed")]


def end_pods_command(snapshot: Snapshot) -> str:
    """Return the command, in backquotes, that ends the running Pods of the workload, and waits for their end."""
    names = [pod.name for pod in list_mounting_pods(snapshot)]
    return f"`kubectl delete pod -n {snapshot.target_namespace} {' '.join(names) or 'NAME'}`"


def recreate_remedy(release: Object | None) -> str:
    """Return how Flux creates a deleted object of a release again, as a clause."""
    if release is None:
        return "create it again"
    if release.is_suspended:
        return f"{resume_command(release)}, then {reconcile_command(release, '--force')}"
    if release.text("spec.driftDetection.mode") == "enabled":
        interval = release.text("spec.interval")
        return f"Flux creates it again within {interval}; at once: {reconcile_command(release)}"
    return (
        f"{reconcile_command(release, '--force')}; with `release.driftDetection.mode: enabled`, Flux creates "
        "it again by itself"
    )


def suspend_command(thing: Object) -> str:
    """Return the command, in backquotes, that suspends an object."""
    return _flux_command("suspend", thing)


def _flux_command(verb: str, thing: Object, *options: str) -> str:
    kind = _FLUX_KINDS.get(thing.kind, thing.kind.lower())
    return f"`{' '.join(('flux', verb, kind, thing.name, '-n', thing.namespace, *options))}`"

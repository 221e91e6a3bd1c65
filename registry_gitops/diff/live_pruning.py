"""What Flux would delete of a cluster, because it is in the files no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster import Kubectl
from registry_gitops.diff.diff_report import ChangeAction, ObjectChange
from registry_gitops.diff.dry_run import read_live
from registry_gitops.diff.effect import Effect
from registry_gitops.diff.object_effects import judge_deletion
from registry_gitops.diff.object_pairs import describe_change
from registry_gitops.diff.plain_objects import PlainObject, key_of, look_up
from registry_gitops.diff.rendering import Rendering
from registry_gitops.diff.verdict import Verdict

_LABEL: Final = "kustomize.toolkit.fluxcd.io/"
"""How the labels begin by which Flux knows what it has applied: the name and namespace of its Kustomization."""


def find_pruned(kubectl: Kubectl, before: Rendering, after: Rendering) -> Iterator[ObjectChange]:
    """Yield what Flux deletes of the objects that `before` has and `after` has no more. Raises ClusterError."""
    kept = {key_of(plain) for plain in _list_objects(after)}
    gone = [plain for plain in _list_objects(before) if key_of(plain) not in kept]
    for live in filter(None, read_live(kubectl, gone, "default")):
        verdict = _judge(kubectl, live)
        yield describe_change(ChangeAction.DELETE, live, verdict)
        if live["kind"] == "HelmRelease" and verdict.effect is Effect.STOPS_PODS:
            for plain in read_inventory(kubectl, live):
                yield describe_change(ChangeAction.DELETE, plain, judge_deletion(plain, by_flux=False))


def read_inventory(kubectl: Kubectl, release: PlainObject | None) -> tuple[PlainObject, ...]:
    """Return the objects of a release that is in the cluster, and that are there too. Raises ClusterError."""
    return tuple(filter(None, read_live(kubectl, tuple(_list_inventory(release)), "default")))


def _list_objects(rendering: Rendering) -> Iterator[PlainObject]:
    yield from rendering.flux_objects
    if len(rendering.flux_kustomizations) == 1:
        yield from next(iter(rendering.flux_kustomizations.values()))


def _judge(kubectl: Kubectl, live: PlainObject) -> Verdict:
    labels = look_up(live, "metadata", "labels", default={})
    name, namespace = (labels.get(f"{_LABEL}{key}") for key in ("name", "namespace"))
    if name is None:
        return Verdict(Effect.NOTHING, "it stays: Flux has not applied it")
    metadata = {"name": name, "namespace": namespace}
    owner = {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": metadata}
    (kustomization,) = read_live(kubectl, [owner], "default")
    if look_up(kustomization, "spec", "prune") is not True:
        return Verdict(Effect.NOTHING, f"it stays: the Kustomization {namespace}/{name} of Flux does not prune")
    return judge_deletion(live, by_flux=True)


def _list_inventory(release: PlainObject | None) -> Iterator[PlainObject]:
    """Yield what `status.inventory` names, as NAMESPACE_NAME_GROUP_KIND and a version."""
    for entry in look_up(release, "status", "inventory", "entries", default=()):
        namespace, name, group, kind = entry["id"].split("_")
        version = "/".join(filter(None, (group, entry["v"])))
        yield {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace}}

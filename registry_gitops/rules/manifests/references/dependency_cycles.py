"""Objects of Flux that wait for each other."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.repository import FluxRepository, file_of
from registry_gitops.rules.manifests.references.lookups import FLUX_KUSTOMIZATION, HELM_RELEASE, dependencies

_Edges = Mapping[int, list[tuple[Path, Manifest]]]


def dependency_cycle(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Objects of Flux wait for each other by dependsOn, in a circle.

    Why: each object waits for the next one to become ready, and none ever does; the status only says "dependency is
    not ready". Until it is removed, the controller does not react to new commits for the other objects of the source.
    Source: https://github.com/fluxcd/kustomize-controller/issues/1712
    Bad: `apps` with `dependsOn: [{name: monitoring}]`, and `monitoring` with `dependsOn: [{name: apps}]`
    Good: `apps` waits for `monitoring`, which waits for nothing
    """
    for group_kind in (HELM_RELEASE, FLUX_KUSTOMIZATION):
        manifests = [each for each in repository.of_kind(group_kind) if each.get("spec", "dependsOn")]
        edges = {id(each): list(_edges(each, repository)) for each in manifests}
        told: set[int] = set()
        for manifest in manifests:
            cycle = _cycle(manifest, edges)
            if not cycle or any(id(each) in told for _, each in cycle):
                continue
            told.update(id(each) for _, each in cycle)
            names = ", which waits for ".join(each.name for _, each in cycle)
            yield (
                manifest,
                Problem(
                    (*cycle[0][0], "name"),
                    f"{manifest.name} waits for {names}: none of them is ever reconciled",
                    "remove one of the dependencies",
                ),
            )


def _edges(manifest: Manifest, repository: FluxRepository) -> Iterator[tuple[Path, Manifest]]:
    """Yield what an object waits for, where that is certain: one cluster of several can have the same names."""
    own = repository.namespace_of(manifest)
    for path, namespace, name in dependencies(manifest):
        if not (namespace or own):
            continue
        found = [each for each in repository.find(manifest.group_kind, namespace or own, name) if each.name == name]
        nearness = [len(os.path.commonpath([file_of(each), file_of(manifest)])) for each in found]
        if found and nearness.count(max(nearness)) == 1:
            yield path, found[nearness.index(max(nearness))]


def _cycle(start: Manifest, edges: _Edges) -> list[tuple[Path, Manifest]]:
    """Return the shortest way from an object back to itself, as what each waits for next; [] if there is none."""
    ways: list[list[tuple[Path, Manifest]]] = [[edge] for edge in edges.get(id(start), ())]
    seen: set[int] = set()
    while ways:
        way = ways.pop(0)
        last = way[-1][1]
        if last is start:
            return way
        if id(last) not in seen:
            seen.add(id(last))
            ways.extend([*way, edge] for edge in edges.get(id(last), ()))
    return []

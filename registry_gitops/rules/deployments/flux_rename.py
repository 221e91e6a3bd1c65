"""A Flux Kustomization keeps its name, so that Flux does not remove the registry."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from registry_gitops.deployment import FluxFile, RegistryDeployment
from registry_gitops.rules.deployments.output_directory import EarlierKustomization, OutputDirectory


def flux_rename(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """A Flux Kustomization has another name, or namespace, than in the files rendered before.

    Why: for Flux it is another one. It removes the old one with all of its objects, so it uninstalls the registry, and
    installs it again; a claim that is not kept is deleted with all images. `deletionPolicy: Orphan` keeps the objects:
    render, commit, and let Flux apply that first.

    Bad: `flux: {name: images, clusters: [production]}` after `name: registry`
    Good: the same after `name: registry` and `deletionPolicy: Orphan`
    """
    files = deployment.flux_files
    kept = {earlier.path for earlier in directory.earlier_kustomizations} & {file.path for file in files}
    for earlier in directory.earlier_kustomizations:
        successors = [
            file
            for file in files
            if file.path == earlier.path
            or (_is_beside(file.path, earlier.path) and not {file.path, earlier.path} & kept)
        ]
        if successors and not earlier.keeps_objects and all(_identity(file) != earlier.identity for file in successors):
            yield ".".join(successors[0].key), _message(earlier, successors[0])


def _is_beside(path: str, other: str) -> bool:
    return posixpath.dirname(path) == posixpath.dirname(other)


def _identity(file: FluxFile) -> tuple[str, str]:
    metadata = file.manifest.metadata
    return metadata.namespace or "", metadata.name


def _message(earlier: EarlierKustomization, now: FluxFile) -> str:
    old, new = ("/".join(filter(None, identity)) for identity in (earlier.identity, _identity(now)))
    return (
        f"the Flux Kustomization was {old}, and would be {new}: Flux would remove {old} with the registry; restore the "
        "name, or add deletionPolicy: Orphan to it, commit, and let Flux apply that before you rename it"
    )

"""The Flux Kustomizations of `flux` apply the output directory."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import FluxFile, GitSource, RegistryDeployment
from registry_gitops.masking import quote
from registry_gitops.rules.deployments.output_directory import OutputDirectory, PathKind


def flux_path(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """A Flux Kustomization of `flux` applies a directory without the rendered files.

    Why: `flux.path` starts at the root of the source. Flux reports "kustomization path not found" in the cluster only,
    or applies another directory. An overlay, or another directory with a kustomization file, is followed to what it
    lists; `registry-gitops validate` checks what it changes. A path of another repository or artifact is not checked.

    Bad: `flux: {path: apps, file: ../ks.yaml}` where `apps` does not exist   Good: the path of this directory, or of
    one above it, or of an overlay
    """
    if directory.path_in_repository is None:
        return
    here = directory.path_in_repository
    problems = {file.key: _problem(file, deployment, directory, here) for file in deployment.flux_files}
    yield from ((f"{'.'.join(key)}.path", problem) for key, problem in problems.items() if problem)


def _problem(file: FluxFile, deployment: RegistryDeployment, directory: OutputDirectory, here: str) -> str:
    """Return what is wrong with the path of one Flux Kustomization, "" if nothing is. `here` is that of `directory`."""
    path = file.applied
    if file.is_found_by_path and path != here and not isinstance(deployment.source, GitSource):
        return (
            f"the path is {quote(path)}, and this directory is {here} in its Git repository, so the Flux Kustomization "
            f"would be written to the wrong place: write path: {here}, or file as a path from this directory"
        )
    is_of_repository = file.manifest.spec.source_ref.kind == "GitRepository"
    if not is_of_repository or path == here:
        return ""
    kind, remedy = directory.applied.get(path), f"write path: {here}"
    if kind is PathKind.OTHER_KUSTOMIZATION:
        listed = f"neither the kustomization file of {quote(path)} nor one that it lists has this directory ({here})"
        return f"{listed}: add it to its resources, or {remedy}"
    if path == "." or here.startswith(f"{path}/"):
        return ""
    match kind:
        case PathKind.MISSING | PathKind.FILE:
            return f"there is no directory {quote(path)} in this Git repository: {remedy}"
        case PathKind.DIRECTORY:
            return f"{quote(path)} is not above this directory ({here}), and has no kustomization file: {remedy}"
    return ""

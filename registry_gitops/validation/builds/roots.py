"""What is built: each directory that a Kustomization of Flux applies, or that no other kustomization names."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from registry_gitops.repository import FluxKustomization, FluxRepository, KustomizationFile, Patch, changed_paths

_CHANGES: Final = (
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "replacements",
    "vars",
    "images",
    "replicas",
    "configurations",
)
"""The fields that change objects in ways that the files do not show."""

_POLICIES: Final = frozenset(
    (name,)
    for name in (
        "decryption",
        "deletionPolicy",
        "driftDetection",
        "install",
        "interval",
        "maxHistory",
        "prune",
        "retryInterval",
        "rollback",
        "test",
        "timeout",
        "uninstall",
        "upgrade",
        "wait",
    )
)
"""The keys below spec that many repositories set for all objects at once: the patch alone shows what is wrong there."""

_PROGRAMS: Final = ("generators", "transformers", "validators", "helmCharts", "helmChartInflationGenerator")
"""The fields that run programs, or read from the network."""


@dataclass(frozen=True, slots=True)
class Root:
    """A directory to build, as Flux does: with what its Kustomization adds."""

    folder: str
    flux: FluxKustomization | None
    files: tuple[KustomizationFile, ...]
    """The kustomization files that are built with it; the first is that of the directory, if it has one."""
    entries: tuple[str, ...]
    """What Flux lists for a directory without a kustomization file; else the directory alone."""
    patches: tuple[Patch, ...]
    """The patches that other patches write into the Kustomization of Flux."""

    @property
    def has_changes(self) -> bool:
        """Whether the build differs from the files in more than names, namespaces, labels, and generated objects."""
        of_files = any(file.list(field) for file in self.files for field in _CHANGES)
        of_flux = bool(self.flux and self.flux.manifest.get("spec", "patches"))
        return of_files or of_flux or any(map(_changes_more_than_policies, self.patches))

    @property
    def obstacle(self) -> str:
        """Why it cannot be built without the network, or ""."""
        for file in self.files:
            if any(file.value.get(field) for field in _PROGRAMS):
                return "charts or plugins to run"
            if any(entry.is_remote for entry in file.entries):
                return "remote resources"
            if any(not os.path.exists(entry.target) for entry in file.entries):
                return "files that do not exist"
        return ""

    def kustomization(self, directory: str) -> str:
        """Return the kustomization file that builds it in another directory, as Flux writes it. JSON is YAML.

        Flux adds the fields of its Kustomization to those of the file: patches of the file see its components.
        """
        own = next((file for file in self.files if file.folder == self.folder), None)
        content = (
            _moved(own, directory)
            if own
            else {
                "apiVersion": "kustomize.config.k8s.io/v1beta1",
                "kind": "Kustomization",
                "resources": [_relative(entry, directory) for entry in self.entries],
            }
        )
        content["buildMetadata"] = ["originAnnotations"]
        if self.flux is not None:
            spec = self.flux.manifest.mapping("spec")
            _extend(content, "components", [_relative(target, directory) for _, target in self.flux.components])
            _extend(content, "patches", [item for item in spec.get("patches") or [] if isinstance(item, dict)])
            _extend(content, "images", spec.get("images") or [])
            if self.flux.namespace:
                content["namespace"] = self.flux.namespace
            for field in ("namePrefix", "nameSuffix"):
                if spec.get(field):
                    content[field] = spec[field]
        _extend(content, "patches", [{"patch": each.text, "target": dict(each.target)} for each in self.patches])
        return json.dumps(content)


def _changes_more_than_policies(patch: Patch) -> bool:
    return any(path[:1] == ("spec",) and path[1:2] not in _POLICIES for path in changed_paths(patch.value))


def _moved(file: KustomizationFile, directory: str) -> dict[str, Any]:
    """Return a kustomization file as it has to be in another directory, to name the same files."""
    content = copy.deepcopy(file.value)
    for entry in file.entries:
        if entry.is_remote:
            continue
        holder: Any = content
        for step in entry.path[:-1]:
            holder = holder[step]
        key, is_named, _ = str(holder[entry.path[-1]]).rpartition("=")
        holder[entry.path[-1]] = f"{key}{is_named}{_relative(entry.target, directory)}"
    return content


def _relative(target: str, directory: str) -> str:
    return os.path.relpath(os.path.realpath(target), directory).replace(os.sep, "/")


def _extend(content: dict[str, Any], field: str, items: list[Any]) -> None:
    if items:
        content[field] = [*(content.get(field) or []), *items]


def find_roots(repository: FluxRepository) -> Iterator[Root]:
    """Yield what is built, each directory once for each Kustomization of Flux that applies it."""
    graph = repository.graph
    for flux in repository.flux_kustomizations:
        if flux.folder is not None and repository.is_applied(flux.manifest):
            yield _root(flux.folder, flux, repository)
    for file in repository.kustomization_files:
        if not file.is_component and not graph.appliers_of(file.folder) and not repository.is_retired(file.document):
            yield _root(file.folder, None, repository)


def _root(folder: str, flux: FluxKustomization | None, repository: FluxRepository) -> Root:
    graph = repository.graph
    entries = (folder,) if folder in graph.file_in else tuple(sorted(graph.generated_entries(folder)))
    waiting = [*entries, *(target for _, target in flux.components)] if flux else [*entries]
    files: dict[str, KustomizationFile] = {}
    while waiting:
        target = waiting.pop(0)
        if target in graph.file_in and target not in files:
            files[target] = graph.file_in[target]
            waiting.extend(entry.target for entry in files[target].resources)
    written = tuple(graph.patches_written_in(flux)) if flux else ()
    return Root(folder, flux, tuple(files.values()), entries, written)

"""Which kustomization file, and which Kustomization of Flux, brings an object to the cluster, and what it changes."""

from __future__ import annotations

import os
import sys
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from registry_gitops.documents import Manifest, Path, Role, SourceFile, YAMLDocument, is_decided_later, read_documents
from registry_gitops.errors import InputError
from registry_gitops.repository.flux_kustomization import FluxKustomization
from registry_gitops.repository.kustomization_file import Entry, KustomizationFile, has_kustomization, is_inline
from registry_gitops.repository.patch import Patch

Applier = KustomizationFile | FluxKustomization


class KustomizeGraph:
    """All kustomization files and Kustomizations of Flux of a run, and what they bring to the cluster."""

    def __init__(
        self,
        documents: Sequence[YAMLDocument],
        files: Sequence[KustomizationFile],
        flux_kustomizations: Sequence[FluxKustomization],
    ) -> None:
        self.files = files
        self.flux_kustomizations = flux_kustomizations
        self._documents_of: dict[str, list[YAMLDocument]] = defaultdict(list)
        files_of = {name: os.path.abspath(name) for name in {document.source.name for document in documents}}
        for document in documents:
            self._documents_of[files_of[document.source.name]].append(document)
        self.file_in = {each.folder: each for each in files}
        """Absolute path of a directory -> its kustomization file."""
        self._parents: dict[str, list[Applier]] = defaultdict(list)
        self._namespaces_of: dict[str, frozenset[str | None]] = {}
        self._patches: dict[int, tuple[Patch, ...]] = {}
        self._written_in: dict[int, list[Patch]] = {}
        self._link()

    def appliers_of(self, target: str) -> Sequence[Applier]:
        """Return what names a file or a directory: kustomization files, and Kustomizations of Flux that apply it.

        A Kustomization of Flux whose directory has no kustomization file names all files in it, as Flux does.
        """
        return self._parents.get(target, ())

    def all_appliers(self, file: str) -> Iterator[Applier]:
        """Yield everything on the ways from a file to the cluster, with the components beside those ways."""
        waiting, seen = [file], set[int]()
        while waiting:
            for applier in self.appliers_of(waiting.pop()):
                if id(applier) in seen:
                    continue
                seen.add(id(applier))
                yield applier
                for component in self._components(applier):
                    if id(component) not in seen:
                        seen.add(id(component))
                        yield component
                if isinstance(applier, KustomizationFile):
                    waiting.append(applier.folder)

    def namespaces(self, file: str) -> frozenset[str | None]:
        """Return the namespaces that the objects of a file get, one per way to the cluster; None: they keep theirs."""
        if file not in self._namespaces_of:
            found = {each for applier in self.appliers_of(file) for each in self._namespaces(applier, ())}
            self._namespaces_of[file] = frozenset(found or {None})
        return self._namespaces_of[file]

    @property
    def read_files(self) -> Iterable[str]:
        """The absolute paths of all files that were read."""
        return self._documents_of

    def documents_of(self, file: str) -> Sequence[YAMLDocument]:
        """Return the documents of a file, by its absolute path."""
        return self._documents_of.get(file, ())

    def patches_of(self, applier: Applier) -> Sequence[Patch]:
        """Return the patches that a kustomization file, or a Kustomization of Flux, says itself."""
        if id(applier) not in self._patches:
            found = _flux_patches(applier) if isinstance(applier, FluxKustomization) else self._file_patches(applier)
            self._patches[id(applier)] = tuple(found)
        return self._patches[id(applier)]

    def patches_for(self, manifest: Manifest, file: str) -> Iterator[Patch]:
        """Yield the patches that change an object on its ways to the cluster.

        Those that another patch writes into a Kustomization of Flux count too.
        """
        appliers = list(self.all_appliers(file))
        labels = dict(manifest.mapping("metadata", "labels"))
        for each in appliers:
            if isinstance(each, KustomizationFile):
                labels |= each.added_labels
        for applier in appliers:
            for patch in self.patches_of(applier):
                if patch.selects(manifest, labels):
                    yield patch
            if isinstance(applier, FluxKustomization):
                yield from (patch for patch in self.patches_written_in(applier) if patch.selects(manifest, labels))

    def patches_written_in(self, flux: FluxKustomization) -> Sequence[Patch]:
        """Return the patches that other patches add to a Kustomization of Flux."""
        if id(flux) not in self._written_in:
            self._written_in[id(flux)] = []  # A Kustomization can apply itself.
            outer = self.patches_for(flux.manifest, flux.file)
            self._written_in[id(flux)] = [patch for each in outer for patch in _patches_in(each)]
        return self._written_in[id(flux)]

    def generated_entries(self, folder: str) -> Iterator[str]:
        """Yield what Flux lists for a directory without a kustomization file."""
        prefix = folder.rstrip(os.sep) + os.sep
        start, end = (bisect_left(self._sorted_files, each) for each in (prefix, prefix + chr(sys.maxunicode)))
        files = self._sorted_files[start:end]
        folders = {os.path.dirname(file) for file in files}
        with_file = {each for each in folders if each in self.file_in}
        outermost = {each for each in with_file if not any(_is_below(each, other) for other in with_file)}
        yield from sorted(outermost)
        yield from (file for file in files if not any(_is_below(file, each) for each in outermost))

    @cached_property
    def _sorted_files(self) -> list[str]:
        return sorted(self._documents_of)

    @cached_property
    def applied(self) -> frozenset[str] | None:
        """The files that the Kustomizations of Flux in sight bring to the cluster; None if no directory is in sight.

        Where some of them apply themselves, all begins with those: what nothing applies is not in use.
        """
        located = [flux for flux in self.flux_kustomizations if flux.folder is not None]
        if not located:
            return None
        reach = {id(flux): self.files_below(flux) for flux in located}
        rooted = [flux for flux in located if flux.file in reach[id(flux)]]
        reached = {file for flux in located for file in reach[id(flux)]}
        waiting = rooted or [flux for flux in located if flux.file not in reached]
        found: set[str] = {flux.file for flux in waiting}
        if not rooted:
            found |= {file for file in self._documents_of if any(_is_beside(file, flux.file) for flux in waiting)}
        seen = {id(flux) for flux in waiting}
        while waiting:
            found |= reach[id(waiting.pop())]
            for flux in located:
                if id(flux) not in seen and flux.file in found:
                    seen.add(id(flux))
                    waiting.append(flux)
        return frozenset(found)

    def files_below(self, flux: FluxKustomization) -> set[str]:
        """Return the files and directories that a Kustomization of Flux applies itself."""
        waiting, seen = [flux.folder or "", *(target for _, target in flux.components)], set[str]()
        if not has_kustomization(waiting[0]):
            waiting.extend(self.generated_entries(waiting[0]))
        while waiting:
            target = waiting.pop()
            if target in seen:
                continue
            seen.add(target)
            if target in self.file_in:
                seen.add(self.file_in[target].file)
                waiting.extend(entry.target for entry in self.file_in[target].entries)
        return seen

    def _link(self) -> None:
        for each in self.files:
            for entry in each.resources:
                self._parents[entry.target].append(each)
        for flux in self.flux_kustomizations:
            if flux.folder is None:
                continue
            self._parents[flux.folder].append(flux)
            for _, component in flux.components:
                self._parents[component].append(flux)
            if not has_kustomization(flux.folder):
                for target in self.generated_entries(flux.folder):
                    self._parents[target].append(flux)

    def _components(self, applier: Applier) -> Iterator[KustomizationFile]:
        targets = (
            [entry.target for entry in applier.resources if entry.field == "components"]
            if isinstance(applier, KustomizationFile)
            else [target for _, target in applier.components]
        )
        for target in targets:
            component = self.file_in.get(target)
            if component is not None and component is not applier:
                yield component

    def _namespaces(self, applier: Applier, way: tuple[int, ...]) -> set[str | None]:
        if id(applier) in way:
            return {None}
        own = applier.namespace or next((each.namespace for each in self._components(applier) if each.namespace), None)
        if isinstance(applier, FluxKustomization):
            return {own}
        outer = {
            namespace
            for parent in self.appliers_of(applier.folder)
            for namespace in self._namespaces(parent, (*way, id(applier)))
        }
        return {own if namespace is None else namespace for namespace in outer or {None}}

    def _file_patches(self, file: KustomizationFile) -> Iterator[Patch]:
        for field in ("patches", "patchesJson6902", "patchesStrategicMerge"):
            for index, item in enumerate(file.list(field)):
                if isinstance(item, str) and is_inline(item):
                    yield from _inline(file.document, (field, index), item, {})
                elif isinstance(item, dict) and isinstance(item.get("patch"), str):
                    yield from _inline(file.document, (field, index, "patch"), item["patch"], _target(item))
        for entry in file.patch_files:
            target = _target_of(file, entry)
            for document in self.documents_of(entry.target):
                yield Patch(document, (), document.text, document.value, target)


def _flux_patches(flux: FluxKustomization) -> Iterator[Patch]:
    for index, item in enumerate(flux.manifest.list("spec", "patches")):
        if isinstance(item, dict) and isinstance(item.get("patch"), str):
            path = (*flux.manifest.path, "spec", "patches", index, "patch")
            yield from _inline(flux.manifest.document, path, item["patch"], _target(item))


def _patches_in(outer: Patch) -> Iterator[Patch]:
    """Yield the patches that a patch of a Kustomization of Flux adds to it."""
    lists: list[tuple[Path, object]] = []
    if isinstance(outer.value, dict) and isinstance(outer.value.get("spec"), dict):
        lists.append((("spec", "patches"), outer.value["spec"].get("patches")))
    for index, operation in enumerate(outer.value if isinstance(outer.value, list) else ()):
        if isinstance(operation, dict) and str(operation.get("path", "")).startswith("/spec/patches"):
            value = operation.get("value")
            lists.append(((index, "value"), value if isinstance(value, list) else [value]))
    for path, items in lists:
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict) and isinstance(item.get("patch"), str):
                place = (*outer.path, *path, index, "patch")
                yield from _inline(outer.document, place, item["patch"], _target(item))


def _inline(
    document: YAMLDocument, path: tuple[str | int, ...], text: str, target: dict[str, object]
) -> Iterator[Patch]:
    try:
        parts = list(read_documents(SourceFile(document.source.name, text)))
    except (InputError, ValueError):
        return
    for part in parts:
        yield Patch(document, path, text, part.value, target)


def _target(item: dict[str, object]) -> dict[str, object]:
    target = item.get("target")
    return target if isinstance(target, dict) else {}


def _target_of(file: KustomizationFile, entry: Entry) -> dict[str, object]:
    item = file.list(entry.field)[int(entry.path[1])]
    return _target(item) if isinstance(item, dict) else {}


def _is_beside(file: str, other: str) -> bool:
    return os.path.dirname(file) == os.path.dirname(other)


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder + os.sep)


def mark_patches(files: Iterable[KustomizationFile], documents: Iterable[YAMLDocument]) -> None:
    """Give the documents that kustomization files name as patches, or as resources, their roles."""
    patches = {entry.target for each in files for entry in each.patch_files}
    resources = {entry.target for each in files for entry in each.resources} - patches
    if not patches and not resources:
        return
    for document in documents:
        if document.role is Role.OBJECT and os.path.abspath(document.source.name) in patches:
            document.role = Role.PATCH
        elif document.role is Role.PATCH and os.path.abspath(document.source.name) in resources:
            document.role = Role.OBJECT


def unknown_if_later(namespace: str) -> str:
    """Return a namespace, or "" if Flux decides it by a variable."""
    return "" if is_decided_later(namespace) else namespace

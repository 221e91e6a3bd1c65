"""All documents of a run, and their objects by kind, name, and namespace."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar

from registry_gitops.documents import Manifest, Role, YAMLDocument, is_decided_later
from registry_gitops.repository.flux_kustomization import FLUX_KUSTOMIZATION, FluxKustomization, locate_folders
from registry_gitops.repository.generated_artifact import ARTIFACT_GENERATOR
from registry_gitops.repository.kustomization_file import KustomizationFile, is_kustomization
from registry_gitops.repository.kustomize_graph import Applier, KustomizeGraph, mark_patches, unknown_if_later
from registry_gitops.repository.patch import Patch

Result = TypeVar("Result")

_RETIRED = re.compile(
    r"(^|/)_?(archived?|attic|bak|backup|deprecated|disabled|fixtures|legacy|old|retired|testdata|unused)/|[.-](bak|old)/"
)
"""Directories whose files are kept, but not meant for a cluster."""


class FluxRepository:
    """All documents of a run, and how they name each other.

    `root` is the absolute path of the Git repository, or of the directory, that has the files; None for a stream.
    `folders` are the absolute paths of the directories that were read with everything in them; `unread` are the texts
    of files that have more objects than could be read, such as templates.
    """

    def __init__(
        self,
        documents: Iterable[YAMLDocument],
        root: str | None = None,
        folders: Iterable[str] = (),
        *,
        unread: Sequence[str] = (),
    ) -> None:
        self.documents = tuple(documents)
        self.root = root
        self._folders = tuple(folders)
        self._unread = unread
        self._files = tuple(_kustomization_files(self.documents))
        mark_patches(self._files, self.documents)
        self.manifests = tuple(manifest for document in self.documents for manifest in manifests_of(document))
        self._by_kind: dict[str, list[Manifest]] = defaultdict(list)
        self._once: dict[Callable[[FluxRepository], Any], Any] = {}
        self._places: dict[str, dict[tuple[str, str], list[Manifest]]] = {}
        self._by_document: dict[int, list[Manifest]] = defaultdict(list)
        for manifest in self.manifests:
            self._by_kind[manifest.group_kind].append(manifest)
            self._by_document[id(manifest.document)].append(manifest)

    def once(self, function: Callable[[FluxRepository], Result]) -> Result:
        """Return what a function makes of the repository, made at the first call: an index of a search."""
        if function not in self._once:
            self._once[function] = function(self)
        found: Result = self._once[function]
        return found

    def manifests_in(self, document: YAMLDocument) -> Sequence[Manifest]:
        """Return the objects of a document."""
        return self._by_document.get(id(document), ())

    def of_kind(self, group_kind: str) -> Sequence[Manifest]:
        """Return the objects of a kind, such as HelmRelease.helm.toolkit.fluxcd.io or Secret, in the order read."""
        return self._by_kind.get(group_kind, ())

    def find(self, group_kind: str, namespace: str, name: str) -> list[Manifest]:
        """Return the objects that are this one in the cluster, or can be. A namespace that is not known is ""."""
        renamed = [
            *self._renamed.get((group_kind, name), ()),
            *(each for pattern, each in self._named_later.get(group_kind, ()) if pattern.fullmatch(name)),
        ]
        if not namespace:
            return [*self._by_name.get((group_kind, name), ()), *renamed]
        places = self._by_place(group_kind)
        named = {id(each): each for place in (namespace, "") for each in places.get((place, name), ())}
        return [
            *named.values(),
            *(each for each in renamed if not self.namespaces_of(each).isdisjoint({"", namespace})),
        ]

    def namespace_of(self, manifest: Manifest) -> str:
        """Return the namespace of an object in the cluster, or "" if that is not known, or differs by environment."""
        found = self.namespaces_of(manifest)
        return next(iter(found)) if len(found) == 1 else ""

    def namespaces_of(self, manifest: Manifest) -> frozenset[str]:
        """Return the namespaces in which an object can be in the cluster; one that is not known is ""."""
        if not self.has(manifest) or (not self._files and FLUX_KUSTOMIZATION not in self._by_kind):
            return frozenset({unknown_if_later(manifest.namespace)})
        set_above = self.graph.namespaces(file_of(manifest))
        own = manifest.namespace
        return frozenset(unknown_if_later(own if each is None else each) for each in set_above)

    def patches_for(self, manifest: Manifest) -> Iterator[Patch]:
        """Yield the patches in sight that change an object on its ways to the cluster."""
        if self.has(manifest):
            yield from self.graph.patches_for(manifest, file_of(manifest))

    def has(self, manifest: Manifest) -> bool:
        """Whether an object is in a file of the repository, and not in a stream, or in a build, which is final."""
        return self.root is not None and id(manifest.document) in self._by_document

    def is_applied(self, subject: Manifest | YAMLDocument) -> bool:
        """Whether an object or a document gets into the cluster, as far as that can be told. If in doubt, it does."""
        if self.root is None:
            return True
        return not self.is_retired(subject) and (self.graph.applied is None or file_of(subject) in self.graph.applied)

    def is_left_out(self, manifest: Manifest) -> bool:
        """Whether an object is in a directory that a Kustomization of Flux applies, and no way leads there."""
        if self.root is None:
            return False
        file = file_of(manifest)
        is_below = any(flux.folder and _contains(flux.folder, file) for flux in self.flux_kustomizations)
        return is_below and not any(isinstance(each, FluxKustomization) for each in self.graph.all_appliers(file))

    def is_retired(self, subject: Manifest | YAMLDocument) -> bool:
        """Whether the file of an object or a document is in a directory such as archive or disabled."""
        return self.root is not None and bool(_RETIRED.search(os.path.relpath(file_of(subject), self.root)))

    @cached_property
    def is_complete(self) -> bool:
        """Whether everything was read that can be in the repository: what is not in sight does not exist."""
        if self.root is None:
            return False
        bases = {flux.base for flux in self.flux_kustomizations if flux.base is not None} or {self.root}
        return all(any(_contains(folder, base) for folder in self._folders) for base in bases)

    def is_named_in_unread_text(self, name: str) -> bool:
        """Whether a name is in a file that could not be read, so that the object can be there."""
        return any(name in text for text in self._unread)

    @property
    def kustomization_files(self) -> Sequence[KustomizationFile]:
        """The kustomization files, with the components."""
        return self._files

    @property
    def flux_kustomizations(self) -> Sequence[FluxKustomization]:
        """The Kustomizations of Flux, with the directories that they apply."""
        return self.graph.flux_kustomizations if FLUX_KUSTOMIZATION in self._by_kind else ()

    @cached_property
    def graph(self) -> KustomizeGraph:
        """Which kustomization brings which file to the cluster."""
        flux = [FluxKustomization(each, file_of(each)) for each in self.of_kind(FLUX_KUSTOMIZATION)]
        if self.root is not None:
            locate_folders(flux, self.of_kind(ARTIFACT_GENERATOR), self.root)
        return KustomizeGraph(self.documents, self._files, flux)

    def _by_place(self, group_kind: str) -> dict[tuple[str, str], list[Manifest]]:
        """Return the objects of a kind by namespace and name: many can have one name, each in its namespace."""
        if group_kind not in self._places:
            found: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
            for manifest in self.of_kind(group_kind):
                for namespace in self.namespaces_of(manifest):
                    found[namespace, manifest.name].append(manifest)
            self._places[group_kind] = found
        return self._places[group_kind]

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], list[Manifest]]:
        found: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
        for manifest in self.manifests:
            found[manifest.group_kind, manifest.name].append(manifest)
        return found

    @cached_property
    def _named_later(self) -> dict[str, list[tuple[re.Pattern[str], Manifest]]]:
        """The objects of each kind whose names Flux completes, each with the pattern of its name."""
        found: dict[str, list[tuple[re.Pattern[str], Manifest]]] = defaultdict(list)
        for manifest in self.manifests:
            if is_decided_later(manifest.name):
                found[manifest.group_kind].append((_pattern(manifest.name), manifest))
        return found

    @cached_property
    def _renamed(self) -> dict[tuple[str, str], list[Manifest]]:
        """The objects that get another name on their way to the cluster, by kind and that name."""
        found: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
        appliers: tuple[Applier, ...] = (*self._files, *self.flux_kustomizations)
        if self.root is None or not any(each.full_name("") for each in appliers):
            return found
        appliers_of: dict[str, tuple[Applier, ...]] = {}
        for manifest in self.manifests:
            if is_decided_later(manifest.name):
                continue
            name = manifest.document.source.name
            if name not in appliers_of:
                appliers_of[name] = tuple(self.graph.all_appliers(file_of(manifest)))
            for new in {each.full_name(manifest.name) for each in appliers_of[name]} - {manifest.name}:
                found[manifest.group_kind, new].append(manifest)
        return found


def _contains(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder + os.sep)


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in re.split(r"\$\{[^}]*\}", name)))


def file_of(subject: Manifest | YAMLDocument) -> str:
    """Return the absolute path of the file that an object or a document is in."""
    document = subject.document if isinstance(subject, Manifest) else subject
    return os.path.abspath(document.source.name)


def _kustomization_files(documents: Iterable[YAMLDocument]) -> Iterator[KustomizationFile]:
    for document in documents:
        if is_kustomization(document) and document.role is not Role.PATCH:
            document.role = Role.KUSTOMIZATION
            yield KustomizationFile(document)


def manifests_of(document: YAMLDocument) -> Iterable[Manifest]:
    """Yield the objects of a document: itself, or the items of a List."""
    if document.role is not Role.OBJECT:
        return
    value = document.value
    if value["apiVersion"] == "v1" and value["kind"].endswith("List") and isinstance(value.get("items"), list):
        for index, item in enumerate(value["items"]):
            if isinstance(item, dict) and isinstance(item.get("apiVersion"), str) and isinstance(item.get("kind"), str):
                yield Manifest(document, item, ("items", index))
    else:
        yield Manifest(document, value)

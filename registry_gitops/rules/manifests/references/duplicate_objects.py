"""Two objects of one identity in one build of kustomize."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from registry_gitops.documents import Manifest, Problem, YAMLDocument, is_decided_later
from registry_gitops.repository import Entry, FluxRepository, KustomizationFile, file_of

_CLUSTER_SCOPED: Final = frozenset(
    {
        "APIService",
        "CSIDriver",
        "CSINode",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "FlowSchema",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
    }
)
"""The kinds that kustomize knows to be in no namespace. It takes all others to be in one."""


class _Object(NamedTuple):
    """An object on its way through the kustomization files."""

    manifest: Manifest
    namespace: str
    name: str
    way: tuple[Entry, ...]

    @property
    def identity(self) -> tuple[str, str, str, str]:
        return self.manifest.api_version, self.manifest.kind, self.namespace, self.name


def duplicate_object(repository: FluxRepository) -> Iterator[tuple[Manifest | YAMLDocument, Problem]]:
    """Two objects of one kind, namespace, and name are in one build.

    Why: kustomize refuses it ("may not add resource with an already registered id", or "namespace transformation
    produces ID conflict"), and Flux applies nothing of that Kustomization. It happens when a base is reached on two
    ways, when an object is copied and not renamed, and when `namespace` gives two Namespaces the same name.
    Source: https://github.com/fluxcd/flux2/issues/1522
    Bad: `resources: [../base, provider.yaml]`, where `../base` has the Provider of `provider.yaml`
    Good: each object is listed once; an overlay changes those of its base by patches
    """
    for each in repository.kustomization_files:
        if not repository.is_retired(each.document):
            yield from _duplicates_in(each, repository)
    for flux in repository.flux_kustomizations:
        if (
            flux.folder is not None
            and flux.folder not in repository.graph.file_in
            and repository.is_applied(flux.manifest)
        ):
            yield from _duplicates_in_directory(flux.folder, repository)


def _duplicates_in(file: KustomizationFile, repository: FluxRepository) -> Iterator[tuple[YAMLDocument, Problem]]:
    taken = _inputs(file, repository, ())
    pair = _first_pair(taken)
    if pair is not None:
        entry = pair[1].way[0]
        # Where one entry has both, the kustomization file below has the finding.
        if entry is not pair[0].way[0] or len(pair[1].way) == 1:
            yield file.document, Problem(entry.path, _message(*pair, file, entry), "remove one of the two")
        return
    pair = _first_pair([_in_namespace(each, _namespace(file, repository)) for each in taken])
    if pair is not None:
        entry = pair[1].way[0]
        yield file.document, Problem(entry.path, _message(*pair, file, entry), "remove one, or give it another name")


def _message(first: _Object, second: _Object, file: KustomizationFile, entry: Entry) -> str:
    identity = "/".join(filter(None, (second.manifest.kind, second.namespace, second.name)))
    if first.manifest is second.manifest:
        return f"{identity} is in this build twice, which kustomize refuses: {entry.text} is reached on two ways"
    files = " and ".join(os.path.relpath(file_of(each.manifest), file.folder) for each in (first, second))
    return f"{identity} is in this build twice, which kustomize refuses: from {files}"


def _duplicates_in_directory(folder: str, repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    objects: list[_Object] = []
    for target in sorted(repository.graph.generated_entries(folder)):
        objects.extend(_objects_of(target, repository, (), ()))
    pair = _first_pair(objects)
    if pair is not None and pair[0].manifest is not pair[1].manifest:
        first, second = pair
        yield (
            second.manifest,
            Problem(
                ("metadata", "name"),
                f"{second.manifest.identity} is in {_base(first)} too, and Flux applies both files in one build,"
                " which kustomize refuses",
                "remove one of the two, or rename it",
            ),
        )


def _inputs(file: KustomizationFile, repository: FluxRepository, way: tuple[str, ...]) -> list[_Object]:
    """Return the objects that a kustomization file takes, before it changes them."""
    if file.folder in way:
        return []
    return [
        each
        for entry in file.resources
        for each in _objects_of(entry.target, repository, (*way, file.folder), (entry,))
    ]


def _objects_of(
    target: str, repository: FluxRepository, way: tuple[str, ...], entries: tuple[Entry, ...]
) -> list[_Object]:
    inner = repository.graph.file_in.get(target)
    if inner is None:
        return [
            _Object(manifest, _namespace_in_id(manifest, manifest.namespace), manifest.name, entries)
            for document in repository.graph.documents_of(target)
            for manifest in repository.manifests_in(document)
            if manifest.name and not is_decided_later(manifest.name) and not _is_local(manifest)
        ]
    if _renames_or_deletes(inner, repository):
        return []
    namespace = _namespace(inner, repository)
    return [
        _in_namespace(each, namespace)._replace(way=(*entries, *each.way)) for each in _inputs(inner, repository, way)
    ]


def _namespace(file: KustomizationFile, repository: FluxRepository) -> str:
    own = [
        component.namespace
        for entry in file.resources
        if entry.field == "components" and (component := repository.graph.file_in.get(entry.target))
    ]
    return file.namespace or next(filter(None, own), "")


def _in_namespace(each: _Object, namespace: str) -> _Object:
    if not namespace:
        return each
    if each.manifest.kind == "Namespace":
        return each._replace(name=namespace)
    return each._replace(namespace=_namespace_in_id(each.manifest, namespace))


def _namespace_in_id(manifest: Manifest, namespace: str) -> str:
    return "" if manifest.kind in _CLUSTER_SCOPED else namespace or "default"


def _renames_or_deletes(file: KustomizationFile, repository: FluxRepository) -> bool:
    if file.full_name("") or file.list("transformers") or file.list("generators"):
        return True
    texts = [patch.text for patch in repository.graph.patches_of(file)]
    return any("$patch" in text or "/metadata/name" in text for text in texts)


def _is_local(manifest: Manifest) -> bool:
    return "config.kubernetes.io/local-config" in manifest.mapping("metadata", "annotations")


def _first_pair(objects: Sequence[_Object]) -> tuple[_Object, _Object] | None:
    seen: dict[tuple[str, str, str, str], _Object] = {}
    for each in objects:
        if each.identity in seen:
            return seen[each.identity], each
        seen[each.identity] = each
    return None


def _base(each: _Object) -> str:
    return os.path.basename(file_of(each.manifest))

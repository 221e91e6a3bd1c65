"""All documents of a run, and their objects by kind and name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path as FilePath

from registry_gitops.documents import Manifest, Role, YAMLDocument


class FluxRepository:
    """All documents of a run. `root` is the directory that paths in Flux objects count from; None for a stream."""

    def __init__(self, documents: Iterable[YAMLDocument], root: FilePath | None = None) -> None:
        self.documents = tuple(documents)
        self.root = root
        self.manifests = tuple(manifest for document in self.documents for manifest in manifests_of(document))
        self._by_kind: dict[str, list[Manifest]] = defaultdict(list)
        for manifest in self.manifests:
            self._by_kind[manifest.group_kind].append(manifest)

    def of_kind(self, group_kind: str) -> Sequence[Manifest]:
        """Return the objects of a kind, such as HelmRelease.helm.toolkit.fluxcd.io or Secret, in the order read."""
        return self._by_kind.get(group_kind, ())


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

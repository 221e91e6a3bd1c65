"""A manifest: one object of Kubernetes in a document, or in the items of a List."""

from __future__ import annotations

from typing import Any

from registry_gitops.documents.document import YAMLDocument
from registry_gitops.documents.problem import Path


class Manifest:
    """One object of Kubernetes as a file has it."""

    __slots__ = (
        "api_version",
        "document",
        "group",
        "group_kind",
        "kind",
        "name",
        "namespace",
        "path",
        "value",
    )

    def __init__(self, document: YAMLDocument, value: dict[str, Any], path: Path = ()) -> None:
        self.document = document
        self.value = value
        self.path = path
        """Where the object stands in its document: () or, in a List, ("items", INDEX)."""
        self.api_version: str = value["apiVersion"]
        self.group = self.api_version.rpartition("/")[0]
        self.kind: str = value["kind"]
        self.group_kind = f"{self.kind}.{self.group}" if self.group else self.kind
        """Kind and group as kubectl writes them: HelmRelease.helm.toolkit.fluxcd.io, Deployment.apps, Secret."""
        metadata = value.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        self.name: str = _text(metadata.get("name"))
        self.namespace: str = _text(metadata.get("namespace"))
        """Namespace as it is written, "" if none is: a kustomization, or Flux, can set another one."""

    @property
    def identity(self) -> str:
        """Kind/namespace/name, or Kind/name, as kubectl and Flux write it."""
        return "/".join(filter(None, (self.kind, self.namespace, self.name)))

    def get(self, *path: str | int) -> Any:
        """Return the value at `path`, or None if a part of it is not there, or is of another type."""
        value: Any = self.value
        for step in path:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def mapping(self, *path: str | int) -> dict[str, Any]:
        """Return the mapping at `path`, or an empty one."""
        found = self.get(*path)
        return found if isinstance(found, dict) else {}

    def list(self, *path: str | int) -> list[Any]:
        """Return the list at `path`, or an empty one."""
        found = self.get(*path)
        return found if isinstance(found, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
